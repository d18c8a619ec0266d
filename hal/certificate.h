/* SPDX-License-Identifier: MIT */
/*
 * A certificate before it is used: what it says, whether it is the one that was asked for, and the
 * request for one (PKCS #10, RFC 2986).
 *
 * Layer: hal, on mbedtls. Blocks on the disk. Threads: any.
 */
#ifndef KAKOU_HAL_CERTIFICATE_H
#define KAKOU_HAL_CERTIFICATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "hal/err.h"
#include "hal/why.h"

enum {
	CERTIFICATE_NAME_MAX = 253,     /**< RFC 1035 2.3.4, as text */
	CERTIFICATE_REQUEST_MAX = 2048, /**< in PEM, with its NUL */
};

/** What a certificate is for. */
enum certificate_use {
	CERTIFICATE_BOTH_ENDS, /**< it dials and is dialled: serverAuth and clientAuth */
	CERTIFICATE_SERVER,    /**< serverAuth */
};

struct certificate_facts {
	char subject[128],
		issuer[128];     /**< common names; what is not plain ASCII is '?' */
	int64_t from_s, until_s; /**< seconds since 1970 UTC */
};

struct certificate_wish {
	const char *cert_file; /**< PEM, with its chain behind it */
	const char *key_file;  /**< PEM */
	uid_t key_owner;       /**< whose the key may be, beside root's */
	const char
		*ca_file; /**< PEM: who may have issued it; NULL: that is not looked at */
	const char *crl_file; /**< PEM, or NULL */
	const char *name;     /**< DNS name or numeric address it has to carry */
	enum certificate_use use;
	int64_t now_s; /**< seconds since 1970 UTC */
};

/** Reads the first certificate of a file in PEM. KAKOU_E_NOTFOUND, KAKOU_E_INVALID. */
KAKOU_MUST_CHECK enum kakou_err certificate_read(const char *path,
						 struct certificate_facts *out,
						 struct why *why);

/** Whether the key in `key_file` is the certificate's. KAKOU_E_REFUSED: it is not, and `why` says so;
 *  other errors: one of the files can't be read. */
KAKOU_MUST_CHECK enum kakou_err certificate_match_key(const char *cert_file,
						      const char *key_file,
						      uid_t key_owner, struct why *why);

/** All checks, in this order: key, chain and revocation, name, validity, use. KAKOU_E_REFUSED: `why`
 *  begins with the check's word ("key:", "chain:", "name:", "validity:", "use:") and quotes what was
 *  found. `out` is filled once the file could be read. */
KAKOU_MUST_CHECK enum kakou_err certificate_check(const struct certificate_wish *wish,
						  struct certificate_facts *out,
						  struct why *why);

/** A request for the key in the file, signed with it, in PEM. It asks for digitalSignature and the
 *  use, for the name as common name and alternative name. The same call gives the same text. */
KAKOU_MUST_CHECK enum kakou_err certificate_write_request(
	const char *key_file, uid_t key_owner, const char *name, enum certificate_use use,
	char out[CERTIFICATE_REQUEST_MAX], struct why *why);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Signatures: ECDSA on P-256 over SHA-256, in DER.
 *
 * Layer:   hal, on mbedtls.
 * Threads: a key belongs to one thread at a time.
 */
#ifndef KAKOU_HAL_SIGN_H
#define KAKOU_HAL_SIGN_H

#include <stdbool.h>
#include <stddef.h>

#include "hal/err.h"
#include "hal/why.h"

struct sign_key;    /* opaque: signs */
struct sign_public; /* opaque: verifies */

enum {
	SIGN_PUBLIC_BYTES = 91,    /**< SubjectPublicKeyInfo of a P-256 key */
	SIGN_SIGNATURE_MAX = 72,   /**< two integers of 33 bytes in DER */
	SIGN_PUBLIC_PEM_MAX = 192, /**< with its NUL */
};

enum { SIGN_TOKEN_URI_MAX = 383 };

/** Reads a private key in PEM; or, when the name is a URI of RFC 7512 ("pkcs11:…"), opens the key
 *  in that token. KAKOU_E_NOTFOUND; KAKOU_E_DENIED when others may read it, or the token refuses
 *  the PIN; KAKOU_E_INVALID when it is none, or of another curve; KAKOU_E_IO when the token does
 *  not work. Blocks on the disk, and for as long as the token likes. */
KAKOU_MUST_CHECK enum kakou_err sign_key_load(struct sign_key **out, const char *name,
					      struct why *why);

/** Whether it is such a URI, with all that is needed. Looks at no token. KAKOU_E_INVALID: `why`
 *  says what it lacks, without the name of the key. */
KAKOU_MUST_CHECK enum kakou_err sign_check_token_uri(const char *uri, struct why *why);

/** Makes a new key and writes it to `path` with mode 0600, durably. KAKOU_E_INVALID: the file
 *  exists. Blocks on the disk. */
KAKOU_MUST_CHECK enum kakou_err sign_key_make(const char *path, struct why *why);

/** Its public half in DER. Never fails. */
void sign_key_get_public(const struct sign_key *key,
			 unsigned char out[SIGN_PUBLIC_BYTES]);

/** Signs `len` bytes; from a file deterministic (RFC 6979), some milliseconds on a small board. A
 *  token takes the time it takes; after a failure the next call looks for it anew. KAKOU_E_NOMEM,
 *  KAKOU_E_IO (no entropy, no token), KAKOU_E_DENIED (the PIN; it is not tried twice). */
KAKOU_MUST_CHECK enum kakou_err sign_key_sign(struct sign_key *key, const void *data,
					      size_t len,
					      unsigned char out[SIGN_SIGNATURE_MAX],
					      size_t *out_len, struct why *why);

/** Whether it signs within milliseconds, whatever else is plugged in or not. */
bool sign_key_is_quick(const struct sign_key *key);

/** Wipes and releases. NULL is legal. */
void sign_key_destroy(struct sign_key *key);

/** Takes a public key in DER, or reads one in PEM. KAKOU_E_INVALID as above. */
KAKOU_MUST_CHECK enum kakou_err sign_public_take(struct sign_public **out,
						 const unsigned char *der, size_t len,
						 struct why *why);
KAKOU_MUST_CHECK enum kakou_err sign_public_load(struct sign_public **out,
						 const char *path, struct why *why);

/** The key in DER. Never fails. */
void sign_public_get(const struct sign_public *key, unsigned char out[SIGN_PUBLIC_BYTES]);

/** KAKOU_OK: signed with this key. KAKOU_E_REFUSED: not. */
KAKOU_MUST_CHECK enum kakou_err sign_public_verify(struct sign_public *key,
						   const void *data, size_t len,
						   const unsigned char *signature,
						   size_t signature_len);

/** NULL is legal. */
void sign_public_destroy(struct sign_public *key);

/** The DER as PEM, with its last newline. */
void sign_print_public(const unsigned char der[SIGN_PUBLIC_BYTES],
		       char out[SIGN_PUBLIC_PEM_MAX]);

#endif

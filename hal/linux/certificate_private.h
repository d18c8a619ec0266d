/* SPDX-License-Identifier: MIT */
/*
 * What the checks of certificates and their requests share.
 *
 * Layer: hal, private to linux/. Threads: any.
 */
#ifndef KAKOU_HAL_LINUX_CERTIFICATE_PRIVATE_H
#define KAKOU_HAL_LINUX_CERTIFICATE_PRIVATE_H

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/pk.h>
#include <mbedtls/version.h>
#include <mbedtls/x509_crl.h>
#include <mbedtls/x509_crt.h>

#include "hal/certificate.h"

#define CERTIFICATE_HAS_MBEDTLS_3 (MBEDTLS_VERSION_NUMBER >= 0x03000000)

struct certificate_key {
	mbedtls_pk_context pk;
	mbedtls_entropy_context entropy;
	mbedtls_ctr_drbg_context random;
};

/** Read certificates or revocation lists in PEM into what was initialised. Errors of
 *  file_read_whole(); KAKOU_E_INVALID: one of them is not readable. */
KAKOU_MUST_CHECK enum kakou_err certificate_load_chain(mbedtls_x509_crt *to,
						       const char *path, struct why *why);
KAKOU_MUST_CHECK enum kakou_err certificate_load_lists(mbedtls_x509_crl *to,
						       const char *path, struct why *why);

/** Reads a private key. To be closed also after a failure. */
KAKOU_MUST_CHECK enum kakou_err certificate_open_key(struct certificate_key *key,
						     const char *path, uid_t owner,
						     struct why *why);
void certificate_close_key(struct certificate_key *key);

/** A failure of mbedtls in words; above 0 it counts what could not be read. KAKOU_E_INVALID. */
enum kakou_err certificate_explain(struct why *why, const char *path,
				   const char *expected, int failure);

/** A numeric address as it stands in a certificate. False: it is a name. */
bool certificate_parse_address(const char *name, unsigned char to[16], size_t *len);

#endif

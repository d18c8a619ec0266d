/* SPDX-License-Identifier: MIT */
/*
 * A text under a passphrase, on mbedtls.
 *
 * Layer: hal.
 */
#include "hal/seal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <mbedtls/gcm.h>
#include <mbedtls/pkcs5.h>
#include <mbedtls/version.h>

#include "hal/text.h"

enum { KEY_BYTES = 32, KEY_BITS = 256, ROUNDS = 600000 };

static const char head[SEAL_HEAD + 1] = "kakou sealed 1\n";

static int derive(const char *passphrase, const unsigned char salt[SEAL_SALT],
		  unsigned char key[KEY_BYTES])
{
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
	return mbedtls_pkcs5_pbkdf2_hmac_ext(
		MBEDTLS_MD_SHA256, (const unsigned char *)passphrase, strlen(passphrase),
		salt, SEAL_SALT, ROUNDS, KEY_BYTES, key);
#else
	mbedtls_md_context_t hmac;
	int failure;

	mbedtls_md_init(&hmac);
	failure =
		mbedtls_md_setup(&hmac, mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), 1);
	if (!failure)
		failure = mbedtls_pkcs5_pbkdf2_hmac(
			&hmac, (const unsigned char *)passphrase, strlen(passphrase),
			salt, SEAL_SALT, ROUNDS, KEY_BYTES, key);
	mbedtls_md_free(&hmac);
	return failure;
#endif
}

/* The cipher with the key of this passphrase and salt. 0 or a failure of mbedtls. */
static int prepare(mbedtls_gcm_context *cipher, const char *passphrase,
		   const unsigned char salt[SEAL_SALT])
{
	unsigned char key[KEY_BYTES];
	int failure = derive(passphrase, salt, key);

	if (!failure)
		failure =
			mbedtls_gcm_setkey(cipher, MBEDTLS_CIPHER_ID_AES, key, KEY_BITS);
	explicit_bzero(key, sizeof(key));
	return failure;
}

enum kakou_err seal_close(const char *passphrase, const void *data, size_t len,
			  unsigned char **out, size_t *out_len, struct why *why)
{
	unsigned char *sealed = malloc(len + SEAL_ADDS);
	mbedtls_gcm_context cipher;
	int failure;

	if (!sealed)
		return why_set(why, KAKOU_E_NOMEM, "no memory for %zu bytes", len);
	memcpy(sealed, head, SEAL_HEAD);
	if (getrandom(sealed + SEAL_HEAD, SEAL_SALT + SEAL_NONCE, 0) !=
	    SEAL_SALT + SEAL_NONCE) {
		free(sealed);
		return why_set(why, KAKOU_E_IO, "no random numbers");
	}
	mbedtls_gcm_init(&cipher);
	failure = prepare(&cipher, passphrase, sealed + SEAL_HEAD);
	if (!failure)
		failure = mbedtls_gcm_crypt_and_tag(
			&cipher, MBEDTLS_GCM_ENCRYPT, len, sealed + SEAL_HEAD + SEAL_SALT,
			SEAL_NONCE, sealed, SEAL_HEAD, data, sealed + SEAL_ADDS, SEAL_TAG,
			sealed + SEAL_HEAD + SEAL_SALT + SEAL_NONCE);
	mbedtls_gcm_free(&cipher);
	if (failure) {
		free(sealed);
		return why_set(why, KAKOU_E_NOMEM, "can't be sealed (%d)", failure);
	}
	*out = sealed;
	*out_len = len + SEAL_ADDS;
	return KAKOU_OK;
}

enum kakou_err seal_open(const char *passphrase, const unsigned char *sealed, size_t len,
			 char **out, size_t *out_len, struct why *why)
{
	size_t inner = len - SEAL_ADDS;
	mbedtls_gcm_context cipher;
	char *text;
	int failure;

	if (len < SEAL_ADDS || memcmp(sealed, head, SEAL_HEAD) != 0)
		return why_set(why, KAKOU_E_INVALID,
			       "it is not sealed as kakou seals, version 1");
	text = malloc(inner + 1);
	if (!text)
		return why_set(why, KAKOU_E_NOMEM, "no memory for %zu bytes", inner);
	mbedtls_gcm_init(&cipher);
	failure = prepare(&cipher, passphrase, sealed + SEAL_HEAD);
	if (!failure)
		failure = mbedtls_gcm_auth_decrypt(
			&cipher, inner, sealed + SEAL_HEAD + SEAL_SALT, SEAL_NONCE,
			sealed, SEAL_HEAD, sealed + SEAL_HEAD + SEAL_SALT + SEAL_NONCE,
			SEAL_TAG, sealed + SEAL_ADDS, (unsigned char *)text);
	mbedtls_gcm_free(&cipher);
	if (failure) {
		explicit_bzero(text, inner);
		free(text);
		return why_set(why, KAKOU_E_REFUSED,
			       "another passphrase, or something of it was changed");
	}
	text[inner] = '\0';
	*out = text;
	*out_len = inner;
	return KAKOU_OK;
}

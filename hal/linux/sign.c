/* SPDX-License-Identifier: MIT */
/*
 * Signatures, on mbedtls.
 *
 * Layer: hal. Blocks on the disk where files are read or made.
 */
#include "hal/sign.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/ecp.h>
#include <mbedtls/entropy.h>
#include <mbedtls/error.h>
#include <mbedtls/pk.h>
#include <mbedtls/version.h>

#include "hal/base64.h"
#include "hal/file.h"
#include "hal/linux/token.h"
#include "hal/tls.h"

enum { PEM_BYTES = 4096, MBEDTLS_TEXT_BYTES = 96, HASH_BYTES = 32, LINE_CHARS = 64 };

#define HAS_MBEDTLS_3 (MBEDTLS_VERSION_NUMBER >= 0x03000000)

/* What a SubjectPublicKeyInfo of P-256 begins with (RFC 5480): id-ecPublicKey, prime256v1, an
 * uncompressed point. */
static const unsigned char p256_head[] = {
	0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48,
	0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A, 0x86, 0x48,
	0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
};

struct sign_key {
	struct token *token; /* NULL: the key is in `pk` */
	mbedtls_pk_context pk;
	mbedtls_entropy_context entropy;
	mbedtls_ctr_drbg_context random;
	unsigned char der[SIGN_PUBLIC_BYTES];
};

struct sign_public {
	mbedtls_pk_context pk;
	unsigned char der[SIGN_PUBLIC_BYTES];
};

static enum kakou_err explain(struct why *why, const char *path, const char *what,
			      int failure)
{
	char text[MBEDTLS_TEXT_BYTES];

	mbedtls_strerror(failure, text, sizeof(text));
	return why_set(why, KAKOU_E_INVALID, "%s: %s: %s", path, what, text);
}

/* False: not a key of P-256. */
static bool read_public(mbedtls_pk_context *pk, unsigned char out[SIGN_PUBLIC_BYTES])
{
	unsigned char der[256];
	int len = mbedtls_pk_write_pubkey_der(pk, der, sizeof(der));

	if (len != SIGN_PUBLIC_BYTES)
		return false;
	memcpy(out, der + sizeof(der) - SIGN_PUBLIC_BYTES, SIGN_PUBLIC_BYTES);
	return !memcmp(out, p256_head, sizeof(p256_head));
}

/* ---- private keys --------------------------------------------------------------------- */

static struct sign_key *create_key(struct why *why, const char *path)
{
	struct sign_key *key = calloc(1, sizeof(*key));
	int failure;

	if (!key) {
		(void)why_set(why, KAKOU_E_NOMEM, "%s: no memory for a key", path);
		return NULL;
	}
	mbedtls_pk_init(&key->pk);
	mbedtls_entropy_init(&key->entropy);
	mbedtls_ctr_drbg_init(&key->random);
	failure = mbedtls_ctr_drbg_seed(&key->random, mbedtls_entropy_func, &key->entropy,
					NULL, 0);
	if (failure) {
		(void)explain(why, path, "no random numbers", failure);
		sign_key_destroy(key);
		return NULL;
	}
	return key;
}

static int parse_private(struct sign_key *key, const char *pem, size_t size)
{
#if HAS_MBEDTLS_3
	return mbedtls_pk_parse_key(&key->pk, (const unsigned char *)pem, size, NULL, 0,
				    mbedtls_ctr_drbg_random, &key->random);
#else
	return mbedtls_pk_parse_key(&key->pk, (const unsigned char *)pem, size, NULL, 0);
#endif
}

/* The token has to sign what its public key verifies. */
static enum kakou_err try_token(struct sign_key *key, const char *uri, struct why *why)
{
	static const char text[] = "kakou";
	unsigned char signature[SIGN_SIGNATURE_MAX];
	struct sign_public *public = NULL;
	size_t len;
	enum kakou_err err = sign_public_take(&public, key->der, sizeof(key->der), why);

	if (err)
		return err;
	err = sign_key_sign(key, text, sizeof(text), signature, &len, why);
	if (!err && sign_public_verify(public, text, sizeof(text), signature, len))
		err = why_set(why, KAKOU_E_INVALID,
			      "%s: does not sign what its public key verifies", uri);
	sign_public_destroy(public);
	return err;
}

static enum kakou_err take_token(struct sign_key *key, const char *uri, struct why *why)
{
	enum kakou_err err = token_open(&key->token, uri, key->der, why);

	return err ? err : try_token(key, uri, why);
}

static enum kakou_err take_file(struct sign_key *key, const char *path, struct why *why)
{
	char *pem;
	size_t len;
	int failure;
	enum kakou_err err = file_read_secret(path, PEM_BYTES, &pem, &len, why);

	if (err)
		return err;
	failure = parse_private(key, pem, len + 1);
	explicit_bzero(pem, len);
	free(pem);
	if (failure)
		return explain(why, path, "expected a private key in PEM", failure);
	if (!mbedtls_pk_can_do(&key->pk, MBEDTLS_PK_ECDSA) ||
	    !read_public(&key->pk, key->der))
		return why_set(why, KAKOU_E_INVALID, "%s: expected a key of P-256", path);
	return KAKOU_OK;
}

enum kakou_err sign_key_load(struct sign_key **out, const char *name, struct why *why)
{
	struct sign_key *key = create_key(why, name);
	enum kakou_err err;

	if (!key)
		return KAKOU_E_NOMEM;
	if (token_is_uri(name))
		err = take_token(key, name, why);
	else
		err = take_file(key, name, why);
	if (err)
		sign_key_destroy(key);
	else
		*out = key;
	return err;
}

/* A file of that name is never replaced: it may be the key that signed what there is. */
static enum kakou_err write_new(const char *path, const char *pem, struct why *why)
{
	if (!access(path, F_OK))
		return why_set(why, KAKOU_E_INVALID, "%s: exists, expected a new name",
			       path);
	return file_write_atomic(path, pem, strlen(pem), 0600, why);
}

enum kakou_err sign_key_make(const char *path, struct why *why)
{
	unsigned char pem[PEM_BYTES];
	struct sign_key *key = create_key(why, path);
	enum kakou_err err;
	int failure;

	if (!key)
		return KAKOU_E_NOMEM;
	failure = mbedtls_pk_setup(&key->pk, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY));
	if (!failure)
		failure = mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1,
					      mbedtls_pk_ec(key->pk),
					      mbedtls_ctr_drbg_random, &key->random);
	if (!failure)
		failure = mbedtls_pk_write_key_pem(&key->pk, pem, sizeof(pem));
	err = failure ? explain(why, path, "can't make a key", failure)
		      : write_new(path, (const char *)pem, why);
	explicit_bzero(pem, sizeof(pem));
	sign_key_destroy(key);
	return err;
}

void sign_key_get_public(const struct sign_key *key, unsigned char out[SIGN_PUBLIC_BYTES])
{
	memcpy(out, key->der, SIGN_PUBLIC_BYTES);
}

enum kakou_err sign_key_sign(struct sign_key *key, const void *data, size_t len,
			     unsigned char out[SIGN_SIGNATURE_MAX], size_t *out_len,
			     struct why *why)
{
	unsigned char hash[HASH_BYTES];
	int failure;

	digest_sha256(data, len, hash);
	if (key->token)
		return token_sign(key->token, hash, out, out_len, why);
#if HAS_MBEDTLS_3
	failure = mbedtls_pk_sign(&key->pk, MBEDTLS_MD_SHA256, hash, sizeof(hash), out,
				  SIGN_SIGNATURE_MAX, out_len, mbedtls_ctr_drbg_random,
				  &key->random);
#else
	failure = mbedtls_pk_sign(&key->pk, MBEDTLS_MD_SHA256, hash, sizeof(hash), out,
				  out_len, mbedtls_ctr_drbg_random, &key->random);
#endif
	if (!failure)
		return KAKOU_OK;
	(void)explain(why, "signing key", "can't sign", failure);
	return failure == MBEDTLS_ERR_MPI_ALLOC_FAILED ? KAKOU_E_NOMEM : KAKOU_E_IO;
}

bool sign_key_is_quick(const struct sign_key *key)
{
	return !key || !key->token;
}

void sign_key_destroy(struct sign_key *key)
{
	if (!key)
		return;
	token_close(key->token);
	mbedtls_pk_free(&key->pk);
	mbedtls_ctr_drbg_free(&key->random);
	mbedtls_entropy_free(&key->entropy);
	free(key);
}

/* ---- public keys ---------------------------------------------------------------------- */

static enum kakou_err take_public(struct sign_public **out, const char *name,
				  const unsigned char *bytes, size_t size,
				  struct why *why)
{
	struct sign_public *key = calloc(1, sizeof(*key));
	enum kakou_err err = KAKOU_OK;
	int failure;

	if (!key)
		return why_set(why, KAKOU_E_NOMEM, "%s: no memory for a key", name);
	mbedtls_pk_init(&key->pk);
	failure = mbedtls_pk_parse_public_key(&key->pk, bytes, size);
	if (failure)
		err = explain(why, name, "expected a public key", failure);
	else if (!read_public(&key->pk, key->der))
		err = why_set(why, KAKOU_E_INVALID, "%s: expected a key of P-256", name);
	if (err)
		sign_public_destroy(key);
	else
		*out = key;
	return err;
}

enum kakou_err sign_public_take(struct sign_public **out, const unsigned char *der,
				size_t len, struct why *why)
{
	return take_public(out, "public key", der, len, why);
}

enum kakou_err sign_public_load(struct sign_public **out, const char *path,
				struct why *why)
{
	char *pem;
	size_t len;
	enum kakou_err err = file_read_whole(path, PEM_BYTES, &pem, &len, why);

	if (err)
		return err;
	err = take_public(out, path, (const unsigned char *)pem, len + 1, why);
	free(pem);
	return err;
}

void sign_public_get(const struct sign_public *key, unsigned char out[SIGN_PUBLIC_BYTES])
{
	memcpy(out, key->der, SIGN_PUBLIC_BYTES);
}

enum kakou_err sign_public_verify(struct sign_public *key, const void *data, size_t len,
				  const unsigned char *signature, size_t signature_len)
{
	unsigned char hash[HASH_BYTES];

	digest_sha256(data, len, hash);
	return mbedtls_pk_verify(&key->pk, MBEDTLS_MD_SHA256, hash, sizeof(hash),
				 signature, signature_len)
		       ? KAKOU_E_REFUSED
		       : KAKOU_OK;
}

void sign_public_destroy(struct sign_public *key)
{
	if (!key)
		return;
	mbedtls_pk_free(&key->pk);
	free(key);
}

void sign_print_public(const unsigned char der[SIGN_PUBLIC_BYTES],
		       char out[SIGN_PUBLIC_PEM_MAX])
{
	char text[BASE64_CHARS(SIGN_PUBLIC_BYTES) + 1];
	int printed;

	base64_encode(der, SIGN_PUBLIC_BYTES, text);
	printed = snprintf(out, SIGN_PUBLIC_PEM_MAX,
			   "-----BEGIN PUBLIC KEY-----\n%.*s\n%s\n"
			   "-----END PUBLIC KEY-----\n",
			   LINE_CHARS, text, text + LINE_CHARS);
	assert(printed > 0 && printed < SIGN_PUBLIC_PEM_MAX);
}

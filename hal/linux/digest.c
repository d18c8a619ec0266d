/* SPDX-License-Identifier: MIT */
/*
 * Digests, on mbedtls.
 *
 * Layer: hal. Pure. Threads: any.
 */
#include "hal/tls.h"

#include <assert.h>
#include <stdlib.h>

#include <mbedtls/sha256.h>
#include <mbedtls/version.h>

void digest_sha256(const void *data, size_t len, unsigned char out[32])
{
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
	int failure = mbedtls_sha256(data, len, out, 0);
#else
	int failure = mbedtls_sha256_ret(data, len, out, 0);
#endif

	assert(!failure); /* only a hardware engine can fail */
}

/* mbedtls 2 has the functions that may fail under another name. */
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
#define STARTS mbedtls_sha256_starts
#define UPDATE mbedtls_sha256_update
#define FINISH mbedtls_sha256_finish
#else
#define STARTS mbedtls_sha256_starts_ret
#define UPDATE mbedtls_sha256_update_ret
#define FINISH mbedtls_sha256_finish_ret
#endif

struct digest {
	mbedtls_sha256_context context;
};

struct digest *digest_create(void)
{
	struct digest *digest = malloc(sizeof(*digest));
	int failure;

	if (!digest)
		return NULL;
	mbedtls_sha256_init(&digest->context);
	failure = STARTS(&digest->context, 0);
	assert(!failure);
	return digest;
}

void digest_add(struct digest *digest, const void *data, size_t len)
{
	int failure = UPDATE(&digest->context, data, len);

	assert(!failure);
}

void digest_end(struct digest *digest, unsigned char out[32])
{
	int failure = FINISH(&digest->context, out);

	assert(!failure);
	mbedtls_sha256_free(&digest->context);
	free(digest);
}

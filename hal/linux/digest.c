/* SPDX-License-Identifier: MIT */
/*
 * Digests, on mbedtls.
 *
 * Layer: hal. Pure. Threads: any.
 */
#include "hal/tls.h"

#include <assert.h>

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

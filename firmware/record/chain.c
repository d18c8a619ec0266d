/* SPDX-License-Identifier: MIT */
/*
 * The hashes that tie events together.
 *
 * Layer: firmware. Pure.
 */
#include "firmware/record/chain.h"

#include <assert.h>
#include <string.h>

#include "firmware/record/canonical.h"
#include "hal/tls.h"

enum prefix { PREFIX_LEAF = 0x00, PREFIX_LINK = 0x01, PREFIX_ORIGIN = 0x02 };

void chain_begin(const char *origin, unsigned char out[CHAIN_BYTES])
{
	unsigned char input[1 + CHAIN_ORIGIN_MAX];
	size_t len = strlen(origin);

	assert(len <= CHAIN_ORIGIN_MAX);
	input[0] = PREFIX_ORIGIN;
	/* NOLINTNEXTLINE(bugprone-not-null-terminated-result): bytes to hash */
	memcpy(input + 1, origin, len);
	digest_sha256(input, 1 + len, out);
}

void chain_hash_leaf(const char *bytes, size_t len, unsigned char out[CHAIN_BYTES])
{
	unsigned char input[1 + CANONICAL_MAX];

	assert(len <= CANONICAL_MAX);
	input[0] = PREFIX_LEAF;
	memcpy(input + 1, bytes, len);
	digest_sha256(input, 1 + len, out);
}

void chain_link(const unsigned char previous[CHAIN_BYTES],
		const unsigned char leaf[CHAIN_BYTES], unsigned char out[CHAIN_BYTES])
{
	unsigned char input[1 + 2 * CHAIN_BYTES];

	input[0] = PREFIX_LINK;
	memcpy(input + 1, previous, CHAIN_BYTES);
	memcpy(input + 1 + CHAIN_BYTES, leaf, CHAIN_BYTES);
	digest_sha256(input, sizeof(input), out);
}

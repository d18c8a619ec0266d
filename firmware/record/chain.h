/* SPDX-License-Identifier: MIT */
/*
 * The hashes that tie events together. Each input begins with a byte of its own, so that no
 * value can be taken for one of another place.
 *
 * Layer: firmware. Pure.
 */
#ifndef KAKOU_FIRMWARE_CHAIN_H
#define KAKOU_FIRMWARE_CHAIN_H

#include <stddef.h>

enum { CHAIN_BYTES = 32, CHAIN_ORIGIN_MAX = 255 };

/** chain[0] = SHA-256(0x02 ‖ origin); `origin` of at most CHAIN_ORIGIN_MAX bytes. */
void chain_begin(const char *origin, unsigned char out[CHAIN_BYTES]);

/** leaf = SHA-256(0x00 ‖ bytes); `len` of at most CANONICAL_MAX. */
void chain_hash_leaf(const char *bytes, size_t len, unsigned char out[CHAIN_BYTES]);

/** chain[n] = SHA-256(0x01 ‖ chain[n-1] ‖ leaf[n]); `out` may be `previous`. */
void chain_link(const unsigned char previous[CHAIN_BYTES],
		const unsigned char leaf[CHAIN_BYTES], unsigned char out[CHAIN_BYTES]);

#endif

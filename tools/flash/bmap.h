/* SPDX-License-Identifier: MIT */
/*
 * Block maps of bmap-tools, format 2.0: which blocks of an image have data, with a SHA-256 for each
 * range of them.
 *
 * Layer: tools.
 */
#ifndef KAKOU_TOOLS_FLASH_BMAP_H
#define KAKOU_TOOLS_FLASH_BMAP_H

#include <stddef.h>
#include <stdint.h>

#include "hal/err.h"
#include "hal/why.h"

enum { BMAP_BYTES_MAX = 8 << 20, BMAP_RANGES_MAX = 65536 };

struct bmap_range {
	uint64_t first, last; /**< blocks, both inside */
	unsigned char sha256[32];
};

struct bmap {
	uint64_t image_bytes;
	uint32_t block_bytes;
	uint64_t blocks; /**< of the image */
	uint64_t mapped; /**< those with data */
	size_t range_count;
	struct bmap_range *ranges; /**< ascending, without overlaps */
};

/** Reads a map. KAKOU_E_INVALID: `why` says what does not fit; everything has to, and each range has
 *  to have its checksum. The caller releases with bmap_release(). */
KAKOU_MUST_CHECK enum kakou_err bmap_parse(struct bmap *out, const char *text, size_t len,
					   struct why *why);
void bmap_release(struct bmap *map);

/** Bytes of the image from the beginning of the range to its end, which may be the image's. */
uint64_t bmap_range_bytes(const struct bmap *map, const struct bmap_range *range);

/** Bytes of `count` ranges from `first`. */
uint64_t bmap_bytes(const struct bmap *map, size_t first, size_t count);

/** The same image with `count` of its ranges from `first` only, as a file of bmap-tools; NULL
 *  without memory. The caller frees it. */
char *bmap_print(const struct bmap *map, size_t first, size_t count);

#endif

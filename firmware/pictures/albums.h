/* SPDX-License-Identifier: MIT */
/*
 * The pictures of the newest passages, by the numbers under which customs was asked about them:
 * for the inquiry itself (0x21) and for the platform that fetches them (0x25).
 *
 * Layer: firmware. Pure.
 */
#ifndef KAKOU_FIRMWARE_PICTURE_ALBUMS_H
#define KAKOU_FIRMWARE_PICTURE_ALBUMS_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/customs/link.h"

enum { ALBUMS_MAX = 64, ALBUM_NUMBERS_MAX = 4 };

struct album {
	int64_t passage; /**< 0 = free */
	uint8_t lane;
	bool is_due; /**< the newest number's pictures are not told to the link yet */
	uint8_t count;
	uint32_t asked;
	struct customs_picture pictures[FRAME_PICTURES_MAX];  /**< one a position */
	char seq_nos[ALBUM_NUMBERS_MAX][CUSTOMS_SEQ_MAX + 1]; /**< a ring */
};

struct albums {
	uint32_t next;
	struct album albums[ALBUMS_MAX]; /**< a ring: the oldest passage gives way */
};

/** The passage's, made when it is new. */
struct album *albums_open(struct albums *albums, uint8_t lane, int64_t passage);

/** A picture takes the place of an older one at its position. */
void album_add(struct album *album, const struct customs_picture *picture);

/** Customs is asked under this number. */
void album_ask(struct album *album, const char *seq_no);

/** The passage that was asked about under this number; NULL: not one of the newest. */
const struct album *albums_find(const struct albums *albums, uint8_t lane,
				const char *seq_no);

/** As the link takes it, for the newest number. */
void album_fill(const struct album *album, struct customs_album *out);

#endif

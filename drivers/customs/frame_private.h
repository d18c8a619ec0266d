/* SPDX-License-Identifier: MIT */
/*
 * What frame.c and frame_pictures.c share.
 *
 * Layer: drivers, private to frame*.c. Pure.
 */
#ifndef KAKOU_DRIVERS_CUSTOMS_FRAME_PRIVATE_H
#define KAKOU_DRIVERS_CUSTOMS_FRAME_PRIVATE_H

#include "drivers/customs/frame.h"

enum {
	AT_TOTAL = 4,
	TAIL_LENGTH = 2,
	PICTURE_HEAD = 5, /* position (1), length (4) */
	PICTURES_MIN = 4 + PICTURE_HEAD,
};

static inline void frame_put_length(unsigned char *at, bool big_endian, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (unsigned char)(value >> 8 * (big_endian ? 3 - i : i));
}

static inline uint32_t frame_get_length(const unsigned char *at, bool big_endian)
{
	uint32_t value = 0;

	for (int i = 0; i < 4; i++)
		value |= (uint32_t)at[i] << 8 * (big_endian ? 3 - i : i);
	return value;
}

/* The block of pictures from `from` to the tail at `end`: KAKOU_E_GARBLED when it is not one. */
KAKOU_MUST_CHECK enum kakou_err frame_check_pictures(const unsigned char *data,
						     bool big_endian, size_t from,
						     size_t end, struct why *why);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The pictures of a 0x21 or 0x26, between XML and tail (customs-protocol section 2).
 *
 * Layer: drivers. Pure: no I/O, no allocation.
 */
#include "drivers/customs/frame_private.h"

#include <string.h>

/* What the block's first number counts the standard leaves open: the pictures, their bytes, those
 * with their heads, or the whole block. */
static bool is_pictures_total(uint32_t total, size_t block, size_t count)
{
	return total == block || total == block - 4 || total == count ||
	       total == block - 4 - count * PICTURE_HEAD;
}

/* The lengths of pictures must add up to the frame's end. */
enum kakou_err frame_check_pictures(const unsigned char *data, bool big_endian,
				    size_t from, size_t end, struct why *why)
{
	uint32_t total = frame_get_length(data + from, big_endian);
	size_t at = from + 4, count = 0;

	while (end - at >= PICTURE_HEAD && count < FRAME_PICTURES_MAX) {
		uint32_t size = frame_get_length(data + at + 1, big_endian);

		if (data[at] < 0x30 || data[at] > 0x35 || size > end - at - PICTURE_HEAD)
			break;
		at += PICTURE_HEAD + size;
		count++;
	}
	if (at != end)
		return why_set(why, KAKOU_E_GARBLED,
			       "pictures end at byte %zu: expected the tail at %zu", at,
			       end);
	if (!is_pictures_total(total, end - from, count))
		return why_set(why, KAKOU_E_GARBLED,
			       "pictures have the total %u: expected %zu, the bytes that "
			       "follow",
			       total, end - from - 4);
	return KAKOU_OK;
}

bool frame_next_picture(const struct frame *frame, size_t *at, struct frame_picture *out)
{
	const unsigned char *head;

	if (*at == 0)
		*at = 4;
	if (!frame->pictures || *at >= frame->pictures_len)
		return false;
	head = frame->pictures + *at;
	out->position = (char)head[0];
	out->len = frame_get_length(head + 1, frame->seen.big_endian);
	out->data = head + PICTURE_HEAD;
	*at += PICTURE_HEAD + out->len;
	return true;
}

size_t frame_pictures_size(const struct frame_picture *pictures, size_t count)
{
	size_t size = count ? 4 : 0;

	for (size_t i = 0; i < count; i++)
		size += PICTURE_HEAD + pictures[i].len;
	return size;
}

void frame_put_pictures(const void *frame, size_t len,
			const struct frame_dialect *dialect,
			const struct frame_picture *pictures, size_t count,
			unsigned char *to)
{
	size_t size = frame_pictures_size(pictures, count);
	size_t at = len - TAIL_LENGTH;

	memcpy(to, frame, at);
	frame_put_length(to + AT_TOTAL, dialect->big_endian, (uint32_t)(len + size));
	if (count) {
		frame_put_length(to + at, dialect->big_endian, (uint32_t)(size - 4));
		at += 4;
	}
	for (size_t i = 0; i < count; i++) {
		to[at] = (unsigned char)pictures[i].position;
		frame_put_length(to + at + 1, dialect->big_endian,
				 (uint32_t)pictures[i].len);
		memcpy(to + at + PICTURE_HEAD, pictures[i].data, pictures[i].len);
		at += PICTURE_HEAD + pictures[i].len;
	}
	memset(to + at, 0xFF, TAIL_LENGTH);
}

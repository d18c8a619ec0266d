/* SPDX-License-Identifier: MIT */
/*
 * The binary frame around every customs message (customs-protocol section 2).
 *
 * Layer: drivers. Pure: no I/O, no allocation; hard limits before anything is copied.
 */
#ifndef KAKOU_DRIVERS_CUSTOMS_FRAME_H
#define KAKOU_DRIVERS_CUSTOMS_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hal/err.h"
#include "hal/why.h"

enum {
	FRAME_OVERHEAD = 40,     /**< header and tail, with a code of one byte */
	FRAME_OVERHEAD_MAX = 43, /**< the same with a code of four */
	FRAME_XML_MAX = 32 * 1024,
	FRAME_MAX = FRAME_OVERHEAD_MAX + FRAME_XML_MAX,
	FRAME_ID_LENGTH = 10,
	FRAME_PICTURES_MAX = 6,               /**< one for each position */
	FRAME_PICTURED_MAX = 8 * 1024 * 1024, /**< with pictures */
};

struct frame_dialect {
	bool big_endian; /**< of the two lengths, and of a wide code */
	bool ident_ones; /**< FF FF FF FF, otherwise zeroes; both are accepted */
	bool wide_code;  /**< four bytes, as the standard's table prints it */
	bool is_bare;    /**< no frame at all: XML, ended by half-close */
};

struct frame {
	uint8_t code; /**< 0x21, 0x22, 0x31, 0x32 … */
	char area_id[FRAME_ID_LENGTH + 1];
	char chnl_no[FRAME_ID_LENGTH + 1];
	char direction;            /**< 'I' or 'E'; bare smart XML may state none: '\0' */
	struct frame_dialect seen; /**< reading: what the peer speaks */
	const char *xml;           /**< into the caller's buffer */
	size_t xml_len;
	const unsigned char *pictures; /**< likewise; the block behind the XML, or NULL */
	size_t pictures_len;
};

/** A picture of a 0x21 or 0x26. */
struct frame_picture {
	char position; /**< '0' front, '1' front-left, '2' front-right, '3' rear, '4', '5' */
	const void *data;
	size_t len;
};

/** Writes a whole frame; bare, nothing but the XML. KAKOU_E_FULL: larger than `size`.
 * KAKOU_E_INVALID: a field that does not fit (id longer than 10, direction not I or E, XML over
 * the limit). */
KAKOU_MUST_CHECK enum kakou_err frame_write(const struct frame *frame,
					    const struct frame_dialect *dialect,
					    void *buffer, size_t size, size_t *len,
					    struct why *why);

/** Reads the frame at the start of `data`. KAKOU_OK: *used bytes belong to it.
 * KAKOU_E_AGAIN: incomplete so far, and not yet wrong; also bare XML up to its limit, which only
 * the end of the stream completes (bare_read()). KAKOU_E_GARBLED: never becomes a frame (head
 * mark, length out of 40..FRAME_MAX in both byte orders, code, tail …). Both byte orders are
 * tried: only one gives a total within the limits; both widths of the code: an identifier never
 * begins with a NUL. */
KAKOU_MUST_CHECK enum kakou_err frame_read(const void *data, size_t len,
					   struct frame *out, size_t *used,
					   struct why *why);

/** The same for who takes pictures: up to `max` bytes, at most FRAME_PICTURED_MAX. A total above
 * 64 KB may lie within it in both byte orders: then the XML's length tells. */
KAKOU_MUST_CHECK enum kakou_err frame_read_up_to(const void *data, size_t len, size_t max,
						 struct frame *out, size_t *used,
						 struct why *why);

/** The picture at *at (0 = the first) of the block, and *at behind it; false at the end. */
bool frame_next_picture(const struct frame *frame, size_t *at, struct frame_picture *out);

/** Bytes that pictures add to a frame; 0 for none. */
size_t frame_pictures_size(const struct frame_picture *pictures, size_t count);

/** Writes `frame` (which frame_write() has made, without pictures) with pictures into `to` of
 * len + frame_pictures_size() bytes. Not for bare XML. */
void frame_put_pictures(const void *frame, size_t len,
			const struct frame_dialect *dialect,
			const struct frame_picture *pictures, size_t count,
			unsigned char *to);

/** What a frame has beside its XML: 40, 43, or 0 where there is none. */
size_t frame_overhead(const struct frame_dialect *dialect);

/** Whether these first bytes are bare XML and no frame. */
bool frame_is_bare(const void *data, size_t len);

#endif

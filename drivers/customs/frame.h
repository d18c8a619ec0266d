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

/** What a frame has beside its XML: 40, 43, or 0 where there is none. */
size_t frame_overhead(const struct frame_dialect *dialect);

/** Whether these first bytes are bare XML and no frame. */
bool frame_is_bare(const void *data, size_t len);

#endif

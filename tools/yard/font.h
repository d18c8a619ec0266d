/* SPDX-License-Identifier: MIT */
/*
 * Letters for drawn pictures: GNU Unifont as Debian's package unifont installs it, 16 dots high.
 *
 * Layer: tools. Blocks on the disk when it is opened.
 */
#ifndef KAKOU_TOOLS_YARD_FONT_H
#define KAKOU_TOOLS_YARD_FONT_H

#include <stdint.h>

enum { FONT_HIGH = 16 };

struct font; /* opaque */

struct font_glyph {
	int wide;                 /**< 8 or 16 dots */
	uint16_t rows[FONT_HIGH]; /**< leftmost dot = bit 15 */
};

/** NULL where the file is not there: letters are then boxes. */
struct font *font_open(const char *path);
void font_close(struct font *font);

/** The next character of a UTF-8 text, and its glyph. Returns its bytes, 0 at the end. */
int font_next(const struct font *font, const char *text, struct font_glyph *out);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * A small picture in colours, and its JPEG.
 *
 * Layer: tools. Pure but for its memory.
 */
#ifndef KAKOU_TOOLS_YARD_CANVAS_H
#define KAKOU_TOOLS_YARD_CANVAS_H

#include <stddef.h>
#include <stdint.h>

#include "tools/yard/font.h"

enum { CANVAS_WIDE = 480, CANVAS_HIGH = 270 };

struct canvas {
	unsigned char dots[CANVAS_HIGH][CANVAS_WIDE][3];
};

/** Colours are 0xRRGGBB. */
void canvas_fill(struct canvas *canvas, int x, int y, int wide, int high,
		 uint32_t colour);
void canvas_disc(struct canvas *canvas, int x, int y, int radius, uint32_t colour);

/** Each dot of the font is `scale` dots. Returns where the text ends. */
int canvas_text(struct canvas *canvas, const struct font *font, int x, int y, int scale,
		const char *text, uint32_t colour);

/** How wide it would be. */
int canvas_measure(const struct font *font, int scale, const char *text);

/** The caller frees it. NULL without memory. */
unsigned char *canvas_encode(const struct canvas *canvas, size_t *len);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Rectangles, discs, letters; JPEG by libjpeg.
 *
 * Layer: tools.
 */
#include "tools/yard/canvas.h"

#include <stdio.h>

#include <jpeglib.h>

enum { QUALITY = 70 };

static void put(struct canvas *canvas, int x, int y, uint32_t colour)
{
	if (x < 0 || y < 0 || x >= CANVAS_WIDE || y >= CANVAS_HIGH)
		return;
	canvas->dots[y][x][0] = (unsigned char)(colour >> 16);
	canvas->dots[y][x][1] = (unsigned char)(colour >> 8);
	canvas->dots[y][x][2] = (unsigned char)colour;
}

void canvas_fill(struct canvas *canvas, int x, int y, int wide, int high, uint32_t colour)
{
	for (int dy = 0; dy < high; dy++) {
		for (int dx = 0; dx < wide; dx++)
			put(canvas, x + dx, y + dy, colour);
	}
}

void canvas_disc(struct canvas *canvas, int x, int y, int radius, uint32_t colour)
{
	for (int dy = -radius; dy <= radius; dy++) {
		for (int dx = -radius; dx <= radius; dx++) {
			if (dx * dx + dy * dy <= radius * radius)
				put(canvas, x + dx, y + dy, colour);
		}
	}
}

static void put_glyph(struct canvas *canvas, const struct font_glyph *glyph, int x, int y,
		      int scale, uint32_t colour)
{
	for (int row = 0; row < FONT_HIGH; row++) {
		for (int dot = 0; dot < glyph->wide; dot++) {
			if (glyph->rows[row] >> (15 - dot) & 1)
				canvas_fill(canvas, x + dot * scale, y + row * scale,
					    scale, scale, colour);
		}
	}
}

int canvas_text(struct canvas *canvas, const struct font *font, int x, int y, int scale,
		const char *text, uint32_t colour)
{
	struct font_glyph glyph;
	int len;

	while ((len = font_next(font, text, &glyph)) > 0) {
		put_glyph(canvas, &glyph, x, y, scale, colour);
		x += glyph.wide * scale;
		text += len;
	}
	return x;
}

int canvas_measure(const struct font *font, int scale, const char *text)
{
	struct font_glyph glyph;
	int len, wide = 0;

	for (; (len = font_next(font, text, &glyph)) > 0; text += len)
		wide += glyph.wide * scale;
	return wide;
}

/* It ends the process when it has no memory, as its own error handler does. */
unsigned char *canvas_encode(const struct canvas *canvas, size_t *len)
{
	struct jpeg_compress_struct jpeg;
	struct jpeg_error_mgr errors;
	unsigned char *out = NULL;
	unsigned long size = 0;

	jpeg.err = jpeg_std_error(&errors);
	jpeg_create_compress(&jpeg);
	jpeg_mem_dest(&jpeg, &out, &size);
	jpeg.image_width = CANVAS_WIDE;
	jpeg.image_height = CANVAS_HIGH;
	jpeg.input_components = 3;
	jpeg.in_color_space = JCS_RGB;
	jpeg_set_defaults(&jpeg);
	jpeg_set_quality(&jpeg, QUALITY, TRUE);
	jpeg_start_compress(&jpeg, TRUE);
	while (jpeg.next_scanline < jpeg.image_height) {
		JSAMPROW row = (JSAMPROW)canvas->dots[jpeg.next_scanline];

		jpeg_write_scanlines(&jpeg, &row, 1);
	}
	jpeg_finish_compress(&jpeg);
	jpeg_destroy_compress(&jpeg);
	*len = size;
	return out;
}

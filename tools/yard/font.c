/* SPDX-License-Identifier: MIT */
/*
 * Lines "XXXX:HEX" of a .hex file, by code point.
 *
 * Layer: tools.
 */
#include "tools/yard/font.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hal/file.h"

enum {
	FILE_MAX = 16 * 1024 * 1024,
	POINTS = 0x10000,
	NARROW_DIGITS = 32,
	WIDE_DIGITS = 64
};

struct font {
	char *text;
	const char *glyphs[POINTS]; /* the digits behind the colon, or NULL */
};

struct font *font_open(const char *path)
{
	struct font *font = calloc(1, sizeof(*font));
	struct why why;
	size_t len;

	if (!font || file_read_whole(path, FILE_MAX, &font->text, &len, &why)) {
		free(font);
		return NULL;
	}
	for (char *line = font->text; line && *line;) {
		char *colon;
		unsigned long point = strtoul(line, &colon, 16);

		if (*colon == ':' && point < POINTS)
			font->glyphs[point] = colon + 1;
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	return font;
}

void font_close(struct font *font)
{
	if (!font)
		return;
	free(font->text);
	free(font);
}

static void draw_box(struct font_glyph *out)
{
	out->wide = 8;
	for (int i = 0; i < FONT_HIGH; i++)
		out->rows[i] = i < 2 || i == FONT_HIGH - 1 ? 0 : 0x4200;
	out->rows[2] = out->rows[FONT_HIGH - 2] = 0x7E00;
}

static void read_glyph(const char *digits, struct font_glyph *out)
{
	size_t count = strspn(digits, "0123456789ABCDEF");
	int per_row = count == WIDE_DIGITS ? 4 : 2;

	if (count != NARROW_DIGITS && count != WIDE_DIGITS) {
		draw_box(out);
		return;
	}
	out->wide = per_row * 4;
	for (int row = 0; row < FONT_HIGH; row++) {
		char part[5] = "";

		memcpy(part, digits + row * per_row, (size_t)per_row);
		out->rows[row] = (uint16_t)(strtoul(part, NULL, 16) << (16 - out->wide));
	}
}

/* Texts of scenarios are UTF-8; what is not becomes a box. */
static int next_point(const char *text, uint32_t *point)
{
	const unsigned char *at = (const unsigned char *)text;
	int more = at[0] >= 0xF0 ? 3 : at[0] >= 0xE0 ? 2 : at[0] >= 0xC0 ? 1 : 0;

	*point = more ? at[0] & (0x3Fu >> more) : at[0];
	for (int i = 1; i <= more; i++) {
		if ((at[i] & 0xC0) != 0x80) {
			*point = POINTS;
			return 1;
		}
		*point = *point << 6 | (at[i] & 0x3Fu);
	}
	return more + 1;
}

int font_next(const struct font *font, const char *text, struct font_glyph *out)
{
	uint32_t point;
	int len;

	if (!*text)
		return 0;
	len = next_point(text, &point);
	if (font && point < POINTS && font->glyphs[point])
		read_glyph(font->glyphs[point], out);
	else
		draw_box(out);
	return len;
}

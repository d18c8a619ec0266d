/* SPDX-License-Identifier: MIT */
/*
 * A page of terminal text.
 *
 * Layer: tools. Pure, no allocation.
 */
#include "tools/demo/screen.h"

#include <stdint.h>
#include <string.h>

/* Unicode 15, East Asian Width W and F, where this project's texts can be; and the marks
 * that take no column of their own. */
static const struct {
	uint32_t first, last;
	int width;
} ranges[] = {
	{0x0300,  0x036F,  0},
	{0x1100,  0x115F,  2},
	{0x200B,  0x200F,  0},
	{0x20D0,  0x20FF,  0},
	{0x2E80,  0x303E,  2},
	{0x3041,  0x33FF,  2},
	{0x3400,  0x4DBF,  2},
	{0x4E00,  0x9FFF,  2},
	{0xA000,  0xA4CF,  2},
	{0xAC00,  0xD7A3,  2},
	{0xF900,  0xFAFF,  2},
	{0xFE00,  0xFE0F,  0},
	{0xFE30,  0xFE6F,  2},
	{0xFF01,  0xFF60,  2},
	{0xFFE0,  0xFFE6,  2},
	{0x1F300, 0x1F64F, 2},
	{0x1F900, 0x1F9FF, 2},
	{0x20000, 0x3FFFD, 2},
};

/* Kept free for an end of colour and an end of line. */
enum { RESERVE = 16 };

struct character {
	size_t bytes;
	int width;
	bool is_text; /* false: a control character or a broken sequence */
};

static bool is_continuation(unsigned char c)
{
	return (c & 0xC0) == 0x80;
}

static struct character read_character(const char *at)
{
	const unsigned char *s = (const unsigned char *)at;
	struct character found = {.bytes = 1, .width = 1};
	uint32_t code;
	size_t more;

	if (s[0] < 0x80) {
		found.is_text = s[0] >= 0x20 && s[0] != 0x7F;
		return found;
	}
	more = s[0] >= 0xF0 ? 3 : s[0] >= 0xE0 ? 2 : 1;
	if (s[0] < 0xC2 || s[0] > 0xF4)
		return found;
	code = s[0] & (0x3FU >> more);
	for (size_t i = 1; i <= more; i++) {
		if (!is_continuation(s[i]))
			return found;
		code = code << 6 | (s[i] & 0x3FU);
	}
	found.bytes = more + 1;
	found.is_text = code >= 0xA0; /* U+0080 to U+009F are control characters */
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		if (code >= ranges[i].first && code <= ranges[i].last)
			found.width = ranges[i].width;
	}
	return found;
}

int screen_text_width(const char *text)
{
	int width = 0;

	while (*text) {
		struct character next = read_character(text);

		width += next.width;
		text += next.bytes;
	}
	return width;
}

void screen_begin(struct screen *screen, int columns, bool has_colour)
{
	screen->columns = columns;
	screen->has_colour = has_colour;
	screen->colour = SCREEN_PLAIN;
	screen->at = 0;
	screen->lines = 0;
	screen->used = 0;
	screen->text[0] = '\0';
}

static bool append(struct screen *screen, const char *bytes, size_t count, size_t reserve)
{
	if (screen->used + count + reserve >= sizeof(screen->text))
		return false;
	memcpy(screen->text + screen->used, bytes, count);
	screen->used += count;
	screen->text[screen->used] = '\0';
	return true;
}

static void put_to(struct screen *screen, const char *text, int edge)
{
	while (*text) {
		struct character next = read_character(text);

		if (screen->at + next.width > edge)
			return;
		if (!append(screen, next.is_text ? text : "?",
			    next.is_text ? next.bytes : 1, RESERVE))
			return;
		screen->at += next.width;
		text += next.bytes;
	}
}

void screen_put(struct screen *screen, const char *text)
{
	put_to(screen, text, screen->columns);
}

void screen_put_cut(struct screen *screen, const char *text, int width)
{
	int edge = screen->at + width;

	if (edge > screen->columns)
		edge = screen->columns;
	if (screen_text_width(text) <= edge - screen->at) {
		put_to(screen, text, edge);
		return;
	}
	put_to(screen, text, edge - 1);
	put_to(screen, "…", edge);
}

void screen_fill_to(struct screen *screen, int column, const char *with)
{
	int before = -1;

	/* Without progress the page is full. */
	while (screen->at < column && screen->at < screen->columns &&
	       screen->at != before) {
		before = screen->at;
		screen_put(screen, with);
	}
}

void screen_go_to(struct screen *screen, int column)
{
	if (screen->at >= column && screen->at > 0)
		column = screen->at + 1;
	screen_fill_to(screen, column, " ");
}

void screen_colour(struct screen *screen, enum screen_colour colour)
{
	static const char *const codes[] = {
		[SCREEN_PLAIN] = "\033[0m",
		[SCREEN_LOOK] = "\033[1;33m",
		[SCREEN_BAD] = "\033[1;31m",
	};

	size_t reserve = colour == SCREEN_PLAIN ? 1 : RESERVE;

	if (screen->has_colour && colour != screen->colour &&
	    append(screen, codes[colour], strlen(codes[colour]), reserve))
		screen->colour = colour;
}

void screen_end_line(struct screen *screen)
{
	screen_colour(screen, SCREEN_PLAIN);
	append(screen, "\n", 1, 0);
	screen->at = 0;
	screen->lines++;
}

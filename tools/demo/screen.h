/* SPDX-License-Identifier: MIT */
/*
 * A page of terminal text, built line by line, that knows how wide Chinese is.
 *
 * Layer: tools. Pure, no allocation.
 */
#ifndef KAKOU_TOOLS_DEMO_SCREEN_H
#define KAKOU_TOOLS_DEMO_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

enum { SCREEN_BYTES_MAX = 32768 };

/** Colour says "look here", nothing else. */
enum screen_colour { SCREEN_PLAIN, SCREEN_LOOK, SCREEN_BAD };

struct screen {
	int columns;     /**< the terminal's width */
	bool has_colour; /**< false: screen_colour() does nothing */
	enum screen_colour colour;
	int at;    /**< columns used in the present line */
	int lines; /**< finished lines */
	size_t used;
	char text[SCREEN_BYTES_MAX]; /**< terminated; each line ends with a newline */
};

/** Columns that a UTF-8 text takes: 2 for each wide character, 0 for combining marks. */
int screen_text_width(const char *text);

/** Starts an empty page. */
void screen_begin(struct screen *screen, int columns, bool has_colour);

/** Appends text to the line; what goes over the right edge is left out, whole characters
 *  only. Control characters become '?'. */
void screen_put(struct screen *screen, const char *text);

/** The same with at most `width` columns, the last one '…' where something was left out. */
void screen_put_cut(struct screen *screen, const char *text, int width);

/** Spaces up to the column (from 0); one space at least when the line is already there. */
void screen_go_to(struct screen *screen, int column);

/** Fills the line up to the column with a one-column character such as "─". */
void screen_fill_to(struct screen *screen, int column, const char *with);

/** What follows in this line is of this colour; screen_end_line() ends it. */
void screen_colour(struct screen *screen, enum screen_colour colour);

void screen_end_line(struct screen *screen);

#endif

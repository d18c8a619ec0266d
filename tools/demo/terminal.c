/* SPDX-License-Identifier: MIT */
/*
 * The terminal on standard error.
 *
 * Layer: tools.
 */
#include "tools/demo/terminal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { COLUMNS_ASSUMED = 80, ROWS_ASSUMED = 24 };

static void write_all(const char *bytes, size_t count)
{
	while (count > 0) {
		ssize_t n = write(STDERR_FILENO, bytes, count);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return; /* the terminal is gone: nothing to show it on */
		bytes += n;
		count -= (size_t)n;
	}
}

void terminal_measure(struct terminal *terminal)
{
	struct winsize size;

	terminal->columns = COLUMNS_ASSUMED;
	terminal->rows = ROWS_ASSUMED;
	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 &&
	    size.ws_row > 0) {
		terminal->columns = size.ws_col;
		terminal->rows = size.ws_row;
	}
}

void terminal_open(struct terminal *terminal)
{
	const char *term = getenv("TERM");
	const char *no_color = getenv("NO_COLOR");
	bool is_dumb = !term || !term[0] || strcmp(term, "dumb") == 0;

	memset(terminal, 0, sizeof(*terminal));
	terminal->is_there = isatty(STDERR_FILENO) && !is_dumb;
	terminal->is_output_shared = terminal->is_there && isatty(STDOUT_FILENO);
	terminal->has_colour = !no_color || !no_color[0];
	terminal_measure(terminal);
}

/* The cursor is below the page's last line. */
static size_t begin(const struct terminal *terminal, char *to, size_t size)
{
	int n = terminal->drawn > 0 ? snprintf(to, size, "\033[?25l\033[?7l\r\033[%dA",
					       terminal->drawn)
				    : snprintf(to, size, "\033[?25l\033[?7l\r");

	return (size_t)n;
}

void terminal_draw(struct terminal *terminal, const struct screen *screen)
{
	static const char CLEAR_LINE[] = "\033[K";
	static const char CLEAR_BELOW[] = "\033[J\033[?7h";
	static char page[SCREEN_BYTES_MAX + 4096];
	size_t used;
	const char *line = screen->text;

	if (!terminal->is_there)
		return;
	used = begin(terminal, page, sizeof(page));
	while (*line) {
		const char *end = strchr(line, '\n') + 1;

		if (used + (size_t)(end - line) + 32 > sizeof(page))
			break;
		memcpy(page + used, CLEAR_LINE, sizeof(CLEAR_LINE) - 1);
		used += sizeof(CLEAR_LINE) - 1;
		memcpy(page + used, line, (size_t)(end - line));
		used += (size_t)(end - line);
		line = end;
	}
	memcpy(page + used, CLEAR_BELOW, sizeof(CLEAR_BELOW) - 1);
	write_all(page, used + sizeof(CLEAR_BELOW) - 1);
	terminal->drawn = screen->lines;
}

void terminal_erase(struct terminal *terminal)
{
	char text[64];
	size_t used;

	if (!terminal->is_there || terminal->drawn == 0)
		return;
	used = begin(terminal, text, sizeof(text));
	used += (size_t)snprintf(text + used, sizeof(text) - used, "\033[J\033[?7h");
	write_all(text, used);
	terminal->drawn = 0;
}

void terminal_keep(struct terminal *terminal)
{
	terminal->drawn = 0;
}

void terminal_close(struct terminal *terminal)
{
	static const char SHOW_CURSOR[] = "\033[?7h\033[?25h";

	if (!terminal->is_there)
		return;
	write_all(SHOW_CURSOR, sizeof(SHOW_CURSOR) - 1);
	terminal->is_there = false;
}

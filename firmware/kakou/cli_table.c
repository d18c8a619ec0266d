/* SPDX-License-Identifier: MIT */
/*
 * Tables of text whose columns align on a terminal, Chinese included.
 *
 * Layer: firmware. Allocates.
 */
#include "firmware/kakou/cli.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { GAP = 2 };

struct cli_table {
	size_t columns;
	size_t count, room;
	char **cells; /* row after row; the first row are the heads */
};

struct range {
	uint32_t first, last;
};

static bool is_in(uint32_t c, const struct range *ranges, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	}
	return false;
}

/* Unicode's East Asian Width W and F, by block; marks that combine, as far as texts of a gate
 * may hold them. */
static int measure_character(uint32_t c)
{
	static const struct range wide[] = {
		{0x1100,  0x115F },
		{0x2E80,  0x303E },
		{0x3041,  0xA4CF },
		{0xA960,  0xA97C },
		{0xAC00,  0xD7A3 },
		{0xF900,  0xFAFF },
		{0xFE30,  0xFE6F },
		{0xFF00,  0xFF60 },
		{0xFFE0,  0xFFE6 },
		{0x1F300, 0x1FAFF},
		{0x20000, 0x3FFFD},
	};
	static const struct range none[] = {
		{0x0300, 0x036F},
		{0x200B, 0x200F},
		{0x20D0, 0x20FF},
		{0xFE00, 0xFE0F},
		{0xFE20, 0xFE2F},
		{0xFEFF, 0xFEFF},
	};

	if (is_in(c, none, sizeof(none) / sizeof(none[0])))
		return 0;
	return is_in(c, wide, sizeof(wide) / sizeof(wide[0])) ? 2 : 1;
}

/* The character at `text` and its length; a broken sequence counts byte by byte. */
static uint32_t decode(const unsigned char *text, size_t *len)
{
	static const unsigned char lead_bits[] = {0x7F, 0x1F, 0x0F, 0x07};
	size_t more = text[0] >= 0xF0 ? 3 : text[0] >= 0xE0 ? 2 : text[0] >= 0xC0 ? 1 : 0;
	uint32_t c = text[0] & lead_bits[more];

	for (size_t i = 1; i <= more; i++) {
		if ((text[i] & 0xC0) != 0x80) {
			*len = 1;
			return '?';
		}
		c = c << 6 | (text[i] & 0x3F);
	}
	*len = more + 1;
	return c;
}

int cli_measure(const char *text)
{
	int width = 0;

	while (*text) {
		size_t len;

		width += measure_character(decode((const unsigned char *)text, &len));
		text += len;
	}
	return width;
}

/* A command that can't hold its result has nothing sensible left to do. */
static void *need(void *memory)
{
	if (memory)
		return memory;
	fputs("kakou: no memory\n", stderr);
	exit(CLI_FAILED);
}

static void add_cell(struct cli_table *table, char *text)
{
	if (table->count == table->room) {
		table->room = table->room ? table->room * 2 : 64;
		table->cells = need(realloc(table->cells, table->room * sizeof(char *)));
	}
	table->cells[table->count++] = text;
}

struct cli_table *cli_table_create(const char *const *heads)
{
	struct cli_table *table = need(calloc(1, sizeof(*table)));

	while (heads[table->columns]) {
		add_cell(table, need(strdup(heads[table->columns])));
		table->columns++;
	}
	assert(table->columns > 0 && table->columns <= CLI_COLUMNS_MAX);
	return table;
}

/* What comes from devices and peers must not steer the terminal. */
static void clean(char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7F)
			*text = '?';
	}
}

void cli_table_add(struct cli_table *table, const char *format, ...)
{
	char *text;
	va_list args;
	int n;

	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	text = need(n < 0 ? NULL : text);
	clean(text);
	add_cell(table, text);
}

static void print_cell(FILE *to, const char *text, int width, bool is_last)
{
	fputs(text, to);
	if (is_last)
		fputc('\n', to);
	else
		fprintf(to, "%*s", width + GAP - cli_measure(text), "");
}

void cli_table_print(const struct cli_table *table, FILE *to)
{
	int widths[CLI_COLUMNS_MAX] = {0};

	assert(table->count % table->columns == 0);
	for (size_t i = 0; i < table->count; i++) {
		int width = cli_measure(table->cells[i]);
		int *widest = &widths[i % table->columns];

		*widest = width > *widest ? width : *widest;
	}
	for (size_t i = 0; i < table->count; i++) {
		size_t column = i % table->columns;

		print_cell(to, table->cells[i], widths[column],
			   column + 1 == table->columns);
	}
}

void cli_table_destroy(struct cli_table *table)
{
	if (!table)
		return;
	for (size_t i = 0; i < table->count; i++)
		free(table->cells[i]);
	free(table->cells);
	free(table);
}

/* SPDX-License-Identifier: MIT */
/*
 * Exports as CSV. Layer: firmware. Pure.
 */
#include "firmware/record/csv.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "firmware/record/chain.h"

enum { EVENT_COLUMN = 5 };

static void print_cell(FILE *to, const char *text, size_t len)
{
	fputc('"', to);
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '"')
			fputc('"', to);
		fputc(text[i], to);
	}
	fputc('"', to);
}

void csv_print_head(FILE *to, const char *json, size_t len)
{
	fputs(",,export,,,", to);
	print_cell(to, json, len);
	fputs(",\r\n", to);
}

void csv_print_event(FILE *to, const struct canonical_head *head, const char *bytes,
		     size_t len)
{
	unsigned char leaf[CHAIN_BYTES];
	time_t second = (time_t)(head->wall_ms / 1000);
	char when[40] = "";
	struct tm utc;

	if (gmtime_r(&second, &utc))
		(void)strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &utc);
	fprintf(to, "%" PRId64 ",%s,%s,", head->seq, when, head->kind);
	print_cell(to, head->lane, strlen(head->lane));
	fprintf(to, ",%" PRId64 ",", head->passage);
	print_cell(to, bytes, len);
	fputc(',', to);
	chain_hash_leaf(bytes, len, leaf);
	for (size_t i = 0; i < sizeof(leaf); i++)
		fprintf(to, "%02x", leaf[i]);
	fputs("\r\n", to);
}

/* Past the cell at `at`, to the comma behind it; NULL: there is none. Quotes inside are doubled. */
static const char *skip_cell(const char *at, const char *end)
{
	bool is_quoted = false;

	for (; at < end; at++) {
		if (*at == '"')
			is_quoted = !is_quoted;
		else if (*at == ',' && !is_quoted)
			return at;
	}
	return NULL;
}

bool csv_read_event(const char *row, size_t row_len, char *out, size_t size, size_t *len)
{
	const char *end = row + row_len;
	const char *at = row;

	for (int i = 0; i < EVENT_COLUMN; i++) {
		at = skip_cell(at, end);
		if (!at)
			return false;
		at++;
	}
	if (at == end || *at++ != '"')
		return false;
	for (*len = 0; at < end; at++) {
		if (*at == '"' && (at + 1 == end || *++at != '"'))
			return true; /* what follows is compared, not read */
		if (*len == size)
			return false;
		out[(*len)++] = *at;
	}
	return false;
}

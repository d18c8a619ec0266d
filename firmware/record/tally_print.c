/* SPDX-License-Identifier: MIT */
/*
 * Tallies: what was counted, as JSON. null is what nobody knows.
 *
 * Layer: firmware. Pure; allocates.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/record/proof_print.h"
#include "firmware/record/tally_inside.h"

static const char *const directions[TALLY_DIRECTIONS] = {"\"I\"", "\"E\"", "null"};

static void print_number(FILE *to, const char *key, int64_t value)
{
	fprintf(to, ",\"%s\":%" PRId64, key, value);
}

/* Of the vehicles that were lifted for, in tenths of a percent. */
static void print_rate(FILE *to, const struct tally_count *count)
{
	int64_t lifted = count->automatic + count->manual;

	if (lifted > 0)
		print_number(to, "automatic_permille", count->automatic * 1000 / lifted);
	else
		fputs(",\"automatic_permille\":null", to);
}

static void print_types(FILE *to, const struct tally_count *count)
{
	fputs(",\"order_types\":{", to);
	for (int i = 1; i < TALLY_TYPES; i++)
		if (count->types[i] > 0)
			fprintf(to, "\"%d\":%" PRId64 ",", i, count->types[i]);
	fprintf(to, "\"unknown\":%" PRId64 "}", count->types[0]);
}

static void print_count(FILE *to, const struct tally_count *count)
{
	fprintf(to, "\"passages\":%" PRId64, count->passages);
	print_number(to, "automatic", count->automatic);
	print_number(to, "manual", count->manual);
	print_number(to, "not_lifted", count->not_lifted);
	print_rate(to, count);
	print_number(to, "passed", count->passed);
	print_number(to, "loaded", count->loads[TALLY_LOADED]);
	print_number(to, "empty", count->loads[TALLY_EMPTY]);
	print_number(to, "load_unknown", count->loads[TALLY_LOAD_UNKNOWN]);
	print_number(to, "boxes", count->boxes);
	print_number(to, "boxes_unknown", count->boxes_unknown);
	print_number(to, "teu", count->teu);
	print_number(to, "boxes_without_size", count->unsized);
	print_number(to, "gross_kg", count->gross_g / 1000);
	print_number(to, "not_weighed", count->not_weighed);
	print_types(to, count);
}

static int compare_rows(const void *a, const void *b)
{
	const struct tally_row *x = a, *y = b;
	int days = strcmp(x->day, y->day);

	if (days != 0)
		return days;
	return x->shift != y->shift ? x->shift - y->shift
				    : (int)x->direction - (int)y->direction;
}

static void print_rows(FILE *to, const struct tally *tally)
{
	const struct tally_query *query = &tally->query;

	for (size_t i = 0; i < tally->row_count; i++) {
		const struct tally_row *row = &tally->rows[i];
		int shift = row->shift;

		fprintf(to, "%s{\"day\":\"%s\",\"shift\":", i > 0 ? "," : "", row->day);
		if (shift < 0)
			fputs("null", to);
		else
			fprintf(to, "\"%02d-%02d\"", query->shifts[shift],
				query->shifts[(shift + 1) % query->shift_count]);
		fprintf(to, ",\"direction\":%s,", directions[row->direction]);
		print_count(to, &row->count);
		fputc('}', to);
	}
}

static void print_by_type(FILE *to, const struct tally *tally)
{
	bool is_first = true;

	for (int type = 0; type < TALLY_TYPES; type++)
		for (int i = 0; i < TALLY_DIRECTIONS; i++) {
			const struct tally_count *count = &tally->types[i][type];

			if (count->passages == 0)
				continue;
			fputs(is_first ? "{\"order_type\":" : ",{\"order_type\":", to);
			is_first = false;
			if (type == 0)
				fputs("null", to);
			else
				fprintf(to, "%d", type);
			fprintf(to, ",\"direction\":%s,", directions[i]);
			print_count(to, count);
			fputc('}', to);
		}
}

/* The most first, then by name. */
static int compare_manual(const void *a, const void *b)
{
	const struct tally_manual *x = a, *y = b;
	int names = strcmp(x->officer, y->officer);

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return names != 0 ? names : strcmp(x->reason, y->reason);
}

static void print_manual(FILE *to, const struct tally *tally)
{
	for (size_t i = 0; i < tally->manual_count; i++) {
		const struct tally_manual *manual = &tally->manual[i];

		fputs(i > 0 ? ",{\"officer\":" : "{\"officer\":", to);
		proof_print_text(to, manual->officer);
		fputs(",\"reason\":", to);
		proof_print_text(to, manual->reason);
		fprintf(to, ",\"count\":%" PRId64 "}", manual->count);
	}
}

static void print_all(FILE *to, const struct tally *tally)
{
	fprintf(to, "{\"from_ms\":%" PRId64 ",\"until_ms\":%" PRId64 ",\"whole\":{",
		tally->query.from_ms, tally->query.until_ms);
	print_count(to, &tally->whole);
	fputs("},\"rows\":[", to);
	print_rows(to, tally);
	fputs("],\"by_order_type\":[", to);
	print_by_type(to, tally);
	fputs("],\"manual_lifts\":[", to);
	print_manual(to, tally);
	fputs("]}", to);
}

enum kakou_err tally_print(struct tally *tally, char **json, struct why *why)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	if (!to)
		return why_set(why, KAKOU_E_NOMEM, "no memory for an answer");
	if (tally->row_count > 0)
		qsort(tally->rows, tally->row_count, sizeof(tally->rows[0]),
		      compare_rows);
	if (tally->manual_count > 0)
		qsort(tally->manual, tally->manual_count, sizeof(tally->manual[0]),
		      compare_manual);
	print_all(to, tally);
	if (fclose(to)) {
		free(text);
		return why_set(why, KAKOU_E_NOMEM, "no memory for an answer");
	}
	*json = text;
	return KAKOU_OK;
}

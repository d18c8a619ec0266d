/* SPDX-License-Identifier: MIT */
/*
 * Exports as CSV prove themselves: whatever is changed, deleted or moved in one shows.
 *
 * Layer: tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/record/proof.h"
#include "tests/unit/record_signed.h"

enum { FIRST = 73, LAST = 75, ROWS = 2 + LAST - FIRST + 1 };

static char path[400];
static char *text;
static size_t text_len;

static int set_up(void **state)
{
	struct why why = {""};
	FILE *to;

	if (signed_set_up(state))
		return -1;
	snprintf(path, sizeof(path), "%s/export.csv", signed_record.directory);
	to = open_memstream(&text, &text_len);
	if (proof_export(signed_record.path, PROOF_CSV, FIRST, LAST, to, &why))
		fail_msg("%s", why.text);
	return fclose(to);
}

static int tear_down(void **state)
{
	free(text);
	return signed_tear_down(state);
}

/* Of a file with these bytes. */
static bool is_whole(const char *bytes, size_t len, struct journal_verdict *verdict)
{
	const struct journal_trust trust = {.keys = &signed_key, .key_count = 1};
	struct why why = {""};
	FILE *to = fopen(path, "we");

	assert_non_null(to);
	assert_int_equal(fwrite(bytes, 1, len, to), len);
	assert_int_equal(fclose(to), 0);
	return !journal_verify(path, &trust, verdict, &why) && verdict->is_whole;
}

static void expect_bad(const char *bytes, size_t len, const char *finding)
{
	struct journal_verdict verdict;

	assert_false(is_whole(bytes, len, &verdict));
	if (!strstr(verdict.finding, finding))
		fail_msg("'%s' lacks '%s'", verdict.finding, finding);
}

/* The rows one after the other, each with its end, in this order; -1 ends it. */
static char *arrange(const int order[], size_t *len)
{
	const char *rows[ROWS + 1] = {text};
	char *out = malloc(3 * text_len);

	for (int i = 1; i <= ROWS; i++)
		rows[i] = strchr(rows[i - 1], '\n') + 1;
	assert_int_equal(rows[ROWS] - text, text_len);
	*len = 0;
	for (; *order >= 0; order++) {
		size_t row_len = (size_t)(rows[*order + 1] - rows[*order]);

		memcpy(out + *len, rows[*order], row_len);
		*len += row_len;
	}
	return out;
}

static void an_export_as_csv_is_whole_with_the_public_key_alone(void **state)
{
	struct journal_verdict verdict;

	(void)state;
	if (!is_whole(text, text_len, &verdict))
		fail_msg("%s", verdict.finding);
	assert_string_equal(verdict.what, "export");
	assert_int_equal(verdict.events, LAST - FIRST + 1);
	assert_memory_equal(text,
			    "seq,time,kind,lane,passage,event,leaf\r\n,,export,,,\"", 51);
}

/* Each look costs a signature: of the head, which is long, every ninth byte, of the events every second. */
static void each_flipped_byte_shows(void **state)
{
	size_t rows_at = (size_t)(strchr(strchr(text, '\n') + 1, '\n') + 1 - text);
	char *forged = malloc(text_len);

	(void)state;
	for (size_t at = 0; at < text_len; at += at < rows_at ? 9 : 2) {
		struct journal_verdict verdict;

		memcpy(forged, text, text_len);
		forged[at] ^= (char)(1 << at % 7);
		if (is_whole(forged, text_len, &verdict))
			fail_msg("byte %zu of %zu: '%c' for '%c'", at, text_len,
				 forged[at], text[at]);
	}
	free(forged);
}

static void rows_that_are_deleted_swapped_doubled_or_cut_show(void **state)
{
	static const struct {
		int order[ROWS + 2];
		const char *finding;
	} cases[] = {
		{{0, 1, 2, 4, -1},       "event 74: missing, 75 follows" },
		{{0, 1, 3, 4, -1},       "event 73: missing, 74 follows" },
		{{0, 1, 2, 4, 3, -1},    "event 74: missing, 75 follows" },
		{{0, 1, 2, 3, 3, 4, -1}, "event 75: missing, 74 follows" },
		{{0, 1, 2, 3, -1},       "events 75 to 75 are missing"   },
		{{0, 1, 2, 3, 4, 4, -1}, "event 76: missing, 75 follows" },
		{{0, 1, -1},             "events 73 to 75 are missing"   },
		{{0, 2, 3, 4, -1},       "its second row is not the head"},
		{{0, -1},                "its second row is not the head"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t len;
		char *forged = arrange(cases[i].order, &len);

		expect_bad(forged, len, cases[i].finding);
		free(forged);
	}
}

/* What a spreadsheet would show is what was signed: no column can say other things than its event. */
static void a_row_says_what_its_event_says(void **state)
{
	char *forged = strdup(text);
	char *row = strchr(strchr(forged, '\n') + 1, '\n') + 1;
	char *kind = strchr(strchr(row, ',') + 1, ',') + 1;

	(void)state;
	memcpy(kind, "z", 1);
	expect_bad(forged, text_len,
		   "event 73: its row says other things than its event");
	memcpy(forged, text, text_len);
	row[text_len - (size_t)(row - forged) - 3] = 'g'; /* the last leaf */
	expect_bad(forged, text_len,
		   "event 75: its row says other things than its event");
	free(forged);
}

/* One export is not the other: a head in the other form's place is none. */
static void the_forms_are_not_taken_for_each_other(void **state)
{
	char *lines = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&lines, &len);
	struct journal_verdict verdict;
	struct why why = {""};
	char *format;

	(void)state;
	assert_int_equal(
		proof_export(signed_record.path, PROOF_LINES, FIRST, LAST, to, &why), 0);
	assert_int_equal(fclose(to), 0);
	assert_true(is_whole(lines, len, &verdict));
	format = strstr(lines, "kakou-export-1");
	assert_non_null(format);
	format[strlen("kakou-export-")] = '2';
	assert_false(is_whole(lines, len, &verdict));
	free(lines);
}

int main(void)
{
#define WITH_EXPORT(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		WITH_EXPORT(an_export_as_csv_is_whole_with_the_public_key_alone),
		WITH_EXPORT(each_flipped_byte_shows),
		WITH_EXPORT(rows_that_are_deleted_swapped_doubled_or_cut_show),
		WITH_EXPORT(a_row_says_what_its_event_says),
		WITH_EXPORT(the_forms_are_not_taken_for_each_other),
	};

	return cmocka_run_group_tests_name("export_csv", tests, NULL, NULL);
}

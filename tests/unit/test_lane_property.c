/* SPDX-License-Identifier: MIT */
/*
 * Random passages through the real table, interlock, evidence and positions, in virtual time.
 *
 *     test_lane_property                      KAKOU_PASSAGES passages from KAKOU_SEED on
 *     test_lane_property --replay FILE        a script again, step by step
 *
 * A failure prints the script, shrunk to the actions that matter.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "tests/unit/lane_property.h"

/* So many, then up to so many times as many until every row and rule was met. */
enum { PASSAGES = 500, PATIENCE = 5 };
static struct property_hits hits;

static uint64_t setting(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 10) : otherwise;
}

static int count_zeros(const int64_t *counts, size_t n)
{
	int zeros = 0;

	for (size_t i = 0; i < n; i++)
		zeros += counts[i] == 0;
	return zeros;
}

static int missed_rules(void)
{
	return count_zeros(hits.notes, NOTE_COUNT) +
	       count_zeros(hits.rules, PROPERTY_RULES);
}

static bool is_enough(int64_t wanted)
{
	bool misses = count_zeros(hits.rows, lane_rule_count) + missed_rules() > 0;

	return hits.passages >= (misses ? PATIENCE * wanted : wanted);
}

/* A script aims at row seed % rows: in the end only at those that are missing. */
static bool is_needless(uint64_t seed, int64_t wanted)
{
	return hits.passages >= wanted && hits.rows[seed % lane_rule_count] > 0 &&
	       count_zeros(hits.rows, lane_rule_count) > 0;
}

static void tell_failure(struct property_script *script, uint64_t seed)
{
	static struct property_hits ignored;
	struct property_failure failure;

	property_shrink(script);
	(void)property_run(script, &ignored, &failure, NULL);
	print_error("# KAKOU_SEED=%" PRIu64 ": %s, at %" PRId64 " ms\n", seed,
		    failure.what, failure.at_ms);
	property_print(script, stderr);
}

static void nothing_that_must_hold_breaks_in_random_passages(void **state)
{
	uint64_t seed = setting("KAKOU_SEED", 1);
	int64_t wanted = (int64_t)setting("KAKOU_PASSAGES", PASSAGES);
	struct property_failure failure;
	struct property_script script;

	(void)state;
	for (; !is_enough(wanted); seed++) {
		if (is_needless(seed, wanted))
			continue;
		property_generate(&script, seed);
		if (property_run(&script, &hits, &failure, NULL))
			continue;
		tell_failure(&script, seed);
		fail();
	}
}

static void every_row_of_the_table_was_taken(void **state)
{
	(void)state;
	for (size_t i = 0; i < lane_rule_count; i++) {
		const struct lane_rule *row = &lane_rules[i];

		print_message("# %8" PRId64 "  row %3zu  %s, %s -> %s\n", hits.rows[i], i,
			      lane_state_name(row->from), lane_event_name(row->on),
			      lane_state_name(row->to));
	}
	assert_int_equal(count_zeros(hits.rows, lane_rule_count), 0);
}

static void every_note_and_rule_of_the_interlock_was_met(void **state)
{
	(void)state;
	for (int i = 0; i < NOTE_COUNT; i++) {
		enum interlock_note note = (enum interlock_note)(1u << i);

		print_message("# %8" PRId64 "  note %2d  %s %s\n", hits.notes[i], i,
			      interlock_note_rule(note), interlock_note_text(note));
	}
	for (int i = 0; i < PROPERTY_RULES; i++)
		print_message("# %8" PRId64 "  rule     %s\n", hits.rules[i],
			      property_rule_name((enum property_rule)i));
	assert_int_equal(missed_rules(), 0);
}

static void a_script_is_read_as_it_was_printed(void **state)
{
	struct property_script made, read;
	FILE *file = tmpfile();

	(void)state;
	assert_non_null(file);
	property_generate(&made, 7);
	property_print(&made, file);
	rewind(file);
	assert_true(property_parse(&read, file));
	assert_memory_equal(&made, &read, sizeof(made));
	fclose(file);
}

static int replay(const char *path)
{
	struct property_failure failure;
	struct property_script script;
	FILE *file = fopen(path, "r");

	if (!file) {
		fprintf(stderr, "'%s' can't be read\n", path);
		return 2;
	}
	if (!property_parse(&script, file)) {
		fclose(file);
		return 2;
	}
	fclose(file);
	if (property_run(&script, &hits, &failure, stdout)) {
		printf("everything holds\n");
		return 0;
	}
	printf("%s, at %" PRId64 " ms\n", failure.what, failure.at_ms);
	return 1;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_script_is_read_as_it_was_printed),
		cmocka_unit_test(nothing_that_must_hold_breaks_in_random_passages),
		cmocka_unit_test(every_row_of_the_table_was_taken),
		cmocka_unit_test(every_note_and_rule_of_the_interlock_was_met),
	};
	time_t begun = time(NULL);
	int failed;

	if (argc == 3 && strcmp(argv[1], "--replay") == 0)
		return replay(argv[2]);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	printf("# %" PRId64 " passages, %" PRId64 " lifts, %" PRId64 " scans in %" PRId64
	       " scripts, %lld s\n",
	       hits.passages, hits.lifts, hits.scans, hits.scripts,
	       (long long)(time(NULL) - begun));
	return failed;
}

/* SPDX-License-Identifier: MIT */
/*
 * However long the record is, a start reads its tail and a page of history the rows it shows:
 * counted in steps of SQLite's virtual machine and in its own plans, not in time.
 *
 * KAKOU_LONG=1 takes a million events.
 *
 * Layer: tests.
 */
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/record/reader.h"
#include "hal/fake/fake.h"
#include "hal/log.h"
#include "tests/unit/record_fixture.h"

enum { FEW = 3000, MANY = 30000, MANY_LONG = 1000000, PAGE = 20 };

static struct record_fixture record;

/* What all connections did since the last reset. */
static struct {
	int64_t steps, scans, sorts;
	int statements;
} seen;

static int look(unsigned what, void *arg, void *statement, void *duration)
{
	(void)what;
	(void)arg;
	(void)duration;
	seen.statements++;
	seen.steps += sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 1);
	seen.scans += sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_FULLSCAN_STEP, 1);
	seen.sorts += sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_SORT, 1);
	return 0;
}

static int watch_connection(sqlite3 *db, const char **error,
			    const struct sqlite3_api_routines *api)
{
	(void)error;
	(void)api;
	return sqlite3_trace_v2(db, SQLITE_TRACE_PROFILE, look, NULL);
}

static void open_journal(void)
{
	struct why why = {""};

	if (record_open(&record, &why))
		fail_msg("%s", why.text);
}

static void grow(int from, int to)
{
	struct event event;

	open_journal();
	for (int i = from; i < to; i++) {
		record_make_event(&event, i);
		assert_int_equal(writer_take(record.writer, &event), KAKOU_OK);
		if (i % WRITER_GROUP == 0)
			assert_int_equal(writer_commit(record.writer), KAKOU_OK);
	}
	assert_int_equal(writer_commit(record.writer), KAKOU_OK);
	record_close(&record);
}

static int64_t count_steps_of_a_start(void)
{
	memset(&seen, 0, sizeof(seen));
	open_journal();
	record_close(&record);
	assert_true(seen.statements > 0);
	return seen.steps;
}

/* One page of each kind of question, from the middle of the record. */
static int64_t count_steps_of_pages(int64_t middle)
{
	const struct store_query queries[] = {
		{.after = middle,        .limit = PAGE       },
		{               .before = middle,         .limit = PAGE, .newest_first = true},
		{               .limit = PAGE, .passage = middle / 8                    },
		{ .after = middle,       .limit = PAGE,                           .kind = "alarm"},
		{   .limit = PAGE,  .kind = "alarm",                      .newest_first = true},
		{ .after = middle,         .limit = PAGE,                             .lane = "in1"},
		{   .limit = PAGE,  .lane = "out1",                      .newest_first = true},
	};

	open_journal();
	memset(&seen, 0, sizeof(seen));
	for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
		struct why why = {""};
		char *json = NULL;

		if (reader_query(record.reader, &queries[i], &json, &why))
			fail_msg("%s", why.text);
		assert_true(strlen(json) > 2);
		free(json);
	}
	assert_int_equal(seen.sorts, 0);
	assert_int_equal(seen.scans, 0);
	record_close(&record);
	return seen.steps;
}

static int64_t count_steps_of_a_proof(int64_t seq)
{
	struct why why = {""};
	char *json = NULL;

	open_journal();
	memset(&seen, 0, sizeof(seen));
	if (reader_prove(record.reader, JOURNAL_INCLUSION, seq, 0, &json, &why))
		fail_msg("%s", why.text);
	free(json);
	record_close(&record);
	return seen.steps;
}

static void what_is_read_does_not_grow_with_the_record(void **state)
{
	int many = getenv("KAKOU_LONG") ? MANY_LONG : MANY;
	int64_t start;
	int64_t pages;
	int64_t proof;

	(void)state;
	grow(0, FEW);
	start = count_steps_of_a_start();
	pages = count_steps_of_pages(FEW / 2);
	proof = count_steps_of_a_proof(FEW / 2);
	grow(FEW, many);
	print_message("%d and %d events: start %lld and %lld steps", FEW, many,
		      (long long)start, (long long)count_steps_of_a_start());
	assert_true(seen.steps < start + start / 4);
	print_message("; pages %lld and %lld", (long long)pages,
		      (long long)count_steps_of_pages(many / 2));
	assert_true(seen.steps < pages + pages / 4);
	/* One level of 16 more for each factor of 16. */
	print_message("; proof %lld and %lld\n", (long long)proof,
		      (long long)count_steps_of_a_proof(many / 2));
	assert_true(seen.steps < 4 * proof);
}

static int set_up(void **state)
{
	(void)state;
	log_set_level((enum log_level)0);
	fake_clock_set(5000);
	assert_int_equal(sqlite3_auto_extension((void (*)(void))watch_connection),
			 SQLITE_OK);
	record_make(&record);
	record_use_key(&record);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	sqlite3_reset_auto_extension();
	record_remove(&record);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_is_read_does_not_grow_with_the_record, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("record_scale", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * However long the record is, a start reads its tail and a page of history the rows it shows: counted in
 * steps of SQLite's virtual machine, and asserted of the plan of each statement that ran; not in time.
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
#include "firmware/record/tally.h"
#include "hal/fake/fake.h"
#include "hal/log.h"
#include "hal/text.h"
#include "tests/unit/record_fixture.h"

enum {
	FEW = 3000,
	MANY = 30000,
	MANY_LONG = 1000000,
	PAGE = 20,
	STATEMENTS_MAX = 128,
	SQL_MAX = 600,
};

static struct record_fixture record;

/* What all connections did since the last reset. */
static struct {
	int64_t steps, scans, sorts;
	int statements;
} seen;

/* Each statement that ran, once. */
static char ran[STATEMENTS_MAX][SQL_MAX];
static size_t ran_count;

static void note_statement(const char *sql)
{
	for (size_t i = 0; i < ran_count; i++)
		if (!strcmp(ran[i], sql))
			return;
	if (ran_count == STATEMENTS_MAX ||
	    !text_copy(ran[ran_count++], sizeof(ran[0]), sql))
		fail_msg("no room for '%s'", sql);
}

static int look(unsigned what, void *arg, void *statement, void *duration)
{
	(void)what;
	(void)arg;
	(void)duration;
	note_statement(sqlite3_sql(statement));
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
	assert_int_equal(seen.scans, 0);
	assert_int_equal(seen.sorts, 0);
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

/* The ends of passages of the last hours. Reading them is bounded by their time and not by the record. */
static int64_t count_steps_of_statistics(void)
{
	struct tally_query query = {.from_ms = INT64_MAX - 1, .until_ms = INT64_MAX};
	enum kakou_err err = KAKOU_E_AGAIN;
	struct why why = {""};
	struct tally *tally;

	open_journal();
	memset(&seen, 0, sizeof(seen));
	assert_int_equal(tally_create(&tally, &query), KAKOU_OK);
	while (err == KAKOU_E_AGAIN)
		err = tally_step(tally, record.reader, 0, &why);
	if (err)
		fail_msg("%s", why.text);
	tally_destroy(tally);
	assert_int_equal(seen.sorts, 0);
	assert_int_equal(seen.scans, 0);
	record_close(&record);
	return seen.steps;
}

static void make_each_proof(int64_t seq)
{
	static const enum journal_proof proofs[] = {JOURNAL_CHECKPOINT, JOURNAL_INCLUSION,
						    JOURNAL_ROOT, JOURNAL_RANGE,
						    JOURNAL_CONSISTENCY};

	open_journal();
	memset(&seen, 0, sizeof(seen));
	for (size_t i = 0; i < sizeof(proofs) / sizeof(proofs[0]); i++) {
		struct why why = {""};
		char *json = NULL;

		if (reader_prove(record.reader, proofs[i], seq, 0, &json, &why))
			fail_msg("%s", why.text);
		free(json);
	}
	assert_int_equal(seen.scans, 0);
	record_close(&record);
}

static void what_is_read_does_not_grow_with_the_record(void **state)
{
	int many = getenv("KAKOU_LONG") ? MANY_LONG : MANY;
	int64_t start;
	int64_t pages;
	int64_t proof;
	int64_t statistics;

	(void)state;
	grow(0, FEW);
	start = count_steps_of_a_start();
	pages = count_steps_of_pages(FEW / 2);
	proof = count_steps_of_a_proof(FEW / 2);
	statistics = count_steps_of_statistics();
	grow(FEW, many);
	print_message("%d and %d events: start %lld and %lld steps", FEW, many,
		      (long long)start, (long long)count_steps_of_a_start());
	assert_true(seen.steps < start + start / 4);
	print_message("; pages %lld and %lld", (long long)pages,
		      (long long)count_steps_of_pages(many / 2));
	assert_true(seen.steps < pages + pages / 4);
	/* One level of 16 more for each factor of 16. */
	print_message("; proof %lld and %lld", (long long)proof,
		      (long long)count_steps_of_a_proof(many / 2));
	assert_true(seen.steps < 4 * proof);
	/* Two halves more for each doubling. */
	print_message("; statistics %lld and %lld\n", (long long)statistics,
		      (long long)count_steps_of_statistics());
	assert_true(seen.steps < 4 * statistics);
}

/* ---- plans ---------------------------------------------------------------------------- */

/* What has no rows, or one for each table of the schema. */
static bool may_be_scanned(const char *detail)
{
	return strstr(detail, "SCAN CONSTANT ROW") || strstr(detail, "sqlite_schema") ||
	       strstr(detail, "sqlite_master");
}

/* A page is found by the index of what is asked for; by number alone a rare kind would be looked for in
 * the whole record. */
static const char *wanted_index(const char *sql)
{
	static const char *const indexes[][2] = {
		{" passage = ?3", "events_by_passage"},
		{" kind = ?4",    "events_by_kind"   },
		{" lane = ?5",    "events_by_lane"   }
	};

	for (size_t i = 0; i < sizeof(indexes) / sizeof(indexes[0]); i++)
		if (strstr(sql, "FROM events") && strstr(sql, indexes[i][0]))
			return indexes[i][1];
	return "";
}

static int expect_searches(sqlite3 *db, const char *sql)
{
	char explain[SQL_MAX + 32];
	sqlite3_stmt *plan = NULL;
	int rows = 0;

	snprintf(explain, sizeof(explain), "EXPLAIN QUERY PLAN %s", sql);
	if (sqlite3_prepare_v2(db, explain, -1, &plan, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	for (; sqlite3_step(plan) == SQLITE_ROW; rows++) {
		const char *detail = (const char *)sqlite3_column_text(plan, 3);

		if (strstr(detail, "USE TEMP B-TREE") ||
		    (!strncmp(detail, "SCAN", 4) && !may_be_scanned(detail)) ||
		    !strstr(detail, wanted_index(sql)))
			fail_msg("%s: %s", sql, detail);
	}
	sqlite3_finalize(plan);
	return rows;
}

static bool has_run(const char *words)
{
	for (size_t i = 0; i < ran_count; i++)
		if (strstr(ran[i], words))
			return true;
	return false;
}

static bool has_plan(const char *sql)
{
	return !strncmp(sql, "SELECT", 6) || !strncmp(sql, "INSERT", 6) ||
	       !strncmp(sql, "UPDATE", 6) || !strncmp(sql, "DELETE", 6) ||
	       !strncmp(sql, "REPLACE", 7);
}

/* Statements that ran, not a list of them: a new one is looked at by itself. */
static void every_statement_searches_by_an_index_and_scans_no_table(void **state)
{
	static const char *const some[] = {
		"max(seq)",         "max(passage)",       "FROM state WHERE key",
		"passage = ?3",     "kind = ?4",          "lane = ?5",
		"DESC LIMIT",       "INSERT INTO events", "FROM tree",
		"FROM checkpoints",
	};
	size_t searched = 0;
	size_t count;
	sqlite3 *db;

	(void)state;
	grow(0, FEW);
	ran_count = 0;
	(void)count_steps_of_a_start();
	grow(FEW, FEW + 300); /* commits too */
	(void)count_steps_of_pages(FEW / 2);
	make_each_proof(FEW / 2);
	(void)count_steps_of_statistics();
	count = ran_count;
	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++)
		if (!has_run(some[i]))
			fail_msg("no statement with '%s' ran", some[i]);
	assert_int_equal(sqlite3_open(record.path, &db), SQLITE_OK);
	for (size_t i = 0; i < count; i++)
		if (has_plan(ran[i]))
			searched += (size_t)expect_searches(db, ran[i]);
	sqlite3_close(db);
	print_message("%zu statements, %zu searches\n", count, searched);
	assert_true(searched >= 12);
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
		cmocka_unit_test_setup_teardown(
			every_statement_searches_by_an_index_and_scans_no_table, set_up,
			tear_down),
	};

	return cmocka_run_group_tests_name("record_scale", tests, NULL, NULL);
}

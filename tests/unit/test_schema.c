/* SPDX-License-Identifier: MIT */
/*
 * A journal of each released schema is brought to the newest one with everything that is in it, and
 * then is like one that was made by it.
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
#include <unistd.h>

#include <cmocka.h>

#include "hal/log.h"
#include "tests/unit/record_signed.h"

/* What each release made of an empty file, as it was released: these never change. A newer one comes
 * behind them, with what fills its tables. */
static const struct {
	const char *schema;
	const char *fill; /* from the same journal of the newest schema */
} released[] = {
	{"CREATE TABLE events ("
	 " seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, lane TEXT,"
	 " passage INTEGER NOT NULL, wall_ms INTEGER NOT NULL,"
	 " bytes BLOB NOT NULL, leaf BLOB NOT NULL, chain BLOB NOT NULL) STRICT;"
	 "CREATE INDEX events_by_passage ON events (passage);"
	 "CREATE INDEX events_by_kind ON events (kind);"
	 "CREATE INDEX events_by_lane ON events (lane) WHERE lane IS NOT NULL;"
	 "CREATE TABLE state (key TEXT PRIMARY KEY, value ANY NOT NULL)"
	 " STRICT, WITHOUT ROWID;"
	 "PRAGMA application_id=0x4B414B4F;",					    "INSERT INTO events SELECT * FROM newest.events;"
	 "INSERT INTO state SELECT * FROM newest.state;"                                         },
	{"CREATE TABLE tree (level INTEGER NOT NULL, place INTEGER NOT NULL,"
	 " hash BLOB NOT NULL, PRIMARY KEY (level, place)) STRICT, WITHOUT ROWID;"
	 "CREATE TABLE checkpoints (size INTEGER PRIMARY KEY, note TEXT NOT NULL) "
	 "STRICT;",								      "INSERT INTO tree SELECT * FROM newest.tree;"
	 "INSERT INTO checkpoints SELECT * FROM newest.checkpoints;"                                                       },
	{"CREATE TABLE removed (first INTEGER PRIMARY KEY, last INTEGER NOT NULL,"
	 " chain BLOB NOT NULL) STRICT;"
	 "CREATE TABLE held (size INTEGER PRIMARY KEY, event INTEGER NOT NULL) STRICT;", "INSERT INTO removed SELECT * FROM newest.removed;"
	 "INSERT INTO held SELECT * FROM newest.held;"},
};
enum { RELEASED = sizeof(released) / sizeof(released[0]), VERSION_UNIT = 0x10000 };

static void run_sql(sqlite3 *db, const char *sql)
{
	char *error = NULL;

	if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK)
		fail_msg("%s: %s", sql, error);
}

/* Puts the same record in the place of the closed one, as release `version` wrote it. */
static void write_as(int version)
{
	char sql[400];
	char old[400];
	sqlite3 *db;

	snprintf(old, sizeof(old), "%s.old", signed_record.path);
	assert_int_equal(sqlite3_open(old, &db), SQLITE_OK);
	run_sql(db, "PRAGMA journal_mode=WAL");
	snprintf(sql, sizeof(sql), "ATTACH '%s' AS newest", signed_record.path);
	run_sql(db, sql);
	for (int i = 0; i < version; i++) {
		run_sql(db, released[i].schema);
		run_sql(db, released[i].fill);
	}
	snprintf(sql, sizeof(sql), "PRAGMA user_version=%d", version);
	run_sql(db, sql);
	run_sql(db, "DETACH newest");
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	assert_int_equal(rename(old, signed_record.path), 0);
}

/* One text of the closed file; the caller frees. */
static char *ask_text(const char *sql)
{
	sqlite3_stmt *statement = NULL;
	sqlite3 *db;
	char *text;

	assert_int_equal(
		sqlite3_open_v2(signed_record.path, &db, SQLITE_OPEN_READONLY, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	text = strdup((const char *)sqlite3_column_text(statement, 0));
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return text;
}

static char *ask_schema(void)
{
	return ask_text("SELECT group_concat(sql, char(10)) FROM (SELECT sql FROM"
			" sqlite_schema WHERE sql IS NOT NULL ORDER BY name)");
}

/* Events up to number `last`, and the nodes of the tree that lie over them alone. */
static char *ask_content(int64_t last)
{
	char sql[500];

	snprintf(sql, sizeof(sql),
		 "SELECT (SELECT group_concat(seq || kind || hex(bytes) || hex(chain))"
		 " FROM (SELECT * FROM events WHERE seq <= %lld ORDER BY seq)) ||"
		 " (SELECT group_concat(level || ' ' || place || hex(hash)) FROM"
		 " (SELECT * FROM tree WHERE ((place + 1) << level) <= %lld"
		 " ORDER BY level, place))",
		 (long long)last, (long long)last);
	return ask_text(sql);
}

static void start_and_stop(void)
{
	struct why why = {""};

	if (record_open(&signed_record, &why))
		fail_msg("%s", why.text);
	record_close(&signed_record);
}

/* A release that is not among them was forgotten here. */
static void each_released_schema_is_known(void **state)
{
	(void)state;
	assert_int_equal(record_ask_sql(&signed_record, "PRAGMA user_version") %
				 VERSION_UNIT,
			 RELEASED);
}

static void each_released_schema_comes_to_the_newest_one_with_its_events(void **state)
{
	char *schema = ask_schema();
	int64_t newest = record_ask_sql(&signed_record, "PRAGMA user_version");
	int64_t last = record_ask_sql(&signed_record, "SELECT max(seq) FROM events");
	char *before = ask_content(last);

	(void)state;
	assert_true(strlen(before) > (size_t)last * 100);
	for (int version = 1; version <= RELEASED; version++) {
		char *now;

		write_as(version);
		start_and_stop();
		assert_int_equal(record_ask_sql(&signed_record, "PRAGMA user_version"),
				 newest);
		now = ask_schema();
		assert_string_equal(now, schema);
		free(now);
		now = ask_content(last);
		assert_string_equal(now, before);
		free(now);
		signed_expect_whole(&signed_record, signed_key, NULL);
	}
	free(before);
	free(schema);
}

/* And it goes on: what is written then is under the same tree and chain. */
static void a_record_of_each_released_schema_goes_on(void **state)
{
	struct why why = {""};

	(void)state;
	for (int version = 1; version <= RELEASED; version++) {
		int64_t last =
			record_ask_sql(&signed_record, "SELECT max(seq) FROM events");

		write_as(version);
		if (record_open(&signed_record, &why))
			fail_msg("%s", why.text);
		signed_append(&signed_record, 0, SIGNED_GROUP);
		record_close(&signed_record);
		assert_true(
			record_ask_sql(&signed_record, "SELECT max(seq) FROM events") >=
			last + SIGNED_GROUP);
		signed_expect_whole(&signed_record, signed_key, NULL);
	}
}

int main(void)
{
#define ON_SIGNED(test)                                                                  \
	cmocka_unit_test_setup_teardown(test, signed_set_up, signed_tear_down)
	const struct CMUnitTest tests[] = {
		ON_SIGNED(each_released_schema_is_known),
		ON_SIGNED(each_released_schema_comes_to_the_newest_one_with_its_events),
		ON_SIGNED(a_record_of_each_released_schema_goes_on),
	};

	return cmocka_run_group_tests_name("schema", tests, NULL, NULL);
}

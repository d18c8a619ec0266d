/* SPDX-License-Identifier: MIT */
/*
 * Journals for tests.
 *
 * Layer: tests.
 */
#include "tests/unit/record_fixture.h"

#include <ftw.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "firmware/record/place.h"

int32_t record_disk_percent = 10;

static const char *const lanes[] = {"in1", "out1"};

/* Whatever the machine's disk is like. */
static int32_t ask_disk(void)
{
	return record_disk_percent;
}

void record_make(struct record_fixture *fixture)
{
	/* In memory where that can be: what a disk would do is played by tests/fault. */
	const char *where = access("/dev/shm", W_OK) ? getenv("TMPDIR") : "/dev/shm";

	memset(fixture, 0, sizeof(*fixture));
	fixture->lock_fd = -1;
	snprintf(fixture->directory, sizeof(fixture->directory), "%s/kakou-record-XXXXXX",
		 where ? where : "/tmp");
	assert_non_null(mkdtemp(fixture->directory));
	snprintf(fixture->path, sizeof(fixture->path), "%s/" PLACE_FILE,
		 fixture->directory);
	fixture->config = (struct journal_config){
		.directory = fixture->directory,
		.origin = "gate-1",
		.lanes = lanes,
		.lane_count = 2,
		.allow_volatile = true,
		.ask_disk = ask_disk,
	};
}

void record_use_key(struct record_fixture *fixture)
{
	snprintf(fixture->key_path, sizeof(fixture->key_path), "%s/record.key",
		 fixture->directory);
	fixture->config.key_file = fixture->key_path;
	fixture->config.makes_key = true;
}

static int remove_entry(const char *path, const struct stat *is, int type,
			struct FTW *where)
{
	(void)is;
	(void)type;
	(void)where;
	return remove(path);
}

void record_remove(struct record_fixture *fixture)
{
	record_close(fixture);
	assert_int_equal(nftw(fixture->directory, remove_entry, 8, FTW_DEPTH | FTW_PHYS),
			 0);
}

static void keep_answer(void *arg, const struct journal_ack *ack)
{
	struct record_fixture *fixture = arg;

	assert_true(fixture->answer_count < RECORD_ANSWERS_MAX);
	fixture->answers[fixture->answer_count++] = *ack;
}

enum kakou_err record_open(struct record_fixture *fixture, struct why *why)
{
	char path[1024];
	enum kakou_err err = place_claim(fixture->directory, true, path, sizeof(path),
					 &fixture->lock_fd, why);

	if (!err)
		err = writer_open(&fixture->writer, path, &fixture->config, keep_answer,
				  fixture, &fixture->past, why);
	if (!err)
		err = store_open(&fixture->reader, path, STORE_READER, why);
	if (err)
		record_close(fixture);
	return err;
}

void record_close(struct record_fixture *fixture)
{
	store_close(fixture->reader);
	fixture->reader = NULL;
	writer_close(fixture->writer);
	fixture->writer = NULL;
	if (fixture->lock_fd >= 0)
		close(fixture->lock_fd);
	fixture->lock_fd = -1;
}

void record_make_event(struct event *event, int i)
{
	static const enum event_kind kinds[] = {
		EVENT_PASSAGE_OPENED, EVENT_EVIDENCE, EVENT_VOTE,   EVENT_INQUIRY,
		EVENT_ANSWER,         EVENT_VERDICT,  EVENT_DEVICE, EVENT_ALARM,
	};
	enum event_kind kind = kinds[i % 8];
	bool has_passage = kind != EVENT_DEVICE && kind != EVENT_ALARM;

	event_begin(event, kind,
		    has_passage ? (uint8_t)(i / 8 % 2) : (uint8_t)EVENT_NO_LANE,
		    has_passage ? i / 8 + 1 : 0);
	event_add_text(event, "plate", i % 3 ? "浙A12345" : "\"苏\\E");
	event_add_number(event, "n", i);
}

void record_fill(struct record_fixture *fixture, int count)
{
	struct why why = {""};
	struct event event;

	if (record_open(fixture, &why))
		fail_msg("%s", why.text);
	for (int i = 0; i < count; i++) {
		record_make_event(&event, i);
		assert_int_equal(writer_take(fixture->writer, &event), KAKOU_OK);
	}
	assert_int_equal(writer_commit(fixture->writer), KAKOU_OK);
	record_close(fixture);
}

void record_run_sql(const struct record_fixture *fixture, const char *sql)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(fixture->path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

int64_t record_ask_sql(const struct record_fixture *fixture, const char *sql)
{
	sqlite3_stmt *statement = NULL;
	sqlite3 *db = NULL;
	int64_t number;

	assert_int_equal(sqlite3_open(fixture->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	return number;
}

int record_flip_bit(const struct record_fixture *fixture, const char *column, int64_t seq,
		    int bit)
{
	sqlite3_blob *blob = NULL;
	sqlite3 *db = NULL;
	unsigned char byte;
	int len;

	assert_int_equal(sqlite3_open(fixture->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_blob_open(db, "main", "events", column, seq, 1, &blob),
			 SQLITE_OK);
	len = sqlite3_blob_bytes(blob);
	assert_int_equal(sqlite3_blob_read(blob, &byte, 1, bit / 8), SQLITE_OK);
	byte = (unsigned char)(byte ^ (1u << (bit % 8)));
	assert_int_equal(sqlite3_blob_write(blob, &byte, 1, bit / 8), SQLITE_OK);
	assert_int_equal(sqlite3_blob_close(blob), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	return len;
}

void record_verify(const struct record_fixture *fixture, struct journal_verdict *out)
{
	struct why why = {""};

	if (journal_verify(fixture->directory, NULL, out, &why))
		fail_msg("%s", why.text);
}

/* SPDX-License-Identifier: MIT */
/*
 * Verification: what somebody with the file in his hands can change, and what shows.
 *
 * Layer: tests.
 */
#include "firmware/record/journal.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "firmware/record/audit.h"
#include "firmware/record/place.h"
#include "hal/fake/fake.h"
#include "tests/unit/record_fixture.h"

enum { EVENTS = 100 };

static struct record_fixture record;

static int set_up(void **state)
{
	(void)state;
	fake_clock_set(5000);
	record_make(&record);
	record_fill(&record, EVENTS);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	record_remove(&record);
	return 0;
}

static size_t count_files(const char *directory)
{
	DIR *open_directory = opendir(directory);
	size_t count = 0;

	assert_non_null(open_directory);
	while (readdir(open_directory))
		count++;
	closedir(open_directory);
	return count;
}

static void expect_bad(int64_t first_bad, const char *word)
{
	struct journal_verdict verdict;

	record_verify(&record, &verdict);
	if (verdict.is_whole || verdict.first_bad != first_bad ||
	    !strstr(verdict.finding, word))
		fail_msg("found %lld '%s', expected %lld '%s'",
			 (long long)verdict.first_bad, verdict.finding,
			 (long long)first_bad, word);
}

/* Changes the file, expects the finding, changes it back. */
static void expect_change(const char *change, int64_t first_bad, const char *word,
			  const char *back)
{
	record_run_sql(&record, change);
	expect_bad(first_bad, word);
	record_run_sql(&record, back);
}

static void a_journal_as_it_was_written_is_whole(void **state)
{
	size_t files = count_files(record.directory);
	struct journal_verdict verdict;
	struct audit audit;
	struct why why;

	(void)state;
	record_verify(&record, &verdict);
	assert_true(verdict.is_whole);
	assert_int_equal(verdict.events, EVENTS);
	assert_int_equal(verdict.first_bad, 0);
	assert_string_equal(verdict.finding, "");
	assert_int_equal(journal_verify(record.path, NULL, &verdict, &why), KAKOU_OK);
	assert_true(verdict.is_whole);
	audit_begin(&audit, "gate-1");
	assert_memory_not_equal(verdict.head, audit.chain, sizeof(verdict.head));
	assert_int_equal(count_files(record.directory), files);
}

static void an_empty_journal_is_whole_and_its_head_is_the_origin(void **state)
{
	struct journal_verdict verdict;
	struct audit audit;

	(void)state;
	record_remove(&record);
	record_make(&record);
	record_fill(&record, 0);
	record_verify(&record, &verdict);
	assert_true(verdict.is_whole);
	assert_int_equal(verdict.events, 0);
	audit_begin(&audit, "gate-1");
	assert_memory_equal(verdict.head, audit.chain, sizeof(verdict.head));
}

static void any_changed_bit_is_found(void **state)
{
	static const char *const columns[] = {"bytes", "leaf", "chain"};

	(void)state;
	for (size_t c = 0; c < sizeof(columns) / sizeof(columns[0]); c++) {
		int len = record_flip_bit(&record, columns[c], 50, 0);

		record_flip_bit(&record, columns[c], 50, 0);
		for (int at = 0; at < len; at++) {
			record_flip_bit(&record, columns[c], 50, 8 * at + at % 8);
			expect_bad(50, "event 50");
			record_flip_bit(&record, columns[c], 50, 8 * at + at % 8);
		}
	}
	a_journal_as_it_was_written_is_whole(state);
}

static void any_changed_column_is_found(void **state)
{
	(void)state;
	expect_change("UPDATE events SET kind = 'alarm' WHERE seq = 9", 9, "kind",
		      "UPDATE events SET kind = 'passage_opened' WHERE seq = 9");
	expect_change("UPDATE events SET lane = 'in1' WHERE seq = 9", 9, "lane",
		      "UPDATE events SET lane = 'out1' WHERE seq = 9");
	expect_change("UPDATE events SET lane = NULL WHERE seq = 9", 9, "lane",
		      "UPDATE events SET lane = 'out1' WHERE seq = 9");
	expect_change("UPDATE events SET lane = '' WHERE seq = 8", 8, "lane",
		      "UPDATE events SET lane = NULL WHERE seq = 8");
	expect_change("UPDATE events SET passage = 0 WHERE seq = 9", 9, "passage",
		      "UPDATE events SET passage = 2 WHERE seq = 9");
	expect_change("UPDATE events SET wall_ms = wall_ms + 1 WHERE seq = 9", 9,
		      "wall_ms", "UPDATE events SET wall_ms = wall_ms - 1 WHERE seq = 9");
	record_run_sql(&record, "DELETE FROM state WHERE key = 'origin'");
	expect_bad(0, "origin");
	record_run_sql(&record, "INSERT INTO state VALUES ('origin', 'gate-2')");
	expect_bad(1, "chain");
}

static void missing_swapped_and_added_events_are_found(void **state)
{
	(void)state;
	record_run_sql(&record, "CREATE TABLE kept AS SELECT * FROM events");
	expect_change("DELETE FROM events WHERE seq = 50", 50, "missing",
		      "INSERT INTO events SELECT * FROM kept WHERE seq = 50");
	expect_change("DELETE FROM events WHERE seq = 1", 1, "missing",
		      "INSERT INTO events SELECT * FROM kept WHERE seq = 1");
	expect_change("UPDATE events SET seq = -20 WHERE seq = 20;"
		      "UPDATE events SET seq = 20 WHERE seq = 21;"
		      "UPDATE events SET seq = 21 WHERE seq = -20",
		      20, "seq 21",
		      "UPDATE events SET seq = -20 WHERE seq = 20;"
		      "UPDATE events SET seq = 20 WHERE seq = 21;"
		      "UPDATE events SET seq = 21 WHERE seq = -20");
	expect_change("INSERT INTO events SELECT 101, kind, lane, passage, wall_ms,"
		      " bytes, leaf, chain FROM events WHERE seq = 100",
		      101, "seq 100", "DELETE FROM events WHERE seq = 101");
	expect_change("INSERT INTO events SELECT 0, kind, lane, passage, wall_ms,"
		      " bytes, leaf, chain FROM events WHERE seq = 1",
		      1, "missing", "DELETE FROM events WHERE seq = 0");
	expect_change("INSERT INTO events SELECT 103, kind, lane, passage, wall_ms,"
		      " bytes, leaf, chain FROM events WHERE seq = 100",
		      101, "missing", "DELETE FROM events WHERE seq = 103");
}

/* Bytes that say the same in another form, with their hashes made to fit. */
static void bytes_that_are_not_canonical_are_found(void **state)
{
	(void)state;
	record_run_sql(&record,
		       "UPDATE events SET bytes = CAST(replace(CAST(bytes AS TEXT),"
		       " '\"v\":1', '\"v\": 1') AS BLOB) WHERE seq = 100");
	expect_bad(100, "canonical");
	record_run_sql(&record, "UPDATE events SET bytes = x'' WHERE seq = 100");
	expect_bad(100, "canonical");
	record_run_sql(&record,
		       "UPDATE events SET bytes = zeroblob(100000) WHERE seq = 100");
	expect_bad(100, "canonical");
}

/* What the journal alone can't show. */
static void a_cut_tail_leaves_a_whole_journal_with_another_head(void **state)
{
	struct journal_verdict before;
	struct journal_verdict after;

	(void)state;
	record_verify(&record, &before);
	record_run_sql(&record, "DELETE FROM events WHERE seq > 90");
	record_verify(&record, &after);
	assert_true(after.is_whole);
	assert_int_equal(after.events, 90);
	assert_memory_not_equal(before.head, after.head, sizeof(after.head));
}

static void an_index_that_hides_events_is_found(void **state)
{
	(void)state;
	record_run_sql(&record, "PRAGMA writable_schema = ON;"
				"UPDATE sqlite_schema SET sql = 'CREATE INDEX "
				"events_by_kind ON events (lane)'"
				" WHERE name = 'events_by_kind'");
	expect_bad(0, "events_by_kind");
}

static void damaged_pages_end_in_a_finding(void **state)
{
	struct stat is;
	unsigned seed = 1;
	int fd = open(record.path, O_RDWR | O_CLOEXEC);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &is), 0);
	for (int round = 0; round < 200; round++) {
		off_t at = rand_r(&seed) % is.st_size;
		unsigned char kept[64];
		unsigned char noise[64];
		struct journal_verdict verdict;
		struct why why;
		ssize_t len = pread(fd, kept, sizeof(kept), at);

		assert_true(len > 0);
		for (ssize_t i = 0; i < len; i++)
			noise[i] = (unsigned char)rand_r(&seed);
		assert_int_equal(pwrite(fd, noise, (size_t)len, at), len);
		/* Free space within a page may hold anything. */
		if (!journal_verify(record.path, NULL, &verdict, &why) &&
		    !verdict.is_whole)
			assert_string_not_equal(verdict.finding, "");
		assert_int_equal(pwrite(fd, kept, (size_t)len, at), len);
	}
	close(fd);
	a_journal_as_it_was_written_is_whole(state);
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void what_is_no_journal_is_said_to_be_none(void **state)
{
	struct journal_verdict verdict;
	struct why why;
	char path[400];

	(void)state;
	snprintf(path, sizeof(path), "%s/other.db", record.directory);
	assert_int_equal(journal_verify(path, NULL, &verdict, &why), KAKOU_E_NOTFOUND);
	write_file(path, "This is a text that is long enough to be taken for a header, "
			 "but it is not the header of a database at all, is it?");
	assert_int_equal(journal_verify(path, NULL, &verdict, &why), KAKOU_OK);
	assert_false(verdict.is_whole);
	assert_non_null(strstr(verdict.finding, "not a database"));
	write_file(path, "");
	assert_int_equal(journal_verify(path, NULL, &verdict, &why), KAKOU_OK);
	assert_false(verdict.is_whole);
	assert_non_null(strstr(verdict.finding, "application id is 0x0"));
	record_run_sql(&record, "PRAGMA user_version = 99");
	assert_int_equal(journal_verify(record.path, NULL, &verdict, &why), KAKOU_OK);
	assert_false(verdict.is_whole);
	assert_non_null(strstr(verdict.finding, "schema version is 99, expected 1 to 3"));
}

static void a_running_journal_is_refused(void **state)
{
	struct journal_verdict verdict;
	struct why why;

	(void)state;
	assert_int_equal(record_open(&record, &why), KAKOU_OK);
	assert_int_equal(journal_verify(record.directory, NULL, &verdict, &why),
			 KAKOU_E_DENIED);
	assert_non_null(strstr(why.text, "another process holds the journal"));
}

static void copy_file(const char *from, const char *to)
{
	char buffer[4096];
	ssize_t got;
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(in >= 0 && out >= 0);
	while ((got = read(in, buffer, sizeof(buffer))) > 0)
		assert_int_equal(write(out, buffer, (size_t)got), got);
	assert_int_equal(got, 0);
	close(in);
	close(out);
}

/* As a killed process leaves it: the newest events lie in the log. */
static void the_log_of_a_killed_process_is_read_and_left_alone(void **state)
{
	struct journal_verdict verdict;
	struct record_fixture killed;
	struct stat before;
	struct stat after;
	struct event event;
	struct why why;
	char from[400];
	char to[400];

	(void)state;
	record_make(&killed);
	assert_int_equal(record_open(&record, &why), KAKOU_OK);
	record_make_event(&event, EVENTS);
	assert_int_equal(writer_take(record.writer, &event), KAKOU_OK);
	assert_int_equal(writer_commit(record.writer), KAKOU_OK);
	copy_file(record.path, killed.path);
	snprintf(from, sizeof(from), "%s-wal", record.path);
	snprintf(to, sizeof(to), "%s-wal", killed.path);
	copy_file(from, to);
	assert_int_equal(stat(to, &before), 0);
	assert_true(before.st_size > 0);
	for (int i = 0; i < 2; i++) {
		record_verify(&killed, &verdict);
		assert_true(verdict.is_whole);
		assert_int_equal(verdict.events, EVENTS + 1);
		assert_int_equal(stat(to, &after), 0);
		assert_int_equal(after.st_size, before.st_size);
		assert_int_equal(count_files(killed.directory), 4);
	}
	record_remove(&killed);
}

int main(void)
{
#define WITH_JOURNAL(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		WITH_JOURNAL(a_journal_as_it_was_written_is_whole),
		WITH_JOURNAL(an_empty_journal_is_whole_and_its_head_is_the_origin),
		WITH_JOURNAL(any_changed_bit_is_found),
		WITH_JOURNAL(any_changed_column_is_found),
		WITH_JOURNAL(missing_swapped_and_added_events_are_found),
		WITH_JOURNAL(bytes_that_are_not_canonical_are_found),
		WITH_JOURNAL(a_cut_tail_leaves_a_whole_journal_with_another_head),
		WITH_JOURNAL(an_index_that_hides_events_is_found),
		WITH_JOURNAL(damaged_pages_end_in_a_finding),
		WITH_JOURNAL(what_is_no_journal_is_said_to_be_none),
		WITH_JOURNAL(a_running_journal_is_refused),
		WITH_JOURNAL(the_log_of_a_killed_process_is_read_and_left_alone),
	};
#undef WITH_JOURNAL

	return cmocka_run_group_tests_name("verify", tests, NULL, NULL);
}

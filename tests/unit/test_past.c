/* SPDX-License-Identifier: MIT */
/*
 * What a start learns of the journal it finds, and the journals it refuses.
 *
 * Layer: tests.
 */
#include "firmware/record/past.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "firmware/record/place.h"
#include "hal/fake/fake.h"
#include "tests/unit/record_fixture.h"

static struct record_fixture record;

static int set_up(void **state)
{
	(void)state;
	fake_clock_set(5000);
	record_make(&record);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	record_remove(&record);
	return 0;
}

static void open_writer(void)
{
	struct why why = {""};

	if (record_open(&record, &why))
		fail_msg("%s", why.text);
}

static void add(enum event_kind kind, uint8_t lane, int64_t passage)
{
	struct event event;

	event_begin(&event, kind, lane, passage);
	assert_int_equal(writer_take(record.writer, &event), KAKOU_OK);
}

/* Commits, closes and opens again: `record.past` is what the next run learns. */
static const struct journal_past *start_again(void)
{
	assert_int_equal(writer_commit(record.writer), KAKOU_OK);
	record_close(&record);
	open_writer();
	return &record.past;
}

static void expect_refused(enum kakou_err expected, const char *word)
{
	struct why why = {""};

	assert_int_equal(record_open(&record, &why), expected);
	if (!strstr(why.text, word))
		fail_msg("'%s' lacks '%s'", why.text, word);
}

/* ---- what is learnt ------------------------------------------------------------------- */

static void a_new_journal_has_no_past(void **state)
{
	struct stat is;

	(void)state;
	open_writer();
	assert_int_equal(record.past.last_seq, 0);
	assert_int_equal(record.past.last_passage, 0);
	assert_int_equal(record.past.next_counter, 0);
	assert_int_equal(record.past.unknown_count, 0);
	assert_false(record.past.was_stopped);
	assert_int_equal(stat(record.path, &is), 0);
	assert_int_equal(is.st_mode & 0777, 0600);
}

static void numbers_and_passages_go_on(void **state)
{
	const struct journal_past *past;

	(void)state;
	open_writer();
	add(EVENT_PASSAGE_OPENED, 0, 40);
	add(EVENT_PASSAGE_OPENED, 1, 41);
	add(EVENT_PASSAGE_CLOSED, 0, 40);
	add(EVENT_DEVICE, EVENT_NO_LANE, 0);
	past = start_again();
	assert_int_equal(past->last_seq, 4);
	assert_int_equal(past->last_passage, 41);
	assert_false(past->was_stopped);
	add(EVENT_STOPPED, EVENT_NO_LANE, 0);
	past = start_again();
	assert_int_equal(past->last_seq, 5);
	assert_true(past->was_stopped);
	add(EVENT_STARTED, EVENT_NO_LANE, 0);
	assert_false(start_again()->was_stopped);
}

static void only_lifts_that_nothing_ended_are_unknown(void **state)
{
	const struct journal_past *past;

	(void)state;
	open_writer();
	add(EVENT_LIFT_AUTHORISED, 0, 1);
	add(EVENT_LIFT_COMMANDED, 0, 1);
	add(EVENT_LIFT_OBSERVED, 0, 1);
	add(EVENT_LIFT_AUTHORISED, 0, 2);
	add(EVENT_LIFT_WITHDRAWN, 0, 2);
	add(EVENT_LIFT_AUTHORISED, 1, 3);
	add(EVENT_LIFT_UNKNOWN, 1, 3);
	add(EVENT_LIFT_AUTHORISED, 0, 4);
	add(EVENT_LIFT_AUTHORISED, 1, 5);
	add(EVENT_LIFT_COMMANDED, 1, 5);
	add(EVENT_PASSAGE_CLOSED, 1, 5);
	add(EVENT_LIFT_OBSERVED, 0, 6);
	past = start_again();
	assert_int_equal(past->unknown_count, 2);
	assert_int_equal(past->unknown[0].passage, 4);
	assert_int_equal(past->unknown[0].authorised_seq, 8);
	assert_int_equal(past->unknown[0].lane, 0);
	assert_int_equal(past->unknown[1].passage, 5);
	assert_int_equal(past->unknown[1].authorised_seq, 9);
	assert_int_equal(past->unknown[1].lane, 1);

	add(EVENT_LIFT_UNKNOWN, 0, 4);
	add(EVENT_LIFT_UNKNOWN, 1, 5);
	assert_int_equal(start_again()->unknown_count, 0);
}

static void an_end_before_a_second_lift_does_not_end_it(void **state)
{
	(void)state;
	open_writer();
	add(EVENT_LIFT_AUTHORISED, 0, 1);
	add(EVENT_LIFT_OBSERVED, 0, 1);
	add(EVENT_LIFT_AUTHORISED, 0, 1);
	assert_int_equal(start_again()->unknown_count, 1);
	assert_int_equal(record.past.unknown[0].authorised_seq, 3);
}

static void a_lift_of_a_lane_that_is_gone_is_still_unknown(void **state)
{
	static const char *const others[] = {"in2", "in1"};

	(void)state;
	open_writer();
	add(EVENT_LIFT_AUTHORISED, 0, 1);
	add(EVENT_LIFT_AUTHORISED, 1, 2);
	record.config.lanes = others;
	start_again();
	assert_int_equal(record.past.unknown_count, 2);
	assert_int_equal(record.past.unknown[0].lane, 1);
	assert_int_equal(record.past.unknown[1].lane, EVENT_NO_LANE);
}

static void more_unknown_lifts_than_fit_are_told_at_the_next_starts(void **state)
{
	(void)state;
	open_writer();
	for (int i = 1; i <= 20; i++)
		add(EVENT_LIFT_AUTHORISED, 0, i);
	start_again();
	assert_int_equal(record.past.unknown_count, 16);
	assert_int_equal(record.past.unknown[0].passage, 1);
	assert_int_equal(record.past.unknown[15].passage, 16);
	for (int i = 1; i <= 16; i++)
		add(EVENT_LIFT_UNKNOWN, 0, i);
	assert_int_equal(start_again()->unknown_count, 4);
	assert_int_equal(record.past.unknown[0].passage, 17);
}

/* ---- what is refused ------------------------------------------------------------------ */

static void what_is_locked_stays_so_until_the_record_says_otherwise(void **state)
{
	(void)state;
	open_writer();
	add(EVENT_ARM_LOCKED, 0, 0);
	add(EVENT_LANE_LOCKED, 1, 0);
	assert_int_equal(start_again()->locked_arms, 1u << 0);
	assert_int_equal(record.past.locked_lanes, 1u << 1);
	for (int i = 0; i < 100; i++)
		add(EVENT_SAFETY, 0, 0);
	add(EVENT_ARM_UNLOCKED, 1, 0); /* the other lane's */
	assert_int_equal(start_again()->locked_arms, 1u << 0);
	add(EVENT_ARM_UNLOCKED, 0, 0);
	add(EVENT_LANE_OPENED, 1, 0);
	assert_int_equal(start_again()->locked_arms, 0);
	assert_int_equal(record.past.locked_lanes, 0);
	add(EVENT_ARM_LOCKED, 1, 0);
	assert_int_equal(start_again()->locked_arms, 1u << 1);
}

static void damage_in_the_last_events_is_refused(void **state)
{
	(void)state;
	record_fill(&record, 200);
	record_flip_bit(&record, "bytes", 137, 5);
	expect_refused(KAKOU_E_INVALID, "event 137");
	record_flip_bit(&record, "bytes", 137, 5);
	record_flip_bit(&record, "chain", 136, 0);
	expect_refused(KAKOU_E_INVALID, "event 137");
	record_flip_bit(&record, "chain", 136, 0);
	record_run_sql(&record, "DELETE FROM events WHERE seq = 150");
	expect_refused(KAKOU_E_INVALID, "event 150: missing");
}

/* Damage further back is for verification: a start must not take longer every year. */
static void only_the_tail_is_read_at_a_start(void **state)
{
	struct journal_verdict verdict;

	(void)state;
	record_fill(&record, 200);
	record_flip_bit(&record, "bytes", 100, 5);
	open_writer();
	record_close(&record);
	record_verify(&record, &verdict);
	assert_int_equal(verdict.first_bad, 100);
}

static void the_journal_of_another_gate_is_refused(void **state)
{
	(void)state;
	record_fill(&record, 3);
	record.config.origin = "gate-2";
	expect_refused(KAKOU_E_INVALID, "is of 'gate-1', expected 'gate-2'");
	record_run_sql(&record, "UPDATE state SET value = 'gate-2' WHERE key = 'origin'");
	expect_refused(KAKOU_E_INVALID, "event 1: its chain value");
	record_run_sql(&record, "DELETE FROM state WHERE key = 'origin'");
	expect_refused(KAKOU_E_INVALID, "has no 'origin'");
}

static void a_newer_schema_and_a_foreign_file_are_refused(void **state)
{
	(void)state;
	record_fill(&record, 3);
	record_run_sql(&record, "PRAGMA user_version = 99");
	expect_refused(KAKOU_E_INVALID, "schema version is 99, expected 1");
	record_run_sql(&record, "PRAGMA application_id = 7");
	expect_refused(KAKOU_E_INVALID, "application id is 0x7");
}

/* As a kakoud of a later release leaves it, that says who may write: from version 3 on. */
static void a_newer_file_that_allows_it_is_written_and_the_newer_one_is_told(void **state)
{
	struct journal_verdict verdict;

	(void)state;
	record_fill(&record, 3);
	record_run_sql(&record, "CREATE TABLE later (a INTEGER) STRICT;"
				"PRAGMA user_version = 0x30004;");
	record_fill(&record, 4);
	assert_int_equal(record_ask_sql(&record, "PRAGMA user_version"), 0x30004);
	assert_int_equal(
		record_ask_sql(&record,
			       "SELECT value FROM state WHERE key = 'written_as'"),
		3);
	record_verify(&record, &verdict);
	assert_int_equal(verdict.first_bad, 0);
	assert_int_equal(verdict.events, 7);
	record_run_sql(&record, "PRAGMA user_version = 0x40005");
	expect_refused(KAKOU_E_INVALID, "schema version is 5, expected 1 to 3");
	assert_int_equal(record_ask_sql(&record, "PRAGMA user_version"), 0x40005);
}

static void what_an_older_version_did_not_keep_up_is_filled_in(void **state)
{
	struct journal_verdict verdict;

	(void)state;
	record_fill(&record, 40);
	record_run_sql(&record,
		       "DELETE FROM tree;"
		       "INSERT INTO state (key, value) VALUES ('written_as', 1);");
	record_fill(&record, 1);
	assert_int_equal(
		record_ask_sql(&record,
			       "SELECT count(*) FROM state WHERE key = 'written_as'"),
		0);
	record_verify(&record, &verdict);
	assert_int_equal(verdict.first_bad, 0);
	assert_int_equal(verdict.events, 41);
}

static void a_file_that_is_no_database_is_refused(void **state)
{
	FILE *file = fopen(record.path, "w");

	(void)state;
	assert_non_null(file);
	for (int i = 0; i < 1000; i++)
		fputs("nothing of the kind ", file);
	assert_int_equal(fclose(file), 0);
	expect_refused(KAKOU_E_INVALID, "not a database");
}

static void add_turn(enum event_kind kind, uint8_t lane, const char *to)
{
	struct event event;

	event_begin(&event, kind, lane, 0);
	event_add_text(&event, "reason", "he said \"to\":\"I\"");
	event_add_text(&event, "to", to);
	assert_int_equal(writer_take(record.writer, &event), KAKOU_OK);
}

static void the_direction_in_force_is_the_newest_that_was_not_withdrawn(void **state)
{
	(void)state;
	open_writer();
	assert_int_equal(start_again()->directions[0], '\0');
	add_turn(EVENT_LANE_TURNED, 0, "E");
	add_turn(EVENT_LANE_TURNED, 1, "I");
	assert_int_equal(start_again()->directions[0], 'E');
	assert_int_equal(record.past.directions[1], 'I');
	add_turn(EVENT_LANE_TURNED, 0, "I");
	add_turn(EVENT_LANE_TURN_WITHDRAWN, 0, "E");
	assert_int_equal(start_again()->directions[0], 'E');
	add_turn(EVENT_LANE_TURN_WITHDRAWN, 0, ""); /* it was not known */
	assert_int_equal(start_again()->directions[0], '\0');
	add(EVENT_LANE_TURNED, 0, 0); /* it names none */
	assert_int_equal(start_again()->directions[0], '\0');
}

static void a_start_that_was_cut_off_before_the_tables_is_finished(void **state)
{
	(void)state;
	assert_int_equal(place_make_file(record.path, NULL), KAKOU_OK);
	open_writer();
	add(EVENT_STARTED, EVENT_NO_LANE, 0);
	assert_int_equal(start_again()->last_seq, 1);
}

/* ---- where it may lie ----------------------------------------------------------------- */

static void a_second_process_is_refused(void **state)
{
	struct why why = {""};
	char path[1024];
	int lock_fd = -1;

	(void)state;
	open_writer();
	assert_int_equal(
		place_claim(record.directory, true, path, sizeof(path), &lock_fd, &why),
		KAKOU_E_DENIED);
	assert_int_equal(lock_fd, -1);
	assert_non_null(strstr(why.text, "journal.lock: another process holds"));
}

static void a_directory_that_others_may_enter_is_refused(void **state)
{
	(void)state;
	assert_int_equal(chmod(record.directory, 0750), 0);
	expect_refused(KAKOU_E_DENIED, "mode is 0750, expected 0700");
	assert_int_equal(chmod(record.directory, 0700), 0);
}

static void a_directory_in_memory_is_refused_unless_it_is_wanted(void **state)
{
	char directory[] = "/dev/shm/kakou-record-XXXXXX";
	struct why why = {""};
	char path[1024];
	int lock_fd = -1;

	(void)state;
	if (!mkdtemp(directory)) {
		print_message("no file system in memory at /dev/shm\n");
		skip();
	}
	assert_int_equal(
		place_claim(directory, false, path, sizeof(path), &lock_fd, &why),
		KAKOU_E_DENIED);
	assert_non_null(strstr(why.text, "lies in memory"));
	assert_int_equal(place_claim(directory, true, path, sizeof(path), &lock_fd, &why),
			 KAKOU_OK);
	close(lock_fd);
	unlink(path);
	snprintf(path, sizeof(path), "%s/" PLACE_LOCK, directory);
	unlink(path);
	assert_int_equal(rmdir(directory), 0);
}

int main(void)
{
#define WITH_RECORD(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		WITH_RECORD(a_new_journal_has_no_past),
		WITH_RECORD(numbers_and_passages_go_on),
		WITH_RECORD(only_lifts_that_nothing_ended_are_unknown),
		WITH_RECORD(an_end_before_a_second_lift_does_not_end_it),
		WITH_RECORD(a_lift_of_a_lane_that_is_gone_is_still_unknown),
		WITH_RECORD(more_unknown_lifts_than_fit_are_told_at_the_next_starts),
		WITH_RECORD(what_is_locked_stays_so_until_the_record_says_otherwise),
		WITH_RECORD(damage_in_the_last_events_is_refused),
		WITH_RECORD(only_the_tail_is_read_at_a_start),
		WITH_RECORD(the_journal_of_another_gate_is_refused),
		WITH_RECORD(a_newer_schema_and_a_foreign_file_are_refused),
		WITH_RECORD(
			a_newer_file_that_allows_it_is_written_and_the_newer_one_is_told),
		WITH_RECORD(what_an_older_version_did_not_keep_up_is_filled_in),
		WITH_RECORD(a_file_that_is_no_database_is_refused),
		WITH_RECORD(the_direction_in_force_is_the_newest_that_was_not_withdrawn),
		WITH_RECORD(a_start_that_was_cut_off_before_the_tables_is_finished),
		WITH_RECORD(a_second_process_is_refused),
		WITH_RECORD(a_directory_that_others_may_enter_is_refused),
		WITH_RECORD(a_directory_in_memory_is_refused_unless_it_is_wanted),
	};
#undef WITH_RECORD

	return cmocka_run_group_tests_name("past", tests, NULL, NULL);
}

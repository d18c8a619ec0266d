/* SPDX-License-Identifier: MIT */
/*
 * What shows that a record was changed, and from what: the journal alone, or a checkpoint of
 * it that was kept elsewhere. Whoever changes it here knows the program and may write
 * whatever he likes, but has not got the key.
 *
 * Layer: tests.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "firmware/record/canonical.h"
#include "firmware/record/checkpoint.h"
#include "firmware/record/past.h"
#include "firmware/record/writer.h"
#include "hal/fake/fake.h"
#include "hal/log.h"
#include "tests/unit/record_signed.h"

static struct record_fixture other;

/* ---- the tests ------------------------------------------------------------------------ */

static void each_flipped_byte_shows_in_the_journal_alone(void **state)
{
	static const char *const columns[] = {"bytes", "leaf", "chain"};

	(void)state;
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		int len = 1;

		for (int byte = 0; byte < len; byte++) {
			len = record_flip_bit(&signed_record, columns[i], 40,
					      byte * 8 + byte % 8);
			signed_expect_finding(&signed_record, signed_key, NULL,
					      "event 40");
			record_flip_bit(&signed_record, columns[i], 40,
					byte * 8 + byte % 8);
		}
	}
	signed_expect_whole(&signed_record, signed_key, NULL);
}

static void a_flipped_byte_of_a_node_or_a_checkpoint_shows_in_the_journal_alone(
	void **state)
{
	char sql[200];
	int64_t len = record_ask_sql(&signed_record,
				     "SELECT length(note) FROM checkpoints WHERE size ="
				     " (SELECT max(size) FROM checkpoints)");

	(void)state;
	record_run_sql(&signed_record, "CREATE TABLE kept AS SELECT * FROM checkpoints");
	for (int64_t at = 1; at <= len; at++) {
		snprintf(sql, sizeof(sql),
			 "UPDATE checkpoints SET note = substr(note, 1, %lld) || 'Q' ||"
			 " substr(note, %lld) WHERE size = %d AND"
			 " substr(note, %lld, 1) <> 'Q'",
			 (long long)at - 1, (long long)at + 1, SIGNED_EVENTS + 1,
			 (long long)at);
		record_run_sql(&signed_record, sql);
		if (record_ask_sql(&signed_record,
				   "SELECT count(*) FROM checkpoints NATURAL JOIN"
				   " kept") ==
		    record_ask_sql(&signed_record, "SELECT count(*) FROM kept"))
			continue; /* it was a Q */
		signed_expect_finding(&signed_record, signed_key, NULL, "");
		record_run_sql(&signed_record,
			       "REPLACE INTO checkpoints SELECT * FROM kept");
	}
	record_run_sql(&signed_record,
		       "UPDATE tree SET hash = zeroblob(32) WHERE place = 1");
	signed_expect_finding(&signed_record, signed_key, NULL,
			      "the tree above it is of other events");
}

static void events_that_are_deleted_swapped_or_doubled_show_in_the_journal_alone(
	void **state)
{
	(void)state;
	record_run_sql(&signed_record, "CREATE TABLE kept AS SELECT * FROM events;"
				       "DELETE FROM events WHERE seq = 40");
	signed_expect_finding(&signed_record, signed_key, NULL, "event 40");
	record_run_sql(&signed_record,
		       "DELETE FROM events; INSERT INTO events SELECT * FROM kept;"
		       "UPDATE events SET seq = -1 WHERE seq = 40;"
		       "UPDATE events SET seq = 40 WHERE seq = 41;"
		       "UPDATE events SET seq = 41 WHERE seq = -1");
	signed_expect_finding(&signed_record, signed_key, NULL, "event 40");
	record_run_sql(&signed_record,
		       "DELETE FROM events; INSERT INTO events SELECT * FROM kept;"
		       "UPDATE events SET (kind, lane, passage, wall_ms, bytes, leaf,"
		       " chain) = (SELECT kind, lane, passage, wall_ms, bytes, leaf,"
		       " chain FROM events WHERE seq = 40) WHERE seq = 41");
	signed_expect_finding(&signed_record, signed_key, NULL, "event 41");
	record_run_sql(&signed_record,
		       "DELETE FROM events; INSERT INTO events SELECT * FROM kept");
	signed_expect_whole(&signed_record, signed_key, NULL);
}

/* The same by somebody who makes chain and tree fit: the checkpoints can't be made to. */
static void a_rewritten_event_shows_though_chain_and_tree_fit(void **state)
{
	(void)state;
	signed_rewrite(&signed_record, 40);
	signed_make_it_fit(&signed_record);
	signed_expect_finding(&signed_record, signed_key, NULL,
			      "has another root than the events");
	signed_expect_no_start(&signed_record, "is not that of its checkpoint");
}

static void a_cut_tail_shows_when_its_checkpoint_stays(void **state)
{
	(void)state;
	record_run_sql(&signed_record,
		       "DELETE FROM events WHERE seq > 60;"
		       "DELETE FROM tree WHERE (place + 1) << level > 60");
	signed_expect_finding(&signed_record, signed_key, NULL,
			      "events 61 to 76 are missing: a checkpoint counts them");
	signed_expect_no_start(&signed_record, "events 61 to 76 are missing");
}

static int64_t cut_back_to_a_checkpoint(void)
{
	int64_t size = 0;
	char sql[200];

	free(signed_get_checkpoint(&signed_record, 60, &size));
	assert_true(size > 1);
	snprintf(sql, sizeof(sql),
		 "DELETE FROM events WHERE seq > %lld;"
		 "DELETE FROM checkpoints WHERE size > %lld;"
		 "DELETE FROM tree WHERE (place + 1) << level > %lld",
		 (long long)size, (long long)size, (long long)size);
	record_run_sql(&signed_record, sql);
	return size;
}

/* With its checkpoints cut too it is a journal as it once was. */
static void a_journal_cut_back_to_a_checkpoint_shows_only_against_a_kept_one(void **state)
{
	int64_t size;
	char *kept = signed_get_checkpoint(&signed_record, INT64_MAX, &size);

	(void)state;
	cut_back_to_a_checkpoint();
	signed_expect_whole(&signed_record, signed_key, NULL);
	signed_expect_finding(&signed_record, signed_key, kept,
			      "are missing: a kept checkpoint counts them");
	free(kept);
}

/* What comes after is signed with the right signed_key, but over other events. */
static void a_journal_that_was_cut_and_went_on_shows_only_against_a_kept_checkpoint(
	void **state)
{
	struct why why = {""};
	int64_t size;
	char *kept = signed_get_checkpoint(&signed_record, INT64_MAX, &size);

	(void)state;
	cut_back_to_a_checkpoint();
	if (record_open(&signed_record, &why))
		fail_msg("%s", why.text);
	signed_append(&signed_record, 200, 260);
	record_close(&signed_record);
	signed_expect_whole(&signed_record, signed_key, NULL);
	signed_expect_finding(&signed_record, signed_key, kept,
			      "kept checkpoint of 76 events: has another root");
	free(kept);
}

static void copy_file(const char *from, const char *to)
{
	char command[1000];

	snprintf(command, sizeof(command), "cp %s %s", from, to);
	assert_int_equal(system(command), 0);
}

/* The whole disk as it was yesterday: a right journal, which only a later checkpoint betrays. */
static void a_disk_that_was_rolled_back_shows_only_against_a_kept_checkpoint(void **state)
{
	struct why why = {""};
	char path[400];
	char *kept;
	int64_t size;

	(void)state;
	snprintf(path, sizeof(path), "%s-yesterday", signed_record.path);
	copy_file(signed_record.path, path);
	assert_int_equal(record_open(&signed_record, &why), KAKOU_OK);
	signed_append(&signed_record, SIGNED_EVENTS, SIGNED_EVENTS + 20);
	record_close(&signed_record);
	kept = signed_get_checkpoint(&signed_record, INT64_MAX, &size);
	signed_expect_whole(&signed_record, signed_key, kept);
	assert_int_equal(rename(path, signed_record.path), 0);
	signed_expect_whole(&signed_record, signed_key, NULL);
	signed_expect_finding(
		&signed_record, signed_key, kept,
		"events 77 to 96 are missing: a kept checkpoint counts them");
	free(kept);
}

/* Two devices of one name: the end of one's journal behind the beginning of the other's. */
static void two_journals_spliced_show_in_the_journal_alone(void **state)
{
	char sql[800];

	(void)state;
	signed_make(&other, 300, 300 + SIGNED_EVENTS);
	snprintf(
		sql, sizeof(sql),
		"ATTACH '%s' AS other;"
		"DELETE FROM events WHERE seq > 50;"
		"INSERT INTO events SELECT * FROM other.events WHERE seq > 50;"
		"DELETE FROM checkpoints WHERE size > 50;"
		"INSERT INTO checkpoints SELECT * FROM other.checkpoints WHERE size > 50",
		other.path);
	record_run_sql(&signed_record, sql);
	signed_expect_finding(&signed_record, signed_key, NULL, "event 51");
	signed_make_it_fit(&signed_record);
	signed_expect_finding(&signed_record, signed_key, NULL, "no given key signed it");
	record_remove(&other);
}

/* One group without its signature may be a power cut's work (test_signed_late); more is not. */
static void checkpoints_that_are_taken_away_show_in_the_journal_alone(void **state)
{
	struct why why = {""};

	(void)state;
	assert_int_equal(record_open(&signed_record, &why), KAKOU_OK);
	signed_append(&signed_record, SIGNED_EVENTS, SIGNED_EVENTS + WRITER_UNSIGNED);
	record_close(&signed_record);
	record_run_sql(&signed_record, "DELETE FROM checkpoints WHERE size > 60");
	signed_expect_finding(&signed_record, signed_key, NULL,
			      "are under no signed checkpoint");
	record_run_sql(&signed_record, "DELETE FROM checkpoints");
	signed_expect_finding(&signed_record, signed_key, NULL,
			      "events 1 to 588 are under no signed checkpoint");
}

int main(void)
{
#define ON_SIGNED(test)                                                                  \
	cmocka_unit_test_setup_teardown(test, signed_set_up, signed_tear_down)
	const struct CMUnitTest tests[] = {
		ON_SIGNED(each_flipped_byte_shows_in_the_journal_alone),
		ON_SIGNED(
			a_flipped_byte_of_a_node_or_a_checkpoint_shows_in_the_journal_alone),
		ON_SIGNED(
			events_that_are_deleted_swapped_or_doubled_show_in_the_journal_alone),
		ON_SIGNED(a_rewritten_event_shows_though_chain_and_tree_fit),
		ON_SIGNED(a_cut_tail_shows_when_its_checkpoint_stays),
		ON_SIGNED(
			a_journal_cut_back_to_a_checkpoint_shows_only_against_a_kept_one),
		ON_SIGNED(
			a_journal_that_was_cut_and_went_on_shows_only_against_a_kept_checkpoint),
		ON_SIGNED(
			a_disk_that_was_rolled_back_shows_only_against_a_kept_checkpoint),
		ON_SIGNED(two_journals_spliced_show_in_the_journal_alone),
		ON_SIGNED(checkpoints_that_are_taken_away_show_in_the_journal_alone),
	};
#undef ON_SIGNED

	return cmocka_run_group_tests_name("tamper", tests, NULL, NULL);
}

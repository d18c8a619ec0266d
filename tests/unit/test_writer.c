/* SPDX-License-Identifier: MIT */
/*
 * The writing side of the journal on a disk that fails, without threads.
 *
 * Layer: tests.
 */
#include "firmware/record/writer.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/record/past.h"
#include "hal/fake/fake.h"
#include "hal/log.h"
#include "tests/fault/disk.h"
#include "tests/unit/record_fixture.h"

static struct record_fixture record;

/* What the disk does: operation number `fails_at` and the `fails_for - 1` after it end with
 * `code`. */
static struct {
	enum disk_op op;
	bool any_op;
	int code;
	int count, fails_at, fails_for;
	int syncs;
} disk;

static int decide(void *arg, const struct disk_event *event)
{
	int number = disk.count;

	(void)arg;
	disk.syncs += event->op == DISK_SYNC;
	if (!disk.any_op && event->op != disk.op)
		return event->op == DISK_SYNC ? DISK_SKIP : SQLITE_OK;
	disk.count++;
	if (number >= disk.fails_at && number < disk.fails_at + disk.fails_for)
		return disk.code;
	return event->op == DISK_SYNC ? DISK_SKIP : SQLITE_OK;
}

static void break_disk(enum disk_op op, int code, int after, int for_count)
{
	disk.op = op;
	disk.any_op = false;
	disk.code = code;
	disk.count = 0;
	disk.fails_at = after;
	disk.fails_for = for_count;
}

static void mend_disk(void)
{
	disk.fails_for = 0;
}

static int set_up(void **state)
{
	(void)state;
	log_set_level((enum log_level)0);
	fake_clock_set(5000);
	mend_disk();
	disk_install(decide, NULL);
	record_make(&record);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	mend_disk();
	record_remove(&record);
	disk_remove();
	return 0;
}

static void open_writer(void)
{
	struct why why = {""};

	if (record_open(&record, &why))
		fail_msg("%s", why.text);
	record.answer_count = 0;
}

static enum kakou_err take(int i, uint64_t ticket)
{
	struct event event;

	record_make_event(&event, i);
	event.ticket = ticket;
	return writer_take(record.writer, &event);
}

static void take_and_commit(int i)
{
	assert_int_equal(take(i, 0), KAKOU_OK);
	assert_int_equal(writer_commit(record.writer), KAKOU_OK);
}

static void expect_answer(size_t at, uint64_t ticket, int64_t seq, bool is_committed)
{
	assert_true(at < record.answer_count);
	assert_int_equal(record.answers[at].ticket, ticket);
	assert_int_equal(record.answers[at].seq, seq);
	assert_int_equal(record.answers[at].is_committed, is_committed);
}

static void expect_whole(int64_t events)
{
	struct journal_verdict verdict;

	record_verify(&record, &verdict);
	if (!verdict.is_whole)
		fail_msg("%s", verdict.finding);
	assert_int_equal(verdict.events, events);
}

/* ---- without faults ------------------------------------------------------------------- */

static void an_event_is_answered_only_after_its_commit(void **state)
{
	(void)state;
	open_writer();
	assert_int_equal(take(0, 11), KAKOU_OK);
	assert_int_equal(take(1, 0), KAKOU_OK);
	assert_int_equal(take(2, 33), KAKOU_OK);
	assert_int_equal(record.answer_count, 0);
	assert_int_equal(writer_count_tickets(record.writer), 2);
	fake_clock_advance(7);
	assert_int_equal(writer_commit(record.writer), KAKOU_OK);
	assert_int_equal(record.answer_count, 2);
	expect_answer(0, 11, 1, true);
	expect_answer(1, 33, 3, true);
	assert_int_equal(record.answers[0].at_ms, 5007);
	assert_int_equal(writer_count_tickets(record.writer), 0);
	assert_int_equal(writer_health(record.writer)->last_seq, 3);
	assert_int_equal(writer_health(record.writer)->events, 3);
	assert_int_equal(writer_health(record.writer)->commits, 1);
	record_close(&record);
	expect_whole(3);
}

static void what_waits_together_is_synced_together(void **state)
{
	int before;

	(void)state;
	open_writer();
	take_and_commit(0);
	before = disk.syncs;
	for (int i = 0; i < WRITER_GROUP; i++)
		assert_int_equal(take(i, 0), KAKOU_OK);
	assert_int_equal(writer_commit(record.writer), KAKOU_OK);
	assert_int_equal(disk.syncs - before, 1);
}

static int count_syncs(int commits, bool is_quiet)
{
	int before = disk.syncs;

	for (int i = 0; i < commits; i++) {
		take_and_commit(i);
		if (is_quiet && writer_wants_rest(record.writer))
			assert_int_equal(writer_rest(record.writer), KAKOU_OK);
	}
	print_message("%d syncs for %d commits\n", disk.syncs - before, commits);
	return disk.syncs - before;
}

/* The log is moved rarely enough not to count, with quiet moments and without. */
static void one_event_a_commit_costs_one_sync(void **state)
{
	enum { COMMITS = 2000 };

	(void)state;
	open_writer();
	assert_in_range(count_syncs(COMMITS, false), COMMITS, COMMITS + COMMITS / 50);
	assert_in_range(count_syncs(COMMITS, true), COMMITS, COMMITS + COMMITS / 50);
}

/* Nodes and checkpoint go with the events: no sync more, by itself or in groups. */
static void a_signed_commit_costs_one_sync_too(void **state)
{
	enum { COMMITS = 600, TOGETHER = 16, GROUPS = 100 };
	int before;

	(void)state;
	record_use_key(&record);
	open_writer();
	assert_in_range(count_syncs(COMMITS, true), COMMITS, COMMITS + COMMITS / 50);
	before = disk.syncs;
	for (int group = 0; group < GROUPS; group++) {
		for (int i = 0; i < TOGETHER; i++)
			assert_int_equal(take(group * TOGETHER + i, 0), KAKOU_OK);
		assert_int_equal(writer_commit(record.writer), KAKOU_OK);
		if (writer_wants_rest(record.writer))
			assert_int_equal(writer_rest(record.writer), KAKOU_OK);
	}
	print_message("%d syncs for %d signed events, %d a commit\n", disk.syncs - before,
		      GROUPS * TOGETHER, TOGETHER);
	/* 1/k + 0.02 a event. */
	assert_in_range(disk.syncs - before, GROUPS, GROUPS + GROUPS * TOGETHER / 50);
}

static void the_clock_s_state_is_asked_once_a_second(void **state)
{
	(void)state;
	open_writer();
	take_and_commit(0);
	fake_clock_set_synchronised(false);
	take_and_commit(1);
	fake_clock_advance(1000);
	take_and_commit(2);
	record_close(&record);
	assert_int_equal(record_ask_sql(&record,
					"SELECT group_concat(json_extract(CAST(bytes AS "
					"TEXT), '$.synced'), '') FROM events"),
			 110);
}

/* ---- counters ------------------------------------------------------------------------- */

static void inquire(int64_t counter)
{
	struct event event;
	char seq_no[32];

	snprintf(seq_no, sizeof(seq_no), "20260101080000%06lld", (long long)counter);
	event_begin(&event, EVENT_INQUIRY, 0, 1);
	event_add_text(&event, "seq_no", seq_no);
	assert_int_equal(writer_take(record.writer, &event), KAKOU_OK);
	assert_int_equal(writer_commit(record.writer), KAKOU_OK);
}

static uint32_t reopen_after_kill(void)
{
	/* Nothing is written at the end of a run, so that closing is as good as a kill. */
	record_close(&record);
	open_writer();
	return record.past.next_counter;
}

static void counters_never_repeat_however_a_run_ends(void **state)
{
	(void)state;
	open_writer();
	assert_int_equal(record.past.next_counter, 0);
	assert_int_equal(reopen_after_kill(), PAST_RESERVE);
	for (int64_t counter = PAST_RESERVE; counter < 5 * PAST_RESERVE; counter += 97)
		inquire(counter);
	assert_in_range(reopen_after_kill(), 5 * PAST_RESERVE, 7 * PAST_RESERVE);
}

static void a_counter_far_from_the_end_reserves_nothing(void **state)
{
	(void)state;
	open_writer();
	inquire(0);
	inquire(499);
	inquire(999999);
	assert_int_equal(reopen_after_kill(), PAST_RESERVE);
	inquire(PAST_RESERVE + 500);
	assert_int_equal(reopen_after_kill(), 3 * PAST_RESERVE);
}

static void counters_go_round_after_999999(void **state)
{
	(void)state;
	open_writer();
	record_close(&record);
	record_run_sql(&record, "UPDATE state SET value = 999000 WHERE key = "
				"'counter_end'");
	open_writer();
	assert_int_equal(record.past.next_counter, 999000);
	inquire(999000);
	inquire(999999);
	assert_int_equal(reopen_after_kill(), 1000);
}

static void a_seq_no_without_a_counter_is_no_counter(void **state)
{
	static const char *const texts[] = {"", "12345", "2026010108000000050x", "abc"};
	struct event event;

	(void)state;
	open_writer();
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		event_begin(&event, EVENT_INQUIRY, 0, 1);
		event_add_text(&event, "seq_no", texts[i]);
		assert_int_equal(writer_take(record.writer, &event), KAKOU_OK);
	}
	event_begin(&event, EVENT_ANSWER, 0, 1);
	event_add_text(&event, "seq_no", "20260101080000000999");
	assert_int_equal(writer_take(record.writer, &event), KAKOU_OK);
	assert_int_equal(writer_commit(record.writer), KAKOU_OK);
	assert_int_equal(reopen_after_kill(), PAST_RESERVE);
}

/* ---- faults --------------------------------------------------------------------------- */

static void a_failed_commit_is_said_and_the_event_comes_later(void **state)
{
	const struct journal_health *health;

	(void)state;
	open_writer();
	take_and_commit(0);
	assert_int_equal(take(1, 21), KAKOU_OK);
	break_disk(DISK_SYNC, SQLITE_IOERR_FSYNC, 0, 1000);
	assert_int_not_equal(writer_commit(record.writer), KAKOU_OK);
	assert_int_equal(record.answer_count, 1);
	expect_answer(0, 21, 2, false);
	health = writer_health(record.writer);
	assert_false(health->is_well);
	assert_int_equal(health->last_seq, 1);
	assert_int_equal(health->waiting, 1);
	assert_int_equal(health->failures, 1);
	assert_non_null(strstr(health->why, "disk I/O error"));

	/* Nobody has to wait for the next try to learn that it is not now. */
	assert_int_equal(take(2, 22), KAKOU_OK);
	assert_int_equal(record.answer_count, 2);
	expect_answer(1, 22, 3, false);
	assert_int_not_equal(writer_commit(record.writer), KAKOU_OK);
	assert_int_equal(record.answer_count, 2);

	mend_disk();
	assert_int_equal(take(3, 23), KAKOU_OK);
	assert_int_equal(writer_commit(record.writer), KAKOU_OK);
	assert_int_equal(record.answer_count, 3);
	health = writer_health(record.writer);
	assert_true(health->is_well);
	assert_int_equal(health->last_seq, 4);
	assert_int_equal(health->waiting, 0);
	assert_int_equal(take(4, 24), KAKOU_OK);
	assert_int_equal(writer_commit(record.writer), KAKOU_OK);
	expect_answer(3, 24, 5, true);
	record_close(&record);
	expect_whole(5);
}

static void events_are_kept_up_to_the_bound(void **state)
{
	(void)state;
	open_writer();
	break_disk(DISK_WRITE, SQLITE_FULL, 0, 1000000);
	for (int i = 0; i < WRITER_KEEPS; i++) {
		assert_int_equal(take(i, 0), KAKOU_OK);
		if (i % 512 == 0)
			assert_int_not_equal(writer_commit(record.writer), KAKOU_OK);
	}
	assert_int_equal(take(WRITER_KEEPS, 0), KAKOU_E_FULL);
	mend_disk();
	assert_int_equal(writer_commit(record.writer), KAKOU_OK);
	assert_int_equal(writer_health(record.writer)->last_seq, WRITER_KEEPS);
	take_and_commit(WRITER_KEEPS);
	record_close(&record);
	expect_whole(WRITER_KEEPS + 1);
}

static void a_failed_move_of_the_log_is_a_failure_of_the_disk(void **state)
{
	(void)state;
	open_writer();
	for (int i = 0; i < 10; i++)
		take_and_commit(i);
	break_disk(DISK_SYNC, SQLITE_IOERR_FSYNC, 0, 3);
	assert_int_not_equal(writer_rest(record.writer), KAKOU_OK);
	assert_false(writer_health(record.writer)->is_well);
	assert_false(writer_wants_rest(record.writer));
	mend_disk();
	/* With nothing to write a commit still proves the disk. */
	assert_int_equal(writer_commit(record.writer), KAKOU_OK);
	assert_true(writer_health(record.writer)->is_well);
	record_close(&record);
	expect_whole(10);
}

static void a_journal_that_changed_under_the_writer_is_not_written_on(void **state)
{
	(void)state;
	open_writer();
	for (int i = 0; i < 3; i++)
		take_and_commit(i);
	assert_int_equal(take(3, 0), KAKOU_OK);
	break_disk(DISK_SYNC, SQLITE_IOERR_FSYNC, 0, 1);
	assert_int_not_equal(writer_commit(record.writer), KAKOU_OK);
	mend_disk();
	record_run_sql(&record, "DELETE FROM events WHERE seq = 3");
	assert_int_equal(writer_commit(record.writer), KAKOU_E_INVALID);
	assert_non_null(strstr(writer_health(record.writer)->why,
			       "ends with event 2, expected event 3"));
	assert_int_equal(writer_health(record.writer)->waiting, 1);
}

enum { SCENARIO_EVENTS = 6 };

/* Goes on as the writer thread does, whatever the disk does in between. */
static void run_scenario(void)
{
	for (int i = 0; i < SCENARIO_EVENTS; i++) {
		int tries = 0;

		assert_int_equal(take(i, (uint64_t)i + 1), KAKOU_OK);
		if (i % 3 == 1)
			continue;
		while (writer_commit(record.writer))
			assert_true(tries++ < 50);
		if (i == 3 && writer_rest(record.writer))
			assert_false(writer_health(record.writer)->is_well);
	}
}

static void expect_each_ticket_answered_once(void)
{
	bool seen[SCENARIO_EVENTS + 1] = {false};

	assert_int_equal(record.answer_count, SCENARIO_EVENTS);
	for (size_t i = 0; i < record.answer_count; i++) {
		uint64_t ticket = record.answers[i].ticket;

		assert_in_range(ticket, 1, SCENARIO_EVENTS);
		assert_false(seen[ticket]);
		seen[ticket] = true;
		assert_int_equal(record.answers[i].seq, ticket);
	}
}

/* One run with the fault at operation `at`; false when the run was over before. */
static bool run_with_fault(enum disk_op op, int code, int at, int for_count)
{
	struct why why = {""};
	bool was_met;

	record_make(&record);
	break_disk(op, code, at, for_count);
	if (record_open(&record, &why)) {
		mend_disk();
		open_writer();
		break_disk(op, code, at, for_count);
	}
	record.answer_count = 0;
	run_scenario();
	was_met = disk.count > disk.fails_at;
	record_close(&record);
	mend_disk();
	expect_each_ticket_answered_once();
	expect_whole(SCENARIO_EVENTS);
	record_remove(&record);
	return was_met;
}

static void whatever_fails_when_nothing_is_lost_or_doubled(void **state)
{
	static const struct {
		const char *name;
		enum disk_op op;
		int code;
	} faults[] = {
		{"write fails",  DISK_WRITE,    SQLITE_IOERR_WRITE },
		{"disk is full", DISK_WRITE,    SQLITE_FULL        },
		{"write tears",  DISK_WRITE,    DISK_TEAR          },
		{"sync fails",   DISK_SYNC,     SQLITE_IOERR_FSYNC },
		{"no truncate",  DISK_TRUNCATE, SQLITE_IOERR       },
		{"no new file",  DISK_CREATE,   SQLITE_CANTOPEN    },
		{"no delete",    DISK_DELETE,   SQLITE_IOERR_DELETE},
	};
	int runs = 0;

	(void)state;
	record_remove(&record);
	for (size_t f = 0; f < sizeof(faults) / sizeof(faults[0]); f++)
		for (int how = 0; how < 2; how++)
			for (int at = 0;; at++, runs++)
				if (!run_with_fault(faults[f].op, faults[f].code, at,
						    how ? 12 : 1))
					break;
	print_message("%d runs\n", runs);
	assert_in_range(runs, 100, 20000);
	record_make(&record);
}

int main(void)
{
#define WITH_DISK(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		WITH_DISK(an_event_is_answered_only_after_its_commit),
		WITH_DISK(what_waits_together_is_synced_together),
		WITH_DISK(one_event_a_commit_costs_one_sync),
		WITH_DISK(a_signed_commit_costs_one_sync_too),
		WITH_DISK(the_clock_s_state_is_asked_once_a_second),
		WITH_DISK(counters_never_repeat_however_a_run_ends),
		WITH_DISK(a_counter_far_from_the_end_reserves_nothing),
		WITH_DISK(counters_go_round_after_999999),
		WITH_DISK(a_seq_no_without_a_counter_is_no_counter),
		WITH_DISK(a_failed_commit_is_said_and_the_event_comes_later),
		WITH_DISK(events_are_kept_up_to_the_bound),
		WITH_DISK(a_failed_move_of_the_log_is_a_failure_of_the_disk),
		WITH_DISK(a_journal_that_changed_under_the_writer_is_not_written_on),
		WITH_DISK(whatever_fails_when_nothing_is_lost_or_doubled),
	};
#undef WITH_DISK

	return cmocka_run_group_tests_name("writer", tests, NULL, NULL);
}

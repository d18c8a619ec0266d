/* SPDX-License-Identifier: MIT */
/*
 * The journal with its threads: answers, bounds, ends.
 *
 * Layer: tests.
 */
#include "firmware/record/journal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "hal/fake/fake.h"
#include "tests/unit/journal_rig.h"

static void no_answer_comes_before_the_sync_returns(void **state)
{
	struct journal_ack ack;

	(void)state;
	journal_rig_open();
	journal_rig_append_and_wait(0);
	journal_rig_stall_disk(true);
	assert_int_equal(journal_rig_append(1, 77), KAKOU_OK);
	journal_rig_wait_until_in_sync();
	journal_rig_pause_ms(50);
	assert_false(journal_next_ack(journal_rig.journal, &ack));
	fake_clock_advance(3000);
	journal_rig_stall_disk(false);
	ack = journal_rig_wait_for_answer();
	assert_int_equal(ack.ticket, 77);
	assert_int_equal(ack.seq, 2);
	assert_true(ack.is_committed);
	assert_int_equal(ack.at_ms, 8000);
}

static void a_full_queue_says_so_and_loses_nothing_it_took(void **state)
{
	struct journal_health health;
	int taken = 0;

	(void)state;
	journal_rig_open();
	journal_rig_stall_disk(true);
	assert_int_equal(journal_rig_append(0, 0), KAKOU_OK);
	journal_rig_wait_until_in_sync();
	assert_int_equal(journal_room(journal_rig.journal), JOURNAL_RIG_QUEUE);
	while (journal_rig_append(taken + 1, 0) == KAKOU_OK)
		taken++;
	assert_int_equal(taken, JOURNAL_RIG_QUEUE);
	assert_int_equal(journal_room(journal_rig.journal), 0);
	assert_int_equal(journal_rig_append(taken + 1, 0), KAKOU_E_FULL);
	journal_rig_stall_disk(false);
	journal_rig_append_many(1);
	assert_true(journal_read_health(journal_rig.journal, 0, &health));
	assert_int_equal(health.last_seq, 1 + JOURNAL_RIG_QUEUE + 1);
	assert_int_equal(journal_room(journal_rig.journal), JOURNAL_RIG_QUEUE);
}

static void what_piled_up_is_committed_together(void **state)
{
	int before;

	(void)state;
	journal_rig_open();
	journal_rig_stall_disk(true);
	assert_int_equal(journal_rig_append(0, 0), KAKOU_OK);
	journal_rig_wait_until_in_sync();
	for (int i = 1; i <= JOURNAL_RIG_QUEUE; i++)
		assert_int_equal(journal_rig_append(i, i == JOURNAL_RIG_QUEUE ? 5 : 0),
				 KAKOU_OK);
	before = journal_rig.syncs;
	journal_rig_stall_disk(false);
	assert_int_equal(journal_rig_wait_for_answer().seq, JOURNAL_RIG_QUEUE + 1);
	/* The stalled one, and one for all the others. */
	assert_int_equal(journal_rig.syncs - before, 2);
}

static void answers_that_nobody_reads_hold_the_writer_and_are_not_lost(void **state)
{
	enum { TICKETS = 800 };
	struct journal_ack ack;
	int sent = 0;
	int read = 0;

	(void)state;
	journal_rig_open();
	for (int idle = 0; idle < 100; idle++, journal_rig_pause_ms(1))
		while (sent < TICKETS && !journal_rig_append(sent, (uint64_t)sent + 1)) {
			sent++;
			idle = 0;
		}
	/* 256 answers, the queue, and one event between them. */
	assert_int_equal(sent, 256 + JOURNAL_RIG_QUEUE);
	while (read < TICKETS) {
		ack = journal_rig_wait_for_answer();
		assert_int_equal(ack.ticket, ++read);
		assert_int_equal(ack.seq, read);
		assert_true(ack.is_committed);
		if (sent < TICKETS && !journal_rig_append(sent, (uint64_t)sent + 1))
			sent++;
	}
}

static void a_failing_disk_is_answered_and_tried_again(void **state)
{
	struct journal_health health;
	struct journal_ack ack;

	(void)state;
	journal_rig_open();
	journal_rig_append_and_wait(0);
	journal_rig.is_disk_broken = true;
	assert_int_equal(journal_rig_append(1, 9), KAKOU_OK);
	ack = journal_rig_wait_for_answer();
	assert_int_equal(ack.ticket, 9);
	assert_false(ack.is_committed);
	health = journal_rig_wait_for_health(false);
	assert_int_equal(health.waiting, 1);
	assert_string_not_equal(health.why, "");
	assert_int_equal(journal_rig_append(2, 10), KAKOU_OK);
	assert_false(journal_rig_wait_for_answer().is_committed);

	journal_rig.is_disk_broken = false;
	fake_clock_advance(1000);
	assert_int_equal(journal_rig_append(3, 0), KAKOU_OK);
	health = journal_rig_wait_for_health(true);
	assert_int_equal(health.last_seq, 4);
	journal_rig_append_and_wait(4);
	assert_false(journal_next_ack(journal_rig.journal, &ack));
}

static void a_long_log_is_moved_in_a_quiet_moment(void **state)
{
	int before;

	(void)state;
	journal_rig_open();
	for (int i = 0; i < WRITER_REST_PAGES / 4; i++)
		journal_rig_append_and_wait(i);
	before = journal_rig.syncs;
	for (int i = 0; i < JOURNAL_RIG_PATIENCE_MS && journal_rig.syncs == before; i++)
		journal_rig_pause_ms(1);
	assert_true(journal_rig.syncs > before);
	journal_rig_append_and_wait(WRITER_REST_PAGES);
}

static void closing_commits_what_is_queued(void **state)
{
	struct journal_verdict verdict;

	(void)state;
	journal_rig_open();
	journal_rig_stall_disk(true);
	assert_int_equal(journal_rig_append(0, 0), KAKOU_OK);
	journal_rig_wait_until_in_sync();
	for (int i = 1; i <= JOURNAL_RIG_QUEUE; i++)
		assert_int_equal(journal_rig_append(i, (uint64_t)i), KAKOU_OK);
	journal_rig_stall_disk(false);
	journal_close(journal_rig.journal);
	journal_rig.journal = NULL;
	record_verify(&journal_rig.record, &verdict);
	assert_true(verdict.is_whole);
	assert_int_equal(verdict.events, 1 + JOURNAL_RIG_QUEUE);
	assert_int_equal(access(journal_rig.record.path, F_OK), 0);
	journal_rig_open();
	assert_int_equal(journal_rig.past.last_seq, 1 + JOURNAL_RIG_QUEUE);
}

static void closing_on_a_dead_disk_ends(void **state)
{
	(void)state;
	journal_rig_open();
	journal_rig_append_and_wait(0);
	journal_rig.is_disk_broken = true;
	for (int i = 0; i < 10; i++)
		assert_int_equal(journal_rig_append(i, (uint64_t)i + 1), KAKOU_OK);
	journal_close(journal_rig.journal);
	journal_rig.is_disk_broken = false;
	journal_rig_open();
	assert_int_equal(journal_rig.past.last_seq, 1);
}

static void a_second_journal_in_the_directory_is_refused(void **state)
{
	struct journal *second = NULL;
	struct journal_past other;
	struct why why = {""};

	(void)state;
	journal_rig_open();
	assert_int_equal(journal_open(&second, &journal_rig.record.config, &other, &why),
			 KAKOU_E_DENIED);
	assert_null(second);
	journal_rig_append_and_wait(0);
}

static void names_that_events_can_t_hold_are_refused(void **state)
{
	static const char *const names[] = {"in\n1", "", "in\xff", NULL};
	char origin[300];
	struct why why = {""};

	(void)state;
	for (int i = 0; names[i]; i++) {
		journal_rig.record.config.lanes = &names[i];
		journal_rig.record.config.lane_count = 1;
		assert_int_equal(journal_open(&journal_rig.journal,
					      &journal_rig.record.config,
					      &journal_rig.past, &why),
				 KAKOU_E_INVALID);
		assert_non_null(strstr(why.text, "lane '"));
	}
	journal_rig.record.config.lane_count = 0;
	memset(origin, 'o', sizeof(origin));
	origin[sizeof(origin) - 1] = '\0';
	journal_rig.record.config.origin = origin;
	assert_int_equal(journal_open(&journal_rig.journal, &journal_rig.record.config,
				      &journal_rig.past, &why),
			 KAKOU_E_INVALID);
}

int main(void)
{
#define WITH_DISK(test)                                                                  \
	cmocka_unit_test_setup_teardown(test, journal_rig_set_up, journal_rig_tear_down)
	const struct CMUnitTest tests[] = {
		WITH_DISK(no_answer_comes_before_the_sync_returns),
		WITH_DISK(a_full_queue_says_so_and_loses_nothing_it_took),
		WITH_DISK(what_piled_up_is_committed_together),
		WITH_DISK(answers_that_nobody_reads_hold_the_writer_and_are_not_lost),
		WITH_DISK(a_failing_disk_is_answered_and_tried_again),
		WITH_DISK(a_long_log_is_moved_in_a_quiet_moment),
		WITH_DISK(closing_commits_what_is_queued),
		WITH_DISK(closing_on_a_dead_disk_ends),
		WITH_DISK(a_second_journal_in_the_directory_is_refused),
		WITH_DISK(names_that_events_can_t_hold_are_refused),
	};
#undef WITH_DISK

	return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}

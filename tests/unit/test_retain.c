/* SPDX-License-Identifier: MIT */
/*
 * Old events go when they may, and what stays is still proved.
 *
 * Layer: tests.
 */
#include "firmware/record/retain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hal/fake/fake.h"
#include "hal/log.h"
#include "tests/unit/record_old.h"

static struct record_fixture record;

static int set_up(void **state)
{
	(void)state;
	old_set_up(&record);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	old_tear_down(&record);
	return 0;
}

/* ---- what goes ------------------------------------------------------------------------ */

static void old_events_go_and_the_rest_is_whole(void **state)
{
	struct journal_verdict verdict;

	(void)state;
	old_make(&record);
	old_retain(&record);
	/* In blocks, and not the newest. */
	assert_int_equal(old_removed_to(&record), (old_newest(&record) - RETAIN_LEAST) /
							  RETAIN_BLOCK * RETAIN_BLOCK);
	old_expect_hold(&record, "always stay");
	old_close_and_expect_whole(&record);
	record_verify(&record, &verdict);
	assert_true(verdict.removed_to > 2 * RETAIN_BLOCK);
	assert_int_equal(verdict.kept, 1); /* the key */
	assert_int_equal(record_ask_sql(&record, "SELECT count(*) FROM events"),
			 verdict.events);
	assert_int_equal(record_ask_sql(&record, "SELECT min(seq) FROM events"), 1);
	/* And it goes on like that. */
	old_open(&record);
	assert_int_equal(old_removed_to(&record), verdict.removed_to);
	old_fill(&record, old_newest(&record) + 100);
	old_close_and_expect_whole(&record);
}

static void the_record_says_what_goes_before_it_goes(void **state)
{
	(void)state;
	old_make(&record);
	writer_retain_soon(record.writer);
	assert_int_equal(writer_retain(record.writer), KAKOU_OK);
	assert_int_equal(old_removed_to(&record), 0);
	assert_int_equal(writer_commit(record.writer), KAKOU_OK);
	assert_int_equal(writer_retain(record.writer), KAKOU_OK);
	assert_int_equal(old_removed_to(&record), RETAIN_BLOCK);
	old_close_and_expect_whole(&record);
	assert_int_equal(record_ask_sql(&record, "SELECT count(*) FROM events"
						 " WHERE kind = 'range_removed'"),
			 1);
}

static void nothing_is_removed_unless_the_site_says_for_how_long(void **state)
{
	(void)state;
	old_make(&record);
	record_close(&record);
	record.config.retention.days = 0;
	{
		struct why why = {""};

		assert_int_equal(record_open(&record, &why), KAKOU_OK);
	}
	writer_retain_soon(record.writer);
	assert_false(writer_wants_retain(record.writer, true));
}

/* ---- what holds it back --------------------------------------------------------------- */

static void young_events_stay(void **state)
{
	int64_t old;

	(void)state;
	old_open(&record);
	old_fill(&record, 1500);
	fake_clock_advance((int64_t)OLD_DAYS * OLD_DAY_MS);
	old = old_newest(&record);
	old_fill(&record, OLD_MANY);
	old_hold(&record, old_newest(&record));
	old_retain(&record);
	old_expect_hold(&record, "days old");
	/* The last block is one whose end is signed after it was old. */
	assert_in_range(old_removed_to(&record), 1, old);
	assert_true(old_removed_to(&record) + RETAIN_BLOCK > old);
	old_close_and_expect_whole(&record);
}

static void nothing_goes_without_a_checkpoint_elsewhere(void **state)
{
	(void)state;
	old_open(&record);
	old_fill(&record, OLD_MANY);
	fake_clock_advance((int64_t)(OLD_DAYS + 1) * OLD_DAY_MS);
	old_retain(&record);
	old_expect_hold(&record, "no signed checkpoint");
	assert_int_equal(old_removed_to(&record), 0);
	/* One of some goes as far as that. */
	old_hold(&record, 1000);
	old_retain(&record);
	old_expect_hold(&record, "of 1000 events");
	assert_int_equal(old_removed_to(&record), 3 * RETAIN_BLOCK);
	old_close_and_expect_whole(&record);
}

static void a_clock_that_may_be_wrong_removes_nothing(void **state)
{
	(void)state;
	old_make(&record);
	fake_clock_set_synchronised(false);
	old_retain(&record);
	old_expect_hold(&record, "clock is not synchronised");
	assert_int_equal(old_removed_to(&record), 0);
	fake_clock_set_synchronised(true);
	old_retain(&record);
	assert_true(old_removed_to(&record) > 0);
}

/* A night without its time server must not stop it for ever: the next signed time counts. */
static void what_was_signed_at_an_unknown_time_waits_for_a_known_one(void **state)
{
	int64_t unknown;

	(void)state;
	old_open(&record);
	old_fill(&record, 300);
	fake_clock_set_synchronised(false);
	fake_clock_advance(1000);
	old_fill(&record, 3000);
	unknown = old_newest(&record);
	old_hold(&record, old_newest(&record));
	fake_clock_advance((int64_t)(OLD_DAYS + 1) * OLD_DAY_MS);
	fake_clock_set_synchronised(true);
	old_retain(&record);
	old_expect_hold(&record, "0 days old");
	assert_int_equal(old_removed_to(&record), RETAIN_BLOCK);
	fake_clock_advance(1000);
	old_fill(&record, unknown + 1500);
	old_retain(&record);
	old_expect_hold(&record, "0 days old");
	fake_clock_advance((int64_t)(OLD_DAYS + 1) * OLD_DAY_MS);
	old_retain(&record);
	assert_true(old_removed_to(&record) > RETAIN_BLOCK);
	old_close_and_expect_whole(&record);
}

static void a_site_may_trust_its_own_clock(void **state)
{
	(void)state;
	fake_clock_set_synchronised(false);
	record.config.retention.trusts_clock = true;
	old_make(&record);
	old_retain(&record);
	assert_true(old_removed_to(&record) > 0);
}

static void the_events_of_an_open_passage_stay(void **state)
{
	struct event event;
	int64_t opened;

	(void)state;
	old_open(&record);
	old_start(&record);
	old_fill(&record, 1000);
	event_begin(&event, EVENT_PASSAGE_OPENED, 0, 99999);
	opened = old_put(&record, &event);
	old_fill(&record, OLD_MANY);
	old_hold(&record, old_newest(&record));
	fake_clock_advance((int64_t)(OLD_DAYS + 1) * OLD_DAY_MS);
	old_retain(&record);
	old_expect_hold(&record, "passage 99999 is not closed");
	assert_true(old_removed_to(&record) < opened);
	assert_true(old_removed_to(&record) + RETAIN_BLOCK >= opened);
	event_begin(&event, EVENT_PASSAGE_CLOSED, 0, 99999);
	(void)old_put(&record, &event);
	old_retain(&record);
	assert_true(old_removed_to(&record) > opened);
	old_close_and_expect_whole(&record);
}

static void a_passage_that_a_restart_cut_off_holds_nothing_back(void **state)
{
	struct event event;

	(void)state;
	old_open(&record);
	event_begin(&event, EVENT_PASSAGE_OPENED, 0, 99999);
	(void)old_put(&record, &event);
	old_fill(&record, OLD_MANY);
	old_start(&record);
	old_hold(&record, old_newest(&record));
	fake_clock_advance((int64_t)(OLD_DAYS + 1) * OLD_DAY_MS);
	old_retain(&record);
	assert_true(old_removed_to(&record) > RETAIN_BLOCK);
}

/* ---- what a start reads --------------------------------------------------------------- */

static void a_start_after_it_knows_all_it_knew_before(void **state)
{
	struct journal_past before;
	struct event event;

	(void)state;
	old_open(&record);
	event_begin(&event, EVENT_LANE_LOCKED, 0, 0);
	(void)old_put(&record, &event);
	event_begin(&event, EVENT_LANE_OPENED, 0, 0);
	(void)old_put(&record, &event);
	event_begin(&event, EVENT_LANE_LOCKED, 1, 0);
	(void)old_put(&record, &event);
	event_begin(&event, EVENT_ARM_LOCKED, 0, 0);
	(void)old_put(&record, &event);
	event_begin(&event, EVENT_LANE_TURNED, 1, 0);
	event_add_text(&event, "to", "E");
	(void)old_put(&record, &event);
	event_begin(&event, EVENT_PASSAGE_CLOSED, 1, 1000000);
	(void)old_put(&record, &event);
	old_fill(&record, OLD_MANY);
	record_close(&record);
	old_open(&record);
	before = record.past;
	old_hold(&record, old_newest(&record));
	fake_clock_advance((int64_t)(OLD_DAYS + 1) * OLD_DAY_MS);
	old_retain(&record);
	assert_true(old_removed_to(&record) > RETAIN_BLOCK);
	old_close_and_expect_whole(&record);
	old_open(&record);
	assert_int_equal(record.past.locked_lanes, 2);
	assert_int_equal(record.past.locked_arms, 1);
	assert_int_equal(record.past.directions[1], 'E');
	assert_int_equal(record.past.last_passage, 1000000);
	assert_int_equal(record.past.locked_lanes, before.locked_lanes);
	assert_int_equal(record.past.locked_arms, before.locked_arms);
	assert_memory_equal(record.past.directions, before.directions,
			    sizeof(before.directions));
	assert_int_equal(record.past.last_passage, before.last_passage);
	/* Of one kind and lane only the newest. */
	assert_int_equal(record_ask_sql(&record,
					"SELECT count(*) FROM events WHERE seq < 256 AND"
					" kind IN ('lane_locked', 'lane_opened',"
					" 'arm_locked', 'lane_turned')"),
			 5);
}

/* The key is introduced once, at the very beginning. */
static void the_key_is_not_introduced_again(void **state)
{
	(void)state;
	old_make(&record);
	old_retain(&record);
	record_close(&record);
	old_open(&record);
	record_close(&record);
	assert_int_equal(record_ask_sql(&record, "SELECT count(*) FROM events WHERE"
						 " kind = 'signing_key'"),
			 1);
}

static void a_receiver_that_lags_holds_back_what_it_needs(void **state)
{
	(void)state;
	record.config.retention.waits_for = 1u << RECEIVER_CUSTOMS;
	old_open(&record);
	writer_set_cursor(record.writer, RECEIVER_CUSTOMS, 0);
	old_fill(&record, 700);
	writer_set_cursor(record.writer, RECEIVER_CUSTOMS, 600);
	old_fill(&record, OLD_MANY);
	fake_clock_advance((int64_t)(OLD_DAYS + 1) * OLD_DAY_MS);
	old_retain(&record);
	old_expect_hold(&record, "customs needs the events after 600");
	assert_int_equal(old_removed_to(&record), 2 * RETAIN_BLOCK);
	writer_set_cursor(record.writer, RECEIVER_CUSTOMS, old_newest(&record));
	old_fill(&record, old_newest(&record) + 8);
	old_retain(&record);
	assert_true(old_removed_to(&record) > 2 * RETAIN_BLOCK);
	old_close_and_expect_whole(&record);
}

int main(void)
{
#define ON_RECORD(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		ON_RECORD(old_events_go_and_the_rest_is_whole),
		ON_RECORD(the_record_says_what_goes_before_it_goes),
		ON_RECORD(nothing_is_removed_unless_the_site_says_for_how_long),
		ON_RECORD(young_events_stay),
		ON_RECORD(nothing_goes_without_a_checkpoint_elsewhere),
		ON_RECORD(a_clock_that_may_be_wrong_removes_nothing),
		ON_RECORD(what_was_signed_at_an_unknown_time_waits_for_a_known_one),
		ON_RECORD(a_site_may_trust_its_own_clock),
		ON_RECORD(the_events_of_an_open_passage_stay),
		ON_RECORD(a_passage_that_a_restart_cut_off_holds_nothing_back),
		ON_RECORD(a_start_after_it_knows_all_it_knew_before),
		ON_RECORD(the_key_is_not_introduced_again),
		ON_RECORD(a_receiver_that_lags_holds_back_what_it_needs),
	};
#undef ON_RECORD

	return cmocka_run_group_tests_name("retain", tests, NULL, NULL);
}

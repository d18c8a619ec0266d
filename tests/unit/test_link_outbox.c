/* SPDX-License-Identifier: MIT */
/*
 * What waits to be sent to customs, on a clock that only the test moves.
 *
 * Layer: tests (drivers/customs/link_outbox).
 */
#include "drivers/customs/link_outbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LANES = 3, RESEND_MS = 2000, RESEND_MAX_MS = 30000 };

static struct link_outbox *outbox;
static int64_t now_ms;

static int set_up(void **state)
{
	(void)state;
	now_ms = 1000000;
	return link_outbox_create(&outbox, LANES, RESEND_MS, RESEND_MAX_MS, 12345);
}

static int tear_down(void **state)
{
	(void)state;
	link_outbox_destroy(outbox);
	return 0;
}

static enum kakou_err put(uint8_t lane, enum customs_code code, const char *seq_no)
{
	struct customs_message message = {.code = code};

	strncpy(message.u.gather.head.seq_no, seq_no, CUSTOMS_SEQ_MAX);
	return link_outbox_put(outbox, lane, &message, now_ms);
}

static void assert_nothing_is_due(void)
{
	struct link_due due;

	assert_false(link_outbox_take(outbox, now_ms, &due));
}

/* The attempt that is due now, which must be of this number. */
static struct link_due take(const char *seq_no)
{
	struct link_due due;

	assert_true(link_outbox_take(outbox, now_ms, &due));
	assert_string_equal(customs_message_head(due.message)->seq_no, seq_no);
	return due;
}

/* Moves the clock to the next attempt; how long that was. */
static int64_t wait_for_next(void)
{
	int64_t next_ms = link_outbox_next_ms(outbox);
	int64_t pause_ms = next_ms - now_ms;

	assert_true(next_ms >= now_ms);
	now_ms = next_ms - 1;
	if (pause_ms > 0)
		assert_nothing_is_due();
	now_ms = next_ms;
	return pause_ms;
}

static void assert_about(int64_t value, int64_t expected)
{
	assert_in_range(value, expected * 9 / 10, expected * 11 / 10);
}

static void an_empty_outbox_waits_for_nothing(void **state)
{
	(void)state;
	assert_nothing_is_due();
	assert_int_equal(link_outbox_next_ms(outbox), -1);
	assert_int_equal(link_outbox_count_inquiries(outbox), 0);
}

static void an_inquiry_is_sent_again_under_its_number_with_growing_pauses(void **state)
{
	static const int64_t pauses_ms[] = {2000, 4000, 8000, 16000, 30000, 30000, 30000};

	(void)state;
	assert_int_equal(put(1, CUSTOMS_GATHER, "A"), KAKOU_OK);
	assert_int_equal(wait_for_next(), 0);
	for (size_t i = 0; i < sizeof(pauses_ms) / sizeof(pauses_ms[0]); i++) {
		struct link_due due = take("A");

		assert_int_equal(due.lane, 1);
		assert_int_equal(due.attempt, i + 1);
		link_outbox_finish(outbox, due.ticket, true, now_ms);
		assert_about(wait_for_next(), pauses_ms[i]);
	}
}

static void a_failed_attempt_is_repeated_soon_and_then_less_often(void **state)
{
	static const int64_t pauses_ms[] = {500,  1000,  2000,  4000,
					    8000, 16000, 30000, 30000};
	struct link_due due;

	(void)state;
	assert_int_equal(put(0, CUSTOMS_GATHER, "A"), KAKOU_OK);
	for (size_t i = 0; i < sizeof(pauses_ms) / sizeof(pauses_ms[0]); i++) {
		due = take("A");
		link_outbox_finish(outbox, due.ticket, false, now_ms);
		assert_about(wait_for_next(), pauses_ms[i]);
	}
	/* One delivery, and both pauses begin from the start. */
	due = take("A");
	link_outbox_finish(outbox, due.ticket, true, now_ms);
	assert_about(wait_for_next(), 2000);
	due = take("A");
	link_outbox_finish(outbox, due.ticket, false, now_ms);
	assert_about(wait_for_next(), 500);
}

static void pauses_are_spread_so_that_lanes_do_not_march_in_step(void **state)
{
	int64_t least = INT64_MAX, most = 0;

	(void)state;
	for (int i = 0; i < 200; i++) {
		struct link_due due;
		int64_t pause_ms;

		assert_int_equal(put(0, CUSTOMS_GATHER, "A"), KAKOU_OK);
		due = take("A");
		link_outbox_finish(outbox, due.ticket, true, now_ms);
		pause_ms = link_outbox_next_ms(outbox) - now_ms;
		assert_about(pause_ms, RESEND_MS);
		least = pause_ms < least ? pause_ms : least;
		most = pause_ms > most ? pause_ms : most;
	}
	assert_true(most - least > RESEND_MS / 10);
}

static void no_second_attempt_begins_while_one_runs(void **state)
{
	struct link_due due;

	(void)state;
	assert_int_equal(put(0, CUSTOMS_GATHER, "A"), KAKOU_OK);
	due = take("A");
	now_ms += 100000;
	assert_nothing_is_due();
	assert_int_equal(link_outbox_next_ms(outbox), -1);
	link_outbox_finish(outbox, due.ticket, true, now_ms);
	assert_about(wait_for_next(), RESEND_MS);
}

static void a_newer_inquiry_replaces_the_older_even_while_it_is_sent(void **state)
{
	struct link_due old, due;

	(void)state;
	assert_int_equal(put(0, CUSTOMS_GATHER, "A"), KAKOU_OK);
	old = take("A");
	assert_int_equal(put(0, CUSTOMS_GATHER, "B"), KAKOU_OK);
	assert_int_equal(link_outbox_count_inquiries(outbox), 1);
	due = take("B");
	assert_int_equal(due.attempt, 1);
	link_outbox_finish(outbox, old.ticket, false, now_ms);
	assert_int_equal(link_outbox_next_ms(outbox), -1);
	link_outbox_finish(outbox, due.ticket, true, now_ms);
	assert_about(wait_for_next(), RESEND_MS);
	take("B");
}

static void a_cancelled_inquiry_is_not_sent_again(void **state)
{
	struct link_due due;

	(void)state;
	assert_int_equal(put(0, CUSTOMS_GATHER, "A"), KAKOU_OK);
	assert_int_equal(put(1, CUSTOMS_GATHER, "A"), KAKOU_OK);
	due = take("A");
	link_outbox_cancel(outbox, 0, "B"); /* unknown: does nothing */
	link_outbox_cancel(outbox, 2, "A");
	assert_int_equal(link_outbox_count_inquiries(outbox), 2);
	link_outbox_cancel(outbox, 0, "A");
	assert_int_equal(link_outbox_count_inquiries(outbox), 1);
	link_outbox_finish(outbox, due.ticket, true, now_ms);
	due = take("A");
	assert_int_equal(due.lane, 1);
	link_outbox_cancel(outbox, 1, "A");
	assert_int_equal(link_outbox_next_ms(outbox), -1);
}

static void after_an_interim_answer_it_is_asked_again_rarely(void **state)
{
	struct link_due due;

	(void)state;
	assert_int_equal(put(0, CUSTOMS_GATHER, "A"), KAKOU_OK);
	due = take("A");
	link_outbox_finish(outbox, due.ticket, true, now_ms);
	link_outbox_slow_down(outbox, 0, "foreign", now_ms);
	assert_about(link_outbox_next_ms(outbox) - now_ms, RESEND_MS);
	link_outbox_slow_down(outbox, 0, "A", now_ms);
	assert_about(wait_for_next(), RESEND_MAX_MS);
	due = take("A");
	assert_int_equal(due.attempt, 2);
	link_outbox_finish(outbox, due.ticket, true, now_ms);
	assert_about(wait_for_next(), RESEND_MAX_MS);
}

static void results_go_out_once_and_in_their_order(void **state)
{
	struct link_due due;

	(void)state;
	assert_int_equal(put(0, CUSTOMS_EXCEPTION, "1"), KAKOU_OK);
	assert_int_equal(put(0, CUSTOMS_EXCEPTION, "2"), KAKOU_OK);
	due = take("1");
	assert_nothing_is_due();
	link_outbox_finish(outbox, due.ticket, true, now_ms);
	due = take("2");
	link_outbox_finish(outbox, due.ticket, true, now_ms);
	assert_int_equal(link_outbox_next_ms(outbox), -1);
}

static void a_result_that_fails_is_given_up_after_five_attempts(void **state)
{
	(void)state;
	assert_int_equal(put(0, CUSTOMS_EXCEPTION, "1"), KAKOU_OK);
	assert_int_equal(put(0, CUSTOMS_EXCEPTION, "2"), KAKOU_OK);
	for (int i = 1; i <= LINK_RESULT_ATTEMPTS; i++) {
		struct link_due due = take("1");

		assert_int_equal(due.attempt, i);
		link_outbox_finish(outbox, due.ticket, false, now_ms);
		if (i < LINK_RESULT_ATTEMPTS)
			wait_for_next();
	}
	take("2");
}

static void results_beyond_the_bound_are_refused_and_older_ones_kept(void **state)
{
	struct link_due due;

	(void)state;
	for (int i = 0; i < LINK_RESULTS_MAX; i++)
		assert_int_equal(put(0, CUSTOMS_EXCEPTION, "kept"), KAKOU_OK);
	assert_int_equal(put(0, CUSTOMS_EXCEPTION, "one more"), KAKOU_E_FULL);
	assert_int_equal(put(1, CUSTOMS_EXCEPTION, "other lane"), KAKOU_OK);
	for (int i = 0; i < LINK_RESULTS_MAX; i++) {
		due = take("kept");
		link_outbox_finish(outbox, due.ticket, true, now_ms);
	}
	assert_int_equal(put(0, CUSTOMS_EXCEPTION, "now"), KAKOU_OK);
	take("other lane");
	take("now");
}

static void an_inquiry_and_results_of_one_lane_do_not_wait_for_each_other(void **state)
{
	(void)state;
	assert_int_equal(put(0, CUSTOMS_EXCEPTION, "result"), KAKOU_OK);
	take("result");
	now_ms++;
	assert_int_equal(put(0, CUSTOMS_GATHER, "inquiry"), KAKOU_OK);
	take("inquiry");
}

static void what_can_not_be_sent_is_dropped(void **state)
{
	struct link_due due;

	(void)state;
	assert_int_equal(put(0, CUSTOMS_GATHER, "A"), KAKOU_OK);
	due = take("A");
	link_outbox_drop(outbox, due.ticket);
	link_outbox_finish(outbox, due.ticket, false, now_ms);
	assert_int_equal(link_outbox_next_ms(outbox), -1);
}

static void the_attempt_due_for_longest_comes_first(void **state)
{
	(void)state;
	assert_int_equal(put(2, CUSTOMS_GATHER, "first"), KAKOU_OK);
	now_ms += 10;
	assert_int_equal(put(0, CUSTOMS_GATHER, "second"), KAKOU_OK);
	now_ms += 10;
	assert_int_equal(put(1, CUSTOMS_EXCEPTION, "third"), KAKOU_OK);
	take("first");
	take("second");
	take("third");
}

static enum kakou_err deliver(uint8_t lane, uint64_t id)
{
	struct customs_message message = {.code = CUSTOMS_GATHER};

	strncpy(message.u.gather.head.seq_no, "gone", CUSTOMS_SEQ_MAX);
	return link_outbox_deliver(outbox, lane, id, &message, now_ms);
}

static void the_backlog_is_tried_once_and_waits_for_what_is_due_now(void **state)
{
	struct link_due due;

	(void)state;
	assert_int_equal(deliver(0, 7), KAKOU_OK);
	assert_int_equal(deliver(0, 8), KAKOU_E_FULL);
	now_ms += 5; /* it is due for longer, and waits all the same */
	assert_int_equal(put(0, CUSTOMS_GATHER, "present"), KAKOU_OK);
	due = take("present");
	assert_int_equal(due.delivery, 0);
	due = take("gone");
	assert_int_equal(due.delivery, 7);
	assert_int_equal(deliver(0, 8), KAKOU_E_FULL);
	link_outbox_finish(outbox, due.ticket, false, now_ms);
	now_ms += RESEND_MAX_MS * 4;
	assert_nothing_is_due();
	assert_int_equal(deliver(0, 8), KAKOU_OK);
	due = take("gone");
	assert_int_equal(due.delivery, 8);
	assert_true(link_outbox_has(outbox, 0, "present"));
	assert_false(link_outbox_has(outbox, 0, "gone"));
}

static void of_the_backlog_two_go_at_once_at_most(void **state)
{
	struct link_due first;

	(void)state;
	for (uint8_t lane = 0; lane < LANES; lane++)
		assert_int_equal(deliver(lane, lane + 1u), KAKOU_OK);
	first = take("gone");
	take("gone");
	assert_nothing_is_due();
	assert_int_equal(link_outbox_next_ms(outbox), -1);
	assert_int_equal(put(1, CUSTOMS_GATHER, "present"), KAKOU_OK);
	take("present");
	link_outbox_finish(outbox, first.ticket, true, now_ms);
	take("gone");
}

static void an_inquiry_waits_for_its_pictures_before_its_first_attempt_only(void **state)
{
	struct link_due due;

	(void)state;
	assert_int_equal(put(0, CUSTOMS_GATHER, "A"), KAKOU_OK);
	assert_false(link_outbox_put_off(outbox, 0, "B", now_ms + 300));
	assert_true(link_outbox_put_off(outbox, 0, "A", now_ms + 300));
	assert_int_equal(wait_for_next(), 300);
	assert_true(link_outbox_put_off(outbox, 0, "A", now_ms + 500));
	assert_nothing_is_due();
	assert_true(link_outbox_put_off(outbox, 0, "A", now_ms));
	due = take("A");
	assert_false(link_outbox_put_off(outbox, 0, "A", now_ms));
	link_outbox_finish(outbox, due.ticket, true, now_ms);
	assert_false(link_outbox_put_off(outbox, 0, "A", now_ms));
	assert_nothing_is_due();
}

static void newer_device_states_replace_the_older_and_keep_no_result_out(void **state)
{
	struct link_due due;

	(void)state;
	for (int i = 0; i < 20; i++)
		assert_int_equal(put(0, CUSTOMS_DEVICES, ""), KAKOU_OK);
	assert_int_equal(put(0, CUSTOMS_EXCEPTION, "r"), KAKOU_OK);
	due = take("");
	link_outbox_finish(outbox, due.ticket, true, now_ms);
	due = take("r");
	link_outbox_finish(outbox, due.ticket, true, now_ms);
	assert_int_equal(link_outbox_next_ms(outbox), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_empty_outbox_waits_for_nothing),
		TEST(an_inquiry_is_sent_again_under_its_number_with_growing_pauses),
		TEST(a_failed_attempt_is_repeated_soon_and_then_less_often),
		TEST(pauses_are_spread_so_that_lanes_do_not_march_in_step),
		TEST(no_second_attempt_begins_while_one_runs),
		TEST(a_newer_inquiry_replaces_the_older_even_while_it_is_sent),
		TEST(a_cancelled_inquiry_is_not_sent_again),
		TEST(after_an_interim_answer_it_is_asked_again_rarely),
		TEST(results_go_out_once_and_in_their_order),
		TEST(a_result_that_fails_is_given_up_after_five_attempts),
		TEST(results_beyond_the_bound_are_refused_and_older_ones_kept),
		TEST(an_inquiry_and_results_of_one_lane_do_not_wait_for_each_other),
		TEST(what_can_not_be_sent_is_dropped),
		TEST(the_backlog_is_tried_once_and_waits_for_what_is_due_now),
		TEST(of_the_backlog_two_go_at_once_at_most),
		TEST(an_inquiry_waits_for_its_pictures_before_its_first_attempt_only),
		TEST(newer_device_states_replace_the_older_and_keep_no_result_out),
		TEST(the_attempt_due_for_longest_comes_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

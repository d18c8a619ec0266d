/* SPDX-License-Identifier: MIT */
/*
 * What customs has not taken: in which order it goes out and when, on a clock that only the test
 * moves.
 */
#include "firmware/delivery/backlog.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { RESEND_MS = 2000, RESEND_MAX_MS = 30000 };

static struct backlog *backlog;
static int64_t now_ms;

static int set_up(void **state)
{
	(void)state;
	now_ms = 1000000;
	return backlog_create(&backlog, RESEND_MS, RESEND_MAX_MS, 12345);
}

static int tear_down(void **state)
{
	(void)state;
	backlog_destroy(backlog);
	return 0;
}

static void add(int64_t seq, uint8_t lane, enum backlog_state state)
{
	struct backlog_entry entry = {.seq = seq,
				      .lane = lane,
				      .state = (uint8_t)state,
				      .passage = seq,
				      .wall_ms = 5000 + seq};

	assert_int_equal(backlog_add(backlog, &entry), KAKOU_OK);
}

/* The next one that goes out must have this number; 0: none does. */
static struct backlog_entry *take(int64_t seq)
{
	struct backlog_entry *entry = backlog_take(backlog, now_ms);

	assert_int_equal(entry ? entry->seq : 0, seq);
	return entry;
}

static void deliver(int64_t seq)
{
	backlog_finish(backlog, take(seq), true, now_ms);
}

static void miss(int64_t seq)
{
	backlog_finish(backlog, take(seq), false, now_ms);
}

static void messages_of_a_lane_go_out_one_by_one_in_their_order(void **state)
{
	struct backlog_entry *first;

	(void)state;
	add(30, 0, BACKLOG_DUE);
	add(10, 0, BACKLOG_DUE);
	add(20, 0, BACKLOG_DUE);
	first = take(10);
	take(0);
	backlog_finish(backlog, first, true, now_ms);
	deliver(20);
	deliver(30);
	take(0);
}

static void lanes_do_not_wait_for_each_other(void **state)
{
	(void)state;
	add(10, 0, BACKLOG_DUE);
	add(20, 1, BACKLOG_DUE);
	take(10);
	take(20);
	take(0);
}

static void a_failure_keeps_the_order_and_lets_the_lane_rest(void **state)
{
	int64_t pause_ms = BACKLOG_RETRY_MS;

	(void)state;
	add(10, 0, BACKLOG_DUE);
	add(20, 0, BACKLOG_DUE);
	for (int i = 0; i < 12; i++) {
		miss(10);
		now_ms += pause_ms * 89 / 100;
		take(0);
		now_ms += pause_ms * 22 / 100 + 1;
		pause_ms = 2 * pause_ms < RESEND_MAX_MS ? 2 * pause_ms : RESEND_MAX_MS;
	}
	deliver(10);
	deliver(20);
	add(30, 0, BACKLOG_DUE);
	miss(30); /* a success has taken the long pause back */
	now_ms += BACKLOG_RETRY_MS * 11 / 10 + 1;
	take(30);
}

static void what_is_not_answered_is_sent_again_and_keeps_nobody_waiting(void **state)
{
	int64_t pause_ms = RESEND_MS;

	(void)state;
	add(10, 0, BACKLOG_DUE);
	deliver(10);
	take(0);
	for (int i = 0; i < 12; i++) {
		now_ms += pause_ms * 89 / 100;
		take(0);
		now_ms += pause_ms * 22 / 100 + 1;
		add(100 + i, 0, BACKLOG_DUE);
		deliver(100 + i); /* never sent goes before sent */
		backlog_remove(backlog, backlog_find(backlog, 100 + i));
		deliver(10);
		pause_ms = 2 * pause_ms < BACKLOG_RESEND_MAX_MS ? 2 * pause_ms
								: BACKLOG_RESEND_MAX_MS;
	}
	assert_int_equal(backlog_find(backlog, 10)->sent, 13);
}

static void who_is_still_in_the_lane_is_left_to_it(void **state)
{
	(void)state;
	add(10, 0, BACKLOG_LIVE);
	take(0);
	assert_int_equal(backlog_measure(backlog).waiting, 0);
	assert_int_equal(backlog_lowest(backlog), 10);
	backlog_find(backlog, 10)->state = BACKLOG_DUE;
	take(10);
}

static void a_message_settled_under_way_frees_its_lane(void **state)
{
	(void)state;
	add(10, 0, BACKLOG_DUE);
	add(20, 0, BACKLOG_DUE);
	backlog_remove(backlog, take(10));
	take(20);
}

static void its_size_and_age_are_those_of_what_waits(void **state)
{
	struct backlog_size size;

	(void)state;
	assert_int_equal(backlog_measure(backlog).oldest_wall_ms, 0);
	assert_int_equal(backlog_lowest(backlog), 0);
	add(5, 1, BACKLOG_LIVE);
	add(20, 0, BACKLOG_DUE);
	add(10, 0, BACKLOG_DUE);
	deliver(10);
	add(7, 2, BACKLOG_TOLD);
	size = backlog_measure(backlog);
	assert_int_equal(size.waiting, 2);
	assert_int_equal(size.unanswered, 1);
	assert_int_equal(size.oldest_wall_ms, 5010);
	assert_int_equal(backlog_lowest(backlog), 5);
	backlog_remove(backlog, backlog_find(backlog, 5));
	assert_int_equal(backlog_lowest(backlog), 7);
}

static void the_window_is_bounded(void **state)
{
	struct backlog_entry more = {.seq = 9999};

	(void)state;
	for (int i = 0; i < BACKLOG_MAX; i++) {
		assert_int_equal(backlog_room(backlog), BACKLOG_MAX - i);
		add(i + 1, (uint8_t)(i % CUSTOMS_LANES_MAX), BACKLOG_DUE);
	}
	assert_int_equal(backlog_add(backlog, &more), KAKOU_E_FULL);
	backlog_remove(backlog, backlog_find(backlog, 77));
	assert_int_equal(backlog_add(backlog, &more), KAKOU_OK);
	assert_null(backlog_find(backlog, 77));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(messages_of_a_lane_go_out_one_by_one_in_their_order),
		TEST(lanes_do_not_wait_for_each_other),
		TEST(a_failure_keeps_the_order_and_lets_the_lane_rest),
		TEST(what_is_not_answered_is_sent_again_and_keeps_nobody_waiting),
		TEST(who_is_still_in_the_lane_is_left_to_it),
		TEST(a_message_settled_under_way_frees_its_lane),
		TEST(its_size_and_age_are_those_of_what_waits),
		TEST(the_window_is_bounded),
	};
#undef TEST

	return cmocka_run_group_tests_name("backlog", tests, NULL, NULL);
}

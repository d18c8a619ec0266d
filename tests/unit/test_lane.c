/* SPDX-License-Identifier: MIT */
/*
 * A lane and an ordinary passage: nothing lifts before the record has it, one truck after the
 * other.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/lane_case.h"

static void an_ordinary_truck_is_cleared_and_the_arm_comes_down_behind_it(void **state)
{
	(void)state;
	case_ask();
	assert_string_equal(b.asked.plate, "浙A12345");
	assert_string_equal(b.asked.box_front, "CSQU3054383");
	assert_int_equal(b.asked.gross_g, 37000000);
	bench_answer(&b, NULL, CASE_RELEASE, "放行 请通过");
	case_pass_through();
	assert_int_equal(b.asks, 1);
	assert_int_equal(b.lifts_commanded, 1);
	assert_int_equal(b.arm, 0);
	case_expect_closed("passed", "release", "00");
	assert_int_equal(bench_count(&b, EVENT_ALARM, NULL), 0);
}

static void no_lift_before_the_record_has_it(void **state)
{
	(void)state;
	case_ask();
	b.record_stalls = true;
	bench_answer(&b, NULL, CASE_RELEASE, "");
	bench_run(&b, 3000);
	assert_int_equal(b.lane.state, LANE_RECORDING);
	assert_int_equal(b.arm, 0);
	assert_int_equal(b.lifts_commanded, 0);
	b.record_stalls = false;
	assert_true(bench_run_until(&b, LANE_PASSING, 3000));
}

static void a_record_that_fails_withdraws_the_lift_and_calls_an_officer(void **state)
{
	(void)state;
	case_ask();
	b.record_stalls = true;
	bench_answer(&b, NULL, CASE_RELEASE, "");
	bench_run(&b, 100);
	b.record_fails = true;
	b.record_stalls = false;
	bench_run(&b, 2000);
	assert_int_equal(b.lane.state, LANE_HELD);
	assert_int_equal(b.lane.reason, REASON_RECORD_FAILED);
	assert_int_equal(bench_count(&b, EVENT_LIFT_WITHDRAWN, "record_failed"), 1);
	assert_int_equal(b.lifts_commanded, 0);
}

static void a_lane_without_a_record_asks_nobody(void **state)
{
	(void)state;
	b.record_fails = true;
	bench_bring_truck(&b);
	bench_run(&b, 3000);
	assert_int_equal(b.lane.state, LANE_HELD);
	assert_int_equal(b.lane.reason, REASON_RECORD_FAILED);
	assert_int_equal(b.asks, 0);
	bench_act(&b, ACT_RELEASE, b.lane.passage);
	bench_run(&b, 100);
	assert_int_not_equal(b.result.error, KAKOU_OK);
	assert_int_equal(b.arm, 0);
}

/* A handcart's length, so that it is off the approach loop before the arm is down. */
static void a_short_vehicle_that_came_while_the_arm_was_closing_is_seen(void **state)
{
	(void)state;
	case_ask();
	bench_answer(&b, NULL, CASE_RELEASE, "");
	assert_true(bench_run_until(&b, LANE_PASSING, 3000));
	while (b.lane.state != LANE_CLOSING && b.vehicle.front_mm < BENCH_GONE_MM)
		bench_drive(&b, &b.vehicle, b.vehicle.front_mm + 28);
	b.vehicle = (struct bench_vehicle){
		.is_here = true, .part_count = 1, .parts = {{0, 1000}}};
	bench_drive(&b, &b.vehicle, 3200);
	assert_int_equal(b.lane.state, LANE_CLOSING);
	bench_read(&b, BENCH_PLATE, "浙B20416", "", 97);
	bench_weigh(&b, 1500000, false);
	assert_true(bench_run_until(&b, LANE_IDLE, 3000));
	bench_scan(&b);
	assert_int_equal(b.lane.state, LANE_GATHERING);
	assert_int_equal(b.lane.passage, 2);
	bench_run(&b, 100);
	assert_int_equal(b.lane.evidence[BENCH_PLATE].state, EVIDENCE_COLLECTED);
}

static void an_empty_deck_opens_no_passage_whatever_came_before(void **state)
{
	(void)state;
	case_ask();
	bench_answer(&b, NULL, CASE_RELEASE, "");
	assert_true(bench_run_until(&b, LANE_PASSING, 3000));
	bench_drive(&b, &b.vehicle, -1000);
	b.vehicle.is_here = false;
	bench_weigh(&b, 0, true);
	assert_true(bench_run_until(&b, LANE_IDLE, 8000));
	bench_run(&b, 1000);
	assert_int_equal(b.lane.state, LANE_IDLE);
	bench_weigh(&b, 1500000, true);
	bench_run(&b, 1000);
	assert_int_equal(b.lane.state, LANE_IDLE);
}

static void the_next_truck_may_follow_close_behind_one_that_backed_out(void **state)
{
	(void)state;
	case_ask();
	bench_answer(&b, NULL, "w1w00000001002000000", "请到查验区");
	bench_drive(&b, &b.vehicle, -100);
	bench_run(&b, 200);
	b.vehicle = bench_truck();
	bench_drive(&b, &b.vehicle, 3000);
	case_expect_closed("to_inspection", "inspection", "99");
	assert_int_equal(b.lane.state, LANE_GATHERING);
	assert_int_equal(bench_count(&b, EVENT_PASSAGE_OPENED, NULL), 2);
}

static void the_next_truck_may_drive_onto_the_deck_while_the_arm_comes_down(void **state)
{
	(void)state;
	case_ask();
	bench_answer(&b, NULL, CASE_RELEASE, "");
	assert_true(bench_run_until(&b, LANE_PASSING, 3000));
	bench_drive(&b, &b.vehicle, 48000);
	b.second = bench_truck();
	bench_drive(&b, &b.second, 3000);
	bench_read(&b, BENCH_PLATE, "浙B20416", "", 97);
	bench_read(&b, BENCH_TAG, "E2003412AB000102", "浙B20416", 100);
	bench_read(&b, BENCH_BOX, "CSQU3054383", "", 98);
	b.vehicle.front_mm = BENCH_GONE_MM;
	bench_weigh(&b, 20000000, false);
	bench_drive(&b, &b.second, 22000);
	bench_drive(&b, &b.second, BENCH_STOP_MM);
	bench_weigh(&b, 37000000, true);
	bench_read(&b, BENCH_CARD, "330102600101", "", 100);
	assert_true(bench_run_until(&b, LANE_ASKING, 9000));
	assert_string_equal(b.asked.plate, "浙B20416");
	assert_int_equal(bench_count(&b, EVENT_ALARM, NULL), 0);
	case_expect_closed("passed", "release", "00");
}

static void an_act_for_a_truck_that_has_gone_is_refused_and_recorded(void **state)
{
	(void)state;
	case_ask();
	bench_answer(&b, NULL, CASE_REFUSE, "");
	bench_act(&b, ACT_RELEASE, b.lane.passage + 1);
	bench_run(&b, 2000);
	assert_int_equal(b.results, 1);
	assert_int_equal(b.result.error, KAKOU_E_REFUSED);
	assert_int_equal(bench_count(&b, EVENT_ACT_REFUSED, "actor=wang"), 1);
	assert_int_equal(b.arm, 0);
}

static void a_lift_is_withdrawn_when_the_truck_leaves_while_it_is_recorded(void **state)
{
	(void)state;
	case_ask();
	b.record_stalls = true;
	bench_answer(&b, NULL, CASE_RELEASE, "");
	bench_drive(&b, &b.vehicle, -1000);
	b.vehicle.is_here = false;
	bench_run(&b, 2000);
	b.record_stalls = false;
	bench_run(&b, 3000);
	assert_int_equal(b.lifts_commanded, 0);
	assert_int_equal(b.arm, 0);
	assert_int_equal(bench_count(&b, EVENT_LIFT_WITHDRAWN, "backed_out"), 1);
}

static void the_number_of_an_inquiry_is_a_time_in_china_and_a_counter(void **state)
{
	(void)state;
	case_ask();
	/* 1795001000000 ms and some seconds are 2026-11-18 20:03 UTC */
	assert_int_equal(strlen(b.asked.head.seq_no), 20);
	assert_memory_equal(b.asked.head.seq_no, "20261118", 8);
	assert_string_equal(b.asked.head.seq_no + 14, "000000");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LANE_TEST(an_ordinary_truck_is_cleared_and_the_arm_comes_down_behind_it),
		LANE_TEST(no_lift_before_the_record_has_it),
		LANE_TEST(a_record_that_fails_withdraws_the_lift_and_calls_an_officer),
		LANE_TEST(a_lane_without_a_record_asks_nobody),
		LANE_TEST(a_short_vehicle_that_came_while_the_arm_was_closing_is_seen),
		LANE_TEST(an_empty_deck_opens_no_passage_whatever_came_before),
		LANE_TEST(the_next_truck_may_follow_close_behind_one_that_backed_out),
		LANE_TEST(
			the_next_truck_may_drive_onto_the_deck_while_the_arm_comes_down),
		LANE_TEST(an_act_for_a_truck_that_has_gone_is_refused_and_recorded),
		LANE_TEST(a_lift_is_withdrawn_when_the_truck_leaves_while_it_is_recorded),
		LANE_TEST(the_number_of_an_inquiry_is_a_time_in_china_and_a_counter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * What a lane makes of the order of loops and beams: passing, following, backing out, wrong way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/lane_case.h"

static void backing_out_before_the_verdict_withdraws_the_question(void **state)
{
	(void)state;
	case_ask();
	bench_drive(&b, &b.vehicle, -1000);
	b.vehicle.is_here = false;
	bench_run(&b, 2000);
	assert_int_equal(b.lane.state, LANE_IDLE);
	assert_string_not_equal(b.cancelled, "");
	case_expect_closed("not_passed", "none", "99");
}

static void a_van_that_stops_before_the_deck_has_not_left(void **state)
{
	(void)state;
	b.vehicle = (struct bench_vehicle){
		.is_here = true, .front_mm = -500, .part_count = 1, .parts = {{0, 1700}}};
	bench_drive(&b, &b.vehicle, 3800);
	bench_run(&b, 500);
	assert_int_equal(b.lane.state, LANE_GATHERING);
}

static void backing_out_after_the_lift_closes_and_alarms(void **state)
{
	(void)state;
	case_ask();
	bench_answer(&b, NULL, CASE_RELEASE, "");
	assert_true(bench_run_until(&b, LANE_PASSING, 3000));
	bench_drive(&b, &b.vehicle, -1000);
	b.vehicle.is_here = false;
	bench_weigh(&b, 0, true);
	assert_true(bench_run_until(&b, LANE_IDLE, 8000));
	assert_int_equal(b.arm, 0);
	case_expect_closed("lifted_not_passed", "release", "00");
	assert_int_equal(bench_count(&b, EVENT_ALARM, "code=lifted_not_passed"), 1);
}

static void a_tailgater_is_alarmed_and_the_arm_waits_for_it(void **state)
{
	(void)state;
	case_ask();
	bench_answer(&b, NULL, CASE_RELEASE, "");
	assert_true(bench_run_until(&b, LANE_PASSING, 3000));
	b.second = bench_truck();
	b.second.front_mm = -20000;
	while (b.vehicle.front_mm < 90000) {
		b.vehicle.front_mm += 28;
		b.second.front_mm =
			b.vehicle.front_mm - 19500 < 31000 || b.vehicle.front_mm > 80000
				? b.vehicle.front_mm - 19500
				: b.second.front_mm;
		bench_scan(&b);
	}
	bench_drive(&b, &b.second, 90000);
	assert_int_equal(bench_count(&b, EVENT_ALARM, "code=tailgate"), 1);
	assert_true(bench_run_until(&b, LANE_IDLE, 8000));
	assert_int_equal(b.lifts_commanded, 1);
}

static void the_gap_of_an_articulated_truck_is_no_second_vehicle(void **state)
{
	(void)state;
	case_ask();
	bench_answer(&b, NULL, CASE_RELEASE, "");
	assert_true(bench_run_until(&b, LANE_PASSING, 3000));
	/* stops with the gap under the arm: 0.6 m clear on either side */
	bench_drive(&b, &b.vehicle, 31000 + 6600);
	bench_run(&b, 5000);
	assert_int_equal(b.lane.state, LANE_PASSING);
	assert_int_equal(b.arm, 150);
	case_pass_through();
	assert_int_equal(bench_count(&b, EVENT_ALARM, "code=tailgate"), 0);
}

static void a_stalled_truck_keeps_the_arm_up_and_alarms(void **state)
{
	(void)state;
	case_ask();
	bench_answer(&b, NULL, CASE_RELEASE, "");
	assert_true(bench_run_until(&b, LANE_PASSING, 3000));
	bench_drive(&b, &b.vehicle, 33000);
	bench_run(&b, 60000);
	assert_int_equal(b.arm, 150);
	assert_int_equal(bench_count(&b, EVENT_ALARM, "code=overstay"), 1);
	assert_string_equal(b.lane.sign, "请尽快通过");
}

static void somebody_on_the_exit_loop_is_not_the_truck_that_was_released(void **state)
{
	(void)state;
	case_ask();
	bench_answer(&b, NULL, CASE_RELEASE, "");
	assert_true(bench_run_until(&b, LANE_PASSING, 3000));
	b.second = (struct bench_vehicle){.is_here = true,
					  .front_mm = 45000,
					  .part_count = 1,
					  .parts = {{0, 4500}}};
	bench_drive(&b, &b.second, 40000);
	bench_drive(&b, &b.second, 45000);
	bench_run(&b, 3000);
	assert_int_equal(b.lane.state, LANE_PASSING);
	case_pass_through();
	case_expect_closed("passed", "release", "00");
}

static void the_wrong_way_is_no_passage(void **state)
{
	(void)state;
	b.second = bench_truck();
	b.second.front_mm = 55000;
	bench_drive(&b, &b.second, 40000);
	bench_run(&b, 500);
	assert_int_equal(b.lane.state, LANE_IDLE);
	assert_int_equal(bench_count(&b, EVENT_ALARM, "code=wrong_way"), 1);
	assert_int_equal(bench_count(&b, EVENT_PASSAGE_OPENED, NULL), 0);
	bench_drive(&b, &b.second, 60000);
	bench_run(&b, 500);
	assert_int_equal(bench_count(&b, EVENT_ALARM_ENDED, "code=wrong_way"), 1);
}

static void something_light_without_identity_is_void(void **state)
{
	(void)state;
	b.vehicle = (struct bench_vehicle){
		.is_here = true, .front_mm = -500, .part_count = 1, .parts = {{0, 600}}};
	bench_drive(&b, &b.vehicle, 1500);
	bench_drive(&b, &b.vehicle, -1500);
	bench_run(&b, 2000);
	case_expect_closed("void", "none", "99");
}

static void a_truck_that_goes_back_before_the_verdict_is_told_to_leave(void **state)
{
	(void)state;
	case_ask();
	bench_drive(&b, &b.vehicle, 17500);
	assert_string_equal(b.lane.sign, "请退出");
	case_back_out();
	assert_int_equal(bench_count(&b, EVENT_INQUIRY_WITHDRAWN, NULL), 1);
	case_expect_closed("not_passed", "none", "99");
}

static void a_truck_whose_gap_is_over_the_entry_beam_is_not_told_to_leave(void **state)
{
	(void)state;
	b.vehicle = bench_truck();
	for (int32_t mm = 0; mm < BENCH_STOP_MM; mm += 100) {
		bench_drive(&b, &b.vehicle, mm);
		assert_string_not_equal(b.lane.sign, "请退出");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LANE_TEST(backing_out_before_the_verdict_withdraws_the_question),
		LANE_TEST(a_truck_that_goes_back_before_the_verdict_is_told_to_leave),
		LANE_TEST(a_truck_whose_gap_is_over_the_entry_beam_is_not_told_to_leave),
		LANE_TEST(a_van_that_stops_before_the_deck_has_not_left),
		LANE_TEST(backing_out_after_the_lift_closes_and_alarms),
		LANE_TEST(a_tailgater_is_alarmed_and_the_arm_waits_for_it),
		LANE_TEST(the_gap_of_an_articulated_truck_is_no_second_vehicle),
		LANE_TEST(a_stalled_truck_keeps_the_arm_up_and_alarms),
		LANE_TEST(somebody_on_the_exit_loop_is_not_the_truck_that_was_released),
		LANE_TEST(the_wrong_way_is_no_passage),
		LANE_TEST(something_light_without_identity_is_void),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

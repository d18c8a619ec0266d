/* SPDX-License-Identifier: MIT */
/*
 * What a lane makes of what it no longer sees or controls: loops and lights on remote I/O, an arm
 * that stands open, the time when nobody looked.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/lane_case.h"

static const struct bench_vehicle car = {
	.is_here = true, .front_mm = -500, .part_count = 1, .parts = {{0, 4500}}};

static void an_idle_lane_that_cannot_hear_its_loops_alarms_and_stops_its_welcome(
	void **state)
{
	(void)state;
	assert_string_equal(b.lane.sign, "欢迎");
	b.loops_are_lost = true;
	bench_run(&b, 3000);
	assert_int_equal(bench_count(&b, EVENT_ALARM, "code=loops_lost"), 1);
	assert_string_equal(b.lane.sign, "设备故障 请等候");
	b.loops_are_lost = false;
	bench_run(&b, 100);
	assert_int_equal(bench_count(&b, EVENT_ALARM_ENDED, "code=loops_lost"), 1);
	assert_string_equal(b.lane.sign, "欢迎");
}

/* A chip with another name than the site's. Found later, with its arm down, the lane begins by itself. */
static void a_lane_whose_lines_are_not_there_at_the_start_calls_until_they_are(
	void **state)
{
	(void)state;
	b.is_blind = true;
	bench_restart(&b);
	bench_run(&b, 1500);
	assert_int_equal(bench_count(&b, EVENT_ALARM, NULL), 0);
	bench_run(&b, 1500);
	assert_int_equal(bench_count(&b, EVENT_ALARM, "code=restarted"), 1);
	assert_int_equal(bench_count(&b, EVENT_ALARM, "detail=blind"), 1);
	assert_int_equal(b.lane.state, LANE_BLOCKED);
	b.is_blind = false;
	bench_run(&b, 1000);
	assert_int_equal(bench_count(&b, EVENT_ALARM_ENDED, "code=restarted"), 1);
	assert_int_equal(b.lane.state, LANE_IDLE);
}

/* … and with its arm up, that is another alarm. */
static void a_lane_whose_lines_come_late_with_the_arm_up_says_what_is_seen_then(
	void **state)
{
	(void)state;
	b.is_blind = true;
	bench_restart(&b);
	bench_run(&b, 3000);
	b.is_blind = false;
	b.arm = BENCH_UP;
	bench_run(&b, 1000);
	assert_int_equal(bench_count(&b, EVENT_ALARM, "code=restarted"), 2);
	assert_int_equal(bench_count(&b, EVENT_ALARM, "detail=blind"), 1);
	assert_int_equal(b.lane.state, LANE_BLOCKED);
	assert_int_equal(b.arm, BENCH_UP);
}

static void a_module_that_is_silent_for_a_moment_alarms_nobody(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++) {
		b.loops_are_lost = b.lights_are_lost = i & 1;
		bench_run(&b, 1500);
	}
	assert_int_equal(bench_count(&b, EVENT_ALARM, NULL), 0);
}

static void lights_that_are_not_heard_alarm_and_turn_red_for_this_truck(void **state)
{
	struct snapshot_lane shown;

	(void)state;
	case_ask();
	bench_answer(&b, NULL, CASE_RELEASE, "");
	assert_true(bench_run_until(&b, LANE_PASSING, 3000));
	assert_int_equal(b.lane.light, LIGHT_GREEN);
	b.lights_are_lost = true;
	bench_run(&b, 3000);
	assert_int_equal(bench_count(&b, EVENT_ALARM, "code=lights_lost"), 1);
	lane_fill_snapshot(&b.lane, &shown);
	assert_string_equal(shown.light, "unknown");
	b.lights_are_lost = false;
	bench_run(&b, 500);
	assert_int_equal(b.lane.light, LIGHT_RED);
	case_pass_through();
	case_expect_closed("passed", "release", "00");
}

static void a_lane_without_its_lights_gives_no_green_later(void **state)
{
	(void)state;
	b.lights_are_lost = true;
	case_ask();
	bench_answer(&b, NULL, CASE_RELEASE, "");
	assert_true(bench_run_until(&b, LANE_PASSING, 3000));
	assert_int_equal(b.lane.light, LIGHT_RED);
	assert_string_equal(b.lane.sign, "放行 请通过");
}

/* One that follows too close; the arm sinks meanwhile and sticks. */
static void follow(void)
{
	case_ask();
	bench_answer(&b, NULL, CASE_RELEASE, "");
	assert_true(bench_run_until(&b, LANE_PASSING, 3000));
	b.second = car;
	bench_drive(&b, &b.second, 5000);
	bench_drive(&b, &b.vehicle, BENCH_GONE_MM - 8000);
	bench_read(&b, BENCH_PLATE, "浙B20416", "", 97);
	bench_drive(&b, &b.second, 22000);
	b.vehicle.front_mm = 38000 + 16900;
	bench_drive(&b, &b.second, 31500);
	assert_int_equal(b.lane.state, LANE_FOLLOWED);
	b.vehicle.is_here = false;
}

static void an_arm_that_sticks_over_a_second_vehicle_calls_an_officer(void **state)
{
	(void)state;
	follow();
	assert_int_equal(bench_count(&b, EVENT_ALARM,
				     "code=tailgate text=a second vehicle "
				     "follows through plate=浙B20416"),
			 1);
	b.arm = 120;
	b.arm_is_stuck = true;
	bench_run(&b, 6000);
	assert_int_equal(b.lane.state, LANE_FOLLOWED);
	assert_int_equal(bench_count(&b, EVENT_ALARM, "code=arm_fault"), 1);
	b.arm_is_stuck = false;
	bench_drive(&b, &b.second, BENCH_GONE_MM);
	assert_true(bench_run_until(&b, LANE_IDLE, 8000));
	assert_int_equal(bench_count(&b, EVENT_ALARM_ENDED, "code=arm_fault"), 1);
}

static void an_arm_that_sticks_as_it_reverses_calls_an_officer(void **state)
{
	(void)state;
	case_ask();
	bench_answer(&b, NULL, CASE_RELEASE, "");
	assert_true(bench_run_until(&b, LANE_PASSING, 3000));
	bench_drive(&b, &b.vehicle, BENCH_GONE_MM);
	b.vehicle.is_here = false;
	bench_weigh(&b, 0, true);
	assert_true(bench_run_until(&b, LANE_CLOSING, 3000));
	bench_run(&b, 700);
	assert_true(b.motor.lower);
	b.stuck = 1u << POSITION_BEAM;
	b.arm_is_stuck = true;
	bench_run(&b, 6000);
	assert_int_equal(b.lane.state, LANE_FOLLOWED);
	assert_int_equal(bench_count(&b, EVENT_ALARM, "code=arm_fault"), 1);
	b.arm_is_stuck = false;
	b.stuck = 0;
	assert_true(bench_run_until(&b, LANE_IDLE, 8000));
}

static void every_further_tailgater_is_recorded(void **state)
{
	(void)state;
	follow();
	bench_drive(&b, &b.second, 44000);
	b.second = car;
	b.second.front_mm = 29000;
	bench_drive(&b, &b.second, 44000);
	assert_int_equal(bench_count(&b, EVENT_ALARM, "code=tailgate"), 1);
	assert_int_equal(bench_count(&b, EVENT_CROSSING, "while=followed from=lane"), 1);
}

static void open_by_hand(void)
{
	b.arm = 150;
	bench_run(&b, 500);
	assert_int_equal(b.lane.state, LANE_BLOCKED);
}

static void each_crossing_of_an_arm_opened_by_hand_is_recorded_until_it_is_closed(
	void **state)
{
	(void)state;
	open_by_hand();
	for (int i = 0; i < 3; i++) {
		b.vehicle = car;
		b.vehicle.front_mm = 20000;
		bench_drive(&b, &b.vehicle, BENCH_GONE_MM);
	}
	b.second = car;
	b.second.front_mm = BENCH_GONE_MM;
	bench_drive(&b, &b.second, 20000);
	assert_int_equal(bench_count(&b, EVENT_CROSSING, "from=lane arm=up"), 3);
	assert_int_equal(bench_count(&b, EVENT_CROSSING, "from=exit arm=up"), 1);
	b.arm = 0;
	bench_run(&b, 500);
	b.vehicle = car;
	b.vehicle.front_mm = 33000;
	bench_drive(&b, &b.vehicle, BENCH_GONE_MM);
	assert_int_equal(bench_count(&b, EVENT_CROSSING, NULL), 4);
}

static void an_articulated_truck_crosses_once_and_so_does_a_motorcycle(void **state)
{
	(void)state;
	open_by_hand();
	b.vehicle = bench_truck();
	bench_drive(&b, &b.vehicle, BENCH_GONE_MM);
	assert_int_equal(bench_count(&b, EVENT_CROSSING, NULL), 1);
	b.vehicle = (struct bench_vehicle){.is_here = true,
					   .front_mm = 20000,
					   .part_count = 1,
					   .parts = {{0, 1800}}};
	bench_drive(&b, &b.vehicle, BENCH_GONE_MM);
	assert_int_equal(bench_count(&b, EVENT_CROSSING, NULL), 2);
	bench_run(&b, 4000);
	bench_drive(&b, &b.vehicle, 20000);
	assert_int_equal(bench_count(&b, EVENT_CROSSING, "from=exit"), 1);
	assert_int_equal(bench_count(&b, EVENT_CROSSING, NULL), 3);
}

static void crossings_go_on_being_recorded_after_a_restart(void **state)
{
	(void)state;
	open_by_hand();
	bench_restart(&b);
	bench_run(&b, 500);
	assert_int_equal(bench_count(&b, EVENT_OBSERVED, "arm=up"), 1);
	b.vehicle = car;
	b.vehicle.front_mm = 20000;
	bench_drive(&b, &b.vehicle, BENCH_GONE_MM);
	assert_int_equal(bench_count(&b, EVENT_CROSSING, "while=restarted from=lane"), 1);
}

static void time_without_lines_is_recorded_when_they_are_back(void **state)
{
	(void)state;
	b.is_blind = true;
	bench_run(&b, 4000);
	assert_int_equal(bench_count(&b, EVENT_OBSERVED, NULL), 0);
	b.is_blind = false;
	bench_run(&b, 100);
	assert_int_equal(bench_count(&b, EVENT_OBSERVED, "arm=down"), 1);
}

static void a_record_that_fails_turns_the_welcome_off_in_every_idle_lane(void **state)
{
	(void)state;
	b.record_fails = true;
	bench_run(&b, 3000);
	assert_string_equal(b.lane.sign, "系统故障 请等候");
	assert_int_equal(bench_count(&b, EVENT_ALARM, "code=record_failed"), 1);
	b.record_fails = false;
	bench_run(&b, 100);
	assert_string_equal(b.lane.sign, "欢迎");
	assert_int_equal(bench_count(&b, EVENT_ALARM_ENDED, "code=record_failed"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LANE_TEST(
			an_idle_lane_that_cannot_hear_its_loops_alarms_and_stops_its_welcome),
		LANE_TEST(
			a_lane_whose_lines_are_not_there_at_the_start_calls_until_they_are),
		LANE_TEST(
			a_lane_whose_lines_come_late_with_the_arm_up_says_what_is_seen_then),
		LANE_TEST(a_module_that_is_silent_for_a_moment_alarms_nobody),
		LANE_TEST(lights_that_are_not_heard_alarm_and_turn_red_for_this_truck),
		LANE_TEST(a_lane_without_its_lights_gives_no_green_later),
		LANE_TEST(an_arm_that_sticks_over_a_second_vehicle_calls_an_officer),
		LANE_TEST(an_arm_that_sticks_as_it_reverses_calls_an_officer),
		LANE_TEST(every_further_tailgater_is_recorded),
		LANE_TEST(
			each_crossing_of_an_arm_opened_by_hand_is_recorded_until_it_is_closed),
		LANE_TEST(an_articulated_truck_crosses_once_and_so_does_a_motorcycle),
		LANE_TEST(crossings_go_on_being_recorded_after_a_restart),
		LANE_TEST(a_record_that_fails_turns_the_welcome_off_in_every_idle_lane),
		LANE_TEST(time_without_lines_is_recorded_when_they_are_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

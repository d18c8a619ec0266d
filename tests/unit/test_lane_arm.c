/* SPDX-License-Identifier: MIT */
/*
 * What a lane makes of its arm: faults, blindness, openings without a command, emergencies,
 * restarts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/lane_case.h"

static void an_arm_that_does_not_rise_holds_and_an_officer_tries_again(void **state)
{
	(void)state;
	case_ask();
	b.arm_is_stuck = true;
	bench_answer(&b, NULL, CASE_RELEASE, "");
	bench_run(&b, 5000);
	assert_int_equal(b.lane.state, LANE_HELD);
	assert_int_equal(b.lane.reason, REASON_ARM_FAULT);
	b.arm_is_stuck = false;
	bench_act(&b, ACT_RELEASE, b.lane.passage);
	case_pass_through();
	assert_int_equal(b.lifts_commanded, 2);
}

/* S4: no proof, no movement; an officer is called, and the lane goes on when it proves itself. */
static void a_beam_that_fails_its_proof_before_the_lift_holds_for_an_officer(void **state)
{
	(void)state;
	case_ask();
	b.beam_is_dead = true;
	bench_answer(&b, NULL, CASE_RELEASE, "");
	assert_true(bench_run_until(&b, LANE_HELD, 3000));
	assert_int_equal(b.lane.reason, REASON_ARM_FAULT);
	assert_int_equal(b.arm, 0);
	assert_true(b.lane.alarms & 1u << ALARM_HOLD);
	assert_true(b.lane.alarms & 1u << ALARM_SAFETY);
	b.beam_is_dead = false;
	bench_act(&b, ACT_RELEASE, b.lane.passage);
	case_pass_through();
	assert_int_equal(b.lane.alarms, 0);
}

static void a_beam_that_fails_its_proof_before_closing_alarms_and_the_arm_stays_up(
	void **state)
{
	(void)state;
	case_ask();
	bench_answer(&b, NULL, CASE_RELEASE, "");
	assert_true(bench_run_until(&b, LANE_PASSING, 3000));
	b.beam_is_dead = true;
	bench_drive(&b, &b.vehicle, BENCH_GONE_MM);
	assert_true(bench_run_until(&b, LANE_CLOSING, 3000));
	bench_run(&b, 3000);
	assert_int_equal(b.lane.state, LANE_CLOSING);
	assert_int_equal(b.arm, BENCH_UP);
	assert_true(b.lane.alarms & 1u << ALARM_ARM);
	assert_true(b.lane.alarms & 1u << ALARM_SAFETY);
	b.beam_is_dead = false;
	assert_true(bench_run_until(&b, LANE_IDLE, 5000));
	assert_int_equal(b.lane.alarms, 0);
}

static void a_release_after_a_fault_passes_when_the_arm_is_up_already(void **state)
{
	(void)state;
	case_ask();
	bench_answer(&b, NULL, CASE_RELEASE, "");
	assert_true(bench_run_until(&b, LANE_LIFTING, 1000));
	bench_run(&b, 500);
	b.limit[0] = 1; /* says down for ever: both limits at once */
	assert_true(bench_run_until(&b, LANE_HELD, 3000));
	b.limit[0] = 0;
	bench_run(&b, 500);
	bench_act(&b, ACT_RELEASE, b.lane.passage);
	case_pass_through();
}

static void close_by_hand_and_reset(bool is_blind)
{
	b.emergency = true;
	bench_run(&b, 1000);
	b.emergency = false;
	b.arm_is_stuck = true;
	bench_run(&b, 5000);
	b.arm = 0;
	b.vehicle = bench_truck();
	b.vehicle.front_mm = 30500;
	bench_run(&b, 1000);
	b.is_blind = is_blind;
	bench_run(&b, 100);
	bench_act(&b, ACT_RESET, 0);
	bench_run(&b, 100);
	b.arm_is_stuck = b.is_blind = false;
	bench_run(&b, 3000);
}

static void a_reset_does_not_open_a_closed_arm_for_who_stands_before_it(void **state)
{
	(void)state;
	for (int is_blind = 0; is_blind < 2; is_blind++) {
		bench_begin(&b);
		close_by_hand_and_reset(is_blind);
		assert_int_equal(b.arm, 0);
		assert_int_equal(b.lifts_commanded, 0);
	}
}

static void a_reset_ends_a_passage_whose_end_no_sensor_shows(void **state)
{
	(void)state;
	b.dead = 1u << POSITION_EXIT;
	case_ask();
	bench_answer(&b, NULL, CASE_RELEASE, "");
	assert_true(bench_run_until(&b, LANE_PASSING, 3000));
	bench_drive(&b, &b.vehicle, BENCH_GONE_MM);
	b.vehicle.is_here = false;
	bench_weigh(&b, 0, true);
	bench_run(&b, 5000);
	assert_int_equal(b.lane.state, LANE_PASSING);
	assert_int_equal(b.lane.light, LIGHT_RED);
	bench_act(&b, ACT_RESET, b.lane.passage + 1);
	bench_run(&b, 100);
	assert_int_equal(b.lane.state, LANE_PASSING);
	bench_act(&b, ACT_RESET, b.lane.passage);
	assert_true(bench_run_until(&b, LANE_IDLE, 5000));
	case_expect_closed("passed", "release", "00");
}

static void a_reset_lets_go_of_a_vehicle_that_no_sensor_sees_leave(void **state)
{
	(void)state;
	case_ask();
	bench_answer(&b, NULL, CASE_REFUSE, "");
	bench_act(&b, ACT_RETURN, b.lane.passage);
	b.stuck = 1u << POSITION_ENTRY;
	b.vehicle.is_here = false;
	bench_weigh(&b, 0, true);
	bench_run(&b, 20000);
	assert_int_equal(b.lane.state, LANE_LEAVING);
	bench_act(&b, ACT_RESET, b.lane.passage);
	assert_true(bench_run_until(&b, LANE_IDLE, 1000));
	case_expect_closed("returned", "return", "99");
	assert_int_equal(b.arm, 0);
}

static void nothing_moves_when_lost_lines_come_back(void **state)
{
	int arm;

	(void)state;
	case_ask();
	b.is_blind = true;
	bench_answer(&b, NULL, CASE_RELEASE, "");
	assert_true(bench_run_until(&b, LANE_HELD, 1000));
	b.is_blind = false;
	bench_run(&b, 10000);
	assert_int_equal(b.arm, 0);
	bench_act(&b, ACT_RELEASE, b.lane.passage);
	assert_true(bench_run_until(&b, LANE_PASSING, 3000));
	bench_drive(&b, &b.vehicle, BENCH_GONE_MM);
	b.vehicle.is_here = false;
	bench_weigh(&b, 0, true);
	assert_true(bench_run_until(&b, LANE_CLOSING, 3000));
	bench_run(&b, 500);
	b.is_blind = true;
	bench_run(&b, 100);
	arm = b.arm;
	b.is_blind = false;
	bench_run(&b, 10000);
	assert_int_equal(b.arm, arm);
	bench_act(&b, ACT_RESET, 0);
	assert_true(bench_run_until(&b, LANE_IDLE, 5000));
}

static void an_arm_that_sinks_and_sticks_before_the_truck_has_gone_calls_an_officer(
	void **state)
{
	(void)state;
	case_ask();
	bench_answer(&b, NULL, CASE_RELEASE, "");
	assert_true(bench_run_until(&b, LANE_PASSING, 3000));
	b.arm = 60;
	b.arm_is_stuck = true;
	assert_true(bench_run_until(&b, LANE_HELD, 6000));
	assert_int_equal(b.lane.reason, REASON_ARM_FAULT);
	b.arm_is_stuck = false;
	bench_run(&b, 100);
	bench_act(&b, ACT_RELEASE, b.lane.passage);
	case_pass_through();
}

static void an_emergency_while_the_arm_is_about_to_come_down_keeps_it_up(void **state)
{
	(void)state;
	for (int scans = 0; scans < 8; scans++) {
		bench_begin(&b);
		case_ask();
		bench_answer(&b, NULL, CASE_RELEASE, "");
		assert_true(bench_run_until(&b, LANE_PASSING, 3000));
		bench_drive(&b, &b.vehicle, BENCH_GONE_MM);
		b.vehicle.is_here = false;
		assert_true(bench_run_until(&b, LANE_CLOSING, 3000));
		bench_run(&b, 10 * scans);
		b.emergency = true;
		for (int i = 0; i < 20; i++) {
			bench_scan(&b);
			assert_false(b.motor.lower);
		}
	}
}

/* The truck leaves some scans before or after the motor is told to raise. */
static void an_arm_that_has_just_begun_to_rise_is_not_down(void **state)
{
	(void)state;
	for (int scans = 0; scans < 8; scans++) {
		bench_begin(&b);
		case_ask();
		b.record_stalls = true;
		bench_answer(&b, NULL, CASE_RELEASE, "");
		bench_drive(&b, &b.vehicle, 100);
		b.vehicle.is_here = false;
		bench_weigh(&b, 0, true);
		bench_run(&b, 10 * scans);
		b.record_stalls = false;
		bench_run(&b, 5000);
		assert_int_equal(b.lane.state, LANE_IDLE);
		assert_int_equal(b.arm, 0);
	}
}

static void an_arm_opened_by_hand_blocks_until_it_is_closed(void **state)
{
	(void)state;
	b.arm = 40;
	bench_run(&b, 1000);
	assert_int_equal(b.lane.state, LANE_BLOCKED);
	assert_int_equal(bench_count(&b, EVENT_ALARM, "code=uncontrolled_opening"), 1);
	b.vehicle = bench_truck();
	bench_drive(&b, &b.vehicle, BENCH_GONE_MM);
	b.vehicle.is_here = false;
	assert_int_equal(bench_count(&b, EVENT_CROSSING, "while=uncontrolled from=lane"),
			 1);
	assert_int_equal(bench_count(&b, EVENT_PASSAGE_OPENED, NULL), 0);
	b.arm = 0;
	bench_run(&b, 1000);
	assert_int_equal(b.lane.state, LANE_IDLE);
}

static void an_arm_opened_while_the_inputs_were_unknown_blocks(void **state)
{
	(void)state;
	b.is_blind = true;
	bench_run(&b, 500);
	b.arm = 40;
	bench_run(&b, 500);
	b.is_blind = false;
	bench_run(&b, 500);
	assert_int_equal(b.lane.state, LANE_BLOCKED);
	assert_int_equal(bench_count(&b, EVENT_ALARM, "code=uncontrolled_opening"), 1);
}

static void an_arm_opened_while_both_limits_spoke_blocks(void **state)
{
	(void)state;
	b.limit[1] = 1;
	bench_run(&b, 500);
	b.limit[1] = 0;
	b.arm = 40;
	bench_run(&b, 500);
	assert_int_equal(b.lane.state, LANE_BLOCKED);
}

static void a_truck_that_backs_out_under_an_open_arm_leaves_a_closing_lane(void **state)
{
	(void)state;
	case_ask();
	bench_answer(&b, NULL, CASE_RELEASE, "");
	assert_true(bench_run_until(&b, LANE_LIFTING, 1000));
	bench_run(&b, 1000);
	b.arm_is_stuck = true;
	assert_true(bench_run_until(&b, LANE_HELD, 6000));
	b.arm_is_stuck = false;
	b.record_stalls = true;
	bench_act(&b, ACT_RELEASE, b.lane.passage);
	bench_drive(&b, &b.vehicle, -1000);
	b.vehicle.is_here = false;
	bench_weigh(&b, 0, true);
	b.record_stalls = false;
	assert_true(bench_run_until(&b, LANE_IDLE, 8000));
	assert_int_equal(b.arm, 0);
}

static void an_arm_opened_unseen_while_closing_is_not_closed_by_itself(void **state)
{
	(void)state;
	case_ask();
	bench_act(&b, ACT_RETURN, b.lane.passage);
	b.is_blind = true;
	bench_drive(&b, &b.vehicle, -1000);
	b.vehicle.is_here = false;
	bench_weigh(&b, 0, true);
	assert_true(bench_run_until(&b, LANE_CLOSING, 3000));
	b.arm = 100;
	b.is_blind = false;
	bench_run(&b, 5000);
	assert_int_equal(b.lane.state, LANE_BLOCKED);
	assert_int_equal(b.arm, 100);
}

/* Its lower limit lied during the lift; somebody on the approach loop looked like a truck that
 * backed out. */
static void an_arm_that_turns_out_to_be_open_without_a_lift_blocks(void **state)
{
	(void)state;
	case_ask();
	bench_answer(&b, NULL, CASE_RELEASE, "");
	assert_true(bench_run_until(&b, LANE_LIFTING, 1000));
	b.limit[0] = 1;
	bench_run(&b, 300);
	b.second = (struct bench_vehicle){
		.is_here = true, .front_mm = 1000, .part_count = 1, .parts = {{0, 600}}};
	bench_run(&b, 100);
	b.second.is_here = false;
	bench_run(&b, 200);
	b.limit[0] = 0;
	bench_run(&b, 300);
	assert_true(b.arm > 0);
	assert_int_equal(b.lane.state, LANE_BLOCKED);
}

static void an_emergency_raises_stays_up_and_needs_a_reset(void **state)
{
	(void)state;
	case_ask();
	b.emergency = true;
	bench_run(&b, 3000);
	assert_int_equal(b.arm, 150);
	assert_int_equal(b.lane.state, LANE_BLOCKED);
	assert_string_equal(b.lane.sign, "紧急开启");
	bench_act(&b, ACT_RESET, 0);
	bench_run(&b, 2000);
	assert_int_equal(b.arm, 150);
	b.emergency = false;
	bench_run(&b, 20000);
	assert_int_equal(b.arm, 150);
	bench_act(&b, ACT_RESET, 0);
	bench_run(&b, 5000);
	assert_int_equal(b.arm, 0);
}

static void an_emergency_while_the_record_has_no_room_is_told_afterwards(void **state)
{
	(void)state;
	case_ask();
	b.record_is_full = true;
	b.emergency = true;
	bench_run(&b, 3000);
	assert_int_equal(b.arm, 150);
	b.emergency = false;
	bench_run(&b, 500);
	b.record_is_full = false;
	bench_run(&b, 100);
	assert_int_equal(bench_count(&b, EVENT_ALARM, "code=emergency"), 1);
	assert_int_equal(b.lane.state, LANE_BLOCKED);
	assert_int_equal(b.arm, 150);
}

static void a_truck_found_at_the_start_is_held_for_an_officer(void **state)
{
	(void)state;
	bench_begin(&b);
	lane_init(&b.lane, &b.site, 0);
	b.vehicle = bench_truck();
	b.vehicle.front_mm = BENCH_STOP_MM;
	bench_weigh(&b, 37000000, true);
	bench_run(&b, 1000);
	assert_int_equal(b.lane.state, LANE_HELD);
	assert_int_equal(b.lane.reason, REASON_RESTARTED);
	assert_int_equal(b.asks, 0);
	bench_run(&b, 30000);
	assert_int_equal(b.arm, 0);
}

static void an_arm_found_open_at_the_start_stays_until_a_person_resets(void **state)
{
	(void)state;
	lane_init(&b.lane, &b.site, 0);
	b.arm = 150;
	bench_run(&b, 30000);
	assert_int_equal(b.arm, 150);
	assert_int_equal(b.lane.state, LANE_BLOCKED);
	assert_int_equal(bench_count(&b, EVENT_ALARM, "code=restarted"), 1);
	bench_act(&b, ACT_RESET, 0);
	bench_run(&b, 5000);
	assert_int_equal(b.arm, 0);
	assert_int_equal(b.lane.state, LANE_IDLE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LANE_TEST(an_arm_that_does_not_rise_holds_and_an_officer_tries_again),
		LANE_TEST(
			a_beam_that_fails_its_proof_before_the_lift_holds_for_an_officer),
		LANE_TEST(
			a_beam_that_fails_its_proof_before_closing_alarms_and_the_arm_stays_up),
		LANE_TEST(a_release_after_a_fault_passes_when_the_arm_is_up_already),
		LANE_TEST(a_reset_does_not_open_a_closed_arm_for_who_stands_before_it),
		LANE_TEST(a_reset_ends_a_passage_whose_end_no_sensor_shows),
		LANE_TEST(a_reset_lets_go_of_a_vehicle_that_no_sensor_sees_leave),
		LANE_TEST(nothing_moves_when_lost_lines_come_back),
		LANE_TEST(
			an_arm_that_sinks_and_sticks_before_the_truck_has_gone_calls_an_officer),
		LANE_TEST(an_emergency_while_the_arm_is_about_to_come_down_keeps_it_up),
		LANE_TEST(an_arm_that_has_just_begun_to_rise_is_not_down),
		LANE_TEST(an_arm_opened_by_hand_blocks_until_it_is_closed),
		LANE_TEST(an_arm_opened_while_the_inputs_were_unknown_blocks),
		LANE_TEST(an_arm_opened_while_both_limits_spoke_blocks),
		LANE_TEST(a_truck_that_backs_out_under_an_open_arm_leaves_a_closing_lane),
		LANE_TEST(an_arm_opened_unseen_while_closing_is_not_closed_by_itself),
		LANE_TEST(an_arm_that_turns_out_to_be_open_without_a_lift_blocks),
		LANE_TEST(an_emergency_raises_stays_up_and_needs_a_reset),
		LANE_TEST(an_emergency_while_the_record_has_no_room_is_told_afterwards),
		LANE_TEST(a_truck_found_at_the_start_is_held_for_an_officer),
		LANE_TEST(an_arm_found_open_at_the_start_stays_until_a_person_resets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

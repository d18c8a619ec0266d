/* SPDX-License-Identifier: MIT */
/*
 * A reversible lane: when it may be turned, what changes with it, and that it is never open both
 * ways.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/lane_case.h"

static int set_up(void **state)
{
	case_set_up(state);
	bench_equip_reverse(&b);
	bench_restart(&b);
	bench_run(&b, 2500);
	b.log_count = 0;
	assert_int_equal(b.lane.state, LANE_IDLE);
	return 0;
}

static void turn(const char *direction)
{
	bench_act_on(&b, ACT_TURN, 0, EVIDENCE_PLATE, direction);
}

static void turn_wholly(const char *direction)
{
	turn(direction);
	bench_run(&b, 1200);
	assert_int_equal(b.result.error, KAKOU_OK);
	assert_int_equal(lane_direction(&b.lane), direction[0]);
	b.is_mirrored = lane_is_turned(&b.lane);
}

static void expect_refused(const char *direction, const char *code, const char *part)
{
	int before = b.results;

	turn(direction);
	bench_run(&b, 50);
	assert_int_equal(b.results, before + 1);
	assert_int_equal(b.result.error, KAKOU_E_REFUSED);
	assert_string_equal(act_refusal_name(b.result.refusal), code);
	if (!strstr(b.result.why, part))
		fail_msg("%s, expected %s", b.result.why, part);
	assert_int_equal(bench_count(&b, EVENT_LANE_TURNED, NULL), 0);
	assert_int_equal(lane_direction(&b.lane), 'I');
}

static void expect_withdrawn(const char *reason)
{
	char text[120];

	(void)snprintf(text, sizeof(text), "to=I reason=%s", reason);
	assert_int_equal(bench_count(&b, EVENT_LANE_TURN_WITHDRAWN, text), 1);
	bench_run(&b, 3000);
	assert_int_equal(lane_direction(&b.lane), 'I');
	assert_false(b.lane.turn.to);
}

static void a_turned_lane_clears_who_comes_from_the_other_side(void **state)
{
	(void)state;
	turn_wholly("E");
	assert_int_equal(
		bench_count(&b, EVENT_LANE_TURNED, "from=I to=E actor=wang reason=seen"),
		1);
	case_ask();
	assert_int_equal(bench_count(&b, EVENT_PASSAGE_OPENED, "direction=E"), 1);
	assert_int_equal(b.asked.head.direction, 'E');
	assert_string_equal(b.asked.head.chnl_no, "3301500102");
	assert_int_equal(b.asked.goods_type, '8');
	bench_answer(&b, NULL, CASE_RELEASE, "");
	assert_true(bench_run_until(&b, LANE_PASSING, 3000));
	assert_int_equal(lane_greens(&b.lane), GREEN_FAR);
	case_pass_through();
	case_expect_closed("passed", "release", "00");
	turn_wholly("I");
	case_ask();
	assert_string_equal(b.asked.head.chnl_no, "3301500101");
	bench_answer(&b, NULL, CASE_RELEASE, "");
	assert_true(bench_run_until(&b, LANE_PASSING, 3000));
	assert_int_equal(lane_greens(&b.lane), GREEN_NEAR);
	case_pass_through();
}

static void who_comes_against_the_direction_in_force_is_the_wrong_way(void **state)
{
	(void)state;
	turn_wholly("E");
	b.is_mirrored = false; /* as it was before: over the first loop */
	b.vehicle = bench_truck();
	bench_drive(&b, &b.vehicle, 3000);
	assert_int_equal(b.lane.state, LANE_IDLE);
	assert_true(b.lane.alarms & 1u << ALARM_WRONG_WAY);
	assert_int_equal(bench_count(&b, EVENT_PASSAGE_OPENED, NULL), 0);
}

static void orders_are_looked_up_for_the_direction_in_force(void **state)
{
	(void)state;
	bench_use_registry(&b);
	turn_wholly("E");
	case_ask();
	assert_int_equal(b.looked_up.direction, 'E');
	case_back_out();
	turn_wholly("I");
	case_ask();
	assert_int_equal(b.looked_up.direction, 'I');
	case_back_out();
}

static void a_lane_of_one_direction_is_not_turned(void **state)
{
	(void)state;
	b.site.lanes[0].reverse_chnl_no[0] = '\0';
	expect_refused("E", "absent", "lane in1 has one direction only");
}

static void a_turn_names_another_direction(void **state)
{
	(void)state;
	expect_refused("out", "bad_value", "got direction \"out\", expected I or E");
	expect_refused("I", "already", "lane in1 has direction I already");
}

static void a_lane_with_a_passage_is_not_turned(void **state)
{
	(void)state;
	case_ask();
	bench_act_on(&b, ACT_TURN, b.lane.passage, EVIDENCE_PLATE, "E");
	bench_run(&b, 50);
	assert_non_null(strstr(b.result.why, "lane in1 is not idle"));
	case_back_out();
}

static void a_lane_that_sees_something_is_not_turned(void **state)
{
	const int sensors[] = {POSITION_LOOP, POSITION_BEAM, POSITION_EXIT};

	(void)state;
	for (size_t i = 0; i < sizeof(sensors) / sizeof(sensors[0]); i++) {
		b.stuck = 1u << sensors[i];
		bench_run(&b, 20);
		expect_refused("E", "occupied", "sees something");
		b.stuck = 0;
		bench_run(&b, 500);
		expect_refused("E", "occupied", "or did just now");
		bench_run(&b, 1500);
	}
	turn_wholly("E");
}

static void a_lane_that_does_not_hear_a_loop_is_not_turned(void **state)
{
	(void)state;
	b.loops_are_lost = true;
	bench_run(&b, 20);
	expect_refused("E", "device_ill", "does not hear a loop on remote I/O");
}

static void a_lane_whose_arm_is_not_known_down_is_not_turned(void **state)
{
	(void)state;
	b.is_blind = true;
	bench_run(&b, 20);
	expect_refused("E", "arm_unseen", "does not know its arm down");
}

static void a_lane_with_a_faulty_safety_device_is_not_turned(void **state)
{
	(void)state;
	b.lane.interlock.is_unproved[1] = true;
	expect_refused("E", "device_ill", "has a safety device that is faulty");
}

static void a_lane_in_emergency_mode_is_not_turned(void **state)
{
	(void)state;
	b.lane.mode.until_ms = b.now_ms + 60000;
	expect_refused("E", "in_mode", "is in emergency mode");
}

static void a_lane_that_cannot_write_its_record_is_not_turned(void **state)
{
	(void)state;
	b.record_fails = true;
	bench_run(&b, 20);
	turn("E");
	b.record_fails = false;
	bench_run(&b, 50);
	assert_non_null(strstr(b.result.why, "can't write its record"));
}

static void a_lane_with_a_pulse_is_not_turned_and_a_turning_one_not_pulsed(void **state)
{
	(void)state;
	b.site.lanes[0].lines[LINE_RED_FAR].is_used = true;
	bench_act(&b, ACT_LOCK, 0);
	bench_run(&b, 50);
	bench_act_on(&b, ACT_PULSE, 0, EVIDENCE_PLATE, "green_far 100");
	bench_scan(&b);
	bench_scan(&b);
	assert_int_equal(lane_greens(&b.lane), GREEN_FAR);
	turn("E");
	bench_run(&b, 50);
	assert_non_null(strstr(b.result.why, "has an output pulsed"));
	bench_run(&b, 500);
	turn("E");
	bench_run(&b, 50);
	assert_int_equal(b.result.error, KAKOU_OK);
	bench_act_on(&b, ACT_PULSE, 0, EVIDENCE_PLATE, "green_far 100");
	bench_run(&b, 50);
	assert_non_null(strstr(b.result.why, "is being turned"));
}

static void one_turn_at_a_time(void **state)
{
	(void)state;
	turn("E");
	bench_run(&b, 50);
	turn("E");
	bench_run(&b, 50);
	assert_non_null(strstr(b.result.why, "is being turned already"));
	bench_run(&b, 1500);
	assert_int_equal(lane_direction(&b.lane), 'E');
}

static void nothing_turns_before_the_record_has_it_and_nobody_is_taken(void **state)
{
	(void)state;
	b.record_stalls = true;
	turn("E");
	bench_run(&b, 20000);
	assert_int_equal(lane_direction(&b.lane), 'I');
	assert_string_equal(b.lane.sign, "通道关闭");
	assert_int_equal(lane_greens(&b.lane), 0);
	b.record_stalls = false;
	bench_run(&b, 900);
	assert_int_equal(lane_direction(&b.lane), 'I');
	bench_run(&b, 300);
	assert_int_equal(lane_direction(&b.lane), 'E');
	assert_string_equal(b.lane.sign, "欢迎");
}

static void a_turn_that_is_not_written_is_withdrawn(void **state)
{
	(void)state;
	b.record_stalls = true;
	turn("E");
	bench_run(&b, 50);
	b.record_stalls = false;
	b.record_fails = true;
	bench_run(&b, 20);
	expect_withdrawn("the record could not be written");
}

static void a_turn_waits_no_longer_than_the_record_is_well(void **state)
{
	(void)state;
	turn("E");
	bench_run(&b, 500);
	b.record_is_full = true;
	bench_run(&b, 20);
	b.record_is_full = false;
	bench_run(&b, 20);
	expect_withdrawn("can't write its record");
}

static void whatever_is_seen_before_it_takes_effect_withdraws_a_turn(void **state)
{
	(void)state;
	for (int mirrored = 0; mirrored < 2; mirrored++) {
		turn("E");
		bench_run(&b, 500);
		b.is_mirrored = mirrored != 0;
		b.vehicle = bench_truck();
		bench_drive(&b, &b.vehicle, 100);
		bench_run(&b, 100);
		assert_int_equal(lane_direction(&b.lane), 'I');
		assert_int_equal(bench_count(&b, EVENT_PASSAGE_OPENED, NULL), 1);
		bench_drive(&b, &b.vehicle, -1000);
		b.vehicle.is_here = false;
		bench_run(&b, 3000);
	}
	assert_int_equal(
		bench_count(&b, EVENT_LANE_TURN_WITHDRAWN, "to=I reason=sees something"),
		2);
}

static void an_arrival_in_a_turning_lane_opens_no_passage_before_the_turn_is_withdrawn(
	void **state)
{
	(void)state;
	b.site.lanes[0].glitch_ms = 0;
	bench_restart(&b);
	bench_run(&b, 2500);
	turn("E");
	bench_run(&b, 500);
	b.vehicle = bench_truck();
	b.vehicle.front_mm = 500;
	bench_scan(&b);
	assert_int_equal(b.lane.passage, 0);
	assert_int_equal(bench_count(&b, EVENT_LANE_TURN_WITHDRAWN, "to=I"), 1);
	bench_scan(&b);
	assert_int_not_equal(b.lane.passage, 0);
	bench_drive(&b, &b.vehicle, -1000);
	b.vehicle.is_here = false;
	assert_true(bench_run_until(&b, LANE_IDLE, 4000));
}

static void an_emergency_withdraws_a_turn(void **state)
{
	(void)state;
	turn("E");
	bench_run(&b, 500);
	b.emergency = true;
	bench_run(&b, 100);
	expect_withdrawn("is not idle");
}

static void a_locked_lane_is_turned_and_stays_locked(void **state)
{
	(void)state;
	bench_act(&b, ACT_LOCK, 0);
	bench_run(&b, 50);
	turn_wholly("E");
	assert_true(b.lane.is_locked);
	assert_string_equal(b.lane.sign, "通道关闭");
}

static void a_restart_takes_the_direction_from_the_record(void **state)
{
	(void)state;
	turn_wholly("E");
	bench_restart(&b);
	bench_run(&b, 2500);
	assert_int_equal(lane_direction(&b.lane), 'E');
	case_ask();
	assert_int_equal(b.asked.head.direction, 'E');
	case_back_out();
}

static void what_the_record_does_not_have_is_not_in_force_after_a_restart(void **state)
{
	(void)state;
	b.record_stalls = true;
	turn("E");
	bench_run(&b, 50);
	bench_restart(&b);
	b.record_stalls = false;
	bench_run(&b, 2500);
	assert_int_equal(lane_direction(&b.lane), 'I');
}

static void a_lane_of_unknown_direction_takes_nobody_until_it_is_turned(void **state)
{
	struct snapshot_lane shown;

	(void)state;
	b.recorded_to = b.told_to = '\0';
	bench_restart(&b);
	bench_run(&b, 2500);
	assert_string_equal(b.lane.sign, "通道关闭");
	lane_fill_snapshot(&b.lane, &shown);
	assert_string_equal(shown.turn, "unknown");
	b.vehicle = bench_truck();
	bench_drive(&b, &b.vehicle, 3000);
	bench_run(&b, 1000);
	assert_int_equal(b.lane.state, LANE_IDLE);
	turn("I");
	bench_run(&b, 50);
	assert_non_null(strstr(b.result.why, "sees something"));
	b.vehicle.is_here = false;
	bench_run(&b, 1500);
	turn("I"); /* withdrawn: it is as unknown as before */
	bench_run(&b, 50);
	b.stuck = 1u << POSITION_BEAM;
	bench_run(&b, 50);
	b.stuck = 0;
	assert_int_equal(bench_count(&b, EVENT_LANE_TURN_WITHDRAWN, "to= reason="), 1);
	bench_run(&b, 2500);
	assert_true(b.lane.turn.is_unknown);
	turn_wholly("I");
	assert_int_equal(bench_count(&b, EVENT_LANE_TURNED, "from= to=I"), 2);
	case_ask();
	case_back_out();
}

static void a_lane_shows_its_direction_and_that_it_is_being_turned(void **state)
{
	struct snapshot_lane shown;

	(void)state;
	lane_fill_snapshot(&b.lane, &shown);
	assert_int_equal(shown.direction, 'I');
	assert_string_equal(shown.turn, "");
	turn("E");
	bench_run(&b, 50);
	lane_fill_snapshot(&b.lane, &shown);
	assert_string_equal(shown.turn, "turning");
	assert_int_equal(shown.direction, 'I');
	bench_run(&b, 1500);
	lane_fill_snapshot(&b.lane, &shown);
	assert_int_equal(shown.direction, 'E');
	assert_true(shown.is_turned);
}

static void a_turned_lane_without_lights_for_that_side_shows_no_green(void **state)
{
	struct snapshot_lane shown;

	(void)state;
	turn_wholly("E");
	case_ask();
	bench_answer(&b, NULL, CASE_RELEASE, "");
	assert_true(bench_run_until(&b, LANE_PASSING, 3000));
	lane_fill_snapshot(&b.lane, &shown);
	assert_string_equal(shown.light, "green");
	b.site.lanes[0].lines[LINE_GREEN_FAR].is_used = false;
	lane_fill_snapshot(&b.lane, &shown);
	assert_string_equal(shown.light, "red");
	assert_false(lane_greens(&b.lane) & GREEN_NEAR);
	case_pass_through();
}

int main(void)
{
#define TURN_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, case_nobody_was_hit)
	const struct CMUnitTest tests[] = {
		TURN_TEST(a_turned_lane_clears_who_comes_from_the_other_side),
		TURN_TEST(who_comes_against_the_direction_in_force_is_the_wrong_way),
		TURN_TEST(orders_are_looked_up_for_the_direction_in_force),
		TURN_TEST(a_lane_of_one_direction_is_not_turned),
		TURN_TEST(a_turn_names_another_direction),
		TURN_TEST(a_lane_with_a_passage_is_not_turned),
		TURN_TEST(a_lane_that_sees_something_is_not_turned),
		TURN_TEST(a_lane_that_does_not_hear_a_loop_is_not_turned),
		TURN_TEST(a_lane_whose_arm_is_not_known_down_is_not_turned),
		TURN_TEST(a_lane_with_a_faulty_safety_device_is_not_turned),
		TURN_TEST(a_lane_in_emergency_mode_is_not_turned),
		TURN_TEST(a_lane_that_cannot_write_its_record_is_not_turned),
		TURN_TEST(a_lane_with_a_pulse_is_not_turned_and_a_turning_one_not_pulsed),
		TURN_TEST(one_turn_at_a_time),
		TURN_TEST(nothing_turns_before_the_record_has_it_and_nobody_is_taken),
		TURN_TEST(a_turn_that_is_not_written_is_withdrawn),
		TURN_TEST(a_turn_waits_no_longer_than_the_record_is_well),
		TURN_TEST(whatever_is_seen_before_it_takes_effect_withdraws_a_turn),
		TURN_TEST(
			an_arrival_in_a_turning_lane_opens_no_passage_before_the_turn_is_withdrawn),
		TURN_TEST(an_emergency_withdraws_a_turn),
		TURN_TEST(a_locked_lane_is_turned_and_stays_locked),
		TURN_TEST(a_restart_takes_the_direction_from_the_record),
		TURN_TEST(what_the_record_does_not_have_is_not_in_force_after_a_restart),
		TURN_TEST(a_lane_of_unknown_direction_takes_nobody_until_it_is_turned),
		TURN_TEST(a_lane_shows_its_direction_and_that_it_is_being_turned),
		TURN_TEST(a_turned_lane_without_lights_for_that_side_shows_no_green),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * What a lane makes of who stands at the gate: the key, the hold-to-run buttons, broken contacts,
 * the emergency input.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/lane_case.h"

static void lift_for_a_truck(void)
{
	case_ask();
	bench_answer(&b, NULL, CASE_RELEASE, "");
	assert_true(bench_run_until(&b, LANE_PASSING, 3000));
}

static void let_a_truck_pass(void)
{
	bench_drive(&b, &b.vehicle, BENCH_GONE_MM);
	b.vehicle.is_here = false;
	bench_weigh(&b, 0, true);
	assert_true(bench_run_until(&b, LANE_CLOSING, 3000));
}

static void close_behind_a_truck(void)
{
	lift_for_a_truck();
	let_a_truck_pass();
}

static void obstruct(void)
{
	assert_true(bench_run_until(&b, LANE_CLOSING, 6000));
	bench_run(&b, 700);
	assert_true(b.motor.lower);
	b.stuck = 1u << POSITION_BEAM;
	bench_run(&b, 300);
	b.stuck = 0;
}

static void lock_by_two_obstructions(void)
{
	close_behind_a_truck();
	obstruct();
	obstruct();
	bench_run(&b, 3000);
	assert_int_equal(b.lane.state, LANE_BLOCKED);
	assert_int_equal(bench_count(&b, EVENT_SAFETY, "rule=S3"), 1);
	b.log_count = 0;
}

static void a_lock_is_taken_back_by_the_key_and_not_by_a_reset_from_afar(void **state)
{
	int arm;

	(void)state;
	lock_by_two_obstructions();
	arm = b.arm;
	bench_act(&b, ACT_RESET, 0);
	bench_run(&b, 3000);
	assert_int_equal(b.arm, arm);
	assert_int_equal(b.result.error, KAKOU_E_REFUSED);
	assert_non_null(strstr(b.result.why, "key at the gate"));
	bench_turn_key(&b);
	assert_int_equal(bench_count(&b, EVENT_SAFETY, "key at the gate was turned"), 1);
	bench_run(&b, 3000);
	assert_int_equal(b.arm, arm); /* the key itself moves nothing */
	bench_act(&b, ACT_RESET, 0);
	assert_true(bench_run_until(&b, LANE_IDLE, 5000));
	assert_int_equal(b.arm, 0);
}

/* Without a filter the lane knows of the second obstruction as a follower before the interlock
 * locks: the lock must not be forgotten meanwhile. */
static void a_lock_is_told_also_when_a_follower_was_seen_first(void **state)
{
	(void)state;
	b.site.lanes[0].glitch_ms = 0;
	b.site.lanes[0].lines[LINE_RESET].is_used = false;
	bench_restart(&b);
	bench_run(&b, 200);
	lock_by_two_obstructions();
	bench_act(&b, ACT_RESET, 0);
	assert_true(bench_run_until(&b, LANE_IDLE, 5000));
	assert_int_equal(b.arm, 0);
}

static void without_a_key_the_record_says_that_the_reset_was_not_on_site(void **state)
{
	(void)state;
	b.site.lanes[0].lines[LINE_RESET].is_used = false;
	bench_restart(&b);
	bench_run(&b, 200);
	lock_by_two_obstructions();
	bench_act(&b, ACT_RESET, 0);
	assert_true(bench_run_until(&b, LANE_IDLE, 5000));
	assert_int_equal(bench_count(&b, EVENT_SAFETY, "not on site"), 1);
	assert_int_equal(b.arm, 0);
}

static void start_again_locked(void)
{
	assert_int_equal(bench_count(&b, EVENT_ARM_LOCKED, NULL), 1);
	bench_restart(&b);
	lane_start_arm_locked(&b.lane);
	bench_run(&b, 3000);
	assert_int_equal(b.lane.state, LANE_BLOCKED);
	b.log_count = 0;
}

static void a_restart_does_not_take_the_lock_of_two_obstructions_back(void **state)
{
	int arm;

	(void)state;
	close_behind_a_truck();
	obstruct();
	obstruct();
	start_again_locked();
	arm = b.arm;
	bench_act(&b, ACT_RESET, 0);
	bench_run(&b, 3000);
	assert_int_equal(b.arm, arm);
	assert_non_null(strstr(b.result.why, "key at the gate"));
	assert_int_equal(bench_count(&b, EVENT_ARM_LOCKED, NULL), 0); /* told already */
	assert_int_equal(bench_count(&b, EVENT_ARM_UNLOCKED, NULL), 0);
	bench_turn_key(&b);
	assert_int_equal(bench_count(&b, EVENT_ARM_UNLOCKED, NULL), 1);
	bench_act(&b, ACT_RESET, 0);
	assert_true(bench_run_until(&b, LANE_IDLE, 5000));
	assert_int_equal(b.arm, 0);
}

static void without_a_key_a_reset_takes_the_lock_back_also_after_a_restart(void **state)
{
	(void)state;
	b.site.lanes[0].lines[LINE_RESET].is_used = false;
	bench_restart(&b);
	bench_run(&b, 200);
	close_behind_a_truck();
	obstruct();
	obstruct();
	start_again_locked();
	bench_act(&b, ACT_RESET, 0);
	assert_true(bench_run_until(&b, LANE_IDLE, 5000));
	assert_int_equal(bench_count(&b, EVENT_ARM_UNLOCKED, NULL), 1);
	assert_int_equal(b.arm, 0);
}

static void who_opens_by_hold_to_run_blocks_the_lane_until_the_arm_is_down(void **state)
{
	(void)state;
	b.hold_raise = true;
	bench_run(&b, 1000);
	b.hold_raise = false;
	bench_run(&b, 500);
	assert_true(b.arm > 0 && b.arm < BENCH_UP);
	assert_int_equal(b.lane.state, LANE_BLOCKED);
	assert_int_equal(b.lane.light, LIGHT_RED);
	assert_int_equal(bench_count(&b, EVENT_SAFETY, "hold-to-run"), 2);
	assert_int_equal(bench_count(&b, EVENT_ALARM, "hold-to-run"), 1);
	b.hold_lower = true;
	bench_run(&b, 3000);
	assert_int_equal(b.lane.state, LANE_IDLE);
	assert_int_equal(b.arm, 0);
	assert_int_equal(b.lane.alarms, 0);
}

static void hold_to_run_ends_the_passage_it_interrupts(void **state)
{
	(void)state;
	lift_for_a_truck();
	b.hold_lower = true;
	bench_run(&b, 300);
	b.hold_lower = false;
	assert_int_equal(b.lane.state, LANE_BLOCKED);
	assert_int_equal(bench_count(&b, EVENT_PASSAGE_CLOSED, "outcome=hold_to_run"), 1);
	bench_run(&b, 3000);
	assert_true(b.arm > 0 && b.arm < BENCH_UP); /* nobody moves it on */
	assert_int_equal(b.lifts_commanded, 1);
}

static void an_arm_whose_beam_is_dead_is_closed_by_hold_to_run_only(void **state)
{
	(void)state;
	lift_for_a_truck();
	b.beam_is_dead = true;
	let_a_truck_pass();
	bench_run(&b, 5000);
	assert_int_equal(b.arm, BENCH_UP);
	assert_int_equal(bench_count(&b, EVENT_ALARM, "code=safety_device"), 1);
	bench_act(&b, ACT_RESET, 0);
	bench_run(&b, 5000);
	assert_int_equal(b.arm, BENCH_UP);
	b.hold_lower = true;
	bench_run(&b, 3000);
	b.hold_lower = false;
	assert_int_equal(b.arm, 0);
	assert_int_equal(b.lane.state, LANE_IDLE);
	assert_int_equal(bench_count(&b, EVENT_ALARM_ENDED, "code=safety_device"), 0);
	b.beam_is_dead = false;
	bench_turn_key(&b);
	assert_int_equal(bench_count(&b, EVENT_ALARM_ENDED, "code=safety_device"), 1);
}

static void contacts_that_disagree_alarm_until_the_key_is_turned(void **state)
{
	(void)state;
	bench_wire_pairs(&b);
	bench_restart(&b);
	bench_run(&b, 200);
	close_behind_a_truck();
	b.second_contact[CHANNEL_LOOP] = -1;
	bench_run(&b, 3000);
	assert_int_equal(b.arm, BENCH_UP);
	assert_int_equal(bench_count(&b, EVENT_SAFETY, "rule=S10"), 1);
	assert_int_equal(bench_count(&b, EVENT_ALARM, "code=safety_device"), 1);
	b.second_contact[CHANNEL_LOOP] = 0;
	bench_run(&b, 8000);
	assert_int_equal(b.arm, BENCH_UP);
	bench_turn_key(&b);
	assert_int_equal(bench_count(&b, EVENT_ALARM_ENDED, "code=safety_device"), 1);
	assert_true(bench_run_until(&b, LANE_IDLE, 8000));
	assert_int_equal(b.arm, 0);
}

static void wire_pairs_and_lift(void)
{
	bench_wire_pairs(&b);
	bench_restart(&b);
	bench_run(&b, 200);
	lift_for_a_truck();
}

/* The interlock takes it for an obstruction; nobody has come to the arm for that. */
static void contacts_that_disagree_are_no_vehicle_that_passed(void **state)
{
	(void)state;
	wire_pairs_and_lift();
	b.second_contact[CHANNEL_LOOP] = -1;
	bench_run(&b, 1000);
	b.second_contact[CHANNEL_LOOP] = 0;
	b.stuck = 1u << POSITION_EXIT; /* somebody on the exit loop */
	bench_run(&b, 500);
	b.stuck = 0;
	bench_run(&b, 3000);
	assert_int_equal(b.lane.state, LANE_PASSING);
	assert_int_equal(bench_count(&b, EVENT_PASSAGE_CLOSED, NULL), 0);
	let_a_truck_pass();
	case_expect_closed("passed", "release", "00");
	bench_turn_key(&b);
	assert_true(bench_run_until(&b, LANE_IDLE, 8000));
}

static void while_contacts_disagree_nothing_is_clear_and_no_passage_ends(void **state)
{
	(void)state;
	wire_pairs_and_lift();
	b.second_contact[CHANNEL_BEAM] = -1;
	bench_drive(&b, &b.vehicle, BENCH_GONE_MM);
	b.vehicle.is_here = false;
	bench_weigh(&b, 0, true);
	bench_run(&b, 5000);
	assert_int_equal(b.lane.state, LANE_PASSING);
	assert_int_equal(b.arm, BENCH_UP);
	b.second_contact[CHANNEL_BEAM] = 0;
	assert_true(bench_run_until(&b, LANE_CLOSING, 3000));
	case_expect_closed("passed", "release", "00");
}

/* One contact of the loop is stuck as if nobody came; the beam sees the truck, and not who stands
 * before it. */
static void who_is_seen_by_one_of_two_contacts_keeps_the_passage_open(void **state)
{
	(void)state;
	wire_pairs_and_lift();
	b.second_contact[CHANNEL_LOOP] = 1;
	bench_drive(&b, &b.vehicle, BENCH_LOOP_END_MM + 17500);
	b.second = (struct bench_vehicle){
		.is_here = true, .front_mm = 30700, .part_count = 1, .parts = {{0, 600}}};
	bench_drive(&b, &b.vehicle, BENCH_GONE_MM);
	b.vehicle.is_here = false;
	bench_run(&b, 5000);
	assert_int_equal(b.lane.state, LANE_PASSING);
	assert_int_equal(b.arm, BENCH_UP);
	b.second.is_here = false;
	assert_true(bench_run_until(&b, LANE_CLOSING, 3000));
	case_expect_closed("passed", "release", "00");
}

static void a_vehicle_that_faulty_contacts_did_not_see_has_not_gone_back(void **state)
{
	(void)state;
	bench_equip(&b, BENCH_ALL_DEVICES & ~(1u << BENCH_WEIGHT), false);
	wire_pairs_and_lift();
	b.second_contact[CHANNEL_LOOP] = b.second_contact[CHANNEL_BEAM] = 1;
	b.dead = 1u << POSITION_EXIT;
	bench_drive(&b, &b.vehicle, 31000 + 6600);
	bench_run(&b, 8000);
	assert_int_equal(b.arm, BENCH_UP);
	bench_drive(&b, &b.vehicle, BENCH_GONE_MM);
	b.vehicle.is_here = false;
	bench_run(&b, 3000);
	/* No edge says that it went through, and none that it went back. */
	assert_int_equal(b.lane.state, LANE_PASSING);
	assert_int_equal(bench_count(&b, EVENT_PASSAGE_CLOSED, NULL), 0);
}

/* It disagrees since the truck before was over it; the next one turns round before the arm. */
static void what_faulty_contacts_saw_before_the_lift_has_not_come_to_the_arm(void **state)
{
	(void)state;
	wire_pairs_and_lift();
	bench_drive(&b, &b.vehicle, BENCH_LOOP_END_MM + 3000);
	b.second_contact[CHANNEL_LOOP] = -1;
	bench_drive(&b, &b.vehicle, BENCH_GONE_MM);
	b.vehicle.is_here = false;
	bench_weigh(&b, 0, true);
	bench_run(&b, 1000);
	bench_act(&b, ACT_RESET, b.lane.passage);
	assert_int_equal(b.lane.state, LANE_CLOSING);
	b.hold_lower = true;
	assert_true(bench_run_until(&b, LANE_IDLE, 8000));
	b.hold_lower = false;
	b.log_count = 0;
	lift_for_a_truck();
	b.second_contact[CHANNEL_LOOP] = 0;
	bench_run(&b, 500);
	bench_act(&b, ACT_RESET, b.lane.passage);
	case_expect_closed("lifted_not_passed", "release", "00");
}

static void an_emergency_calls_an_officer_and_every_crossing_is_recorded(void **state)
{
	(void)state;
	b.emergency = true;
	bench_run(&b, 3000);
	assert_int_equal(b.arm, BENCH_UP);
	assert_int_equal(b.lane.light, LIGHT_RED);
	assert_int_equal(bench_count(&b, EVENT_CALL, "what=emergency"), 1);
	assert_int_equal(bench_count(&b, EVENT_SAFETY, "uncontrolled"), 1);
	for (int i = 1; i <= 3; i++) {
		b.vehicle = bench_truck();
		bench_drive(&b, &b.vehicle, BENCH_GONE_MM);
		b.vehicle.is_here = false;
		bench_run(&b, 500);
		assert_int_equal(
			bench_count(&b, EVENT_CROSSING, "while=emergency from=lane"), i);
	}
	assert_int_equal(bench_count(&b, EVENT_PASSAGE_OPENED, NULL), 0);
}

static void an_emergency_goes_on_when_lines_are_lost_and_come_back(void **state)
{
	(void)state;
	b.emergency = true;
	bench_run(&b, 500);
	b.is_blind = true;
	bench_run(&b, 500);
	assert_true(b.arm < BENCH_UP);
	b.is_blind = false;
	bench_run(&b, 3000);
	assert_int_equal(b.arm, BENCH_UP);
	assert_int_equal(b.lane.state, LANE_BLOCKED);
	assert_int_equal(bench_count(&b, EVENT_ALARM, "code=emergency detail=emergency"),
			 1);
}

static void an_emergency_goes_on_over_a_restart_and_stays_up_after_it(void **state)
{
	(void)state;
	for (int is_over = 0; is_over < 2; is_over++) {
		bench_begin(&b);
		b.emergency = true;
		bench_run(&b, is_over ? 3000 : 500);
		bench_restart(&b);
		b.emergency = !is_over;
		bench_run(&b, 5000);
		assert_int_equal(b.arm, BENCH_UP);
		assert_int_equal(b.lane.state, LANE_BLOCKED);
		assert_int_equal(b.lane.block_reason,
				 is_over ? REASON_RESTARTED : REASON_EMERGENCY);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LANE_TEST(a_lock_is_taken_back_by_the_key_and_not_by_a_reset_from_afar),
		LANE_TEST(a_lock_is_told_also_when_a_follower_was_seen_first),
		LANE_TEST(without_a_key_the_record_says_that_the_reset_was_not_on_site),
		LANE_TEST(a_restart_does_not_take_the_lock_of_two_obstructions_back),
		LANE_TEST(without_a_key_a_reset_takes_the_lock_back_also_after_a_restart),
		LANE_TEST(who_opens_by_hold_to_run_blocks_the_lane_until_the_arm_is_down),
		LANE_TEST(hold_to_run_ends_the_passage_it_interrupts),
		LANE_TEST(an_arm_whose_beam_is_dead_is_closed_by_hold_to_run_only),
		LANE_TEST(contacts_that_disagree_alarm_until_the_key_is_turned),
		LANE_TEST(contacts_that_disagree_are_no_vehicle_that_passed),
		LANE_TEST(while_contacts_disagree_nothing_is_clear_and_no_passage_ends),
		LANE_TEST(who_is_seen_by_one_of_two_contacts_keeps_the_passage_open),
		LANE_TEST(a_vehicle_that_faulty_contacts_did_not_see_has_not_gone_back),
		LANE_TEST(
			what_faulty_contacts_saw_before_the_lift_has_not_come_to_the_arm),
		LANE_TEST(an_emergency_calls_an_officer_and_every_crossing_is_recorded),
		LANE_TEST(an_emergency_goes_on_when_lines_are_lost_and_come_back),
		LANE_TEST(an_emergency_goes_on_over_a_restart_and_stays_up_after_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

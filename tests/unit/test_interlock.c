/* SPDX-License-Identifier: MIT */
/*
 * The interlock, rule by rule, against an arm that moves in virtual time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/interlock_bench.h"

static void begin(struct arm_bench *b)
{
	arm_bench_begin(b, &arm_bench_config);
}

static void raise_fully(struct arm_bench *b)
{
	arm_bench_raise(b, &arm_bench_config);
}

static void nothing_moves_without_a_command_after_power_returns(void **state)
{
	struct arm_bench b;

	(void)state;
	for (int arm = 0; arm <= ARM_TOP; arm += ARM_TOP / 2) {
		begin(&b);
		b.arm = arm;
		arm_bench_scans(&b, ARM_STAY, 500);
		assert_int_equal(b.arm, arm);
		assert_false(b.out.raise || b.out.lower || b.out.test[0] ||
			     b.out.test[1]);
	}
}

static void the_arm_rises_to_its_limit_and_the_motor_stops(void **state)
{
	struct arm_bench b;

	(void)state;
	raise_fully(&b);
	assert_false(b.out.raise);
	arm_bench_scans(&b, ARM_RAISE, 500);
	assert_false(b.out.raise);
	assert_string_equal(interlock_arm_name(&b.lock), "up");
}

static void both_devices_are_tested_before_each_movement(void **state)
{
	struct arm_bench b;
	bool tested[2] = {false, false};

	(void)state;
	raise_fully(&b);
	while (!b.out.lower) {
		arm_bench_scan(&b, ARM_LOWER);
		tested[0] = tested[0] || b.out.test[0];
		tested[1] = tested[1] || b.out.test[1];
		assert_true(b.in.now_ms < 10000);
	}
	assert_true(tested[0] && tested[1]);
}

static void a_dead_beam_forbids_lowering_and_is_tried_again(void **state)
{
	struct arm_bench b;

	(void)state;
	raise_fully(&b);
	b.beam_is_dead = true;
	arm_bench_scans(&b, ARM_LOWER, 500);
	assert_int_equal(b.arm, ARM_TOP);
	assert_true(b.all_notes & NOTE_UNPROVED);
	b.beam_is_dead = false;
	arm_bench_scans(&b, ARM_LOWER, 500);
	assert_int_equal(b.arm, 0);
}

static void a_loop_that_never_goes_clear_forbids_lowering(void **state)
{
	struct arm_bench b;

	(void)state;
	raise_fully(&b);
	b.loop_is_stuck = true;
	arm_bench_scans(&b, ARM_LOWER, 1000);
	assert_int_equal(b.arm, ARM_TOP);
}

static void a_device_without_a_test_must_have_changed_since_the_lift(void **state)
{
	struct interlock_config config = arm_bench_config;
	struct arm_bench b;

	(void)state;
	config.proof[0] = config.proof[1] = PROVED_BY_ACTIVITY;
	arm_bench_raise(&b, &config); /* nothing is asked of it before raising */
	arm_bench_scans(&b, ARM_LOWER, 500);
	assert_int_equal(b.arm, ARM_TOP);
	assert_true(b.all_notes & NOTE_UNPROVED);
	b.loop = true;
	arm_bench_scan(&b, ARM_LOWER);
	b.loop = false;
	arm_bench_scans(&b, ARM_LOWER, 300);
	assert_int_equal(b.arm, ARM_TOP); /* the beam has not */
	b.beam = true;
	arm_bench_scan(&b, ARM_LOWER);
	b.beam = false;
	arm_bench_scans(&b, ARM_LOWER, 300);
	assert_int_equal(b.arm, 0);
	arm_bench_scans(&b, ARM_RAISE, 300);
	arm_bench_scans(&b, ARM_LOWER, 500);
	assert_int_equal(b.arm, ARM_TOP); /* that was another lift */
}

static void an_obstruction_reverses_within_one_scan(void **state)
{
	for (int device = 0; device < 2; device++) {
		struct arm_bench b;

		(void)state;
		raise_fully(&b);
		arm_bench_scans(&b, ARM_LOWER, 60);
		assert_true(b.out.lower);
		*(device == 0 ? &b.loop : &b.beam) = true;
		arm_bench_scan(&b, ARM_LOWER);
		assert_true(b.out.raise);
		assert_false(b.out.lower);
		assert_true(b.notes & NOTE_REVERSED);
		arm_bench_scans(&b, ARM_LOWER, 200);
		assert_int_equal(b.arm, ARM_TOP);
		assert_int_equal(b.lowered_over_something, 0);
	}
}

static void two_obstructions_in_a_row_lock_until_the_key_at_the_gate_is_turned(
	void **state)
{
	struct arm_bench b;

	(void)state;
	raise_fully(&b);
	arm_bench_lock(&b);
	arm_bench_scans(&b, ARM_LOWER, 1000);
	assert_int_equal(b.arm, ARM_TOP);
	interlock_reset(&b.lock); /* from afar */
	arm_bench_scans(&b, ARM_LOWER, 1000);
	assert_int_equal(b.arm, ARM_TOP);
	assert_true(interlock_needs_key(&b.lock));
	arm_bench_turn_key(&b, ARM_LOWER);
	assert_true(b.all_notes & NOTE_RESET);
	arm_bench_scans(&b, ARM_LOWER, 500);
	assert_int_equal(b.arm, 0);
}

static void without_a_key_at_the_gate_the_lock_is_taken_back_from_afar(void **state)
{
	struct interlock_config config = arm_bench_config;
	struct arm_bench b;

	(void)state;
	config.has_reset = false;
	arm_bench_raise(&b, &config);
	arm_bench_lock(&b);
	arm_bench_scans(&b, ARM_LOWER, 1000);
	assert_int_equal(b.arm, ARM_TOP);
	assert_false(interlock_needs_key(&b.lock));
	interlock_reset(&b.lock);
	arm_bench_scans(&b, ARM_LOWER, 500);
	assert_int_equal(b.arm, 0);
}

static void one_obstruction_then_a_full_lowering_does_not_lock(void **state)
{
	struct arm_bench b;

	(void)state;
	raise_fully(&b);
	for (int i = 0; i < 3; i++) {
		arm_bench_scans(&b, ARM_LOWER, 60);
		b.beam = true;
		arm_bench_scans(&b, ARM_LOWER, 200);
		b.beam = false;
		arm_bench_scans(&b, ARM_LOWER, 400);
		assert_int_equal(b.arm, 0);
		arm_bench_scans(&b, ARM_RAISE, 400);
	}
	assert_false(b.all_notes & NOTE_LOCKED);
}

static void an_open_command_while_lowering_raises_at_once(void **state)
{
	struct arm_bench b;

	(void)state;
	raise_fully(&b);
	arm_bench_scans(&b, ARM_LOWER, 60);
	arm_bench_scan(&b, ARM_RAISE);
	assert_true(b.out.raise);
}

static void an_arm_that_does_not_arrive_is_stopped(void **state)
{
	struct arm_bench b;

	(void)state;
	begin(&b);
	b.arm_is_stuck = true;
	arm_bench_scans(&b, ARM_RAISE, 390);
	assert_true(b.out.raise);
	arm_bench_scans(&b, ARM_RAISE, 100);
	assert_false(b.out.raise);
	assert_true(b.all_notes & NOTE_TRAVEL);
	b.arm_is_stuck = false;
	arm_bench_scans(&b, ARM_RAISE, 500);
	assert_int_equal(b.arm, 0);
	arm_bench_scan(&b, ARM_STAY);
	arm_bench_scans(&b, ARM_RAISE, 500);
	assert_int_equal(b.arm, ARM_TOP);
}

static void a_wish_that_is_not_renewed_falls_off(void **state)
{
	struct arm_bench b;

	(void)state;
	begin(&b);
	arm_bench_scans(&b, ARM_RAISE, 50);
	assert_true(b.out.raise);
	b.wish_is_stale = true;
	arm_bench_scan(&b, ARM_RAISE);
	assert_false(b.out.raise);
}

static void a_wish_that_is_withdrawn_while_lowering_stops(void **state)
{
	struct arm_bench b;

	(void)state;
	raise_fully(&b);
	arm_bench_scans(&b, ARM_LOWER, 60);
	assert_true(b.out.lower);
	arm_bench_scan(&b, ARM_STAY);
	assert_false(b.out.lower || b.out.raise);
}

static void what_comes_in_the_last_scan_of_a_proof_keeps_the_arm_up(void **state)
{
	struct interlock_config config = arm_bench_config;
	struct arm_bench b;

	(void)state;
	config.proof[0] = config.proof[1] = PROVED_BY_PAIR;
	arm_bench_raise(&b, &config);
	arm_bench_scan(&b, ARM_LOWER);
	b.beam = true;
	arm_bench_scan(&b, ARM_LOWER);
	assert_false(b.out.lower || b.out.raise);
	arm_bench_scans(&b, ARM_LOWER, 100);
	assert_int_equal(b.arm, ARM_TOP);
}

static void the_arm_is_up_only_when_it_is_seen_there_and_does_not_lower(void **state)
{
	struct arm_bench b;

	(void)state;
	begin(&b);
	assert_false(interlock_is_up(&b.lock)); /* nothing was seen yet */
	arm_bench_scan(&b, ARM_STAY);
	assert_false(interlock_is_up(&b.lock));
	raise_fully(&b);
	assert_true(interlock_is_up(&b.lock));
	while (!b.out.lower)
		arm_bench_scan(&b, ARM_LOWER);
	assert_false(interlock_is_up(&b.lock));
	raise_fully(&b);
	b.in.hold_lower = true;
	arm_bench_scan(&b, ARM_STAY);
	assert_false(interlock_is_up(&b.lock));
}

static void a_late_scan_stops_and_proves_again_without_latching(void **state)
{
	struct arm_bench b;

	(void)state;
	raise_fully(&b);
	arm_bench_scans(&b, ARM_LOWER, 60);
	assert_true(b.out.lower);
	b.in.is_late = true;
	arm_bench_scan(&b, ARM_LOWER);
	assert_false(b.out.lower);
	assert_true(b.notes & NOTE_LATE);
	b.in.is_late = false;
	arm_bench_scan(&b, ARM_LOWER);
	assert_false(b.out.lower);
	arm_bench_scans(&b, ARM_LOWER, 500);
	assert_int_equal(b.arm, 0);
}

static void the_heartbeat_stands_still_while_inputs_are_unknown_or_late(void **state)
{
	struct arm_bench b;
	bool level;

	(void)state;
	begin(&b);
	arm_bench_scan(&b, ARM_STAY);
	level = b.out.heartbeat;
	arm_bench_scan(&b, ARM_STAY);
	assert_int_not_equal(level, b.out.heartbeat);
	for (int i = 0; i < 2; i++) {
		b.in.is_known = i == 1;
		b.in.is_late = i == 1;
		level = b.out.heartbeat;
		for (int n = 0; n < 30; n++) {
			arm_bench_scan(&b, ARM_STAY);
			assert_int_equal(level, b.out.heartbeat);
		}
	}
}

static void unknown_inputs_switch_everything_off(void **state)
{
	struct arm_bench b;

	(void)state;
	raise_fully(&b);
	arm_bench_scans(&b, ARM_LOWER, 60);
	b.in.is_known = false;
	arm_bench_scan(&b, ARM_LOWER);
	assert_false(b.out.lower || b.out.raise);
	assert_true(b.notes & NOTE_BLIND);
}

static void both_limits_at_once_forbid_every_movement(void **state)
{
	struct arm_bench b;

	(void)state;
	begin(&b);
	arm_bench_scans(&b, ARM_STAY, 2);
	for (int i = 0; i < 100; i++) {
		b.in.now_ms += 10;
		b.in.limit_up = b.in.limit_down = true;
		b.all_notes |=
			interlock_step(&b.lock, &b.in, ARM_LOWER, b.in.now_ms, &b.out);
		assert_false(b.out.raise || b.out.lower);
	}
	assert_true(b.all_notes & NOTE_LIMITS);
}

static void an_emergency_raises_at_once_and_stays(void **state)
{
	struct arm_bench b;

	(void)state;
	begin(&b);
	arm_bench_scans(&b, ARM_STAY, 2);
	b.in.emergency = true;
	b.beam_is_dead = true;
	arm_bench_scan(&b, ARM_STAY);
	assert_true(b.out.raise);
	assert_true(b.notes & NOTE_EMERGENCY);
	arm_bench_scans(&b, ARM_LOWER, 400);
	assert_int_equal(b.arm, ARM_TOP);
	assert_false(b.out.lower);
}

/* An arm that did not come down in its time still goes up for a fire. */
static void an_emergency_is_a_new_attempt_after_a_travel_fault(void **state)
{
	struct arm_bench b;

	(void)state;
	begin(&b);
	arm_bench_scans(&b, ARM_STAY, 2);
	arm_bench_scans(&b, ARM_RAISE, 400);
	b.arm_is_stuck = true;
	arm_bench_scans(&b, ARM_LOWER, 1000);
	assert_true(b.all_notes & NOTE_TRAVEL);
	arm_bench_scans(&b, ARM_STAY, 10);
	b.arm_is_stuck = false;
	b.arm = ARM_TOP / 2;
	b.in.emergency = true;
	arm_bench_scan(&b, ARM_STAY);
	assert_true(b.out.raise);
	arm_bench_scans(&b, ARM_STAY, 400);
	assert_int_equal(b.arm, ARM_TOP);
	/* It does not turn against a drive that does not answer for ever. */
	b.arm_is_stuck = true;
	b.arm = ARM_TOP / 2;
	arm_bench_scans(&b, ARM_STAY, 1000);
	assert_false(b.out.raise);
}

/* Both arms have proved themselves in the same scan: the second one stays closed. */
static void an_arm_that_is_about_to_rise_stays_closed_when_the_other_opens(void **state)
{
	struct arm_bench b;

	(void)state;
	begin(&b);
	arm_bench_scans(&b, ARM_STAY, 2);
	while (b.lock.phase != INTERLOCK_PROVING)
		arm_bench_scan(&b, ARM_RAISE);
	b.in.other_is_open = true;
	arm_bench_scans(&b, ARM_RAISE, 300);
	assert_int_equal(b.movements, 0);
	assert_int_equal(b.arm, 0);
	b.in.other_is_open = false;
	arm_bench_scans(&b, ARM_RAISE, 300);
	assert_int_equal(b.arm, ARM_TOP);
}

static void an_arm_that_opens_by_itself_is_told(void **state)
{
	struct arm_bench b;

	(void)state;
	begin(&b);
	arm_bench_scans(&b, ARM_STAY, 5);
	b.arm = 10;
	arm_bench_scan(&b, ARM_STAY);
	assert_true(b.notes & NOTE_UNCONTROLLED);
	assert_false(b.out.raise || b.out.lower);
}

static void our_own_lift_is_not_called_uncontrolled(void **state)
{
	struct arm_bench b;

	(void)state;
	begin(&b);
	arm_bench_scans(&b, ARM_STAY, 2);
	arm_bench_scans(&b, ARM_RAISE, 200);
	assert_true(b.all_notes & NOTE_LEFT_DOWN);
	assert_false(b.all_notes & NOTE_UNCONTROLLED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_moves_without_a_command_after_power_returns),
		cmocka_unit_test(the_arm_rises_to_its_limit_and_the_motor_stops),
		cmocka_unit_test(both_devices_are_tested_before_each_movement),
		cmocka_unit_test(a_dead_beam_forbids_lowering_and_is_tried_again),
		cmocka_unit_test(a_loop_that_never_goes_clear_forbids_lowering),
		cmocka_unit_test(
			a_device_without_a_test_must_have_changed_since_the_lift),
		cmocka_unit_test(an_obstruction_reverses_within_one_scan),
		cmocka_unit_test(
			two_obstructions_in_a_row_lock_until_the_key_at_the_gate_is_turned),
		cmocka_unit_test(
			without_a_key_at_the_gate_the_lock_is_taken_back_from_afar),
		cmocka_unit_test(one_obstruction_then_a_full_lowering_does_not_lock),
		cmocka_unit_test(an_open_command_while_lowering_raises_at_once),
		cmocka_unit_test(an_arm_that_does_not_arrive_is_stopped),
		cmocka_unit_test(a_wish_that_is_not_renewed_falls_off),
		cmocka_unit_test(a_wish_that_is_withdrawn_while_lowering_stops),
		cmocka_unit_test(what_comes_in_the_last_scan_of_a_proof_keeps_the_arm_up),
		cmocka_unit_test(
			the_arm_is_up_only_when_it_is_seen_there_and_does_not_lower),
		cmocka_unit_test(a_late_scan_stops_and_proves_again_without_latching),
		cmocka_unit_test(
			the_heartbeat_stands_still_while_inputs_are_unknown_or_late),
		cmocka_unit_test(unknown_inputs_switch_everything_off),
		cmocka_unit_test(both_limits_at_once_forbid_every_movement),
		cmocka_unit_test(an_emergency_raises_at_once_and_stays),
		cmocka_unit_test(an_emergency_is_a_new_attempt_after_a_travel_fault),
		cmocka_unit_test(
			an_arm_that_is_about_to_rise_stays_closed_when_the_other_opens),
		cmocka_unit_test(an_arm_that_opens_by_itself_is_told),
		cmocka_unit_test(our_own_lift_is_not_called_uncontrolled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

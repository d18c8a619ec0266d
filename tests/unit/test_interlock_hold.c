/* SPDX-License-Identifier: MIT */
/*
 * Hold-to-run: the arm in the hand of a person at the gate (S5).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/interlock_bench.h"

static void a_held_button_moves_the_arm_and_releasing_it_stops_at_once(void **state)
{
	struct arm_bench b;

	(void)state;
	arm_bench_begin(&b, &arm_bench_config);
	arm_bench_scans(&b, ARM_STAY, 2);
	b.in.hold_raise = true;
	arm_bench_scan(&b, ARM_STAY);
	assert_true(b.out.raise);
	assert_true(b.notes & NOTE_HOLD);
	assert_string_equal(interlock_arm_name(&b.lock), "rising");
	arm_bench_scans(&b, ARM_STAY, 50);
	b.in.hold_raise = false;
	arm_bench_scan(&b, ARM_STAY);
	assert_false(b.out.raise);
	assert_true(b.notes & NOTE_HOLD_OVER);
	b.in.hold_lower = true;
	arm_bench_scan(&b, ARM_STAY);
	assert_true(b.out.lower);
	assert_string_equal(interlock_arm_name(&b.lock), "lowering");
	assert_false(interlock_is_up(&b.lock));
	b.in.hold_lower = false;
	arm_bench_scan(&b, ARM_STAY);
	assert_false(b.out.lower);
}

static void hold_to_run_stops_at_the_limits(void **state)
{
	struct arm_bench b;

	(void)state;
	arm_bench_begin(&b, &arm_bench_config);
	arm_bench_scans(&b, ARM_STAY, 2);
	b.in.hold_raise = true;
	arm_bench_scans(&b, ARM_STAY, 300);
	assert_int_equal(b.arm, ARM_TOP);
	assert_false(b.out.raise);
	b.in.hold_raise = false;
	arm_bench_scan(&b, ARM_STAY);
	b.in.hold_lower = true;
	arm_bench_scans(&b, ARM_STAY, 300);
	assert_int_equal(b.arm, 0);
	assert_false(b.out.lower);
}

static void both_buttons_together_stop_and_both_must_be_released(void **state)
{
	struct arm_bench b;

	(void)state;
	arm_bench_raise(&b, &arm_bench_config);
	b.in.hold_lower = true;
	arm_bench_scans(&b, ARM_STAY, 10);
	assert_true(b.out.lower);
	b.in.hold_raise = true;
	arm_bench_scan(&b, ARM_STAY);
	assert_false(b.out.lower || b.out.raise);
	b.in.hold_raise = false;
	arm_bench_scans(&b, ARM_STAY, 50);
	assert_false(b.out.lower || b.out.raise);
	b.in.hold_lower = false;
	arm_bench_scan(&b, ARM_STAY);
	b.in.hold_lower = true;
	arm_bench_scan(&b, ARM_STAY);
	assert_true(b.out.lower);
	/* From one to the other without letting go. */
	b.in.hold_lower = false;
	b.in.hold_raise = true;
	arm_bench_scans(&b, ARM_STAY, 50);
	assert_false(b.out.lower || b.out.raise);
}

static void both_buttons_stop_an_automatic_movement_too(void **state)
{
	for (int reverses = 0; reverses < 2; reverses++) {
		struct arm_bench b;

		(void)state;
		arm_bench_raise(&b, &arm_bench_config);
		arm_bench_scans(&b, ARM_LOWER, 60);
		b.beam = reverses == 1;
		arm_bench_scans(&b, ARM_LOWER, 2);
		assert_true(b.out.lower || b.out.raise);
		b.in.hold_raise = b.in.hold_lower = true;
		arm_bench_scan(&b, ARM_LOWER);
		assert_false(b.out.lower || b.out.raise);
	}
}

static void a_button_that_is_stuck_moves_nothing_at_the_start_nor_when_lines_return(
	void **state)
{
	struct arm_bench b;

	(void)state;
	arm_bench_begin(&b, &arm_bench_config);
	b.in.hold_raise = true;
	arm_bench_scans(&b, ARM_STAY, 500);
	assert_int_equal(b.arm, 0);
	arm_bench_raise(&b, &arm_bench_config);
	b.in.is_known = false;
	arm_bench_scans(&b, ARM_STAY, 5);
	b.in.is_known = true;
	b.in.hold_lower = true;
	arm_bench_scans(&b, ARM_STAY, 500);
	assert_int_equal(b.arm, ARM_TOP);
}

static void a_button_that_is_stuck_forbids_the_automatic_movement_and_is_told(
	void **state)
{
	struct arm_bench b;

	(void)state;
	arm_bench_raise(&b, &arm_bench_config);
	b.in.hold_raise = true;
	arm_bench_scans(&b, ARM_LOWER, 500);
	assert_int_equal(b.arm, ARM_TOP);
	assert_true(b.all_notes & NOTE_UNPROVED);
	b.in.hold_raise = false;
	arm_bench_scans(&b, ARM_LOWER, 500);
	assert_int_equal(b.arm, 0);
}

static void a_held_button_ends_the_automatic_movement_and_the_proof(void **state)
{
	for (int scans = 2; scans <= 60; scans += 58) {
		struct arm_bench b;

		(void)state;
		arm_bench_raise(&b, &arm_bench_config);
		arm_bench_scans(&b, ARM_LOWER, scans);
		b.in.hold_raise = true;
		arm_bench_scan(&b, ARM_LOWER);
		assert_false(b.out.lower || b.out.test[0]);
		b.in.hold_raise = false;
		arm_bench_scan(&b, ARM_STAY);
		assert_false(b.out.lower || b.out.raise);
	}
}

static void hold_to_run_works_with_dead_devices_locks_and_travel_faults(void **state)
{
	struct arm_bench b;

	(void)state;
	arm_bench_raise(&b, &arm_bench_config);
	arm_bench_lock(&b);
	b.beam_is_dead = true;
	b.arm_is_stuck = true;
	arm_bench_turn_key(&b, ARM_STAY);
	arm_bench_scans(&b, ARM_LOWER, 500);
	assert_true(b.all_notes & NOTE_UNPROVED);
	b.arm_is_stuck = false;
	arm_bench_scans(&b, ARM_STAY, 2);
	b.in.hold_lower = true;
	arm_bench_scans(&b, ARM_STAY, 300);
	assert_int_equal(b.arm, 0);
}

static void hold_to_run_does_not_lower_onto_what_a_device_that_is_well_sees(void **state)
{
	for (int device = 0; device < 2; device++) {
		struct arm_bench b;

		(void)state;
		arm_bench_raise(&b, &arm_bench_config);
		*(device == 0 ? &b.loop : &b.beam) = true;
		b.in.hold_lower = true;
		arm_bench_scans(&b, ARM_STAY, 100);
		assert_int_equal(b.arm, ARM_TOP);
		/* Nor does it begin when the way becomes clear: the button has to be let go. */
		b.loop = b.beam = false;
		arm_bench_scans(&b, ARM_STAY, 100);
		assert_int_equal(b.arm, ARM_TOP);
		b.in.hold_lower = false;
		arm_bench_scan(&b, ARM_STAY);
		b.in.hold_lower = true;
		arm_bench_scans(&b, ARM_STAY, 50);
		assert_true(b.out.lower);
		*(device == 0 ? &b.loop : &b.beam) = true;
		arm_bench_scan(&b, ARM_STAY);
		assert_false(b.out.lower || b.out.raise);
		assert_int_equal(b.lowered_over_something, 0);
	}
}

static void hold_to_run_lowers_past_a_device_that_is_faulty_itself(void **state)
{
	struct arm_bench b;

	(void)state;
	arm_bench_raise(&b, &arm_bench_config);
	b.disagrees[CHANNEL_LOOP] = true;
	arm_bench_scans(&b, ARM_STAY, PAIR_SCANS + 1);
	b.in.hold_lower = true;
	arm_bench_scans(&b, ARM_STAY, 300);
	assert_int_equal(b.arm, 0);
	/* By its proofs: three times it did not go off after its test. */
	arm_bench_raise(&b, &arm_bench_config);
	b.loop_lingers = 30;
	arm_bench_scans(&b, ARM_LOWER, 300);
	assert_true(b.all_notes & NOTE_UNPROVED);
	assert_true(interlock_has_fault(&b.lock));
	arm_bench_scans(&b, ARM_STAY, 50);
	b.loop_is_stuck = true;
	arm_bench_scans(&b, ARM_STAY, 2);
	b.in.hold_lower = true;
	arm_bench_scans(&b, ARM_STAY, 300);
	assert_int_equal(b.arm, 0);
	/* A proof that it passes makes it well again. */
	b.loop_is_stuck = b.in.hold_lower = false;
	b.loop_lingers = 0;
	arm_bench_scans(&b, ARM_RAISE, 300);
	assert_false(interlock_has_fault(&b.lock));
}

static void a_button_held_beyond_one_travel_stops(void **state)
{
	struct arm_bench b;

	(void)state;
	arm_bench_begin(&b, &arm_bench_config);
	arm_bench_scans(&b, ARM_STAY, 2);
	b.arm_is_stuck = true;
	b.in.hold_raise = true;
	arm_bench_scans(&b, ARM_STAY, 400);
	assert_true(b.out.raise);
	arm_bench_scans(&b, ARM_STAY, 3);
	assert_false(b.out.raise);
}

static void with_both_limits_on_hold_to_run_still_moves_the_arm(void **state)
{
	struct arm_bench b;

	(void)state;
	arm_bench_raise(&b, &arm_bench_config);
	arm_bench_scans(&b, ARM_LOWER, 100);
	b.both_limits = true;
	arm_bench_scans(&b, ARM_STAY, 20);
	b.in.hold_lower = true;
	arm_bench_scans(&b, ARM_STAY, 300);
	assert_int_equal(b.arm, 0);
	b.in.hold_lower = false;
	arm_bench_scan(&b, ARM_STAY);
	b.in.hold_raise = true;
	arm_bench_scans(&b, ARM_STAY, 300);
	assert_int_equal(b.arm, ARM_TOP);
}

static void an_emergency_ends_hold_to_run_and_raises(void **state)
{
	struct arm_bench b;

	(void)state;
	arm_bench_raise(&b, &arm_bench_config);
	b.in.hold_lower = true;
	arm_bench_scans(&b, ARM_STAY, 50);
	b.in.emergency = true;
	arm_bench_scan(&b, ARM_STAY);
	assert_true(b.out.raise);
	assert_true(b.notes & NOTE_HOLD_OVER);
	arm_bench_scans(&b, ARM_STAY, 200);
	assert_int_equal(b.arm, ARM_TOP);
	b.in.emergency = false;
	arm_bench_scans(&b, ARM_STAY, 200);
	assert_int_equal(b.arm, ARM_TOP); /* still pressed, never let go */
}

static void a_late_scan_ends_hold_to_run_until_the_button_is_pressed_again(void **state)
{
	struct arm_bench b;

	(void)state;
	arm_bench_raise(&b, &arm_bench_config);
	b.in.hold_lower = true;
	arm_bench_scans(&b, ARM_STAY, 50);
	b.in.is_late = true;
	arm_bench_scan(&b, ARM_STAY);
	assert_false(b.out.lower);
	assert_true(b.notes & NOTE_HOLD_OVER);
	b.in.is_late = false;
	arm_bench_scans(&b, ARM_STAY, 50);
	assert_false(b.out.lower);
	b.in.hold_lower = false;
	arm_bench_scan(&b, ARM_STAY);
	b.in.hold_lower = true;
	arm_bench_scan(&b, ARM_STAY);
	assert_true(b.out.lower);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_held_button_moves_the_arm_and_releasing_it_stops_at_once),
		cmocka_unit_test(hold_to_run_stops_at_the_limits),
		cmocka_unit_test(both_buttons_together_stop_and_both_must_be_released),
		cmocka_unit_test(both_buttons_stop_an_automatic_movement_too),
		cmocka_unit_test(
			a_button_that_is_stuck_moves_nothing_at_the_start_nor_when_lines_return),
		cmocka_unit_test(
			a_button_that_is_stuck_forbids_the_automatic_movement_and_is_told),
		cmocka_unit_test(a_held_button_ends_the_automatic_movement_and_the_proof),
		cmocka_unit_test(
			hold_to_run_works_with_dead_devices_locks_and_travel_faults),
		cmocka_unit_test(
			hold_to_run_does_not_lower_onto_what_a_device_that_is_well_sees),
		cmocka_unit_test(hold_to_run_lowers_past_a_device_that_is_faulty_itself),
		cmocka_unit_test(a_button_held_beyond_one_travel_stops),
		cmocka_unit_test(with_both_limits_on_hold_to_run_still_moves_the_arm),
		cmocka_unit_test(an_emergency_ends_hold_to_run_and_raises),
		cmocka_unit_test(
			a_late_scan_ends_hold_to_run_until_the_button_is_pressed_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * An arm that moves otherwise than it was told (S7), and outputs that a technician pulses.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/interlock_bench.h"

static void an_arm_that_comes_back_to_the_limit_it_left_is_stopped(void **state)
{
	for (int raises = 0; raises < 2; raises++) {
		enum arm_wish way = raises ? ARM_RAISE : ARM_LOWER;
		struct arm_bench b;

		(void)state;
		arm_bench_raise(&b, &arm_bench_config);
		if (raises)
			arm_bench_scans(&b, ARM_LOWER, 400);
		arm_bench_scans(&b, way, 60);
		b.drive_is_reversed = true;
		arm_bench_scans(&b, way, 150);
		assert_true(b.all_notes & NOTE_WRONG_WAY);
		assert_false(b.out.raise || b.out.lower);
	}
}

static void an_arm_that_moves_the_wrong_way_from_between_the_limits_is_stopped(
	void **state)
{
	struct arm_bench b;

	(void)state;
	arm_bench_begin(&b, &arm_bench_config);
	b.arm = 10;
	b.drive_is_reversed = true;
	arm_bench_scans(&b, ARM_STAY, 5);
	arm_bench_scans(&b, ARM_RAISE, 25);
	assert_true(b.all_notes & NOTE_WRONG_WAY);
	assert_false(b.out.raise);
}

static void a_limit_switch_that_bounces_when_the_arm_leaves_it_stops_nothing(void **state)
{
	struct arm_bench b;

	(void)state;
	arm_bench_raise(&b, &arm_bench_config);
	arm_bench_scans(&b, ARM_LOWER, 7);
	assert_true(b.out.lower);
	b.arm = ARM_TOP - 2;
	arm_bench_scans(&b, ARM_LOWER, 3);
	b.arm = ARM_TOP + 1; /* moves down by one: on again */
	arm_bench_scan(&b, ARM_LOWER);
	arm_bench_scans(&b, ARM_LOWER, 300);
	assert_int_equal(b.arm, 0);
	assert_false(b.all_notes & NOTE_WRONG_WAY);
}

static void an_arm_that_sinks_from_its_upper_limit_is_told(void **state)
{
	struct arm_bench b;

	(void)state;
	arm_bench_raise(&b, &arm_bench_config);
	arm_bench_scans(&b, ARM_STAY, 200);
	b.arm = ARM_TOP - 10;
	arm_bench_scan(&b, ARM_STAY);
	assert_true(b.notes & NOTE_SANK);
	assert_false(b.out.raise || b.out.lower);
	arm_bench_raise(&b, &arm_bench_config);
	arm_bench_scans(&b, ARM_LOWER, 60);
	assert_false(b.all_notes & NOTE_SANK);
}

/* A technician's pulses. */

static void a_test_output_is_pulsed_at_rest_with_the_arm_down_only(void **state)
{
	struct arm_bench b;

	(void)state;
	arm_bench_begin(&b, &arm_bench_config);
	arm_bench_scans(&b, ARM_STAY, 2);
	b.in.ask_test[1] = true;
	arm_bench_scan(&b, ARM_STAY);
	assert_true(b.out.test[1] && !b.out.test[0]);
	assert_true(interlock_is_testing(&b.lock, 1));
	b.in.ask_test[1] = false;
	arm_bench_scan(&b, ARM_STAY);
	assert_false(b.out.test[1]);
	assert_true(interlock_is_testing(&b.lock, 1)); /* its echo is no vehicle */
	arm_bench_scans(&b, ARM_STAY, 20);
	assert_false(interlock_is_testing(&b.lock, 1));

	arm_bench_raise(&b, &arm_bench_config);
	b.in.ask_test[0] = b.in.ask_test[1] = true;
	arm_bench_scans(&b, ARM_STAY, 5);
	assert_false(b.out.test[0] || b.out.test[1]);
}

static void a_pulsed_test_does_not_stand_in_for_the_activity_of_a_passage(void **state)
{
	struct interlock_config config = arm_bench_config;
	struct arm_bench b;

	(void)state;
	config.proof[0] = config.proof[1] = PROVED_BY_ACTIVITY;
	arm_bench_begin(&b, &config);
	arm_bench_scans(&b, ARM_STAY, 2);
	for (int i = 0; i < 30; i++) {
		b.in.ask_test[0] = b.in.ask_test[1] = i < 10;
		arm_bench_scan(&b, ARM_STAY);
	}
	assert_false(b.lock.has_changed[0] || b.lock.has_changed[1]);
}

static void a_pulsed_heartbeat_stands_still_and_stops_nothing_else(void **state)
{
	struct arm_bench b;
	bool still;

	(void)state;
	arm_bench_begin(&b, &arm_bench_config);
	arm_bench_scans(&b, ARM_STAY, 2);
	b.in.ask_still = true;
	still = b.out.heartbeat;
	for (int i = 0; i < 50; i++) {
		arm_bench_scan(&b, ARM_RAISE);
		assert_int_equal(b.out.heartbeat, still);
	}
	assert_true(b.out.raise);
	b.in.ask_still = false;
	arm_bench_scan(&b, ARM_RAISE);
	assert_int_not_equal(b.out.heartbeat, still);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_arm_that_comes_back_to_the_limit_it_left_is_stopped),
		cmocka_unit_test(
			an_arm_that_moves_the_wrong_way_from_between_the_limits_is_stopped),
		cmocka_unit_test(
			a_limit_switch_that_bounces_when_the_arm_leaves_it_stops_nothing),
		cmocka_unit_test(an_arm_that_sinks_from_its_upper_limit_is_told),
		cmocka_unit_test(a_test_output_is_pulsed_at_rest_with_the_arm_down_only),
		cmocka_unit_test(
			a_pulsed_test_does_not_stand_in_for_the_activity_of_a_passage),
		cmocka_unit_test(a_pulsed_heartbeat_stands_still_and_stops_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

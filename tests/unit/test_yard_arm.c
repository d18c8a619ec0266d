/* SPDX-License-Identifier: MIT */
/*
 * The barrier of the yard: travel, relays, heartbeat.
 */
#include "tools/yard/arm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { MS = 1000 };

static struct arm arm;
static int64_t now_us;

static int start(void **state)
{
	(void)state;
	now_us = 5000000;
	arm_init(&arm, ARM_TRAVEL_MS, false, now_us);
	return 0;
}

static int start_pulse_driven(void **state)
{
	start(state);
	arm.is_pulse_driven = true;
	return 0;
}

/* Holds the command; with `beats` the heartbeat line changes every 10 ms. */
static void hold(bool raise, bool lower, bool beats, int32_t ms)
{
	struct arm_command command = {raise, lower, arm.command.heartbeat};

	for (int32_t t = 0; t < ms; t += 10) {
		if (beats)
			command.heartbeat = !command.heartbeat;
		arm_command(&arm, &command, now_us);
		now_us += 10 * MS;
		arm_advance(&arm, now_us);
	}
}

static void an_arm_takes_its_travel_time_up_and_down(void **state)
{
	(void)state;
	assert_true(arm_is_down(&arm));
	hold(true, false, true, ARM_TRAVEL_MS / 2);
	assert_in_range(arm_permille(&arm), 490, 510);
	assert_false(arm_is_down(&arm));
	assert_false(arm_is_up(&arm));
	hold(true, false, true, ARM_TRAVEL_MS / 2);
	assert_true(arm_is_up(&arm));
	hold(false, true, true, ARM_TRAVEL_MS);
	assert_true(arm_is_down(&arm));
}

static void an_arm_stays_where_its_drive_is_let_go(void **state)
{
	(void)state;
	hold(true, false, true, 600);
	hold(false, false, true, 1000);
	assert_in_range(arm_permille(&arm), 390, 410);
}

static void both_outputs_at_once_stop_the_drive(void **state)
{
	(void)state;
	hold(true, false, true, 600);
	hold(true, true, true, 1000);
	assert_int_equal(arm.drive, ARM_STOPS);
	assert_in_range(arm_permille(&arm), 390, 410);
}

static void without_a_heartbeat_nothing_lowers(void **state)
{
	(void)state;
	hold(true, false, true, 2000);
	hold(false, false, false, 300);
	hold(false, true, false, 3000);
	assert_true(arm_is_up(&arm));
	assert_true(arm.lowering_is_cut);
}

static void lowering_is_cut_200_ms_after_the_last_beat(void **state)
{
	(void)state;
	hold(true, false, true, 2000);
	hold(false, true, true, 300);
	assert_in_range(arm_permille(&arm), 790, 810);
	hold(false, true, false, 1000);
	assert_true(arm.lowering_is_cut);
	assert_in_range(arm_permille(&arm), 650, 680);
}

static void a_heartbeat_that_stands_still_is_no_heartbeat(void **state)
{
	struct arm_command command = {.lower = true, .heartbeat = true};

	(void)state;
	hold(true, false, true, 2000);
	for (int i = 0; i < 100; i++) {
		now_us += 10 * MS;
		arm_command(&arm, &command, now_us);
	}
	assert_false(arm_heartbeat_is_alive(&arm));
	assert_true(arm.lowering_is_cut);
}

static void raising_needs_no_heartbeat(void **state)
{
	(void)state;
	hold(true, false, false, 2000);
	assert_true(arm_is_up(&arm));
}

static void a_pulse_starts_a_movement_to_its_limit(void **state)
{
	(void)state;
	hold(true, false, true, 100);
	hold(false, false, true, 2000);
	assert_true(arm_is_up(&arm));
	hold(false, true, true, 100);
	hold(false, false, true, 2000);
	assert_true(arm_is_down(&arm));
	hold(false, false, true, 2000);
	assert_true(arm_is_down(&arm));
}

static void a_pulse_driven_lowering_ends_with_the_heartbeat(void **state)
{
	(void)state;
	hold(true, false, true, 2000);
	hold(false, true, true, 100);
	hold(false, false, false, 2000);
	assert_false(arm_is_down(&arm));
	assert_int_equal(arm.drive, ARM_STOPS);
	hold(false, false, true, 2000);
	assert_false(arm_is_down(&arm)); /* it does not go on by itself */
}

static void a_fob_opens_the_arm_once(void **state)
{
	(void)state;
	arm.is_called_by_fob = true;
	hold(false, false, true, 2000);
	assert_true(arm_is_up(&arm));
	hold(false, true, true, 2000);
	assert_true(arm_is_down(&arm));
	hold(false, false, true, 2000);
	assert_true(arm_is_down(&arm));
}

static void a_stuck_arm_does_not_move(void **state)
{
	(void)state;
	arm.is_stuck = true;
	hold(true, false, true, 3000);
	assert_true(arm_is_down(&arm));
}

static void a_reversed_motor_lowers_when_it_is_told_to_raise(void **state)
{
	(void)state;
	hold(true, false, true, 2000);
	arm.is_reversed = true;
	hold(true, false, true, 2000);
	assert_true(arm_is_down(&arm));
	hold(false, true, true, 2000);
	assert_true(arm_is_up(&arm));
}

static void an_arm_that_sinks_comes_down_slowly_while_the_motor_is_off(void **state)
{
	(void)state;
	hold(true, false, true, 2000);
	arm.sinks = true;
	hold(false, false, true, 2000);
	assert_false(arm_is_up(&arm));
	assert_in_range(arm_permille(&arm), 900, 980);
	hold(true, false, true, 2000);
	assert_true(arm_is_up(&arm));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(an_arm_takes_its_travel_time_up_and_down, start),
		cmocka_unit_test_setup(an_arm_stays_where_its_drive_is_let_go, start),
		cmocka_unit_test_setup(both_outputs_at_once_stop_the_drive, start),
		cmocka_unit_test_setup(without_a_heartbeat_nothing_lowers, start),
		cmocka_unit_test_setup(lowering_is_cut_200_ms_after_the_last_beat, start),
		cmocka_unit_test_setup(a_heartbeat_that_stands_still_is_no_heartbeat,
				       start),
		cmocka_unit_test_setup(raising_needs_no_heartbeat, start),
		cmocka_unit_test_setup(a_pulse_starts_a_movement_to_its_limit,
				       start_pulse_driven),
		cmocka_unit_test_setup(a_pulse_driven_lowering_ends_with_the_heartbeat,
				       start_pulse_driven),
		cmocka_unit_test_setup(a_fob_opens_the_arm_once, start),
		cmocka_unit_test_setup(a_stuck_arm_does_not_move, start),
		cmocka_unit_test_setup(a_reversed_motor_lowers_when_it_is_told_to_raise,
				       start),
		cmocka_unit_test_setup(
			an_arm_that_sinks_comes_down_slowly_while_the_motor_is_off,
			start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

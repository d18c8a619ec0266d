/* SPDX-License-Identifier: MIT */
/*
 * A technician's pulses in a lane: of what, when, for how long, and what the record says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/lane_case.h"

static void pulse(const char *value)
{
	bench_act_on(&b, ACT_PULSE, 0, 0, value);
	bench_scan(&b);
}

/* The bench's lines are on no chip; which of them a lane has is all that counts here. */
static void equip(void)
{
	for (int role = 0; role < LINE_ROLES; role++)
		b.site.lanes[0].lines[role].is_used = true;
	bench_run(&b, 100);
}

static void lock_lane(void)
{
	equip();
	bench_act(&b, ACT_LOCK, 0);
	bench_run(&b, 50);
	assert_true(b.lane.is_locked);
}

static void expect_refused(const char *value, const char *part)
{
	pulse(value);
	bench_run(&b, 50);
	assert_int_equal(b.result.error, KAKOU_E_REFUSED);
	assert_non_null(strstr(b.result.why, part));
	assert_false(b.lane.pulse.is_on);
}

static void a_lane_that_is_open_is_not_pulsed(void **state)
{
	(void)state;
	equip();
	expect_refused("green 1000", "needs a lane that a person has locked");
	assert_int_equal(lane_greens(&b.lane), 0);
	assert_int_equal(bench_count(&b, EVENT_ACT_REFUSED, "act=pulse"), 1);
}

static void a_pulse_is_an_act_and_ends_when_nobody_renews_it(void **state)
{
	(void)state;
	lock_lane();
	pulse("green 3000");
	assert_int_equal(lane_greens(&b.lane), GREEN_NEAR);
	assert_int_equal(bench_count(&b, EVENT_OFFICER_ACT, "act=pulse"), 1);
	bench_run(&b, PULSE_EXPIRE_MS);
	bench_run(&b, 20);
	assert_int_equal(lane_greens(&b.lane), 0);
	assert_int_equal(bench_count(&b, EVENT_PULSE_ENDED, "not renewed"), 1);
}

static void a_renewal_goes_on_and_is_no_event(void **state)
{
	(void)state;
	lock_lane();
	for (int i = 0; i < 10; i++) {
		pulse("green 3000");
		bench_run(&b, 100);
		assert_int_equal(lane_greens(&b.lane), GREEN_NEAR);
		assert_int_equal(b.result.error, KAKOU_OK);
	}
	assert_int_equal(bench_count(&b, EVENT_OFFICER_ACT, "act=pulse"), 1);
	pulse("green 0");
	bench_scan(&b);
	assert_int_equal(lane_greens(&b.lane), 0);
	assert_int_equal(bench_count(&b, EVENT_PULSE_ENDED, "released"), 1);
	pulse("green 0"); /* once more: nothing to let go of, and nothing to say */
	assert_int_equal(b.result.error, KAKOU_OK);
	assert_int_equal(bench_count(&b, EVENT_PULSE_ENDED, ""), 1);
}

static void opening_the_lane_ends_a_pulse(void **state)
{
	(void)state;
	lock_lane();
	pulse("green 3000");
	bench_act(&b, ACT_OPEN, 0);
	bench_scan(&b);
	bench_scan(&b);
	assert_int_equal(lane_greens(&b.lane), 0);
	assert_int_equal(bench_count(&b, EVENT_PULSE_ENDED, "locked"), 1);
}

static void a_pulse_moves_no_motor(void **state)
{
	(void)state;
	lock_lane();
	expect_refused("raise 1000", "press hold_raise");
	expect_refused("lower 1000", "press hold_lower");
	b.hold_raise = true;
	bench_run(&b, 300);
	assert_true(b.motor.raise); /* the button does */
	pulse("raise 3000");
	bench_run(&b, 50);
	assert_int_equal(bench_count(&b, EVENT_OFFICER_ACT, "act=pulse"), 1);
	b.hold_raise = false;
	bench_scan(&b);
	pulse("raise 3000");
	bench_scan(&b);
	assert_false(b.motor.raise);
	assert_int_equal(bench_count(&b, EVENT_PULSE_ENDED, "hold_raise"), 1);
}

static void a_pulsed_test_is_no_vehicle(void **state)
{
	(void)state;
	lock_lane();
	pulse("beam_test 300");
	assert_true(b.motor.test[1]);
	for (int i = 0; i < 20; i++) {
		pulse("beam_test 300");
		bench_scan(&b);
	}
	bench_run(&b, 500);
	assert_false(b.motor.test[1]);
	assert_int_equal(bench_count(&b, EVENT_PULSE_ENDED, "time was over"), 1);
	assert_int_equal(b.lane.state, LANE_IDLE);
	assert_int_equal(bench_count(&b, EVENT_ALARM, ""), 0);
	assert_int_equal(bench_count(&b, EVENT_CROSSING, ""), 0);
}

static void a_pulse_of_the_heartbeat_makes_it_stand_still(void **state)
{
	bool still;

	(void)state;
	lock_lane();
	pulse("heartbeat 3000");
	still = b.motor.heartbeat;
	for (int i = 0; i < 8; i++) {
		bench_scan(&b);
		assert_int_equal(b.motor.heartbeat, still);
	}
	bench_run(&b, 300);
	still = b.motor.heartbeat;
	bench_scan(&b);
	assert_int_not_equal(b.motor.heartbeat, still);
}

static void a_second_wish_waits_for_the_first_to_end(void **state)
{
	(void)state;
	lock_lane();
	pulse("red 3000");
	pulse("green 3000");
	bench_run(&b, 50);
	assert_int_equal(b.result.error, KAKOU_E_REFUSED);
	assert_non_null(strstr(b.result.why, "pulses red"));
}

static void a_wish_that_makes_no_sense_is_refused_with_what_was_expected(void **state)
{
	(void)state;
	lock_lane();
	expect_refused("green", "expected a line and 1 to 5000 milliseconds");
	expect_refused("green 5001", "expected a line and 1 to 5000 milliseconds");
	expect_refused("beam 100", "expected an output of lane");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LANE_TEST(a_lane_that_is_open_is_not_pulsed),
		LANE_TEST(a_pulse_is_an_act_and_ends_when_nobody_renews_it),
		LANE_TEST(a_renewal_goes_on_and_is_no_event),
		LANE_TEST(opening_the_lane_ends_a_pulse),
		LANE_TEST(a_pulse_moves_no_motor),
		LANE_TEST(a_pulsed_test_is_no_vehicle),
		LANE_TEST(a_pulse_of_the_heartbeat_makes_it_stand_still),
		LANE_TEST(a_second_wish_waits_for_the_first_to_end),
		LANE_TEST(a_wish_that_makes_no_sense_is_refused_with_what_was_expected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

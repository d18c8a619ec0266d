/* SPDX-License-Identifier: MIT */
/*
 * What every clock does.
 */
#include "hal/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void monotonic_time_never_runs_back(void **state)
{
	int64_t before_ns = clock_mono_ns();

	(void)state;
	for (int i = 0; i < 1000; i++) {
		int64_t now_ns = clock_mono_ns();

		assert_true(now_ns >= before_ns);
		before_ns = now_ns;
	}
}

static void both_units_tell_the_same_instant(void **state)
{
	int64_t before_ms = clock_mono_ms();
	int64_t ns = clock_mono_ns();
	int64_t after_ms = clock_mono_ms();

	(void)state;
	assert_in_range(ns / 1000000, before_ms, after_ms);
}

static void sleep_ends_at_its_instant_or_later(void **state)
{
	int64_t at_ms = clock_mono_ms() + 20;

	(void)state;
	clock_sleep_until_ms(at_ms);
	assert_true(clock_mono_ms() >= at_ms);
}

static void an_instant_that_has_passed_is_no_sleep(void **state)
{
	int64_t before_ms = clock_mono_ms();

	(void)state;
	clock_sleep_until_ms(before_ms - 5);
	clock_sleep_until_ms(0);
	clock_sleep_until_ms(-1);
	assert_in_range(clock_mono_ms() - before_ms, 0, 1000);
}

static void the_wall_clock_is_in_this_century(void **state)
{
	(void)state;
	assert_in_range(clock_wall_ms(), INT64_C(1577836800000), INT64_C(4102444800000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(monotonic_time_never_runs_back),
		cmocka_unit_test(both_units_tell_the_same_instant),
		cmocka_unit_test(sleep_ends_at_its_instant_or_later),
		cmocka_unit_test(an_instant_that_has_passed_is_no_sleep),
		cmocka_unit_test(the_wall_clock_is_in_this_century),
	};

	return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Pulses of a technician: what they need, and that they end by themselves.
 *
 * Layer: tests.
 */
#include "firmware/lane/pulse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct site_lane lane = {.name = "in1"};
static struct pulse_scene scene;

static int set_up(void **state)
{
	(void)state;
	for (int role = 0; role < LINE_ROLES; role++)
		lane.lines[role].is_used = role != LINE_LOOP_TEST;
	scene = (struct pulse_scene){.lane = &lane,
				     .now_ms = 1000,
				     .is_locked = true,
				     .is_known = true,
				     .is_down = true,
				     .is_resting = true};
	return 0;
}

static void expect(const char *line, const char *part)
{
	char why[120];

	pulse_judge(&scene, line, why, sizeof(why));
	if (part ? !strstr(why, part) : why[0] != '\0')
		fail_msg("%s: \"%s\", expected %s", line, why, part ? part : "nothing");
}

static void lamps_tests_and_heartbeat_of_a_locked_lane_may_be_pulsed(void **state)
{
	(void)state;
	expect("green", NULL);
	expect("red", NULL);
	expect("beam_test", NULL);
	expect("heartbeat", NULL);
}

static void nothing_is_pulsed_in_a_lane_that_nobody_has_locked(void **state)
{
	static const char *const lines[] = {"green",     "red",   "beam_test",
					    "heartbeat", "raise", "lower"};

	(void)state;
	scene.is_locked = false;
	scene.hold_raise = scene.hold_lower = true;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		expect(lines[i], "needs a lane that a person has locked");
}

static void the_motor_is_pulsed_only_while_its_button_at_the_gate_is_pressed(void **state)
{
	(void)state;
	expect("raise", "hold-to-run at the gate only: press hold_raise");
	expect("lower", "hold-to-run at the gate only: press hold_lower");
	scene.hold_raise = true;
	expect("raise", NULL);
	expect("lower", "hold_lower");
	scene.hold_raise = false;
	scene.hold_lower = true;
	expect("lower", NULL);
	expect("raise", "hold_raise");
}

static void a_test_output_is_pulsed_with_the_arm_down_and_at_rest(void **state)
{
	(void)state;
	scene.is_down = false;
	expect("beam_test", "arm down and at rest");
	scene.is_down = true;
	scene.is_resting = false;
	expect("beam_test", "arm down and at rest");
}

static void green_does_not_send_off_a_vehicle(void **state)
{
	(void)state;
	scene.is_occupied = true;
	expect("green", "the vehicle that stands in the lane");
	expect("red", NULL);
}

static void a_line_that_is_none_or_an_input_is_refused(void **state)
{
	(void)state;
	expect("beam", "got line \"beam\", expected an output of lane in1");
	expect("loop_test", "expected an output");
	expect("", "expected an output");
}

static void lines_that_cannot_be_read_forbid_everything(void **state)
{
	(void)state;
	scene.is_known = false;
	expect("green", "can't be read");
}

/* Steps until it ends, renewed as often as told. Returns the instant. */
static int64_t run(struct pulse *pulse, int32_t renew_every_ms, const char *part)
{
	const char *why = NULL;

	while (!why && scene.now_ms < 60000) {
		scene.now_ms += 10;
		if (renew_every_ms && scene.now_ms % renew_every_ms == 0)
			(void)pulse_renew(pulse, "green 5000", "li", scene.now_ms);
		why = pulse_step(pulse, &scene);
	}
	assert_non_null(why);
	assert_non_null(strstr(why, part));
	assert_false(pulse_is_on(pulse, LINE_GREEN));
	assert_null(pulse_step(pulse, &scene));
	return scene.now_ms - pulse->begun_ms;
}

static void a_pulse_that_is_not_renewed_ends_after_200_ms(void **state)
{
	struct pulse pulse;

	(void)state;
	pulse_begin(&pulse, LINE_GREEN, "li", 5000, scene.now_ms);
	assert_true(pulse_is_on(&pulse, LINE_GREEN));
	assert_false(pulse_is_on(&pulse, LINE_RED));
	assert_int_equal(run(&pulse, 0, "not renewed"), PULSE_EXPIRE_MS + 10);
}

static void a_renewed_pulse_ends_at_its_time_and_never_later_than_5_s(void **state)
{
	struct pulse pulse;

	(void)state;
	pulse_begin(&pulse, LINE_GREEN, "li", 700, scene.now_ms);
	assert_int_equal(run(&pulse, 100, "time was over"), 700);
	pulse_begin(&pulse, LINE_GREEN, "li", 60000, scene.now_ms);
	assert_int_equal(run(&pulse, 100, "time was over"), PULSE_MAX_MS);
}

static void a_pulse_ends_with_what_it_needs(void **state)
{
	struct pulse pulse;

	(void)state;
	pulse_begin(&pulse, LINE_GREEN, "li", 5000, scene.now_ms);
	assert_null(pulse_step(&pulse, &scene));
	scene.is_locked = false;
	assert_int_equal(run(&pulse, 100, "needs a lane that a person has locked"), 10);
	scene.is_locked = true;
	pulse_begin(&pulse, LINE_GREEN, "li", 5000, scene.now_ms);
	scene.is_occupied = true;
	assert_int_equal(run(&pulse, 100, "vehicle"), 10);
}

static void only_who_began_a_pulse_renews_it(void **state)
{
	struct pulse pulse = {0};

	(void)state;
	assert_false(pulse_renew(&pulse, "green 5000", "li", scene.now_ms));
	pulse_begin(&pulse, LINE_GREEN, "li", 5000, scene.now_ms);
	assert_false(pulse_renew(&pulse, "green 5000", "wang", scene.now_ms));
	assert_false(pulse_renew(&pulse, "red 5000", "li", scene.now_ms));
	assert_true(pulse_renew(&pulse, "green 5000", "li", scene.now_ms));
}

static void zero_ms_releases_it_at_once(void **state)
{
	struct pulse pulse;

	(void)state;
	pulse_begin(&pulse, LINE_GREEN, "li", 5000, scene.now_ms);
	assert_true(pulse_renew(&pulse, "green 0", "li", scene.now_ms));
	assert_int_equal(run(&pulse, 0, "released"), 10);
}

static void a_wish_is_a_line_and_its_time(void **state)
{
	static const char *const wrong[] = {
		"",           "green",    "green ", "green x",
		"green 5001", "green -1", " 5",     "a_line_with_a_long_long_name 5"};
	char line[PULSE_LINE_MAX];
	int32_t for_ms;

	(void)state;
	assert_true(pulse_parse("beam_test 500", line, &for_ms));
	assert_string_equal(line, "beam_test");
	assert_int_equal(for_ms, 500);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(pulse_parse(wrong[i], line, &for_ms));
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup(test, set_up)
	const struct CMUnitTest tests[] = {
		TEST(lamps_tests_and_heartbeat_of_a_locked_lane_may_be_pulsed),
		TEST(nothing_is_pulsed_in_a_lane_that_nobody_has_locked),
		TEST(the_motor_is_pulsed_only_while_its_button_at_the_gate_is_pressed),
		TEST(a_test_output_is_pulsed_with_the_arm_down_and_at_rest),
		TEST(green_does_not_send_off_a_vehicle),
		TEST(a_line_that_is_none_or_an_input_is_refused),
		TEST(lines_that_cannot_be_read_forbid_everything),
		TEST(a_pulse_that_is_not_renewed_ends_after_200_ms),
		TEST(a_renewed_pulse_ends_at_its_time_and_never_later_than_5_s),
		TEST(a_pulse_ends_with_what_it_needs),
		TEST(only_who_began_a_pulse_renews_it),
		TEST(zero_ms_releases_it_at_once),
		TEST(a_wish_is_a_line_and_its_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

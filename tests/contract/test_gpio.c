/* SPDX-License-Identifier: MIT */
/*
 * What every make of digital lines does.
 */
#include "hal/gpio.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "hal/clock.h"
#include "tests/contract/gpio_rig.h"

enum { LOOP_A, LOOP_B, LIFT, LAMP, COUNT };

static const char *where;
static struct gpio_line lines[COUNT] = {
	[LOOP_A] = {.name = "loop-a"          },
	[LOOP_B] = { .name = "loop-b",                            .active_low = true, .bias = GPIO_BIAS_PULL_UP},
	[LIFT] = { .name = "lift",                              .is_output = true},
	[LAMP] = {             .name = "lamp", .is_output = true, .initial = true},
};

static uint64_t bit(unsigned line)
{
	return UINT64_C(1) << line;
}

static int start(void **state)
{
	(void)state;
	where = gpio_rig_start();
	lines[LOOP_B].bias = gpio_rig_has_bias() ? GPIO_BIAS_PULL_UP : GPIO_BIAS_AS_IS;
	return 0;
}

static int stop(void **state)
{
	(void)state;
	gpio_rig_stop();
	return 0;
}

static struct gpio *open_lines(void)
{
	struct gpio *gpio = NULL;
	struct why why = {.text = ""};
	enum kakou_err err = gpio_open(&gpio, where, lines, COUNT, &why);

	if (err)
		fail_msg("%s: %s", kakou_err_name(err), why.text);
	return gpio;
}

static uint64_t read_lines(struct gpio *gpio)
{
	uint64_t levels = 0;

	assert_int_equal(gpio_read(gpio, &levels), KAKOU_OK);
	return levels;
}

static void expect_edge(struct gpio *gpio, uint16_t line, bool level)
{
	struct gpio_edge edge;
	enum kakou_err err = KAKOU_E_AGAIN;

	assert_int_equal(err = gpio_next_edge(gpio, &edge), KAKOU_OK);
	assert_int_equal(edge.line, line);
	assert_int_equal(edge.level, level);
	assert_in_range(clock_mono_ns() - edge.at_ns, 0, INT64_C(10000000000));
}

static void expect_no_edge(struct gpio *gpio)
{
	struct gpio_edge edge;

	assert_int_equal(gpio_next_edge(gpio, &edge), KAKOU_E_AGAIN);
}

static void lines_open_with_the_levels_they_have(void **state)
{
	struct gpio *gpio;

	(void)state;
	gpio_rig_set_input("loop-b", true);
	gpio = open_lines();
	assert_int_equal(read_lines(gpio), bit(LOOP_B) | bit(LAMP));
	assert_true(gpio_rig_output_becomes("lamp", true));
	assert_true(gpio_rig_output_becomes("lift", false));
	expect_no_edge(gpio);
	gpio_close(gpio);
}

static void a_change_is_an_edge_and_then_a_level(void **state)
{
	struct gpio *gpio = open_lines();

	(void)state;
	gpio_rig_set_input("loop-a", true);
	expect_edge(gpio, LOOP_A, true);
	assert_int_equal(read_lines(gpio), bit(LOOP_A) | bit(LAMP));
	expect_no_edge(gpio);
	gpio_close(gpio);
}

static void edges_come_oldest_first(void **state)
{
	struct gpio *gpio = open_lines();
	struct gpio_edge first;
	struct gpio_edge second;

	(void)state;
	gpio_rig_set_input("loop-b", true);
	gpio_rig_set_input("loop-a", true);
	gpio_rig_set_input("loop-b", false);
	assert_int_equal(gpio_next_edge(gpio, &first), KAKOU_OK);
	assert_int_equal(gpio_next_edge(gpio, &second), KAKOU_OK);
	assert_int_equal(first.line, LOOP_B);
	assert_int_equal(second.line, LOOP_A);
	assert_true(first.at_ns <= second.at_ns);
	expect_edge(gpio, LOOP_B, false);
	expect_no_edge(gpio);
	assert_int_equal(read_lines(gpio), bit(LOOP_A) | bit(LAMP));
	gpio_close(gpio);
}

static void a_write_changes_what_its_mask_names(void **state)
{
	struct gpio *gpio = open_lines();

	(void)state;
	assert_int_equal(gpio_write(gpio, bit(LIFT), UINT64_MAX), KAKOU_OK);
	assert_true(gpio_rig_output_becomes("lift", true));
	assert_true(gpio_rig_output_becomes("lamp", true));
	assert_int_equal(read_lines(gpio), bit(LIFT) | bit(LAMP));
	assert_int_equal(gpio_write(gpio, bit(LIFT) | bit(LAMP), 0), KAKOU_OK);
	assert_true(gpio_rig_output_becomes("lift", false));
	assert_true(gpio_rig_output_becomes("lamp", false));
	assert_int_equal(read_lines(gpio), 0);
	assert_int_equal(gpio_write(gpio, 0, 0), KAKOU_OK);
	gpio_close(gpio);
}

static void lines_can_be_opened_again(void **state)
{
	(void)state;
	gpio_close(open_lines());
	gpio_close(open_lines());
	gpio_close(NULL);
}

static void wrong_requests_are_invalid(void **state)
{
	const struct gpio_line twice[] = {{.name = "loop-a"}, {.name = "loop-a"}};
	const struct gpio_line nameless = {.name = ""};
	static struct gpio_line many[GPIO_LINES_MAX + 1];
	struct gpio *gpio = NULL;
	struct why why;

	(void)state;
	assert_int_equal(gpio_open(&gpio, where, twice, 2, &why), KAKOU_E_INVALID);
	assert_non_null(strstr(why.text, "\"loop-a\" is wanted twice"));
	assert_int_equal(gpio_open(&gpio, where, &nameless, 1, &why), KAKOU_E_INVALID);
	assert_int_equal(gpio_open(&gpio, where, lines, 0, &why), KAKOU_E_INVALID);
	assert_int_equal(gpio_open(&gpio, where, many, GPIO_LINES_MAX + 1, &why),
			 KAKOU_E_INVALID);
	assert_null(gpio);
}

static void a_missing_line_is_not_found(void **state)
{
	struct gpio *gpio = NULL;
	struct why why = {.text = ""};

	(void)state;
	gpio_rig_hide_a_line(true);
	assert_int_equal(gpio_open(&gpio, where, lines, COUNT, &why), KAKOU_E_NOTFOUND);
	assert_null(gpio);
	assert_true(why.text[0]);
	gpio_rig_hide_a_line(false);
	gpio_close(open_lines());
}

static void expect_lost(struct gpio *gpio)
{
	struct gpio_edge edge;
	uint64_t levels;

	for (int i = 0; i < 2; i++) {
		assert_int_equal(gpio_next_edge(gpio, &edge), KAKOU_E_LINK);
		assert_int_equal(gpio_read(gpio, &levels), KAKOU_E_LINK);
		assert_int_equal(gpio_write(gpio, bit(LIFT), 0), KAKOU_E_LINK);
	}
}

static void a_lost_link_stays_lost(void **state)
{
	struct gpio *gpio = open_lines();

	(void)state;
	gpio_rig_cut();
	expect_lost(gpio);
	gpio_close(gpio);
}

static void edges_before_the_loss_are_not_lost(void **state)
{
	struct gpio *gpio;
	struct gpio_edge edge;

	(void)state;
	gpio = open_lines();
	gpio_rig_set_input("loop-a", true);
	gpio_rig_cut();
	expect_edge(gpio, LOOP_A, true);
	assert_int_equal(gpio_next_edge(gpio, &edge), KAKOU_E_LINK);
	gpio_close(gpio);
}

static void nonsense_is_a_lost_link(void **state)
{
	struct gpio *gpio;

	(void)state;
	gpio = open_lines();
	gpio_rig_talk_nonsense();
	expect_lost(gpio);
	gpio_close(gpio);
}

static void nobody_there_is_a_lost_link_soon(void **state)
{
	struct gpio *gpio = NULL;
	struct why why;
	int64_t start_ms = clock_mono_ms();

	(void)state;
	gpio_rig_fall_dumb();
	assert_int_equal(gpio_open(&gpio, where, lines, COUNT, &why), KAKOU_E_LINK);
	assert_in_range(clock_mono_ms() - start_ms, 0, 3000);
	assert_int_equal(gpio_open(&gpio, "yard:/tmp/kakou-nobody", lines, COUNT, &why),
			 KAKOU_E_LINK);
	assert_non_null(strstr(why.text, "/tmp/kakou-nobody"));
	assert_int_equal(gpio_open(&gpio, "chip:no-such-label", lines, COUNT, &why),
			 KAKOU_E_NOTFOUND);
	assert_non_null(strstr(why.text, "no-such-label"));
	assert_int_equal(gpio_open(&gpio, "chip:", lines, COUNT, &why), KAKOU_E_INVALID);
	assert_int_equal(gpio_open(&gpio, "chip:a,,b", lines, COUNT, &why),
			 KAKOU_E_INVALID);
	assert_int_equal(gpio_open(&gpio, "gpio17", lines, COUNT, &why), KAKOU_E_INVALID);
	assert_null(gpio);
}

#define ON_RIG(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_RIG(lines_open_with_the_levels_they_have),
		ON_RIG(a_change_is_an_edge_and_then_a_level),
		ON_RIG(edges_come_oldest_first),
		ON_RIG(a_write_changes_what_its_mask_names),
		ON_RIG(lines_can_be_opened_again),
		ON_RIG(wrong_requests_are_invalid),
		ON_RIG(a_missing_line_is_not_found),
	};

	const struct CMUnitTest on_losses[] = {
		ON_RIG(a_lost_link_stays_lost),
	};

	const struct CMUnitTest on_wire[] = {
		ON_RIG(edges_before_the_loss_are_not_lost),
		ON_RIG(nonsense_is_a_lost_link),
		ON_RIG(nobody_there_is_a_lost_link_soon),
	};
	int failed = cmocka_run_group_tests_name("gpio", tests, NULL, NULL);

	if (gpio_rig_can_be_cut())
		failed += cmocka_run_group_tests_name("lost gpio", on_losses, NULL, NULL);
	if (gpio_rig_has_wire())
		failed += cmocka_run_group_tests_name("gpio on a wire", on_wire, NULL,
						      NULL);
	return failed;
}

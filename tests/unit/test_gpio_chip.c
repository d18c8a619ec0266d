/* SPDX-License-Identifier: MIT */
/*
 * The kernel's lines, with a libgpiod that has no kernel: what is asked of it, in which order
 * its events come out, and how lost ones and failures are told.
 */
#include "hal/linux/gpio_backend.h"
#include "hal/linux/gpio_sleep.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/gpiod_sim.h"

enum { LOOP_A, LOOP_B, LIFT, DOOR, HORN, COUNT };

/* Version 14 of clang-format aligns this table one way or the other. */
/* clang-format off */
static const struct gpio_line lines[COUNT] = {
	[LOOP_A] = {.name = "loop-a"},
	[LOOP_B] = {.name = "loop-b", .active_low = true, .bias = GPIO_BIAS_PULL_UP},
	[LIFT] = {.name = "lift", .is_output = true, .active_low = true},
	[DOOR] = {.name = "door"},
	[HORN] = {.name = "horn", .is_output = true, .initial = true},
};
/* clang-format on */

static uint64_t bit(unsigned line)
{
	return UINT64_C(1) << line;
}

static int reset(void **state)
{
	(void)state;
	gpiod_sim_reset();
	return 0;
}

static enum kakou_err open_on(struct gpio **out, const char *second_chip, size_t count,
			      struct why *why)
{
	char labels[GPIO_CHIPS_MAX][GPIO_LABEL_MAX + 1] = {"gate"};

	strncpy(labels[1], second_chip, GPIO_LABEL_MAX);
	return gpio_chip_open(out, labels, 2, lines, count, why);
}

static struct gpio *open_lines(void)
{
	struct gpio *gpio = NULL;
	struct why why = {.text = ""};

	if (open_on(&gpio, "cabinet", COUNT, &why))
		fail_msg("%s", why.text);
	return gpio;
}

static void close_lines(struct gpio *gpio)
{
	gpio->backend->close(gpio);
	assert_int_equal(gpiod_sim_count_open_chips(), 0);
	for (size_t i = 0; i < COUNT; i++)
		assert_false(gpiod_sim_is_requested(lines[i].name));
}

static enum kakou_err next(struct gpio *gpio, struct gpio_edge *edge)
{
	return gpio->backend->next_edge(gpio, edge);
}

static void expect_edge(struct gpio *gpio, uint16_t line, bool level, int64_t at_ns)
{
	struct gpio_edge edge;

	assert_int_equal(next(gpio, &edge), KAKOU_OK);
	assert_int_equal(edge.line, line);
	assert_int_equal(edge.level, level);
	assert_int_equal(edge.at_ns, at_ns);
}

static void expect_nothing(struct gpio *gpio)
{
	struct gpio_edge edge;

	assert_int_equal(next(gpio, &edge), KAKOU_E_AGAIN);
}

static void lines_are_requested_as_they_are_described(void **state)
{
	struct gpio *gpio = open_lines();

	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		assert_true(gpiod_sim_is_requested(lines[i].name));
		assert_int_equal(gpiod_sim_is_active_low(lines[i].name),
				 lines[i].active_low);
		assert_int_equal(gpiod_sim_has_pull_up(lines[i].name),
				 lines[i].bias == GPIO_BIAS_PULL_UP);
	}
	assert_false(gpiod_sim_is_requested("beam"));
	assert_false(gpiod_sim_level("lift"));
	assert_true(gpiod_sim_level("horn"));
	close_lines(gpio);
}

static void inputs_of_all_chips_are_read(void **state)
{
	struct gpio *gpio = open_lines();
	uint64_t levels;

	(void)state;
	gpiod_sim_set("loop-b", true);
	gpiod_sim_set("door", true);
	assert_int_equal(gpio->backend->read(gpio, &levels), KAKOU_OK);
	assert_int_equal(levels & (bit(LOOP_A) | bit(LOOP_B) | bit(DOOR)),
			 bit(LOOP_B) | bit(DOOR));
	close_lines(gpio);
}

static void outputs_in_the_mask_are_written(void **state)
{
	struct gpio *gpio = open_lines();

	(void)state;
	assert_int_equal(gpio->backend->write(gpio, bit(LIFT), bit(LIFT)), KAKOU_OK);
	assert_true(gpiod_sim_level("lift"));
	assert_true(gpiod_sim_level("horn"));
	assert_int_equal(gpio->backend->write(gpio, bit(LIFT) | bit(HORN), 0), KAKOU_OK);
	assert_false(gpiod_sim_level("lift"));
	assert_false(gpiod_sim_level("horn"));
	close_lines(gpio);
}

static void the_oldest_event_of_all_lines_comes_first(void **state)
{
	struct gpio *gpio = open_lines();

	(void)state;
	expect_nothing(gpio);
	gpiod_sim_event("loop-b", true, 1000);
	gpiod_sim_event("door", true, 2000);
	gpiod_sim_event("loop-a", true, 3000000003);
	gpiod_sim_event("door", false, 4000000004);
	expect_edge(gpio, LOOP_B, true, 1000);
	expect_edge(gpio, DOOR, true, 2000);
	expect_edge(gpio, LOOP_A, true, 3000000003);
	expect_edge(gpio, DOOR, false, 4000000004);
	expect_nothing(gpio);
	close_lines(gpio);
}

/* The kernel reads the level late: behind a short pulse both of its events say the level after
 * it, or one of them is missing. */
static void a_pulse_shorter_than_the_kernels_look_is_still_a_pulse(void **state)
{
	struct gpio *gpio = open_lines();

	(void)state;
	gpiod_sim_event("loop-a", false, 10);
	expect_edge(gpio, LOOP_A, false, 10);
	gpiod_sim_event("loop-a", false, 20);
	gpiod_sim_event("loop-a", false, 21);
	expect_edge(gpio, LOOP_A, true, 20);
	expect_edge(gpio, LOOP_A, false, 21);
	expect_nothing(gpio);
	gpiod_sim_event("loop-a", false, 30);
	expect_edge(gpio, LOOP_A, true, 30);
	expect_edge(gpio, LOOP_A, false, 30);
	expect_nothing(gpio);
	gpiod_sim_event("loop-a", true, 40);
	expect_edge(gpio, LOOP_A, true, 40);
	expect_nothing(gpio);
	close_lines(gpio);
}

#ifdef KAKOU_GPIOD_V2
static void a_lost_event_is_told_before_the_next_one(void **state)
{
	struct gpio *gpio = open_lines();
	struct gpio_edge edge;

	(void)state;
	gpiod_sim_event("loop-a", true, 10);
	expect_edge(gpio, LOOP_A, true, 10);
	gpiod_sim_drop_event("loop-a");
	gpiod_sim_event("loop-a", true, 30);
	assert_int_equal(next(gpio, &edge), KAKOU_E_FULL);
	expect_edge(gpio, LOOP_A, true, 30);
	gpiod_sim_event("loop-a", false, 40);
	expect_edge(gpio, LOOP_A, false, 40);
	expect_nothing(gpio);
	close_lines(gpio);
}

#else
/* That many are all the kernel keeps: there may have been more. */
static void a_full_buffer_of_the_kernel_is_told_as_a_loss(void **state)
{
	struct gpio *gpio = open_lines();
	struct gpio_edge edge;
	int losses = 0;
	int edges = 0;
	enum kakou_err err;

	(void)state;
	for (int i = 0; i < 16; i++)
		gpiod_sim_event("loop-a", i % 2 == 0, 100 + i);
	while ((err = next(gpio, &edge)) != KAKOU_E_AGAIN) {
		losses += err == KAKOU_E_FULL;
		edges += err == KAKOU_OK;
	}
	assert_int_equal(edges, 16);
	assert_int_equal(losses, 1);
	for (int i = 0; i < 40; i++) {
		gpiod_sim_event("loop-a", i % 2 == 0, 200 + i);
		expect_edge(gpio, LOOP_A, i % 2 == 0, 200 + i);
		expect_nothing(gpio);
	}
	close_lines(gpio);
}
#endif

static void a_failing_system_call_is_an_error_of_the_kernel(void **state)
{
	struct gpio *gpio = open_lines();
	struct gpio_edge edge;
	uint64_t levels;

	(void)state;
	gpiod_sim_fail();
	assert_int_equal(gpio->backend->read(gpio, &levels), KAKOU_E_IO);
	gpiod_sim_fail();
	assert_int_equal(gpio->backend->write(gpio, bit(LIFT), 0), KAKOU_E_IO);
	gpiod_sim_event("door", true, 5);
	gpiod_sim_fail();
	assert_int_equal(next(gpio, &edge), KAKOU_E_IO);
	close_lines(gpio);
}

static void descriptors_are_listed_up_to_the_room_there_is(void **state)
{
	struct gpio *gpio = open_lines();
	int fds[GPIO_LINES_MAX];
	size_t count = gpio->backend->list_fds(gpio, fds, GPIO_LINES_MAX);

	(void)state;
	assert_in_range(count, 1, COUNT);
	for (size_t i = 0; i < count; i++)
		assert_true(fds[i] >= 0);
	assert_int_equal(gpio->backend->list_fds(gpio, fds, 1), 1);
	assert_int_equal(gpio->backend->list_fds(gpio, fds, 0), 0);
	close_lines(gpio);
}

static void expect_refusal(const char *second_chip, size_t count, enum kakou_err expected,
			   const char *reason)
{
	struct gpio *gpio = NULL;
	struct why why = {.text = ""};

	assert_int_equal(open_on(&gpio, second_chip, count, &why), expected);
	assert_null(gpio);
	assert_non_null(strstr(why.text, reason));
	assert_int_equal(gpiod_sim_count_open_chips(), 0);
	for (size_t i = 0; i < COUNT; i++)
		assert_false(gpiod_sim_is_requested(lines[i].name));
}

static void what_is_missing_or_held_is_named_and_nothing_is_kept(void **state)
{
	(void)state;
	expect_refusal("attic", COUNT, KAKOU_E_NOTFOUND, "\"attic\"");
	expect_refusal("gate", COUNT, KAKOU_E_NOTFOUND, "\"door\"");
	gpiod_sim_hold("horn", "neighbour");
	expect_refusal("cabinet", COUNT, KAKOU_E_DENIED,
		       "line \"horn\" is held by \"neighbour\"");
}

static void a_line_of_a_board_is_found_by_chip_and_offset(void **state)
{
	static const struct gpio_line numbered[] = {
		{.name = "terminal-1", .is_numbered = true, .chip = 1, .offset = 0},
		{ .name = "terminal-2",
		 .is_numbered = true,
		 .chip = 0,
		 .offset = 3,
		 .is_output = true,
		 .initial = true},
	};
	static const struct gpio_line beyond = {
		.name = "terminal-3", .is_numbered = true, .chip = 1, .offset = 4};
	char labels[GPIO_CHIPS_MAX][GPIO_LABEL_MAX + 1] = {"gate", "cabinet"};
	struct gpio *gpio = NULL;
	struct why why = {.text = ""};

	(void)state;
	assert_int_equal(gpio_chip_open(&gpio, labels, 2, numbered, 2, &why), KAKOU_OK);
	assert_true(gpiod_sim_is_requested("door"));
	assert_true(gpiod_sim_is_requested("lift"));
	assert_true(gpiod_sim_level("lift"));
	assert_false(gpiod_sim_is_requested("loop-a"));
	gpio->backend->close(gpio);
#ifndef KAKOU_GPIOD_V2 /* 2.x tells it with the request */
	assert_int_equal(gpio_chip_open(&gpio, labels, 2, &beyond, 1, &why),
			 KAKOU_E_NOTFOUND);
	assert_non_null(strstr(why.text, "no line 4"));
	assert_non_null(strstr(why.text, "\"terminal-3\""));
#else
	(void)beyond;
#endif
}

static void a_bus_that_sleeps_shows_on_the_way_to_the_chip(void **state)
{
	static const char soc[] = "/sys/devices/platform/soc/";
	char path[128];

	(void)state;
	snprintf(path, sizeof(path), "%s", "/sys/devices/platform/gpio-sim.0/gpiochip1");
	assert_null(gpio_sleep_bus(path));
	snprintf(path, sizeof(path), "%sfe200000.gpio/gpiochip0", soc);
	assert_null(gpio_sleep_bus(path));
	snprintf(path, sizeof(path), "%sfe804000.i2c/i2c-1/1-0020/gpiochip2", soc);
	assert_string_equal(gpio_sleep_bus(path), "I2C");
	snprintf(path, sizeof(path), "%sfe204000.spi/spi_master/spi0/spi0.0/gpiochip2",
		 soc);
	assert_string_equal(gpio_sleep_bus(path), "SPI");
	snprintf(path, sizeof(path),
		 "/sys/devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0/gpiochip3");
	assert_string_equal(gpio_sleep_bus(path), "USB");
	snprintf(path, sizeof(path), "%ssoc:firmware/soc:firmware:gpio/gpiochip1", soc);
	assert_string_equal(gpio_sleep_bus(path), "the firmware");
}

/* A folder of devices as the kernel's: gpiochip7 is of the processor, gpiochip8 behind I2C. */
static char *make_devices(void)
{
	char *root;
	char from[256], to[256];

	assert_true(asprintf(&root, "%s/devices-XXXXXX",
			     getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp") > 0);
	assert_non_null(mkdtemp(root));
	for (const char *const *part =
		     (const char *const[]){"gpiochip7", "i2c-1", "i2c-1/gpiochip8", NULL};
	     *part; part++) {
		snprintf(from, sizeof(from), "%s/%s", root, *part);
		assert_int_equal(mkdir(from, 0700), 0);
	}
	snprintf(to, sizeof(to), "%s/gpiochip8", root);
	assert_int_equal(symlink(from, to), 0);
	return root;
}

static int remove_one(const char *path, const struct stat *info, int flag,
		      struct FTW *place)
{
	(void)info, (void)flag, (void)place;
	return remove(path);
}

static void a_line_that_must_not_sleep_is_refused_on_a_chip_that_does(void **state)
{
	struct gpio_line wired[] = {
		{.name = "beam", .must_not_sleep = true},
		{.name = "door"             },
	};
	char labels[GPIO_CHIPS_MAX][GPIO_LABEL_MAX + 1] = {"gate", "cabinet"};
	const char *kernels = gpio_sleep_devices;
	char *devices = make_devices();
	struct gpio *gpio = NULL;
	struct why why = {.text = ""};

	(void)state;
	gpio_sleep_devices = devices;
	assert_int_equal(gpio_chip_open(&gpio, labels, 2, wired, 2, &why), KAKOU_OK);
	gpio->backend->close(gpio);
	wired[1].must_not_sleep = true;
	assert_int_equal(gpio_chip_open(&gpio, labels, 2, wired, 2, &why),
			 KAKOU_E_INVALID);
	assert_non_null(strstr(why.text, "line \"door\""));
	assert_non_null(strstr(why.text, "gpiochip8 is behind I2C and sleeps"));
	assert_int_equal(gpiod_sim_count_open_chips(), 0);
	assert_false(gpiod_sim_is_requested("beam"));
	gpio_sleep_devices = "/nonexistent";
	assert_int_equal(gpio_chip_open(&gpio, labels, 2, wired, 1, &why),
			 KAKOU_E_INVALID);
	assert_non_null(strstr(why.text, "can't be seen"));
	gpio_sleep_devices = kernels;
	assert_int_equal(nftw(devices, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
	free(devices);
}

#define ON_SIM(test) cmocka_unit_test_setup(test, reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_SIM(lines_are_requested_as_they_are_described),
		ON_SIM(inputs_of_all_chips_are_read),
		ON_SIM(outputs_in_the_mask_are_written),
		ON_SIM(the_oldest_event_of_all_lines_comes_first),
		ON_SIM(a_pulse_shorter_than_the_kernels_look_is_still_a_pulse),
#ifdef KAKOU_GPIOD_V2
		ON_SIM(a_lost_event_is_told_before_the_next_one),
#else
		ON_SIM(a_full_buffer_of_the_kernel_is_told_as_a_loss),
#endif
		ON_SIM(a_failing_system_call_is_an_error_of_the_kernel),
		ON_SIM(descriptors_are_listed_up_to_the_room_there_is),
		ON_SIM(what_is_missing_or_held_is_named_and_nothing_is_kept),
		ON_SIM(a_line_of_a_board_is_found_by_chip_and_offset),
		ON_SIM(a_bus_that_sleeps_shows_on_the_way_to_the_chip),
		ON_SIM(a_line_that_must_not_sleep_is_refused_on_a_chip_that_does),
	};

	return cmocka_run_group_tests_name("gpio_chip", tests, NULL, NULL);
}

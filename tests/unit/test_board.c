/* SPDX-License-Identifier: MIT */
/*
 * Board files: what they say, and what is refused.
 *
 * Layer: tests.
 */
#include "firmware/config/board.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/site_file.h"

static const char well[] =
	"name = \"bench\"\n"
	"compatible = \"kakou,bench\"\n"
	"watchdog = \"bench watchdog\"\n"
	"watchdog_s = 20\n"
	"chip \"soc\" {\n"
	"	label = \"soc-gpio\"\n"
	"	bus = soc\n"
	"	lines = 8\n"
	"}\n"
	"chip \"expander\" {\n"
	"	label = \"pcf8574\"\n"
	"	bus = i2c\n"
	"	lines = 8\n"
	"}\n"
	"line \"in1\" { chip = soc offset = 0 direction = in bias = pull_up "
	"active_low = true }\n"
	"line \"out1\" { chip = soc offset = 1 direction = out bias = "
	"pull_down safe = off }\n"
	"line \"out2\" { chip = soc offset = 2 direction = out bias = "
	"pull_up safe = on }\n"
	"line \"lamp\" { chip = expander offset = 0 direction = out bias = "
	"pull_up active_low = true safe = off }\n"
	"serial \"bus1\" { tty = \"/dev/ttyS1\" direction = auto }\n"
	"serial \"bus2\" { tty = \"/dev/ttyS2\" direction = rts level = low "
	"before_ms = 1 after_ms = 2 }\n"
	"serial \"bus3\" { tty = \"/dev/ttyS3\" direction = gpio chip = soc "
	"offset = 7 }\n";

static struct board board; /* too large for a stack */
static char *directory;

static int set_up(void **state)
{
	(void)state;
	directory = site_file_make_directory();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	site_file_remove_directory(directory);
	return 0;
}

static enum kakou_err load(const char *text, struct why *why)
{
	char *path = site_file_write(directory, "board.conf", text);
	enum kakou_err err = board_load(&board, path, why);

	free(path);
	return err;
}

static void a_board_says_what_is_behind_each_terminal(void **state)
{
	struct why why = {""};
	const struct board_line *line;

	(void)state;
	if (load(well, &why))
		fail_msg("%s", why.text);
	assert_string_equal(board.name, "bench");
	assert_string_equal(board.watchdog, "bench watchdog");
	assert_int_equal(board.watchdog_s, 20);
	assert_false(board.chips[0].sleeps);
	assert_true(board.chips[1].sleeps);
	line = board_find_line(&board, "in1");
	assert_false(line->is_output);
	assert_true(line->active_low);
	assert_int_equal(line->bias, GPIO_BIAS_PULL_UP);
	line = board_find_line(&board, "out2");
	assert_true(line->is_output && line->is_on_when_dead);
	assert_int_equal(line->offset, 2);
	line = board_find_line(&board, "lamp");
	assert_int_equal(line->chip, 1);
	assert_false(line->is_on_when_dead);
	assert_null(board_find_line(&board, "in9"));
	assert_null(board_find_serial(&board, "bus9"));
}

static void a_serial_port_says_who_turns_its_direction(void **state)
{
	struct why why = {""};
	const struct board_serial *serial;

	(void)state;
	if (load(well, &why))
		fail_msg("%s", why.text);
	assert_false(board_find_serial(&board, "bus1")->rs485.is_on);
	serial = board_find_serial(&board, "bus2");
	assert_true(serial->rs485.is_on);
	assert_false(serial->rs485.is_high_on_send);
	assert_int_equal(serial->rs485.before_ms, 1);
	assert_int_equal(serial->rs485.after_ms, 2);
	assert_false(serial->has_line);
	serial = board_find_serial(&board, "bus3");
	assert_true(serial->rs485.is_on && serial->rs485.is_high_on_send);
	assert_true(serial->has_line);
	assert_int_equal(serial->offset, 7);
}

static void expect_refusal(const char *old, const char *new, const char *const *says)
{
	char *text = site_file_replace(well, old, new);
	struct why why = {""};
	char where[32];
	enum kakou_err err = load(text, &why);

	if (err != KAKOU_E_INVALID)
		fail_msg("\"%s\" gave %s (%s), expected invalid", new,
			 kakou_err_name(err), why.text);
	snprintf(where, sizeof(where), "board.conf:%d: ", site_file_find_line(text, new));
	if (!strstr(why.text, where))
		fail_msg("\"%s\", expected \"%s\" in it", why.text, where);
	for (size_t i = 0; i < 2 && says[i]; i++)
		if (!strstr(why.text, says[i]))
			fail_msg("\"%s\", expected \"%s\" in it", why.text, says[i]);
	free(text);
}

#define OUT1                                                                             \
	"line \"out1\" { chip = soc offset = 1 direction = out bias = pull_down safe = " \
	"off }"
#define IN1                                                                              \
	"line \"in1\" { chip = soc offset = 0 direction = in bias = pull_up active_low " \
	"= true }"
#define BUS1 "serial \"bus1\" { tty = \"/dev/ttyS1\" direction = auto }"
#define BUS3                                                                             \
	"serial \"bus3\" { tty = \"/dev/ttyS3\" direction = gpio chip = soc offset = 7 " \
	"}"

/* clang-format off */
static const struct {
	const char *old, *new, *says[2];
} refusals[] = {
	/* no safe value, or nothing that holds it, or it holds the other one */
	{OUT1, "line \"out1\" { chip = soc offset = 1 direction = out bias = pull_down }",
	 {"\"out1\"", "while the processor is dead: off or on"}},
	{OUT1, "line \"out1\" { chip = soc offset = 1 direction = out safe = off }",
	 {"bias none", "nothing would hold it"}},
	{OUT1, "line \"out1\" { chip = soc offset = 1 direction = out bias = pull_up safe = off }",
	 {"got off, expected on", "while nobody drives it"}},
	{OUT1, "line \"out1\" { chip = soc offset = 1 direction = out bias = pull_down "
	       "active_low = true safe = off }",
	 {"got off, expected on", "active_low true"}},
	{IN1, "line \"in1\" { chip = soc offset = 0 direction = in safe = off }",
	 {"got off", "outputs only"}},
	/* a pin twice */
	{OUT1, "line \"out1\" { chip = soc offset = 0 direction = out bias = pull_down safe = off }",
	 {"got 0", "line \"in1\" already"}},
	{BUS3, "serial \"bus3\" { tty = \"/dev/ttyS3\" direction = gpio chip = soc offset = 2 }",
	 {"got 2", "line \"out2\" already"}},
	{BUS1, "serial \"bus1\" { tty = \"/dev/ttyS1\" direction = rts chip = soc offset = 0 }",
	 {"got 0", "line \"in1\" already"}},
	{BUS3, "serial \"bus3\" { tty = \"/dev/ttyS3\" direction = gpio chip = soc offset = 6 } "
	       "serial \"bus4\" { tty = \"/dev/ttyS4\" direction = gpio chip = soc offset = 6 }",
	 {"got 6", "turns serial \"bus3\" already"}},
	/* what is not there */
	{OUT1, "line \"out1\" { chip = soc offset = 8 direction = out bias = pull_down safe = off }",
	 {"got 8", "0 to 7"}},
	{IN1, "line \"in1\" { chip = attic offset = 0 direction = in }",
	 {"\"attic\"", "name of a chip section"}},
	{"label = \"pcf8574\"\n	bus = i2c", "label = \"soc-gpio\"\n	bus = i2c", {"\"soc-gpio\"", "chip \"soc\" already"}},
	{"label = \"pcf8574\"", "label = \"a,b\"", {"\"a,b\"", "without a comma"}},
	/* serial ports */
	{BUS1, "serial \"bus1\" { tty = \"ttyS1\" direction = auto }", {"\"ttyS1\"", "/dev/"}},
	{BUS1, "serial \"bus1\" { tty = \"/dev/ttyS1\" direction = auto level = low }",
	 {"direction auto", "rts or gpio only"}},
	{BUS3, "serial \"bus3\" { tty = \"/dev/ttyS3\" direction = gpio }",
	 {"\"bus3\"", "the pin that turns it"}},
	{BUS3, "serial \"bus3\" { tty = \"/dev/ttyS3\" direction = rts chip = soc }",
	 {"\"bus3\"", "chip or offset"}},
	/* names, and a key nobody knows */
	{"name = \"bench\"", "name = \"my bench\"", {"\"my bench\"", "A-Z"}},
	{IN1, "line \"in 1\" { chip = soc offset = 0 direction = in }", {"\"in 1\"", "A-Z"}},
	{"watchdog_s = 20", "watchdog_s = 5", {"5", "10"}},
	{IN1, "line \"in1\" { chip = soc offset = 0 direction = in debounce = 3 }", {"\"debounce\""}},
	/* the line that makes it blank */
	{"watchdog_s = 20", "reset_line = \"in7\"", {"\"in7\"", "an input of this board"}},
	{"watchdog_s = 20", "reset_line = \"out1\"", {"\"out1\", an output", "an input of this board"}},
};
/* clang-format on */

static void what_would_move_a_dead_gate_or_names_a_pin_twice_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		expect_refusal(refusals[i].old, refusals[i].new, refusals[i].says);
}

/* The second of the two is the one complained about. */
static void a_device_twice_is_refused(void **state)
{
	char *text = site_file_replace(well, "\"/dev/ttyS3\"", "\"/dev/ttyS2\"");
	struct why why = {""};

	(void)state;
	assert_int_equal(load(text, &why), KAKOU_E_INVALID);
	assert_non_null(strstr(why.text, "got \"/dev/ttyS2\", which is serial \"bus2\""));
	free(text);
}

static void a_board_without_chip_or_line_is_refused(void **state)
{
	struct why why = {""};

	(void)state;
	assert_int_equal(load("name = b\ncompatible = c\n", &why), KAKOU_E_INVALID);
	assert_non_null(strstr(why.text, "got 0 chip sections, expected 1 to 4"));
}

static void the_boards_that_are_shipped_are_well(void **state)
{
	struct why why = {""};

	(void)state;
	if (board_load(&board, "board/boards/cm4/board.conf", &why))
		fail_msg("%s", why.text);
	assert_string_equal(board.chips[0].label, "pinctrl-bcm2711");
	assert_int_equal(board_find_line(&board, "out1")->offset, 18);
	assert_string_equal(board.lines[board.reset_line].name, "in10");
	assert_true(board_find_serial(&board, "rs485-1")->rs485.is_on);
	assert_true(board.watchdog_s <= 15); /* what bcm2835_wdt counts by itself */
	/* GPIO 0 to 8 of a BCM2711 are pulled up from its reset on. */
	for (size_t i = 0; i < board.line_count; i++)
		if (board.lines[i].is_output)
			assert_in_range(board.lines[i].offset, 9, 27);
	if (board_load(&board, "board/boards/qemu-virt/board.conf", &why))
		fail_msg("%s", why.text);
	assert_string_equal(board.chips[0].label, "kakou-gate");
	assert_string_equal(board.lines[board.reset_line].name, "reset");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_board_says_what_is_behind_each_terminal),
		cmocka_unit_test(a_serial_port_says_who_turns_its_direction),
		cmocka_unit_test(
			what_would_move_a_dead_gate_or_names_a_pin_twice_is_refused),
		cmocka_unit_test(a_device_twice_is_refused),
		cmocka_unit_test(a_board_without_chip_or_line_is_refused),
		cmocka_unit_test(the_boards_that_are_shipped_are_well),
	};

	return cmocka_run_group_tests_name("board", tests, set_up, tear_down);
}

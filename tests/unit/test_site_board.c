/* SPDX-License-Identifier: MIT */
/*
 * A site that names a board: its lines, serial ports and watchdog, and what is refused.
 *
 * Layer: tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/config/site.h"
#include "tests/unit/site_file.h"
#include "tests/unit/site_refusal.h"

static char *text; /* the site that is well, on a board */

static void add_line(char **board, const char *name, const char *chip, int offset,
		     const char *rest)
{
	char *more;

	assert_true(asprintf(&more, "%sline \"%s\" { chip = %s offset = %d %s }\n",
			     *board, name, chip, offset, rest) > 0);
	free(*board);
	*board = more;
}

/* The lines that the site of site_refusal names, on two chips, and some to be refused. */
static char *write_board(void)
{
	static const char in[] = "direction = in bias = pull_up active_low = true";
	static const char out[] = "direction = out bias = pull_down safe = off";
	static const char alive[] = "direction = out bias = pull_up safe = on";
	static const char *const ins[] = {"a1",  "a2",  "a3", "a4", "a10", "a11",
					  "a13", "a14", "b1", "b2", "b3",  "b4"};
	static const char *const outs[] = {"a5", "a6", "a7", "a8",
					   "a9", "b5", "b6", "b7"};
	char *board =
		strdup("name = bench\ncompatible = \"kakou,bench\"\n"
		       "watchdog = \"bench dog\"\nwatchdog_s = 20\nreset_line = key\n"
		       "chip unused { label = unused bus = soc lines = 4 }\n"
		       "chip lamps { label = lamps bus = i2c lines = 8 }\n"
		       "chip soc { label = soc bus = soc lines = 40 }\n"
		       "serial bus1 { tty = \"/dev/ttyS7\" direction = rts }\n");
	int offset = 0;

	for (size_t i = 0; i < sizeof(ins) / sizeof(ins[0]); i++)
		add_line(&board, ins[i], "soc", offset++, in);
	for (size_t i = 0; i < sizeof(outs) / sizeof(outs[0]); i++)
		add_line(&board, outs[i], "soc", offset++, out);
	add_line(&board, "alive", "soc", offset++, alive);
	add_line(&board, "a12", "lamps", 3, alive);
	add_line(&board, "far", "lamps", 4, alive);
	add_line(&board, "far-in", "lamps", 5, in);
	add_line(&board, "key", "soc", offset++, in);
	return board;
}

static void swap(const char *old, const char *new)
{
	char *changed = site_file_replace(text, old, new);

	free(text);
	text = changed;
}

static int set_up(void **state)
{
	char *board;

	if (site_refusal_set_up(state))
		return -1;
	board = write_board();
	free(site_file_write(site_refusal_directory(), "board.conf", board));
	free(board);
	text = strdup(site_refusal_well);
	swap("	gpio = \"chip:gate,lamps\"\n", "");
	swap("	gpio = \"chip:gate2\"\n", "");
	swap("name = \"gate-1\"\n", "name = \"gate-1\"\nboard = \"./board.conf\"\n");
	return 0;
}

static int tear_down(void **state)
{
	free(text);
	return site_refusal_tear_down(state);
}

static struct site *load(const char *changed)
{
	char *path = site_file_write(site_refusal_directory(), "site.conf", changed);
	struct site *site = NULL;
	struct why why = {""};

	if (site_load(&site, path, &why))
		fail_msg("%s", why.text);
	free(path);
	return site;
}

static struct site *load_with(const char *old, const char *new)
{
	char *changed = site_file_replace(text, old, new);
	struct site *site = load(changed);

	free(changed);
	return site;
}

static void expect_at(const char *at, const char *old, const char *new, const char *first,
		      const char *second)
{
	const struct refusal refusal = {
		old, new, at, {first, second}
	};
	char *changed = site_file_replace(text, old, new);

	site_refusal_expect(&refusal, changed);
	free(changed);
}

static void expect(const char *old, const char *new, const char *first,
		   const char *second)
{
	expect_at(new, old, new, first, second);
}

static const struct gpio_line *line_of(const struct site *site, enum line_role role)
{
	return &site->lanes[0].gpio_lines[site->lanes[0].lines[role].gpio_index];
}

static void a_site_writes_terminals_and_the_board_knows_their_pins(void **state)
{
	struct site *site = load(text);

	(void)state;
	/* The chips that the lane needs, in the board's order, and no other. */
	assert_string_equal(site->lanes[0].gpio_where, "chip:lamps,soc");
	assert_string_equal(site->lanes[1].gpio_where, "chip:soc");
	assert_true(line_of(site, LINE_RAISE)->is_numbered);
	assert_int_equal(line_of(site, LINE_RAISE)->chip, 1);
	assert_int_equal(line_of(site, LINE_RAISE)->offset, 12);
	assert_true(line_of(site, LINE_RAISE)->is_output);
	assert_int_equal(line_of(site, LINE_RED)->chip, 0);
	assert_int_equal(line_of(site, LINE_RED)->offset, 3);
	assert_int_equal(line_of(site, LINE_BEAM)->offset, 1);
	assert_true(line_of(site, LINE_BEAM)->active_low);
	assert_int_equal(line_of(site, LINE_BEAM)->bias, GPIO_BIAS_PULL_UP);
	assert_int_equal(line_of(site, LINE_RAISE)->bias, GPIO_BIAS_AS_IS);
	assert_int_equal(site->lanes[1].gpio_lines[0].chip, 0);
	site_free(site);
}

static void what_moves_or_protects_must_not_sleep_and_lights_may(void **state)
{
	struct site *site = load(text);

	(void)state;
	for (enum line_role role = 0; role < LINE_ROLES; role++)
		if (site->lanes[0].lines[role].is_used)
			assert_int_equal(line_of(site, role)->must_not_sleep,
					 role <= LINE_WIRED_LAST);
	site_free(site);
}

static void an_opening_contact_is_inverted_once_more(void **state)
{
	struct site *site =
		load_with("line \"beam\" { name = \"a2\" }",
			  "line \"beam\" { name = \"a2\" active_low = true }");

	(void)state;
	assert_false(line_of(site, LINE_BEAM)->active_low);
	site_free(site);
}

static void the_watchdog_is_the_boards_unless_the_site_says_otherwise(void **state)
{
	struct site *site = load(text);

	(void)state;
	assert_string_equal(site->watchdog, "bench dog");
	assert_int_equal(site->watchdog_s, 20);
	site_free(site);
	site = load_with("name = \"gate-1\"\n", "name = \"gate-1\"\nwatchdog_s = 40\n");
	assert_string_equal(site->watchdog, "bench dog");
	assert_int_equal(site->watchdog_s, 40);
	site_free(site);
	site = load_with("name = \"gate-1\"\n",
			 "name = \"gate-1\"\nwatchdog = softdog\n");
	assert_string_equal(site->watchdog, "softdog");
	assert_int_equal(site->watchdog_s, 30);
	site_free(site);
	site = load_with("name = \"gate-1\"\n", "name = \"gate-1\"\nwatchdog = none\n");
	assert_string_equal(site->watchdog, "");
	site_free(site);
}

static void a_serial_port_of_the_board_brings_its_direction_along(void **state)
{
	struct site *site = load_with("tty = \"/dev/ttyS1\"", "tty = bus1");

	(void)state;
	assert_string_equal(site->ports[1].modbus.device, "/dev/ttyS7");
	assert_true(site->ports[1].modbus.rs485.is_on);
	site_free(site);
	site = load_with("tty = \"/dev/ttyS1\"", "tty = \"/dev/ttyS7\"");
	assert_true(site->ports[1].modbus.rs485.is_on);
	site_free(site);
	site = load(text);
	assert_string_equal(site->ports[1].modbus.device, "/dev/ttyS1");
	assert_false(site->ports[1].modbus.rs485.is_on);
	site_free(site);
	expect("tty = \"/dev/ttyS1\"", "tty = bus9", "got \"bus9\"",
	       "a serial of board bench");
}

static void a_board_is_found_by_its_name(void **state)
{
	char *path;
	struct site *site;

	(void)state;
	assert_true(asprintf(&path, "boards_dir = \"%s\"\nboard = bench\n",
			     site_refusal_directory()) > 0);
	expect("board = \"./board.conf\"\n", "board = bench\n",
	       "/usr/share/kakou/boards/bench/board.conf", NULL);
	expect_at("board = bench", "board = \"./board.conf\"\n", path,
		  "/bench/board.conf", NULL);
	free(path);
	site = load_with("	line \"exit\" { name = \"a11\" }\n",
			 "	gpio = \"yard:yard.sock\"\n"
			 "	line \"exit\" { name = \"a11\" }\n");
	assert_non_null(strstr(site->lanes[0].gpio_where, "/yard.sock"));
	site_free(site);
}

static void a_line_the_board_does_not_have_is_refused(void **state)
{
	(void)state;
	expect("line \"raise\" { name = \"a5\" }", "line \"raise\" { name = \"out9\" }",
	       "got \"out9\"", "an output of board bench: a5, a6");
	expect("line \"raise\" { name = \"a5\" }", "line \"raise\" { name = \"a1\" }",
	       "got \"a1\", an input of board bench, for line raise",
	       "expected an output");
	expect("line \"beam\" { name = \"a2\" }", "line \"beam\" { name = \"a5\" }",
	       "got \"a5\", an output of board bench, for line beam",
	       "expected an input");
}

/* A contact that opens would make the board blank at its next start. */
static void the_line_that_makes_the_board_blank_is_no_line_of_a_site(void **state)
{
	(void)state;
	expect("line \"exit\" { name = \"a11\" }", "line \"exit\" { name = \"key\" }",
	       "got \"key\", which resets board bench to blank, for line exit",
	       "expected another input: a1, a2");
}

static void a_line_used_twice_is_refused_across_lanes_too(void **state)
{
	(void)state;
	expect("line \"beam\" { name = \"a2\" }", "line \"beam\" { name = \"a1\" }",
	       "got \"a1\"", "line safety_loop of lane \"in1\" already");
	expect("line \"raise\" { name = \"b5\" }", "line \"raise\" { name = a5 }",
	       "got \"a5\"", "line raise of lane \"in1\" already");
}

static void a_sleeping_chip_is_refused_for_what_moves_or_protects(void **state)
{
	(void)state;
	expect("line \"lower\" { name = \"a6\" }", "line \"lower\" { name = \"far\" }",
	       "got \"far\" for line lower", "\"lamps\" sleeps");
	expect("line \"beam\" { name = \"a2\" }", "line \"beam\" { name = \"far-in\" }",
	       "got \"far-in\" for line beam", "a line of the processor itself");
}

static void what_would_move_while_the_processor_is_dead_is_refused(void **state)
{
	struct site *site;

	(void)state;
	expect("line \"lower\" { name = \"a6\" }", "line \"lower\" { name = \"alive\" }",
	       "got \"alive\", which is on while the processor is dead",
	       "line lower would be active");
	expect("line \"lower\" { name = \"a6\" }",
	       "line \"lower\" { name = \"a6\" active_low = true }",
	       "got \"a6\", which is off while the processor is dead",
	       "an output that is on");
	site = load_with("line \"lower\" { name = \"a6\" }",
			 "line \"lower\" { name = \"alive\" active_low = true }");
	assert_true(line_of(site, LINE_LOWER)->active_low);
	site_free(site);
}

static void beside_a_board_chips_and_bias_are_its_own(void **state)
{
	(void)state;
	expect("line \"beam\" { name = \"a2\" }",
	       "line \"beam\" { name = \"a2\" pull_up = true }", "for \"a2\"",
	       "whose file says its bias");
	expect("	line \"exit\" { name = \"a11\" }\n",
	       "	gpio = \"chip:soc\"\n	line \"exit\" { name = \"a11\" }\n",
	       "got \"chip:soc\" beside board bench", "yard:SOCKET");
}

static void without_a_board_a_lane_says_where_its_lines_are(void **state)
{
	(void)state;
	expect_at("lane \"in1\"", "board = \"./board.conf\"\n", "",
		  "lane \"in1\" has no gpio and the site no board", "chip:LABEL");
}

static void a_board_that_is_wrong_is_told_with_its_file(void **state)
{
	(void)state;
	free(site_file_write(site_refusal_directory(), "bad.conf", "name = bad\n"));
	expect("board = \"./board.conf\"\n", "board = \"./bad.conf\"\n", "bad.conf",
	       "compatible");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_site_writes_terminals_and_the_board_knows_their_pins),
		cmocka_unit_test(what_moves_or_protects_must_not_sleep_and_lights_may),
		cmocka_unit_test(an_opening_contact_is_inverted_once_more),
		cmocka_unit_test(
			the_watchdog_is_the_boards_unless_the_site_says_otherwise),
		cmocka_unit_test(a_serial_port_of_the_board_brings_its_direction_along),
		cmocka_unit_test(a_board_is_found_by_its_name),
		cmocka_unit_test(a_line_the_board_does_not_have_is_refused),
		cmocka_unit_test(
			the_line_that_makes_the_board_blank_is_no_line_of_a_site),
		cmocka_unit_test(a_line_used_twice_is_refused_across_lanes_too),
		cmocka_unit_test(a_sleeping_chip_is_refused_for_what_moves_or_protects),
		cmocka_unit_test(what_would_move_while_the_processor_is_dead_is_refused),
		cmocka_unit_test(beside_a_board_chips_and_bias_are_its_own),
		cmocka_unit_test(without_a_board_a_lane_says_where_its_lines_are),
		cmocka_unit_test(a_board_that_is_wrong_is_told_with_its_file),
	};

	return cmocka_run_group_tests_name("site_board", tests, set_up, tear_down);
}

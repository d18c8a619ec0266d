/* SPDX-License-Identifier: MIT */
/*
 * The factory reset: what a held line removes, and what nothing removes.
 *
 * Layer: tests. Lines and clock are fake.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "hal/clock.h"
#include "hal/devicetree.h"
#include "hal/fake/fake.h"
#include "tests/unit/cli_rig.h"

static char root[64];
static char config[128], state[128], socket_path[128], compatible[128];

static const char *const goes[] = {
	"etc/kakou.conf",
	"etc/kakou.conf.former",
	"etc/gate.key",
	"etc/gate.pem",
	"etc/console.key",
	"etc/identity.conf",
	"etc/serial-login",
	"etc/replaced-1/gate.key",
	"etc/gate.key.Ab3xY9",
	"state/people.q0Q0q0",
	"etc/restore-begun",
	"state/people",
	"state/replaced-1/people",
};
static const char *const stays[] = {
	"state/journal.db",  "state/journal.db-wal",        "state/record.key",
	"state/pictures/p1", "state/replaced-1/journal.db", "etc/other",
	"etc/other.Ab3xY9",
};

enum {
	GOES = sizeof(goes) / sizeof(goes[0]),
	STAYS = sizeof(stays) / sizeof(stays[0]),
};

static bool is_there(const char *name)
{
	char path[192];

	snprintf(path, sizeof(path), "%s/%s", root, name);
	return access(path, F_OK) == 0;
}

static void write_file(const char *name, const char *text)
{
	char path[192];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", root, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void make(const char *name)
{
	write_file(name, "x\n");
}

static int set_up(void **test)
{
	char command[320];

	(void)test;
	snprintf(root, sizeof(root), "/tmp/kakou-reset-XXXXXX");
	if (!mkdtemp(root))
		return -1;
	snprintf(command, sizeof(command),
		 "cd %s && mkdir -p etc/replaced-1 state/replaced-1 state/pictures",
		 root);
	if (system(command))
		return -1;
	for (size_t i = 0; i < GOES; i++)
		make(goes[i]);
	for (size_t i = 0; i < STAYS; i++)
		make(stays[i]);
	snprintf(config, sizeof(config), "%s/etc/kakou.conf", root);
	snprintf(state, sizeof(state), "%s/state", root);
	snprintf(socket_path, sizeof(socket_path), "%s/none.sock", root);
	write_file("compatible", "kakou,bench");
	snprintf(compatible, sizeof(compatible), "%s/compatible", root);
	devicetree_compatible_file = compatible;
	fake_gpio_reset();
	fake_clock_set(1000000);
	return 0;
}

static int tear_down(void **test)
{
	char command[96];

	(void)test;
	snprintf(command, sizeof(command), "rm -r %s", root);
	return system(command);
}

static void reset(int exit, const char *out, const char *err)
{
	cli_rig_expect(exit, out, err, socket_path, "factory-reset", "--gpio",
		       "chip:board", "--line", "board.reset", "--hold", "8", "--config",
		       config, "--state", state, "--user", "root", NULL);
}

/* The hand takes its time to let go. */
static void hold(const char *line, int64_t for_ms)
{
	fake_gpio_set_input(line, true);
	fake_gpio_plan_input(line, false, clock_mono_ms() + for_ms);
}

static void expect_all_there(void)
{
	for (size_t i = 0; i < GOES; i++)
		if (!is_there(goes[i]))
			fail_msg("%s is gone", goes[i]);
	assert_false(is_there("state/notes"));
}

static void a_line_that_is_held_removes_site_keys_and_people(void **test)
{
	char notes[192];
	char text[256] = "";
	FILE *file;

	(void)test;
	hold("board.reset", 11000);
	reset(CLI_DONE, "board.reset was held for 8 s", NULL);
	assert_true(clock_mono_ms() >= 1011000);
	for (size_t i = 0; i < GOES; i++)
		if (is_there(goes[i]))
			fail_msg("%s is still there", goes[i]);
	snprintf(notes, sizeof(notes), "%s/state/notes", root);
	file = fopen(notes, "r");
	assert_non_null(file);
	assert_non_null(fgets(text, sizeof(text), file));
	fclose(file);
	assert_non_null(strstr(text, "maintained\twhat=factory_reset\t"));
}

static void the_record_and_its_key_are_nobodys_to_remove(void **test)
{
	(void)test;
	hold("board.reset", 11000);
	reset(CLI_DONE, "the record stays", NULL);
	for (size_t i = 0; i < STAYS; i++)
		if (!is_there(stays[i]))
			fail_msg("%s is gone", stays[i]);
}

static void a_line_that_is_not_held_removes_nothing(void **test)
{
	(void)test;
	reset(CLI_DONE, "board.reset is not held: everything stays", NULL);
	expect_all_there();
}

static void a_line_that_is_let_go_too_early_removes_nothing(void **test)
{
	(void)test;
	hold("board.reset", 7900);
	reset(CLI_DONE, "board.reset is not held: everything stays", NULL);
	expect_all_there();
}

/* A cut wire, a contact that stuck, or a site that uses it for an opening contact. */
static void a_line_that_is_never_let_go_is_stuck_and_removes_nothing(void **test)
{
	(void)test;
	fake_gpio_set_input("board.reset", true);
	reset(CLI_FAILED, NULL, "board.reset is still held 20 s later");
	assert_true(clock_mono_ms() >= 1028000);
	expect_all_there();
}

static void a_line_that_can_not_be_had_or_read_removes_nothing(void **test)
{
	(void)test;
	fake_gpio_set_input("board.reset", true);
	fake_gpio_fail_open(KAKOU_E_NOTFOUND, 1);
	reset(CLI_FAILED, NULL, "kakou factory-reset: ");
	expect_all_there();
	fake_gpio_fail(KAKOU_E_IO);
	reset(CLI_DONE, "everything stays", NULL);
	fake_gpio_fail(KAKOU_OK);
	expect_all_there();
}

/* Of the board whose file says this beside its lines. */
static void for_board(int exit, const char *more, const char *out, const char *err)
{
	char text[512], path[192];

	snprintf(text, sizeof(text),
		 "name = bench\ncompatible = \"kakou,bench\"\n%s"
		 "chip soc { label = soc bus = soc lines = 4 }\n"
		 "line other { chip = soc offset = 0 direction = in }\n"
		 "line key { chip = soc offset = 3 direction = in active_low = true }\n",
		 more);
	write_file("board.conf", text);
	snprintf(path, sizeof(path), "%s/board.conf", root);
	cli_rig_expect(exit, out, err, socket_path, "factory-reset", "--board", path,
		       "--hold", "5", "--config", config, "--state", state, "--user",
		       "root", NULL);
}

static void a_board_that_names_no_line_keeps_everything(void **test)
{
	(void)test;
	cli_rig_expect(CLI_DONE, "names no line", NULL, socket_path, "factory-reset",
		       NULL);
	for_board(CLI_DONE, "", "names no line", NULL);
	cli_rig_expect(CLI_USAGE, NULL, "expected --board NAME, or --gpio and --line",
		       socket_path, "factory-reset", "--line", "x", NULL);
	expect_all_there();
}

static void the_line_of_a_board_is_known_by_its_file(void **test)
{
	(void)test;
	hold("key", 6000);
	for_board(CLI_DONE, "reset_line = key\n", "key was held for 5 s", NULL);
	assert_false(is_there("etc/gate.key"));
	assert_true(is_there("state/journal.db"));
}

static void the_line_of_another_machines_board_is_not_looked_at(void **test)
{
	(void)test;
	hold("key", 6000);
	write_file("compatible", "some,other");
	for_board(CLI_FAILED, "reset_line = key\n", NULL,
		  "this machine is \"some,other\"");
	expect_all_there();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_line_that_is_held_removes_site_keys_and_people, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			the_record_and_its_key_are_nobodys_to_remove, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_line_that_is_not_held_removes_nothing,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_line_that_is_let_go_too_early_removes_nothing, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			a_line_that_is_never_let_go_is_stuck_and_removes_nothing, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(the_line_of_a_board_is_known_by_its_file,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			the_line_of_another_machines_board_is_not_looked_at, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			a_line_that_can_not_be_had_or_read_removes_nothing, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			a_board_that_names_no_line_keeps_everything, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

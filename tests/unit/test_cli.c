/* SPDX-License-Identifier: MIT */
/*
 * The command kakou: usage, help, exit statuses, and whom it talks to.
 *
 * Layer: tests.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/cli_rig.h"
#include "tests/unit/rpc_healths.h"
#include "tests/unit/rpc_journal.h"
#include "tests/unit/rpc_rig.h"
#include "tests/unit/site_file.h"

static const char NOBODY[] = "/nonexistent/kakoud.sock";

static struct rpc_rig rig;
static struct snapshot shot;

static int start(void **state)
{
	struct customs_link_health link = {.last_sent_ms = -1,
					   .last_heard_ms = -1,
					   .tls_version = "TLSv1.2",
					   .last_error = "connection refused"};
	struct journal_health record = {.is_well = true, .last_seq = 99};

	(void)state;
	rpc_healths_reset();
	rpc_rig_set_up(&rig, rpc_journal_reset());
	rpc_journal_set_health(&record);
	rpc_healths_set_link(&link);
	rpc_rig_fill_snapshot(&rig, &shot);
	mailbox_put(rig.mailbox, &shot);
	rpc_rig_start(&rig);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	rpc_rig_tear_down(&rig);
	return 0;
}

static void wrong_usage_exits_with_2_and_says_what_was_expected(void **state)
{
	(void)state;
	cli_rig_expect(2, NULL, "got \"frobnicate\", expected one of the commands", NULL,
		       "frobnicate", NULL);
	cli_rig_expect(2, NULL, "got \"--jsn\"", NULL, "--jsn", NULL);
	cli_rig_expect(2, NULL, "got no value for \"--socket\"", NULL, "--socket", NULL);
	cli_rig_expect(2, NULL, "too few words, expected: kakou lane LANE", NULL, "lane",
		       NULL);
	cli_rig_expect(2, NULL, "one word too many, \"b\"", NULL, "lane", "a", "b", NULL);
	cli_rig_expect(2, NULL, "one word too many, \"x\", expected: kakou status\n",
		       NULL, "status", "x", NULL);
	cli_rig_expect(2, NULL, "got \"--fast\"", NULL, "status", "--fast", NULL);
	cli_rig_expect(2, NULL, "got no value for \"--after\"", NULL, "events", "--after",
		       NULL);
	cli_rig_expect(2, NULL, "got no value for \"--reason\"", NULL, "hold", "in1",
		       "--reason", NULL);
	cli_rig_expect(2, NULL, "--after: got \"x\", expected a number from 0 on", NULL,
		       "events", "--after", "x", NULL);
	cli_rig_expect(2, NULL, "--limit: got \"0\", expected 1 to 1000", NULL, "events",
		       "--limit=0", NULL);
	cli_rig_expect(2, NULL, "--limit: got \"101\", expected 1 to 100", NULL,
		       "passages", "--limit", "101", NULL);
	cli_rig_expect(2, NULL, "kakou passage: N: got \"0\"", NULL, "passage", "0",
		       NULL);
	cli_rig_expect(2, NULL, "got no --passage", NULL, "release", "in1", "--reason",
		       "x", NULL);
	cli_rig_expect(2, NULL, "got no --reason", NULL, "release", "in1", "--passage",
		       "3", NULL);
	cli_rig_expect(2, NULL, "got \"proof\", expected verify", NULL, "log", "proof",
		       NULL);
	cli_rig_expect(2, NULL, "expected check FILE, board FILE, sample, manual", NULL,
		       "config", "check", NULL);
	cli_rig_expect(2, NULL, "expected check FILE, board FILE, sample, manual", NULL,
		       "config", "sample", "x", NULL);
	cli_rig_expect(2, NULL, "got \"nothing\"", NULL, "help", "nothing", NULL);
}

static void each_command_has_help(void **state)
{
	(void)state;
	for (const struct cli_command *command = cli_commands; command->name; command++) {
		struct cli_rig_outcome by_option =
			cli_rig_run(NULL, command->name, "--help", NULL);
		struct cli_rig_outcome by_word =
			cli_rig_run(NULL, "help", command->name, NULL);

		assert_int_equal(by_option.exit, 0);
		assert_non_null(strstr(by_option.out, "usage: kakou "));
		assert_non_null(strstr(by_option.out, command->summary));
		assert_string_equal(by_option.out, by_word.out);
		assert_string_equal(by_option.err, "");
		cli_rig_release(&by_option);
		cli_rig_release(&by_word);
	}
}

static void the_overview_names_each_command(void **state)
{
	struct cli_rig_outcome outcome = cli_rig_run(NULL, "--help", NULL);

	(void)state;
	assert_int_equal(outcome.exit, 0);
	for (const struct cli_command *command = cli_commands; command->name; command++)
		assert_non_null(strstr(outcome.out, command->name));
	cli_rig_release(&outcome);
}

static void without_kakoud_it_exits_with_3(void **state)
{
	static const char *const alone[] = {"status", "lanes",  "devices", "buses",
					    "link",   "events", "passages"};

	(void)state;
	for (size_t i = 0; i < sizeof(alone) / sizeof(alone[0]); i++)
		cli_rig_expect(
			3, NULL,
			"does not answer on /nonexistent/kakoud.sock: No such file",
			NOBODY, alone[i], NULL);
	cli_rig_expect(3, NULL, "does not answer", NOBODY, "lane", "in1", NULL);
	cli_rig_expect(3, NULL, "does not answer", NOBODY, "passage", "1", NULL);
	cli_rig_expect(3, NULL, "does not answer", NOBODY, "events", "--follow", NULL);
	cli_rig_expect(3, NULL, "does not answer", NOBODY, "hold", "in1", "--passage",
		       "1", "--reason", "x", NULL);
}

static void the_socket_is_given_before_after_or_in_the_environment(void **state)
{
	const char *path = rig.site->control_socket;

	(void)state;
	cli_rig_expect(0, "TLSv1.2", NULL, path, "link", NULL);
	cli_rig_expect(0, "TLSv1.2", NULL, NOBODY, "link", "--socket", path, NULL);
	assert_int_equal(setenv("KAKOU_SOCKET", path, 1), 0);
	cli_rig_expect(0, "TLSv1.2", NULL, NULL, "link", NULL);
	cli_rig_expect(3, NULL, "does not answer", NOBODY, "link", NULL);
	assert_int_equal(unsetenv("KAKOU_SOCKET"), 0);
}

static void a_socket_path_that_is_too_long_is_an_error_not_a_cut(void **state)
{
	char path[200];

	(void)state;
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	cli_rig_expect(3, NULL, "File name too long", path, "link", NULL);
}

static void what_kakoud_does_not_take_exits_with_2(void **state)
{
	(void)state;
	cli_rig_expect(2, NULL, "kakou lane: got \"in9\", expected one of in1, out1",
		       rig.site->control_socket, "lane", "in9", NULL);
}

/* ---- a peer that is no kakoud ------------------------------------------------------------ */

struct stranger {
	int fd;
	const char *answer;
};

/* Takes one request and answers as it likes. */
static void *be_a_stranger(void *arg)
{
	struct stranger *stranger = arg;
	int fd = accept(stranger->fd, NULL, NULL);
	char request[512];

	assert_true(fd >= 0);
	assert_true(recv(fd, request, sizeof(request), 0) > 0);
	assert_int_equal(send(fd, stranger->answer, strlen(stranger->answer), 0),
			 strlen(stranger->answer));
	close(fd);
	return NULL;
}

static void expect_of_stranger(const char *answer, int exit, const char *complaint)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct stranger stranger = {.answer = answer};
	pthread_t thread;

	snprintf(address.sun_path, sizeof(address.sun_path), "%.80s/stranger",
		 rig.directory);
	stranger.fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(stranger.fd, (struct sockaddr *)&address, sizeof(address)),
			 0);
	assert_int_equal(listen(stranger.fd, 1), 0);
	assert_int_equal(pthread_create(&thread, NULL, be_a_stranger, &stranger), 0);
	cli_rig_expect(exit, NULL, complaint, address.sun_path, "link", NULL);
	pthread_join(thread, NULL);
	close(stranger.fd);
	unlink(address.sun_path);
}

static void a_peer_that_is_no_kakoud_is_told_from_one(void **state)
{
	(void)state;
	expect_of_stranger("hello\n", 1, "not JSON");
	expect_of_stranger("{}\n", 1, "neither result nor error");
	expect_of_stranger("[]\n", 1, "neither result nor error");
	expect_of_stranger("{\"error\":{\"code\":1,\"message\":\"no\"}}\n", 1, "no");
	expect_of_stranger("{\"result\":", 3, "it closed the connection");
	expect_of_stranger("", 3, "it closed the connection");
}

static void it_checks_a_site_file(void **state)
{
	char *good;
	char *bad;

	(void)state;
	assert_true(asprintf(&good, "%s/site.conf", rig.directory) > 0);
	bad = site_file_write(rig.directory, "bad.conf", "name = \"a b\"\n");
	cli_rig_expect(0, "well: 2 lanes, 14 devices, 14 ports", NULL, NULL, "config",
		       "check", good, NULL);
	cli_rig_expect(0, "\"is_well\": true", NULL, NULL, "config", "check", good,
		       "--json", NULL);
	cli_rig_expect(1, NULL, "bad.conf:1: ", NULL, "config", "check", bad, NULL);
	cli_rig_expect(1, "\"is_well\": false", "bad.conf:1: ", NULL, "--json", "config",
		       "check", bad, NULL);
	cli_rig_expect(1, NULL, "/nonexistent", NULL, "config", "check", "/nonexistent",
		       NULL);
	free(bad);
	free(good);
}

static void a_board_file_is_shown_terminal_by_terminal_or_refused(void **state)
{
	static const char path[] = "board/boards/cm4/board.conf";
	char *bad = site_file_write(rig.directory, "board.conf", "name = \"a b\"\n");

	(void)state;
	cli_rig_expect(0, "out1  out  pinctrl-bcm2711  18   high  pull_down  off", NULL,
		       NULL, "config", "board", path, NULL);
	cli_rig_expect(0, "rs485-1  /dev/ttyAMA3  high   pinctrl-bcm2711 7", NULL, NULL,
		       "config", "board", path, NULL);
	cli_rig_expect(0, "\"watchdog_s\": 15", NULL, NULL, "--json", "config", "board",
		       path, NULL);
	cli_rig_expect(0, ".It Cm safe\n", NULL, NULL, "config", "board-manual", NULL);
	cli_rig_expect(1, NULL, "board.conf:1: ", NULL, "config", "board", bad, NULL);
	free(bad);
}

static void the_sample_and_the_manual_have_every_key(void **state)
{
	struct cli_rig_outcome sample = cli_rig_run(NULL, "config", "sample", NULL);
	struct cli_rig_outcome manual = cli_rig_run(NULL, "config", "manual", NULL);

	(void)state;
	for (size_t i = 0; i < site_key_count; i++) {
		assert_non_null(strstr(sample.out, site_keys[i].doc));
		assert_non_null(strstr(manual.out, site_keys[i].doc));
	}
	cli_rig_release(&sample);
	cli_rig_release(&manual);
}

static void the_version_is_said_in_both_ways(void **state)
{
	(void)state;
	cli_rig_expect(0, "kakou 0.", NULL, NULL, "version", NULL);
	cli_rig_expect(0, "kakou 0.", NULL, NULL, "--version", NULL);
	cli_rig_expect(0, "\"version\": \"0.", NULL, NULL, "version", "--json", NULL);
}

int main(void)
{
#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, start, stop)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_usage_exits_with_2_and_says_what_was_expected),
		cmocka_unit_test(each_command_has_help),
		cmocka_unit_test(the_overview_names_each_command),
		cmocka_unit_test(without_kakoud_it_exits_with_3),
		WITH_SERVER(the_socket_is_given_before_after_or_in_the_environment),
		cmocka_unit_test(a_socket_path_that_is_too_long_is_an_error_not_a_cut),
		WITH_SERVER(what_kakoud_does_not_take_exits_with_2),
		WITH_SERVER(a_peer_that_is_no_kakoud_is_told_from_one),
		WITH_SERVER(it_checks_a_site_file),
		WITH_SERVER(a_board_file_is_shown_terminal_by_terminal_or_refused),
		cmocka_unit_test(the_sample_and_the_manual_have_every_key),
		cmocka_unit_test(the_version_is_said_in_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

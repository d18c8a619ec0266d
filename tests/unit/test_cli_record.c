/* SPDX-License-Identifier: MIT */
/*
 * The command kakou with a real journal behind the control socket: the record, and the proof
 * that it is whole.
 *
 * Layer: tests.
 */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/cli_rig.h"
#include "tests/unit/record_fixture.h"
#include "tests/unit/rpc_healths.h"
#include "tests/unit/rpc_rig.h"
#include "tests/unit/site_file.h"

static struct record_fixture record;
static struct journal *journal;
static struct rpc_rig rig;

static void append(const struct event *event)
{
	assert_int_equal(journal_append(journal, event), 0);
}

static void append_passage(int64_t passage, uint8_t lane, const char *plate, bool is_open)
{
	struct event event;

	event_begin(&event, EVENT_PASSAGE_OPENED, lane, passage);
	event_add_text(&event, "direction", "I");
	append(&event);
	event_begin(&event, EVENT_VERDICT, lane, passage);
	event_add_text(&event, "verdict", "release");
	event_add_text(&event, "by", "customs");
	event_add_text(&event, "reason", "-");
	append(&event);
	if (is_open)
		return;
	event_begin(&event, EVENT_PASSAGE_CLOSED, lane, passage);
	event_add_text(&event, "plate", plate);
	event_add_text(&event, "verdict", "release");
	event_add_text(&event, "by", "customs");
	event_add_text(&event, "reason", "-");
	event_add_text(&event, "lift", "00");
	event_add_text(&event, "outcome", "passed");
	event_add_number(&event, "gather_ms", 4200);
	event_add_number(&event, "own_ms", 120);
	append(&event);
}

/* Waits until everything that was appended is in the record. */
static void wait_for_record(int64_t last_seq)
{
	struct journal_health health;

	for (int i = 0; i < 5000; i++) {
		if (journal_read_health(journal, 0, &health) &&
		    health.last_seq >= last_seq)
			return;
		usleep(1000);
	}
	fail_msg("event %lld was not committed within 5 s", (long long)last_seq);
}

static int start(void **state)
{
	struct why why = {""};

	(void)state;
	record_make(&record);
	if (journal_open(&journal, &record.config, &record.past, &why))
		fail_msg("%s", why.text);
	rpc_healths_reset();
	rpc_rig_set_up(&rig, journal);
	rpc_rig_start(&rig);
	append_passage(1, 0, "浙A12345", false);
	append_passage(2, 1, "浙B2", false);
	append_passage(3, 0, "", true);
	wait_for_record(8);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	rpc_rig_tear_down(&rig);
	journal_close(journal);
	record_remove(&record);
	return 0;
}

/* The JSON that a run prints; it must end with 0. */
static json_t *run_json(const char *first, const char *second, const char *third)
{
	struct cli_rig_outcome outcome = cli_rig_run(rig.site->control_socket, "--json",
						     first, second, third, NULL);
	json_t *value = json_loads(outcome.out, 0, NULL);

	if (outcome.exit || !value)
		fail_msg("exit status %d: %s%s", outcome.exit, outcome.out, outcome.err);
	cli_rig_release(&outcome);
	return value;
}

static int64_t seq_at(const json_t *events, size_t i)
{
	return cli_integer(json_array_get(json_object_get(events, "events"), i), "seq");
}

static void events_are_shown_in_the_order_in_which_they_happened(void **state)
{
	json_t *newest = run_json("events", "--limit=3", NULL);
	json_t *after = run_json("events", "--after=2", "--limit=2");

	(void)state;
	assert_int_equal(json_array_size(json_object_get(newest, "events")), 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(seq_at(newest, i), 6 + (int64_t)i);
	assert_int_equal(seq_at(after, 0), 3);
	assert_int_equal(seq_at(after, 1), 4);
	json_decref(newest);
	json_decref(after);
}

static void events_can_be_picked(void **state)
{
	json_t *passage = run_json("events", "--passage=2", NULL);
	json_t *lane = run_json("events", "--lane=out1", "--kind=verdict");

	(void)state;
	assert_int_equal(json_array_size(json_object_get(passage, "events")), 3);
	assert_int_equal(json_array_size(json_object_get(lane, "events")), 1);
	assert_int_equal(seq_at(lane, 0), 5);
	cli_rig_expect(2, NULL, "kind: got \"verdicts\", expected one of started",
		       rig.site->control_socket, "events", "--kind", "verdicts", NULL);
	json_decref(passage);
	json_decref(lane);
}

static void an_event_shows_what_it_says(void **state)
{
	const char *path = rig.site->control_socket;

	(void)state;
	cli_rig_expect(0, "plate=浙A12345", NULL, path, "events", NULL);
	cli_rig_expect(0, "gather_ms=4200", NULL, path, "events", NULL);
	cli_rig_expect(0, "passage_closed", NULL, path, "events", NULL);
}

static void a_value_with_blanks_stands_between_quotes(void **state)
{
	const char *path = rig.site->control_socket;
	struct event event;

	(void)state;
	event_begin(&event, EVENT_ALARM, 0, 0);
	event_add_text(&event, "code", "tailgate");
	event_add_text(&event, "text", "a \"second\" truck");
	append(&event);
	wait_for_record(9);
	cli_rig_expect(0, "code=tailgate text=\"a \\\"second\\\" truck\"\n", NULL, path,
		       "events", NULL);
}

static void details_that_are_too_long_end_with_an_ellipsis(void **state)
{
	char text[EVENT_TEXT_MAX - 8];
	struct event event;

	(void)state;
	memset(text, '"', sizeof(text) - 1); /* each is two when it is quoted */
	text[sizeof(text) - 1] = '\0';
	event_begin(&event, EVENT_ALARM, 0, 0);
	event_add_text(&event, "text", text);
	append(&event);
	wait_for_record(9);
	cli_rig_expect(0, "\\\"…\n", NULL, rig.site->control_socket, "events", NULL);
}

static void passages_are_shown_oldest_first(void **state)
{
	json_t *all = run_json("passages", NULL, NULL);
	json_t *newest = run_json("passages", "--limit=2", NULL);
	json_t *after = run_json("passages", "--after=1", NULL);
	json_t *lane = run_json("passages", "--lane=out1", NULL);
	json_t *list = json_object_get(all, "passages");

	(void)state;
	assert_int_equal(json_array_size(list), 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(cli_integer(json_array_get(list, i), "passage"), i + 1);
	assert_true(cli_flag(json_array_get(list, 2), "is_open"));
	list = json_object_get(newest, "passages");
	assert_int_equal(cli_integer(json_array_get(list, 0), "passage"), 2);
	list = json_object_get(after, "passages");
	assert_int_equal(json_array_size(list), 2);
	list = json_object_get(lane, "passages");
	assert_int_equal(json_array_size(list), 1);
	assert_string_equal(cli_text(json_array_get(list, 0), "plate"), "浙B2");
	json_decref(lane);
	json_decref(after);
	json_decref(newest);
	json_decref(all);
	cli_rig_expect(0, "under way", NULL, rig.site->control_socket, "passages", NULL);
}

static void a_passage_shows_summary_and_events(void **state)
{
	json_t *one = run_json("passage", "1", NULL);

	(void)state;
	assert_int_equal(cli_integer(one, "passage"), 1);
	assert_string_equal(cli_text(one, "plate"), "浙A12345");
	assert_string_equal(cli_text(one, "lane"), "in1");
	assert_string_equal(cli_text(one, "lift"), "00");
	assert_int_equal(cli_integer(json_object_get(one, "stages"), "own_ms"), 120);
	assert_int_equal(json_array_size(json_object_get(one, "events")), 3);
	json_decref(one);
	cli_rig_expect(0, "passage_opened", NULL, rig.site->control_socket, "passage",
		       "1", NULL);
	cli_rig_expect(1, NULL, "got 9", rig.site->control_socket, "passage", "9", NULL);
}

/* ---- following ------------------------------------------------------------------------- */

struct follower {
	FILE *out;
	int exit;
	const char *socket;
	const char *option;
};

static void *run_follower(void *arg)
{
	struct follower *follower = arg;
	FILE *err = fopen("/dev/null", "w");
	char name[] = "kakou";
	char option[] = "--socket";
	char command[] = "events";
	char follow[] = "--follow";
	char after[] = "--after=6";
	char *socket = strdup(follower->socket);
	char *last = strdup(follower->option);
	char *argv[] = {name, option, socket, command, follow, after, last, NULL};

	follower->exit = cli_run(7, argv, follower->out, err);
	fclose(follower->out);
	fclose(err);
	free(last);
	free(socket);
	return NULL;
}

static void expect_line(FILE *from, const char *part)
{
	char *line = NULL;
	size_t size = 0;

	assert_true(getline(&line, &size, from) > 0);
	if (!strstr(line, part))
		fail_msg("%s, expected \"%s\" in it", line, part);
	free(line);
}

/* Follows from event 7 on, with one more event on the way; returns how it ended. */
static int follow(const char *option, const char *heads, const char *const expected[3])
{
	struct follower follower = {.socket = rig.site->control_socket, .option = option};
	struct event event;
	pthread_t thread;
	int ends[2];
	FILE *from;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	follower.out = fdopen(ends[1], "w");
	from = fdopen(ends[0], "r");
	assert_int_equal(pthread_create(&thread, NULL, run_follower, &follower), 0);
	if (heads)
		expect_line(from, heads);
	expect_line(from, expected[0]);
	expect_line(from, expected[1]);
	event_begin(&event, EVENT_ALARM, 1, 0);
	event_add_text(&event, "code", "tailgate");
	event_add_text(&event, "nothing", "");
	append(&event);
	expect_line(from, expected[2]);
	rpc_stop(rig.rpc);
	rig.rpc = NULL;
	assert_int_equal(pthread_join(thread, NULL), 0);
	fclose(from);
	return follower.exit;
}

static void a_follower_gets_each_new_event_until_kakoud_ends(void **state)
{
	static const char *const expected[] = {
		"      7  ", "verdict=release",
		"      -  alarm              code=tailgate\n"};

	(void)state;
	assert_int_equal(follow("--limit=5", "  PASSAGE  KIND", expected),
			 CLI_UNREACHABLE);
}

static void a_follower_can_have_an_object_a_line(void **state)
{
	static const char *const expected[] = {"\"seq\":7", "\"seq\":8", "tailgate"};

	(void)state;
	assert_int_equal(follow("--json", NULL, expected), CLI_UNREACHABLE);
}

/* ---- proof -------------------------------------------------------------------------------- */

static void a_running_record_is_proved_on_a_copy_that_goes_again(void **state)
{
	char *scratch = site_file_make_directory();

	(void)state;
	cli_rig_expect(0, "whole: 8 events, head ", NULL, rig.site->control_socket, "log",
		       "verify", "--scratch", scratch, NULL);
	cli_rig_expect(0, "\"source\": \"kakoud\"", NULL, rig.site->control_socket, "log",
		       "verify", "--json", "--scratch", scratch, NULL);
	cli_rig_expect(0, "\"is_whole\": true", NULL, rig.site->control_socket, "log",
		       "verify", "--json", "--scratch", scratch, NULL);
	assert_int_equal(rmdir(scratch), 0); /* nothing is left in it */
	free(scratch);
}

static void the_live_file_itself_is_not_opened(void **state)
{
	(void)state;
	cli_rig_expect(1, NULL, "another process holds the journal",
		       rig.site->control_socket, "log", "verify", record.directory, NULL);
}

/* Not "nobody runs, so look where the record usually lies". */
static void a_socket_that_can_not_be_asked_is_no_stopped_kakoud(void **state)
{
	char path[200];

	(void)state;
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	cli_rig_expect(3, NULL, "File name too long", path, "log", "verify", NULL);
}

static void a_scratch_directory_must_be_there_and_absolute(void **state)
{
	const char *path = rig.site->control_socket;

	(void)state;
	cli_rig_expect(1, NULL, "/nonexistent/", path, "log", "verify", "--scratch",
		       "/nonexistent", NULL);
	cli_rig_expect(2, NULL, "expected an absolute path", path, "log", "verify",
		       "--scratch", "here", NULL);
}

static void a_stopped_record_is_proved_in_its_place(void **state)
{
	(void)state;
	rpc_stop(rig.rpc);
	rig.rpc = NULL;
	journal_close(journal);
	journal = NULL;
	cli_rig_expect(0, "whole: 8 events", NULL, rig.site->control_socket, "log",
		       "verify", record.directory, NULL);
	cli_rig_expect(0, "\"source\": \"file\"", NULL, rig.site->control_socket, "log",
		       "verify", record.directory, "--json", NULL);
	cli_rig_expect(1, NULL, "can't be read", rig.site->control_socket, "log",
		       "verify", "/nonexistent", NULL);
}

static void without_kakoud_and_record_both_are_named(void **state)
{
	(void)state;
	if (access("/var/lib/kakou", F_OK) == 0)
		skip();
	cli_rig_expect(1, NULL,
		       "no kakoud on /nonexistent/kakoud.sock, and no record at "
		       "/var/lib/kakou: No such file",
		       "/nonexistent/kakoud.sock", "log", "verify", NULL);
}

static void a_damaged_record_exits_with_1_and_the_finding(void **state)
{
	(void)state;
	rpc_stop(rig.rpc);
	rig.rpc = NULL;
	journal_close(journal);
	journal = NULL;
	(void)record_flip_bit(&record, "leaf", 4, 0);
	cli_rig_expect(1, "NOT WHOLE: ", NULL, rig.site->control_socket, "log", "verify",
		       record.directory, NULL);
	cli_rig_expect(1, "\"first_bad\": 4", NULL, rig.site->control_socket, "log",
		       "verify", record.directory, "--json", NULL);
}

/* Two lanes; what is open does not count. The first two passages are as an older version wrote them. */
static void stats_show_days_order_types_and_officers(void **state)
{
	struct event event;
	char day[16];
	time_t now;

	(void)state;
	event_begin(&event, EVENT_PASSAGE_CLOSED, 1, 4);
	event_add_text(&event, "outcome", "passed");
	event_add_text(&event, "direction", "E");
	event_add_text(&event, "lift", "10");
	event_add_text(&event, "actor", "wang");
	event_add_text(&event, "reason", "no_plate");
	event_add_number(&event, "order_type", 3);
	event_add_number(&event, "boxes", 2);
	event_add_text(&event, "size_front", "22G1");
	event_add_text(&event, "load", "loaded");
	event_add_number(&event, "gross_g", 37000000);
	append(&event);
	wait_for_record(9);
	now = (time_t)(event.wall_ms / 1000);
	strftime(day, sizeof(day), "%Y-%m-%d", localtime(&now));
	cli_rig_expect(0,
		       "  all    E    1         0          1       0           0.0     1 "
		       "      1       0      0       2      1 +1?  37000\n",
		       NULL, rig.site->control_socket, "stats", "--from", day, NULL);
	cli_rig_expect(0, "ORDER TYPE  DIR  PASSED", NULL, rig.site->control_socket,
		       "stats", "--from", day, NULL);
	cli_rig_expect(0, "3           E    1 ", NULL, rig.site->control_socket, "stats",
		       "--from", day, NULL);
	cli_rig_expect(0, "?           I    2 ", NULL, rig.site->control_socket, "stats",
		       "--from", day, NULL);
	cli_rig_expect(0, "wang     no_plate  1", NULL, rig.site->control_socket, "stats",
		       "--from", day, NULL);
	cli_rig_expect(0, "\"automatic\": 2", NULL, rig.site->control_socket, "stats",
		       "--from", day, "--json", NULL);
	cli_rig_expect(0, "\"automatic_permille\": 666", NULL, rig.site->control_socket,
		       "stats", "--from", day, "--json", NULL);
	cli_rig_expect(0, "all         all    all  3 ", NULL, rig.site->control_socket,
		       "stats", "--from", day, "--shifts", "0,8", NULL);
	cli_rig_expect(0, "\"passages\": 1", NULL, rig.site->control_socket, "stats",
		       "--from", day, "--lane", "in1", "--json", NULL);
	cli_rig_expect(0, "\"rows\": []", NULL, rig.site->control_socket, "stats",
		       "--from", "2001-01-01", "--json", NULL);
}

static void days_that_are_none_are_refused_before_anybody_is_asked(void **state)
{
	(void)state;
	cli_rig_expect(2, NULL, "--from: got \"2001-1x\", expected a day", "/nowhere",
		       "stats", "--from", "2001-1x", NULL);
	cli_rig_expect(2, NULL, "--to: got \"2001-02-01\", expected no day before",
		       "/nowhere", "stats", "--from", "2001-02-02", "--to", "2001-02-01",
		       NULL);
	cli_rig_expect(2, NULL, "--shifts: got \"8,7\", expected at most 6 hours",
		       "/nowhere", "stats", "--shifts", "8,7", NULL);
	cli_rig_expect(2, NULL, "got \"in9\"", rig.site->control_socket, "stats",
		       "--lane", "in9", NULL);
}

int main(void)
{
#define WITH_RECORD(test) cmocka_unit_test_setup_teardown(test, start, stop)
	const struct CMUnitTest tests[] = {
		WITH_RECORD(events_are_shown_in_the_order_in_which_they_happened),
		WITH_RECORD(events_can_be_picked),
		WITH_RECORD(stats_show_days_order_types_and_officers),
		WITH_RECORD(days_that_are_none_are_refused_before_anybody_is_asked),
		WITH_RECORD(an_event_shows_what_it_says),
		WITH_RECORD(a_value_with_blanks_stands_between_quotes),
		WITH_RECORD(details_that_are_too_long_end_with_an_ellipsis),
		WITH_RECORD(passages_are_shown_oldest_first),
		WITH_RECORD(a_passage_shows_summary_and_events),
		WITH_RECORD(a_follower_gets_each_new_event_until_kakoud_ends),
		WITH_RECORD(a_follower_can_have_an_object_a_line),
		WITH_RECORD(a_running_record_is_proved_on_a_copy_that_goes_again),
		WITH_RECORD(the_live_file_itself_is_not_opened),
		WITH_RECORD(a_socket_that_can_not_be_asked_is_no_stopped_kakoud),
		WITH_RECORD(a_scratch_directory_must_be_there_and_absolute),
		WITH_RECORD(a_stopped_record_is_proved_in_its_place),
		cmocka_unit_test(without_kakoud_and_record_both_are_named),
		WITH_RECORD(a_damaged_record_exits_with_1_and_the_finding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * The past over the control socket: events, passages, copies.
 *
 * Layer: tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "hal/fake/fake.h"
#include "tests/unit/rpc_healths.h"
#include "tests/unit/rpc_journal.h"
#include "tests/unit/rpc_rig.h"

enum {
	PARAMS = -32602,
	TIMEOUT = -32003,
	LINK = -32004,
	INVALID = -32009,
	FULL = -32008,
	NOTFOUND = -32010,
	IO = -32012,
};

static struct rpc_rig rig;

static int start(void **state)
{
	(void)state;
	rpc_healths_reset();
	rpc_rig_set_up(&rig, rpc_journal_reset());
	rpc_rig_start(&rig);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	rpc_rig_tear_down(&rig);
	return 0;
}

/* Sends a request on a new connection; the answer comes when the journal has answered. */
static int ask(const char *method, const char *params)
{
	int fd = rpc_rig_connect(&rig);
	char line[600];
	int len =
		snprintf(line, sizeof(line),
			 "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":%s}"
			 "\n",
			 method, params);

	rpc_rig_send(fd, line, (size_t)len);
	return fd;
}

/* The result of what was asked, as compact JSON that the caller frees. */
static char *take_result(int fd)
{
	json_t *answer = rpc_rig_receive(fd);
	char *text = json_dumps(rpc_rig_result(answer), JSON_COMPACT);

	json_decref(answer);
	close(fd);
	return text;
}

static void expect_result(int fd, const char *json)
{
	char *text = take_result(fd);

	assert_string_equal(text, json);
	free(text);
}

static void a_question_without_wishes_asks_for_the_first_hundred(void **state)
{
	int fd = ask("events.read", "{}");
	struct journal_query query = rpc_journal_wait(NULL);

	(void)state;
	assert_int_equal(query.after, 0);
	assert_int_equal(query.before, 0);
	assert_int_equal(query.limit, 100);
	assert_false(query.newest_first);
	assert_int_equal(query.passage, 0);
	assert_int_equal(query.kind, -1);
	assert_int_equal(query.lane, -1);
	rpc_journal_answer("[]", KAKOU_OK, NULL);
	expect_result(fd, "{\"events\":[]}");
}

static void every_wish_reaches_the_journal(void **state)
{
	int fd = ask("events.read",
		     "{\"after\":5,\"before\":90,\"limit\":1000,\"newest_first\":true,"
		     "\"passage\":3,\"kind\":\"verdict\",\"lane\":\"out1\"}");
	struct journal_query query = rpc_journal_wait(NULL);

	(void)state;
	assert_int_equal(query.after, 5);
	assert_int_equal(query.before, 90);
	assert_int_equal(query.limit, 1000);
	assert_true(query.newest_first);
	assert_int_equal(query.passage, 3);
	assert_int_equal(query.kind, EVENT_VERDICT);
	assert_int_equal(query.lane, 1);
	rpc_journal_answer("[]", KAKOU_OK, NULL);
	free(take_result(fd));
}

static void wishes_out_of_range_are_refused(void **state)
{
	static const char *const cases[][2] = {
		{"{\"after\":-1}",          "after: got -1, expected an integer from 0"       },
		{"{\"limit\":0}",           "limit: got 0, expected an integer from 1 to 1000"},
		{"{\"limit\":1001}",        "limit: got 1001"                                 },
		{"{\"limit\":5.0}",         "limit: got 5.0"                                  },
		{"{\"newest_first\":1}",    "newest_first: got 1, expected true or false"     },
		{"{\"passage\":0}",         "passage: got 0"                                  },
		{"{\"kind\":\"verdicts\"}",
		 "kind: got \"verdicts\", expected one of started, stopped"                   },
		{"{\"kind\":\"\"}",         "command_received, command_result"                },
		{"{\"lane\":\"in\"}",       "lane: got \"in\", expected one of in1, out1"     },
		{"{\"since\":1}",           "\"since\" for events.read, expected only after"  },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int fd = ask("events.read", cases[i][0]);

		rpc_rig_expect_error(rpc_rig_receive(fd), PARAMS, cases[i][1]);
		close(fd);
	}
	assert_int_equal(rpc_journal_count(), 0);
}

static void the_bytes_of_an_event_stay_as_they_are(void **state)
{
	static const char rows[] =
		"[{\"bytes\":{\"a\":\"\\\"\\\\车\",\"b\":1},\"seq\":1,\"leaf\":\"00\"}]";
	int fd = ask("events.read", "{}");
	char expected[300];
	char got[300] = "";
	int len = snprintf(expected, sizeof(expected),
			   "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"events\":%s}}\n",
			   rows);

	(void)state;
	rpc_journal_answer(rows, KAKOU_OK, NULL);
	assert_int_equal(recv(fd, got, sizeof(got) - 1, MSG_WAITALL | MSG_PEEK) > 0, 1);
	assert_int_equal(recv(fd, got, (size_t)len, MSG_WAITALL), len);
	assert_string_equal(got, expected);
	close(fd);
}

/* Lets virtual time pass until the journal was asked so often. */
static void wait_for_questions(int count)
{
	while (rpc_journal_count() < count) {
		rpc_rig_advance(&rig, 20);
		usleep(1000);
	}
}

static void a_full_journal_is_asked_again(void **state)
{
	int fd;

	(void)state;
	rpc_journal_refuse(KAKOU_E_FULL, 2);
	fd = ask("events.read", "{}");
	wait_for_questions(3);
	rpc_journal_answer("[]", KAKOU_OK, NULL);
	expect_result(fd, "{\"events\":[]}");
}

static void a_journal_that_stays_full_ends_in_a_timeout(void **state)
{
	int fd;

	(void)state;
	rpc_journal_refuse(KAKOU_E_FULL, 1000000);
	fd = ask("events.read", "{}");
	while (rpc_journal_count() < 1)
		usleep(1000);
	rpc_rig_advance(&rig, 10001);
	rpc_rig_expect_error(rpc_rig_receive(fd), TIMEOUT, "journal");
	close(fd);
}

static void a_question_the_journal_refuses_is_an_error(void **state)
{
	int fd;

	(void)state;
	rpc_journal_refuse(KAKOU_E_INVALID, 2);
	fd = ask("events.read", "{}");
	rpc_rig_expect_error(rpc_rig_receive(fd), INVALID, "journal: invalid");
	close(fd);
	fd = ask("log.copy", "{\"path\":\"/tmp/x.db\"}");
	rpc_rig_expect_error(rpc_rig_receive(fd), INVALID, "journal: invalid");
	close(fd);
}

static void an_error_of_the_journal_is_passed_on(void **state)
{
	int fd = ask("events.read", "{}");

	(void)state;
	rpc_journal_answer(NULL, KAKOU_E_IO, NULL);
	rpc_rig_expect_error(rpc_rig_receive(fd), IO, "io");
	close(fd);
}

#define OPENED(seq, passage, lane)                                                       \
	"{\"bytes\":{\"kind\":\"passage_opened\",\"lane\":\"" lane                       \
	"\",\"passage\":" #passage ",\"wall_ms\":5000,\"data\":{\"direction\":\"I\"}},"  \
	"\"seq\":" #seq "}"
#define CLOSED                                                                            \
	"{\"bytes\":{\"kind\":\"passage_closed\",\"data\":{\"outcome\":\"passed\","       \
	"\"verdict\":\"release\",\"by\":\"customs\",\"reason\":\"-\",\"lift\":\"00\","    \
	"\"plate\":\"浙A12345\",\"gather_ms\":4000,\"opened_wall_ms\":5,\"own_ms\":120}" \
	"},\"seq\":9}"
#define SUMMARY(passage, lane)                                                           \
	"{\"passage\":" #passage ",\"lane\":\"" lane                                     \
	"\",\"opened_wall_ms\":5000,\"is_open\":false,\"plate\":\"浙A12345\","          \
	"\"verdict\":\"release\",\"by\":\"customs\",\"reason\":\"-\",\"lift\":\"00\","   \
	"\"outcome\":\"passed\",\"stages\":{\"gather_ms\":4000,\"own_ms\":120},"         \
	"\"pictures\":[]}"

#define PICTURE                                                                          \
	"{\"bytes\":{\"kind\":\"picture\",\"data\":{\"slot\":\"plate\",\"side\":"        \
	"\"front\","                                                                     \
	"\"sha256\":\"ab\",\"bytes\":12000,\"file\":\"1.jpg\"}},\"seq\":5}"

static void passages_are_summed_up_one_after_the_other(void **state)
{
	int fd = ask("passages", "{\"limit\":2,\"lane\":\"in1\"}");
	struct journal_query query = rpc_journal_wait(NULL);

	(void)state;
	assert_int_equal(query.kind, EVENT_PASSAGE_OPENED);
	assert_int_equal(query.limit, 2);
	assert_int_equal(query.lane, 0);
	assert_int_equal(query.after, 0);
	rpc_journal_answer("[" OPENED(2, 1, "in1") "," OPENED(30, 3, "in1") "]", KAKOU_OK,
			   NULL);
	assert_int_equal(rpc_journal_wait(NULL).passage, 1);
	rpc_journal_answer("[" OPENED(2, 1, "in1") "," CLOSED "]", KAKOU_OK, NULL);
	assert_int_equal(rpc_journal_wait(NULL).passage, 3);
	rpc_journal_answer("[" OPENED(30, 3, "in1") "," CLOSED "]", KAKOU_OK, NULL);
	expect_result(fd, "{\"passages\":[" SUMMARY(1, "in1") "," SUMMARY(3, "in1") "]}");
}

static void passages_go_on_after_the_one_that_is_named(void **state)
{
	int fd = ask("passages", "{\"after\":41,\"newest_first\":true}");
	struct journal_query query = rpc_journal_wait(NULL);

	(void)state;
	assert_int_equal(query.passage, 41);
	assert_int_equal(query.kind, EVENT_PASSAGE_OPENED);
	rpc_journal_answer("[" OPENED(700, 41, "in1") "]", KAKOU_OK, NULL);
	query = rpc_journal_wait(NULL);
	assert_int_equal(query.after, 700);
	assert_int_equal(query.passage, 0);
	assert_true(query.newest_first);
	rpc_journal_answer("[]", KAKOU_OK, NULL);
	expect_result(fd, "{\"passages\":[]}");
}

static void a_passage_to_go_on_from_must_be_there(void **state)
{
	int fd = ask("passages", "{\"after\":41}");

	(void)state;
	rpc_journal_answer("[]", KAKOU_OK, NULL);
	rpc_rig_expect_error(rpc_rig_receive(fd), NOTFOUND, "not in the record");
	close(fd);
}

static void an_error_in_the_middle_of_a_list_ends_it(void **state)
{
	int fd = ask("passages", "{}");

	(void)state;
	rpc_journal_answer("[" OPENED(2, 1, "in1") "]", KAKOU_OK, NULL);
	rpc_journal_answer(NULL, KAKOU_E_LINK, NULL);
	rpc_rig_expect_error(rpc_rig_receive(fd), LINK, "journal");
	close(fd);
	fd = ask("passages", "{}");
	rpc_journal_answer("[]", KAKOU_OK, NULL);
	expect_result(fd, "{\"passages\":[]}");
}

static void a_list_that_takes_too_long_is_given_up(void **state)
{
	int fd = ask("passages", "{}");

	(void)state;
	rpc_journal_answer("[" OPENED(2, 1, "in1") "]", KAKOU_OK, NULL);
	(void)rpc_journal_wait(NULL);
	rpc_rig_advance(&rig, 10001);
	rpc_rig_expect_error(rpc_rig_receive(fd), TIMEOUT, "journal");
	rpc_journal_answer("[]", KAKOU_OK, NULL); /* nobody's */
	close(fd);
}

static void a_passage_comes_with_all_its_events(void **state)
{
	int fd = ask("passage", "{\"passage\":7}");
	struct journal_query query = rpc_journal_wait(NULL);

	(void)state;
	assert_int_equal(query.passage, 7);
	assert_int_equal(query.kind, -1);
	assert_int_equal(query.limit, 1000);
	rpc_journal_answer("[" OPENED(2, 7, "out1") "," PICTURE "," CLOSED "]", KAKOU_OK,
			   NULL);
	expect_result(fd,
		      "{\"passage\":7,\"lane\":\"out1\",\"opened_wall_ms\":5000,"
		      "\"is_open\":false,\"plate\":\"浙A12345\",\"verdict\":\"release\","
		      "\"by\":\"customs\",\"reason\":\"-\",\"lift\":\"00\","
		      "\"outcome\":\"passed\",\"stages\":{\"gather_ms\":4000,"
		      "\"own_ms\":120},\"pictures\":[{\"slot\":\"plate\","
		      "\"side\":\"front\",\"sha256\":\"ab\",\"bytes\":12000,\"seq\":5}],"
		      "\"events\":[" OPENED(2, 7, "out1") "," PICTURE "," CLOSED "]}");
}

static void a_passage_that_is_not_in_the_record_is_not_found(void **state)
{
	int fd = ask("passage", "{\"passage\":7}");

	(void)state;
	rpc_journal_answer("[]", KAKOU_OK, NULL);
	rpc_rig_expect_error(rpc_rig_receive(fd), NOTFOUND, "got 7");
	close(fd);
}

static void an_open_passage_shows_what_is_known_so_far(void **state)
{
	int fd = ask("passage", "{\"passage\":7}");
	json_t *answer;
	json_t *result;

	(void)state;
	rpc_journal_answer(
		"[" OPENED(2, 7, "in1") ",{\"bytes\":{\"kind\":\"vote\","
					"\"data\":{\"plate\":\"浙B1\"}},\"seq\":3},{"
					"\"bytes\":{\"kind\":"
					"\"verdict\",\"data\":{\"verdict\":\"hold\","
					"\"by\":\"controller\","
					"\"reason\":\"box_check\"}},\"seq\":4}]",
		KAKOU_OK, NULL);
	answer = rpc_rig_receive(fd);
	result = rpc_rig_result(answer);
	assert_true(json_is_true(json_object_get(result, "is_open")));
	assert_string_equal(json_string_value(json_object_get(result, "plate")), "浙B1");
	assert_string_equal(json_string_value(json_object_get(result, "verdict")),
			    "hold");
	assert_string_equal(json_string_value(json_object_get(result, "reason")),
			    "box_check");
	assert_string_equal(json_string_value(json_object_get(result, "lift")), "-");
	assert_string_equal(json_string_value(json_object_get(result, "outcome")), "-");
	assert_int_equal(json_object_size(json_object_get(result, "stages")), 0);
	json_decref(answer);
	close(fd);
}

static void a_copy_is_answered_when_it_is_whole(void **state)
{
	int fd = ask("log.copy", "{\"path\":\"/tmp/copy of it.db\"}");
	const char *path;

	(void)state;
	(void)rpc_journal_wait(&path);
	assert_string_equal(path, "/tmp/copy of it.db");
	rpc_rig_advance(&rig, 60000); /* a large record takes its time */
	rpc_journal_answer(NULL, KAKOU_OK, NULL);
	expect_result(fd, "{\"copied\":true}");
}

static void a_copy_that_fails_says_why(void **state)
{
	int fd = ask("log.copy", "{\"path\":\"/tmp/x.db\"}");

	(void)state;
	rpc_journal_answer(NULL, KAKOU_E_IO, "/tmp/x.db: no space left");
	rpc_rig_expect_error(rpc_rig_receive(fd), IO, "/tmp/x.db: no space left");
	close(fd);
}

static void a_copy_has_an_absolute_path(void **state)
{
	int fd = ask("log.copy", "{\"path\":\"x.db\"}");

	(void)state;
	rpc_rig_expect_error(rpc_rig_receive(fd), PARAMS, "\"x.db\"");
	close(fd);
	fd = ask("log.copy", "{}");
	rpc_rig_expect_error(rpc_rig_receive(fd), PARAMS, "path: got nothing");
	close(fd);
}

static void expect_error(int fd, int code, const char *part)
{
	rpc_rig_expect_error(rpc_rig_receive(fd), code, part);
	close(fd);
}

/* ---- statistics -------------------------------------------------------------------------- */

static void statistics_are_counted_slice_by_slice_and_others_come_between(void **state)
{
	int fd = ask("stats", "{\"from\":\"2026-11-27\",\"shifts\":\"8,20\"}");
	int other;

	(void)state;
	wait_for_questions(1);
	other = ask("events.read", "{}");
	wait_for_questions(2);
	rpc_journal_refuse(KAKOU_E_FULL, 2); /* it asks again until there is room */
	rpc_journal_answer(NULL, KAKOU_E_AGAIN, NULL);
	rpc_journal_answer("[]", KAKOU_OK, NULL);
	expect_result(other, "{\"events\":[]}");
	wait_for_questions(5);
	rpc_journal_answer(NULL, KAKOU_E_AGAIN, NULL);
	rpc_journal_answer("{\"rows\":[]}", KAKOU_OK, NULL);
	expect_result(fd, "{\"rows\":[]}");
	assert_int_equal(rpc_journal_count(), 6);
}

static void a_count_that_takes_too_long_is_given_up(void **state)
{
	int fd = ask("stats", "{}");

	(void)state;
	rpc_journal_answer(NULL, KAKOU_E_AGAIN, NULL);
	(void)rpc_journal_wait(NULL);
	rpc_rig_advance(&rig, 60001);
	rpc_rig_expect_error(rpc_rig_receive(fd), TIMEOUT, "journal");
	rpc_journal_answer(NULL, KAKOU_E_AGAIN, NULL); /* nobody's: it does not go on */
	expect_error(ask("stats", "{\"lane\":\"x\"}"), PARAMS, "got \"x\"");
	assert_int_equal(rpc_journal_count(), 2);
	close(fd);
}

static void statistics_that_can_t_be_counted_say_why(void **state)
{
	int fd;

	(void)state;
	expect_error(ask("stats", "{\"from\":\"2026-13-01\"}"), PARAMS,
		     "from: got \"2026-13-01\", expected a day");
	fd = ask("stats", "{}");
	rpc_journal_answer(NULL, KAKOU_E_FULL, "ask for fewer days");
	expect_error(fd, FULL, "ask for fewer days");
}

int main(void)
{
#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, start, stop)
	const struct CMUnitTest tests[] = {
		WITH_SERVER(a_question_without_wishes_asks_for_the_first_hundred),
		WITH_SERVER(every_wish_reaches_the_journal),
		WITH_SERVER(wishes_out_of_range_are_refused),
		WITH_SERVER(the_bytes_of_an_event_stay_as_they_are),
		WITH_SERVER(a_full_journal_is_asked_again),
		WITH_SERVER(a_journal_that_stays_full_ends_in_a_timeout),
		WITH_SERVER(a_question_the_journal_refuses_is_an_error),
		WITH_SERVER(an_error_of_the_journal_is_passed_on),
		WITH_SERVER(passages_are_summed_up_one_after_the_other),
		WITH_SERVER(passages_go_on_after_the_one_that_is_named),
		WITH_SERVER(a_passage_to_go_on_from_must_be_there),
		WITH_SERVER(an_error_in_the_middle_of_a_list_ends_it),
		WITH_SERVER(a_list_that_takes_too_long_is_given_up),
		WITH_SERVER(a_passage_comes_with_all_its_events),
		WITH_SERVER(a_passage_that_is_not_in_the_record_is_not_found),
		WITH_SERVER(an_open_passage_shows_what_is_known_so_far),
		WITH_SERVER(a_copy_is_answered_when_it_is_whole),
		WITH_SERVER(a_copy_that_fails_says_why),
		WITH_SERVER(a_copy_has_an_absolute_path),
		WITH_SERVER(
			statistics_are_counted_slice_by_slice_and_others_come_between),
		WITH_SERVER(a_count_that_takes_too_long_is_given_up),
		WITH_SERVER(statistics_that_can_t_be_counted_say_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

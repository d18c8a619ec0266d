/* SPDX-License-Identifier: MIT */
/*
 * Acts over the control socket: what reaches the control thread, and what comes back.
 *
 * Layer: tests.
 */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "hal/fake/fake.h"
#include "hal/text.h"
#include "tests/unit/rpc_healths.h"
#include "tests/unit/rpc_journal.h"
#include "tests/unit/rpc_rig.h"

enum { PARAMS = -32602, TIMEOUT = -32003, REFUSED = -32005, FULL = -32008 };

#define REQUEST(params)                                                                  \
	"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"act\",\"params\":" params "}"
#define RELEASE                                                                          \
	REQUEST("{\"lane\":\"out1\",\"passage\":12,\"act\":\"release\","                 \
		"\"reason\":\"checked by hand\",\"screen\":\"kakou\"}")

static struct rpc_rig rig;
static char ticket[TICKET_TEXT + 1];

static int start(void **state)
{
	(void)state;
	rpc_healths_reset();
	rpc_rig_set_up(&rig, rpc_journal_reset());
	rpc_rig_start(&rig);
	rpc_rig_log_in(&rig, "王关员", "officer", ticket);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	rpc_rig_tear_down(&rig);
	return 0;
}

/* The request with the ticket as its first parameter. */
static const char *with_ticket(const char *line)
{
	static char whole[1024];
	const char *params = strstr(line, "\"params\":{") + strlen("\"params\":{");

	snprintf(whole, sizeof(whole), "%.*s\"ticket\":\"%s\"%s%s", (int)(params - line),
		 line, ticket, *params == '}' ? "" : ",", params);
	return whole;
}

static void send_line(int fd, const char *line)
{
	line = with_ticket(line);
	rpc_rig_send(fd, line, strlen(line));
	rpc_rig_send(fd, "\n", 1);
}

/* The next act that the control thread gets, within 5 s. */
static struct act take_act(void)
{
	struct pollfd wait = {.fd = queue_fd(rig.acts), .events = POLLIN};
	struct act act;

	assert_int_equal(poll(&wait, 1, 5000), 1);
	queue_quiet(rig.acts);
	assert_true(queue_pop(rig.acts, &act));
	return act;
}

static void put_result(uint32_t token, enum kakou_err err, int64_t seq, const char *why)
{
	struct act_result result = {.token = token, .error = (int8_t)err, .seq = seq};

	text_copy(result.why, sizeof(result.why), why);
	assert_int_equal(queue_push(rig.act_results, &result), 0);
}

static void an_act_arrives_as_it_was_meant(void **state)
{
	int fd = rpc_rig_connect(&rig);
	struct act act;

	(void)state;
	send_line(fd, RELEASE);
	act = take_act();
	assert_int_equal(act.verb, ACT_RELEASE);
	assert_int_equal(act.lane, 1);
	assert_int_equal(act.passage, 12);
	assert_string_equal(act.actor, "王关员");
	assert_string_equal(act.reason, "checked by hand");
	assert_string_equal(act.screen, "kakou");
	assert_int_not_equal(act.token, 0);
	close(fd);
}

enum { DENIED = -32011 };

/* The act with this ticket as its second person's. */
static json_t *approve(int fd, const char *act, const char *second)
{
	char line[600];

	(void)snprintf(line, sizeof(line),
		       REQUEST("{\"lane\":\"out1\",\"passage\":12,\"act\":\"%s\","
			       "\"second\":\"%s\",\"reason\":\"x\",\"screen\":\"t\"}"),
		       act, second);
	return rpc_rig_ask(fd, with_ticket(line));
}

static void a_second_person_is_a_supervisor_and_not_who_releases(void **state)
{
	char chief[TICKET_TEXT + 1], other[TICKET_TEXT + 1];
	int fd = rpc_rig_connect(&rig);
	char line[600];

	(void)state;
	rpc_rig_log_in(&rig, "other", "officer", other);
	rpc_rig_log_in(&rig, "deputy", "supervisor", chief);
	rpc_rig_expect_error(approve(fd, "release", other), DENIED,
			     "expected a supervisor");
	rpc_rig_expect_error(approve(fd, "release", "nothing"), DENIED,
			     "none or no more");
	rpc_rig_expect_error(approve(fd, "return", chief), DENIED,
			     "none but for release");
	(void)snprintf(line, sizeof(line),
		       REQUEST("{\"lane\":\"out1\",\"passage\":12,\"act\":\"release\","
			       "\"second\":\"%s\",\"reason\":\"x\",\"screen\":\"t\"}"),
		       chief);
	send_line(fd, line);
	assert_string_equal(take_act().second, "deputy");
	close(fd);
	fd = rpc_rig_connect(&rig);
	memcpy(ticket, chief, sizeof(ticket));
	rpc_rig_expect_error(approve(fd, "release", chief), DENIED, "another person");
	close(fd);
}

static void an_accepted_act_is_answered_with_its_event(void **state)
{
	int fd = rpc_rig_connect(&rig);
	json_t *answer;

	(void)state;
	send_line(fd, RELEASE);
	put_result(take_act().token, KAKOU_OK, 417, "");
	answer = rpc_rig_receive(fd);
	assert_true(json_is_true(json_object_get(rpc_rig_result(answer), "accepted")));
	assert_int_equal(
		json_integer_value(json_object_get(rpc_rig_result(answer), "seq")), 417);
	json_decref(answer);
	close(fd);
}

static void a_refused_act_is_answered_with_the_reason_and_its_code(void **state)
{
	struct act_result result = {.error = KAKOU_E_REFUSED, .refusal = REFUSAL_GONE};
	int fd = rpc_rig_connect(&rig);
	json_t *answer, *data;

	(void)state;
	send_line(fd, RELEASE);
	result.token = take_act().token;
	text_copy(result.why, sizeof(result.why), "passage 12 is not in lane out1");
	assert_int_equal(queue_push(rig.act_results, &result), 0);
	answer = rpc_rig_receive(fd);
	data = json_object_get(json_object_get(answer, "error"), "data");
	assert_string_equal(json_string_value(json_object_get(data, "refusal")), "gone");
	rpc_rig_expect_error(answer, REFUSED, "passage 12 is not in lane");
	close(fd);
}

static void a_refusal_without_words_is_still_named(void **state)
{
	int fd = rpc_rig_connect(&rig);

	(void)state;
	send_line(fd, RELEASE);
	put_result(take_act().token, KAKOU_E_REFUSED, 0, "");
	rpc_rig_expect_error(rpc_rig_receive(fd), REFUSED, "refused");
	close(fd);
}

static void who_needs_a_second_person_is_told_so_by_a_code_of_its_own(void **state)
{
	int fd = rpc_rig_connect(&rig);

	(void)state;
	send_line(fd, RELEASE);
	put_result(take_act().token, KAKOU_E_SECOND, 0, "approval besides");
	rpc_rig_expect_error(rpc_rig_receive(fd), -32014, "approval besides");
	close(fd);
}

static void each_result_goes_to_who_asked(void **state)
{
	int fds[2] = {rpc_rig_connect(&rig), rpc_rig_connect(&rig)};
	uint32_t tokens[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		send_line(fds[i], RELEASE);
		tokens[i] = take_act().token;
	}
	assert_int_not_equal(tokens[0], tokens[1]);
	put_result(tokens[1], KAKOU_E_REFUSED, 0, "second");
	put_result(tokens[0], KAKOU_E_REFUSED, 0, "first");
	rpc_rig_expect_error(rpc_rig_receive(fds[0]), REFUSED, "first");
	rpc_rig_expect_error(rpc_rig_receive(fds[1]), REFUSED, "second");
	close(fds[0]);
	close(fds[1]);
}

static void an_act_without_result_ends_after_two_seconds(void **state)
{
	int fd = rpc_rig_connect(&rig);
	uint32_t late;

	(void)state;
	send_line(fd, RELEASE);
	late = take_act().token;
	rpc_rig_advance(&rig, 1900);
	rpc_rig_advance(&rig, 101);
	rpc_rig_expect_error(rpc_rig_receive(fd), TIMEOUT, "the record tells");
	/* The late result is nobody's, not the next act's. */
	send_line(fd, RELEASE);
	put_result(late, KAKOU_E_REFUSED, 0, "late");
	put_result(take_act().token, KAKOU_E_REFUSED, 0, "in time");
	rpc_rig_expect_error(rpc_rig_receive(fd), REFUSED, "in time");
	close(fd);
}

static void a_result_for_a_client_that_left_does_nothing(void **state)
{
	int fd = rpc_rig_connect(&rig);
	uint32_t token;

	(void)state;
	send_line(fd, RELEASE);
	token = take_act().token;
	close(fd);
	put_result(token, KAKOU_OK, 1, "");
	put_result(0, KAKOU_OK, 1, "");
	fd = rpc_rig_connect(&rig);
	send_line(fd, RELEASE);
	put_result(take_act().token, KAKOU_E_REFUSED, 0, "served");
	rpc_rig_expect_error(rpc_rig_receive(fd), REFUSED, "served");
	close(fd);
}

static void acts_beyond_the_queue_are_refused_and_nothing_is_done(void **state)
{
	int fds[5];

	(void)state;
	for (int i = 0; i < 5; i++) {
		fds[i] = rpc_rig_connect(&rig);
		send_line(fds[i], RELEASE);
		if (i == 4)
			rpc_rig_expect_error(rpc_rig_receive(fds[i]), FULL,
					     "nothing was done");
		else
			rpc_rig_advance(&rig, 1); /* it is queued by then */
	}
	for (int i = 0; i < 4; i++) {
		struct act act;

		assert_true(queue_pop(rig.acts, &act));
	}
	for (int i = 0; i < 5; i++)
		close(fds[i]);
}

static void an_act_says_who_why_what_and_from_where(void **state)
{
	/* clang-format off */
	static const struct {
		const char *line, *part;
	} cases[] = {
		{REQUEST("{}"), "lane: got nothing, expected one of in1, out1"},
		{REQUEST("{\"lane\":\"in1\",\"act\":\"hold\",\"reason\":\"b\",\"screen\":\"c\"}"),
		 "passage: got nothing"},
		{REQUEST("{\"lane\":\"in9\",\"passage\":1,\"act\":\"hold\",\"reason\":\"b\",\"screen\":\"c\"}"),
		 "lane: got \"in9\", expected one of in1, out1"},
		{REQUEST("{\"lane\":0,\"passage\":1,\"act\":\"hold\",\"reason\":\"b\",\"screen\":\"c\"}"),
		 "lane: got 0"},
		{REQUEST("{\"lane\":\"in1\",\"passage\":0,\"act\":\"hold\",\"reason\":\"b\",\"screen\":\"c\"}"),
		 "passage: got 0"},
		{REQUEST("{\"lane\":\"in1\",\"passage\":-1,\"act\":\"hold\",\"reason\":\"b\",\"screen\":\"c\"}"),
		 "passage: got -1"},
		{REQUEST("{\"lane\":\"in1\",\"passage\":\"1\",\"act\":\"hold\",\"reason\":\"b\",\"screen\":\"c\"}"),
		 "passage: got \"1\", expected an integer"},
		{REQUEST("{\"lane\":\"in1\",\"passage\":1,\"act\":\"lift\",\"reason\":\"b\",\"screen\":\"c\"}"),
		 "act: got \"lift\", expected one of release, inspect, return, hold, reset, "},
		{REQUEST("{\"lane\":\"in1\",\"passage\":1,\"act\":\"hold\",\"actor\":\"a\",\"reason\":\"b\",\"screen\":\"c\"}"),
		 "got a parameter \"actor\" for act"},
		{REQUEST("{\"lane\":\"in1\",\"passage\":1,\"act\":\"hold\",\"screen\":\"c\"}"),
		 "reason: got nothing"},
		{REQUEST("{\"lane\":\"in1\",\"passage\":1,\"act\":\"hold\",\"reason\":\"\",\"screen\":\"c\"}"),
		 "reason: got \"\", expected a text of 1 to 95 bytes"},
		{REQUEST("{\"lane\":\"in1\",\"passage\":1,\"act\":\"hold\",\"reason\":\"   \",\"screen\":\"c\"}"),
		 "reason: got \"   \""},
		{REQUEST("{\"lane\":\"in1\",\"passage\":1,\"act\":\"hold\",\"reason\":\"b\\n\",\"screen\":\"c\"}"),
		 "reason: got"},
		{REQUEST("{\"lane\":\"in1\",\"passage\":1,\"act\":\"hold\",\"reason\":null,\"screen\":\"c\"}"),
		 "reason: got null"},
		{REQUEST("{\"lane\":\"in1\",\"passage\":1,\"act\":\"hold\",\"reason\":\"b\",\"screen\":\"0123456789012345678901234567890123456789\"}"),
		 "screen: got \"0123456789012345678901234567890123456789\", expected a text of 1 to 31 bytes"},
		{REQUEST("{\"lane\":\"in1\",\"passage\":1,\"act\":\"hold\",\"reason\":\"b\",\"screen\":\"c\",\"force\":true}"),
		 "\"force\" for act, expected only lane, passage, act, reason, screen, subject, value, second"},
		{REQUEST("{\"lane\":\"in1\",\"passage\":1,\"act\":\"correct\",\"value\":\"v\",\"reason\":\"b\",\"screen\":\"c\"}"),
		 "subject: got nothing, expected a kind of evidence for correct"},
		{REQUEST("{\"lane\":\"in1\",\"passage\":1,\"act\":\"correct\",\"subject\":\"wheel\",\"value\":\"v\",\"reason\":\"b\",\"screen\":\"c\"}"),
		 "subject: got \"wheel\", expected one of plate, tag, box"},
		{REQUEST("{\"lane\":\"in1\",\"passage\":1,\"act\":\"choose\",\"reason\":\"b\",\"screen\":\"c\"}"),
		 "value: got nothing, expected a text for choose"},
		{REQUEST("{\"lane\":\"in1\",\"passage\":1,\"act\":\"hold\",\"value\":\"v\",\"reason\":\"b\",\"screen\":\"c\"}"),
		 "value: got one, expected none for hold"},
	};
	/* clang-format on */
	int fd = rpc_rig_connect(&rig);
	struct act act;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		rpc_rig_expect_error(rpc_rig_ask(fd, with_ticket(cases[i].line)), PARAMS,
				     cases[i].part);
	assert_false(queue_pop(rig.acts, &act));
	close(fd);
}

static void every_verb_has_its_word(void **state)
{
	static const char *const words[ACT_VERBS] = {
		[ACT_RELEASE] = "release",
		[ACT_INSPECT] = "inspect",
		[ACT_RETURN] = "return",
		[ACT_HOLD] = "hold",
		[ACT_MODE] = "emergency-mode",
		[ACT_RESET] = "reset",
		[ACT_CORRECT] = "correct",
		[ACT_ENTER] = "enter",
		[ACT_CHOOSE] = "choose",
		[ACT_REGATHER] = "regather",
		[ACT_ASK] = "ask",
		[ACT_LOCK] = "lock",
		[ACT_OPEN] = "open",
		[ACT_EMERGENCY] = "emergency",
		[ACT_ACK] = "ack",
		[ACT_SHELVE] = "shelve",
		[ACT_ANSWER] = "answer",
		[ACT_PULSE] = "pulse",
		[ACT_COMMISSION] = "commission",
		[ACT_TURN] = "turn",
	};
	int fd = rpc_rig_connect(&rig);

	(void)state;
	for (int verb = 0; verb < ACT_VERBS; verb++) {
		uint32_t needs = act_rule_of((enum act_verb)verb)->needs;
		char line[400];
		struct act act;

		snprintf(line, sizeof(line),
			 REQUEST("{\"lane\":\"in1\",\"passage\":3,\"act\":\"%s\","
				 "%s%s\"reason\":\"b\",\"screen\":\"c\"}"),
			 words[verb],
			 needs & ACT_NEEDS_SUBJECT ? "\"subject\":\"box\"," : "",
			 needs & ACT_NEEDS_VALUE ? "\"value\":\"v\"," : "");
		send_line(fd, line);
		if (!role_is_in(ROLE_SUPERVISOR,
				act_rule_of((enum act_verb)verb)->roles)) {
			rpc_rig_expect_error(rpc_rig_receive(fd), -32011, words[verb]);
			continue;
		}
		act = take_act();
		assert_int_equal(act.verb, verb);
		assert_int_equal(act.role, ROLE_SUPERVISOR);
		assert_int_equal(act.subject,
				 needs & ACT_NEEDS_SUBJECT ? EVIDENCE_BOX : 0);
		assert_string_equal(act.value, needs & ACT_NEEDS_VALUE ? "v" : "");
		put_result(act.token, KAKOU_OK, 1, "");
		json_decref(rpc_rig_receive(fd));
	}
	close(fd);
}

static void a_reset_may_mean_no_passage(void **state)
{
	int fd = rpc_rig_connect(&rig);
	struct act act;

	(void)state;
	send_line(fd, REQUEST("{\"lane\":\"in1\",\"passage\":0,\"act\":\"reset\","
			      "\"reason\":\"b\",\"screen\":\"c\"}"));
	act = take_act();
	assert_int_equal(act.verb, ACT_RESET);
	assert_int_equal(act.passage, 0);
	close(fd);
}

int main(void)
{
#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, start, stop)
	const struct CMUnitTest tests[] = {
		WITH_SERVER(an_act_arrives_as_it_was_meant),
		WITH_SERVER(a_second_person_is_a_supervisor_and_not_who_releases),
		WITH_SERVER(an_accepted_act_is_answered_with_its_event),
		WITH_SERVER(a_refused_act_is_answered_with_the_reason_and_its_code),
		WITH_SERVER(a_refusal_without_words_is_still_named),
		WITH_SERVER(who_needs_a_second_person_is_told_so_by_a_code_of_its_own),
		WITH_SERVER(each_result_goes_to_who_asked),
		WITH_SERVER(an_act_without_result_ends_after_two_seconds),
		WITH_SERVER(a_result_for_a_client_that_left_does_nothing),
		WITH_SERVER(acts_beyond_the_queue_are_refused_and_nothing_is_done),
		WITH_SERVER(an_act_says_who_why_what_and_from_where),
		WITH_SERVER(every_verb_has_its_word),
		WITH_SERVER(a_reset_may_mean_no_passage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

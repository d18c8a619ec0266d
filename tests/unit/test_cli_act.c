/* SPDX-License-Identifier: MIT */
/*
 * The command kakou: acts, who does them, and how they end.
 *
 * Layer: tests.
 */
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "hal/text.h"
#include "tests/unit/cli_rig.h"
#include "tests/unit/rpc_healths.h"
#include "tests/unit/rpc_journal.h"
#include "tests/unit/rpc_rig.h"

static struct rpc_rig rig;
static char ticket_path[300];

/* As kakou login leaves it. */
static void keep_ticket(void)
{
	char ticket[TICKET_TEXT + 1];
	FILE *file;

	rpc_rig_log_in(&rig, "王关员", "officer", ticket);
	snprintf(ticket_path, sizeof(ticket_path), "%s/ticket", rig.directory);
	assert_int_equal(setenv("KAKOU_TICKET", ticket_path, 1), 0);
	(void)umask(077);
	file = fopen(ticket_path, "w");
	assert_non_null(file);
	fputs(ticket, file);
	fclose(file);
}

static int start(void **state)
{
	(void)state;
	rpc_healths_reset();
	rpc_rig_set_up(&rig, rpc_journal_reset());
	rpc_rig_start(&rig);
	keep_ticket();
	return 0;
}

static int stop(void **state)
{
	(void)state;
	rpc_rig_tear_down(&rig);
	return 0;
}

static struct {
	struct act act;
	struct act_result result;
} control;

/* One act, answered as a control thread would. */
static void *answer_act(void *arg)
{
	struct pollfd wait = {.fd = queue_fd(rig.acts), .events = POLLIN};

	(void)arg;
	if (poll(&wait, 1, 5000) == 1 && queue_pop(rig.acts, &control.act)) {
		control.result.token = control.act.token;
		assert_int_equal(queue_push(rig.act_results, &control.result), 0);
	}
	queue_quiet(rig.acts);
	return NULL;
}

static pthread_t begin_control(enum kakou_err err, int64_t seq, const char *why)
{
	pthread_t thread;

	control.result.error = (int8_t)err;
	control.result.seq = seq;
	text_copy(control.result.why, sizeof(control.result.why), why);
	assert_int_equal(pthread_create(&thread, NULL, answer_act, NULL), 0);
	return thread;
}

static void an_act_that_the_record_does_not_have_yet_names_no_event(void **state)
{
	pthread_t thread = begin_control(KAKOU_OK, 0, "");

	(void)state;
	cli_rig_expect(0, "emergency accepted; the record can't be written now", NULL,
		       rig.site->control_socket, "emergency", "in1", "--reason", "fire",
		       NULL);
	pthread_join(thread, NULL);
	assert_int_equal(control.act.verb, ACT_EMERGENCY);
}

static void an_accepted_act_names_its_event(void **state)
{
	pthread_t thread = begin_control(KAKOU_OK, 31, "");

	(void)state;
	cli_rig_expect(0, "release accepted, event 31", NULL, rig.site->control_socket,
		       "release", "in1", "--passage", "3", "--reason", "doc seen", NULL);
	pthread_join(thread, NULL);
	assert_int_equal(control.act.verb, ACT_RELEASE);
	assert_int_equal(control.act.passage, 3);
	assert_string_equal(control.act.actor, "王关员");
	assert_string_equal(control.act.reason, "doc seen");
	assert_string_equal(control.act.screen, "kakou");
}

static void a_refused_act_exits_with_1_and_the_reason(void **state)
{
	pthread_t thread = begin_control(KAKOU_E_REFUSED, 32, "passage 3 has gone");

	(void)state;
	cli_rig_expect(1, NULL, "kakou return: passage 3 has gone",
		       rig.site->control_socket, "return", "in1", "--passage", "3",
		       "--reason", "x", NULL);
	pthread_join(thread, NULL);
	assert_int_equal(control.act.verb, ACT_RETURN);
}

static void without_a_ticket_an_act_says_how_to_get_one(void **state)
{
	(void)state;
	assert_int_equal(unlink(ticket_path), 0);
	cli_rig_expect(1, NULL, "kakou hold: no ticket: log in first, as by kakou login",
		       rig.site->control_socket, "hold", "in1", "--passage", "3",
		       "--reason", "x", NULL);
}

static void a_reset_needs_no_passage(void **state)
{
	pthread_t thread = begin_control(KAKOU_OK, 35, "");

	(void)state;
	cli_rig_expect(0, "reset accepted, event 35", NULL, rig.site->control_socket,
		       "reset", "out1", "--reason", "arm seen down", NULL);
	pthread_join(thread, NULL);
	assert_int_equal(control.act.verb, ACT_RESET);
	assert_int_equal(control.act.lane, 1);
	assert_int_equal(control.act.passage, 0);
}

static void a_correction_has_its_kind_and_value(void **state)
{
	pthread_t thread = begin_control(KAKOU_OK, 36, "");

	(void)state;
	cli_rig_expect(0, "correct accepted, event 36", NULL, rig.site->control_socket,
		       "correct", "in1", "box", "CSQU3054383", "--passage", "3",
		       "--reason", "by eye", NULL);
	pthread_join(thread, NULL);
	assert_int_equal(control.act.verb, ACT_CORRECT);
	assert_int_equal(control.act.subject, EVIDENCE_BOX);
	assert_string_equal(control.act.value, "CSQU3054383");
	cli_rig_expect(2, NULL, "too few words", rig.site->control_socket, "correct",
		       "in1", "box", "--passage", "3", "--reason", "x", NULL);
	cli_rig_expect(2, NULL, "got no --passage", rig.site->control_socket, "choose",
		       "in1", "Z1", "--reason", "x", NULL);
}

static void a_turn_names_the_direction_it_turns_to(void **state)
{
	pthread_t thread = begin_control(KAKOU_OK, 38, "");

	(void)state;
	cli_rig_expect(0, "turn accepted, event 38", NULL, rig.site->control_socket,
		       "turn", "in1", "E", "--reason", "evening peak", NULL);
	pthread_join(thread, NULL);
	assert_int_equal(control.act.verb, ACT_TURN);
	assert_string_equal(control.act.value, "E");
}

static void an_alarm_is_acknowledged_without_a_passage(void **state)
{
	pthread_t thread = begin_control(KAKOU_OK, 37, "");

	(void)state;
	cli_rig_expect(0, "ack accepted", NULL, rig.site->control_socket, "ack", "in1",
		       "tailgate", "--reason", "seen", NULL);
	pthread_join(thread, NULL);
	assert_int_equal(control.act.verb, ACT_ACK);
	assert_string_equal(control.act.value, "tailgate");
	assert_int_equal(control.act.passage, 0);
}

static void an_alarm_is_shelved_for_some_minutes_and_no_more_than_the_limit(void **state)
{
	pthread_t thread = begin_control(KAKOU_OK, 39, "");

	(void)state;
	cli_rig_expect(0, "shelve accepted, event 39", NULL, rig.site->control_socket,
		       "shelve", "in1", "overstay", "30", "--reason", "known", NULL);
	pthread_join(thread, NULL);
	assert_int_equal(control.act.verb, ACT_SHELVE);
	assert_string_equal(control.act.value, "overstay 30");
	assert_string_equal(control.act.reason, "known");
	cli_rig_expect(2, NULL, "MINUTES: got \"481\"", rig.site->control_socket,
		       "shelve", "in1", "overstay", "481", "--reason", "known", NULL);
	cli_rig_expect(2, NULL, "got no --reason", rig.site->control_socket, "shelve",
		       "in1", "overstay", "30", NULL);
}

/* What kakou reads as its standard input. */
static void give_input(const char *text)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], text, strlen(text)), (ssize_t)strlen(text));
	close(ends[1]);
	assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
	close(ends[0]);
}

static void expect_note(enum event_kind kind)
{
	struct event note = rpc_rig_take_note(&rig);
	const char *actor;

	assert_int_equal(note.kind, kind);
	assert_true(event_get_text(&note, "actor", &actor));
	assert_string_equal(actor, "chief");
}

static void a_release_is_approved_by_a_second_person_with_a_password(void **state)
{
	char ticket[TICKET_TEXT + 1];
	pthread_t thread;

	(void)state;
	rpc_rig_log_in(&rig, "chief", "supervisor", ticket);
	thread = begin_control(KAKOU_OK, 40, "");
	give_input("password of chief\n");
	cli_rig_expect(0, "release accepted, event 40", NULL, rig.site->control_socket,
		       "release", "in1", "--passage", "3", "--reason", "papers seen",
		       "--second", "chief", NULL);
	pthread_join(thread, NULL);
	assert_string_equal(control.act.actor, "王关员");
	assert_string_equal(control.act.second, "chief");
	expect_note(EVENT_LOGIN);
	expect_note(EVENT_LOGOUT); /* for this act alone */
	give_input("not the password\n");
	cli_rig_expect(1, NULL, "kakou release: ", rig.site->control_socket, "release",
		       "in1", "--passage", "3", "--reason", "x", "--second", "chief",
		       NULL);
	give_input("password of 王关员\n");
	cli_rig_expect(1, NULL, "second: expected", rig.site->control_socket, "release",
		       "in1", "--passage", "3", "--reason", "x", "--second", "王关员",
		       NULL);
	/* Other acts need nobody else. */
	cli_rig_expect(2, NULL, "expected: kakou hold", rig.site->control_socket, "hold",
		       "in1", "--passage", "3", "--reason", "x", "--second", "chief",
		       NULL);
}

static void who_needs_a_second_person_is_told_the_word_for_it(void **state)
{
	pthread_t thread = begin_control(KAKOU_E_SECOND, 41, "approval besides");

	(void)state;
	cli_rig_expect(1, NULL, "approval besides: again with --second NAME",
		       rig.site->control_socket, "release", "in1", "--passage", "3",
		       "--reason", "x", NULL);
	pthread_join(thread, NULL);
}

int main(void)
{
#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, start, stop)
	const struct CMUnitTest tests[] = {
		WITH_SERVER(an_act_that_the_record_does_not_have_yet_names_no_event),
		WITH_SERVER(an_accepted_act_names_its_event),
		WITH_SERVER(a_refused_act_exits_with_1_and_the_reason),
		WITH_SERVER(without_a_ticket_an_act_says_how_to_get_one),
		WITH_SERVER(a_reset_needs_no_passage),
		WITH_SERVER(a_correction_has_its_kind_and_value),
		WITH_SERVER(a_turn_names_the_direction_it_turns_to),
		WITH_SERVER(an_alarm_is_acknowledged_without_a_passage),
		WITH_SERVER(
			an_alarm_is_shelved_for_some_minutes_and_no_more_than_the_limit),
		WITH_SERVER(a_release_is_approved_by_a_second_person_with_a_password),
		WITH_SERVER(who_needs_a_second_person_is_told_the_word_for_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * People over the control socket: who may log in, who may change whom, and what the record
 * gets to know.
 *
 * Layer: tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "hal/file.h"
#include "tests/unit/rpc_people.h"

enum {
	PARAMS = -32602,
	REFUSED = -32005,
	FULL = -32008,
	INVALID = -32009,
	DENIED = -32011
};

static json_t *log_in(const char *name, const char *password)
{
	return rpc_rig_callf(&rig, "login", "{'name':'%s','password':'%s','screen':'t'}",
			     name, password);
}

static void expect_note(enum event_kind kind, const char *key, const char *value)
{
	struct event event = rpc_rig_take_note(&rig);
	const char *text = "";

	assert_string_equal(event_kind_name(event.kind), event_kind_name(kind));
	assert_true(event_get_text(&event, key, &text));
	if (!strstr(text, value))
		fail_msg("%s is \"%s\", expected %s", key, text, value);
}

static void expect_no_note(void)
{
	struct event event;

	assert_false(queue_pop(rig.notes, &event));
}

static void the_first_person_is_a_supervisor_added_by_root(void **state)
{
	(void)state;
	rpc_rig_expect_error(rpc_rig_callf(&rig, "people.add",
					   "{'name':'a','role':'officer','password':"
					   "'long enough','screen':'t'}"),
			     INVALID, "expected supervisor for the first person");
	expect_note(EVENT_ACCESS_REFUSED, "actor", "root");
	expect_done(rpc_rig_callf(&rig, "people.add",
				  "{'name':'a','role':'supervisor','password':'long "
				  "enough','screen':'t'}"));
	expect_note(EVENT_PEOPLE_CHANGED, "actor", "root");
	rpc_rig_expect_error(
		rpc_rig_callf(&rig, "people.add",
			      "{'name':'b','role':'supervisor','password':'long "
			      "enough','screen':'t'}"),
		DENIED, "a supervisor logs in and adds others");
}

static void a_wrong_password_and_an_unknown_name_are_answered_alike(void **state)
{
	(void)state;
	rpc_rig_expect_error(log_in("li", "wrong"), REFUSED, "wrong name or password");
	expect_note(EVENT_LOGIN_REFUSED, "actor", "li");
	rpc_rig_expect_error(log_in("zhao", "wrong"), REFUSED, "wrong name or password");
	expect_note(EVENT_LOGIN_REFUSED, "actor", "zhao");
	expect_done(log_in("li", "password of li"));
	expect_note(EVENT_LOGIN, "role", "officer");
}

static void five_wrong_passwords_keep_a_person_out_for_five_minutes(void **state)
{
	(void)state;
	for (int i = 0; i < DESK_FAILURES_MAX; i++)
		rpc_rig_expect_error(log_in("li", "wrong"), REFUSED, "wrong");
	rpc_rig_expect_error(log_in("li", "password of li"), REFUSED,
			     "kept out after 5 wrong passwords: try again in 3");
	rpc_rig_advance(&rig, DESK_KEEP_OUT_MS - 1);
	rpc_rig_expect_error(log_in("li", "password of li"), REFUSED, "kept out");
	rpc_rig_advance(&rig, 2);
	expect_done(log_in("li", "password of li"));
	rpc_rig_expect_error(log_in("li", "wrong"), REFUSED, "wrong"); /* counted anew */
	expect_done(log_in("li", "password of li"));
}

static void a_supervisor_ends_the_keeping_out(void **state)
{
	(void)state;
	for (int i = 0; i < DESK_FAILURES_MAX; i++)
		rpc_rig_expect_error(log_in("li", "wrong"), REFUSED, "wrong");
	expect_done(rpc_rig_callf(&rig, "people.unlock",
				  "{'ticket':'%s','name':'li','screen':'t'}", chief));
	expect_done(log_in("li", "password of li"));
}

static void only_a_supervisor_changes_people(void **state)
{
	static const char *const methods[] = {"people.add",    "people.password",
					      "people.role",   "people.lock",
					      "people.unlock", "people.remove"};

	(void)state;
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		rpc_rig_expect_error(
			rpc_rig_callf(&rig, methods[i],
				      "{'ticket':'%s','name':'chief','screen':'t'}",
				      officer),
			DENIED, "li is officer, and people");
		expect_note(EVENT_ACCESS_REFUSED, "actor", "li");
	}
}

static void who_has_no_ticket_is_recorded_at_most_once_a_second(void **state)
{
	struct event event;
	int64_t count;

	(void)state;
	for (int i = 0; i < 3; i++)
		rpc_rig_expect_error(
			rpc_rig_callf(&rig, "people.lock", "{'name':'li','screen':'t'}"),
			DENIED, "no ticket: log in first");
	expect_note(EVENT_ACCESS_REFUSED, "method", "people.lock");
	expect_no_note();
	rpc_rig_advance(&rig, 1001);
	rpc_rig_expect_error(
		rpc_rig_callf(&rig, "people.lock", "{'name':'li','screen':'t'}"), DENIED,
		"no ticket");
	event = rpc_rig_take_note(&rig);
	assert_true(event_get_number(&event, "count", &count));
	assert_int_equal(count, 3);
}

static void root_without_a_ticket_rescues_a_supervisor_and_nobody_else(void **state)
{
	(void)state;
	rpc_rig_expect_error(rpc_rig_callf(&rig, "people.password",
					   "{'name':'li','password':'long "
					   "enough','screen':'t'}"),
			     DENIED, "li is no supervisor");
	expect_done(rpc_rig_callf(&rig, "people.password",
				  "{'name':'chief','password':'long "
				  "enough','screen':'t'}"));
	expect_done(log_in("chief", "long enough"));
}

static void the_last_supervisor_stays(void **state)
{
	char other[TICKET_TEXT + 1];

	(void)state;
	rpc_rig_expect_error(rpc_rig_callf(&rig, "people.remove",
					   "{'ticket':'%s','name':'chief','screen':'t'}",
					   chief),
			     REFUSED, "chief is the last supervisor");
	rpc_rig_expect_error(rpc_rig_callf(&rig, "people.lock",
					   "{'ticket':'%s','name':'chief','screen':'t'}",
					   chief),
			     REFUSED, "last supervisor");
	rpc_rig_expect_error(
		rpc_rig_callf(
			&rig, "people.role",
			"{'ticket':'%s','name':'chief','role':'viewer','screen':'t'}",
			chief),
		REFUSED, "last supervisor");
	rpc_rig_log_in(&rig, "second", "supervisor", other);
	expect_done(rpc_rig_callf(&rig, "people.remove",
				  "{'ticket':'%s','name':'chief','screen':'t'}", other));
	expect_note(EVENT_PEOPLE_CHANGED, "change", "removed");
	rpc_rig_expect_error(rpc_rig_callf(&rig, "whoami", "{'ticket':'%s'}", chief),
			     DENIED, "log in again");
}

static void a_ticket_ends_with_what_it_says(void **state)
{
	/* clang-format off */
	static const struct {
		const char *method, *params;
	} cases[] = {
		{ "people.role", "'role':'viewer'," },
		{ "people.password", "'password':'password of li'," },
		{ "people.lock", "" },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *answer = log_in("li", "password of li");
		char *ticket = strdup(json_string_value(
			json_object_get(rpc_rig_result(answer), "ticket")));

		json_decref(answer);
		expect_done(rpc_rig_callf(&rig, "whoami", "{'ticket':'%s'}", ticket));
		expect_done(rpc_rig_callf(&rig, cases[i].method,
					  "{'ticket':'%s','name':'li',%s'screen':'t'}",
					  chief, cases[i].params));
		rpc_rig_expect_error(
			rpc_rig_callf(&rig, "whoami", "{'ticket':'%s'}", ticket), DENIED,
			"log in again");
		free(ticket);
	}
	rpc_rig_expect_error(log_in("li", "password of li"), REFUSED, "li is locked");
}

static void ones_own_new_password_needs_the_old_one_and_gives_a_new_ticket(void **state)
{
	json_t *answer;
	const char *fresh;

	(void)state;
	rpc_rig_expect_error(
		rpc_rig_callf(&rig, "password",
			      "{'ticket':'%s','password':'wrong','fresh':'new "
			      "password','screen':'t'}",
			      officer),
		REFUSED, "wrong name or password");
	rpc_rig_expect_error(rpc_rig_callf(&rig, "password",
					   "{'ticket':'%s','password':'password of "
					   "li','fresh':'short','screen':'t'}",
					   officer),
			     INVALID, "expected at least 8 characters");
	answer = rpc_rig_callf(&rig, "password",
			       "{'ticket':'%s','password':'password of li','fresh':'new "
			       "password','screen':'t'}",
			       officer);
	fresh = json_string_value(json_object_get(rpc_rig_result(answer), "ticket"));
	expect_done(rpc_rig_callf(&rig, "whoami", "{'ticket':'%s'}", fresh));
	json_decref(answer);
	rpc_rig_expect_error(rpc_rig_callf(&rig, "whoami", "{'ticket':'%s'}", officer),
			     DENIED, "log in again");
	expect_done(log_in("li", "new password"));
}

static char *ticket_of(json_t *answer)
{
	char *ticket = strdup(
		json_string_value(json_object_get(rpc_rig_result(answer), "ticket")));

	json_decref(answer);
	return ticket;
}

static void a_password_that_another_gave_opens_nothing_but_its_change(void **state)
{
	json_t *answer;
	char *ticket;

	(void)state;
	expect_done(rpc_rig_callf(
		&rig, "people.add",
		"{'ticket':'%s','name':'new','role':'officer','password':'given "
		"to new','must_change':true,'screen':'t'}",
		chief));
	answer = log_in("new", "given to new");
	assert_true(json_is_true(json_object_get(rpc_rig_result(answer), "must_change")));
	ticket = ticket_of(answer);
	rpc_rig_expect_error(
		rpc_rig_callf(&rig, "act",
			      "{'ticket':'%s','lane':'in1','act':'lock','reason':'x',"
			      "'screen':'t'}",
			      ticket),
		DENIED, "change it first");
	rpc_rig_expect_error(
		rpc_rig_callf(&rig, "handover",
			      "{'ticket':'%s','incoming':'%s','reason':'x','screen':"
			      "'t'}",
			      officer, ticket),
		DENIED, "changed first");
	expect_done(rpc_rig_callf(&rig, "whoami", "{'ticket':'%s'}", ticket));
	answer = rpc_rig_callf(
		&rig, "password",
		"{'ticket':'%s','password':'given to new','fresh':'known to "
		"nobody','screen':'t'}",
		ticket);
	free(ticket);
	ticket = ticket_of(answer);
	expect_done(rpc_rig_callf(&rig, "people.lock",
				  "{'ticket':'%s','name':'li','screen':'t'}", chief));
	rpc_rig_expect_error(rpc_rig_callf(&rig, "people.lock",
					   "{'ticket':'%s','name':'li','screen':'t'}",
					   ticket),
			     DENIED, "asks for supervisor");
	free(ticket);
	answer = log_in("new", "known to nobody");
	assert_true(
		json_is_false(json_object_get(rpc_rig_result(answer), "must_change")));
	json_decref(answer);
}

static void after_logging_out_the_ticket_is_none(void **state)
{
	(void)state;
	expect_done(rpc_rig_callf(&rig, "logout", "{'ticket':'%s'}", officer));
	expect_note(EVENT_LOGOUT, "actor", "li");
	rpc_rig_expect_error(rpc_rig_callf(&rig, "logout", "{'ticket':'%s'}", officer),
			     DENIED, "the ticket is none or no more");
}

static void an_act_beyond_the_role_is_refused_and_recorded(void **state)
{
	char technician[TICKET_TEXT + 1];
	struct act act;

	(void)state;
	rpc_rig_log_in(&rig, "tech", "technician", technician);
	rpc_rig_expect_error(
		rpc_rig_callf(&rig, "act",
			      "{'ticket':'%s','lane':'in1','passage':3,'act':'release',"
			      "'reason':'r','screen':'t'}",
			      technician),
		DENIED,
		"tech is technician, and release asks for officer or "
		"supervisor");
	expect_note(EVENT_ACCESS_REFUSED, "act", "release");
	rpc_rig_expect_error(rpc_rig_callf(&rig, "act",
					   "{'lane':'in1','passage':3,'act':'release',"
					   "'reason':'r','screen':'t'}"),
			     DENIED, "no ticket");
	assert_false(queue_pop(rig.acts, &act));
}

static void what_the_record_takes_no_more_is_not_done(void **state)
{
	struct event event;

	(void)state;
	event_begin(&event, EVENT_LOGOUT, EVENT_NO_LANE, 0);
	while (queue_push(rig.notes, &event) == KAKOU_OK)
		; /* the server's thread pushes none meanwhile */
	rpc_rig_expect_error(rpc_rig_callf(&rig, "people.lock",
					   "{'ticket':'%s','name':'li','screen':'t'}",
					   chief),
			     FULL, "the record takes nothing now; nothing was done");
	rpc_rig_expect_error(log_in("li", "password of li"), FULL, "nothing was done");
	while (queue_pop(rig.notes, &event))
		;
	expect_done(log_in("li", "password of li"));
}

/* The file of the people as another left it; then the desk begins anew with it. */
static void write_people(const char *text, mode_t mode)
{
	struct why why;
	char path[300];

	(void)snprintf(path, sizeof(path), "%s/people", rig.directory);
	assert_int_equal(file_write_atomic(path, text, strlen(text), mode, &why), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static void start_with_people(const char *text, mode_t mode)
{
	struct why why;

	rpc_healths_reset();
	rpc_rig_set_up(&rig, rpc_journal_reset());
	desk_close(rig.desk);
	write_people(text, mode);
	assert_int_equal(desk_open(&rig.desk, rig.directory, PASSWORD_COST_LEAST, &why),
			 0);
	rig.config.desk = rig.desk;
	rpc_rig_start(&rig);
}

static void a_damaged_file_lets_nobody_in_alarms_and_is_read_again_when_it_is_right(
	void **state)
{
	json_t *answer;

	(void)state;
	start_with_people("kakou people 1\nli:officer\n", 0600);
	expect_note(EVENT_ALARM, "text", "line 2: expected 5 fields");
	rpc_rig_expect_error(log_in("li", "password of li"), INVALID,
			     "the people file is damaged, so nobody can log in");
	expect_note(EVENT_LOGIN_REFUSED, "why", "damaged");
	rpc_rig_expect_error(rpc_rig_callf(&rig, "act",
					   "{'lane':'in1','passage':3,'act':'release',"
					   "'reason':'r','screen':'t'}"),
			     DENIED, "the people file is damaged");
	expect_note(EVENT_ACCESS_REFUSED, "method", "act");
	answer = rpc_rig_callf(&rig, "people", "{}");
	assert_non_null(strstr(
		json_string_value(json_object_get(rpc_rig_result(answer), "damage")),
		"line 2"));
	json_decref(answer);
	write_people("kakou people 1\n", 0600);
	rpc_rig_expect_error(log_in("li", "password of li"), REFUSED, "wrong name");
	expect_note(EVENT_LOGIN_REFUSED, "why", "wrong name");
	expect_note(EVENT_ALARM_ENDED, "code", "people_damaged");
}

static void root_begins_anew_over_a_file_that_others_could_read(void **state)
{
	char path[300];

	(void)state;
	start_with_people("kakou people 1\n", 0644);
	expect_note(EVENT_ALARM, "text", "expected 0600");
	rpc_rig_expect_error(rpc_rig_callf(&rig, "people.add",
					   "{'name':'a','role':'officer','password':"
					   "'long enough','screen':'t'}"),
			     INVALID, "expected supervisor for the first person");
	expect_note(EVENT_ACCESS_REFUSED, "actor", "root");
	rpc_rig_expect_error(
		rpc_rig_callf(&rig, "people.unlock", "{'name':'li','screen':'t'}"),
		INVALID, "the people file is damaged");
	expect_note(EVENT_ACCESS_REFUSED, "actor", "root");
	expect_done(rpc_rig_callf(&rig, "people.add",
				  "{'name':'a','role':'supervisor','password':'long "
				  "enough','screen':'t'}"));
	expect_note(EVENT_PEOPLE_CHANGED, "actor", "root");
	expect_note(EVENT_ALARM_ENDED, "code", "people_damaged");
	(void)snprintf(path, sizeof(path), "%s/people.damaged", rig.directory);
	assert_int_equal(access(path, F_OK), 0);
	expect_done(log_in("a", "long enough"));
}

static void a_list_shows_people_and_no_hashes(void **state)
{
	json_t *answer = rpc_rig_callf(&rig, "people", "{}");
	char *text = json_dumps(answer, JSON_COMPACT);

	(void)state;
	assert_non_null(strstr(text, "\"name\":\"li\",\"role\":\"officer\""));
	assert_null(strstr(text, "$y$"));
	free(text);
	json_decref(answer);
}

static void a_password_is_never_quoted(void **state)
{
	json_t *answer = rpc_rig_callf(&rig, "login",
				       "{'name':'li','password':'tab\\u0009secret',"
				       "'screen':'t'}");
	char *text = json_dumps(answer, JSON_COMPACT);

	(void)state;
	assert_null(strstr(text, "secret"));
	assert_non_null(strstr(text, "password: got another"));
	free(text);
	json_decref(answer);
}

int main(void)
{
#define WITH_PEOPLE(test) cmocka_unit_test_setup_teardown(test, start, stop)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			the_first_person_is_a_supervisor_added_by_root, start_empty,
			stop),
		WITH_PEOPLE(a_wrong_password_and_an_unknown_name_are_answered_alike),
		WITH_PEOPLE(five_wrong_passwords_keep_a_person_out_for_five_minutes),
		WITH_PEOPLE(a_supervisor_ends_the_keeping_out),
		WITH_PEOPLE(only_a_supervisor_changes_people),
		WITH_PEOPLE(who_has_no_ticket_is_recorded_at_most_once_a_second),
		WITH_PEOPLE(root_without_a_ticket_rescues_a_supervisor_and_nobody_else),
		WITH_PEOPLE(the_last_supervisor_stays),
		WITH_PEOPLE(a_ticket_ends_with_what_it_says),
		WITH_PEOPLE(
			ones_own_new_password_needs_the_old_one_and_gives_a_new_ticket),
		WITH_PEOPLE(a_password_that_another_gave_opens_nothing_but_its_change),
		WITH_PEOPLE(after_logging_out_the_ticket_is_none),
		WITH_PEOPLE(an_act_beyond_the_role_is_refused_and_recorded),
		WITH_PEOPLE(what_the_record_takes_no_more_is_not_done),
		cmocka_unit_test_teardown(
			a_damaged_file_lets_nobody_in_alarms_and_is_read_again_when_it_is_right,
			stop),
		cmocka_unit_test_teardown(
			root_begins_anew_over_a_file_that_others_could_read, stop),
		WITH_PEOPLE(a_list_shows_people_and_no_hashes),
		WITH_PEOPLE(a_password_is_never_quoted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

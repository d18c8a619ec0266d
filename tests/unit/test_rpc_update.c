/* SPDX-License-Identifier: MIT */
/*
 * Updates over the control socket: when the lanes are quiet, who may begin one, and that older
 * versions need a supervisor.
 *
 * Layer: tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hal/clock.h"
#include "hal/fake/fake.h"
#include "tests/unit/rpc_healths.h"
#include "tests/unit/rpc_journal.h"
#include "tests/unit/rpc_rig.h"

enum { PARAMS = -32602, REFUSED = -32005, DENIED = -32011 };

static struct rpc_rig rig;
static struct snapshot shot;
static char chief[TICKET_TEXT + 1], officer[TICKET_TEXT + 1], tech[TICKET_TEXT + 1];

static int start(void **state)
{
	(void)state;
	rpc_healths_reset();
	rpc_rig_set_up(&rig, rpc_journal_reset());
	rpc_rig_fill_snapshot(&rig, &shot);
	fake_clock_advance(100000);
	for (size_t i = 0; i < shot.lane_count; i++)
		shot.lanes[i].state_since_ms = clock_mono_ms() - 30000;
	rpc_rig_start(&rig);
	rpc_rig_log_in(&rig, "chief", "supervisor", chief);
	rpc_rig_log_in(&rig, "li", "officer", officer);
	rpc_rig_log_in(&rig, "wang", "technician", tech);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	rpc_rig_tear_down(&rig);
	return 0;
}

/* NULL: they are quiet. Otherwise the only busy lane and a part of the reason. */
static void expect_quiet(const char *lane, const char *why)
{
	json_t *answer, *result, *busy;

	mailbox_put(rig.mailbox, &shot);
	answer = rpc_rig_call(&rig, "update.quiet", NULL);
	result = rpc_rig_result(answer);
	busy = json_object_get(result, "busy");
	assert_int_equal(json_is_true(json_object_get(result, "is_quiet")), lane == NULL);
	assert_int_equal(json_array_size(busy), lane ? 1 : 0);
	assert_int_equal(json_is_null(json_object_get(result, "quiet_ms")), lane != NULL);
	if (lane) {
		busy = json_array_get(busy, 0);
		assert_string_equal(json_string_value(json_object_get(busy, "lane")),
				    lane);
		assert_non_null(
			strstr(json_string_value(json_object_get(busy, "why")), why));
	}
	json_decref(answer);
}

static void the_lanes_are_quiet_since_the_last_one_came_to_rest(void **state)
{
	json_t *answer;

	(void)state;
	shot.lanes[1].state_since_ms = clock_mono_ms() - 4000;
	expect_quiet(NULL, NULL);
	answer = rpc_rig_call(&rig, "update.quiet", NULL);
	assert_int_equal(
		json_integer_value(json_object_get(rpc_rig_result(answer), "quiet_ms")),
		4000);
	json_decref(answer);
}

static void one_lane_with_a_vehicle_or_a_moving_arm_is_enough_to_wait(void **state)
{
	struct snapshot_lane *lane = &shot.lanes[1];
	const struct snapshot_lane idle = *lane;

	(void)state;
	lane->passage = 7;
	expect_quiet("out1", "a vehicle");
	*lane = idle;
	lane->state = "closing";
	expect_quiet("out1", "not idle");
	*lane = idle;
	lane->arm = "lowering";
	expect_quiet("out1", "moves");
	*lane = idle;
	lane->arm = "up";
	expect_quiet("out1", "up");
	*lane = idle;
	lane->mode_until_ms = clock_mono_ms() + 1;
	expect_quiet("out1", "emergency mode");
	*lane = idle;
	lane->state = "blocked";
	expect_quiet("out1", "an officer resets or locks it");
	lane->is_locked = true;
	expect_quiet(NULL, NULL);
}

#define WORDS "'reason':'line 2','screen':'t'"

static void expect_begun(const char *what, const char *actor)
{
	struct event event = rpc_rig_take_note(&rig);
	const char *text = "";

	assert_string_equal(event_kind_name(event.kind), "update");
	assert_true(event_get_text(&event, "what", &text));
	assert_string_equal(text, what);
	assert_true(event_get_text(&event, "actor", &text));
	assert_string_equal(text, actor);
	assert_true(event_get_text(&event, "version", &text));
	assert_true(event_get_text(&event, "reason", &text));
}

static void expect_accepted(json_t *answer)
{
	assert_true(json_is_true(json_object_get(rpc_rig_result(answer), "accepted")));
	json_decref(answer);
}

static void technicians_and_root_may_begin_and_officers_may_not(void **state)
{
	(void)state;
	expect_accepted(rpc_rig_callf(
		&rig, "update.begin",
		"{'version':'1.1','running':'1.0','ticket':'%s'," WORDS "}", tech));
	expect_begun("begun", "wang");
	expect_accepted(rpc_rig_callf(&rig, "update.begin",
				      "{'version':'1.0','running':'1.0'," WORDS "}"));
	expect_begun("begun", "root");
	rpc_rig_expect_error(
		rpc_rig_callf(&rig, "update.begin",
			      "{'version':'1.1','running':'1.0','ticket':'%s'," WORDS "}",
			      officer),
		DENIED, "li is officer");
}

static void an_older_version_needs_a_supervisor_who_means_it(void **state)
{
	(void)state;
	rpc_rig_expect_error(
		rpc_rig_callf(&rig, "update.begin",
			      "{'version':'1.0~','running':'1.0','older':true," WORDS
			      "}"),
		DENIED, "needs a supervisor");
	(void)rpc_rig_take_note(&rig);
	rpc_rig_expect_error(rpc_rig_callf(&rig, "update.begin",
					   "{'version':'1.0~','running':'1.0','older':"
					   "true,'ticket':'%s'," WORDS "}",
					   tech),
			     DENIED, "an older version asks for supervisor");
	(void)rpc_rig_take_note(&rig);
	rpc_rig_expect_error(
		rpc_rig_callf(&rig, "update.begin",
			      "{'version':'1.0~','running':'1.0','ticket':'%s'," WORDS
			      "}",
			      chief),
		REFUSED, "1.0~ is older than 1.0");
	expect_accepted(rpc_rig_callf(
		&rig, "update.begin",
		"{'version':'1.0~','running':'1.0','older':true,'ticket':'%s'," WORDS "}",
		chief));
	expect_begun("begun_older", "chief");
}

/* What runs can't be told: the new one may be older. */
static void what_can_t_be_compared_counts_as_older(void **state)
{
	(void)state;
	rpc_rig_expect_error(
		rpc_rig_callf(&rig, "update.begin", "{'version':'9.0'," WORDS "}"),
		DENIED, "needs a supervisor");
}

static void what_is_no_version_is_refused_and_quoted(void **state)
{
	(void)state;
	rpc_rig_expect_error(rpc_rig_callf(&rig, "update.begin",
					   "{'version':'new','running':'1.0'," WORDS "}"),
			     PARAMS, "got \"new\"");
	rpc_rig_expect_error(
		rpc_rig_callf(&rig, "update.note", "{'what':'booted','running':'1;0'}"),
		PARAMS, "got \"1;0\"");
}

static void what_came_of_it_is_told_by_root_alone(void **state)
{
	struct event event;
	const char *text = "";

	(void)state;
	expect_accepted(rpc_rig_callf(&rig, "update.note",
				      "{'what':'rolled_back','version':'1.1',"
				      "'running':'1.0','slot':'A','why':'it hung'}"));
	event = rpc_rig_take_note(&rig);
	assert_true(event_get_text(&event, "what", &text));
	assert_string_equal(text, "rolled_back");
	assert_true(event_get_text(&event, "why", &text));
	assert_string_equal(text, "it hung");
	rpc_rig_expect_error(rpc_rig_callf(&rig, "update.note",
					   "{'what':'confirmed','ticket':'%s'}", chief),
			     DENIED,
			     "chief is supervisor, and update.note asks for root");
	rpc_rig_expect_error(rpc_rig_callf(&rig, "update.note", "{'what':'lost'}"),
			     PARAMS, "\"lost\"");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_lanes_are_quiet_since_the_last_one_came_to_rest),
		TEST(one_lane_with_a_vehicle_or_a_moving_arm_is_enough_to_wait),
		TEST(technicians_and_root_may_begin_and_officers_may_not),
		TEST(an_older_version_needs_a_supervisor_who_means_it),
		TEST(what_can_t_be_compared_counts_as_older),
		TEST(what_is_no_version_is_refused_and_quoted),
		TEST(what_came_of_it_is_told_by_root_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

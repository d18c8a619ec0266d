/* SPDX-License-Identifier: MIT */
/*
 * Shifts over the control socket: who hands over to whom, and what goes into the record with it.
 *
 * Layer: tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/unit/rpc_people.h"

enum { REFUSED = -32005, DENIED = -32011 };

static void expect_field(const struct event *event, const char *key, const char *value)
{
	const char *text = NULL;

	assert_true(event_get_text(event, key, &text));
	assert_string_equal(text, value);
}

static void a_shift_is_handed_over_by_two_people_with_what_is_open(void **state)
{
	static struct snapshot shot;
	char next[TICKET_TEXT + 1];
	struct event event;

	(void)state;
	rpc_rig_log_in(&rig, "zhang", "officer", next);
	rpc_rig_fill_snapshot(&rig, &shot);
	shot.lanes[0].passage = 12;
	shot.lanes[0].verdict = "hold";
	shot.lanes[0].alarm_count = 2;
	shot.lanes[0].alarms[0] = "hold";
	shot.lanes[0].alarms[1] = "tailgate";
	shot.lanes[0].is_acknowledged[0] = true;
	shot.lanes[1].is_locked = shot.lanes[1].help_is_called = true;
	mailbox_put(rig.mailbox, &shot);
	rpc_rig_expect_error(
		rpc_rig_callf(&rig, "handover",
			      "{'ticket':'%s','incoming':'%s','reason':'r','screen':"
			      "'t'}",
			      officer, officer),
		REFUSED, "got li, who hands over");
	expect_done(rpc_rig_callf(
		&rig, "handover",
		"{'ticket':'%s','incoming':'%s','reason':'night','screen':'t'}", officer,
		next));
	event = rpc_rig_take_note(&rig);
	assert_int_equal(event.kind, EVENT_SHIFT);
	expect_field(&event, "actor", "li");
	expect_field(&event, "to", "zhang");
	expect_field(&event, "holds", "in1:12");
	expect_field(&event, "locked", "out1");
	expect_field(&event, "bypasses", "");
	expect_field(&event, "alarms", "in1:tailgate");
	expect_field(&event, "calls", "out1");
	rpc_rig_expect_error(rpc_rig_callf(&rig, "whoami", "{'ticket':'%s'}", officer),
			     DENIED, "log in again");
	expect_done(rpc_rig_callf(&rig, "whoami", "{'ticket':'%s'}", next));
}

/* Acknowledged alarms are not handed over, but what is bypassed always is. */
static void a_shift_is_handed_over_with_what_is_bypassed(void **state)
{
	static struct snapshot shot;
	struct site_lane *out1 = &rig.site->lanes[1];
	char next[TICKET_TEXT + 1];
	struct event event;
	int64_t count;
	json_t *reply;

	(void)state;
	rpc_rig_log_in(&rig, "zhang", "officer", next);
	rpc_rig_fill_snapshot(&rig, &shot);
	for (size_t i = 0; i < rig.site->lanes[0].evidence_count; i++)
		if (rig.site->lanes[0].evidence[i].kind == EVIDENCE_SEAL ||
		    rig.site->lanes[0].evidence[i].kind == EVIDENCE_CARD)
			shot.devices[rig.site->lanes[0].evidence[i].device].health =
				DEVICE_LOST; /* the card is required: it holds */
	shot.lanes[0].mode_until_ms = clock_mono_ms() + 60000;
	shot.lanes[0].alarms[0] = "safety_device";
	shot.lanes[0].alarms[1] = "emergency";
	shot.lanes[0].is_acknowledged[0] = shot.lanes[0].is_acknowledged[1] = true;
	shot.lanes[0].alarm_count = 2;
	shot.lanes[1].state = "blocked";
	shot.lanes[1].arm = "up";
	out1->rights |= RIGHT_REGISTERED;
	rig.site->offline.types = 1;
	mailbox_put(rig.mailbox, &shot);
	reply = rpc_rig_callf(
		&rig, "handover",
		"{'ticket':'%s','incoming':'%s','reason':'night','screen':'t'}", officer,
		next);
	assert_string_equal(
		json_string_value(
			json_object_get(json_object_get(reply, "result"), "bypasses")),
		"offline_policy, in1:emergency_mode, in1:emergency_raise, "
		"in1:safety_device, in1:no_seal, out1:open_arm, out1:registered_unasked");
	json_decref(reply);
	event = rpc_rig_take_note(&rig);
	expect_field(&event, "bypasses",
		     "offline_policy, in1:emergency_mode, in1:emergency_raise, "
		     "in1:safety_device, in1:no_seal, …");
	assert_true(event_get_number(&event, "bypass_count", &count));
	assert_int_equal(count, 7);
	assert_false(event.was_cut);
	expect_field(&event, "alarms", "");
}

static void a_shift_is_taken_over_by_an_officer_who_is_logged_in(void **state)
{
	char technician[TICKET_TEXT + 1];

	(void)state;
	rpc_rig_log_in(&rig, "tech", "technician", technician);
	rpc_rig_expect_error(
		rpc_rig_callf(&rig, "handover",
			      "{'ticket':'%s','incoming':'%s','reason':'r','screen':"
			      "'t'}",
			      officer, technician),
		DENIED, "tech is technician, expected officer");
	rpc_rig_expect_error(
		rpc_rig_callf(&rig, "handover",
			      "{'ticket':'%s','incoming':'zhang','reason':'r',"
			      "'screen':'t'}",
			      officer),
		DENIED, "log in first");
	expect_done(rpc_rig_callf(&rig, "whoami", "{'ticket':'%s'}", officer));
}

int main(void)
{
#define WITH_PEOPLE(test) cmocka_unit_test_setup_teardown(test, start, stop)
	const struct CMUnitTest tests[] = {
		WITH_PEOPLE(a_shift_is_handed_over_by_two_people_with_what_is_open),
		WITH_PEOPLE(a_shift_is_handed_over_with_what_is_bypassed),
		WITH_PEOPLE(a_shift_is_taken_over_by_an_officer_who_is_logged_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

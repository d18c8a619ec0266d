/* SPDX-License-Identifier: MIT */
/*
 * Actions: a verdict, and what it means in steel: a lift authorised, commanded, observed, or
 * withdrawn; or the vehicle is sent away without one.
 *
 * Layer: firmware. Pure.
 */
#include <assert.h>
#include <string.h>

#include "firmware/lane/lane_internal.h"
#include "hal/text.h"

/* The verdict and the authorised lift go into the record together; the lift itself waits for the
 * commit (doctrine 7). */
void lane_authorise(struct lane *lane, enum customs_verdict verdict, const char *by)
{
	bool is_repeated = lane->clearing_lifts > 0;
	struct event *event;

	lane->verdict = verdict;
	lane->by = by;
	lane->stages.authorised = lane->now_ms;
	lane_entry_release(lane, lane->act != NULL);
	event = lane_record(lane, EVENT_VERDICT);
	event_add_text(event, "verdict", lane_verdict_word(verdict));
	event_add_text(event, "by", by);
	event_add_text(event, "reason", reason_code(lane->reason));
	event = lane_record(lane, EVENT_LIFT_AUTHORISED);
	event_add_text(event, "by", by);
	event_add_text(event, "actor", lane->actor);
	event_add_number(event, "repeated", is_repeated);
	event->ticket = lane->lift_ticket = lane->numbers->next_ticket++;
	if (verdict == VERDICT_RELEASE)
		lane_use_order(lane, strcmp(by, "offline") == 0);
	lane_end_alarm(lane, ALARM_HOLD);
}

void lane_release_by_customs(struct lane *lane)
{
	assert(lane->clearing_lifts == 0); /* doctrine 8 */
	lane->lift_is_manual = false;
	lane_authorise(lane, VERDICT_RELEASE, "customs");
}

void lane_inspect_by_customs(struct lane *lane)
{
	lane->reason = REASON_TARGETED;
	lane->lift_is_manual = false;
	lane_authorise(lane, VERDICT_INSPECT, "customs");
}

/* Into the escape lane behind the arm. */
void lane_return_by_customs(struct lane *lane)
{
	lane->reason = lane->inquiry.reason;
	lane->lift_is_manual = false;
	lane_authorise(lane, VERDICT_RETURN, "customs");
}

static void dismiss(struct lane *lane, enum customs_verdict verdict, const char *by)
{
	struct event *event = lane_record(lane, EVENT_VERDICT);

	lane->verdict = verdict;
	lane->by = by;
	event_add_text(event, "verdict", lane_verdict_word(verdict));
	event_add_text(event, "by", by);
	event_add_text(event, "reason", reason_code(lane->reason));
	lane_end_alarm(lane, ALARM_HOLD);
}

void lane_dismiss_to_inspection(struct lane *lane)
{
	lane->reason = REASON_TARGETED;
	dismiss(lane, VERDICT_INSPECT, "customs");
}

void lane_dismiss_by_customs(struct lane *lane)
{
	dismiss(lane, VERDICT_RETURN, "customs");
}

static void take_act(struct lane *lane)
{
	lane_cancel_inquiry_for_act(lane);
	text_copy(lane->actor, sizeof(lane->actor), lane->act->actor);
	lane_entry_try_again(lane);
}

static const char *by_of_act(const struct lane *lane)
{
	return lane->act->is_customs ? "customs" : "officer";
}

void lane_release_by_officer(struct lane *lane)
{
	take_act(lane);
	lane->lift_is_manual = true;
	lane_authorise(lane, VERDICT_RELEASE, by_of_act(lane));
}

void lane_inspect_by_officer(struct lane *lane)
{
	take_act(lane);
	lane->lift_is_manual = true;
	lane_authorise(lane, VERDICT_INSPECT, by_of_act(lane));
}

void lane_return_by_officer(struct lane *lane)
{
	take_act(lane);
	lane->lift_is_manual = true;
	lane_authorise(lane, VERDICT_RETURN, by_of_act(lane));
}

void lane_dismiss_by_officer(struct lane *lane)
{
	take_act(lane);
	dismiss(lane, lane->act->verb == ACT_INSPECT ? VERDICT_INSPECT : VERDICT_RETURN,
		by_of_act(lane));
}

void lane_withdraw_lift(struct lane *lane, const char *code, const char *why)
{
	struct event *event = lane_record(lane, EVENT_LIFT_WITHDRAWN);

	event_add_text(event, "reason", why);
	event_add_text(event, "code", code);
	lane->lift_ticket = 0;
	lane->by = "";
	if (lane->clearing_lifts == 0)
		lane_free_order(lane);
}

void lane_withdraw_and_hold(struct lane *lane)
{
	lane_withdraw_lift(lane, "officer", "held by an officer");
	lane_hold(lane, REASON_OFFICER);
}

void lane_fail_to_record(struct lane *lane)
{
	lane_withdraw_lift(lane, "record_failed", "the record could not be written");
	lane_hold(lane, REASON_RECORD_FAILED);
}

/* A lift that waits for its lines would move steel when they come back (doctrine 2). */
void lane_refuse_blind_lift(struct lane *lane)
{
	lane_withdraw_lift(lane, "arm_unseen", "the arm can't be seen");
	lane_hold_for_arm(lane);
}

void lane_command_lift(struct lane *lane)
{
	struct event *event = lane_record(lane, EVENT_LIFT_COMMANDED);

	lane->stages.commanded = lane->now_ms;
	lane->clearing_lifts++;
	lane->lifted_for = lane->verdict;
	lane->lift_ticket = 0;
	position_lift(&lane->position, lane->now_ms);
	event_add_number(event, "authorised", lane->lift_seq);
}

void lane_record_lift_observed(struct lane *lane, const char *limit)
{
	struct event *event = lane_record(lane, EVENT_LIFT_OBSERVED);

	event_add_text(event, "limit", limit);
	event_add_number(event, "travel_ms", lane->now_ms - lane->stages.commanded);
}

void lane_observe_lift(struct lane *lane)
{
	lane->stages.up = lane->now_ms;
	lane->was_lifted = true;
	lane_record_lift_observed(lane, "up");
	lane_end_alarm(lane, ALARM_ARM);
}

/* SPDX-License-Identifier: MIT */
/*
 * Actions: a passage ends, and the lane takes up work again.
 *
 * Layer: firmware. Pure.
 */
#include <string.h>

#include "firmware/lane/lane_internal.h"
#include "hal/text.h"

void lane_end_passage(struct lane *lane, const char *outcome)
{
	/* What was cleared offline is asked on, from the record as for all that have gone. */
	if (lane->right.is_offline && lane->site->offline.is_asked_after)
		(void)lane_leave_inquiry(lane);
	else
		lane_cancel_inquiry(lane, outcome, outcome);
	lane_settle_order(lane, outcome);
	if (lane->stages.commanded != 0 && lane->stages.up == 0)
		lane_record_lift_observed(lane, lane->was_lifted ? "between" : "down");
	lane_record_closed(lane, outcome);
	lane_end_alarm(lane, ALARM_HOLD);
	lane_end_alarm(lane, ALARM_OVERSTAY);
	lane->last_passage = lane->passage;
	lane->help_is_called = false;
	lane->help_since_ms = 0;
	memset(&lane->inquiry, 0, sizeof(lane->inquiry));
	lane->passage = 0;
	position_close(&lane->position);
	lane_entry_dismiss(lane);
}

/* An inspection or a return that goes through the gate is not booked as passed (gate-domain
 * section 2). */
static const char *outcome_of(enum customs_verdict verdict)
{
	switch (verdict) {
	case VERDICT_INSPECT: return "to_inspection";
	case VERDICT_RETURN: return "returned";
	default: return "passed";
	}
}

void lane_book_passed(struct lane *lane)
{
	lane->stages.passed = lane->now_ms;
	if (lane->lifted_for == VERDICT_RELEASE)
		lane_pair_passed(lane);
	lane_end_passage(lane, outcome_of(lane->lifted_for));
}

static void alarm_tailgate(struct lane *lane, int64_t passage)
{
	struct event *event = lane_raise_alarm(lane, ALARM_TAILGATE, "",
					       "a second vehicle follows through");

	lane->arrived_ms = 0; /* who came is going through */
	if (!event)
		return;
	event->passage = passage;
	event_add_text(event, "plate", lane_plate_since(lane, lane->stages.commanded));
}

void lane_book_followed(struct lane *lane)
{
	alarm_tailgate(lane, lane->passage);
	lane_book_passed(lane);
}

void lane_alarm_follower(struct lane *lane)
{
	alarm_tailgate(lane, lane->last_passage);
}

void lane_close_unused(struct lane *lane)
{
	lane_raise_alarm(lane, ALARM_LIFTED_NOT_PASSED, "",
			 "the arm was lifted, the vehicle backed out");
	lane_end_passage(lane, "lifted_not_passed");
}

/* Something light without plate or tag (pedestrian, motorcycle) is void, but recorded. */
static bool is_void(const struct lane *lane)
{
	const struct evidence *plate = lane_evidence(lane, EVIDENCE_PLATE);
	const struct evidence *tag = lane_evidence(lane, EVIDENCE_TAG);

	return lane->state == LANE_GATHERING && !(plate && evidence_value(plate)) &&
	       !(tag && evidence_value(tag));
}

void lane_close_backed_out(struct lane *lane)
{
	const char *outcome = "not_passed";

	if (lane->state == LANE_LEAVING)
		outcome = outcome_of(lane->verdict);
	else if (is_void(lane))
		outcome = "void";
	lane_end_passage(lane, outcome);
}

void lane_close_recording(struct lane *lane)
{
	lane_withdraw_lift(lane, "backed_out", "the vehicle backed out");
	lane->verdict = VERDICT_NONE;
	lane_end_passage(lane, "not_passed");
}

void lane_resume(struct lane *lane)
{
	if (lane->interlock.is_locked) {
		struct event *event = lane_record(lane, EVENT_SAFETY);

		event_add_text(event, "rule", "S3");
		event_add_text(event, "what",
			       "the lock of two obstructions is taken back, not on site: "
			       "the lane has no key");
		event_add_text(event, "arm", interlock_arm_name(&lane->interlock));
	}
	interlock_reset(&lane->interlock);
	lane->is_raised_by_hand = false;
	lane_entry_reset(lane);
	text_copy(lane->actor, sizeof(lane->actor), lane->act->actor);
	lane->has_restarted = true; /* who stands there now is an officer's */
}

void lane_reset_entry(struct lane *lane)
{
	lane_entry_reset(lane);
}

/* A passage whose end no sensor shows: a person says that it is over. */
void lane_close_by_reset(struct lane *lane)
{
	lane_resume(lane);
	if (lane->position.was_under)
		lane_book_passed(lane);
	else if (lane_arm_is_open(lane))
		lane_close_unused(lane);
	else
		lane_close_backed_out(lane);
}

void lane_arm_is_down(struct lane *lane)
{
	static const enum lane_alarm over[] = {
		ALARM_TAILGATE, ALARM_LIFTED_NOT_PASSED, ALARM_UNCONTROLLED,
		ALARM_ARM,      ALARM_EMERGENCY,         ALARM_RESTARTED};
	struct event *event;

	if (lane->state == LANE_CLOSING || lane->alarms != 0) {
		event = lane_record(lane, EVENT_ARM_LOWERED);
		event->passage = lane->last_passage;
		event_add_number(event, "closing_ms",
				 lane->now_ms - lane->state_since_ms);
	}
	for (size_t i = 0; i < sizeof(over) / sizeof(over[0]); i++)
		lane_end_alarm(lane, over[i]);
}

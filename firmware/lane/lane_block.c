/* SPDX-License-Identifier: MIT */
/*
 * Actions: what alarms, and what blocks the lane until a person has looked.
 *
 * Layer: firmware. Pure.
 */
#include "firmware/lane/lane_internal.h"

void lane_alarm_overstay(struct lane *lane)
{
	lane->is_overstayed = true;
	lane_raise_alarm(lane, ALARM_OVERSTAY, "", "released, but still under the arm");
	lane_show(lane, "请尽快通过");
}

void lane_alarm_wrong_way(struct lane *lane)
{
	lane_raise_alarm(lane, ALARM_WRONG_WAY, "", "the exit loop went on first");
	lane_show(lane, "禁止逆行");
}

void lane_alarm_arm(struct lane *lane)
{
	lane_raise_alarm(lane, ALARM_ARM, interlock_note_code(NOTE_UNPROVED),
			 "a safety device does not prove itself: the arm stays up");
}

/* Nothing is lowered onto who is there; when it is clear the arm is tried again. */
void lane_alarm_stuck(struct lane *lane)
{
	lane_raise_alarm_for(lane, ALARM_ARM, REASON_ARM_FAULT);
}

static void block(struct lane *lane, enum reason reason)
{
	lane->block_reason = reason;
	if (lane->lift_ticket != 0)
		lane_withdraw_lift(lane, reason_code(reason), reason_text(reason));
	if (lane->passage != 0)
		lane_end_passage(lane, reason_code(reason));
}

void lane_block_arm(struct lane *lane)
{
	lane_raise_alarm_for(lane, ALARM_ARM, REASON_ARM_FAULT);
	block(lane, REASON_ARM_FAULT);
}

void lane_block_uncontrolled(struct lane *lane)
{
	lane_raise_alarm_for(lane, ALARM_UNCONTROLLED, REASON_UNCONTROLLED);
	block(lane, REASON_UNCONTROLLED);
}

/* Who opens with the button at the gate has no lift in the record: what crosses is recorded, and
 * the lane goes on once the arm is down again. */
void lane_block_hold(struct lane *lane)
{
	lane_raise_alarm_for(lane, ALARM_UNCONTROLLED, REASON_HOLD_TO_RUN);
	block(lane, REASON_HOLD_TO_RUN);
}

static void call_officer(struct lane *lane, enum reason reason)
{
	struct event *event = lane_record(lane, EVENT_CALL);

	event_add_text(event, "what", reason_code(reason));
	event_add_text(event, "reason", reason_text(reason));
}

void lane_block_emergency(struct lane *lane)
{
	call_officer(lane, REASON_EMERGENCY);
	lane_raise_alarm_for(lane, ALARM_EMERGENCY, REASON_EMERGENCY);
	block(lane, REASON_EMERGENCY);
}

void lane_record_crossing(struct lane *lane)
{
	struct event *event = lane_record(lane, EVENT_CROSSING);
	bool is_blocked = lane->state == LANE_BLOCKED;

	event_add_text(event, "while",
		       is_blocked ? reason_code(lane->block_reason) : "followed");
	event_add_text(event, "from",
		       lane->crossing_from == CROSSING_FROM_LANE ? "lane" : "exit");
	event_add_text(event, "arm", interlock_arm_name(&lane->interlock));
	event_add_text(event, "plate", lane_plate_since(lane, lane->state_since_ms));
}

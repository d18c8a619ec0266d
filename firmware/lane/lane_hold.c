/* SPDX-License-Identifier: MIT */
/*
 * Actions: the lane holds, for a reason, and calls an officer.
 *
 * Layer: firmware. Pure.
 */
#include <assert.h>

#include "firmware/lane/lane_internal.h"

const char *lane_who_holds(const struct lane *lane)
{
	if (lane->reason == REASON_OFFICER)
		return "officer";
	return lane->inquiry.is_answered ? "customs" : "controller";
}

void lane_hold(struct lane *lane, enum reason reason)
{
	struct event *event;

	lane->reason = reason;
	lane->by = "";
	lane->verdict = VERDICT_HOLD;
	event = lane_record(lane, EVENT_VERDICT);
	event_add_text(event, "verdict", "hold");
	event_add_text(event, "by", lane_who_holds(lane));
	event_add_text(event, "reason", reason_code(reason));
	event = lane_record(lane, EVENT_HOLD);
	event_add_text(event, "reason", reason_code(reason));
	event_add_text(event, "sign", reason_sign(reason));
	lane_raise_alarm_for(lane, ALARM_HOLD, reason);
}

void lane_hold_for_record(struct lane *lane)
{
	lane_hold(lane, REASON_RECORD_FAILED);
}

static void record_disagreement(struct lane *lane)
{
	const struct evidence *camera = lane_evidence(lane, EVIDENCE_PLATE);
	const struct evidence *tag = lane_evidence(lane, EVIDENCE_TAG);
	struct event *event = lane_record(lane, EVENT_VOTE);

	event_add_text(event, "camera", camera ? camera->text : "");
	event_add_text(event, "tag", tag ? tag->text : "");
	event_add_text(event, "source", "");
	event_add_text(event, "rule", lane->right.vote_rule ? lane->right.vote_rule : "");
}

void lane_hold_for_plates(struct lane *lane)
{
	lane->plate[0] = '\0';
	record_disagreement(lane);
	lane_hold(lane, REASON_PLATE_DIFFERS);
}

void lane_hold_for_no_plate(struct lane *lane)
{
	record_disagreement(lane);
	lane_hold(lane, REASON_PLATE_MISSING);
}

void lane_hold_for_box(struct lane *lane)
{
	lane_hold(lane, REASON_BOX_CHECK);
}

void lane_hold_for_first_gate(struct lane *lane)
{
	lane_hold(lane, lane_reason_of_pairing(lane));
}

static enum reason reason_of_missing(const struct evidence *evidence)
{
	if (evidence->health == DEVICE_LOST || evidence->health == DEVICE_SICK)
		return REASON_DEVICE_DEAD;
	switch (evidence->config->kind) {
	case EVIDENCE_PLATE:
	case EVIDENCE_TAG: return REASON_PLATE_MISSING;
	case EVIDENCE_BOX: return REASON_BOX_MISSING;
	case EVIDENCE_WEIGHT: return REASON_NOT_ON_SCALE;
	case EVIDENCE_CARD: return REASON_CARD_MISSING;
	default: return REASON_DEVICE_DEAD;
	}
}

void lane_hold_for_missing(struct lane *lane)
{
	for (size_t i = 0; i < lane->config->evidence_count; i++) {
		const struct evidence *evidence = &lane->evidence[i];

		if (!evidence_is_settled(evidence) && lane_is_overdue(lane, evidence)) {
			lane_hold(lane, reason_of_missing(evidence));
			return;
		}
	}
	assert(!"a deadline without missing evidence");
}

void lane_hold_for_seal(struct lane *lane)
{
	lane_hold(lane, lane_seal_fault(lane));
}

void lane_hold_for_answer(struct lane *lane)
{
	lane_hold(lane, lane->inquiry.reason);
}

void lane_hold_for_arm(struct lane *lane)
{
	if (lane_entry_bars_exit(lane) && interlock_is_down(&lane->interlock)) {
		lane_hold(lane, REASON_ENTRY_OPEN);
		return;
	}
	lane_raise_alarm_for(lane, ALARM_ARM, REASON_ARM_FAULT);
	lane_hold(lane, REASON_ARM_FAULT);
}

void lane_hold_for_officer(struct lane *lane)
{
	lane_cancel_inquiry(lane, "officer", "held by an officer");
	lane_hold(lane, REASON_OFFICER);
}

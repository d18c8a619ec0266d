/* SPDX-License-Identifier: MIT */
/*
 * The guards of the lane's table. Layer: firmware. Pure: they read the lane and change nothing.
 */
#include "firmware/lane/lane_internal.h"

bool lane_is_incomplete(const struct lane *lane)
{
	for (size_t i = 0; i < lane->config->evidence_count; i++)
		if (!evidence_is_settled(&lane->evidence[i]))
			return true;
	return lane_awaits_registry(lane) ||
	       (lane->state == LANE_GATHERING && lane_awaits_retry(lane));
}

bool lane_has_no_record(const struct lane *lane)
{
	return !lane->record_is_well;
}

/* A lane that only takes cards is matched by the card. */
bool lane_has_no_plate(const struct lane *lane)
{
	bool reads_plates =
		lane_evidence(lane, EVIDENCE_PLATE) || lane_evidence(lane, EVIDENCE_TAG);

	return reads_plates && lane->plate[0] == '\0';
}

bool lane_has_doubtful_box(const struct lane *lane)
{
	const struct evidence *box = lane_evidence(lane, EVIDENCE_BOX);

	return box && box->state == EVIDENCE_DOUBTFUL && !lane_order_confirms_boxes(lane);
}

/* A hold for want of evidence ends by itself when the evidence comes. */
bool lane_is_held_for_good(const struct lane *lane)
{
	switch (lane->reason) {
	case REASON_DEVICE_DEAD:
	case REASON_NOT_ON_SCALE:
	case REASON_CARD_MISSING:
	case REASON_PLATE_MISSING:
	case REASON_BOX_MISSING: return false;
	default: return true;
	}
}

bool lane_is_after_restart(const struct lane *lane)
{
	return lane->has_restarted;
}

bool lane_arm_is_open(const struct lane *lane)
{
	return !interlock_is_down(&lane->interlock);
}

/* Nothing lowers any more until a person has looked (S3): closing would wait for ever. */
bool lane_is_locked(const struct lane *lane)
{
	return lane->interlock.is_locked;
}

bool lane_is_blind(const struct lane *lane)
{
	return !lane->interlock.was_known;
}

bool lane_answer_is_interim(const struct lane *lane)
{
	return lane->inquiry.verdict == VERDICT_INTERIM;
}

bool lane_answer_is_unrecordable(const struct lane *lane)
{
	return lane->inquiry.verdict == VERDICT_RELEASE && !lane->record_is_well;
}

bool lane_answer_releases_bad_seal(const struct lane *lane)
{
	return lane->inquiry.verdict == VERDICT_RELEASE &&
	       lane_seal_fault(lane) != REASON_NONE;
}

bool lane_answer_releases(const struct lane *lane)
{
	return lane->inquiry.verdict == VERDICT_RELEASE;
}

bool lane_answer_inspects_in_place(const struct lane *lane)
{
	return lane->inquiry.verdict == VERDICT_INSPECT &&
	       lane->config->on_inspection == STEEL_STAYS;
}

bool lane_answer_inspects_through(const struct lane *lane)
{
	return lane->inquiry.verdict == VERDICT_INSPECT &&
	       lane->config->on_inspection == STEEL_LIFTS && lane->record_is_well;
}

bool lane_answer_returns_in_place(const struct lane *lane)
{
	return lane->inquiry.verdict == VERDICT_RETURN &&
	       lane->config->on_return == STEEL_STAYS;
}

bool lane_answer_returns_through(const struct lane *lane)
{
	return lane->inquiry.verdict == VERDICT_RETURN &&
	       lane->config->on_return == STEEL_LIFTS && lane->record_is_well;
}

bool lane_act_is_release(const struct lane *lane)
{
	return lane->act->verb == ACT_RELEASE && lane->record_is_well;
}

bool lane_act_is_inspect_in_place(const struct lane *lane)
{
	return lane->act->verb == ACT_INSPECT &&
	       lane->config->on_inspection == STEEL_STAYS;
}

bool lane_act_is_inspect_through(const struct lane *lane)
{
	return lane->act->verb == ACT_INSPECT &&
	       lane->config->on_inspection == STEEL_LIFTS && lane->record_is_well;
}

bool lane_act_is_return_in_place(const struct lane *lane)
{
	return lane->act->verb == ACT_RETURN && lane->config->on_return == STEEL_STAYS;
}

bool lane_act_is_return_through(const struct lane *lane)
{
	return lane->act->verb == ACT_RETURN && lane->config->on_return == STEEL_LIFTS &&
	       lane->record_is_well;
}

bool lane_act_is_hold(const struct lane *lane)
{
	return lane->act->verb == ACT_HOLD;
}

/* What is held for want of evidence would be cleared by itself once that comes. */
bool lane_act_holds_for_good(const struct lane *lane)
{
	return lane_act_is_hold(lane) && !lane_is_held_for_good(lane);
}

bool lane_act_is_reset(const struct lane *lane)
{
	return lane->act->verb == ACT_RESET && !lane->input_is_emergency;
}

bool lane_is_shut(const struct lane *lane)
{
	return lane->is_locked || lane_is_turning(lane) || lane->turn.is_unknown;
}

/* In an idle lane a reset is for an entry arm that does not close by itself. */
bool lane_act_resets_entry(const struct lane *lane)
{
	return lane_act_is_reset(lane) && lane_entry_is_open(lane);
}

/* What people closed by hand is closed; a fault of the drive needs a reset all the same. */
bool lane_closed_again(const struct lane *lane)
{
	return lane->block_reason == REASON_UNCONTROLLED ||
	       lane->block_reason == REASON_HOLD_TO_RUN ||
	       lane->block_reason == REASON_RESTARTED;
}

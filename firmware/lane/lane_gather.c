/* SPDX-License-Identifier: MIT */
/*
 * Gathering: evidence judged as it comes, the driver guided meanwhile.
 *
 * Layer: firmware. Pure.
 */
#include "firmware/lane/lane_internal.h"
#include "hal/text.h"

bool lane_is_overdue(const struct lane *lane, const struct evidence *evidence)
{
	int64_t waited = lane->now_ms - lane->gather_since_ms;

	if (!evidence->config->is_required)
		return false;
	return evidence->state == EVIDENCE_MISSING ||
	       (evidence->health == DEVICE_LOST && waited > LANE_LOST_MS);
}

/* Judges all evidence; true when any of it changed. */
static bool judge_evidence(struct lane *lane)
{
	bool has_changed = false;

	for (size_t i = 0; i < lane->config->evidence_count; i++) {
		struct evidence *evidence = &lane->evidence[i];
		const struct site_device *device =
			&lane->site->devices[evidence->config->device];
		struct evidence_context context = {
			.now_ms = lane->now_ms,
			.since_ms = lane->reads_since_ms,
			.opened_ms = lane->gather_since_ms,
			.is_whole_on_deck = position_is_whole_on_deck(&lane->position),
			.settle_ms = lane->config->settle_ms,
			.max_age_ms = device->max_age_ms
					      ? device->max_age_ms
					      : lane->site->maps[device->map].max_age_ms,
		};

		if (!evidence_judge(evidence, &context))
			continue;
		lane_record_evidence(lane, evidence);
		has_changed = true;
	}
	return has_changed;
}

static bool any_is_overdue(const struct lane *lane)
{
	for (size_t i = 0; i < lane->config->evidence_count; i++)
		if (!evidence_is_settled(&lane->evidence[i]) &&
		    lane_is_overdue(lane, &lane->evidence[i]))
			return true;
	return false;
}

/* Only the card is still to come. */
static bool waits_for_card_alone(const struct lane *lane)
{
	const struct evidence *card = lane_evidence(lane, EVIDENCE_CARD);

	if (!card || evidence_is_settled(card))
		return false;
	for (size_t i = 0; i < lane->config->evidence_count; i++)
		if (&lane->evidence[i] != card &&
		    !evidence_is_settled(&lane->evidence[i]))
			return false;
	return true;
}

/* Tells the driver what the lane still waits for. */
static void guide_driver(struct lane *lane)
{
	const char *sign = "请等候";

	if (waits_for_card_alone(lane))
		sign = "请刷卡";
	else if (lane->help_is_called)
		sign = "请等候人工";
	else if (position_is_on(&lane->position, POSITION_END))
		sign = "请后退";
	else if (position_is_on(&lane->position, POSITION_ENTRY))
		sign = "请前行";
	text_copy(lane->sign, sizeof(lane->sign), sign);
}

/* It stands, and not wholly on the scale: said once in a passage. */
static void record_position(struct lane *lane)
{
	const struct evidence *weight = lane_evidence(lane, EVIDENCE_WEIGHT);
	bool at_end = position_is_on(&lane->position, POSITION_END);
	struct event *event;

	if (lane->position_is_told || !weight || weight->stable_since_ms == 0 ||
	    lane->now_ms - weight->stable_since_ms < lane->config->settle_ms ||
	    (!at_end && !position_is_on(&lane->position, POSITION_ENTRY)))
		return;
	lane->position_is_told = true;
	event = lane_record(lane, EVENT_POSITION);
	event_add_text(event, "beam", at_end ? "scale_exit" : "scale_entry");
	event_add_text(event, "sign", at_end ? "请后退" : "请前行");
}

void lane_step_evidence(struct lane *lane)
{
	bool has_changed;

	if (lane->state != LANE_GATHERING && lane->state != LANE_HELD)
		return;
	if (lane->state == LANE_HELD && lane_is_held_for_good(lane))
		return;
	has_changed = judge_evidence(lane);
	has_changed = lane_step_lookup(lane) || has_changed;
	if (has_changed)
		lane_vote(lane);
	if (lane->state == LANE_GATHERING)
		lane_step_retry(lane);
	if (has_changed || (lane->state == LANE_GATHERING &&
			    (!lane_is_incomplete(lane) || lane_is_in_mode(lane) ||
			     lane_is_registered(lane))))
		lane_dispatch(lane, EV_EVIDENCE);
	if (lane->state == LANE_GATHERING && any_is_overdue(lane))
		lane_dispatch(lane, EV_DEADLINE);
	else if (lane->state == LANE_GATHERING)
		record_position(lane);
	if (lane->state == LANE_GATHERING ||
	    (lane->state == LANE_HELD && lane->reason == REASON_NOT_ON_SCALE))
		guide_driver(lane);
}

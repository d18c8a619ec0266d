/* SPDX-License-Identifier: MIT */
/*
 * Two gates in series: the first hands the vehicle over, the second takes it (gate-domain
 * sections 2 and 3). Only lanes of one controller know of each other; where the first gate is
 * another controller's, customs decides by the state of the order.
 *
 * Layer: firmware. Pure.
 */
#include <assert.h>
#include <string.h>

#include "firmware/lane/lane_internal.h"
#include "hal/text.h"

/* As the reader gives it, "" when it gives none. */
static const char *tag_of(const struct lane *lane)
{
	const struct evidence *tag = lane_evidence(lane, EVIDENCE_TAG);

	return tag && evidence_value(tag) ? tag->value.value.reads.read[0].text : "";
}

/* The controller has a first gate on the way to this one. */
static bool has_first_gate(const struct lane *lane)
{
	for (size_t i = 0; i < lane->site->lane_count; i++)
		if (lane->site->lanes[i].gate == GATE_FIRST &&
		    lane->site->lanes[i].direction == lane_direction(lane))
			return true;
	return false;
}

static enum pairing_answer look_up(const struct lane *lane,
				   const struct pairing_entry **entry)
{
	return pairing_find(lane->pairing, lane_direction(lane), lane->plate,
			    tag_of(lane), lane->now_ms,
			    (int64_t)lane->config->between_s * 1000, entry);
}

static bool is_second_gate(const struct lane *lane)
{
	return lane->config->gate == GATE_SECOND && has_first_gate(lane);
}

bool lane_misses_first_gate(const struct lane *lane)
{
	const struct pairing_entry *entry;

	return is_second_gate(lane) && look_up(lane, &entry) != PAIRING_FOUND;
}

enum reason lane_reason_of_pairing(const struct lane *lane)
{
	const struct pairing_entry *entry;

	switch (look_up(lane, &entry)) {
	case PAIRING_LATE: return REASON_FIRST_GATE_LATE;
	case PAIRING_UNKNOWN: return REASON_FIRST_GATE_UNKNOWN;
	default: return REASON_FIRST_GATE_MISSED;
	}
}

void lane_take_over(struct lane *lane)
{
	const struct pairing_entry *entry;
	struct event *event;

	if (!is_second_gate(lane) || look_up(lane, &entry) != PAIRING_FOUND)
		return;
	event = lane_record(lane, EVENT_TAKEN_OVER);
	event_add_number(event, "first_passage", entry->passage);
	event_add_text(event, "first_lane", lane->site->lanes[entry->lane].name);
	event_add_number(event, "between_ms", lane->now_ms - entry->at_ms);
	event_add_text(event, "plate", entry->plate);
	event_add_text(event, "tag", entry->tag);
	event_add_text(event, "order", entry->order);
}

static void hand_over(struct lane *lane)
{
	struct event *event = lane_record(lane, EVENT_HANDED_OVER);
	struct pairing_entry entry = {
		.at_ms = lane->now_ms,
		.passage = lane->passage,
		.direction = lane_direction(lane),
		.lane = lane->index,
	};

	text_copy(entry.plate, sizeof(entry.plate), lane->plate);
	text_copy(entry.tag, sizeof(entry.tag), tag_of(lane));
	text_copy(entry.order, sizeof(entry.order), lane->inquiry.form_id);
	pairing_note(lane->pairing, &entry);
	event_add_text(event, "plate", entry.plate);
	event_add_text(event, "tag", entry.tag);
	event_add_text(event, "order", entry.order);
}

void lane_pair_passed(struct lane *lane)
{
	bool is_known = lane->plate[0] != '\0' || tag_of(lane)[0] != '\0';

	if (lane->config->gate == GATE_FIRST && is_known)
		hand_over(lane);
	else if (lane->config->gate == GATE_SECOND)
		pairing_take(lane->pairing, lane_direction(lane), lane->plate,
			     tag_of(lane));
}

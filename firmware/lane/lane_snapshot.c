/* SPDX-License-Identifier: MIT */
/*
 * What a lane shows of itself. Layer: firmware. Pure.
 */
#include <string.h>

#include "firmware/lane/lane_internal.h"
#include "hal/text.h"

static void fill_evidence(const struct lane *lane, struct snapshot_lane *out)
{
	out->evidence_count = (uint8_t)lane->config->evidence_count;
	for (size_t i = 0; i < lane->config->evidence_count; i++) {
		const struct evidence *from = &lane->evidence[i];
		struct snapshot_evidence *to = &out->evidence[i];

		to->kind = (uint8_t)from->config->kind;
		to->is_required = from->config->is_required;
		to->state = (uint8_t)(lane->passage ? from->state : EVIDENCE_AWAITED);
		to->hand = (uint8_t)(lane->passage ? from->hand : HAND_NONE);
		to->confidence = from->confidence;
		to->at_ms = lane->passage ? from->at_ms : 0;
		text_copy(to->text, sizeof(to->text), lane->passage ? from->text : "");
		out->required = (uint8_t)(out->required + to->is_required);
		out->collected =
			(uint8_t)(out->collected + (to->state == EVIDENCE_COLLECTED));
	}
}

static const char *verdict_word(const struct lane *lane)
{
	switch (lane->passage ? lane->verdict : VERDICT_NONE) {
	case VERDICT_RELEASE: return "release";
	case VERDICT_INSPECT: return "inspection";
	case VERDICT_RETURN: return "return";
	case VERDICT_HOLD: return "hold";
	default: return "";
	}
}

static const char *who(const struct lane *lane)
{
	if (lane->passage == 0)
		return "";
	return lane->verdict == VERDICT_HOLD ? lane_who_holds(lane) : lane->by;
}

static void fill_orders(const struct lane *lane, struct snapshot_lane *out)
{
	const struct order *orders[LOOKUP_ORDERS_MAX];
	int listed = lane_list_candidates(lane, orders);

	_Static_assert((int)LOOKUP_ORDERS_MAX <= (int)SNAPSHOT_ORDERS_MAX &&
			       (int)ORDER_NUMBER_LENGTH <= (int)SNAPSHOT_ORDER_MAX,
		       "all that are listed have room");
	out->order_count = (uint8_t)lane_count_candidates(lane);
	for (int i = 0; i < listed; i++)
		text_copy(out->orders[i], sizeof(out->orders[i]), orders[i]->number);
}

/* A turned lane without lights for the other side is red on both. */
static bool shows_green(const struct lane *lane)
{
	enum line_role role = lane_is_turned(lane) ? LINE_GREEN_FAR : LINE_GREEN;

	return lane->light == LIGHT_GREEN &&
	       (role == LINE_GREEN || lane->config->lines[role].is_used);
}

static const char *turn_word(const struct lane *lane)
{
	if (lane_is_turning(lane))
		return "turning";
	return lane->turn.is_unknown ? "unknown" : "";
}

void lane_fill_snapshot(const struct lane *lane, struct snapshot_lane *out)
{
	enum reason reason =
		lane->state == LANE_BLOCKED ? lane->block_reason : lane->reason;

	_Static_assert((int)LANE_ALARMS <= (int)SNAPSHOT_ALARMS_MAX,
		       "every alarm has room");
	memset(out, 0, sizeof(*out));
	out->state = lane_state_name(lane->state);
	out->state_since_ms = lane->state_since_ms;
	out->passage = lane->passage;
	out->opened_wall_ms = lane->passage ? lane->opened_wall_ms : 0;
	text_copy(out->plate, sizeof(out->plate), lane->passage ? lane->plate : "");
	fill_evidence(lane, out);
	text_copy(out->seq_no, sizeof(out->seq_no), lane->inquiry.seq_no);
	out->verdict = verdict_word(lane);
	out->by = who(lane);
	if ((lane->passage || lane->state == LANE_BLOCKED) && reason != REASON_NONE)
		text_copy(out->reason, sizeof(out->reason), reason_code(reason));
	text_copy(out->sign, sizeof(out->sign), lane->sign);
	out->arm = interlock_arm_name(&lane->interlock);
	out->entry_arm =
		lane->entry.exists ? interlock_arm_name(&lane->entry.interlock) : "";
	out->light = lane->alarms & 1u << ALARM_LIGHTS ? "unknown"
		     : shows_green(lane)               ? "green"
						       : "red";
	out->help_is_called = lane->help_is_called;
	out->is_locked = lane->is_locked;
	out->direction = lane_direction(lane);
	out->is_turned = lane_is_turned(lane);
	out->turn = turn_word(lane);
	out->turn_to = lane->turn.to;
	if (lane->passage)
		fill_orders(lane, out);
	out->mode_until_ms = lane->mode.until_ms;
	out->mode_crossings = lane->mode.crossings;
	if (lane->mode.until_ms) {
		text_copy(out->mode_by, sizeof(out->mode_by), lane->mode.actor);
		text_copy(out->mode_reason, sizeof(out->mode_reason), lane->mode.reason);
	}
	for (int i = 0; i < LANE_ALARMS; i++)
		if (lane->alarms & 1u << i) {
			out->is_acknowledged[out->alarm_count] =
				(lane->acknowledged & 1u << i) != 0;
			out->shelved_until_ms[out->alarm_count] =
				lane->shelved_until_ms[i];
			out->alarms[out->alarm_count++] =
				lane_alarm_name((enum lane_alarm)i);
		}
}

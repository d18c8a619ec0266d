/* SPDX-License-Identifier: MIT */
/*
 * Emergency mode: vehicles pass one after the other, each with its record, for a named officer and
 * a limited time. Not the emergency raise, where the arm is up and stays.
 *
 * Layer: firmware. Pure.
 */
#include <stdio.h>

#include "firmware/lane/lane_internal.h"
#include "hal/text.h"

/* A plate is worth this wait, for the record; nothing else is waited for. */
enum { PLATE_PATIENCE_MS = 3000, MINUTE_MS = 60000 };

/* -1 when the value is none. */
static int64_t minutes_of(const struct lane *lane, const struct act *act)
{
	int64_t minutes = -1;

	if (text_parse_integer(act->value, 0, lane->config->mode_hours * 60, &minutes))
		return -1;
	return minutes;
}

enum act_refusal lane_judge_mode(const struct lane *lane, const struct act *act,
				 char *why, size_t size)
{
	int64_t minutes = minutes_of(lane, act);

	if (!(lane->config->rights & RIGHT_MODE))
		return lane_refuse(why, size, REFUSAL_ABSENT,
				   "lane %s has no emergency mode", lane->config->name);
	if (minutes < 0)
		return lane_refuse(why, size, REFUSAL_VALUE,
				   "got \"%.20s\" minutes, expected 0 to %d", act->value,
				   lane->config->mode_hours * 60);
	if (minutes == 0 && lane->mode.until_ms == 0)
		return lane_refuse(why, size, REFUSAL_ALREADY,
				   "lane %s is not in emergency mode",
				   lane->config->name);
	if (minutes > 0 && !lane->record_is_well)
		return lane_refuse(why, size, REFUSAL_RECORD,
				   "the record can't be written");
	return REFUSAL_NONE;
}

static void begin_mode(struct lane *lane, const char *actor, const char *reason,
		       int64_t minutes)
{
	struct event *event = lane_record(lane, EVENT_EMERGENCY_MODE);

	lane->mode.until_ms = lane->now_ms + minutes * MINUTE_MS;
	lane->mode.crossings = 0;
	text_copy(lane->mode.actor, sizeof(lane->mode.actor), actor);
	text_copy(lane->mode.reason, sizeof(lane->mode.reason), reason);
	event_add_text(event, "what", "on");
	event_add_text(event, "actor", actor);
	event_add_text(event, "reason", reason);
	event_add_number(event, "minutes", minutes);
}

static void end_mode(struct lane *lane, const char *what, const char *actor)
{
	struct event *event = lane_record(lane, EVENT_EMERGENCY_MODE);

	event_add_text(event, "what", what);
	event_add_text(event, "actor", actor);
	event_add_number(event, "crossings", lane->mode.crossings);
	lane->mode.until_ms = 0;
}

void lane_take_mode(struct lane *lane, const struct act *act)
{
	int64_t minutes = minutes_of(lane, act);

	if (minutes > 0)
		begin_mode(lane, act->actor, act->reason, minutes);
	else
		end_mode(lane, "off", act->actor);
}

void lane_step_mode(struct lane *lane)
{
	if (lane->mode.until_ms != 0 && lane->now_ms >= lane->mode.until_ms)
		end_mode(lane, "over", lane->mode.actor);
}

bool lane_is_in_mode(const struct lane *lane)
{
	const struct evidence *plate = lane_evidence(lane, EVIDENCE_PLATE);
	bool is_waited = lane->now_ms - lane->stages.opened > PLATE_PATIENCE_MS;

	return lane->mode.until_ms > lane->now_ms && lane->record_is_well &&
	       (is_waited || !plate || evidence_is_settled(plate));
}

void lane_release_by_mode(struct lane *lane)
{
	lane->mode.crossings++;
	lane->lift_is_manual = true;
	text_copy(lane->actor, sizeof(lane->actor), lane->mode.actor);
	lane_authorise(lane, VERDICT_RELEASE, "emergency");
}

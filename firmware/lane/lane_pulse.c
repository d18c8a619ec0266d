/* SPDX-License-Identifier: MIT */
/*
 * A technician's pulse in its lane: judged, renewed, ended, and what of it the interlock hears.
 *
 * Layer: firmware. Pure.
 */
#include <stdio.h>

#include "firmware/lane/lane_internal.h"

static struct pulse_scene look(const struct lane *lane, const struct lane_inputs *in)
{
	return (struct pulse_scene){
		.lane = lane->config,
		.now_ms = in->now_ms,
		.is_locked = lane->is_locked,
		.is_known = in->interlock.is_known,
		.is_down = interlock_is_down(&lane->interlock),
		.is_resting = lane->interlock.phase == INTERLOCK_REST,
		.is_occupied = in->position != 0,
		.hold_raise = in->interlock.hold_raise,
		.hold_lower = in->interlock.hold_lower,
	};
}

/* By what the last scan saw; the next one, in which it begins, judges anew. */
void lane_judge_pulse(const struct lane *lane, const char *value, char *why, size_t size)
{
	struct pulse_scene scene = lane->pulse_scene;
	char line[PULSE_LINE_MAX];
	int32_t for_ms;

	scene.lane = lane->config;
	scene.is_locked = lane->is_locked;
	if (!pulse_parse(value, line, &for_ms) || for_ms == 0)
		(void)snprintf(why, size,
			       "got \"%.30s\", expected a line and 1 to %d milliseconds",
			       value, PULSE_MAX_MS);
	else if (lane_is_turning(lane))
		(void)snprintf(why, size, "lane %s is being turned", lane->config->name);
	else if (lane->pulse.is_on)
		(void)snprintf(why, size, "%.40s pulses %s in lane %s already",
			       lane->pulse.actor,
			       line_role_name((enum line_role)lane->pulse.line),
			       lane->config->name);
	else
		pulse_judge(&scene, line, why, size);
}

void lane_begin_pulse(struct lane *lane, const struct act *act)
{
	char line[PULSE_LINE_MAX];
	int32_t for_ms;

	if (pulse_parse(act->value, line, &for_ms))
		pulse_begin(&lane->pulse, pulse_find_line(line), act->actor, for_ms,
			    lane->now_ms);
}

bool lane_renews_pulse(struct lane *lane, const struct act *act, int64_t now_ms)
{
	char line[PULSE_LINE_MAX];
	int32_t for_ms;

	if (act->verb != ACT_PULSE)
		return false;
	if (!lane->pulse.is_on) /* letting go of what has ended already is no wish */
		return pulse_parse(act->value, line, &for_ms) && for_ms == 0;
	return pulse_renew(&lane->pulse, act->value, act->actor, now_ms);
}

void lane_step_pulse(struct lane *lane, const struct lane_inputs *in,
		     struct interlock_inputs *to)
{
	struct pulse_scene scene = look(lane, in);
	const char *why = pulse_step(&lane->pulse, &scene);
	struct event *event;

	lane->pulse_scene = scene;
	to->ask_test[0] = pulse_is_on(&lane->pulse, LINE_LOOP_TEST);
	to->ask_test[1] = pulse_is_on(&lane->pulse, LINE_BEAM_TEST);
	to->ask_still = pulse_is_on(&lane->pulse, LINE_HEARTBEAT);
	if (!why)
		return;
	event = lane_record(lane, EVENT_PULSE_ENDED);
	event_add_text(event, "line", line_role_name((enum line_role)lane->pulse.line));
	event_add_text(event, "actor", lane->pulse.actor);
	event_add_number(event, "lasted_ms", in->now_ms - lane->pulse.begun_ms);
	event_add_text(event, "why", why);
}

uint32_t lane_greens(const struct lane *lane)
{
	uint32_t open = lane_is_turned(lane) ? GREEN_FAR : GREEN_NEAR;
	uint32_t greens = lane->light == LIGHT_GREEN ? open : 0;

	if (pulse_is_on(&lane->pulse, LINE_GREEN))
		greens |= GREEN_NEAR;
	if (pulse_is_on(&lane->pulse, LINE_GREEN_FAR))
		greens |= GREEN_FAR;
	return greens;
}

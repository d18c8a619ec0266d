/* SPDX-License-Identifier: MIT */
/*
 * Shelved alarms (ISA-18.2): an alarm that is known and can't be helped now is put aside, by a person,
 * for a limited time. It stands on, and comes back, not acknowledged, when the time is over.
 *
 * Layer: firmware. Pure.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "firmware/lane/lane_internal.h"
#include "hal/text.h"

enum { MINUTE_MS = 60000, SHELF_MINUTES_MAX = 480, CODE_MAX = 32 };

/* "CODE MINUTES". LANE_ALARMS: it is none. */
static enum lane_alarm parse(const char *value, int64_t *minutes)
{
	const char *blank = strchr(value, ' ');
	char code[CODE_MAX];
	size_t len = blank ? (size_t)(blank - value) : 0;

	if (len == 0 || len >= sizeof(code) ||
	    text_parse_integer(blank + 1, 0, SHELF_MINUTES_MAX, minutes))
		return LANE_ALARMS;
	memcpy(code, value, len);
	code[len] = '\0';
	return lane_find_alarm(code);
}

enum act_refusal lane_judge_shelf(const struct lane *lane, const char *value, char *why,
				  size_t size)
{
	int64_t minutes;
	enum lane_alarm alarm = parse(value, &minutes);

	if (alarm == LANE_ALARMS)
		return lane_refuse(
			why, size, REFUSAL_VALUE,
			"got \"%.40s\", expected an alarm's code and 0 to %d minutes",
			value, SHELF_MINUTES_MAX);
	if (!(lane->alarms & 1u << alarm))
		return lane_refuse(why, size, REFUSAL_ABSENT, "lane %s has no such alarm",
				   lane->config->name);
	if (minutes == 0 && lane->shelved_until_ms[alarm] == 0)
		return lane_refuse(why, size, REFUSAL_ALREADY,
				   "lane %s has it not shelved", lane->config->name);
	return REFUSAL_NONE;
}

static void take_back(struct lane *lane, enum lane_alarm alarm)
{
	lane->shelved_until_ms[alarm] = 0;
	lane->acknowledged &= ~(1u << alarm);
}

void lane_begin_shelf(struct lane *lane, const struct act *act)
{
	int64_t minutes;
	enum lane_alarm alarm = parse(act->value, &minutes);

	assert(alarm != LANE_ALARMS); /* lane_judge_shelf() has let it pass */
	if (minutes == 0) {
		take_back(lane, alarm);
		return;
	}
	lane->shelved_until_ms[alarm] = lane->now_ms + minutes * MINUTE_MS;
	lane->acknowledged |= 1u << alarm; /* who shelves it has seen it */
}

void lane_step_shelf(struct lane *lane)
{
	for (int i = 0; i < LANE_ALARMS; i++)
		if (lane->shelved_until_ms[i] != 0 &&
		    lane->now_ms >= lane->shelved_until_ms[i])
			take_back(lane, (enum lane_alarm)i);
}

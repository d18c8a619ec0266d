/* SPDX-License-Identifier: MIT */
/*
 * Pulse. Layer: firmware. Pure.
 */
#include "firmware/lane/pulse.h"

#include <stdio.h>
#include <string.h>

#include "hal/text.h"

enum line_role pulse_find_line(const char *name)
{
	enum line_role role = 0;

	while (role < LINE_ROLES &&
	       (!line_role_is_output(role) || strcmp(line_role_name(role), name) != 0))
		role++;
	return role;
}

/* What the line asks for beside a locked lane; NULL when it has it. */
static const char *find_missing(const struct pulse_scene *scene, enum line_role line)
{
	switch (line) {
	case LINE_RAISE:
		return scene->hold_raise ? NULL
					 : "moves by hold-to-run at the gate only: press "
					   "hold_raise there";
	case LINE_LOWER:
		return scene->hold_lower ? NULL
					 : "moves by hold-to-run at the gate only: press "
					   "hold_lower there";
	case LINE_LOOP_TEST:
	case LINE_BEAM_TEST:
		return scene->is_down && scene->is_resting
			       ? NULL
			       : "is tested with the arm down and at rest only";
	case LINE_GREEN:
	case LINE_GREEN_FAR:
		return scene->is_occupied
			       ? "would send off the vehicle that stands in the lane"
			       : NULL;
	default: return NULL;
	}
}

static const char *find_obstacle(const struct pulse_scene *scene, enum line_role line)
{
	if (!scene->is_locked)
		return "needs a lane that a person has locked";
	if (!scene->is_known)
		return "can't be judged: the lines of the lane can't be read";
	return find_missing(scene, line);
}

void pulse_judge(const struct pulse_scene *scene, const char *line, char *why,
		 size_t size)
{
	enum line_role role = pulse_find_line(line);
	const char *obstacle;

	why[0] = '\0';
	if (role == LINE_ROLES || !scene->lane->lines[role].is_used) {
		(void)snprintf(why, size,
			       "got line \"%.20s\", expected an output of lane %s", line,
			       scene->lane->name);
		return;
	}
	obstacle = find_obstacle(scene, role);
	if (obstacle)
		(void)snprintf(why, size, "%s %s", line, obstacle);
}

void pulse_begin(struct pulse *pulse, enum line_role line, const char *actor,
		 int32_t for_ms, int64_t now_ms)
{
	if (for_ms > PULSE_MAX_MS)
		for_ms = PULSE_MAX_MS;
	memset(pulse, 0, sizeof(*pulse));
	pulse->is_on = true;
	pulse->line = (uint8_t)line;
	pulse->begun_ms = pulse->renewed_ms = now_ms;
	pulse->until_ms = now_ms + for_ms;
	(void)text_copy(pulse->actor, sizeof(pulse->actor), actor);
}

bool pulse_parse(const char *value, char line[PULSE_LINE_MAX], int32_t *for_ms)
{
	const char *blank = strchr(value, ' ');
	size_t len = blank ? (size_t)(blank - value) : 0;
	int64_t ms;

	if (len == 0 || len >= PULSE_LINE_MAX ||
	    text_parse_integer(blank + 1, 0, PULSE_MAX_MS, &ms))
		return false;
	memcpy(line, value, len);
	line[len] = '\0';
	*for_ms = (int32_t)ms;
	return true;
}

bool pulse_renew(struct pulse *pulse, const char *value, const char *actor,
		 int64_t now_ms)
{
	char line[PULSE_LINE_MAX];
	int32_t for_ms;

	if (!pulse->is_on || !pulse_parse(value, line, &for_ms) ||
	    strcmp(line_role_name((enum line_role)pulse->line), line) != 0 ||
	    strcmp(pulse->actor, actor) != 0)
		return false;
	pulse->renewed_ms = now_ms;
	pulse->is_released = for_ms == 0;
	return true;
}

const char *pulse_step(struct pulse *pulse, const struct pulse_scene *scene)
{
	const char *why = NULL;

	if (!pulse->is_on)
		return NULL;
	if (pulse->is_released)
		why = "it was released";
	else if (scene->now_ms >= pulse->until_ms)
		why = "its time was over";
	else if (scene->now_ms - pulse->renewed_ms > PULSE_EXPIRE_MS)
		why = "it was not renewed";
	else
		why = find_obstacle(scene, pulse->line);
	pulse->is_on = why == NULL;
	return why;
}

bool pulse_is_on(const struct pulse *pulse, enum line_role line)
{
	return pulse->is_on && pulse->line == line;
}

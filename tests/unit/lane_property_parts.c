/* SPDX-License-Identifier: MIT */
/*
 * Chance, and the parts of a script.
 */
#include "tests/unit/lane_property_parts.h"

#include <string.h>

static uint64_t chance;

void script_begin(struct property_script *script, uint64_t seed)
{
	memset(script, 0, sizeof(*script));
	chance = seed;
}

static uint64_t next(void)
{
	uint64_t z = chance += UINT64_C(0x9E3779B97F4A7C15);

	z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
	return z ^ z >> 31;
}

int32_t chance_below(int32_t n)
{
	return (int32_t)(next() % (uint64_t)n);
}

int32_t chance_between(int32_t from, int32_t to)
{
	return from + chance_below(to - from + 1);
}

bool chance_one_in(int32_t n)
{
	return chance_below(n) == 0;
}

/* A new action at the end; what has no room is thrown away. */
struct property_action *script_add(struct property_script *script, int32_t when,
				   enum property_kind kind)
{
	static struct property_action nowhere;
	struct property_action *action = &nowhere;

	if (script->count < PROPERTY_ACTIONS)
		action = &script->actions[script->count++];
	*action = (struct property_action){.when = when, .kind = (int32_t)kind};
	return action;
}

int32_t chance_speed(void)
{
	return chance_one_in(10) ? chance_between(20, 90) : chance_between(100, 150);
}

int32_t chance_moment(void)
{
	static const int32_t spans[] = {50, 300, 1200, 3000};

	return chance_below(spans[chance_below(4)]);
}

int32_t chance_span(void)
{
	static const int32_t spans[] = {20, 120, 800, 5000};

	return 10 + chance_below(spans[chance_below(4)]);
}

/* Mostly as they should be; each digit is one device's. */
int32_t chance_reads(void)
{
	int32_t digits[] = {5, 3, 5, 4, 4}, sum = 0;

	for (int i = 4; i >= 0; i--)
		sum = sum * digits[i] + (chance_one_in(8) ? chance_below(digits[i]) : 0);
	return sum;
}

/* These digits and otherwise as it should be. */
int32_t script_reads_of(int32_t plate, int32_t tag, int32_t box, int32_t seal,
			int32_t rest)
{
	return plate + 5 * (tag + 3 * (box + 5 * (seal + 4 * rest)));
}

void script_add_vehicle(struct property_script *script, int32_t at_ms, int32_t quality)
{
	ADD(script, PROPERTY_ANY, DO_ENTER, it->after_ms = at_ms,
	    it->a = chance_one_in(6) ? chance_below(6) : chance_below(4), it->b = quality,
	    it->c = chance_speed(),
	    it->d = chance_one_in(8) ? DRIVE_PUSHES : DRIVE_WAITS);
}

void script_add_answer(struct property_script *script, int32_t word, enum lane_state when)
{
	ADD(script, when, DO_ANSWER, it->after_ms = chance_below(600), it->a = word);
}

void script_add_act(struct property_script *script, int32_t when, int32_t after_ms,
		    enum act_verb verb)
{
	ADD(script, when, DO_ACT, it->after_ms = after_ms, it->a = (int32_t)verb,
	    it->b = chance_one_in(12) ? chance_between(-1, 1) : 0);
}

/* The second comes when the arm comes down again. */
void script_add_obstructions(struct property_script *script, enum lane_state when)
{
	for (int i = 0; i < 2; i++)
		ADD(script, when, DO_SENSOR, it->after_ms = 150 + 100 * i,
		    it->a = POSITION_LOOP + chance_below(2), it->b = 1,
		    it->c = chance_between(50, 300));
}

void script_add_arm_trouble(struct property_script *script, enum lane_state when)
{
	int32_t after_ms = chance_below(chance_one_in(2) ? 300 : 1400);

	switch (chance_below(5)) {
	case 0:
	case 1:
		ADD(script, when, DO_STICK, it->after_ms = after_ms,
		    it->c = chance_between(2000, 4000));
		break;
	case 2: script_add_obstructions(script, when); break;
	case 3:
		ADD(script, when, DO_ECHO, it->a = chance_below(2),
		    it->c = chance_one_in(4) ? chance_between(200, 3000)
					     : chance_between(2500, 5000));
		break;
	default:
		ADD(script, when, DO_LIMIT, it->after_ms = after_ms,
		    it->a = chance_below(2), it->b = 1, it->c = chance_span());
	}
}

/* A second vehicle close behind, or a first sign of one. */
void script_add_follower(struct property_script *script, enum lane_state when)
{
	if (when != LANE_LIFTING && chance_one_in(2)) {
		ADD(script, when, DO_ENTER, it->after_ms = chance_below(1500),
		    it->a = chance_below(6), it->b = chance_reads(),
		    it->c = chance_between(80, 150), it->d = DRIVE_PUSHES);
		return;
	}
	ADD(script, when, DO_SENSOR, it->after_ms = 50, it->a = POSITION_ENTRY, it->b = 1,
	    it->c = chance_between(60, 200));
	for (int i = 0; i < 2; i++)
		ADD(script, when, DO_SENSOR, it->after_ms = 300 + 250 * i,
		    it->a = POSITION_LOOP + chance_below(2), it->b = 1,
		    it->c = chance_between(60, 150));
}

void script_add_back_out(struct property_script *script, enum lane_state when)
{
	ADD(script, when, DO_DRIVE, it->after_ms = chance_below(500), it->a = 0,
	    it->b = DRIVE_BACKS, it->c = chance_between(60, 150));
}

void script_add_lane(struct property_script *script, enum property_setting what,
		     int32_t b)
{
	ADD(script, PROPERTY_ANY, DO_LANE, it->a = (int32_t)what, it->b = b);
}

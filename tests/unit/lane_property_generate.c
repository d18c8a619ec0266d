/* SPDX-License-Identifier: MIT */
/*
 * Scripts at random.
 *
 * A script aims at one row of the table, each in its turn: what leads to its state, what brings its
 * event, and some trouble beside. So rare rows come as often as common ones.
 */
#include "firmware/lane/lane_internal.h"
#include "tests/unit/lane_property_parts.h"

static void add_trouble(struct property_script *script)
{
	int32_t when = chance_one_in(3) ? PROPERTY_ANY : chance_below(LANE_STATES);
	enum property_kind kind =
		(enum property_kind)chance_between(DO_WRONG_WAY, PROPERTY_KIND_COUNT - 1);
	struct property_action *action = script_add(script, when, kind);

	action->nth = chance_one_in(4) ? chance_between(1, 2) : 0;
	action->after_ms = chance_moment();
	action->c = chance_span();
	switch (kind) {
	case DO_WRONG_WAY:
		action->a = chance_below(6);
		action->b = chance_between(-900, 55000);
		action->c = chance_speed();
		break;
	case DO_DRIVE:
		action->a = chance_below(2);
		action->b = chance_below(DRIVE_LEAVES);
		action->c = chance_speed();
		break;
	case DO_ANSWER:
		action->a = chance_below(9);
		action->b = chance_below(3);
		break;
	case DO_OPERATE:
		action->a = chance_below(4);
		action->b = chance_one_in(4);
		break;
	case DO_ACT:
		action->a = chance_below(ACT_VERBS);
		action->b = chance_one_in(4) ? chance_between(-1, 1) : 0;
		break;
	case DO_SENSOR:
		action->a = chance_below(POSITION_SENSORS);
		action->b = chance_below(2);
		break;
	case DO_LIMIT:
	case DO_ECHO:
		action->a = chance_below(2);
		action->b = chance_below(2);
		break;
	case DO_LOSE: action->a = chance_below(BENCH_DEVICES); break;
	case DO_READ:
		action->a = chance_below(BENCH_DEVICES);
		action->b = chance_below(4);
		break;
	case DO_RECORD: action->a = chance_below(3); break;
	case DO_PUT_ENTRY:
	case DO_PUT:
		action->a = chance_one_in(3) ? 0 : chance_between(1, BENCH_UP);
		break;
	case DO_PAIR:
		action->a = chance_below(INTERLOCK_CHANNELS);
		action->b = chance_below(2);
		break;
	case DO_BUTTON: action->a = chance_below(3); break;
	case DO_DEAF:
	case DO_HELP: action->a = chance_below(2); break;
	default: break;
	}
}

/* The answer for the vehicle before comes to the next one's question. */
static void add_late_answer(struct property_script *script)
{
	ADD(script, LANE_ASKING, DO_DRIVE, it->nth = 1, it->after_ms = 50,
	    it->b = DRIVE_BACKS, it->c = 130);
	ADD(script, PROPERTY_ANY, DO_ENTER, it->after_ms = 6800, it->a = chance_below(4),
	    it->c = 140);
	ADD(script, LANE_ASKING, DO_ANSWER, it->nth = 2, it->after_ms = chance_below(600),
	    it->b = 1);
}

/* What is on file for a guard to hold. */
static const struct {
	bool (*when)(const struct lane *lane);
	int32_t bits;
} files[] = {
	{lane_is_in_mode,             FILE_MODE                },
	{lane_is_registered,          FILE_VEHICLE             },
	{lane_has_no_right,           FILE_NO_ORDERS           },
	{lane_has_several_orders,     FILE_SECOND              },
	{lane_answer_releases_misfit, FILE_ORDER | FILE_MISFIT },
	{lane_clears_offline,         FILE_ORDER | FILE_OFFLINE},
};

static void add_file(struct property_script *script, const struct lane_rule *row)
{
	int32_t bits = chance_one_in(8) ? chance_below(1 << FILE_BITS) : -1;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (files[i].when == row->when)
			bits = files[i].bits | (chance_one_in(4) ? FILE_ASKED_AFTER : 0);
	if (bits < 0)
		return;
	script_add_lane(script, SET_FILE, bits);
	if (chance_one_in(8))
		script_add_lane(script, SET_LOOKUP,
				chance_one_in(2) ? -1 : chance_between(2, 70));
}

/* It is turned before the first vehicle or after it, and one comes from the other side. */
static void add_turn(struct property_script *script, int32_t quality)
{
	script_add_lane(script, SET_REVERSE, 1);
	script_add_act(script, LANE_IDLE, chance_between(20, 1500), ACT_TURN);
	ADD(script, LANE_IDLE, DO_ACT, it->nth = 1,
	    it->after_ms = chance_between(900, 1300), it->a = ACT_TURN);
	ADD(script, LANE_IDLE, DO_ENTER, it->nth = 1,
	    it->after_ms = chance_between(1000, 3200), it->a = chance_below(4),
	    it->b = quality, it->c = chance_speed(), it->d = DRIVE_WAITS);
	ADD(script, LANE_ASKING, DO_ANSWER, it->nth = 2, it->after_ms = chance_below(600),
	    it->a = 0);
	script_add_act(script, chance_between(0, PROPERTY_ANY), chance_moment(),
		       ACT_TURN);
}

void property_generate(struct property_script *script, uint64_t seed)
{
	const struct lane_rule *row;
	enum lane_state moving;
	int32_t quality;

	script_begin(script, seed);
	row = &lane_rules[seed % lane_rule_count];
	if (chance_one_in(2))
		script_add_lane(script, SET_STEEL, 1);
	if (chance_one_in(6))
		script_add_lane(script, SET_LOOP_ACTIVITY, 1);
	if (chance_one_in(6))
		script_add_lane(script, SET_BEAM_ACTIVITY, 1);
	if (chance_one_in(20))
		script_add_lane(script, SET_NO_DECK, 1);
	if (chance_one_in(6) || row->when == lane_act_resets_entry)
		script_add_lane(script, SET_ENTRY, 1);
	if (chance_one_in(12)) /* some devices; one that says who it is, always */
		script_add_lane(script, SET_DEVICES,
				chance_below(1 << BENCH_DEVICES) | 1 << chance_below(2));
	if (row->when == lane_misses_first_gate || chance_one_in(16))
		script_add_lane(script, SET_GATE, chance_between(1, 3));
	script_add_lane(script, SET_ARM_STEP, chance_between(1, 4));
	if (chance_one_in(6))
		script_add_lane(script, SET_PAIRS, chance_below(4));
	else if (chance_one_in(6))
		script_add_lane(script, SET_NO_KEY, 1);
	if (row->when == lane_is_locked || chance_one_in(16))
		script_add_lane(script, SET_NO_FILTER, 1);
	add_file(script, row);
	if (chance_one_in(8))
		add_turn(script, chance_reads());
	script_reach(script, row);
	script_bring(script, row);
	if (chance_one_in(12))
		script_add_broken_pair(script);
	quality = chance_reads();
	if (chance_one_in(3))
		script_add_vehicle(script, chance_moment() + 1500, quality);
	if (chance_one_in(3))
		ADD(script, LANE_ASKING, DO_ANSWER, it->nth = 2,
		    it->after_ms = chance_below(600), it->b = chance_one_in(3));
	if (chance_one_in(24))
		add_late_answer(script);
	if (row->when == lane_is_locked || chance_one_in(12))
		script_add_obstructions(script, LANE_CLOSING);
	moving = chance_one_in(2) ? LANE_LIFTING : LANE_CLOSING;
	if (chance_one_in(10))
		ADD(script, moving, DO_REVERSE, it->after_ms = chance_between(250, 900),
		    it->c = chance_between(800, 2500));
	if (chance_one_in(12))
		ADD(script, LANE_PASSING, DO_PUT, it->after_ms = chance_moment(),
		    it->a = chance_between(1, BENCH_UP - 1));
	if (chance_one_in(8))
		ADD(script, moving, DO_LATE, it->after_ms = chance_below(500));
	if (chance_one_in(8))
		ADD(script, moving, DO_EMERGENCY, it->after_ms = chance_below(500),
		    it->c = chance_span());
	if (chance_one_in(10))
		ADD(script, chance_below(LANE_STATES), DO_FULL,
		    it->after_ms = chance_moment(), it->c = chance_span());
	for (int32_t i = chance_one_in(2) ? chance_below(4) : 0; i > 0; i--)
		add_trouble(script);
}

/* SPDX-License-Identifier: MIT */
/*
 * How an event of the table is brought about.
 */
#include "firmware/lane/lane_internal.h"
#include "tests/unit/lane_property_parts.h"

static void add_pushing(struct property_script *script, enum lane_state when)
{
	if (chance_one_in(2))
		ADD(script, when, DO_DRIVE, it->after_ms = chance_moment(), it->a = 0,
		    it->b = DRIVE_PUSHES, it->c = chance_between(60, 150));
	else
		for (int i = POSITION_LOOP; i <= POSITION_EXIT; i++)
			ADD(script, when, DO_SENSOR, it->after_ms = 100, it->a = i,
			    it->b = 1, it->c = chance_between(60, 150));
}

static void add_failure(struct property_script *script)
{
	ADD(script, LANE_ASKING, DO_RECORD, it->a = chance_between(1, 2),
	    it->c = chance_between(300, 1200));
	script_add_answer(script, chance_one_in(4) ? 3 : 0, LANE_ASKING);
}

/* The act or the answer that a guard asks for, and what inspection and return mean there in steel. */
static const struct {
	bool (*when)(const struct lane *lane);
	int32_t what, steel;
} wanted[] = {
	{lane_act_is_reset,             ACT_RESET,    0},
	{lane_act_resets_entry,         ACT_RESET,    0},
	{lane_act_is_release,           ACT_RELEASE,  0},
	{lane_act_is_inspect_in_place,  ACT_INSPECT,  0},
	{lane_act_is_inspect_through,   ACT_INSPECT,  1},
	{lane_act_is_return_in_place,   ACT_RETURN,   0},
	{lane_act_is_return_through,    ACT_RETURN,   2},
	{lane_act_is_hold,              ACT_HOLD,     0},
	{lane_act_gathers,              ACT_REGATHER, 0},
	{lane_act_asks,                 ACT_ASK,      0},
	{lane_answer_releases,          0,            0},
	{lane_answer_releases_bad_seal, 0,            0},
	{lane_answer_releases_misfit,   0,            0},
	{lane_answer_is_unrecordable,   0,            0},
	{lane_answer_is_interim,        2,            0},
	{lane_answer_inspects_through,  3,            1},
	{lane_answer_inspects_in_place, 3,            0},
	{lane_answer_returns_in_place,  8,            0},
	{lane_answer_returns_through,   8,            2},
};

static void bring_wanted(struct property_script *script, const struct lane_rule *row)
{
	static const int32_t refusals[] = {1, 4, 5, 6, 7};
	int32_t what =
		row->on == EV_ACT ? chance_below(ACT_VERBS) : refusals[chance_below(5)];
	int32_t steel = chance_below(row->from == LANE_LEAVING ? 2 : 4);

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (wanted[i].when == row->when) {
			what = wanted[i].what;
			steel = wanted[i].steel;
		}
	ADD(script, PROPERTY_ANY, DO_LANE, it->a = SET_STEEL, it->b = steel);
	if (row->when == lane_answer_is_unrecordable)
		ADD(script, row->from, DO_RECORD, it->a = 1,
		    it->c = chance_between(800, 2000));
	if (row->when == lane_act_resets_entry)
		ADD(script, LANE_IDLE, DO_PUT_ENTRY, it->after_ms = 100,
		    it->a = chance_between(1, BENCH_UP));
	if (row->on == EV_ACT)
		script_add_act(script, (int32_t)row->from, chance_moment(),
			       (enum act_verb)what);
	else
		script_add_answer(script, what, row->from);
}

static void bring_evidence(struct property_script *script, const struct lane_rule *row)
{
	bool differs = row->when == lane_plates_differ;

	if (row->when == lane_has_no_record)
		ADD(script, row->from, DO_RECORD, it->a = 1,
		    it->c = chance_between(3500, 6000));
	if (row->from != LANE_HELD)
		return;
	if (row->when != lane_has_no_plate)
		ADD(script, LANE_HELD, DO_READ, it->after_ms = 100, it->a = BENCH_TAG,
		    it->b = differs || chance_one_in(2) ? 0 : chance_below(4));
	if (row->when != lane_has_no_plate && !differs)
		ADD(script, LANE_HELD, DO_READ, it->after_ms = 300, it->a = BENCH_BOX,
		    it->b = row->when == lane_has_doubtful_box ? 1
			    : chance_one_in(2)                 ? 0
							       : chance_below(4));
	ADD(script, LANE_HELD, DO_READ, it->after_ms = differs ? 100 : 500,
	    it->a = BENCH_PLATE,
	    it->b = differs                          ? 3
		    : row->when == lane_has_no_plate ? 1
		    : chance_one_in(2)               ? 0
						     : chance_below(4));
}

/* Where the arm is up the button that lowers moves it, else the one that raises. */
static void add_hold(struct property_script *script, enum lane_state when)
{
	bool is_up = when == LANE_PASSING || when == LANE_CLOSING;

	ADD(script, when, DO_BUTTON, it->after_ms = chance_below(is_up ? 50 : 300),
	    it->a = is_up || (when == LANE_FOLLOWED && chance_one_in(2)),
	    it->c = 100 + chance_span());
	ADD(script, LANE_BLOCKED, DO_BUTTON, it->after_ms = 2000 + chance_moment(),
	    it->a = chance_below(3), it->c = chance_between(500, 3000));
}

/* A pair breaks, and somebody lowers the arm by hand. */
void script_add_broken_pair(struct property_script *script)
{
	int32_t channel = chance_below(INTERLOCK_CHANNELS);

	script_add_lane(script, SET_PAIRS, chance_below(4));
	ADD(script, LANE_CLOSING, DO_PAIR, it->after_ms = chance_below(300),
	    it->a = channel, it->b = chance_below(2),
	    it->c = chance_one_in(3) ? chance_span() : chance_between(3000, 8000));
	ADD(script, LANE_CLOSING, DO_BUTTON, it->after_ms = chance_between(500, 2500),
	    it->a = 1, it->c = chance_between(500, 3000));
	ADD(script, LANE_FOLLOWED, DO_BUTTON, it->after_ms = chance_between(500, 2500),
	    it->a = 1, it->c = chance_between(500, 3000));
}

void script_bring(struct property_script *script, const struct lane_rule *row)
{
	enum lane_state when = row->from;
	int32_t in = (int32_t)when;

	if (when == LANE_LIFTING &&
	    row->on != EV_UNPROVED) /* time for something to happen on the way up */
		ADD(script, in, DO_STICK, it->after_ms = chance_below(100),
		    it->c = chance_between(1000, 1900));
	switch (row->on) {
	case EV_ACT:
	case EV_ANSWER: bring_wanted(script, row); break;
	case EV_EMERGENCY:
		ADD(script, in, DO_EMERGENCY, it->after_ms = chance_moment(),
		    it->c = chance_span());
		break;
	case EV_HOLD: add_hold(script, when); break;
	case EV_UNCONTROLLED:
	case EV_ARM_DOWN:
		ADD(script, in, DO_PUT,
		    it->after_ms = when == LANE_CLOSING ? 50 : chance_moment(),
		    it->a = row->on == EV_ARM_DOWN ? 0 : chance_between(1, BENCH_UP));
		break;
	case EV_CROSSING:
	case EV_WRONG_WAY:
		ADD(script, in, DO_WRONG_WAY, it->after_ms = chance_moment(),
		    it->a = chance_below(6), it->b = chance_between(-900, 55000),
		    it->c = chance_speed());
		break;
	case EV_BACKED_OUT: script_add_back_out(script, when); break;
	case EV_ARM_FAULT:
		if (row->when == lane_is_blind)
			ADD(script, in, DO_BLIND, it->after_ms = chance_below(500),
			    it->c = chance_span());
		else if (when != LANE_PASSING && when != LANE_FOLLOWED)
			script_add_arm_trouble(script, when);
		else /* it is up already */
			ADD(script, in, DO_LIMIT, it->after_ms = chance_below(500),
			    it->a = 0, it->b = 1, it->c = chance_span());
		break;
	case EV_UNPROVED:
		ADD(script, in, DO_ECHO, it->a = chance_below(2),
		    it->c = chance_between(2500, 5000));
		break;
	case EV_FOLLOWER: script_add_follower(script, when); break;
	case EV_PASSED: add_pushing(script, when); break;
	case EV_OVERSTAY:
		ADD(script, in, DO_DRIVE, it->after_ms = chance_moment(), it->a = 0,
		    it->b = DRIVE_STOPS);
		break;
	case EV_COMMITTED:
		if (chance_one_in(2)) /* nobody can see the arm when the commit comes */
			ADD(script, in, DO_BLIND, it->c = chance_between(3000, 6000));
		break;
	case EV_APPROACH:
		if (row->when == lane_is_shut)
			script_add_act(script, in, chance_below(200), ACT_LOCK);
		break;
	case EV_COMMIT_FAILED: add_failure(script); break;
	case EV_EVIDENCE: bring_evidence(script, row); break;
	case EV_DEADLINE:
		ADD(script, in, DO_LOSE, it->a = chance_below(BENCH_DEVICES),
		    it->c = chance_between(1000, 5000));
		break;
	default: break;
	}
}

/* SPDX-License-Identifier: MIT */
/*
 * Scripts at random.
 *
 * A script aims at one row of the table, each in its turn: what leads to its state, what brings its
 * event, and some trouble beside. So rare rows come as often as common ones.
 */
#include <string.h>

#include "firmware/lane/lane_internal.h"
#include "tests/unit/lane_property.h"

/* ---- chance ------------------------------------------------------------------------------ */

static uint64_t chance;

static uint64_t next(void)
{
	uint64_t z = chance += UINT64_C(0x9E3779B97F4A7C15);

	z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
	return z ^ z >> 31;
}

static int32_t below(int32_t n)
{
	return (int32_t)(next() % (uint64_t)n);
}

static int32_t between(int32_t from, int32_t to)
{
	return from + below(to - from + 1);
}

static bool one_in(int32_t n)
{
	return below(n) == 0;
}

/* ---- parts of a script ------------------------------------------------------------------- */

/* A new action at the end; what has no room is thrown away. */
static struct property_action *add(struct property_script *script, int32_t when,
				   enum property_kind kind)
{
	static struct property_action nowhere;
	struct property_action *action = &nowhere;

	if (script->count < PROPERTY_ACTIONS)
		action = &script->actions[script->count++];
	*action = (struct property_action){.when = when, .kind = (int32_t)kind};
	return action;
}

/* The rest are assignments to `it`, done from left to right: a seed means the same script with
 * every compiler. */
#define ADD(script, when, kind, ...)                                                     \
	do {                                                                             \
		struct property_action *it = add(script, (int32_t)(when), kind);         \
		(void)(__VA_ARGS__);                                                     \
	} while (0)

static int32_t speed(void)
{
	return one_in(10) ? between(20, 90) : between(100, 150);
}

static int32_t moment(void)
{
	static const int32_t spans[] = {50, 300, 1200, 3000};

	return below(spans[below(4)]);
}

static int32_t span(void)
{
	static const int32_t spans[] = {20, 120, 800, 5000};

	return 10 + below(spans[below(4)]);
}

/* Mostly as they should be; each digit is one device's. */
static int32_t reads(void)
{
	int32_t digits[] = {5, 3, 5, 4, 4}, sum = 0;

	for (int i = 4; i >= 0; i--)
		sum = sum * digits[i] + (one_in(8) ? below(digits[i]) : 0);
	return sum;
}

/* These digits and otherwise as it should be. */
static int32_t with(int32_t plate, int32_t tag, int32_t box, int32_t seal, int32_t rest)
{
	return plate + 5 * (tag + 3 * (box + 5 * (seal + 4 * rest)));
}

static void add_vehicle(struct property_script *script, int32_t at_ms, int32_t quality)
{
	ADD(script, PROPERTY_ANY, DO_ENTER, it->after_ms = at_ms,
	    it->a = one_in(6) ? below(6) : below(4), it->b = quality, it->c = speed(),
	    it->d = one_in(8) ? DRIVE_PUSHES : DRIVE_WAITS);
}

static void add_answer(struct property_script *script, int32_t word, enum lane_state when)
{
	ADD(script, when, DO_ANSWER, it->after_ms = below(600), it->a = word);
}

static void add_act(struct property_script *script, int32_t when, int32_t after_ms,
		    enum act_verb verb)
{
	ADD(script, when, DO_ACT, it->after_ms = after_ms, it->a = (int32_t)verb,
	    it->b = one_in(12) ? between(-1, 1) : 0);
}

/* The second comes when the arm comes down again. */
static void add_obstructions(struct property_script *script, enum lane_state when)
{
	for (int i = 0; i < 2; i++)
		ADD(script, when, DO_SENSOR, it->after_ms = 150 + 100 * i,
		    it->a = POSITION_LOOP + below(2), it->b = 1,
		    it->c = between(50, 300));
}

static void add_arm_trouble(struct property_script *script, enum lane_state when)
{
	int32_t after_ms = below(one_in(2) ? 300 : 1400);

	switch (below(5)) {
	case 0:
	case 1:
		ADD(script, when, DO_STICK, it->after_ms = after_ms,
		    it->c = between(2000, 4000));
		break;
	case 2: add_obstructions(script, when); break;
	case 3:
		ADD(script, when, DO_ECHO, it->a = below(2),
		    it->c = one_in(4) ? between(200, 3000) : between(2500, 5000));
		break;
	default:
		ADD(script, when, DO_LIMIT, it->after_ms = after_ms, it->a = below(2),
		    it->b = 1, it->c = span());
	}
}

/* A second vehicle close behind, or a first sign of one. */
static void add_follower(struct property_script *script, enum lane_state when)
{
	if (when != LANE_LIFTING && one_in(2)) {
		ADD(script, when, DO_ENTER, it->after_ms = below(1500), it->a = below(6),
		    it->b = reads(), it->c = between(80, 150), it->d = DRIVE_PUSHES);
		return;
	}
	ADD(script, when, DO_SENSOR, it->after_ms = 50, it->a = POSITION_ENTRY, it->b = 1,
	    it->c = between(60, 200));
	for (int i = 0; i < 2; i++)
		ADD(script, when, DO_SENSOR, it->after_ms = 300 + 250 * i,
		    it->a = POSITION_LOOP + below(2), it->b = 1,
		    it->c = between(60, 150));
}

static void add_back_out(struct property_script *script, enum lane_state when)
{
	ADD(script, when, DO_DRIVE, it->after_ms = below(500), it->a = 0,
	    it->b = DRIVE_BACKS, it->c = between(60, 150));
}

static void add_lane(struct property_script *script, enum property_setting what,
		     int32_t b)
{
	ADD(script, PROPERTY_ANY, DO_LANE, it->a = (int32_t)what, it->b = b);
}

/* ---- how a state is reached -------------------------------------------------------------- */

/* The arm stands still on its way up; the driver may go all the same, or not. */
static void reach_open_hold(struct property_script *script)
{
	ADD(script, PROPERTY_ANY, DO_LANE, it->a = SET_ARM_STEP, it->b = 1);
	add_answer(script, 0, LANE_ASKING);
	ADD(script, LANE_LIFTING, DO_STICK, it->after_ms = between(1050, 1450),
	    it->c = between(1500, 4000));
}

static void reach_hold(struct property_script *script)
{
	switch (below(4)) {
	case 0: add_answer(script, 1, LANE_ASKING); break;
	case 1: add_act(script, LANE_GATHERING, moment(), ACT_HOLD); break;
	case 2: /* for want of something that comes later */
		ADD(script, LANE_GATHERING, DO_LOSE, it->a = below(BENCH_DEVICES),
		    it->c = between(2200, 6000));
		break;
	default: reach_open_hold(script);
	}
}

static void reach_block(struct property_script *script)
{
	switch (below(4)) {
	case 0:
		ADD(script, LANE_IDLE, DO_PUT, it->after_ms = moment(),
		    it->a = between(1, BENCH_UP));
		break;
	case 1:
		ADD(script, PROPERTY_ANY, DO_EMERGENCY, it->after_ms = moment(),
		    it->c = span());
		break;
	case 2:
		ADD(script, PROPERTY_ANY, DO_LANE, it->a = SET_ARM_AT,
		    it->b = between(1, BENCH_UP));
		break;
	default:
		add_answer(script, 0, LANE_ASKING);
		add_arm_trouble(script, LANE_CLOSING);
	}
}

/* What comes in too late, too doubtful or not at all. */
static int32_t poor_reads(const struct lane_rule *row)
{
	bool is_late = row->from == LANE_HELD; /* it is held until they come */

	if (row->when == lane_plates_differ)
		return is_late ? with(2, 1, 0, 0, 0) : with(3, 0, 0, 0, 0);
	if (row->when == lane_has_no_plate)
		return is_late ? with(2, 1, 0, 0, 0) : with(1, 1, 0, 0, 0);
	if (row->when == lane_has_doubtful_box)
		return with(0, 0, is_late ? 4 : 1, 0, 0);
	if (is_late)
		return one_in(2) ? with(2, 1, 0, 0, 0) : with(0, below(2), 4, 0, 0);
	return 0;
}

static int32_t reads_for(const struct lane_rule *row)
{
	if (one_in(6))
		return reads();
	if (row->when == lane_answer_releases_bad_seal)
		return with(0, 0, 0, between(1, 3), 0);
	return row->on == EV_EVIDENCE ? poor_reads(row) : 0;
}

static void reach_leaving(struct property_script *script, const struct lane_rule *row)
{
	if (row->when == lane_arm_is_open) {
		reach_open_hold(script);
		add_act(script, LANE_HELD, below(500), ACT_RETURN);
	} else if (row->when == lane_act_is_return_through) {
		add_act(script, LANE_GATHERING, moment(), ACT_INSPECT);
	} else if (one_in(2)) {
		add_answer(script, 8, LANE_ASKING);
	} else {
		add_act(script, LANE_GATHERING, moment(), ACT_RETURN);
	}
}

static void reach(struct property_script *script, const struct lane_rule *row)
{
	int32_t quality;

	if (row->from == LANE_IDLE && one_in(2))
		return;
	quality = reads_for(row);
	add_vehicle(script, below(200), quality);
	switch (row->from) {
	case LANE_BLOCKED: reach_block(script); break;
	case LANE_HELD:
		if (row->when == lane_arm_is_open || row->on == EV_PASSED)
			reach_open_hold(script);
		else if (row->on != EV_EVIDENCE)
			reach_hold(script);
		break;
	case LANE_RECORDING:
		if (row->when == lane_arm_is_open) {
			reach_open_hold(script);
			ADD(script, LANE_HELD, DO_RECORD, it->c = between(3500, 4500));
			add_act(script, LANE_HELD, between(200, 500), ACT_RELEASE);
			break;
		}
		ADD(script, LANE_ASKING, DO_RECORD, it->a = 0,
		    it->c = between(2500, 4500));
		add_answer(script, 0, LANE_ASKING);
		break;
	case LANE_FOLLOWED:
		if (row->on == EV_HOLD) /* an arm that is not up already */
			ADD(script, LANE_CLOSING, DO_SENSOR,
			    it->after_ms = between(250, 400),
			    it->a = POSITION_LOOP + below(2), it->b = 1,
			    it->c = between(60, 150));
		else
			add_follower(script, LANE_PASSING);
		add_answer(script, 0, LANE_ASKING);
		break;
	case LANE_CLOSING:
		if (row->on == EV_UNCONTROLLED) { /* nobody can see the arm meanwhile */
			ADD(script, LANE_GATHERING, DO_ACT, it->after_ms = 300,
			    it->a = ACT_RETURN);
			ADD(script, LANE_LEAVING, DO_BLIND, it->c = between(2500, 4000));
			add_back_out(script, LANE_LEAVING);
			break;
		}
		add_answer(script, 0, LANE_ASKING);
		break;
	case LANE_LIFTING:
	case LANE_PASSING: add_answer(script, 0, LANE_ASKING); break;
	case LANE_LEAVING: reach_leaving(script, row); break;
	default: break;
	}
}

/* ---- how an event is brought about ------------------------------------------------------- */

static void add_pushing(struct property_script *script, enum lane_state when)
{
	if (one_in(2))
		ADD(script, when, DO_DRIVE, it->after_ms = moment(), it->a = 0,
		    it->b = DRIVE_PUSHES, it->c = between(60, 150));
	else
		for (int i = POSITION_LOOP; i <= POSITION_EXIT; i++)
			ADD(script, when, DO_SENSOR, it->after_ms = 100, it->a = i,
			    it->b = 1, it->c = between(60, 150));
}

static void add_failure(struct property_script *script)
{
	ADD(script, LANE_ASKING, DO_RECORD, it->a = between(1, 2),
	    it->c = between(300, 1200));
	add_answer(script, one_in(4) ? 3 : 0, LANE_ASKING);
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
	int32_t what = row->on == EV_ACT ? below(ACT_VERBS) : refusals[below(5)];
	int32_t steel = below(row->from == LANE_LEAVING ? 2 : 4);

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (wanted[i].when == row->when) {
			what = wanted[i].what;
			steel = wanted[i].steel;
		}
	ADD(script, PROPERTY_ANY, DO_LANE, it->a = SET_STEEL, it->b = steel);
	if (row->when == lane_answer_is_unrecordable)
		ADD(script, row->from, DO_RECORD, it->a = 1, it->c = between(800, 2000));
	if (row->when == lane_act_resets_entry)
		ADD(script, LANE_IDLE, DO_PUT_ENTRY, it->after_ms = 100,
		    it->a = between(1, BENCH_UP));
	if (row->on == EV_ACT)
		add_act(script, (int32_t)row->from, moment(), (enum act_verb)what);
	else
		add_answer(script, what, row->from);
}

static void bring_evidence(struct property_script *script, const struct lane_rule *row)
{
	bool differs = row->when == lane_plates_differ;

	if (row->when == lane_has_no_record)
		ADD(script, row->from, DO_RECORD, it->a = 1, it->c = between(3500, 6000));
	if (row->from != LANE_HELD)
		return;
	if (row->when != lane_has_no_plate)
		ADD(script, LANE_HELD, DO_READ, it->after_ms = 100, it->a = BENCH_TAG,
		    it->b = differs || one_in(2) ? 0 : below(4));
	if (row->when != lane_has_no_plate && !differs)
		ADD(script, LANE_HELD, DO_READ, it->after_ms = 300, it->a = BENCH_BOX,
		    it->b = row->when == lane_has_doubtful_box ? 1
			    : one_in(2)                        ? 0
							       : below(4));
	ADD(script, LANE_HELD, DO_READ, it->after_ms = differs ? 100 : 500,
	    it->a = BENCH_PLATE,
	    it->b = differs                          ? 3
		    : row->when == lane_has_no_plate ? 1
		    : one_in(2)                      ? 0
						     : below(4));
}

/* Where the arm is up the button that lowers moves it, else the one that raises. */
static void add_hold(struct property_script *script, enum lane_state when)
{
	bool is_up = when == LANE_PASSING || when == LANE_CLOSING;

	ADD(script, when, DO_BUTTON, it->after_ms = below(is_up ? 50 : 300),
	    it->a = is_up || (when == LANE_FOLLOWED && one_in(2)), it->c = 100 + span());
	ADD(script, LANE_BLOCKED, DO_BUTTON, it->after_ms = 2000 + moment(),
	    it->a = below(3), it->c = between(500, 3000));
}

/* A pair breaks, and somebody lowers the arm by hand. */
static void add_broken_pair(struct property_script *script)
{
	int32_t channel = below(INTERLOCK_CHANNELS);

	add_lane(script, SET_PAIRS, below(4));
	ADD(script, LANE_CLOSING, DO_PAIR, it->after_ms = below(300), it->a = channel,
	    it->b = below(2), it->c = one_in(3) ? span() : between(3000, 8000));
	ADD(script, LANE_CLOSING, DO_BUTTON, it->after_ms = between(500, 2500), it->a = 1,
	    it->c = between(500, 3000));
	ADD(script, LANE_FOLLOWED, DO_BUTTON, it->after_ms = between(500, 2500),
	    it->a = 1, it->c = between(500, 3000));
}

static void bring(struct property_script *script, const struct lane_rule *row)
{
	enum lane_state when = row->from;
	int32_t in = (int32_t)when;

	if (when == LANE_LIFTING &&
	    row->on != EV_UNPROVED) /* time for something to happen on the way up */
		ADD(script, in, DO_STICK, it->after_ms = below(100),
		    it->c = between(1000, 1900));
	switch (row->on) {
	case EV_ACT:
	case EV_ANSWER: bring_wanted(script, row); break;
	case EV_EMERGENCY:
		ADD(script, in, DO_EMERGENCY, it->after_ms = moment(), it->c = span());
		break;
	case EV_HOLD: add_hold(script, when); break;
	case EV_UNCONTROLLED:
	case EV_ARM_DOWN:
		ADD(script, in, DO_PUT,
		    it->after_ms = when == LANE_CLOSING ? 50 : moment(),
		    it->a = row->on == EV_ARM_DOWN ? 0 : between(1, BENCH_UP));
		break;
	case EV_CROSSING:
	case EV_WRONG_WAY:
		ADD(script, in, DO_WRONG_WAY, it->after_ms = moment(), it->a = below(6),
		    it->b = between(-900, 55000), it->c = speed());
		break;
	case EV_BACKED_OUT: add_back_out(script, when); break;
	case EV_ARM_FAULT:
		if (row->when == lane_is_blind)
			ADD(script, in, DO_BLIND, it->after_ms = below(500),
			    it->c = span());
		else if (when != LANE_PASSING && when != LANE_FOLLOWED)
			add_arm_trouble(script, when);
		else /* it is up already */
			ADD(script, in, DO_LIMIT, it->after_ms = below(500), it->a = 0,
			    it->b = 1, it->c = span());
		break;
	case EV_UNPROVED:
		ADD(script, in, DO_ECHO, it->a = below(2), it->c = between(2500, 5000));
		break;
	case EV_FOLLOWER: add_follower(script, when); break;
	case EV_PASSED: add_pushing(script, when); break;
	case EV_OVERSTAY:
		ADD(script, in, DO_DRIVE, it->after_ms = moment(), it->a = 0,
		    it->b = DRIVE_STOPS);
		break;
	case EV_COMMITTED:
		if (one_in(2)) /* nobody can see the arm when the commit comes */
			ADD(script, in, DO_BLIND, it->c = between(3000, 6000));
		break;
	case EV_APPROACH:
		if (row->when == lane_is_shut)
			add_act(script, in, below(200), ACT_LOCK);
		break;
	case EV_COMMIT_FAILED: add_failure(script); break;
	case EV_EVIDENCE: bring_evidence(script, row); break;
	case EV_DEADLINE:
		ADD(script, in, DO_LOSE, it->a = below(BENCH_DEVICES),
		    it->c = between(1000, 5000));
		break;
	default: break;
	}
}

/* ---- trouble beside ---------------------------------------------------------------------- */

static void add_trouble(struct property_script *script)
{
	int32_t when = one_in(3) ? PROPERTY_ANY : below(LANE_STATES);
	enum property_kind kind =
		(enum property_kind)between(DO_WRONG_WAY, PROPERTY_KIND_COUNT - 1);
	struct property_action *action = add(script, when, kind);

	action->nth = one_in(4) ? between(1, 2) : 0;
	action->after_ms = moment();
	action->c = span();
	switch (kind) {
	case DO_WRONG_WAY:
		action->a = below(6);
		action->b = between(-900, 55000);
		action->c = speed();
		break;
	case DO_DRIVE:
		action->a = below(2);
		action->b = below(DRIVE_LEAVES);
		action->c = speed();
		break;
	case DO_ANSWER:
		action->a = below(9);
		action->b = below(3);
		break;
	case DO_OPERATE:
		action->a = below(4);
		action->b = one_in(4);
		break;
	case DO_ACT:
		action->a = below(ACT_VERBS);
		action->b = one_in(4) ? between(-1, 1) : 0;
		break;
	case DO_SENSOR:
		action->a = below(POSITION_SENSORS);
		action->b = below(2);
		break;
	case DO_LIMIT:
	case DO_ECHO:
		action->a = below(2);
		action->b = below(2);
		break;
	case DO_LOSE: action->a = below(BENCH_DEVICES); break;
	case DO_READ:
		action->a = below(BENCH_DEVICES);
		action->b = below(4);
		break;
	case DO_RECORD: action->a = below(3); break;
	case DO_PUT_ENTRY:
	case DO_PUT: action->a = one_in(3) ? 0 : between(1, BENCH_UP); break;
	case DO_PAIR:
		action->a = below(INTERLOCK_CHANNELS);
		action->b = below(2);
		break;
	case DO_BUTTON: action->a = below(3); break;
	case DO_DEAF:
	case DO_HELP: action->a = below(2); break;
	default: break;
	}
}

/* The answer for the vehicle before comes to the next one's question. */
static void add_late_answer(struct property_script *script)
{
	ADD(script, LANE_ASKING, DO_DRIVE, it->nth = 1, it->after_ms = 50,
	    it->b = DRIVE_BACKS, it->c = 130);
	ADD(script, PROPERTY_ANY, DO_ENTER, it->after_ms = 6800, it->a = below(4),
	    it->c = 140);
	ADD(script, LANE_ASKING, DO_ANSWER, it->nth = 2, it->after_ms = below(600),
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
	int32_t bits = one_in(8) ? below(1 << FILE_BITS) : -1;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (files[i].when == row->when)
			bits = files[i].bits | (one_in(4) ? FILE_ASKED_AFTER : 0);
	if (bits < 0)
		return;
	add_lane(script, SET_FILE, bits);
	if (one_in(8))
		add_lane(script, SET_LOOKUP, one_in(2) ? -1 : between(2, 70));
}

/* It is turned before the first vehicle or after it, and one comes from the other side. */
static void add_turn(struct property_script *script, int32_t quality)
{
	add_lane(script, SET_REVERSE, 1);
	add_act(script, LANE_IDLE, between(20, 1500), ACT_TURN);
	ADD(script, LANE_IDLE, DO_ACT, it->nth = 1, it->after_ms = between(900, 1300),
	    it->a = ACT_TURN);
	ADD(script, LANE_IDLE, DO_ENTER, it->nth = 1, it->after_ms = between(1000, 3200),
	    it->a = below(4), it->b = quality, it->c = speed(), it->d = DRIVE_WAITS);
	ADD(script, LANE_ASKING, DO_ANSWER, it->nth = 2, it->after_ms = below(600),
	    it->a = 0);
	add_act(script, between(0, PROPERTY_ANY), moment(), ACT_TURN);
}

void property_generate(struct property_script *script, uint64_t seed)
{
	const struct lane_rule *row;
	enum lane_state moving;
	int32_t quality;

	memset(script, 0, sizeof(*script));
	chance = seed;
	row = &lane_rules[seed % lane_rule_count];
	if (one_in(2))
		add_lane(script, SET_STEEL, 1);
	if (one_in(6))
		add_lane(script, SET_LOOP_ACTIVITY, 1);
	if (one_in(6))
		add_lane(script, SET_BEAM_ACTIVITY, 1);
	if (one_in(20))
		add_lane(script, SET_NO_DECK, 1);
	if (one_in(6) || row->when == lane_act_resets_entry)
		add_lane(script, SET_ENTRY, 1);
	if (one_in(12)) /* some devices; one that says who it is, always */
		add_lane(script, SET_DEVICES, below(1 << BENCH_DEVICES) | 1 << below(2));
	if (row->when == lane_misses_first_gate || one_in(16))
		add_lane(script, SET_GATE, between(1, 3));
	add_lane(script, SET_ARM_STEP, between(1, 4));
	if (one_in(6))
		add_lane(script, SET_PAIRS, below(4));
	else if (one_in(6))
		add_lane(script, SET_NO_KEY, 1);
	if (row->when == lane_is_locked || one_in(16))
		add_lane(script, SET_NO_FILTER, 1);
	add_file(script, row);
	if (one_in(8))
		add_turn(script, reads());
	reach(script, row);
	bring(script, row);
	if (one_in(12))
		add_broken_pair(script);
	quality = reads();
	if (one_in(3))
		add_vehicle(script, moment() + 1500, quality);
	if (one_in(3))
		ADD(script, LANE_ASKING, DO_ANSWER, it->nth = 2,
		    it->after_ms = below(600), it->b = one_in(3));
	if (one_in(24))
		add_late_answer(script);
	if (row->when == lane_is_locked || one_in(12))
		add_obstructions(script, LANE_CLOSING);
	moving = one_in(2) ? LANE_LIFTING : LANE_CLOSING;
	if (one_in(10))
		ADD(script, moving, DO_REVERSE, it->after_ms = between(250, 900),
		    it->c = between(800, 2500));
	if (one_in(12))
		ADD(script, LANE_PASSING, DO_PUT, it->after_ms = moment(),
		    it->a = between(1, BENCH_UP - 1));
	if (one_in(8))
		ADD(script, moving, DO_LATE, it->after_ms = below(500));
	if (one_in(8))
		ADD(script, moving, DO_EMERGENCY, it->after_ms = below(500),
		    it->c = span());
	if (one_in(10))
		ADD(script, below(LANE_STATES), DO_FULL, it->after_ms = moment(),
		    it->c = span());
	for (int32_t i = one_in(2) ? below(4) : 0; i > 0; i--)
		add_trouble(script);
}

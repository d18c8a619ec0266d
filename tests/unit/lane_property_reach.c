/* SPDX-License-Identifier: MIT */
/*
 * How a state of the table is reached.
 */
#include "firmware/lane/lane_internal.h"
#include "tests/unit/lane_property_parts.h"

/* The arm stands still on its way up; the driver may go all the same, or not. */
static void reach_open_hold(struct property_script *script)
{
	ADD(script, PROPERTY_ANY, DO_LANE, it->a = SET_ARM_STEP, it->b = 1);
	script_add_answer(script, 0, LANE_ASKING);
	ADD(script, LANE_LIFTING, DO_STICK, it->after_ms = chance_between(1050, 1450),
	    it->c = chance_between(1500, 4000));
}

static void reach_hold(struct property_script *script)
{
	switch (chance_below(4)) {
	case 0: script_add_answer(script, 1, LANE_ASKING); break;
	case 1: script_add_act(script, LANE_GATHERING, chance_moment(), ACT_HOLD); break;
	case 2: /* for want of something that comes later */
		ADD(script, LANE_GATHERING, DO_LOSE, it->a = chance_below(BENCH_DEVICES),
		    it->c = chance_between(2200, 6000));
		break;
	default: reach_open_hold(script);
	}
}

static void reach_block(struct property_script *script)
{
	switch (chance_below(4)) {
	case 0:
		ADD(script, LANE_IDLE, DO_PUT, it->after_ms = chance_moment(),
		    it->a = chance_between(1, BENCH_UP));
		break;
	case 1:
		ADD(script, PROPERTY_ANY, DO_EMERGENCY, it->after_ms = chance_moment(),
		    it->c = chance_span());
		break;
	case 2:
		ADD(script, PROPERTY_ANY, DO_LANE, it->a = SET_ARM_AT,
		    it->b = chance_between(1, BENCH_UP));
		break;
	default:
		script_add_answer(script, 0, LANE_ASKING);
		script_add_arm_trouble(script, LANE_CLOSING);
	}
}

/* What comes in too late, too doubtful or not at all. */
static int32_t poor_reads(const struct lane_rule *row)
{
	bool is_late = row->from == LANE_HELD; /* it is held until they come */

	if (row->when == lane_plates_differ)
		return is_late ? script_reads_of(2, 1, 0, 0, 0)
			       : script_reads_of(3, 0, 0, 0, 0);
	if (row->when == lane_has_no_plate)
		return is_late ? script_reads_of(2, 1, 0, 0, 0)
			       : script_reads_of(1, 1, 0, 0, 0);
	if (row->when == lane_has_doubtful_box)
		return script_reads_of(0, 0, is_late ? 4 : 1, 0, 0);
	if (is_late)
		return chance_one_in(2) ? script_reads_of(2, 1, 0, 0, 0)
					: script_reads_of(0, chance_below(2), 4, 0, 0);
	return 0;
}

static int32_t reads_for(const struct lane_rule *row)
{
	if (chance_one_in(6))
		return chance_reads();
	if (row->when == lane_answer_releases_bad_seal)
		return script_reads_of(0, 0, 0, chance_between(1, 3), 0);
	return row->on == EV_EVIDENCE ? poor_reads(row) : 0;
}

static void reach_leaving(struct property_script *script, const struct lane_rule *row)
{
	if (row->when == lane_arm_is_open) {
		reach_open_hold(script);
		script_add_act(script, LANE_HELD, chance_below(500), ACT_RETURN);
	} else if (row->when == lane_act_is_return_through) {
		script_add_act(script, LANE_GATHERING, chance_moment(), ACT_INSPECT);
	} else if (chance_one_in(2)) {
		script_add_answer(script, 8, LANE_ASKING);
	} else {
		script_add_act(script, LANE_GATHERING, chance_moment(), ACT_RETURN);
	}
}

void script_reach(struct property_script *script, const struct lane_rule *row)
{
	int32_t quality;

	if (row->from == LANE_IDLE && chance_one_in(2))
		return;
	quality = reads_for(row);
	script_add_vehicle(script, chance_below(200), quality);
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
			ADD(script, LANE_HELD, DO_RECORD,
			    it->c = chance_between(3500, 4500));
			script_add_act(script, LANE_HELD, chance_between(200, 500),
				       ACT_RELEASE);
			break;
		}
		ADD(script, LANE_ASKING, DO_RECORD, it->a = 0,
		    it->c = chance_between(2500, 4500));
		script_add_answer(script, 0, LANE_ASKING);
		break;
	case LANE_FOLLOWED:
		if (row->on == EV_HOLD) /* an arm that is not up already */
			ADD(script, LANE_CLOSING, DO_SENSOR,
			    it->after_ms = chance_between(250, 400),
			    it->a = POSITION_LOOP + chance_below(2), it->b = 1,
			    it->c = chance_between(60, 150));
		else
			script_add_follower(script, LANE_PASSING);
		script_add_answer(script, 0, LANE_ASKING);
		break;
	case LANE_CLOSING:
		if (row->on == EV_UNCONTROLLED) { /* nobody can see the arm meanwhile */
			ADD(script, LANE_GATHERING, DO_ACT, it->after_ms = 300,
			    it->a = ACT_RETURN);
			ADD(script, LANE_LEAVING, DO_BLIND,
			    it->c = chance_between(2500, 4000));
			script_add_back_out(script, LANE_LEAVING);
			break;
		}
		script_add_answer(script, 0, LANE_ASKING);
		break;
	case LANE_LIFTING:
	case LANE_PASSING: script_add_answer(script, 0, LANE_ASKING); break;
	case LANE_LEAVING: reach_leaving(script, row); break;
	default: break;
	}
}

/* SPDX-License-Identifier: MIT */
/*
 * What must hold of any arm, after every scan, told from its inputs and outputs alone.
 */
#include <string.h>

#include "tests/unit/lane_property_watch.h"

/* Inputs of this scan answer the outputs of the one before. */
static void watch_proof(struct watch_arm *arm, const struct interlock_inputs *in, int d)
{
	struct watch_proof *proof = &arm->proof[d];
	bool is_tested = arm->last.test[d];

	if (arm->was_known && in->occupied[d] != arm->occupied_last[d])
		proof->has_changed = true;
	if (is_tested)
		proof->asserted = true;
	if (proof->asserted && is_tested && in->occupied[d])
		proof->answered = true;
	else if (proof->answered && !is_tested && !in->occupied[d]) {
		proof->passed_ms = in->now_ms;
		proof->asserted = proof->answered = false;
	}
	if (in->occupied[d] && !is_tested)
		proof->occupied_ms = in->now_ms;
	if (!in->disagrees[d])
		proof->agreed_ms = in->now_ms;
}

void watch_arm_see(struct watch_arm *arm, const struct interlock_inputs *in)
{
	if (in->is_known) {
		if (arm->was_down && !in->limit_down)
			arm->proof[0].has_changed = arm->proof[1].has_changed = false;
		for (int d = 0; d < INTERLOCK_SAFETY_DEVICES; d++)
			watch_proof(arm, in, d);
		memcpy(arm->occupied_last, in->occupied, sizeof(arm->occupied_last));
		arm->was_down = in->limit_down && !in->limit_up;
	}
	arm->was_known = in->is_known;
}

bool watch_arm_is_proved(const struct watch_arm *arm, int device, enum safety_proof kind,
			 bool for_lowering, int64_t now_ms)
{
	const struct watch_proof *proof = &arm->proof[device];
	int32_t within_ms = 3 * watch.bench->lane.config->barrier.test_window_ms;

	if (kind == PROOF_ACTIVITY)
		return !for_lowering || proof->has_changed;
	if (kind == PROOF_PAIR && now_ms - proof->agreed_ms <= within_ms)
		return true;
	if (proof->passed_ms != 0 && now_ms - proof->passed_ms <= within_ms)
		return true;
	return !for_lowering && proof->occupied_ms != 0 && /* can't be tested */
	       now_ms - proof->occupied_ms <= within_ms;
}

/* S7: no movement is longer than the arm's travel. Who presses the button begins a new one. */
static void watch_travel(struct watch_arm *arm, const struct interlock_inputs *in,
			 const struct interlock_outputs *motor, bool holds)
{
	bool goes_on =
		(motor->raise && arm->last.raise) || (motor->lower && arm->last.lower);

	if (!goes_on || holds != arm->was_held)
		arm->moves_since_ms = in->now_ms;
	expect(in->now_ms - arm->moves_since_ms <=
		       watch.bench->lane.config->barrier.travel_ms,
	       "the motor runs for longer than the arm's travel takes");
}

void watch_arm_move(struct watch_arm *arm, const struct interlock_inputs *in,
		    const struct interlock_outputs *motor, bool holds)
{
	bool stands = !in->is_known || in->is_late;
	bool has_both = in->is_known && in->limit_up && in->limit_down;
	bool moves = motor->raise || motor->lower;

	expect(!(motor->raise && motor->lower), "both directions at once");
	expect(!(stands && (moves || motor->test[0] || motor->test[1])),
	       "moves or tests with inputs unknown or in a late scan");
	expect(!(stands && motor->heartbeat != arm->last.heartbeat),
	       "the heartbeat goes on with inputs unknown or in a late scan");
	expect(stands || motor->heartbeat != arm->last.heartbeat,
	       "the heartbeat stands still in a healthy scan");
	expect(!(motor->lower && in->emergency), "lowers in an emergency");
	expect(!(motor->lower && arm->is_locked && !holds),
	       "lowers after two obstructions");
	/* In the scan that sees them it may reverse off an obstruction. */
	expect(!(moves && has_both && arm->had_both_limits && !holds),
	       "moves by itself with both limits on");
	watch_travel(arm, in, motor, holds);
	arm->had_both_limits = has_both;
	arm->was_held = holds;
	arm->last = *motor;
}

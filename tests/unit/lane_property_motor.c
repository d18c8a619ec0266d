/* SPDX-License-Identifier: MIT */
/*
 * What must hold of the exit arm's movements, or the only arm's, after every scan.
 */
#include "tests/unit/lane_property_watch.h"

static enum safety_proof proof_of(int d)
{
	const struct site_barrier *barrier = &watch.bench->lane.config->barrier;

	return d == 0 ? barrier->loop_proof : barrier->beam_proof;
}

/* S10 and S3, told from the inputs alone. */
void watch_people(const struct interlock_inputs *in)
{
	bool is_turned = in->reset && !watch.key_last && watch.exit.was_known;

	for (int c = 0; c < INTERLOCK_CHANNELS; c++) {
		if (!in->disagrees[c])
			watch.disagrees_since_ms[c] = 0;
		else if (watch.disagrees_since_ms[c] == 0)
			watch.disagrees_since_ms[c] = in->now_ms;
		else if (in->now_ms - watch.disagrees_since_ms[c] > 200)
			watch.is_faulty[c] = true;
		if (is_turned && !in->disagrees[c])
			watch.is_faulty[c] = false;
	}
	if (is_turned) {
		watch.hits->rules[RULE_S3_KEY_TURNED] += watch.exit.is_locked;
		watch.exit.is_locked = watch.entry.is_locked = false;
	}
	watch.key_last = in->reset;
}

/* That a person at the gate moves the arm in this scan is told by the phase, and held against the
 * buttons. */
static void watch_hold(const struct interlock_inputs *in, bool holds)
{
	bool is_down = watch.bench->lane.interlock.phase == INTERLOCK_HOLD_LOWERING;

	if (holds) {
		expect(in->is_known && !in->is_late && !in->emergency &&
			       in->hold_raise == !is_down && in->hold_lower == is_down,
		       "a held movement goes on without its button alone");
		expect(watch.exit.was_held || watch.buttons_were_free,
		       "a held movement begins with a button that was on before");
		watch.hits->rules[is_down ? RULE_S5_HELD_DOWN : RULE_S5_HELD_UP]++;
		watch.hits->rules[RULE_S5_HELD_DOWN_PAST_A_FAULTY_DEVICE] +=
			is_down && (in->occupied[0] || in->occupied[1]);
	} else if (watch.exit.was_held) {
		expect(in->emergency ||
			       !(watch.bench->motor.raise || watch.bench->motor.lower),
		       "the arm goes on after the button was let go");
	}
	watch.buttons_were_free =
		in->is_known && !in->is_late && !in->hold_raise && !in->hold_lower;
}

/* What sees something forbids lowering; to a person at the gate only when it is well itself. */
static void watch_occupied(const struct interlock_inputs *in, bool holds)
{
	const struct interlock *lock = &watch.bench->lane.interlock;

	for (int d = 0; d < INTERLOCK_SAFETY_DEVICES; d++)
		expect(!watch.bench->motor.lower || !in->occupied[d] ||
			       (holds && (watch.is_faulty[d] || lock->is_unproved[d])),
		       "lowers while loop or beam see something");
}

/* S3, S10: no automatic movement in the direction that is barred. */
static void watch_barred(const struct interlock_inputs *in)
{
	const struct interlock_outputs *motor = &watch.bench->motor;
	bool is_faulty = watch.is_faulty[CHANNEL_LOOP] || watch.is_faulty[CHANNEL_BEAM] ||
			 watch.is_faulty[CHANNEL_LIMIT_DOWN] ||
			 watch.is_faulty[CHANNEL_EMERGENCY];

	expect(!(motor->lower && is_faulty), "lowers with a faulty pair of contacts");
	expect(!(motor->raise && !watch.exit.last.raise && !watch.exit.last.lower &&
		 !in->emergency && watch.is_faulty[CHANNEL_LIMIT_UP]),
	       "raises with a faulty upper limit");
	watch.hits->rules[RULE_S10_BARRED] +=
		is_faulty && watch.bench->lane.interlock.last_wish == ARM_LOWER;
}

static void watch_start(const struct interlock_inputs *in, bool lowers)
{
	for (int d = 0; d < INTERLOCK_SAFETY_DEVICES; d++) {
		expect(watch_arm_is_proved(&watch.exit, d, proof_of(d), lowers,
					   in->now_ms),
		       lowers ? "lowers without a passed proof"
			      : "raises without a passed proof");
		watch.exit.proof[d].passed_ms = 0;
	}
	watch.hits->rules[lowers ? RULE_S4_PROVED_LOWER : RULE_S4_PROVED_RAISE]++;
}

static void watch_raise_start(const struct interlock_inputs *in)
{
	bool reverses = watch.exit.last.lower;

	if (reverses && in->occupied[0] && !in->occupied[1])
		watch.hits->rules[RULE_S6_REVERSED_BY_LOOP]++;
	if (reverses && in->occupied[1] && !in->occupied[0])
		watch.hits->rules[RULE_S6_REVERSED_BY_BEAM]++;
	if (reverses && !in->occupied[0] && !in->occupied[1])
		watch.hits->rules[RULE_S2_RAISED_FROM_LOWERING]++;
	if (reverses || in->emergency)
		return;
	watch_start(in, false);
	expect(watch.may_open || watch.was_reset,
	       "raises without a lift in the record, or a reset, since the start");
	if (in->limit_down && !in->limit_up)
		expect(watch.may_open, "opens a closed arm without a lift in the record");
}

static void watch_movement(const struct interlock_inputs *in, bool holds)
{
	const struct interlock_outputs *motor = &watch.bench->motor;
	enum arm_wish wish = watch.bench->lane.interlock.last_wish;
	bool stands = !in->is_known || in->is_late;

	watch_hold(in, holds);
	watch_occupied(in, holds);
	watch.hits->rules[RULE_S8_HEARTBEAT_STOOD] += stands;
	watch.hits->rules[RULE_RAISED_UNRECORDED] +=
		motor->raise && watch.bench->record_is_full;
	if (holds)
		return;
	watch_barred(in);
	expect(!(motor->lower && watch.bench->record_is_full),
	       "lowers by itself while the record has no room");
	expect(!motor->lower || wish == ARM_LOWER, "lowers unasked");
	expect(!motor->raise || watch.exit.last.raise || wish == ARM_RAISE ||
		       watch.exit.last.lower || in->emergency,
	       "raises unasked");
	if (motor->raise && !watch.exit.last.raise)
		watch_raise_start(in);
	if (motor->lower && !watch.exit.last.lower)
		watch_start(in, true);
	if (!stands && watch.exit.last.lower && !motor->lower && !motor->raise &&
	    !in->limit_down)
		watch.hits->rules[RULE_S8_WITHDRAWN]++;
}

void watch_motor(const struct interlock_inputs *in)
{
	const struct interlock *lock = &watch.bench->lane.interlock;
	bool holds = lock->phase == INTERLOCK_HOLD_RAISING ||
		     lock->phase == INTERLOCK_HOLD_LOWERING;

	watch_movement(in, holds);
	watch_arm_move(&watch.exit, in, &watch.bench->motor, holds);
}

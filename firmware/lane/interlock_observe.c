/* SPDX-License-Identifier: MIT */
/*
 * Interlock: what the inputs say. Layer: firmware. Pure.
 */
#include "firmware/lane/interlock_internal.h"

/* The arm may coast this long after an output fell without its movement being called ours no
 * longer. */
enum { COAST_MS = 1000 };

/* S10: the two contacts of a pair change within this time, or one of them is broken. */
enum { PAIR_MS = 200 };

static uint32_t observe_pairs(struct interlock *lock, const struct interlock_inputs *in)
{
	uint32_t notes = 0;

	for (int c = 0; c < INTERLOCK_CHANNELS; c++) {
		if (!in->disagrees[c]) {
			lock->disagrees_since_ms[c] = 0;
			continue;
		}
		if (lock->disagrees_since_ms[c] == 0)
			lock->disagrees_since_ms[c] = in->now_ms;
		if (lock->is_faulty[c] ||
		    in->now_ms - lock->disagrees_since_ms[c] <= PAIR_MS)
			continue;
		lock->is_faulty[c] = true;
		notes |= NOTE_PAIR; /* S10 */
	}
	return notes;
}

/* S3, S10: a person at the gate has seen that all is well, and turns the key. A key that was on
 * when the inputs became known has not been turned. */
static uint32_t observe_key(struct interlock *lock, const struct interlock_inputs *in)
{
	bool is_turned = in->reset && !lock->was_reset && lock->was_known;

	lock->was_reset = in->reset;
	if (!is_turned)
		return 0;
	interlock_reset(lock);
	lock->is_locked = false;
	lock->obstructions = 0;
	for (int d = 0; d < INTERLOCK_SAFETY_DEVICES; d++)
		lock->is_unproved[d] = false;
	for (int c = 0; c < INTERLOCK_CHANNELS; c++)
		lock->is_faulty[c] = lock->is_faulty[c] && in->disagrees[c];
	return NOTE_RESET;
}

/* A limit whose two contacts have just begun to disagree is where it was; one that is faulty is
 * not reached. */
static bool settle(const struct interlock *lock, const struct interlock_inputs *in,
		   enum interlock_channel channel, bool level, bool last)
{
	return in->disagrees[channel] && !lock->is_faulty[channel] ? last : level;
}

static uint32_t observe_limits(struct interlock *lock, const struct interlock_inputs *in)
{
	bool at_up = settle(lock, in, CHANNEL_LIMIT_UP, in->limit_up, lock->was_up);
	bool at_down =
		settle(lock, in, CHANNEL_LIMIT_DOWN, in->limit_down, lock->was_down);
	bool both = at_up && at_down;
	uint32_t notes = 0;

	/* Also when it left unseen: was_down is what the limits last said for certain. */
	if (lock->was_down && !at_down) {
		bool ours = in->now_ms - lock->last_raise_ms <= COAST_MS;

		notes |= ours ? NOTE_LEFT_DOWN : NOTE_UNCONTROLLED;
		lock->has_changed[0] = lock->has_changed[1] = false;
	}
	if (lock->was_up && !at_up && in->now_ms - lock->last_lower_ms > COAST_MS)
		notes |= NOTE_SANK; /* S7 */
	if (at_up && !at_down && !(lock->was_known && lock->was_up))
		notes |= NOTE_UP;
	if (at_down && !at_up && !(lock->was_known && lock->was_down)) {
		notes |= NOTE_DOWN;
		lock->obstructions = 0;
	}
	if (both && !lock->limits_are_noted)
		notes |= NOTE_LIMITS; /* S5 */
	lock->limits_are_noted = both;
	if (!both) {
		lock->was_down = at_down;
		lock->was_up = at_up;
	}
	return notes;
}

static void observe_devices(struct interlock *lock, const struct interlock_inputs *in)
{
	for (int d = 0; d < INTERLOCK_SAFETY_DEVICES; d++) {
		if (lock->was_known && in->occupied[d] != lock->was_occupied[d] &&
		    !interlock_is_testing(lock, d))
			lock->has_changed[d] = true;
		lock->was_occupied[d] = in->occupied[d];
	}
}

uint32_t interlock_observe(struct interlock *lock, const struct interlock_inputs *in)
{
	uint32_t notes = observe_pairs(lock, in);

	notes |= observe_key(lock, in);
	notes |= observe_limits(lock, in);
	observe_devices(lock, in);
	if (in->emergency && !lock->was_emergency) {
		notes |= NOTE_EMERGENCY;        /* S11 */
		lock->has_travel_fault = false; /* a new attempt, for one travel */
	}
	lock->was_emergency = in->emergency;
	lock->was_known = true;
	return notes;
}

void interlock_spend_buttons(struct interlock *lock)
{
	lock->hold_is_spent = true;
	lock->hold = ARM_STAY;
}

/* S5: a hold begins when one button goes on while none was. It ends when that button is released,
 * or the other one pressed beside it; then all must be released before the next. So a button
 * that is stuck moves nothing at the start, when lines come back, and beyond one travel. */
enum arm_wish interlock_read_buttons(struct interlock *lock,
				     const struct interlock_inputs *in)
{
	enum arm_wish asked = in->hold_raise ? ARM_RAISE : ARM_LOWER;

	if (!in->hold_raise && !in->hold_lower) {
		lock->hold_is_spent = false;
		lock->hold = ARM_STAY;
		return ARM_STAY;
	}
	if ((in->hold_raise && in->hold_lower) ||
	    (lock->hold != ARM_STAY && lock->hold != asked))
		lock->hold_is_spent = true;
	lock->hold = lock->hold_is_spent ? ARM_STAY : asked;
	return lock->hold;
}

bool interlock_is_barred(const struct interlock *lock, enum arm_wish direction)
{
	if (direction == ARM_RAISE)
		return lock->is_faulty[CHANNEL_LIMIT_UP];
	return lock->is_locked || lock->is_faulty[CHANNEL_LOOP] ||
	       lock->is_faulty[CHANNEL_BEAM] || lock->is_faulty[CHANNEL_LIMIT_DOWN] ||
	       lock->is_faulty[CHANNEL_EMERGENCY];
}

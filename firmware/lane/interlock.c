/* SPDX-License-Identifier: MIT */
/*
 * Interlock: movements. Layer: firmware. Pure.
 */
#include "firmware/lane/interlock.h"

#include <assert.h>
#include <string.h>

#include "firmware/lane/interlock_internal.h"

/* A limit switch may bounce so long while the arm leaves it. */
enum { BOUNCE_MS = 200 };

void interlock_init(struct interlock *lock, const struct interlock_config *config)
{
	memset(lock, 0, sizeof(*lock));
	lock->config = *config;
	lock->last_raise_ms = lock->last_lower_ms = INT64_MIN / 2;
	interlock_spend_buttons(lock);
}

void interlock_reset(struct interlock *lock)
{
	if (!lock->config.has_reset) {
		lock->is_locked = false;
		lock->obstructions = 0;
	}
	interlock_try_again(lock);
	lock->retry_at_ms = 0;
}

void interlock_try_again(struct interlock *lock)
{
	lock->has_travel_fault = false;
}

void interlock_set_phase(struct interlock *lock, enum interlock_phase phase,
			 int64_t now_ms)
{
	bool at_origin = phase == INTERLOCK_RAISING ? lock->was_down : lock->was_up;

	lock->phase = phase;
	lock->phase_since_ms = now_ms;
	lock->origin_left_ms = at_origin ? 0 : now_ms - BOUNCE_MS - 1;
	if (phase != INTERLOCK_RAISING)
		lock->is_reversing = false;
}

static bool any_occupied(const struct interlock_inputs *in)
{
	return in->occupied[0] || in->occupied[1];
}

/* ---- supervision of the travel, S7 ------------------------------------------------------- */

static uint32_t stop_for_travel(struct interlock *lock, int64_t now_ms, uint32_t note)
{
	lock->has_travel_fault = true;
	interlock_set_phase(lock, INTERLOCK_REST, now_ms);
	return note;
}

static bool travels_too_long(const struct interlock *lock, int64_t now_ms)
{
	return now_ms - lock->phase_since_ms > lock->config.travel_ms;
}

/* The limit behind the arm comes on after the arm had left it: the drive turns the wrong way. A
 * movement that begins between the limits has left its own already. */
static bool moves_the_wrong_way(struct interlock *lock, bool origin, int64_t now_ms)
{
	if (!origin && lock->origin_left_ms == 0)
		lock->origin_left_ms = now_ms;
	if (origin && now_ms - lock->origin_left_ms <= BOUNCE_MS)
		lock->origin_left_ms = 0;
	return origin && lock->origin_left_ms != 0;
}

/* One barrier is closed before the other opens (gate-domain section 2). Only an emergency opens
 * both. */
static bool must_stay_closed(const struct interlock *lock,
			     const struct interlock_inputs *in)
{
	return lock->was_down && in->other_is_open && !in->emergency;
}

/* ---- movements --------------------------------------------------------------------------- */

static void step_proving(struct interlock *lock, const struct interlock_inputs *in,
			 enum arm_wish wish, uint32_t *notes)
{
	if (wish != lock->proving_for)
		interlock_set_phase(lock, INTERLOCK_REST, in->now_ms);
	else if (!interlock_step_proof(lock, in, notes))
		return;
	else if (interlock_is_barred(lock, wish)) /* S10: since the proof began */
		interlock_set_phase(lock, INTERLOCK_REST, in->now_ms);
	else if (wish == ARM_RAISE)
		interlock_set_phase(lock, INTERLOCK_RAISING, in->now_ms);
	else if (any_occupied(in))
		interlock_set_phase(lock, INTERLOCK_REST, in->now_ms);
	else
		interlock_set_phase(lock, INTERLOCK_LOWERING, in->now_ms);
}

static uint32_t step_raising(struct interlock *lock, const struct interlock_inputs *in,
			     enum arm_wish wish)
{
	if (in->limit_up)
		interlock_set_phase(lock, INTERLOCK_REST, in->now_ms);
	else if (moves_the_wrong_way(lock, in->limit_down, in->now_ms))
		return stop_for_travel(lock, in->now_ms, NOTE_WRONG_WAY); /* S7 */
	else if (travels_too_long(lock, in->now_ms))
		return stop_for_travel(lock, in->now_ms, NOTE_TRAVEL); /* S7 */
	else if (!lock->is_reversing &&
		 (wish != ARM_RAISE || interlock_is_barred(lock, ARM_RAISE)))
		interlock_set_phase(lock, INTERLOCK_REST, in->now_ms); /* S8, S10 */
	return 0;
}

static uint32_t reverse(struct interlock *lock, int64_t now_ms)
{
	uint32_t notes = NOTE_REVERSED;

	interlock_set_phase(lock, INTERLOCK_RAISING, now_ms);
	lock->is_reversing = true;
	if (++lock->obstructions >= 2) {
		lock->is_locked = true; /* S3 */
		notes |= NOTE_LOCKED;
	}
	return notes;
}

static uint32_t step_lowering(struct interlock *lock, const struct interlock_inputs *in,
			      enum arm_wish wish)
{
	if (any_occupied(in))
		return reverse(lock, in->now_ms); /* S1 */
	if (wish == ARM_RAISE)
		interlock_set_phase(lock, INTERLOCK_RAISING, in->now_ms); /* S2 */
	else if (in->limit_down)
		interlock_set_phase(lock, INTERLOCK_REST, in->now_ms);
	else if (moves_the_wrong_way(lock, in->limit_up, in->now_ms))
		return stop_for_travel(lock, in->now_ms, NOTE_WRONG_WAY); /* S7 */
	else if (travels_too_long(lock, in->now_ms))
		return stop_for_travel(lock, in->now_ms, NOTE_TRAVEL); /* S7 */
	else if (wish != ARM_LOWER || interlock_is_barred(lock, ARM_LOWER))
		interlock_set_phase(lock, INTERLOCK_REST, in->now_ms); /* S8, S10 */
	return 0;
}

/* `has_button`: a button at the gate is on and asks for nothing, or can't have it. */
static uint32_t step_rest(struct interlock *lock, const struct interlock_inputs *in,
			  enum arm_wish wish, bool has_button)
{
	bool has_arrived = wish == ARM_RAISE ? in->limit_up : in->limit_down;

	if (wish == ARM_STAY || has_arrived || lock->has_travel_fault ||
	    in->now_ms < lock->retry_at_ms)
		return 0;
	if (wish == ARM_LOWER && any_occupied(in))
		return 0;
	if (wish == ARM_RAISE && must_stay_closed(lock, in))
		return 0; /* it waits for the other arm */
	if (has_button || interlock_is_barred(lock, wish))
		return interlock_fail_proof(lock, in->now_ms); /* S3, S5, S10 */
	interlock_begin_proof(lock, in, wish);
	return 0;
}

/* S11: raises at once, without proof; only a travel fault of this very attempt stops it. */
static void raise_for_emergency(struct interlock *lock, const struct interlock_inputs *in)
{
	if (in->limit_up || lock->has_travel_fault)
		return;
	if (lock->phase != INTERLOCK_RAISING)
		interlock_set_phase(lock, INTERLOCK_RAISING, in->now_ms);
	lock->is_reversing = true;
}

/* ---- hold-to-run, S5 --------------------------------------------------------------------- */

static bool is_held(const struct interlock *lock)
{
	return lock->phase == INTERLOCK_HOLD_RAISING ||
	       lock->phase == INTERLOCK_HOLD_LOWERING;
}

/* A device that is faulty itself, by its contacts or its proofs, says nothing: the person who
 * presses the button sees. */
static bool sees_something(const struct interlock *lock,
			   const struct interlock_inputs *in)
{
	for (int d = 0; d < INTERLOCK_SAFETY_DEVICES; d++)
		if (in->occupied[d] && !lock->is_faulty[d] && !lock->is_unproved[d])
			return true;
	return false;
}

/* Proofs, locks and faults forbid nothing here. With both limits at once neither is believed, and
 * the travel time alone ends the movement. */
static bool may_hold(const struct interlock *lock, const struct interlock_inputs *in,
		     enum arm_wish way)
{
	bool arrived = way == ARM_RAISE ? in->limit_up : in->limit_down;

	if (arrived && !(in->limit_up && in->limit_down))
		return false;
	if (is_held(lock) && travels_too_long(lock, in->now_ms))
		return false;
	if (way == ARM_RAISE)
		return !must_stay_closed(lock, in);
	return !sees_something(lock, in);
}

static uint32_t stop_hold(struct interlock *lock, int64_t now_ms)
{
	if (!is_held(lock))
		return 0;
	interlock_set_phase(lock, INTERLOCK_REST, now_ms);
	return NOTE_HOLD_OVER;
}

/* True when a person moves the arm in this scan, whatever the lane wishes. */
static bool step_hold(struct interlock *lock, const struct interlock_inputs *in,
		      enum arm_wish way, uint32_t *notes)
{
	if (way != ARM_STAY && !may_hold(lock, in, way)) {
		interlock_spend_buttons(lock);
		way = ARM_STAY;
	}
	if (way == ARM_STAY) {
		*notes |= stop_hold(lock, in->now_ms);
		return false;
	}
	if (is_held(lock))
		return true;
	interlock_set_phase(
		lock, way == ARM_RAISE ? INTERLOCK_HOLD_RAISING : INTERLOCK_HOLD_LOWERING,
		in->now_ms);
	*notes |= NOTE_HOLD;
	return true;
}

/* ---- the scan ---------------------------------------------------------------------------- */

static uint32_t step_phase(struct interlock *lock, const struct interlock_inputs *in,
			   enum arm_wish wish, bool has_button)
{
	uint32_t notes = 0;

	switch (lock->phase) {
	case INTERLOCK_REST: return step_rest(lock, in, wish, has_button);
	case INTERLOCK_PROVING: step_proving(lock, in, wish, &notes); return notes;
	case INTERLOCK_RAISING: return step_raising(lock, in, wish);
	default:
		assert(lock->phase ==
		       INTERLOCK_LOWERING); /* holds were looked at before */
		return step_lowering(lock, in, wish);
	}
}

/* An emergency comes before the buttons, the buttons before the lane. */
static uint32_t step_movement(struct interlock *lock, const struct interlock_inputs *in,
			      enum arm_wish wish)
{
	enum arm_wish way = interlock_read_buttons(lock, in);
	bool has_button = in->hold_raise || in->hold_lower;
	uint32_t notes = 0;

	if (in->emergency) {
		interlock_spend_buttons(lock);
		notes |= stop_hold(lock, in->now_ms);
		raise_for_emergency(lock, in);
		return notes | step_phase(lock, in, ARM_STAY, false);
	}
	if (step_hold(lock, in, way, &notes))
		return notes;
	if (in->hold_raise && in->hold_lower) /* both together: stop */
		interlock_set_phase(lock, INTERLOCK_REST, in->now_ms);
	if (has_button && lock->phase != INTERLOCK_REST)
		wish = ARM_STAY;
	return notes | step_phase(lock, in, wish, has_button);
}

static void drive(struct interlock *lock, const struct interlock_inputs *in,
		  struct interlock_outputs *out)
{
	if (lock->phase == INTERLOCK_RAISING && must_stay_closed(lock, in))
		interlock_set_phase(lock, INTERLOCK_REST, in->now_ms);
	out->raise =
		lock->phase == INTERLOCK_RAISING || lock->phase == INTERLOCK_HOLD_RAISING;
	out->lower = lock->phase == INTERLOCK_LOWERING ||
		     lock->phase == INTERLOCK_HOLD_LOWERING;
	interlock_pulse_tests(lock, in);
	for (int d = 0; d < INTERLOCK_SAFETY_DEVICES; d++)
		out->test[d] =
			lock->is_pulsed[d] || (lock->phase == INTERLOCK_PROVING &&
					       lock->test_step[d] == TEST_ASSERTED);
	if (!in->ask_still)
		lock->heartbeat = !lock->heartbeat;
	out->heartbeat = lock->heartbeat;
	if (out->raise)
		lock->last_raise_ms = in->now_ms;
	if (out->lower)
		lock->last_lower_ms = in->now_ms;
	assert(!(out->raise && out->lower));
	assert(!(lock->phase == INTERLOCK_LOWERING && any_occupied(in)));
}

/* Everything off, and the heartbeat stays where it is: the cabinet's relay cuts lowering. */
static uint32_t stop_all(struct interlock *lock, int64_t now_ms,
			 struct interlock_outputs *out, uint32_t note)
{
	bool was_moving = lock->phase != INTERLOCK_REST;
	uint32_t notes = stop_hold(lock, now_ms);

	interlock_spend_buttons(lock);
	interlock_set_phase(lock, INTERLOCK_REST, now_ms);
	out->heartbeat = lock->heartbeat;
	return was_moving ? notes | note : notes;
}

uint32_t interlock_step(struct interlock *lock, const struct interlock_inputs *in,
			enum arm_wish wish, int64_t wish_at_ms,
			struct interlock_outputs *out)
{
	uint32_t notes;

	memset(out, 0, sizeof(*out));
	if (!in->is_known) {
		notes = lock->was_known ? NOTE_BLIND : 0;
		lock->was_known = false;
		memset(lock->disagrees_since_ms, 0, sizeof(lock->disagrees_since_ms));
		return notes | stop_all(lock, in->now_ms, out, 0);
	}
	notes = interlock_observe(lock, in);
	if (in->is_late)
		return notes | stop_all(lock, in->now_ms, out, NOTE_LATE); /* S9 */
	if (in->now_ms - wish_at_ms > lock->config.expire_ms)
		wish = ARM_STAY; /* S8 */
	if (wish != lock->last_wish) {
		lock->has_travel_fault = lock->has_travel_fault && wish == ARM_STAY;
		lock->retry_at_ms = 0;
		lock->failed_proofs = 0;
	}
	lock->last_wish = wish;
	notes |= step_movement(lock, in, wish);
	drive(lock, in, out);
	return notes;
}

/* ---- what it shows ----------------------------------------------------------------------- */

bool interlock_needs_key(const struct interlock *lock)
{
	return lock->is_locked && lock->config.has_reset;
}

bool interlock_has_fault(const struct interlock *lock)
{
	bool has_fault = lock->is_unproved[0] || lock->is_unproved[1];

	for (int c = 0; c < INTERLOCK_CHANNELS; c++)
		has_fault = has_fault || lock->is_faulty[c];
	return has_fault;
}

bool interlock_is_testing(const struct interlock *lock, int device)
{
	return lock->has_echo[device] || (lock->phase == INTERLOCK_PROVING &&
					  lock->config.proof[device] == PROVED_BY_TEST &&
					  lock->test_step[device] < TEST_PASSED);
}

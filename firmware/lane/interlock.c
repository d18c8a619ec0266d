/* SPDX-License-Identifier: MIT */
/*
 * Interlock. Layer: firmware. Pure.
 */
#include "firmware/lane/interlock.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

/* A proof that failed is tried again after this time: a late or missing answer of a safety device
 * stops the movement, it does not latch. The third failure in a row is told. */
enum { RETRY_MS = 1000, PROOFS_BEFORE_NOTE = 3 };

/* The arm may coast this long after the raise output fell without being called uncontrolled. */
enum { COAST_MS = 1000 };

/* Steps of one device's test. */
enum { TEST_BEGIN, TEST_ASSERTED, TEST_RELEASED, TEST_PASSED, TEST_FAILED };

void interlock_init(struct interlock *lock, const struct interlock_config *config)
{
	memset(lock, 0, sizeof(*lock));
	lock->config = *config;
	lock->last_raise_ms = INT64_MIN / 2;
}

void interlock_reset(struct interlock *lock)
{
	lock->is_locked = false;
	lock->obstructions = 0;
	lock->has_travel_fault = false;
	lock->retry_at_ms = 0;
}

static void set_phase(struct interlock *lock, enum interlock_phase phase, int64_t now_ms)
{
	lock->phase = phase;
	lock->phase_since_ms = now_ms;
	if (phase != INTERLOCK_RAISING)
		lock->is_reversing = false;
}

static bool any_occupied(const struct interlock_inputs *in)
{
	return in->occupied[0] || in->occupied[1];
}

/* Limits, edges and the memory of what each device has shown. */
static uint32_t observe(struct interlock *lock, const struct interlock_inputs *in)
{
	uint32_t notes = 0;
	bool down = in->limit_down && !in->limit_up, up = in->limit_up && !in->limit_down;

	/* Also when it left unseen: was_down is what the limits last said for certain. */
	if (lock->was_down && !in->limit_down) {
		bool ours = in->now_ms - lock->last_raise_ms <= COAST_MS;

		notes |= ours ? NOTE_LEFT_DOWN : NOTE_UNCONTROLLED;
		lock->has_changed[0] = lock->has_changed[1] = false;
	}
	if (up && !(lock->was_known && lock->was_up))
		notes |= NOTE_UP;
	if (down && !(lock->was_known && lock->was_down)) {
		notes |= NOTE_DOWN;
		lock->obstructions = 0;
	}
	for (int d = 0; d < INTERLOCK_SAFETY_DEVICES; d++) {
		if (lock->was_known && in->occupied[d] != lock->was_occupied[d] &&
		    !interlock_is_testing(lock, d))
			lock->has_changed[d] = true;
		lock->was_occupied[d] = in->occupied[d];
	}
	if (in->emergency && !lock->was_emergency)
		notes |= NOTE_EMERGENCY;
	lock->was_emergency = in->emergency;
	if (!(in->limit_up && in->limit_down)) {
		lock->was_down = down;
		lock->was_up = up;
	}
	lock->was_known = true;
	if (in->limit_up && in->limit_down) {
		notes |= lock->limits_are_noted ? 0 : NOTE_LIMITS;
		lock->limits_are_noted = true;
	} else {
		lock->limits_are_noted = false;
	}
	return notes;
}

/* One step of one device's test (S4): it must report while its test output is on, and stop when
 * it is off, each within the window. Returns the step reached. */
static uint8_t test_device(struct interlock *lock, const struct interlock_inputs *in,
			   int d)
{
	int64_t spent = in->now_ms - lock->phase_since_ms;

	switch (lock->test_step[d]) {
	case TEST_BEGIN: lock->test_step[d] = TEST_ASSERTED; break;
	case TEST_ASSERTED:
		if (in->occupied[d])
			lock->test_step[d] = TEST_RELEASED;
		else if (spent > lock->config.test_window_ms)
			lock->test_step[d] = TEST_FAILED;
		break;
	case TEST_RELEASED:
		if (!in->occupied[d])
			lock->test_step[d] = TEST_PASSED;
		else if (spent > 2 * lock->config.test_window_ms)
			lock->test_step[d] = TEST_FAILED;
		break;
	default: break;
	}
	return lock->test_step[d];
}

/* Before raising, a device that a vehicle occupies can't be tested and need not be: it protects
 * the other direction. Before lowering, activity since the lift stands in for a test output. */
static uint8_t prove_without_test(const struct interlock *lock, int d)
{
	if (lock->proving_for == ARM_RAISE)
		return TEST_PASSED;
	return lock->has_changed[d] ? TEST_PASSED : TEST_FAILED;
}

static void begin_proof(struct interlock *lock, const struct interlock_inputs *in,
			enum arm_wish direction)
{
	lock->proving_for = direction;
	set_phase(lock, INTERLOCK_PROVING, in->now_ms);
	for (int d = 0; d < INTERLOCK_SAFETY_DEVICES; d++) {
		bool skip = direction == ARM_RAISE && in->occupied[d];

		lock->test_step[d] = TEST_BEGIN;
		if (skip || !lock->config.has_test_output[d])
			lock->test_step[d] =
				skip ? TEST_PASSED : prove_without_test(lock, d);
	}
}

static uint32_t fail_proof(struct interlock *lock, int64_t now_ms)
{
	lock->retry_at_ms = now_ms + RETRY_MS;
	set_phase(lock, INTERLOCK_REST, now_ms);
	if (lock->failed_proofs < PROOFS_BEFORE_NOTE)
		lock->failed_proofs++;
	else
		return 0;
	return lock->failed_proofs == PROOFS_BEFORE_NOTE ? NOTE_UNPROVED : 0;
}

static uint32_t step_proving(struct interlock *lock, const struct interlock_inputs *in,
			     enum arm_wish wish)
{
	bool all_passed = true;

	if (wish != lock->proving_for) {
		set_phase(lock, INTERLOCK_REST, in->now_ms);
		return 0;
	}
	for (int d = 0; d < INTERLOCK_SAFETY_DEVICES; d++) {
		uint8_t step = test_device(lock, in, d);

		if (step == TEST_FAILED)
			return fail_proof(lock, in->now_ms);
		all_passed = all_passed && step == TEST_PASSED;
	}
	if (!all_passed)
		return 0;
	lock->failed_proofs = 0;
	if (wish == ARM_LOWER && any_occupied(in))
		set_phase(lock, INTERLOCK_REST, in->now_ms);
	else
		set_phase(lock,
			  wish == ARM_RAISE ? INTERLOCK_RAISING : INTERLOCK_LOWERING,
			  in->now_ms);
	return 0;
}

static uint32_t stop_for_travel(struct interlock *lock, int64_t now_ms)
{
	lock->has_travel_fault = true;
	set_phase(lock, INTERLOCK_REST, now_ms);
	return NOTE_TRAVEL;
}

static bool travels_too_long(const struct interlock *lock, int64_t now_ms)
{
	return now_ms - lock->phase_since_ms > lock->config.travel_ms;
}

static uint32_t step_raising(struct interlock *lock, const struct interlock_inputs *in,
			     enum arm_wish wish)
{
	if (in->limit_up)
		set_phase(lock, INTERLOCK_REST, in->now_ms);
	else if (travels_too_long(lock, in->now_ms))
		return stop_for_travel(lock, in->now_ms); /* S7 */
	else if (wish != ARM_RAISE && !lock->is_reversing)
		set_phase(lock, INTERLOCK_REST,
			  in->now_ms); /* S8: expired or withdrawn */
	return 0;
}

static uint32_t reverse(struct interlock *lock, int64_t now_ms)
{
	uint32_t notes = NOTE_REVERSED;

	set_phase(lock, INTERLOCK_RAISING, now_ms);
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
		set_phase(lock, INTERLOCK_RAISING, in->now_ms); /* S2 */
	else if (in->limit_down)
		set_phase(lock, INTERLOCK_REST, in->now_ms);
	else if (travels_too_long(lock, in->now_ms))
		return stop_for_travel(lock, in->now_ms); /* S7 */
	else if (wish != ARM_LOWER)
		set_phase(lock, INTERLOCK_REST, in->now_ms); /* S8 */
	return 0;
}

static void step_rest(struct interlock *lock, const struct interlock_inputs *in,
		      enum arm_wish wish)
{
	if (wish == ARM_STAY || lock->has_travel_fault || in->now_ms < lock->retry_at_ms)
		return;
	if (wish == ARM_RAISE && !in->limit_up)
		begin_proof(lock, in, ARM_RAISE);
	if (wish == ARM_LOWER && !in->limit_down && !lock->is_locked && !any_occupied(in))
		begin_proof(lock, in, ARM_LOWER);
}

/* S11: raises at once, without proof; only a travel fault stops it. */
static void raise_for_emergency(struct interlock *lock, const struct interlock_inputs *in)
{
	if (in->limit_up || lock->has_travel_fault)
		return;
	if (lock->phase != INTERLOCK_RAISING)
		set_phase(lock, INTERLOCK_RAISING, in->now_ms);
	lock->is_reversing = true;
}

static uint32_t step_phase(struct interlock *lock, const struct interlock_inputs *in,
			   enum arm_wish wish)
{
	if (in->emergency) {
		raise_for_emergency(lock, in);
		wish = ARM_STAY;
	}
	switch (lock->phase) {
	case INTERLOCK_REST: step_rest(lock, in, wish); return 0;
	case INTERLOCK_PROVING: return step_proving(lock, in, wish);
	case INTERLOCK_RAISING: return step_raising(lock, in, wish);
	case INTERLOCK_LOWERING: return step_lowering(lock, in, wish);
	}
	return 0;
}

static void drive(struct interlock *lock, const struct interlock_inputs *in,
		  struct interlock_outputs *out)
{
	out->raise = lock->phase == INTERLOCK_RAISING;
	out->lower = lock->phase == INTERLOCK_LOWERING && !any_occupied(in);
	for (int d = 0; d < INTERLOCK_SAFETY_DEVICES; d++)
		out->test[d] = lock->phase == INTERLOCK_PROVING &&
			       lock->test_step[d] == TEST_ASSERTED;
	lock->heartbeat = !lock->heartbeat;
	out->heartbeat = lock->heartbeat;
	if (out->raise)
		lock->last_raise_ms = in->now_ms;
	assert(!(out->raise && out->lower));
}

/* Everything off, and the heartbeat stays where it is: the cabinet's relay cuts lowering. */
static uint32_t stop_all(struct interlock *lock, int64_t now_ms,
			 struct interlock_outputs *out, uint32_t note)
{
	bool was_moving = lock->phase != INTERLOCK_REST;

	set_phase(lock, INTERLOCK_REST, now_ms);
	out->heartbeat = lock->heartbeat;
	return was_moving ? note : 0;
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
		return notes | stop_all(lock, in->now_ms, out, 0);
	}
	notes = observe(lock, in);
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
	notes |= step_phase(lock, in, wish);
	drive(lock, in, out);
	return notes;
}

bool interlock_is_testing(const struct interlock *lock, int device)
{
	return lock->phase == INTERLOCK_PROVING && lock->config.has_test_output[device] &&
	       lock->test_step[device] < TEST_PASSED;
}

bool interlock_is_down(const struct interlock *lock)
{
	return lock->was_known && lock->was_down && lock->phase != INTERLOCK_RAISING;
}

bool interlock_is_up(const struct interlock *lock)
{
	return lock->was_known && lock->was_up;
}

const char *interlock_arm_name(const struct interlock *lock)
{
	if (!lock->was_known)
		return "unknown";
	if (lock->phase == INTERLOCK_RAISING)
		return "rising";
	if (lock->phase == INTERLOCK_LOWERING)
		return "lowering";
	if (lock->was_down)
		return "down";
	return lock->was_up ? "up" : "between";
}

static const struct {
	enum interlock_note note;
	const char *rule, *text;
} words[] = {
	{NOTE_REVERSED,     "S1",  "obstruction while lowering: raised"                       },
	{NOTE_LOCKED,       "S3",  "two obstructions in a row: locked until reset at the gate"},
	{NOTE_UNPROVED,     "S4",  "a safety device did not answer its test: no movement"     },
	{NOTE_TRAVEL,       "S7",  "the arm did not arrive at its limit in time: stopped"     },
	{NOTE_LIMITS,       "S5",  "both limits at once: no movement"                         },
	{NOTE_LATE,         "S9",  "late scan: movement stopped, proving again"               },
	{NOTE_BLIND,        "S5",  "inputs unknown: everything off"                           },
	{NOTE_UNCONTROLLED, "S11", "the arm opened without a command"                         },
	{NOTE_EMERGENCY,    "S11", "emergency input: raising"                                 },
};

const char *interlock_note_rule(enum interlock_note note)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].note == note)
			return words[i].rule;
	return "-";
}

const char *interlock_note_text(enum interlock_note note)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].note == note)
			return words[i].text;
	return "-";
}

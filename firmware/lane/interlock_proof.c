/* SPDX-License-Identifier: MIT */
/*
 * Interlock: the proof of the safety devices before each movement, S4. Layer: firmware. Pure.
 */
#include "firmware/lane/interlock_internal.h"

/* A proof that failed is tried again after this time: a late or missing answer of a safety device
 * stops the movement, it does not latch. The third failure in a row is told. */
enum { RETRY_MS = 1000, PROOFS_BEFORE_NOTE = 3 };

/* It must report while its test output is on, and stop when it is off, each within the window;
 * a second contact takes part. */
static uint8_t step_test(const struct interlock *lock, const struct interlock_inputs *in,
			 int d)
{
	int64_t spent = in->now_ms - lock->phase_since_ms;

	switch (lock->test_step[d]) {
	case TEST_BEGIN: return TEST_ASSERTED;
	case TEST_ASSERTED:
		if (in->occupied[d] && !in->disagrees[d])
			return TEST_RELEASED;
		return spent > lock->config.test_window_ms ? TEST_FAILED : TEST_ASSERTED;
	case TEST_RELEASED:
		if (!in->occupied[d])
			return TEST_PASSED;
		return spent > 2 * lock->config.test_window_ms ? TEST_FAILED
							       : TEST_RELEASED;
	default: return lock->test_step[d];
	}
}

/* Contacts that change just now get the time of a test to agree. */
static uint8_t step_pair(const struct interlock *lock, const struct interlock_inputs *in,
			 int d)
{
	if (lock->test_step[d] != TEST_BEGIN)
		return lock->test_step[d];
	if (!in->disagrees[d])
		return TEST_PASSED;
	return in->now_ms - lock->phase_since_ms > lock->config.test_window_ms
		       ? TEST_FAILED
		       : TEST_BEGIN;
}

/* Before lowering, activity since the lift stands in for a test. Nothing can be asked of it before
 * raising: it protects the other direction. */
static uint8_t step_activity(const struct interlock *lock, int d)
{
	if (lock->proving_for == ARM_RAISE)
		return TEST_SKIPPED;
	return lock->has_changed[d] ? TEST_PASSED : TEST_FAILED;
}

static uint8_t step_device(const struct interlock *lock,
			   const struct interlock_inputs *in, int d)
{
	/* Chosen at the beginning: what is occupied before raising can't be tested. */
	if (lock->test_step[d] == TEST_SKIPPED)
		return TEST_SKIPPED;
	switch (lock->config.proof[d]) {
	case PROVED_BY_TEST: return step_test(lock, in, d);
	case PROVED_BY_PAIR: return step_pair(lock, in, d);
	default: return step_activity(lock, d);
	}
}

void interlock_begin_proof(struct interlock *lock, const struct interlock_inputs *in,
			   enum arm_wish direction)
{
	lock->proving_for = direction;
	interlock_set_phase(lock, INTERLOCK_PROVING, in->now_ms);
	for (int d = 0; d < INTERLOCK_SAFETY_DEVICES; d++)
		lock->test_step[d] = direction == ARM_RAISE && in->occupied[d]
					     ? TEST_SKIPPED
					     : TEST_BEGIN;
}

uint32_t interlock_fail_proof(struct interlock *lock, int64_t now_ms)
{
	lock->retry_at_ms = now_ms + RETRY_MS;
	interlock_set_phase(lock, INTERLOCK_REST, now_ms);
	if (lock->failed_proofs == PROOFS_BEFORE_NOTE)
		return 0;
	return ++lock->failed_proofs == PROOFS_BEFORE_NOTE ? NOTE_UNPROVED : 0;
}

/* The device's own part in a proof that failed. */
static uint32_t fail_device(struct interlock *lock, int64_t now_ms, int d)
{
	uint32_t notes = interlock_fail_proof(lock, now_ms);

	lock->is_unproved[d] =
		lock->is_unproved[d] || lock->failed_proofs == PROOFS_BEFORE_NOTE;
	return notes;
}

bool interlock_step_proof(struct interlock *lock, const struct interlock_inputs *in,
			  uint32_t *notes)
{
	bool all_passed = true;

	for (int d = 0; d < INTERLOCK_SAFETY_DEVICES; d++) {
		uint8_t step = lock->test_step[d] = step_device(lock, in, d);

		if (step == TEST_FAILED) {
			*notes |= fail_device(lock, in->now_ms, d);
			return false;
		}
		all_passed = all_passed && step >= TEST_PASSED;
	}
	if (!all_passed)
		return false;
	lock->failed_proofs = 0;
	for (int d = 0; d < INTERLOCK_SAFETY_DEVICES; d++)
		lock->is_unproved[d] =
			lock->is_unproved[d] && lock->test_step[d] == TEST_SKIPPED;
	return true;
}

/* What the device then reports is no vehicle, also for the time its echo may take. */
void interlock_pulse_tests(struct interlock *lock, const struct interlock_inputs *in)
{
	bool may = lock->phase == INTERLOCK_REST && lock->was_down;

	for (int d = 0; d < INTERLOCK_SAFETY_DEVICES; d++) {
		lock->is_pulsed[d] = may && in->ask_test[d];
		if (lock->is_pulsed[d])
			lock->echo_until_ms[d] =
				in->now_ms + 2 * (int64_t)lock->config.test_window_ms;
		lock->has_echo[d] = in->now_ms < lock->echo_until_ms[d];
	}
}

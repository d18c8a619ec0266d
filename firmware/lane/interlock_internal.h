/* SPDX-License-Identifier: MIT */
/*
 * What the files of the interlock share among themselves.
 *
 * Layer: firmware. Pure.
 */
#ifndef KAKOU_FIRMWARE_INTERLOCK_INTERNAL_H
#define KAKOU_FIRMWARE_INTERLOCK_INTERNAL_H

#include "firmware/lane/interlock.h"

/* interlock.c */
void interlock_set_phase(struct interlock *lock, enum interlock_phase phase,
			 int64_t now_ms);

/* interlock_observe.c: what the inputs say, beside movements. */
/** Limits, pairs, the key and the memory of what each device has shown. Returns notes. */
uint32_t interlock_observe(struct interlock *lock, const struct interlock_inputs *in);
/** Whatever button is pressed has to be released before it moves anything. */
void interlock_spend_buttons(struct interlock *lock);
/** Which way the buttons at the gate ask the arm to move, ARM_STAY for none. */
enum arm_wish interlock_read_buttons(struct interlock *lock,
				     const struct interlock_inputs *in);
/** True when something forbids every automatic movement of this direction (S3, S10). */
bool interlock_is_barred(const struct interlock *lock, enum arm_wish direction);

/* interlock_proof.c: S4. */
enum { TEST_BEGIN, TEST_ASSERTED, TEST_RELEASED, TEST_PASSED, TEST_SKIPPED, TEST_FAILED };
void interlock_begin_proof(struct interlock *lock, const struct interlock_inputs *in,
			   enum arm_wish direction);
/** One scan of the proof. True when every device has passed; a failure leads back to rest. */
bool interlock_step_proof(struct interlock *lock, const struct interlock_inputs *in,
			  uint32_t *notes);
/** Test outputs that a technician pulses; last of the scan. */
void interlock_pulse_tests(struct interlock *lock, const struct interlock_inputs *in);
/** A movement can't begin: tried again later; the third time in a row is told. */
uint32_t interlock_fail_proof(struct interlock *lock, int64_t now_ms);

#endif

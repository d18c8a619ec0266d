/* SPDX-License-Identifier: MIT */
/*
 * Interlock: the last word on every movement of the arm. Lane logic proposes a wish; what
 * leaves here is what the motor gets, and nothing comes after it (doctrine 1).
 *
 * Layer: firmware. Pure: time and inputs are parameters; no I/O, no allocation.
 * Rules: S1–S12 of the field's safety list; each is named where it acts.
 */
#ifndef KAKOU_FIRMWARE_INTERLOCK_H
#define KAKOU_FIRMWARE_INTERLOCK_H

#include <stdbool.h>
#include <stdint.h>

enum arm_wish { ARM_STAY, ARM_RAISE, ARM_LOWER };

enum interlock_phase {
	INTERLOCK_REST,
	INTERLOCK_PROVING, /**< testing the safety devices before a movement */
	INTERLOCK_RAISING,
	INTERLOCK_LOWERING,
};

enum { INTERLOCK_SAFETY_DEVICES = 2 }; /**< [0] loop, [1] beam: two means, S6 */

struct interlock_config {
	int32_t travel_ms;      /**< S7 */
	int32_t test_window_ms; /**< S4 */
	int32_t expire_ms;      /**< S8: a wish not renewed for this long is ARM_STAY */
	/** S4: proved by its test output; otherwise by having changed since the arm last left
	 *  its lower limit. */
	bool has_test_output[INTERLOCK_SAFETY_DEVICES];
};

struct interlock_inputs {
	int64_t now_ms;
	bool is_known; /**< false: the inputs could not be read in this scan */
	bool is_late;  /**< the scan came more than 100 ms after the one before */
	bool occupied
		[INTERLOCK_SAFETY_DEVICES]; /**< loop, beam; an edge within the scan counts */
	bool limit_up, limit_down;
	bool emergency; /**< fire or emergency-open */
};

struct interlock_outputs {
	bool raise, lower;
	bool test[INTERLOCK_SAFETY_DEVICES];
	bool heartbeat;
};

/** What happened in a scan, as bits: the lane records and reacts, it can't undo. */
enum interlock_note {
	NOTE_LEFT_DOWN = 1 << 0, /**< the arm left its lower limit under our command */
	NOTE_UP = 1 << 1,        /**< reached the upper limit */
	NOTE_DOWN = 1 << 2,      /**< reached the lower limit */
	NOTE_REVERSED = 1 << 3,  /**< S1: obstruction while lowering, now raising */
	NOTE_LOCKED = 1 << 4,    /**< S3: the second obstruction in a row */
	NOTE_UNPROVED = 1 << 5, /**< S4, S5: a safety device did not answer three tests */
	NOTE_TRAVEL = 1 << 6,   /**< S7: no limit within the travel time, stopped */
	NOTE_LIMITS = 1 << 7,   /**< S5: both limits at once */
	NOTE_LATE = 1 << 8,     /**< S9: late scan, movement stopped, proved again */
	NOTE_BLIND = 1 << 9,    /**< S5: inputs unknown, everything off */
	NOTE_UNCONTROLLED =
		1 << 10,          /**< the arm left its lower limit without a command */
	NOTE_EMERGENCY = 1 << 11, /**< S11: the input came on */
	NOTE_COUNT = 12,
};

/** Its memory; a plain value so that tests and models can copy it. Treat as opaque. */
struct interlock {
	struct interlock_config config;
	enum interlock_phase phase;
	enum arm_wish proving_for;
	int64_t phase_since_ms;
	int64_t last_raise_ms; /**< when the raise output was last on */
	int64_t retry_at_ms;   /**< no proof before this instant */
	bool was_known, was_down, was_up, was_emergency;
	bool was_occupied[INTERLOCK_SAFETY_DEVICES];
	bool has_changed
		[INTERLOCK_SAFETY_DEVICES]; /**< since the arm left its lower limit */
	uint8_t test_step[INTERLOCK_SAFETY_DEVICES];
	bool is_reversing; /**< raising for safety: only the upper limit or S7 ends it */
	uint8_t obstructions;  /**< in a row */
	bool is_locked;        /**< S3 */
	bool has_travel_fault; /**< S7: until a new wish or a reset */
	bool limits_are_noted;
	uint8_t failed_proofs; /**< in a row, for this wish */
	enum arm_wish last_wish;
	bool heartbeat;
};

/** Starts at rest with everything off; nothing is proved (S12). */
void interlock_init(struct interlock *lock, const struct interlock_config *config);

/** One scan. `wish` was renewed at `wish_at_ms`. Returns notes; `out` is complete. */
uint32_t interlock_step(struct interlock *lock, const struct interlock_inputs *in,
			enum arm_wish wish, int64_t wish_at_ms,
			struct interlock_outputs *out);

/** Reset by a person at the gate: takes the lock (S3) and a travel fault (S7) back. */
void interlock_reset(struct interlock *lock);

/** True while a test output is on or its echo may still be there: the device's input then says
 *  nothing about vehicles. */
bool interlock_is_testing(const struct interlock *lock, int device);

/** True when the arm is at rest at its lower (upper) limit as last seen. */
bool interlock_is_down(const struct interlock *lock);
bool interlock_is_up(const struct interlock *lock);

/** "down", "up", "rising", "lowering", "between", "unknown". */
const char *interlock_arm_name(const struct interlock *lock);

/** The rule and the words of one note, for the record; static. */
const char *interlock_note_rule(enum interlock_note note);
const char *interlock_note_text(enum interlock_note note);

#endif

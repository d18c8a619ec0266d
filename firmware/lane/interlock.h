/* SPDX-License-Identifier: MIT */
/*
 * Interlock: the last word on every movement of one arm. Lane logic proposes a wish; what
 * leaves here is what the motor gets, and nothing comes after it (doctrine 1).
 *
 * Layer: firmware. Pure: time and inputs are parameters; no I/O, no allocation, and nothing of
 *        lanes: a lane with two arms has two of these.
 * Rules: S1–S12 of the field's safety list (gate-domain section 5); each is named where it acts.
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
	INTERLOCK_HOLD_RAISING, /**< hold-to-run: a person at the gate presses the button */
	INTERLOCK_HOLD_LOWERING,
};

enum { INTERLOCK_SAFETY_DEVICES = 2 }; /**< [0] loop, [1] beam: two means, S6 */

/** How a safety device proves itself before a movement, S4. */
enum interlock_proof {
	PROVED_BY_TEST,     /**< it answers its test output */
	PROVED_BY_PAIR,     /**< its two contacts contradict each other, as they should */
	PROVED_BY_ACTIVITY, /**< it changed since the arm last left its lower limit */
};

/** Inputs that may have a second, antivalent contact, S10. The first two are the safety devices. */
enum interlock_channel {
	CHANNEL_LOOP,
	CHANNEL_BEAM,
	CHANNEL_LIMIT_UP,
	CHANNEL_LIMIT_DOWN,
	CHANNEL_EMERGENCY,
	INTERLOCK_CHANNELS,
};

struct interlock_config {
	int32_t travel_ms;      /**< S7 */
	int32_t test_window_ms; /**< S4 */
	int32_t expire_ms;      /**< S8: a wish not renewed for this long is ARM_STAY */
	uint8_t proof[INTERLOCK_SAFETY_DEVICES]; /**< enum interlock_proof */
	bool has_reset; /**< a key at the gate takes the lock of S3 back, and nothing else does */
};

struct interlock_inputs {
	int64_t now_ms;
	bool is_known; /**< false: the inputs could not be read in this scan */
	bool is_late;  /**< the scan came more than 100 ms after the one before */
	/** Loop, beam: an edge within the scan counts; so does a pair that disagrees. */
	bool occupied[INTERLOCK_SAFETY_DEVICES];
	bool limit_up, limit_down; /**< a pair that disagrees: not reached */
	bool other_is_open; /**< the lane's other arm is not known down: this one stays closed */
	bool emergency; /**< fire or emergency-open; also a pair that disagrees */
	bool disagrees
		[INTERLOCK_CHANNELS]; /**< both contacts say the same; false without two */
	bool reset;                   /**< the key at the gate is turned */
	bool hold_raise, hold_lower;  /**< the buttons at the gate, for the whole scan */
	/** A technician's pulse: heard at rest with the arm down only. */
	bool ask_test[INTERLOCK_SAFETY_DEVICES];
	bool ask_still; /**< the heartbeat stands still, so that the cabinet cuts lowering */
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
	NOTE_UNPROVED = 1 << 5,  /**< S4, S5: no proof of safety in three attempts */
	NOTE_TRAVEL = 1 << 6,    /**< S7: no limit within the travel time, stopped */
	NOTE_LIMITS = 1 << 7,    /**< S5: both limits at once */
	NOTE_LATE = 1 << 8,      /**< S9: late scan, movement stopped, proved again */
	NOTE_BLIND = 1 << 9,     /**< S5: inputs unknown, everything off */
	NOTE_UNCONTROLLED =
		1 << 10,          /**< the arm left its lower limit without a command */
	NOTE_EMERGENCY = 1 << 11, /**< S11: the input came on */
	NOTE_PAIR = 1 << 12,      /**< S10: two contacts disagree for too long */
	NOTE_RESET = 1 << 13,     /**< S3: the key at the gate was turned */
	NOTE_HOLD = 1 << 14,      /**< S5: hold-to-run moves the arm */
	NOTE_HOLD_OVER = 1 << 15, /**< S5: it no longer does */
	NOTE_WRONG_WAY =
		1 << 16,     /**< S7: the arm came back to the limit it left, stopped */
	NOTE_SANK = 1 << 17, /**< S7: it left its upper limit without a command */
	NOTE_COUNT = 18,
};

/** Its memory; a plain value so that tests and models can copy it. Treat as opaque. */
struct interlock {
	struct interlock_config config;
	enum interlock_phase phase;
	enum arm_wish proving_for;
	int64_t phase_since_ms;
	int64_t origin_left_ms; /**< when this movement left the limit it came from; 0 = not yet */
	int64_t last_raise_ms, last_lower_ms; /**< when the output was last on */
	int64_t retry_at_ms;                  /**< no proof before this instant */
	bool was_known, was_down, was_up, was_emergency, was_reset;
	bool was_occupied[INTERLOCK_SAFETY_DEVICES];
	bool has_changed
		[INTERLOCK_SAFETY_DEVICES]; /**< since the arm left its lower limit */
	uint8_t test_step[INTERLOCK_SAFETY_DEVICES];
	bool is_pulsed[INTERLOCK_SAFETY_DEVICES]; /**< its test output, by a technician */
	int64_t echo_until_ms[INTERLOCK_SAFETY_DEVICES]; /**< and what follows from it */
	bool has_echo[INTERLOCK_SAFETY_DEVICES];
	bool is_unproved
		[INTERLOCK_SAFETY_DEVICES]; /**< failed three proofs, passed none since */
	int64_t disagrees_since_ms[INTERLOCK_CHANNELS]; /**< 0 = it does not */
	bool is_faulty[INTERLOCK_CHANNELS];             /**< S10 */
	bool is_reversing; /**< raising for safety: only the upper limit or S7 ends it */
	uint8_t obstructions;  /**< in a row */
	bool is_locked;        /**< S3 */
	bool has_travel_fault; /**< S7: until a new wish or a reset */
	bool limits_are_noted;
	bool hold_is_spent;    /**< every button has to be released first */
	enum arm_wish hold;    /**< what the button that is pressed asks for */
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

/** Reset by a person who may be far away: takes a travel fault (S7) back, and the lock of S3 only
 *  where there is no key at the gate. */
void interlock_reset(struct interlock *lock);

/** A person asks for the movement anew that a travel fault (S7) ended: it is tried once more. */
void interlock_try_again(struct interlock *lock);

/** True when only the key at the gate ends what forbids lowering (S3). */
bool interlock_needs_key(const struct interlock *lock);

/** True while a safety device does not prove itself or a pair of contacts is faulty (S5, S10). */
bool interlock_has_fault(const struct interlock *lock);

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
/** The same for programs, and for other languages. */
const char *interlock_note_code(enum interlock_note note);

#endif

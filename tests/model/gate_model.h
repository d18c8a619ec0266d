/* SPDX-License-Identifier: MIT */
/*
 * The C side of the model: the real interlock, the real guards and actions of the lane's table, and
 * what must always hold, behind functions that Promela calls.
 *
 * Everything that lasts from one step to the next is in `model`, small enough for Spin to keep a
 * million of them. Before each call a struct lane is made from it, afterwards it is made from the
 * lane. What is not in it can't decide anything in the model: that is the abstraction, all of it.
 *
 * Time is relative: every scan ends by moving the interlock's instants into the past, so that states
 * that differ only in their date are one.
 */
#ifndef KAKOU_TESTS_GATE_MODEL_H
#define KAKOU_TESTS_GATE_MODEL_H

#include <stdint.h>

#include "firmware/lane/interlock.h"

/** What lasts. */
struct gate_model {
	struct interlock interlock;
	/* Of the lane, what can still decide something. */
	uint8_t state; /**< enum lane_state, as the real entry effects left it */
	uint8_t reason,
		block_reason; /**< enum reason, one for each that is treated alike */
	uint8_t has_passage, is_asked, is_answered, awaits_commit, is_commanded;
	uint8_t clearing_lifts, has_restarted;
	/* What the properties remember. */
	uint8_t clearances;    /**< lifts commanded for no person in this passage */
	uint8_t is_by_hand;    /**< the authorised one is a person's */
	uint8_t is_committed;  /**< the authorised lift is in the record */
	uint8_t lift_is_owed;  /**< one was commanded since the arm was down */
	uint8_t was_proved[2]; /**< loop, beam: answered in the proof that goes on */
	uint8_t raise_scans, lower_scans; /**< how long the motor has run */
	uint8_t is_broken; /**< something that must hold did not: printed then */
	/* What the world and Promela's conditions look at. */
	uint8_t was_raising, was_lowering, is_tested[2];
	uint8_t holds; /**< the guard that was asked last */
	uint8_t holds_for_evidence, is_down, is_at_top, wants_key;
};
extern struct gate_model model;

/** What a person, a device or customs says in this step; not kept. */
enum model_evidence {
	SAID_INCOMPLETE,
	SAID_WHOLE,
	SAID_PLATES_DIFFER,
	SAID_NO_PLATE,
	SAID_BAD_BOX
};

/** Begins: the controller has just started. `has_key`: the lane has a key at the gate. */
void model_begin(int has_key);

/** Sets model.holds: the row's guard holds. (Promela's conditions can't call functions.) */
void model_guard(int row);
/** Takes the row: its action, then the real entry effects of its next state. */
void model_take(int row);

/** Choices for the next guards and actions. */
void model_say(int act, int verdict, int evidence, int guard, int seal_is_bad,
	       int record_is_well);
enum { MODEL_ACTS = 7, MODEL_SAID_GUARDS = 9 };

/** One scan of the real interlock; the notes. `inputs` is made of MODEL_ bits. */
uint32_t model_scan(int inputs);
enum {
	MODEL_LOOP = 1 << 0,
	MODEL_BEAM = 1 << 1,
	MODEL_UP = 1 << 2,
	MODEL_DOWN = 1 << 3,
	MODEL_EMERGENCY = 1 << 4,
	MODEL_LATE = 1 << 5,
	MODEL_BLIND = 1 << 6,
	MODEL_SPLIT = 1 << 7, /**< the loop's two contacts disagree */
	MODEL_KEY = 1 << 8,
	MODEL_HOLD_RAISE = 1 << 9,
	MODEL_HOLD_LOWER = 1 << 10,
};

/** Prints the scan: for a history that Spin found. */
void model_trace(int inputs, uint32_t notes);

/** The journal's answer to the authorised lift. */
void model_commit(int is_committed);

/** An answer counts: final, unless it is interim. */
void model_hear_answer(void);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Acts: what a person asks of a lane, and what became of it.
 *
 * Layer: firmware. Threads: acts travel from the control-socket thread to the control
 * thread, results back, each through a bounded queue.
 */
#ifndef KAKOU_FIRMWARE_ACT_H
#define KAKOU_FIRMWARE_ACT_H

#include <stdint.h>

#include "hal/err.h"

enum act_verb {
	ACT_RELEASE, /**< lift for this passage */
	ACT_INSPECT, /**< send to inspection, in steel as the lane is configured */
	ACT_RETURN,  /**< send back */
	ACT_HOLD,    /**< stop clearing it: what was going to lift does not */
	ACT_RESET, /**< take up work after a restart, a fault or a lock: prove, lower if clear */
	ACT_VERBS,
};

struct act {
	uint32_t token;  /**< chosen by the sender, comes back in the result */
	uint8_t verb;    /**< enum act_verb */
	uint8_t lane;    /**< index */
	int64_t passage; /**< the passage it means: refused when that is not in the lane
			  */
	char actor[48];  /**< who, never empty */
	char reason[96]; /**< why, never empty */
	char screen[32]; /**< from where: "kakou", "console" … */
};

struct act_result {
	uint32_t token;
	int8_t error;  /**< enum kakou_err: OK accepted and recorded; otherwise refused */
	int64_t seq;   /**< number of the act's (or refusal's) event; 0 = not committed */
	char why[120]; /**< refused: the reason in words */
};

/** "release", "inspect", "return", "hold", "reset"; NULL out of range. */
const char *act_verb_name(enum act_verb verb);

#endif

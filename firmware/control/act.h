/* SPDX-License-Identifier: MIT */
/*
 * Acts: what a person asks of a lane, and what became of it.
 *
 * Layer: firmware. Threads: acts travel from the control-socket thread to the control
 * thread, results back, each through a bounded queue.
 */
#ifndef KAKOU_FIRMWARE_ACT_H
#define KAKOU_FIRMWARE_ACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/people/role.h"
#include "hal/err.h"

enum act_verb {
	ACT_RELEASE, /**< lift for this passage */
	ACT_INSPECT, /**< send to inspection, in steel as the lane is configured */
	ACT_RETURN,  /**< send back */
	ACT_HOLD,    /**< stop clearing it: what was going to lift does not */
	ACT_RESET, /**< take up work after a restart, a fault or a lock: prove, lower if clear */
	ACT_MODE,      /**< emergency mode for so many minutes; 0 ends it */
	ACT_CORRECT,   /**< another value than was read; customs is asked anew */
	ACT_ENTER,     /**< a value for a device that gave none (补采 B) */
	ACT_CHOOSE,    /**< one of several orders, for the next inquiry */
	ACT_REGATHER,  /**< evidence anew from the devices, a new inquiry */
	ACT_ASK,       /**< ask customs again */
	ACT_LOCK,      /**< take no vehicle any more */
	ACT_OPEN,      /**< take vehicles again */
	ACT_EMERGENCY, /**< raise, and stay up until a reset */
	ACT_ACK,       /**< an alarm has been seen */
	ACT_SHELVE, /**< an alarm is put aside for a while: "CODE MINUTES", 0 takes it back */
	ACT_ANSWER,     /**< a driver's call for help is answered */
	ACT_PULSE,      /**< hold an output for a moment, in a locked lane: "LINE MS" */
	ACT_COMMISSION, /**< a commissioning report was written: its SHA-256 */
	ACT_TURN,       /**< a reversible lane takes the direction "I" or "E" */
	ACT_VERBS,
};

/** What an act is about besides its lane. */
enum act_needs {
	ACT_NEEDS_PASSAGE = 1 << 0, /**< the passage that is meant, which must be there */
	ACT_NEEDS_SUBJECT = 1 << 1, /**< a kind of evidence */
	ACT_NEEDS_VALUE = 1 << 2,   /**< a text */
};

struct act_rule {
	const char *name;
	uint32_t roles; /**< enum role_set: who may */
	uint32_t needs; /**< enum act_needs, as bits */
};

/** Why the lane refuses an act, for programs: the words beside it are for people. */
enum act_refusal {
	REFUSAL_NONE,
	REFUSAL_GONE,    /**< the passage that was meant is not in the lane any more */
	REFUSAL_SECOND,  /**< a supervisor's approval is needed besides */
	REFUSAL_NOT_NOW, /**< not in the state that the lane is in */
	REFUSAL_ALREADY, /**< it is so already */
	REFUSAL_ABSENT, /**< no such alarm, call, read or lock here that it could be about */
	REFUSAL_VALUE, /**< the value is none of its kind */
	REFUSAL_WAITED, /**< it waited too long for the record, or an emergency came first */
	REFUSAL_KEY,    /**< the key at the gate is needed */
	REFUSAL_BLIND,    /**< the arm can't be seen */
	REFUSAL_RECORD,   /**< the record can't be written */
	REFUSAL_BUSY,     /**< the lane is at something: it has to be idle */
	REFUSAL_OCCUPIED, /**< a loop or beam sees something, or did just now */
	REFUSAL_DEVICE,   /**< a loop or a safety device is lost or faulty */
	REFUSAL_MODE,     /**< the lane is in emergency mode */
	REFUSAL_OTHER,    /**< the words tell */
	ACT_REFUSALS,
};

/** One that had to wait longer is refused: who asked was told so, and may be looking elsewhere. */
enum { ACT_FRESH_MS = 5000 };

struct act {
	uint32_t token;   /**< chosen by the sender, comes back in the result */
	uint8_t verb;     /**< enum act_verb */
	uint8_t lane;     /**< index */
	uint8_t role;     /**< enum role of the actor */
	uint8_t subject;  /**< enum evidence_kind, of acts that need one */
	bool is_customs;  /**< asked for by customs' 0x31, not by a person of this gate */
	int64_t passage;  /**< the passage it means: refused when that is not in the lane
			  */
	int64_t asked_ms; /**< monotonic; 0 = just now */
	char actor[48];   /**< who, never empty */
	char second[48];  /**< the supervisor who approved it besides, "" = nobody */
	char reason[96];  /**< why, never empty */
	char screen[32];  /**< from where: "kakou", "console" … */
	char value[72];   /**< a read, an order's number, an alarm's code; "" = none */
};

struct act_result {
	uint32_t token;
	int8_t error; /**< enum kakou_err: OK accepted and recorded; otherwise refused */
	uint8_t refusal; /**< enum act_refusal */
	int64_t seq;   /**< number of the act's (or refusal's) event; 0 = not committed */
	char why[120]; /**< refused: the reason in words */
};

/** NULL out of range. */
const struct act_rule *act_rule_of(enum act_verb verb);

/** "gone", "second_needed" …; "refused" for what has no word of its own, "" for none. */
const char *act_refusal_name(enum act_refusal refusal);

/** The word on the command line; NULL out of range. */
const char *act_verb_name(enum act_verb verb);

#endif

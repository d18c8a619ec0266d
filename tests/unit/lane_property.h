/* SPDX-License-Identifier: MIT */
/*
 * Random passages on the bench: a script of actions, the world that carries it out, and what must
 * hold after every scan.
 *
 * A script is a list of actions, each independent of the others: it waits for the lane to be in a
 * state for a while and is done once. So any of them may be left out, and a script that fails
 * shrinks to the few that matter.
 */
#ifndef KAKOU_TESTS_LANE_PROPERTY_H
#define KAKOU_TESTS_LANE_PROPERTY_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "tests/unit/lane_bench.h"

#define PROPERTY_KINDS(X)                                                                \
	X(LANE, "lane")           /* a: enum property_setting, b: value */               \
	X(ENTER, "enter")         /* a: body, b: reads, c: mm a scan, d: drive */        \
	X(WRONG_WAY, "wrong_way") /* a: body, b: as far as, mm, c: mm a scan */          \
	X(DRIVE, "drive")         /* a: which, b: drive, c: mm a scan */                 \
	X(ANSWER, "answer")   /* a: word, b: 0 current, 1 the one before, 2 foreign */   \
	X(OPERATE, "operate") /* a: OP_TYPE, b: 1 = do not lift */                       \
	X(ACT, "act")         /* a: verb, b: passage off by */                           \
	X(SENSOR, "sensor")   /* a: which, b: level, c: ms */                            \
	X(LIMIT, "limit")     /* a: 0 down, 1 up, b: level, c: ms */                     \
	X(ECHO, "echo")       /* a: 0 loop, 1 beam: deaf to its test, c: ms */           \
	X(LOSE, "lose")       /* a: device, c: ms */                                     \
	X(READ, "read")       /* a: device, b: reads */                                  \
	X(RECORD, "record")   /* a: 0 stalls, 1 fails, 2 stalls and then fails, c: ms */ \
	X(STICK, "stick")     /* the arm does not move, c: ms */                         \
	X(PUT, "put")         /* a: the arm is put there by hand */                      \
	X(BLIND, "blind")     /* c: ms */                                                \
	X(LATE, "late")       /* a scan comes 150 ms late */                             \
	X(EMERGENCY, "emergency") /* c: ms */                                            \
	X(RESTART, "restart")     /* c: ms without a controller */                       \
	X(PAIR, "pair") /* a: channel, b: its second contact is stuck there, c: ms */    \
	X(BUTTON, "button")       /* a: 0 raise, 1 lower, 2 both, c: ms */               \
	X(KEY, "key")             /* the key at the gate is turned, c: ms */             \
	X(REVERSE, "reverse")     /* the drive turns the wrong way, c: ms */             \
	X(HELP, "help")           /* a: pressed */                                       \
	X(DEAF, "deaf")           /* a: 0 loops on remote I/O, 1 lights, c: ms */        \
	X(PUT_ENTRY, "put_entry") /* a: the entry arm is put there by hand */            \
	X(FULL, "full")           /* the record has no room, c: ms */

enum property_kind {
#define PROPERTY_ENUM(name, word) DO_##name,
	PROPERTY_KINDS(PROPERTY_ENUM)
#undef PROPERTY_ENUM
		PROPERTY_KIND_COUNT
};

/* How the lane is built; taken before it starts. */
enum property_setting {
	SET_STEEL, /* bit 0: inspection lifts, bit 1: a return does */
	SET_LOOP_ACTIVITY,
	SET_BEAM_ACTIVITY,
	SET_NO_DECK,
	SET_ENTRY,   /* a second barrier */
	SET_DEVICES, /* bit = device */
	SET_GATE, /* second gate: 1 nobody passed the first, 2 the truck did, 3 long ago */
	SET_ARM_STEP,
	SET_PAIRS, /* second contacts; b, bits: loop, beam proved by them */
	SET_NO_KEY,
	SET_NO_FILTER, /* the site filters no glitches */
	SET_ARM_AT,    /* where the arm is when the controller starts */
	SET_FILE,      /* what is on file: enum property_file, as bits */
	SET_LOOKUP,    /* scans until the registry answers; -1 never */
	SET_REVERSE,   /* the lane is reversible */
	PROPERTY_SETTINGS,
};

enum property_file {
	FILE_ORDER = 1 << 0,
	FILE_SECOND = 1 << 1, /* two orders for the truck */
	FILE_MISFIT = 1 << 2, /* of type 6, which the truck is not */
	FILE_VEHICLE = 1 << 3,
	FILE_NO_ORDERS = 1 << 4, /* orders give no right in this lane */
	FILE_OFFLINE = 1 << 5,
	FILE_ASKED_AFTER = 1 << 6,
	FILE_MODE = 1 << 7, /* emergency mode is on from the start */
	FILE_BITS = 8,
};

enum property_drive { DRIVE_WAITS, DRIVE_PUSHES, DRIVE_STOPS, DRIVE_BACKS, DRIVE_LEAVES };

enum { PROPERTY_ACTIONS = 24, PROPERTY_ANY = LANE_STATES };

struct property_action {
	int32_t when; /* enum lane_state, or PROPERTY_ANY: after_ms counts from the start */
	int32_t nth; /* only in this passage of the script; 0 = whichever */
	int32_t after_ms;
	int32_t kind;
	int32_t a, b, c, d;
};

struct property_script {
	int count;
	struct property_action actions[PROPERTY_ACTIONS];
};

/* What S-rules without a note of their own do, seen from outside. */
enum property_rule {
	RULE_S2_RAISED_FROM_LOWERING,
	RULE_S3_KEY_TURNED,
	RULE_S4_PROVED_RAISE,
	RULE_S4_PROVED_LOWER,
	RULE_S5_HELD_UP,
	RULE_S5_HELD_DOWN,
	RULE_S5_HELD_DOWN_PAST_A_FAULTY_DEVICE,
	RULE_S6_REVERSED_BY_LOOP,
	RULE_S6_REVERSED_BY_BEAM,
	RULE_S8_HEARTBEAT_STOOD,
	RULE_S8_WITHDRAWN,
	RULE_S10_BARRED,
	RULE_S12_WAITED_OPEN,
	RULE_RAISED_UNRECORDED,
	RULE_ENTRY_OPENED,
	RULE_ENTRY_CLOSED,
	RULE_ENTRY_WAITED,
	RULE_TURNED,
	RULE_TURN_WITHDRAWN,
	RULE_TURNED_GREEN,
	PROPERTY_RULES,
};

struct property_hits {
	int64_t passages, scans, scripts, lifts;
	int64_t rows[LANE_RULES_MAX], notes[NOTE_COUNT], rules[PROPERTY_RULES];
};

struct property_failure {
	char what[200]; /* "" = none */
	int64_t at_ms;
};

void property_generate(struct property_script *script, uint64_t seed);

/* Runs the script in a fresh world. False when a property broke. */
bool property_run(const struct property_script *script, struct property_hits *hits,
		  struct property_failure *failure, FILE *trace);

/* Leaves out what the failure does not need. */
void property_shrink(struct property_script *script);

void property_print(const struct property_script *script, FILE *to);

/* Reads what property_print() wrote; false with a word on stderr. */
bool property_parse(struct property_script *script, FILE *from);

/* Name of a rule as it is printed: "S2 raised from lowering". */
const char *property_rule_name(enum property_rule rule);

#endif

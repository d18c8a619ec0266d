/* SPDX-License-Identifier: MIT */
/*
 * An interlock on the bench, in virtual time: an arm of 1.5 s with limit switches, and two safety
 * devices that answer their test one scan later, unless told otherwise. One scan is 10 ms.
 */
#ifndef KAKOU_TESTS_INTERLOCK_BENCH_H
#define KAKOU_TESTS_INTERLOCK_BENCH_H

#include "firmware/lane/interlock.h"

enum { ARM_TOP = 150 };   /* one step a scan */
enum { PAIR_SCANS = 21 }; /* 200 ms and one scan */

struct arm_bench {
	struct interlock lock;
	struct interlock_inputs in;
	struct interlock_outputs out;
	uint32_t notes, all_notes;
	int arm; /* 0 down .. ARM_TOP up */
	bool loop, beam, beam_is_dead, loop_is_stuck, arm_is_stuck, wish_is_stale;
	bool drive_is_reversed; /* raise lowers, lower raises */
	int loop_lingers;       /* scans for which the loop stays on after its test */
	int lingers_left;
	bool both_limits;                   /* both switches are on */
	bool disagrees[INTERLOCK_CHANNELS]; /* the second contact is broken */
	int movements;                      /* how often the motor was switched on */
	int lowered_over_something;
};

/* Both devices have a test output, and there is a key at the gate. */
extern const struct interlock_config arm_bench_config;

void arm_bench_begin(struct arm_bench *b, const struct interlock_config *config);
void arm_bench_scan(struct arm_bench *b, enum arm_wish wish);
void arm_bench_scans(struct arm_bench *b, enum arm_wish wish, int count);

/* Begins, and lifts the arm to its upper limit. */
void arm_bench_raise(struct arm_bench *b, const struct interlock_config *config);

/* Two obstructions in a row. */
void arm_bench_lock(struct arm_bench *b);

/* The key at the gate is turned and let go. */
void arm_bench_turn_key(struct arm_bench *b, enum arm_wish wish);

#endif

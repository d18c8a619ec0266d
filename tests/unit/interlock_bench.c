/* SPDX-License-Identifier: MIT */
/*
 * An interlock on the bench.
 */
#include "tests/unit/interlock_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

const struct interlock_config arm_bench_config = {
	.travel_ms = 4000,
	.test_window_ms = 50,
	.expire_ms = 100,
	.proof = {PROVED_BY_TEST, PROVED_BY_TEST},
	.has_reset = true,
};

void arm_bench_begin(struct arm_bench *b, const struct interlock_config *config)
{
	memset(b, 0, sizeof(*b));
	interlock_init(&b->lock, config);
	b->in.is_known = true;
	b->in.now_ms = 1000;
}

static void move(struct arm_bench *b)
{
	bool up = b->drive_is_reversed ? b->out.lower : b->out.raise;
	bool down = b->drive_is_reversed ? b->out.raise : b->out.lower;

	if (b->arm_is_stuck)
		return;
	b->arm += up && b->arm < ARM_TOP ? 1 : 0;
	b->arm -= down && b->arm > 0 ? 1 : 0;
}

/* As wiring.c reads pairs: what protects is on, what allows is off. */
static void read_pairs(struct arm_bench *b)
{
	memcpy(b->in.disagrees, b->disagrees, sizeof(b->disagrees));
	for (int d = 0; d < INTERLOCK_SAFETY_DEVICES; d++)
		b->in.occupied[d] = b->in.occupied[d] || b->disagrees[d];
	b->in.limit_up = b->in.limit_up && !b->disagrees[CHANNEL_LIMIT_UP];
	b->in.limit_down = b->in.limit_down && !b->disagrees[CHANNEL_LIMIT_DOWN];
}

void arm_bench_scan(struct arm_bench *b, enum arm_wish wish)
{
	struct interlock_outputs last = b->out;

	b->in.now_ms += 10;
	move(b);
	b->in.limit_down = b->arm == 0 || b->both_limits;
	b->in.limit_up = b->arm == ARM_TOP || b->both_limits;
	b->lingers_left = last.test[0]          ? b->loop_lingers
			  : b->lingers_left > 0 ? b->lingers_left - 1
						: 0;
	b->in.occupied[0] =
		b->lingers_left > 0 || b->loop || last.test[0] || b->loop_is_stuck;
	b->in.occupied[1] = b->beam || (last.test[1] && !b->beam_is_dead);
	read_pairs(b);
	b->notes = interlock_step(&b->lock, &b->in, wish,
				  b->wish_is_stale ? b->in.now_ms - 200 : b->in.now_ms,
				  &b->out);
	b->all_notes |= b->notes;
	b->movements += (b->out.raise && !last.raise) || (b->out.lower && !last.lower);
	if (b->out.lower && (b->loop || b->beam))
		b->lowered_over_something++;
	assert_false(b->out.raise && b->out.lower);
}

void arm_bench_scans(struct arm_bench *b, enum arm_wish wish, int count)
{
	while (count-- > 0)
		arm_bench_scan(b, wish);
}

void arm_bench_raise(struct arm_bench *b, const struct interlock_config *config)
{
	arm_bench_begin(b, config);
	arm_bench_scans(b, ARM_STAY, 2);
	arm_bench_scans(b, ARM_RAISE, 200);
	assert_int_equal(b->arm, ARM_TOP);
	b->all_notes = 0;
	b->movements = 0;
}

void arm_bench_lock(struct arm_bench *b)
{
	for (int i = 0; i < 2; i++) {
		arm_bench_scans(b, ARM_LOWER, 60);
		b->beam = true;
		arm_bench_scans(b, ARM_LOWER, 200);
		b->beam = false;
	}
	assert_true(b->all_notes & NOTE_LOCKED);
}

void arm_bench_turn_key(struct arm_bench *b, enum arm_wish wish)
{
	b->in.reset = true;
	arm_bench_scans(b, wish, 5);
	b->in.reset = false;
	arm_bench_scans(b, wish, 5);
}

/* SPDX-License-Identifier: MIT */
/*
 * Chance that can be repeated: a generator that belongs to one lane.
 *
 * Layer: tools. Pure.
 */
#ifndef KAKOU_TOOLS_YARD_RANDOM_H
#define KAKOU_TOOLS_YARD_RANDOM_H

#include <stdint.h>

/** State of a generator; any start but 0. */
struct random {
	uint64_t state;
};

/** A number from `min` to `max`, both included (xorshift64*). */
static inline int32_t random_between(struct random *random, int32_t min, int32_t max)
{
	uint64_t x = random->state;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	random->state = x;
	x *= UINT64_C(0x2545F4914F6CDD1D);
	return min + (int32_t)((x >> 33) % (uint64_t)((int64_t)max - min + 1));
}

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Clocks that move when a test says so.
 *
 * Layer: hal, fake side. Threads: any.
 */
#include "hal/clock.h"

#include <stdatomic.h>

#include "hal/fake/fake.h"

#define START_MONO_MS INT64_C(1000000)
#define START_WALL_MS INT64_C(1767225600000) /* 2026-01-01T00:00:00Z */

static atomic_int_least64_t mono_ms = START_MONO_MS;
static atomic_int_least64_t wall_ms = START_WALL_MS;
static atomic_bool is_synchronised = true;

void fake_clock_set(int64_t to_ms)
{
	atomic_store(&mono_ms, to_ms);
	atomic_store(&wall_ms, START_WALL_MS);
	atomic_store(&is_synchronised, true);
}

void fake_clock_advance(int64_t ms)
{
	atomic_fetch_add(&mono_ms, ms);
	atomic_fetch_add(&wall_ms, ms);
}

void fake_clock_set_wall(int64_t to_ms)
{
	atomic_store(&wall_ms, to_ms);
}

void fake_clock_set_synchronised(bool to)
{
	atomic_store(&is_synchronised, to);
}

int64_t clock_mono_ms(void)
{
	return atomic_load(&mono_ms);
}

int64_t clock_mono_ns(void)
{
	return atomic_load(&mono_ms) * 1000000;
}

int64_t clock_wall_ms(void)
{
	return atomic_load(&wall_ms);
}

bool clock_is_synchronised(void)
{
	return atomic_load(&is_synchronised);
}

/* Sleeping is the passing of time; of several sleepers the longest decides. */
void clock_sleep_until_ms(int64_t at_ms)
{
	int64_t now_ms = atomic_load(&mono_ms);

	while (now_ms < at_ms) {
		if (atomic_compare_exchange_weak(&mono_ms, &now_ms, at_ms)) {
			atomic_fetch_add(&wall_ms, at_ms - now_ms);
			return;
		}
	}
}

/* SPDX-License-Identifier: MIT */
/*
 * Clocks. Control uses the monotonic clock only; the wall clock appears in records.
 *
 * Layer: hal. linux/ reads the kernel; fake/ is a virtual clock that tests move.
 * Threads: any.
 */
#ifndef KAKOU_HAL_CLOCK_H
#define KAKOU_HAL_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/** Milliseconds of CLOCK_MONOTONIC. Never fails, never blocks. */
int64_t clock_mono_ms(void);

/** Nanoseconds of CLOCK_MONOTONIC. Never fails, never blocks. */
int64_t clock_mono_ns(void);

/** Milliseconds since 1970 UTC. May step. Never fails, never blocks. */
int64_t clock_wall_ms(void);

/** True when the kernel says the wall clock is synchronised (adjtimex). A system call: not
 *  for the control thread. */
bool clock_is_synchronised(void);

/** Sleeps until the monotonic instant; returns at once when it has passed. Survives signals. */
void clock_sleep_until_ms(int64_t at_ms);

#endif

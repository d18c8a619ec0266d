/* SPDX-License-Identifier: MIT */
/*
 * Sees the wall clock step: set by hand, or by time that arrived at last. Whoever reads the record
 * later has to know that the times before and after are of two clocks (DESIGN 2, rule 10).
 *
 * Layer: firmware. Threads: main.
 */
#ifndef KAKOU_FIRMWARE_CLOCK_WATCH_H
#define KAKOU_FIRMWARE_CLOCK_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "hal/queue.h"

enum {
	CLOCK_STEP_MS =
		1000, /* less is how a clock is slewed, half a millisecond a second */
	CLOCK_LOOK_MS = 50 /* a look that took longer says nothing */
};

struct clock_watch {
	bool has_looked;
	int64_t ahead_ms; /**< of the wall clock before the monotonic one, at the last look */
};

/** A few times a second. `notes` takes the event; without room the step is told at the next look. */
void clock_watch_step(struct clock_watch *watch, struct queue *notes);

#endif

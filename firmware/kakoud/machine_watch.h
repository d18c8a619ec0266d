/* SPDX-License-Identifier: MIT */
/*
 * Looks at the machine's clock, flash and temperature every 10 s, shows them, and alarms.
 *
 * Layer: firmware. Threads: main; sensors take milliseconds.
 */
#ifndef KAKOU_FIRMWARE_MACHINE_WATCH_H
#define KAKOU_FIRMWARE_MACHINE_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/care/health.h"
#include "firmware/kakoud/guard.h"
#include "hal/queue.h"

enum { MACHINE_WATCH_MS = 10000 };

struct machine_watch {
	int64_t next_ms; /**< 0 = at once */
	bool is_on[HEALTH_ALARMS];
};

/** A few times a second. `notes` takes events for the record; what it has no room for is told at the
 *  next look. The folder /sys is another one when the environment says KAKOU_SYSFS, for tests. */
void machine_watch_step(struct machine_watch *watch, struct guard *guard,
			struct queue *notes, int64_t now_ms);

#endif

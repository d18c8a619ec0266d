/* SPDX-License-Identifier: MIT */
/*
 * Sees the wall clock step. Layer: firmware. Threads: main.
 */
#include "firmware/kakoud/clock_watch.h"

#include <stdlib.h>

#include "firmware/record/event.h"
#include "hal/clock.h"
#include "hal/log.h"

void clock_watch_step(struct clock_watch *watch, struct queue *notes)
{
	int64_t before_ms = clock_mono_ms();
	int64_t wall_ms = clock_wall_ms();
	int64_t ahead_ms = wall_ms - before_ms;
	int64_t by_ms = ahead_ms - watch->ahead_ms;
	struct event event;

	if (clock_mono_ms() - before_ms > CLOCK_LOOK_MS)
		return;
	if (watch->has_looked && llabs(by_ms) >= CLOCK_STEP_MS) {
		event_begin(&event, EVENT_CLOCK_STEP, EVENT_NO_LANE, 0);
		event_add_number(&event, "by_ms", by_ms);
		event_add_number(&event, "was_wall_ms", wall_ms - by_ms);
		if (queue_push(notes, &event))
			return;
		log_warning("machine", "the wall clock was set by %lld ms",
			    (long long)by_ms);
	}
	watch->has_looked = true;
	watch->ahead_ms = ahead_ms;
}

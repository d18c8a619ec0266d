/* SPDX-License-Identifier: MIT */
/*
 * Looks at the machine. Layer: firmware. Threads: main.
 */
#include "firmware/kakoud/machine_watch.h"

#include <stdlib.h>

#include "hal/log.h"

static void tell(struct machine_watch *watch, enum health_alarm alarm,
		 const struct machine *machine, struct queue *notes)
{
	bool is_on = health_is_on(alarm, machine, watch->is_on[alarm]);
	struct event event;

	if (is_on == watch->is_on[alarm])
		return;
	health_fill_event(alarm, machine, is_on, &event);
	if (queue_push(notes, &event))
		return;
	watch->is_on[alarm] = is_on;
	if (is_on)
		log_warning("machine", "alarm %s", health_alarm_code(alarm));
}

void machine_watch_step(struct machine_watch *watch, struct guard *guard,
			struct queue *notes, int64_t now_ms)
{
	const char *sysfs = getenv("KAKOU_SYSFS");
	struct machine machine;

	if (now_ms < watch->next_ms)
		return;
	watch->next_ms = now_ms + MACHINE_WATCH_MS;
	machine_read(sysfs && sysfs[0] ? sysfs : "/sys", "/dev", &machine);
	guard_show_machine(guard, &machine);
	for (enum health_alarm alarm = 0; alarm < HEALTH_ALARMS; alarm++)
		tell(watch, alarm, &machine, notes);
}

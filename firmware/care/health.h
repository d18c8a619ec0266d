/* SPDX-License-Identifier: MIT */
/*
 * What of the machine's health is an alarm, and when it ends. An alarm that was told stays until its
 * cause is clearly gone.
 *
 * Layer: firmware. Pure.
 */
#ifndef KAKOU_FIRMWARE_HEALTH_H
#define KAKOU_FIRMWARE_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/record/event.h"
#include "hal/machine.h"

enum health_alarm {
	HEALTH_CLOCK, /**< the clock's battery is low, or the clock was never set */
	HEALTH_FLASH, /**< worn, or its spare blocks go */
	HEALTH_HEAT,
	HEALTH_ALARMS,
};

enum {
	HEALTH_FLASH_PERCENT = 80,
	HEALTH_HOT_MC = 80000,
	HEALTH_COOL_MC = 75000, /* ends it */
};

/** The word of the record and of the page. */
const char *health_alarm_code(enum health_alarm alarm);

/** Whether it is on now, when it was or was not before. */
bool health_is_on(enum health_alarm alarm, const struct machine *machine, bool was_on);

/** The event of its beginning or end, with what was measured. */
void health_fill_event(enum health_alarm alarm, const struct machine *machine, bool is_on,
		       struct event *event);

#endif

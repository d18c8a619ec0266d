/* SPDX-License-Identifier: MIT */
/*
 * What of the machine's health is an alarm. Layer: firmware. Pure.
 */
#include "firmware/care/health.h"

const char *health_alarm_code(enum health_alarm alarm)
{
	static const char *const codes[HEALTH_ALARMS] = {
		[HEALTH_CLOCK] = "machine_clock",
		[HEALTH_FLASH] = "machine_flash",
		[HEALTH_HEAT] = "machine_heat",
	};

	return codes[alarm];
}

/* A machine without a clock of its own has none that could fail; a time server sets it. */
static bool is_clock_sick(const struct machine *machine)
{
	return machine->has_clock &&
	       (machine->battery == MACHINE_BATTERY_LOW || !machine->clock_is_set);
}

/* Flash never recovers, so that nothing has to be clearly gone. */
static bool is_flash_worn(const struct machine *machine)
{
	return machine->has_flash &&
	       (machine->flash_used_percent > HEALTH_FLASH_PERCENT ||
		machine->flash_spare >= 2);
}

/* A sensor that falls silent ends nothing. */
static bool is_hot(const struct machine *machine, bool was_on)
{
	if (!machine->has_temperature)
		return was_on;
	return machine->temperature_mc >= (was_on ? HEALTH_COOL_MC : HEALTH_HOT_MC);
}

bool health_is_on(enum health_alarm alarm, const struct machine *machine, bool was_on)
{
	switch (alarm) {
	case HEALTH_CLOCK: return is_clock_sick(machine);
	case HEALTH_FLASH: return is_flash_worn(machine);
	default: return is_hot(machine, was_on);
	}
}

void health_fill_event(enum health_alarm alarm, const struct machine *machine, bool is_on,
		       struct event *event)
{
	event_begin(event, is_on ? EVENT_ALARM : EVENT_ALARM_ENDED, EVENT_NO_LANE, 0);
	event_add_text(event, "code", health_alarm_code(alarm));
	if (alarm == HEALTH_HEAT)
		event_add_number(event, "temperature_mc", machine->temperature_mc);
	if (alarm == HEALTH_FLASH) {
		event_add_number(event, "used_percent", machine->flash_used_percent);
		event_add_number(event, "spare", machine->flash_spare);
	}
	if (alarm == HEALTH_CLOCK && is_on) {
		bool is_low = machine->battery == MACHINE_BATTERY_LOW;

		event_add_text(event, "detail", is_low ? "battery_low" : "clock_unset");
		event_add_text(event, "text",
			       is_low ? "the battery of the clock is low"
				      : "the clock was never set");
	}
}

/* SPDX-License-Identifier: MIT */
/*
 * What the guard concludes. Layer: firmware. Pure.
 */
#include "firmware/kakoud/guard_judge.h"

#include <stddef.h>
#include <string.h>

#include "hal/text.h"
#include "hal/watchdog.h"

static void tell(struct guard_cause *out, const char *by, const char *why)
{
	out->is_told = true;
	out->by = by;
	text_copy(out->why, sizeof(out->why), why);
}

/* Same boot: only kakoud was started again. */
static void judge_restart(const struct guard_memory *memory, struct guard_cause *out)
{
	out->resets = memory->resets;
	if (memory->reason[0])
		tell(out, "supervisor", memory->reason);
}

/* What the hardware says goes before what we remember; hardware without a memory leaves us with
 * the reason that was written before the kicks ended. */
static void judge_boot(const struct guard_past *past, struct guard_cause *out)
{
	const struct guard_memory *memory = past->memory;
	bool by_watchdog = (past->causes & WATCHDOG_CAUSE_WATCHDOG) != 0 ||
			   (past->causes == 0 && memory->was_armed && memory->reason[0]);

	if (by_watchdog) {
		out->resets = memory->resets + 1;
		tell(out, "watchdog",
		     memory->reason[0] ? memory->reason
				       : "it was not kicked; kakoud left no reason");
	} else if (past->causes & WATCHDOG_CAUSE_HEAT) {
		tell(out, "heat", "the machine was too hot, or a fan stood still");
	} else if (past->causes & WATCHDOG_CAUSE_POWER) {
		tell(out, "power", "the voltage was too low or too high");
	} else if (past->was_stopped) {
		tell(out, "order", "the machine was started again after a stop");
	} else {
		tell(out, "unknown",
		     "the machine started again while kakoud ran: power, kernel or "
		     "button");
	}
}

void guard_judge(const struct guard_past *past, struct guard_cause *out)
{
	*out = (struct guard_cause){.by = ""};
	if (past->memory && strcmp(past->memory->boot, past->boot) == 0)
		judge_restart(past->memory, out);
	else if (past->memory)
		judge_boot(past, out);
	out->may_arm = out->resets < GUARD_RESETS_MAX;
}

void guard_pulse_begin(struct guard_pulse *pulse, uint64_t scans, int64_t now_ms)
{
	*pulse = (struct guard_pulse){.scans = scans, .advanced_ms = now_ms};
}

enum guard_beat guard_pulse_step(struct guard_pulse *pulse, uint64_t scans,
				 int64_t now_ms)
{
	bool was_hung = pulse->is_hung;

	if (scans != pulse->scans) {
		guard_pulse_begin(pulse, scans, now_ms);
		return was_hung ? GUARD_REVIVED : GUARD_ALIVE;
	}
	pulse->is_hung = now_ms - pulse->advanced_ms > GUARD_HUNG_MS;
	return pulse->is_hung && !was_hung ? GUARD_HANGS : GUARD_WAITING;
}

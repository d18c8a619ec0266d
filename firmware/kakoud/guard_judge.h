/* SPDX-License-Identifier: MIT */
/*
 * What the guard concludes: why the machine started, whether the watchdog may be armed, whether
 * the control loop lives.
 *
 * Layer: firmware. Pure.
 */
#ifndef KAKOU_FIRMWARE_GUARD_JUDGE_H
#define KAKOU_FIRMWARE_GUARD_JUDGE_H

#include "firmware/kakoud/guard_memory.h"

enum {
	GUARD_HUNG_MS = 2000,      /**< no healthy scan for so long: the loop hangs */
	GUARD_RESETS_MAX = 3,      /**< by the watchdog, in a row: then it is not armed */
	GUARD_SETTLED_MS = 600000, /**< a run that lasts so long ends the row */
};

/** What is known at the start. */
struct guard_past {
	const struct guard_memory *memory; /**< NULL = the first start here */
	const char *boot;                  /**< the kernel's name for this boot */
	uint32_t
		causes; /**< enum watchdog_cause, as the hardware remembers; 0 = nothing */
	bool was_stopped; /**< the record says that the last run ended in good order */
};

struct guard_cause {
	bool is_told; /**< there is something for the record */
	const char *
		by; /**< "watchdog", "heat", "power", "order", "unknown", "supervisor"; "" */
	char why[GUARD_REASON_MAX + 1];
	int32_t resets; /**< by the watchdog in a row, this one included */
	bool may_arm;   /**< not after GUARD_RESETS_MAX of them: never a reboot loop */
};

void guard_judge(const struct guard_past *past, struct guard_cause *out);

/** The control loop's scans as main sees them, a few times a second. */
struct guard_pulse {
	uint64_t scans;      /**< when last looked at */
	int64_t advanced_ms; /**< when they last had grown */
	bool is_hung;
};

enum guard_beat {
	GUARD_ALIVE,   /**< healthy scans since the last look: kick */
	GUARD_WAITING, /**< none yet: do not kick, do not judge */
	GUARD_HANGS,   /**< none for GUARD_HUNG_MS; said once */
	GUARD_REVIVED, /**< it had hung and goes on: kick */
};

void guard_pulse_begin(struct guard_pulse *pulse, uint64_t scans, int64_t now_ms);
enum guard_beat guard_pulse_step(struct guard_pulse *pulse, uint64_t scans,
				 int64_t now_ms);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The machine's watchdog: it resets the machine unless it is kicked in time.
 *
 * Layer:   hal. linux/ is the kernel's /dev/watchdogN; fake/ is scripted by tests.
 * Threads: one at a time; never the control thread: opening, kicking and closing are I/O.
 */
#ifndef KAKOU_HAL_WATCHDOG_H
#define KAKOU_HAL_WATCHDOG_H

#include <stdint.h>

#include "hal/err.h"
#include "hal/why.h"

enum { WATCHDOG_IDENTITY_MAX = 31 };

/** Why the machine started last, as the watchdog's hardware remembers; bits. Many remember nothing. */
enum watchdog_cause {
	WATCHDOG_CAUSE_WATCHDOG = 1 << 0, /**< it was not kicked in time */
	WATCHDOG_CAUSE_HEAT = 1 << 1,     /**< overheat, or a fan that stood still */
	WATCHDOG_CAUSE_POWER = 1 << 2,    /**< too little or too much voltage */
};

struct watchdog; /* opaque */

struct watchdog_found {
	char identity[WATCHDOG_IDENTITY_MAX + 1]; /**< the driver's name for it */
	uint8_t number;  /**< of /dev/watchdogN; may change with a boot */
	uint32_t causes; /**< enum watchdog_cause */
};

/** Finds the watchdog of this identity without starting it. KAKOU_E_NOTFOUND: `why` names those
 *  that are there. */
KAKOU_MUST_CHECK enum kakou_err watchdog_find(struct watchdog_found *out,
					      const char *identity, struct why *why);

/** Starts it with this timeout, or the nearest the hardware has. KAKOU_E_DENIED: no right, or
 *  somebody else has it; KAKOU_E_NOTFOUND; KAKOU_E_IO. */
KAKOU_MUST_CHECK enum kakou_err watchdog_open(struct watchdog **out,
					      const struct watchdog_found *info,
					      int32_t timeout_s, struct why *why);

/** What the hardware made of the timeout. */
int32_t watchdog_timeout_s(const struct watchdog *watchdog);

/** Gives the machine another timeout. KAKOU_E_IO. */
KAKOU_MUST_CHECK enum kakou_err watchdog_kick(struct watchdog *watchdog);

/** Stops it, so that the machine goes on without ("magic close"), and releases it. A kernel with
 *  nowayout, and a process that ends without this, leave it running. NULL is legal. */
void watchdog_close(struct watchdog *watchdog);

#endif

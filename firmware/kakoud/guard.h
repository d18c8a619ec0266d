/* SPDX-License-Identifier: MIT */
/*
 * Guard: kicks the machine's watchdog and the service manager's as long as the control loop makes
 * healthy scans, and keeps the reason for a reset.
 *
 * Only a control loop that hangs ends the kicks. A site that is wrong, a disk that is full or
 * devices that are lost never do: the watchdog is armed once everything has started, and is not
 * armed at all after three resets in a row.
 *
 * Layer: firmware. Threads: main; may block on the disk and the device.
 */
#ifndef KAKOU_FIRMWARE_GUARD_H
#define KAKOU_FIRMWARE_GUARD_H

#include "firmware/config/site.h"
#include "firmware/control/snapshot.h"
#include "firmware/record/event.h"
#include "hal/mailbox.h"

struct guard; /* opaque */

/** Reads what is remembered and what the hardware says; starts nothing. `view` takes a struct
 *  snapshot_guard whenever it changes. KAKOU_E_NOMEM. */
KAKOU_MUST_CHECK enum kakou_err guard_open(struct guard **out, const struct site *site,
					   bool was_stopped, struct mailbox *view);

/** What the record has to know of the last reset; false when there is nothing. */
bool guard_fill_event(const struct guard *guard, struct event *event);

/** Everything has started: arms the watchdog, if the site names one and it may be, and tells the
 *  service manager. What fails is logged and shown, and stops nothing. */
void guard_arm(struct guard *guard, uint64_t scans, int64_t now_ms);

/** A few times a second, with the number of healthy scans. */
void guard_step(struct guard *guard, uint64_t scans, int64_t now_ms);

/** How the machine is, to be shown beside its watchdog. */
void guard_show_machine(struct guard *guard, const struct machine *machine);

/** An orderly stop begins: the watchdog is stopped. */
void guard_disarm(struct guard *guard);

/** After guard_disarm(). NULL is legal. */
void guard_close(struct guard *guard);

#endif

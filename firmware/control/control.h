/* SPDX-License-Identifier: MIT */
/*
 * Control: the thread that moves steel. Every 10 ms: inputs → lanes → interlock → outputs.
 *
 * It never waits: no disk, no network, no allocation, no lock it can block on (doctrine 5). What
 * can block has a thread of its own behind a bounded queue.
 *
 * Layer:   firmware.
 * Threads: create, start, stop, supervise from main.
 */
#ifndef KAKOU_FIRMWARE_CONTROL_H
#define KAKOU_FIRMWARE_CONTROL_H

#include <stdatomic.h>

#include "drivers/bus/bus.h"
#include "drivers/customs/link.h"
#include "firmware/config/site.h"
#include "firmware/pictures/pictures.h"
#include "firmware/control/recall.h"
#include "firmware/record/journal.h"
#include "firmware/registry/registry.h"
#include "hal/mailbox.h"
#include "hal/queue.h"

enum { CONTROL_SCAN_MS = 10, CONTROL_LATE_MS = 100 }; /* S9 */

struct control; /* opaque */

struct control_config {
	const struct site *site;
	struct journal *journal;
	const struct journal_past *past;
	const struct recall *recall;
	struct bus *const *buses; /**< by port index; NULL where a port has no units */
	struct customs_link *link;
	struct registry *registry;
	struct pictures *pictures;
	struct queue *acts, *act_results; /**< control pops, control pushes */
	/** Of struct event, for the record: from the control socket, the delivery, and main. */
	struct queue *notes, *delivery_notes, *machine_notes;
	struct mailbox *snapshot;
	_Atomic uint64_t *scan_counter; /**< shared with the buses */
	bool memory_is_locked;
	uint64_t (*count_allocations)(
		void); /**< of the calling thread; NULL = not counted */
};

/** Allocates everything it will ever need and opens the lanes' lines; a lane whose lines can't be
 *  had now is blind until control_supervise() gets them. KAKOU_E_NOMEM. */
KAKOU_MUST_CHECK enum kakou_err control_create(struct control **out,
					       const struct control_config *config,
					       struct why *why);

/** Starts the scans, SCHED_FIFO where allowed, with the system call filter. */
KAKOU_MUST_CHECK enum kakou_err control_start(struct control *control);

/** Reopens the lines of blind lanes. Blocks; from main, a few times a second. */
void control_supervise(struct control *control);

/** Ends the scans: motor off, lights red. */
void control_stop(struct control *control);

/** After control_stop(). NULL is legal. */
void control_destroy(struct control *control);

#endif

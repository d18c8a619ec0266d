/* SPDX-License-Identifier: MIT */
/*
 * The parts of a gate, for gate.c and gate_record.c.
 *
 * Layer: firmware. Threads: main.
 */
#ifndef KAKOU_FIRMWARE_KAKOUD_GATE_INSIDE_H
#define KAKOU_FIRMWARE_KAKOUD_GATE_INSIDE_H

#include <stdatomic.h>

#include "drivers/bus/bus.h"
#include "firmware/kakoud/clock_watch.h"
#include "firmware/kakoud/gate.h"
#include "firmware/kakoud/guard.h"
#include "firmware/kakoud/machine_watch.h"
#include "firmware/kakoud/recall.h"
#include "firmware/record/journal.h"

struct gate {
	const struct site *site;
	struct journal *journal;
	struct journal_past past;
	size_t notes_taken; /* of what was done while no kakoud ran; not in the record yet */
	int64_t started_ms;
	struct recall recall;
	struct registry *registry;
	struct pictures *pictures;
	const char *lane_names[SITE_LANES_MAX];
	struct bus *buses[SITE_PORTS_MAX];
	struct customs_link *link;
	struct queue *acts, *act_results, *notes, *delivery_notes, *machine_notes;
	struct machine_watch watch;
	struct clock_watch clock;
	struct delivery *delivery;
	struct desk *desk;
	struct mailbox *snapshot, *guard_view;
	struct guard *guard;
	struct control *control;
	struct rpc *rpc;
	bool is_controlling;
	_Atomic uint64_t scan_counter;
};

/** What the past leaves open is said before anything new begins, and what was done here while no
 *  kakoud ran. KAKOU_E_FULL. */
KAKOU_MUST_CHECK enum kakou_err gate_record_start(struct gate *gate, struct why *why);

/** The notes of what was done here go when they are committed. A few times a second. */
void gate_forget_notes(struct gate *gate);

/** The last events: what other threads had queued when control ended, and the stop itself. After
 *  the control thread, the control socket, delivery and link have ended. Waits a second at most
 *  for a disk that takes nothing. */
void gate_record_stop(struct gate *gate, const char *reason);

#endif

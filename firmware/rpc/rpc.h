/* SPDX-License-Identifier: MIT */
/*
 * The control socket: JSON-RPC 2.0, one object a line, over a Unix stream socket.
 *
 * Layer:   firmware.
 * Threads: its own; it reaches the control thread only through the queues and the mailbox
 * given here. See firmware/rpc/README.md for the methods.
 */
#ifndef KAKOU_FIRMWARE_RPC_H
#define KAKOU_FIRMWARE_RPC_H

#include "drivers/bus/bus.h"
#include "drivers/customs/link.h"
#include "firmware/config/site.h"
#include "firmware/control/act.h"
#include "firmware/control/snapshot.h"
#include "firmware/delivery/delivery.h"
#include "firmware/people/desk.h"
#include "firmware/pictures/pictures.h"
#include "firmware/record/journal.h"
#include "firmware/registry/registry.h"
#include "hal/mailbox.h"
#include "hal/queue.h"

struct rpc; /* opaque */

struct rpc_config {
	const struct site *site;
	struct journal *journal;
	struct mailbox *snapshot; /**< of struct snapshot; this thread is its reader */
	struct mailbox *guard;    /**< of struct snapshot_guard; likewise; NULL = none */
	struct queue *acts;       /**< of struct act; this thread pushes */
	struct queue
		*act_results; /**< of struct act_result; this thread pops, wakes it */
	struct queue *notes;  /**< of struct event: what this thread has for the record */
	struct desk *desk;    /**< this thread asks and takes */
	struct bus *const *buses; /**< by port index; NULL where a port has no units */
	struct customs_link *link;
	struct delivery *delivery; /**< NULL: its backlog is not shown */
	struct registry *registry;
	struct pictures *pictures;
};

/** Opens the socket (mode 0660, refused where another process answers on it) and starts
 * the thread. `config` and what it points to outlive the server. */
KAKOU_MUST_CHECK enum kakou_err rpc_start(struct rpc **out,
					  const struct rpc_config *config,
					  struct why *why);

/** Ends within 200 ms and removes the socket. NULL is legal. */
void rpc_stop(struct rpc *rpc);

#endif

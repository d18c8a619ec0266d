/* SPDX-License-Identifier: MIT */
/*
 * Messages on their way to the gate: each after its delay, on a connection of its own, tried
 * again when the gate did not take it.
 *
 * Layer:   tools.
 * Threads: the loop's own.
 */
#ifndef KAKOU_TOOLS_CUSTOMS_OUTGOING_H
#define KAKOU_TOOLS_CUSTOMS_OUTGOING_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "drivers/customs/link_dial.h"
#include "drivers/customs/message.h"
#include "hal/err.h"
#include "hal/loop.h"
#include "hal/why.h"
#include "tools/customs/history.h"

enum {
	OUTGOING_MAX = 256,     /**< waiting or on their way */
	OUTGOING_ATTEMPTS = 3,  /**< field platforms: one to a few */
	OUTGOING_RETRY_MS = 500 /**< doubled each time */
};

struct outgoing; /* opaque */

struct outgoing_counts {
	size_t waiting;
	uint64_t sent, failed; /**< messages, not attempts */
};

/** `peer` and `history` outlive it. KAKOU_E_NOMEM. */
KAKOU_MUST_CHECK enum kakou_err outgoing_create(struct outgoing **out, struct loop *loop,
						const struct link_peer *peer,
						struct history *history);

/** Drops what still waits. NULL is legal. */
void outgoing_destroy(struct outgoing *outgoing);

/** Sends a frame after `delay_ms`; copies it, steals `entry`, which comes into the history with
 *  its outcome when it was sent or given up. `tag` names it for outgoing_count_tag().
 *  KAKOU_E_FULL, KAKOU_E_NOMEM: nothing was begun, `entry` is released. */
KAKOU_MUST_CHECK enum kakou_err outgoing_send(struct outgoing *outgoing,
					      const void *frame, size_t len,
					      int32_t delay_ms, uint64_t tag,
					      json_t *entry);

/** How many messages with this tag wait or are on their way. */
size_t outgoing_count_tag(const struct outgoing *outgoing, uint64_t tag);

struct outgoing_counts outgoing_count(const struct outgoing *outgoing);

#endif

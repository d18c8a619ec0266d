/* SPDX-License-Identifier: MIT */
/*
 * Delivery to customs: follows the record, and sends again what customs did not take. Its own
 * thread.
 *
 * The record is the outbox: an `inquiry` or a `command_result` is sent from its event, under the
 * number it has there, until an `answer` or a `delivery` event settles it; the cursor of
 * RECEIVER_CUSTOMS stands before the oldest that is not settled, so that a restart goes on there.
 * While a vehicle is in the lane, the lane asks; what is here is about those that have gone, and
 * all results of commands.
 *
 * Layer:   firmware.
 * Threads: start and stop from main; read_health from one other.
 */
#ifndef KAKOU_FIRMWARE_DELIVERY_H
#define KAKOU_FIRMWARE_DELIVERY_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/config/site.h"
#include "firmware/record/journal.h"
#include "hal/queue.h"

struct delivery; /* opaque */

struct delivery_config {
	const struct site *site;
	struct journal *journal;
	struct customs_link *link;
	struct queue *
		notes; /**< of struct event: for the record, through the control thread */
	int64_t last_run_seq; /**< the newest event of the run before */
};

struct delivery_health {
	uint32_t waiting;       /**< messages customs has not taken */
	uint32_t unanswered;    /**< of these, sent at least once */
	bool is_whole;          /**< else there are more than it has counted */
	int64_t oldest_wall_ms; /**< when the oldest was recorded; 0 = none */
	int64_t cursor;
	uint64_t taken;    /**< since the start: 0x21 answered */
	uint64_t sent;     /**< 0x32 after which the peer closed cleanly */
	uint64_t given_up; /**< unanswered for good, or can't be sent */
	char why[160];     /**< the last failed attempt */
};

/** KAKOU_E_NOMEM, KAKOU_E_IO. */
KAKOU_MUST_CHECK enum kakou_err delivery_start(struct delivery **out,
					       const struct delivery_config *config,
					       struct why *why);

/** Ends within a second; what is under way is sent again after the next start. Before the link and
 *  the journal. NULL is legal. */
void delivery_stop(struct delivery *delivery);

/** Newest health; false before the first. Wait-free. */
bool delivery_read_health(struct delivery *delivery, struct delivery_health *out);

#endif

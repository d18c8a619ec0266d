/* SPDX-License-Identifier: MIT */
/*
 * What waits to be sent, and when: per lane one inquiry, re-sent until it is final; a few messages
 * about devices, sent once; the newest states of its devices, sent once; and one message of the
 * record's backlog, tried once, after everything else that is due.
 *
 * Layer: drivers. Pure but for its allocation at creation: the instant is a parameter.
 *
 * Times: an inquiry that was delivered is sent again after resend_ms, doubled up to
 * resend_max_ms; an attempt that failed is repeated after LINK_RETRY_MS, doubled up to the same;
 * all of them ±10 %, so that the lanes of a site do not come back in step after an outage.
 */
#ifndef KAKOU_DRIVERS_CUSTOMS_LINK_OUTBOX_H
#define KAKOU_DRIVERS_CUSTOMS_LINK_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/customs/message.h"
#include "hal/err.h"

enum {
	LINK_RETRY_MS = 500,
	LINK_RESULTS_MAX = 4, /**< 0x34 and 0x43 waiting per lane */
	LINK_RESULT_ATTEMPTS = 5,
	LINK_DELIVERIES_BUSY = 2, /**< of the backlog at once: lanes ask beside it */
};

struct link_outbox; /* opaque */

/** One attempt to make. The message belongs to the outbox and is valid until the next call. */
struct link_due {
	uint8_t lane;
	uint32_t ticket;   /**< names the entry in link_outbox_finish() */
	uint16_t attempt;  /**< counts from 1 */
	uint64_t delivery; /**< as in link_outbox_deliver(); 0 = none of those */
	const struct customs_message *message;
};

/** `seed` feeds the jitter. KAKOU_E_NOMEM. NULL is legal for destroy. */
KAKOU_MUST_CHECK enum kakou_err link_outbox_create(struct link_outbox **out, size_t lanes,
						   int32_t resend_ms,
						   int32_t resend_max_ms, uint32_t seed);
void link_outbox_destroy(struct link_outbox *outbox);

/** Due at once. A 0x21 replaces the lane's older one, and so does a 0x42; everything else queues behind the lane's others,
 *  KAKOU_E_FULL when LINK_RESULTS_MAX wait already. */
KAKOU_MUST_CHECK enum kakou_err link_outbox_put(struct link_outbox *outbox, uint8_t lane,
						const struct customs_message *message,
						int64_t now_ms);

/** One message of the backlog, for one attempt; `delivery` is not 0. KAKOU_E_FULL: the lane has
 *  one. */
KAKOU_MUST_CHECK enum kakou_err link_outbox_deliver(struct link_outbox *outbox,
						    uint8_t lane, uint64_t delivery,
						    const struct customs_message *message,
						    int64_t now_ms);

/** Whether this is the number of the lane's inquiry, not answered finally yet. */
bool link_outbox_has(struct link_outbox *outbox, uint8_t lane, const char *seq_no);

/** Moves the first attempt of the lane's inquiry. False: it has been made already, or there is no
 *  such inquiry. */
bool link_outbox_put_off(struct link_outbox *outbox, uint8_t lane, const char *seq_no,
			 int64_t due_ms);

/** Forgets the lane's inquiry if it has this number: cancelled, or answered finally. */
void link_outbox_cancel(struct link_outbox *outbox, uint8_t lane, const char *seq_no);

/** An interim answer to the lane's inquiry: from now on it is re-sent at resend_max_ms only. */
void link_outbox_slow_down(struct link_outbox *outbox, uint8_t lane, const char *seq_no,
			   int64_t now_ms);

/** Takes the attempt that has been due for longest; false when none is. The entry rests until
 *  link_outbox_finish(). */
bool link_outbox_take(struct link_outbox *outbox, int64_t now_ms, struct link_due *out);

/** How the attempt ended; unknown tickets (cancelled, replaced) do nothing. What is about devices
 *  is forgotten when it was delivered, or failed LINK_RESULT_ATTEMPTS times; a delivery always. */
void link_outbox_finish(struct link_outbox *outbox, uint32_t ticket, bool is_delivered,
			int64_t now_ms);

/** Forgets the entry, whatever it is: it can't be sent. */
void link_outbox_drop(struct link_outbox *outbox, uint32_t ticket);

/** When the next attempt is due; -1 when nothing waits. */
int64_t link_outbox_next_ms(const struct link_outbox *outbox);

/** Inquiries that are being re-sent. */
uint32_t link_outbox_count_inquiries(const struct link_outbox *outbox);

#endif

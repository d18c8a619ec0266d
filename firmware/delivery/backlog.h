/* SPDX-License-Identifier: MIT */
/*
 * What the record holds and customs has not taken: a window of BACKLOG_MAX events, what is to be
 * sent of it and when. The rest stays in the record until there is room.
 *
 * Layer: firmware. Pure but for its allocation at creation: the instant is a parameter.
 *
 * Order: of a lane one message is under way at a time, and what was never sent goes first, the
 * oldest before the others. What was sent and is not answered is sent again under its own pause,
 * resend_ms doubled up to BACKLOG_RESEND_MAX_MS, and does not keep the next ones waiting; a failed
 * attempt lets the whole lane rest for BACKLOG_RETRY_MS, doubled up to resend_max_ms. All pauses
 * ±10 %.
 */
#ifndef KAKOU_FIRMWARE_BACKLOG_H
#define KAKOU_FIRMWARE_BACKLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/customs/link.h"
#include "firmware/registry/order.h"
#include "hal/err.h"

enum {
	BACKLOG_MAX = 256,
	BACKLOG_RETRY_MS = 500,
	BACKLOG_RESEND_MAX_MS = 600000,
	/** Deliveries without an answer after which none is expected any more: sixteen hours. */
	BACKLOG_SENT_MAX = 100,
};

enum backlog_state {
	BACKLOG_LIVE, /**< its vehicle is in the lane: the lane asks, nothing is to be done here */
	BACKLOG_DUE,  /**< to be sent */
	BACKLOG_BUSY, /**< under way */
	BACKLOG_SENT, /**< the peer has closed cleanly after it; its answer is awaited */
	BACKLOG_TOLD, /**< settled; its event is on the way into the record */
};

/** How it was settled when no answer says so. */
enum backlog_outcome {
	OUTCOME_SENT,       /**< a 0x32: unconfirmed, the peer has closed cleanly */
	OUTCOME_UNANSWERED, /**< BACKLOG_SENT_MAX deliveries */
	OUTCOME_UNSENDABLE, /**< this site or this dialect can't say it */
};

struct backlog_entry {
	int64_t seq; /**< of the event that holds it; 0 = free */
	uint8_t lane;
	uint8_t state;      /**< enum backlog_state */
	bool is_result;     /**< a 0x32, else a 0x21 */
	bool is_of_no_lane; /**< the site has none of its name: `lane` stands for it */
	bool is_dirty;      /**< something was recorded of its passage */
	int64_t passage;
	int64_t wall_ms; /**< when it was recorded */
	char seq_no[CUSTOMS_SEQ_MAX + 1];
	char offline_order[ORDER_NUMBER_LENGTH + 1]; /**< cleared with it; "" = none */
	uint8_t outcome;  /**< BACKLOG_TOLD: enum backlog_outcome */
	bool is_told;     /**< … and the control thread was given its event */
	uint32_t sent;    /**< deliveries */
	int32_t pause_ms; /**< after the next delivery */
	int64_t due_ms;   /**< BACKLOG_SENT: to be sent again */
};

struct backlog; /* opaque */

/** `seed` feeds the jitter. KAKOU_E_NOMEM. NULL is legal for destroy. */
KAKOU_MUST_CHECK enum kakou_err backlog_create(struct backlog **out, int32_t resend_ms,
					       int32_t resend_max_ms, uint32_t seed);
void backlog_destroy(struct backlog *backlog);

/** Takes an event in, LIVE or DUE; KAKOU_E_FULL: no room. */
KAKOU_MUST_CHECK enum kakou_err backlog_add(struct backlog *backlog,
					    const struct backlog_entry *entry);

/** By its number; NULL when it is not in the window. */
struct backlog_entry *backlog_find(struct backlog *backlog, int64_t seq);

/** Room left. */
size_t backlog_room(const struct backlog *backlog);

/** The entries, in no order, free ones among them: BACKLOG_MAX. */
struct backlog_entry *backlog_entries(struct backlog *backlog);

/** Settled: it is not needed any more. */
void backlog_remove(struct backlog *backlog, struct backlog_entry *entry);

/** What may be sent now, and is BUSY from here on; NULL: nothing. */
struct backlog_entry *backlog_take(struct backlog *backlog, int64_t now_ms);

/** How a BUSY entry's attempt ended. */
void backlog_finish(struct backlog *backlog, struct backlog_entry *entry,
		    bool is_delivered, int64_t now_ms);

/** Smallest number in the window; 0 = it is empty. */
int64_t backlog_lowest(const struct backlog *backlog);

/** How much customs has not taken of vehicles that have gone, and the wall clock of the oldest
 *  (0 = none). */
struct backlog_size {
	uint32_t waiting;    /**< DUE, BUSY or SENT */
	uint32_t unanswered; /**< of these, sent at least once */
	int64_t oldest_wall_ms;
};
struct backlog_size backlog_measure(const struct backlog *backlog);

#endif

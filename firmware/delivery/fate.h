/* SPDX-License-Identifier: MIT */
/*
 * What the record says of a message for customs: whether it is to be sent (again), and the message
 * itself, made anew from its event.
 *
 * Layer: firmware. Pure: the events come as JSON, as journal_read() gives them.
 */
#ifndef KAKOU_FIRMWARE_FATE_H
#define KAKOU_FIRMWARE_FATE_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "drivers/customs/link.h"
#include "firmware/config/site.h"
#include "firmware/registry/order.h"
#include "hal/err.h"
#include "hal/why.h"

/** What becomes of an inquiry. Only of FATE_LIVE and FATE_SEND is anything left to do. */
enum fate {
	FATE_LIVE,  /**< its passage goes on, and the lane asks */
	FATE_SEND,  /**< customs does not know of a vehicle that has gone, or may have */
	FATE_TAKEN, /**< it was answered */
	FATE_REPLACED, /**< the passage was asked anew: only the newest counts */
	FATE_UNUSED,   /**< no vehicle passed: the order must not be booked by it */
	FATE_SETTLED,  /**< the site leaves it to an officer */
};

/** Gathered event by event, from those of its passage that follow it. Zeroed at the beginning. */
struct fate_signs {
	bool is_answered, is_replaced, is_closed, is_unused, is_officers;
	/** The order that was used without customs, whose word on it is awaited; "" = none. */
	char offline_order[ORDER_NUMBER_LENGTH + 1];
};

/** Takes the next event of the passage; `seq_no` is the inquiry's. */
void fate_note(struct fate_signs *signs, const json_t *event, const char *seq_no);

/** `is_of_this_run`: the inquiry was recorded since the start, so that a passage without an end is
 *  still going on. One of an earlier run may have passed: that is not known, and customs is told. */
enum fate fate_judge(const struct fate_signs *signs, bool is_of_this_run,
		     enum site_departed policy);

/** The message of an `inquiry` or `command_result` event. KAKOU_E_NOTFOUND: the site has no such
 *  lane any more; KAKOU_E_INVALID: the event does not hold a message. */
KAKOU_MUST_CHECK enum kakou_err fate_rebuild(const struct site *site, const json_t *event,
					     struct customs_delivery *out,
					     struct why *why);

/** A text or a number of an event's data; "" and 0 when it is not there. */
const char *fate_text(const json_t *event, const char *name);
int64_t fate_number(const json_t *event, const char *name);

#endif

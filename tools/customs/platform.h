/* SPDX-License-Identifier: MIT */
/*
 * The customs platform: takes inquiries, answers them as their orders and faults say, and sends
 * what an officer wants.
 *
 * Layer:   tools.
 * Threads: the loop's own.
 */
#ifndef KAKOU_TOOLS_CUSTOMS_PLATFORM_H
#define KAKOU_TOOLS_CUSTOMS_PLATFORM_H

#include <stdint.h>

#include "drivers/customs/message.h"
#include "hal/err.h"
#include "hal/loop.h"
#include "hal/why.h"
#include "tools/customs/order_book.h"
#include "tools/customs/history.h"
#include "tools/customs/outgoing.h"
#include "tools/customs/settings.h"

enum { PLATFORM_CHANNELS_MAX = 64 };

struct platform; /* opaque */

/** What is wrong with the platform, for the next `left` inquiries (re-sends count). */
enum platform_fault {
	FAULT_NONE,
	FAULT_SILENT,  /**< no answer */
	FAULT_SLOW,    /**< the answer comes after slow_ms */
	FAULT_REPEAT,  /**< the answer comes twice */
	FAULT_FOREIGN, /**< a release under another SEQ_NO comes first */
	FAULT_GARBLED, /**< XML that is none comes instead */
	FAULTS,
};

/** "off", "silent", …; never NULL. */
const char *platform_fault_name(enum platform_fault fault);

struct platform_channel {
	struct customs_head newest; /**< of the channel's newest 0x21 */
	int64_t at_ms;              /**< wall clock */
};

struct platform_status {
	uint16_t listen_port;
	uint64_t inquiries, results, garbled, refused;
	struct outgoing_counts outgoing;
	enum platform_fault fault;
	int32_t fault_left;
	size_t channel_count;
	const struct platform_channel *channels; /**< valid until the next inquiry */
};

/** Loads orders and certificates and opens the listener. `settings` outlives it. KAKOU_E_INVALID,
 *  KAKOU_E_LINK, KAKOU_E_IO, KAKOU_E_NOMEM with `why`. */
KAKOU_MUST_CHECK enum kakou_err platform_create(struct platform **out, struct loop *loop,
						const struct customs_settings *settings,
						struct why *why);

/** Drops what is on its way. NULL is legal. */
void platform_destroy(struct platform *platform);

void platform_set_fault(struct platform *platform, enum platform_fault fault,
			int32_t count, int32_t slow_ms);

/** Sends a 0x22 or 0x31 as it is, at once. A 0x31 "return" (OP_TYPE 2) withdraws the release of
 *  its SEQ_NO. KAKOU_E_INVALID, KAKOU_E_FULL with `why`. */
KAKOU_MUST_CHECK enum kakou_err platform_send(struct platform *platform,
					      const struct customs_message *message,
					      struct why *why);

/** The newest inquiry of a channel, NULL: none yet. */
const struct customs_head *platform_find_channel(const struct platform *platform,
						 const char *chnl_no);

/** Approves an order of the book again, as for the next run of a shuttle.
 *  KAKOU_E_INVALID: no such number. */
KAKOU_MUST_CHECK enum kakou_err platform_approve(struct platform *platform,
						 const char *number, struct why *why);

void platform_read_status(const struct platform *platform, struct platform_status *out);
const struct order_book *platform_book(const struct platform *platform);
const struct history *platform_history(const struct platform *platform);

#endif

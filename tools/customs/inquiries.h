/* SPDX-License-Identifier: MIT */
/*
 * The inquiries a platform remembers: the same SEQ_NO always gets the same answer.
 *
 * Layer: tools. Pure but for its allocation.
 */
#ifndef KAKOU_TOOLS_CUSTOMS_INQUIRIES_H
#define KAKOU_TOOLS_CUSTOMS_INQUIRIES_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/customs/message.h"
#include "tools/customs/decide.h"

enum { INQUIRIES_MAX = 8192 };

struct inquiry {
	uint64_t id; /**< from 1; 0 = free */
	struct customs_head head;
	uint32_t received; /**< how often, re-sends included */
	bool is_decided;
	bool is_booked; /**< its release booked the order */
	struct decision decision;
};

struct inquiries; /* opaque */

/** NULL: no memory. */
struct inquiries *inquiries_create(void);
void inquiries_destroy(struct inquiries *inquiries);

/** The inquiry with this head, NULL when it is not remembered. */
struct inquiry *inquiries_find(struct inquiries *inquiries,
			       const struct customs_head *head);

/** The same, or a new one in place of the oldest. */
struct inquiry *inquiries_open(struct inquiries *inquiries,
			       const struct customs_head *head);

#endif

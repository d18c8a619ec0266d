/* SPDX-License-Identifier: MIT */
/*
 * The customs decision: gathered data against the book of release orders (customs-protocol
 * section 6; gate-domain sections 2, 3 and 8).
 *
 * Layer: tools. Pure.
 */
#ifndef KAKOU_TOOLS_CUSTOMS_DECIDE_H
#define KAKOU_TOOLS_CUSTOMS_DECIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/customs/message.h"
#include "tools/customs/order_book.h"

enum { DECISION_TEXT = 240 };

struct decide_policy {
	int32_t tolerance_pct;
	int64_t tolerance_g; /**< a weight may differ by the larger of the two */
	bool is_second_gate;
};

struct decision {
	struct customs_check check; /**< the 0x22, complete */
	struct order_entry *entry;  /**< the order it rests on; NULL: none, or several */
	bool is_release;
	char because[DECISION_TEXT]; /**< for the officer at the platform */
};

/** Decides; changes nothing in the book. */
void decide(struct order_book *book, const struct decide_policy *policy,
	    const struct customs_gather *gather, int64_t now_ms, struct decision *out);

#endif

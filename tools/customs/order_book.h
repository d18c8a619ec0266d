/* SPDX-License-Identifier: MIT */
/*
 * The book of release orders: which are open, and what became of them.
 *
 * Layer: tools. Pure: the instant is a parameter.
 *
 * The protocol has no message that tells the platform of a lift. So an order is booked as passed
 * when its release is answered, and for ORDER_GRACE_MS after that a new inquiry (a re-gather under
 * a new number) still finds it open. A release that an officer's 0x31 "return" withdraws opens
 * the order again.
 */
#ifndef KAKOU_TOOLS_CUSTOMS_ORDER_BOOK_H
#define KAKOU_TOOLS_CUSTOMS_ORDER_BOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/scenario/orders.h"

enum { ORDER_GRACE_MS = 60 * 1000 };

struct order_entry {
	const struct customs_order *order;
	enum customs_order_state state;
	bool is_booked;
	int64_t booked_ms;    /**< monotonic */
	int32_t ignored_left; /**< ORDER_IS_SILENT: inquiries still to ignore */
};

struct order_book {
	size_t count;
	struct order_entry entries[]; /**< in file order */
};

/** The book on these orders, which outlive it; NULL: no memory. Release with free(). */
struct order_book *order_book_create(const struct customs_orders *orders);

/** May it pass now? State 1, or 3 at a second gate; or booked less than ORDER_GRACE_MS ago. */
bool order_book_is_open(const struct order_entry *entry, bool is_second_gate,
			int64_t now_ms);

/** A release was answered. */
void order_book_pass(struct order_entry *entry, int64_t now_ms);

/** The release was withdrawn. */
void order_book_reopen(struct order_entry *entry);

#endif

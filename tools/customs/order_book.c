/* SPDX-License-Identifier: MIT */
/*
 * States of release orders (gate-domain section 3).
 *
 * Layer: tools. Pure.
 */
#include "tools/customs/order_book.h"

#include <stdlib.h>

struct order_book *order_book_create(const struct customs_orders *orders)
{
	struct order_book *book =
		calloc(1, sizeof(*book) + orders->count * sizeof(book->entries[0]));

	if (!book)
		return NULL;
	book->count = orders->count;
	for (size_t i = 0; i < book->count; i++) {
		const struct customs_order *order = &orders->orders[i];

		book->entries[i].order = order;
		book->entries[i].state = order->state;
		if (order->behaviour == ORDER_IS_SILENT)
			book->entries[i].ignored_left = order->ignore_count;
	}
	return book;
}

bool order_book_is_open(const struct order_entry *entry, bool is_second_gate,
			int64_t now_ms)
{
	if (entry->is_booked)
		return now_ms - entry->booked_ms < ORDER_GRACE_MS;
	return entry->state == ORDER_APPROVED ||
	       (is_second_gate && entry->state == ORDER_PASSED_FIRST);
}

void order_book_pass(struct order_entry *entry, int64_t now_ms)
{
	entry->is_booked = true;
	entry->booked_ms = now_ms;
	entry->state = entry->order->state == ORDER_PASSED_FIRST ? ORDER_PASSED_SECOND
								 : ORDER_PASSED;
}

void order_book_reopen(struct order_entry *entry)
{
	entry->is_booked = false;
	entry->state = entry->order->state;
}

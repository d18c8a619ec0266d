/* SPDX-License-Identifier: MIT */
/*
 * A ring of inquiries, searched from the newest: the one that is asked for is nearly always there.
 *
 * Layer: tools. Pure.
 */
#include "tools/customs/inquiries.h"

#include <stdlib.h>
#include <string.h>

struct inquiries {
	uint64_t last_id;
	struct inquiry ring[INQUIRIES_MAX]; /* id i at i % INQUIRIES_MAX */
};

struct inquiries *inquiries_create(void)
{
	return calloc(1, sizeof(struct inquiries));
}

void inquiries_destroy(struct inquiries *inquiries)
{
	free(inquiries);
}

static bool is_same(const struct customs_head *a, const struct customs_head *b)
{
	return !strcmp(a->seq_no, b->seq_no) && !strcmp(a->chnl_no, b->chnl_no) &&
	       !strcmp(a->area_id, b->area_id) && a->direction == b->direction;
}

struct inquiry *inquiries_find(struct inquiries *inquiries,
			       const struct customs_head *head)
{
	for (uint64_t back = 0; back < INQUIRIES_MAX && back < inquiries->last_id;
	     back++) {
		struct inquiry *at =
			&inquiries->ring[(inquiries->last_id - back) % INQUIRIES_MAX];

		if (is_same(&at->head, head))
			return at;
	}
	return NULL;
}

struct inquiry *inquiries_open(struct inquiries *inquiries,
			       const struct customs_head *head)
{
	struct inquiry *inquiry = inquiries_find(inquiries, head);

	if (inquiry)
		return inquiry;
	inquiries->last_id++;
	inquiry = &inquiries->ring[inquiries->last_id % INQUIRIES_MAX];
	*inquiry = (struct inquiry){.id = inquiries->last_id, .head = *head};
	return inquiry;
}

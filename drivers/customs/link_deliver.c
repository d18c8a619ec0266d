/* SPDX-License-Identifier: MIT */
/*
 * The record's backlog on its way through the link: each message once, and what became of it.
 *
 * Layer:   drivers.
 * Threads: customs_link_*() from the thread that follows the record; the rest the link's own.
 */
#include "drivers/customs/link_private.h"

#include <assert.h>
#include <string.h>

#include "hal/clock.h"
#include "hal/text.h"

enum { DELIVERIES = 32, DELIVERED = 64 };

void link_deliver_tell(struct customs_link *link, uint64_t id,
		       const struct link_outcome *outcome)
{
	struct customs_delivered delivered = {.id = id, .error = (int8_t)outcome->err};

	if (id == 0)
		return;
	if (outcome->err)
		text_copy(delivered.why, sizeof(delivered.why), outcome->why.text);
	/* Room for twice what may be under way, if the caller reads what it is told. */
	if (queue_push(link->delivered, &delivered))
		link->health.dropped++;
}

static void remember(struct customs_link *link, const struct customs_delivery *delivery)
{
	const struct customs_head *head = customs_message_head(&delivery->message);
	struct link_past *past = link_deliver_find(link, head->seq_no);

	if (delivery->message.code != CUSTOMS_GATHER)
		return;
	if (!past) {
		past = &link->past[link->past_count++ % LINK_PAST_KEPT];
		*past = (struct link_past){.passage = delivery->passage};
		text_copy(past->seq_no, sizeof(past->seq_no), head->seq_no);
	}
	text_copy(past->order, sizeof(past->order), delivery->order);
}

struct link_past *link_deliver_find(struct customs_link *link, const char *seq_no)
{
	for (size_t i = 0; i < LINK_PAST_KEPT; i++) {
		if (link->past[i].seq_no[0] && !strcmp(link->past[i].seq_no, seq_no))
			return &link->past[i];
	}
	return NULL;
}

static void take(struct customs_link *link, const struct customs_delivery *delivery)
{
	struct link_outcome outcome = {.err = KAKOU_OK};

	if (!customs_message_wire(&delivery->message, &link->config.dialect))
		outcome.err = why_set(&outcome.why, KAKOU_E_NOTFOUND,
				      "the protocol has no such message");
	else if (link_outbox_deliver(link->outbox, delivery->lane, delivery->id,
				     &delivery->message, clock_mono_ms()))
		outcome.err = why_set(&outcome.why, KAKOU_E_FULL,
				      "lane %u has a delivery under way", delivery->lane);
	else
		remember(link, delivery);
	if (outcome.err)
		link_deliver_tell(link, delivery->id, &outcome);
}

static void on_deliveries(void *arg, int ready)
{
	struct customs_link *link = arg;
	struct customs_delivery delivery;

	(void)ready;
	queue_quiet(link->deliveries);
	while (queue_pop(link->deliveries, &delivery))
		take(link, &delivery);
	link_work(link);
}

enum kakou_err link_deliver_begin(struct customs_link *link)
{
	enum kakou_err err;

	err = queue_create(&link->deliveries, sizeof(struct customs_delivery), DELIVERIES,
			   true);
	if (!err)
		err = queue_create(&link->delivered, sizeof(struct customs_delivered),
				   DELIVERED, true);
	if (!err)
		err = loop_watch_fd(link->loop, queue_fd(link->deliveries), LOOP_IN,
				    on_deliveries, link, &link->deliveries_watch);
	return err;
}

/* While the loop is still there. */
void link_deliver_end(struct customs_link *link)
{
	if (link->deliveries_watch)
		loop_unwatch(link->deliveries_watch);
	queue_destroy(link->deliveries);
	queue_destroy(link->delivered);
}

/* ---- from who follows the record ----------------------------------------------------------- */

enum kakou_err customs_link_deliver(struct customs_link *link,
				    const struct customs_delivery *delivery)
{
	assert(delivery->id != 0 && delivery->lane < link->config.lane_count);
	assert(delivery->message.code == CUSTOMS_GATHER ||
	       delivery->message.code == CUSTOMS_RESULT);
	return queue_push(link->deliveries, delivery);
}

bool customs_link_next_delivered(struct customs_link *link, struct customs_delivered *out)
{
	queue_quiet(link->delivered);
	return queue_pop(link->delivered, out);
}

int customs_link_delivered_fd(const struct customs_link *link)
{
	return queue_fd(link->delivered);
}

/* SPDX-License-Identifier: MIT */
/*
 * Entries with instants; nothing here sends or waits.
 *
 * Layer: drivers. Pure.
 */
#include "drivers/customs/link_outbox.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct entry {
	uint32_t ticket; /* 0: free; grows, so that the lowest is the oldest */
	bool is_busy;    /* an attempt runs */
	uint16_t attempts;
	uint64_t delivery; /* 0: it is none */
	int32_t resend_ms; /* the next pause after a delivery */
	int32_t retry_ms;  /* the next pause after a failure */
	int64_t due_ms;
	struct customs_message message;
};

struct lane {
	struct entry inquiry;
	struct entry states;
	struct entry results[LINK_RESULTS_MAX];
	struct entry delivery;
};

struct link_outbox {
	int32_t resend_ms, resend_max_ms;
	uint32_t random;
	uint32_t last_ticket;
	size_t lane_count;
	struct lane lanes[];
};

enum kakou_err link_outbox_create(struct link_outbox **out, size_t lanes,
				  int32_t resend_ms, int32_t resend_max_ms, uint32_t seed)
{
	struct link_outbox *outbox =
		calloc(1, sizeof(*outbox) + lanes * sizeof(outbox->lanes[0]));

	if (!outbox)
		return KAKOU_E_NOMEM;
	outbox->resend_ms = resend_ms;
	outbox->resend_max_ms = resend_max_ms;
	outbox->random = seed | 1;
	outbox->lane_count = lanes;
	*out = outbox;
	return KAKOU_OK;
}

void link_outbox_destroy(struct link_outbox *outbox)
{
	free(outbox);
}

/* xorshift32: spreads attempts, guards nothing. */
static uint32_t next_random(struct link_outbox *outbox)
{
	outbox->random ^= outbox->random << 13;
	outbox->random ^= outbox->random >> 17;
	outbox->random ^= outbox->random << 5;
	return outbox->random;
}

static int64_t with_jitter(struct link_outbox *outbox, int32_t pause_ms)
{
	return (int64_t)pause_ms * (90 + next_random(outbox) % 21) / 100;
}

static int32_t doubled(const struct link_outbox *outbox, int32_t pause_ms)
{
	return pause_ms > outbox->resend_max_ms / 2 ? outbox->resend_max_ms
						    : 2 * pause_ms;
}

static int32_t first_retry(const struct link_outbox *outbox)
{
	return LINK_RETRY_MS < outbox->resend_max_ms ? LINK_RETRY_MS
						     : outbox->resend_max_ms;
}

static void fill(struct link_outbox *outbox, struct entry *entry,
		 const struct customs_message *message, int64_t now_ms)
{
	*entry = (struct entry){
		.ticket = ++outbox->last_ticket,
		.resend_ms = outbox->resend_ms,
		.retry_ms = first_retry(outbox),
		.due_ms = now_ms,
		.message = *message,
	};
}

static struct entry *find_free_result(struct lane *lane)
{
	for (size_t i = 0; i < LINK_RESULTS_MAX; i++) {
		if (!lane->results[i].ticket)
			return &lane->results[i];
	}
	return NULL;
}

enum kakou_err link_outbox_put(struct link_outbox *outbox, uint8_t lane,
			       const struct customs_message *message, int64_t now_ms)
{
	struct entry *entry;

	assert(lane < outbox->lane_count);
	entry = message->code == CUSTOMS_GATHER ? &outbox->lanes[lane].inquiry
		: message->code == CUSTOMS_DEVICES
			? &outbox->lanes[lane].states
			: find_free_result(&outbox->lanes[lane]);
	if (!entry)
		return KAKOU_E_FULL;
	fill(outbox, entry, message, now_ms);
	return KAKOU_OK;
}

enum kakou_err link_outbox_deliver(struct link_outbox *outbox, uint8_t lane,
				   uint64_t delivery,
				   const struct customs_message *message, int64_t now_ms)
{
	struct entry *entry;

	assert(lane < outbox->lane_count && delivery != 0);
	entry = &outbox->lanes[lane].delivery;
	if (entry->ticket)
		return KAKOU_E_FULL;
	fill(outbox, entry, message, now_ms);
	entry->delivery = delivery;
	return KAKOU_OK;
}

static struct entry *find_inquiry(struct link_outbox *outbox, uint8_t lane,
				  const char *seq_no)
{
	struct entry *entry;

	assert(lane < outbox->lane_count);
	entry = &outbox->lanes[lane].inquiry;
	if (!entry->ticket || strcmp(entry->message.u.gather.head.seq_no, seq_no) != 0)
		return NULL;
	return entry;
}

bool link_outbox_has(struct link_outbox *outbox, uint8_t lane, const char *seq_no)
{
	return find_inquiry(outbox, lane, seq_no) != NULL;
}

bool link_outbox_put_off(struct link_outbox *outbox, uint8_t lane, const char *seq_no,
			 int64_t due_ms)
{
	struct entry *entry = find_inquiry(outbox, lane, seq_no);

	if (!entry || entry->attempts > 0)
		return false;
	entry->due_ms = due_ms;
	return true;
}

void link_outbox_cancel(struct link_outbox *outbox, uint8_t lane, const char *seq_no)
{
	struct entry *entry = find_inquiry(outbox, lane, seq_no);

	if (entry)
		entry->ticket = 0;
}

void link_outbox_slow_down(struct link_outbox *outbox, uint8_t lane, const char *seq_no,
			   int64_t now_ms)
{
	struct entry *entry = find_inquiry(outbox, lane, seq_no);

	if (!entry)
		return;
	entry->resend_ms = outbox->resend_max_ms;
	entry->due_ms = now_ms + with_jitter(outbox, entry->resend_ms);
}

/* Results of a lane go out in their order: only the oldest is considered. */
static struct entry *oldest_result(struct lane *lane)
{
	struct entry *oldest = NULL;

	for (size_t i = 0; i < LINK_RESULTS_MAX; i++) {
		struct entry *entry = &lane->results[i];

		if (entry->ticket && (!oldest || entry->ticket < oldest->ticket))
			oldest = entry;
	}
	return oldest;
}

static struct entry *earlier(struct entry *a, struct entry *b)
{
	if (!b || !b->ticket || b->is_busy)
		return a;
	if (a && a->due_ms == b->due_ms)
		return b->ticket < a->ticket ? b : a;
	return !a || b->due_ms < a->due_ms ? b : a;
}

/* Of what lanes say now, the entry that is due first and not busy, or NULL. */
static struct entry *find_present(const struct link_outbox *outbox, uint8_t *lane)
{
	struct entry *next = NULL;

	for (size_t i = 0; i < outbox->lane_count; i++) {
		struct lane *at = (struct lane *)&outbox->lanes[i];
		struct entry *before = next;

		next = earlier(next, &at->inquiry);
		next = earlier(next, &at->states);
		next = earlier(next, oldest_result(at));
		if (next != before)
			*lane = (uint8_t)i;
	}
	return next;
}

/* The same of the backlog; NULL too while enough of it is under way. */
static struct entry *find_delivery(const struct link_outbox *outbox, uint8_t *lane)
{
	struct entry *next = NULL;
	int busy = 0;

	for (size_t i = 0; i < outbox->lane_count; i++) {
		struct lane *at = (struct lane *)&outbox->lanes[i];
		struct entry *before = next;

		busy += at->delivery.ticket != 0 && at->delivery.is_busy;
		next = earlier(next, &at->delivery);
		if (next != before)
			*lane = (uint8_t)i;
	}
	return busy < LINK_DELIVERIES_BUSY ? next : NULL;
}

/* A vehicle that waits goes before those that have gone: what is due of the present comes first. */
static struct entry *find_next(const struct link_outbox *outbox, int64_t now_ms,
			       uint8_t *lane)
{
	uint8_t of_delivery = 0;
	struct entry *present = find_present(outbox, lane);
	struct entry *delivery = find_delivery(outbox, &of_delivery);

	if (!delivery || (present && present->due_ms <= now_ms))
		return present;
	if (present && present->due_ms < delivery->due_ms)
		return present;
	*lane = of_delivery;
	return delivery;
}

bool link_outbox_take(struct link_outbox *outbox, int64_t now_ms, struct link_due *out)
{
	uint8_t lane = 0;
	struct entry *entry = find_next(outbox, now_ms, &lane);

	if (!entry || entry->due_ms > now_ms)
		return false;
	entry->is_busy = true;
	if (entry->attempts < UINT16_MAX)
		entry->attempts++;
	*out = (struct link_due){
		.lane = lane,
		.ticket = entry->ticket,
		.attempt = entry->attempts,
		.delivery = entry->delivery,
		.message = &entry->message,
	};
	return true;
}

static struct entry *find_ticket(struct link_outbox *outbox, uint32_t ticket)
{
	for (size_t i = 0; i < outbox->lane_count; i++) {
		struct lane *lane = &outbox->lanes[i];

		if (lane->inquiry.ticket == ticket)
			return &lane->inquiry;
		if (lane->states.ticket == ticket)
			return &lane->states;
		if (lane->delivery.ticket == ticket)
			return &lane->delivery;
		for (size_t j = 0; j < LINK_RESULTS_MAX; j++) {
			if (lane->results[j].ticket == ticket)
				return &lane->results[j];
		}
	}
	return NULL;
}

static void pause_after(struct link_outbox *outbox, struct entry *entry,
			bool is_delivered, int64_t now_ms)
{
	int32_t *pause_ms = is_delivered ? &entry->resend_ms : &entry->retry_ms;

	entry->due_ms = now_ms + with_jitter(outbox, *pause_ms);
	*pause_ms = doubled(outbox, *pause_ms);
	if (is_delivered)
		entry->retry_ms = first_retry(outbox);
}

void link_outbox_finish(struct link_outbox *outbox, uint32_t ticket, bool is_delivered,
			int64_t now_ms)
{
	struct entry *entry = find_ticket(outbox, ticket);

	if (!entry)
		return;
	entry->is_busy = false;
	if (entry->delivery != 0 ||
	    (entry->message.code != CUSTOMS_GATHER &&
	     (is_delivered || entry->attempts >= LINK_RESULT_ATTEMPTS)))
		entry->ticket = 0;
	else
		pause_after(outbox, entry, is_delivered, now_ms);
}

void link_outbox_drop(struct link_outbox *outbox, uint32_t ticket)
{
	struct entry *entry = find_ticket(outbox, ticket);

	if (entry)
		entry->ticket = 0;
}

int64_t link_outbox_next_ms(const struct link_outbox *outbox)
{
	uint8_t lane = 0;
	const struct entry *entry = find_next(outbox, INT64_MIN, &lane);

	return entry ? entry->due_ms : -1;
}

uint32_t link_outbox_count_inquiries(const struct link_outbox *outbox)
{
	uint32_t count = 0;

	for (size_t i = 0; i < outbox->lane_count; i++)
		count += outbox->lanes[i].inquiry.ticket != 0;
	return count;
}

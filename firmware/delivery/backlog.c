/* SPDX-License-Identifier: MIT */
/*
 * A window of the record, and each lane's pause.
 *
 * Layer: firmware. Pure but for its allocation.
 */
#include "firmware/delivery/backlog.h"

#include <assert.h>
#include <stdlib.h>

struct lane_pace {
	bool is_busy;
	int32_t retry_ms; /* the next pause after a failure */
	int64_t rests_until_ms;
};

struct backlog {
	int32_t resend_ms, resend_max_ms;
	uint32_t random;
	size_t count;
	struct lane_pace lanes[CUSTOMS_LANES_MAX];
	struct backlog_entry entries[BACKLOG_MAX];
};

static int32_t least(int32_t a, int32_t b)
{
	return a < b ? a : b;
}

enum kakou_err backlog_create(struct backlog **out, int32_t resend_ms,
			      int32_t resend_max_ms, uint32_t seed)
{
	struct backlog *backlog = calloc(1, sizeof(*backlog));

	if (!backlog)
		return KAKOU_E_NOMEM;
	backlog->resend_ms = resend_ms;
	backlog->resend_max_ms = resend_max_ms;
	backlog->random = seed | 1;
	for (size_t i = 0; i < CUSTOMS_LANES_MAX; i++)
		backlog->lanes[i].retry_ms = least(BACKLOG_RETRY_MS, resend_max_ms);
	*out = backlog;
	return KAKOU_OK;
}

void backlog_destroy(struct backlog *backlog)
{
	free(backlog);
}

enum kakou_err backlog_add(struct backlog *backlog, const struct backlog_entry *entry)
{
	struct backlog_entry *slot = NULL;

	assert(entry->seq > 0 && entry->lane < CUSTOMS_LANES_MAX);
	for (size_t i = 0; i < BACKLOG_MAX && !slot; i++)
		if (backlog->entries[i].seq == 0)
			slot = &backlog->entries[i];
	if (!slot)
		return KAKOU_E_FULL;
	*slot = *entry;
	slot->pause_ms = backlog->resend_ms;
	backlog->count++;
	return KAKOU_OK;
}

struct backlog_entry *backlog_find(struct backlog *backlog, int64_t seq)
{
	for (size_t i = 0; i < BACKLOG_MAX; i++)
		if (backlog->entries[i].seq == seq)
			return &backlog->entries[i];
	return NULL;
}

size_t backlog_room(const struct backlog *backlog)
{
	return BACKLOG_MAX - backlog->count;
}

struct backlog_entry *backlog_entries(struct backlog *backlog)
{
	return backlog->entries;
}

void backlog_remove(struct backlog *backlog, struct backlog_entry *entry)
{
	assert(entry->seq > 0);
	if (entry->state == BACKLOG_BUSY)
		backlog->lanes[entry->lane].is_busy = false;
	entry->seq = 0;
	backlog->count--;
}

/* ---- what is next ------------------------------------------------------------------------ */

/* Never sent before sent, then the oldest, or what has been due for longest. */
static bool goes_before(const struct backlog_entry *a, const struct backlog_entry *b)
{
	if (!b || a->state != b->state)
		return !b || a->state == BACKLOG_DUE;
	return a->state == BACKLOG_DUE ? a->seq < b->seq : a->due_ms < b->due_ms;
}

static bool may_go(const struct backlog *backlog, const struct backlog_entry *entry,
		   int64_t now_ms)
{
	const struct lane_pace *lane = &backlog->lanes[entry->lane];

	if (entry->seq == 0 || lane->is_busy || now_ms < lane->rests_until_ms)
		return false;
	return entry->state == BACKLOG_DUE ||
	       (entry->state == BACKLOG_SENT && now_ms >= entry->due_ms);
}

struct backlog_entry *backlog_take(struct backlog *backlog, int64_t now_ms)
{
	struct backlog_entry *next = NULL;

	for (size_t i = 0; i < BACKLOG_MAX; i++) {
		struct backlog_entry *entry = &backlog->entries[i];

		if (may_go(backlog, entry, now_ms) && goes_before(entry, next))
			next = entry;
	}
	if (!next)
		return NULL;
	next->state = BACKLOG_BUSY;
	backlog->lanes[next->lane].is_busy = true;
	return next;
}

/* ---- how it ended ------------------------------------------------------------------------ */

/* xorshift32: spreads attempts, guards nothing. */
static int64_t with_jitter(struct backlog *backlog, int32_t pause_ms)
{
	backlog->random ^= backlog->random << 13;
	backlog->random ^= backlog->random >> 17;
	backlog->random ^= backlog->random << 5;
	return (int64_t)pause_ms * (90 + backlog->random % 21) / 100;
}

void backlog_finish(struct backlog *backlog, struct backlog_entry *entry,
		    bool is_delivered, int64_t now_ms)
{
	struct lane_pace *lane = &backlog->lanes[entry->lane];

	assert(entry->state == BACKLOG_BUSY);
	lane->is_busy = false;
	if (is_delivered) {
		lane->retry_ms = least(BACKLOG_RETRY_MS, backlog->resend_max_ms);
		entry->state = BACKLOG_SENT;
		entry->sent++;
		entry->due_ms = now_ms + with_jitter(backlog, entry->pause_ms);
		entry->pause_ms = least(2 * entry->pause_ms, BACKLOG_RESEND_MAX_MS);
		return;
	}
	entry->state = entry->sent > 0 ? BACKLOG_SENT : BACKLOG_DUE;
	lane->rests_until_ms = now_ms + with_jitter(backlog, lane->retry_ms);
	lane->retry_ms = least(2 * lane->retry_ms, backlog->resend_max_ms);
}

/* ---- how much it is ---------------------------------------------------------------------- */

int64_t backlog_lowest(const struct backlog *backlog)
{
	int64_t lowest = 0;

	for (size_t i = 0; i < BACKLOG_MAX; i++) {
		int64_t seq = backlog->entries[i].seq;

		if (seq > 0 && (lowest == 0 || seq < lowest))
			lowest = seq;
	}
	return lowest;
}

struct backlog_size backlog_measure(const struct backlog *backlog)
{
	struct backlog_size size = {.waiting = 0};

	for (size_t i = 0; i < BACKLOG_MAX; i++) {
		const struct backlog_entry *entry = &backlog->entries[i];

		if (entry->seq == 0 || entry->state == BACKLOG_LIVE ||
		    entry->state == BACKLOG_TOLD)
			continue;
		size.waiting++;
		size.unanswered += entry->sent > 0;
		if (size.oldest_wall_ms == 0 || entry->wall_ms < size.oldest_wall_ms)
			size.oldest_wall_ms = entry->wall_ms;
	}
	return size;
}

/* SPDX-License-Identifier: MIT */
/*
 * Limit. Layer: firmware. Pure.
 */
#include "firmware/console/limit.h"

#include <string.h>

#include "hal/text.h"

void limit_init(struct limit *limit, int64_t turns, int64_t turn_ms)
{
	memset(limit, 0, sizeof(*limit));
	limit->turns = turns;
	limit->turn_ms = turn_ms;
}

static struct limit_bucket *find(struct limit *limit, const char *key)
{
	struct limit_bucket *fullest = &limit->buckets[0];

	for (struct limit_bucket *b = limit->buckets; b < limit->buckets + LIMIT_BUCKETS;
	     b++) {
		if (!strcmp(b->key, key))
			return b;
		if (b->full_ms < fullest->full_ms)
			fullest = b;
	}
	(void)text_copy(fullest->key, sizeof(fullest->key), key);
	fullest->full_ms =
		0; /* or less, after a turn came back: it is full all the same */
	return fullest;
}

int64_t limit_take(struct limit *limit, const char *key, int64_t now_ms)
{
	struct limit_bucket *bucket = find(limit, key);
	int64_t full_ms = bucket->full_ms > now_ms ? bucket->full_ms : now_ms;
	int64_t next_ms = full_ms + limit->turn_ms;

	if (next_ms - now_ms > limit->turns * limit->turn_ms)
		return next_ms - now_ms - limit->turns * limit->turn_ms;
	bucket->full_ms = next_ms;
	return 0;
}

void limit_give_back(struct limit *limit, const char *key)
{
	find(limit, key)->full_ms -= limit->turn_ms;
}

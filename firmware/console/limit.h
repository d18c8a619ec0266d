/* SPDX-License-Identifier: MIT */
/*
 * Limit: how often somebody may do something. A bucket each holds so many turns and fills up
 * again with time; whoever has none left waits.
 *
 * Layer: firmware. Pure.
 */
#ifndef KAKOU_FIRMWARE_CONSOLE_LIMIT_H
#define KAKOU_FIRMWARE_CONSOLE_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

enum { LIMIT_KEY_MAX = 63, LIMIT_BUCKETS = 256 };

struct limit_bucket {
	char key[LIMIT_KEY_MAX + 1]; /* "" = free */
	int64_t full_ms; /* when it will be full again, if nobody takes a turn */
};

struct limit {
	int64_t turn_ms; /* a turn comes back after so long */
	int64_t turns;   /* that a bucket holds */
	struct limit_bucket buckets[LIMIT_BUCKETS];
};

void limit_init(struct limit *limit, int64_t turns, int64_t turn_ms);

/** Takes a turn. Otherwise 0 < wait: none is left, for so many milliseconds. When all buckets
 *  are in use, the one that is fullest gives way: who floods is not forgotten for who does not. */
int64_t limit_take(struct limit *limit, const char *key, int64_t now_ms);

/** The turn that was taken did not count. */
void limit_give_back(struct limit *limit, const char *key);

#endif

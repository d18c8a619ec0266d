/* SPDX-License-Identifier: MIT */
/*
 * What the files of the feed share.
 *
 * Layer: firmware, inside console.
 */
#ifndef KAKOU_FIRMWARE_CONSOLE_FEED_INSIDE_H
#define KAKOU_FIRMWARE_CONSOLE_FEED_INSIDE_H

#include "firmware/console/caller.h"
#include "firmware/console/feed.h"

struct feed {
	struct caller *caller;
	struct loop_timer *lanes_timer, *follow_timer, *beat_timer;
	void (*news)(void *arg);
	void *news_arg;
	void (*listen)(void *arg, const json_t *row);
	void *listen_arg;
	unsigned readers;

	bool is_live;
	uint64_t gate_turns; /* how often is_live has changed */

	json_t *lanes;                    /* the newest snapshot */
	int64_t lanes_ms;                 /* when it came */
	uint64_t version;                 /* grows when a lane changed */
	uint64_t changed[FEED_LANES_MAX]; /* the version in which the lane changed last */

	bool is_known; /* where the record stands */
	int64_t last;  /* number of the newest event, -1 = none yet */
	size_t first_event, event_count;
	json_t *events[FEED_EVENTS_MAX]; /* a ring: the newest of them, without gaps */
};

#endif

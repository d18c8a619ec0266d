/* SPDX-License-Identifier: MIT */
/*
 * Feed: the present of the gate, followed for everybody who watches. The lanes are asked for a
 * few times a second and the record is followed event by event; readers take from it at their
 * own pace. A slow reader gets the newest state of a lane once, not each that it missed, and
 * every event; what it can't get any more it is told.
 *
 * Layer: firmware. Threads: the loop's.
 */
#ifndef KAKOU_FIRMWARE_CONSOLE_FEED_H
#define KAKOU_FIRMWARE_CONSOLE_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/console/json.h"
#include "hal/err.h"
#include "hal/loop.h"

struct feed; /* opaque */

enum {
	FEED_EVENTS_MAX = 512,
	FEED_LANES_MAX = 16,
	FEED_WATCHED_MS =
		200, /* between two questions for the lanes while somebody watches */
	FEED_ALONE_MS = 1000, /* while nobody does */
	FEED_BEAT_MS = 1000,  /* a reader hears at least so often that the page is live */
	FEED_SILENT_MS = 3000, /* without an answer for so long kakoud is not live */
	FEED_WHOLE_MS = 5000,  /* and gets all lanes, changed or not */
};

/** `socket` must outlive it; `news` is called when readers have something to take. */
KAKOU_MUST_CHECK enum kakou_err feed_create(struct feed **out, struct loop *loop,
					    const char *socket, void (*news)(void *arg),
					    void *arg);
/** NULL is legal. */
void feed_destroy(struct feed *feed);

/** kakoud answers. */
bool feed_is_live(const struct feed *feed);
/** Of the newest snapshot of the lanes, {"lanes": […]}; NULL = none yet. Borrowed. */
const json_t *feed_lanes(const struct feed *feed);
/** Number of the newest event, -1 = not known yet. */
int64_t feed_last(const struct feed *feed);

/** Told of each event as it comes: {"seq", "bytes" …}. At most one listener. */
void feed_listen(struct feed *feed, void (*listen)(void *arg, const json_t *row),
		 void *arg);

/* ---- readers ----------------------------------------------------------------------------- */

struct feed_reader {
	int64_t after;    /* events up to it were taken */
	uint64_t version; /* of the lanes that was taken */
	uint64_t gate_turns;
	int64_t spoke_ms, whole_ms;
	bool has_greeted;
};

/** `after`: number of the last event that is known, -1 = begin with what comes. */
void feed_reader_init(struct feed *feed, struct feed_reader *reader, int64_t after);
void feed_reader_end(struct feed *feed);

/** The next message as server-sent events (HTML living standard section 9.2), from malloc; NULL:
 *  nothing new. */
char *feed_take(struct feed *feed, struct feed_reader *reader, int64_t now_ms);

#endif

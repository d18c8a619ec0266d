/* SPDX-License-Identifier: MIT */
/*
 * What happened in the yard, numbered without gaps: for the control socket and a log of JSON
 * lines.
 *
 * Layer: tools. Threads: the yard's loop.
 */
#ifndef KAKOU_TOOLS_YARD_EVENTS_H
#define KAKOU_TOOLS_YARD_EVENTS_H

#include <stddef.h>
#include <stdint.h>

#include "hal/err.h"
#include "hal/why.h"

enum { YARD_EVENTS_KEPT = 8192, YARD_EVENT_KINDS_MAX = 32 };

struct yard_events; /* opaque */

struct yard_event {
	int64_t n; /**< from 1 */
	int64_t wall_ms, mono_ms;
	const char *kind; /**< static word, e.g. "truck_arrives" */
	char lane[32], truck[34];
	char text[96]; /**< e.g. what the sign shows; "" = none */
};

/** `log_path` may be NULL. KAKOU_E_IO: it can't be written. */
KAKOU_MUST_CHECK enum kakou_err yard_events_create(struct yard_events **out,
						   const char *log_path, struct why *why);
void yard_events_destroy(struct yard_events *events);

/** Adds an event of now; `kind` is a static text; `lane` and `truck` may be "". */
KAKOU_PRINTF(5, 6)
void yard_events_add(struct yard_events *events, const char *kind, const char *lane,
		     const char *truck, const char *format, ...);

/** The first event after number `after` that is still kept, or NULL. */
const struct yard_event *yard_events_next(const struct yard_events *events,
					  int64_t after);

/** Number of the newest event, 0 = none. */
int64_t yard_events_last(const struct yard_events *events);

/** How many of the kind there were since the start. */
int64_t yard_events_count(const struct yard_events *events, const char *kind);

/** The event as a JSON object; the caller releases with free(). NULL: no memory. */
char *yard_event_print(const struct yard_event *event);

#endif

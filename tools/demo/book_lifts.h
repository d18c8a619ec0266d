/* SPDX-License-Identifier: MIT */
/*
 * The account of lifts: each arm that the yard saw rising needs an event that was there
 * before.
 *
 * A clearing lift is explained by a lift_commanded of its lane, not later than the lift,
 * whose lift_authorised is in the record; kakoud writes lift_commanded after the commit
 * of lift_authorised, so the order of the two clocks' readings proves the order of commit
 * and lift. A raise for safety is explained by its safety event. Each event explains one
 * lift.
 *
 * Layer: tools. No I/O.
 */
#ifndef KAKOU_TOOLS_DEMO_BOOK_LIFTS_H
#define KAKOU_TOOLS_DEMO_BOOK_LIFTS_H

#include "tools/demo/book.h"

struct book_lifts; /* opaque */

KAKOU_MUST_CHECK enum kakou_err book_lifts_create(struct book_lifts **out);
void book_lifts_destroy(struct book_lifts *lifts);

KAKOU_MUST_CHECK enum kakou_err book_lifts_note(struct book_lifts *lifts,
						const struct book_lift *lift);
KAKOU_MUST_CHECK enum kakou_err book_lifts_note_event(struct book_lifts *lifts,
						      const struct book_event *event);

/** Explains the lifts up to an instant, and forgets what can explain no other. */
void book_lifts_settle(struct book_lifts *lifts, int64_t until_mono_ms);

int64_t book_lifts_commanded(const struct book_lifts *lifts);
int64_t book_lifts_seen(const struct book_lifts *lifts);
int64_t book_lifts_unrecorded(const struct book_lifts *lifts);

#endif

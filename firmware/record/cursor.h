/* SPDX-License-Identifier: MIT */
/*
 * How far each receiver of the record has got, kept beside the events.
 *
 * Layer: firmware. Blocks on the disk.
 */
#ifndef KAKOU_FIRMWARE_CURSOR_H
#define KAKOU_FIRMWARE_CURSOR_H

#include "firmware/record/journal.h"
#include "firmware/record/store.h"

/** The cursors of a journal whose newest event is `last_seq`, and as they are stored (-1 = not). A
 *  receiver that the journal does not know yet begins behind what is there: it is not sent the
 *  past. KAKOU_E_INVALID: one lies beyond the newest event. */
KAKOU_MUST_CHECK enum kakou_err cursor_load(struct store *store, int64_t last_seq,
					    int64_t cursors[JOURNAL_RECEIVERS],
					    int64_t stored[JOURNAL_RECEIVERS],
					    struct why *why);

/** Within a write transaction: stores those of `cursors` that differ from `stored`. */
KAKOU_MUST_CHECK enum kakou_err cursor_store(struct store *store,
					     const int64_t cursors[JOURNAL_RECEIVERS],
					     const int64_t stored[JOURNAL_RECEIVERS],
					     struct why *why);

#endif

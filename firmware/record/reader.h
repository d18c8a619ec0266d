/* SPDX-License-Identifier: MIT */
/*
 * The reading side of the journal, without its thread.
 *
 * Every read transaction ends within READER_SLICE_MS: one that lasts keeps the write-ahead
 * log from being moved, and it grows without end.
 *
 * Layer:   firmware. Blocks on the disk.
 * Threads: one at a time.
 */
#ifndef KAKOU_FIRMWARE_READER_H
#define KAKOU_FIRMWARE_READER_H

#include "firmware/record/journal.h"
#include "firmware/record/store.h"

enum {
	READER_SLICE_MS = 50,
	READER_PAGE_BYTES =
		512 * 1024, /**< an answer ends after the event that passes it */
};

/** Runs the query and builds the array text (the caller frees it). A page may be shorter
 *  than the limit, because of its length or the time; only an empty one says that there is
 *  no more. KAKOU_E_TIMEOUT: the time was over before one event was found. */
KAKOU_MUST_CHECK enum kakou_err reader_query(struct store *store,
					     const struct store_query *query, char **json,
					     struct why *why);

/** Makes a proof (the caller frees it) within the same time. */
KAKOU_MUST_CHECK enum kakou_err reader_prove(struct store *store, enum journal_proof what,
					     int64_t first, int64_t second, char **json,
					     struct why *why);

struct reader_copy; /* opaque: a copy that is being made */

/** Makes the file and begins. KAKOU_E_INVALID: `path` exists. */
KAKOU_MUST_CHECK enum kakou_err reader_copy_begin(struct reader_copy **out,
						  struct store *from, const char *path,
						  struct why *why);

/** Copies for at most READER_SLICE_MS. Events never change, and none may be removed from the
 *  beginning to the end, so that slices together are as consistent as one transaction. KAKOU_E_AGAIN: call again. Otherwise it has ended, is
 *  released, and a failed copy is removed. */
KAKOU_MUST_CHECK enum kakou_err reader_copy_go_on(struct reader_copy *copy,
						  struct why *why);

/** Gives up and removes the file. NULL is legal. */
void reader_copy_abandon(struct reader_copy *copy);

#endif

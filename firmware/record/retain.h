/* SPDX-License-Identifier: MIT */
/*
 * How long the record keeps its events, and how they go.
 *
 * Events go from the oldest on, in blocks of RETAIN_BLOCK. First the record says so, in an event
 * of its own under a signed checkpoint (range_removed); then the blocks go one by one. What the
 * rest needs to be verified stays: the chain value after each run, and of the tree the one node
 * over each block, of sixteen such blocks the one over them, and so on. Events that a start
 * reads, and signing keys, stay where they are; beside each stay the hashes that prove it, as
 * beside the end of a checkpoint that is known to lie elsewhere (of those in one block the newest).
 *
 * Layer:   firmware. Blocks on the disk.
 * Threads: the writer's.
 */
#ifndef KAKOU_FIRMWARE_RETAIN_H
#define KAKOU_FIRMWARE_RETAIN_H

#include "firmware/record/event.h"
#include "firmware/record/journal.h"
#include "firmware/record/store.h"

enum {
	RETAIN_LEVEL = 8, /**< of the node over a block */
	RETAIN_BLOCK = 1 << RETAIN_LEVEL,
	RETAIN_BLOCKS = 16,  /**< at most in one range_removed */
	RETAIN_LEAST = 1024, /**< the newest events stay, however old they are */
};

/** A receiver that is waited for: it needs nothing up to event `seq` any more. */
struct retain_receiver {
	const char *name;
	int64_t seq;
};

/** What has to hold before anything goes. */
struct retain_rules {
	struct journal_retention config;
	struct retain_receiver receivers[JOURNAL_RECEIVERS];
	size_t receiver_count; /**< 0 = a checkpoint that lies elsewhere is waited for */
};

/** Where retention stands. */
struct retain_place {
	int64_t newest;  /**< event that is committed */
	int64_t removed; /**< last event that went; 0 = none */
	int64_t now_ms;  /**< wall clock */
	bool is_synced;  /**< it */
	/* When events up to number `size` were there already, by the first checkpoint after them
	 * that says the time; `looked` = the newest looked at in vain. */
	int64_t size, wall_ms, looked;
};

/** The last event of a range that may go now, at most RETAIN_BLOCKS blocks after
 *  `place->removed`; the same number when none may, and then `holds` says why. KAKOU_E_AGAIN:
 *  it has looked at enough for one time; call again. */
KAKOU_MUST_CHECK enum kakou_err retain_find(struct store *store,
					    const struct retain_rules *rules,
					    struct retain_place *place, int64_t *last,
					    struct why *holds, struct why *why);

/** Removes the block that follows event `removed`, within the caller's transaction; `kept` says
 *  how many of its events stay. */
KAKOU_MUST_CHECK enum kakou_err retain_remove_block(struct store *store, int64_t removed,
						    int *kept, struct why *why);

/** Up to which event the record says that older ones were removed, and the number of the event
 *  that says so; both 0 when none does. */
KAKOU_MUST_CHECK enum kakou_err retain_get_announced(struct store *store, int64_t *last,
						     int64_t *seq, struct why *why);

/** Makes the event that says that those after `removed` go, up to `last`. */
KAKOU_MUST_CHECK enum kakou_err retain_fill_event(struct store *store,
						  const struct retain_rules *rules,
						  int64_t removed, int64_t last,
						  struct event *out, struct why *why);

/** The last event of the range that such an event's bytes name; 0 = none. */
int64_t retain_read_announced(const char *bytes, size_t len);

#endif

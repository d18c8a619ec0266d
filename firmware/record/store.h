/* SPDX-License-Identifier: MIT */
/*
 * One SQLite connection to a journal file. Only the writer's connection writes and
 * checkpoints: two that do can lose committed data (SQLite 3.7.0 to 3.51.2).
 *
 * Layer:   firmware. Blocks on the disk.
 * Threads: a store belongs to one thread at a time.
 */
#ifndef KAKOU_FIRMWARE_STORE_H
#define KAKOU_FIRMWARE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/record/tree.h"
#include "hal/err.h"
#include "hal/why.h"

struct store; /* opaque */

enum store_role {
	STORE_WRITER, /**< the live file, made when it is new: WAL, synchronous FULL */
	STORE_READER, /**< the live file beside its writer: never writes, never checkpoints */
	STORE_COPY,     /**< a new file that becomes a copy */
	STORE_EVIDENCE, /**< a stopped journal or a copy: nothing in it is changed */
};

/** One event as it lies in the file. */
struct store_row {
	int64_t seq;
	int64_t passage; /**< 0 = none */
	int64_t wall_ms;
	const char *kind;
	const char *lane;  /**< NULL = none */
	const char *bytes; /**< canonical, not terminated */
	size_t len;
	const unsigned char *leaf, *chain;
	size_t leaf_len, chain_len; /**< CHAIN_BYTES in a journal that nobody damaged */
};

/** What to select; as struct journal_query, by names. */
struct store_query {
	int64_t after, before; /**< after < seq < before; `before` 0 = no bound */
	int32_t limit;
	bool newest_first;
	int64_t passage;  /**< 0 = all */
	const char *kind; /**< NULL = all */
	const char *lane; /**< NULL = all */
};

/** Opens, and for STORE_WRITER and STORE_COPY makes the schema when the file is new.
 *  KAKOU_E_INVALID: not a journal, a newer schema, or damaged. KAKOU_E_IO, KAKOU_E_FULL (the
 *  disk), KAKOU_E_DENIED (rights, or somebody else's lock), KAKOU_E_NOMEM; so do all that
 *  follow. */
KAKOU_MUST_CHECK enum kakou_err store_open(struct store **out, const char *path,
					   enum store_role role, struct why *why);

/** The last connection to a live file checkpoints it. NULL is legal. */
void store_close(struct store *store);

/** A write transaction. A failed commit leaves it open: roll it back. */
KAKOU_MUST_CHECK enum kakou_err store_begin(struct store *store, struct why *why);
KAKOU_MUST_CHECK enum kakou_err store_commit(struct store *store, struct why *why);
void store_roll_back(struct store *store);

KAKOU_MUST_CHECK enum kakou_err store_insert(struct store *store,
					     const struct store_row *row,
					     struct why *why);

/** Small facts beside the events. KAKOU_E_NOTFOUND: never put. */
KAKOU_MUST_CHECK enum kakou_err store_get_text(struct store *store, const char *key,
					       char *out, size_t size, struct why *why);
KAKOU_MUST_CHECK enum kakou_err store_get_number(struct store *store, const char *key,
						 int64_t *out, struct why *why);
KAKOU_MUST_CHECK enum kakou_err store_put_text(struct store *store, const char *key,
					       const char *text, struct why *why);
KAKOU_MUST_CHECK enum kakou_err store_put_number(struct store *store, const char *key,
						 int64_t number, struct why *why);

/** Number of the newest event and of the newest passage; 0 = none. */
KAKOU_MUST_CHECK enum kakou_err store_get_newest(struct store *store, int64_t *seq,
						 int64_t *passage, struct why *why);

/* ---- the tree and its checkpoints (store_tree.c) --------------------------------------- */

enum {
	/** Every so many levels the nodes are stored; those between follow from them. */
	STORE_TREE_STEP = 4,
};

/** False for a stopped journal of a version that had none. */
bool store_has_tree(const struct store *store);

/** Stores what an appended leaf completed, as far as it is stored at all. */
KAKOU_MUST_CHECK enum kakou_err store_put_nodes(struct store *store,
						const struct tree *tree,
						const struct tree_made *made,
						struct why *why);

/** Stores one. */
KAKOU_MUST_CHECK enum kakou_err store_put_node(struct store *store, int level,
					       int64_t index,
					       const unsigned char hash[TREE_BYTES],
					       struct why *why);

/** A stored node; of level 0 also of an event that is there. KAKOU_E_NOTFOUND: it is not there. */
KAKOU_MUST_CHECK enum kakou_err store_get_node(struct store *store, int level,
					       int64_t index,
					       unsigned char out[TREE_BYTES],
					       struct why *why);

/** As tree_fetch: `arg` is the store. Reads at most 15 rows where the nodes are stored. */
enum kakou_err store_fetch_node(void *arg, int level, int64_t index,
				unsigned char out[TREE_BYTES]);

/** A signed checkpoint by its size. */
KAKOU_MUST_CHECK enum kakou_err store_put_checkpoint(struct store *store, int64_t size,
						     const char *note, struct why *why);
/** The same in a transaction of its own, in the place of the one of size `drop` (0 = of none),
 *  which no sync follows: it becomes durable with the next commit. After a failure the
 *  store is to be closed. */
KAKOU_MUST_CHECK enum kakou_err store_replace_checkpoint(struct store *store,
							 int64_t size, const char *note,
							 int64_t drop, struct why *why);

/** The newest with `from` <= size < `below`, or the oldest; `*out` is freed by the caller.
 *  KAKOU_E_NOTFOUND: there is none. */
KAKOU_MUST_CHECK enum kakou_err store_get_checkpoint(struct store *store, int64_t from,
						     int64_t below, bool newest,
						     int64_t *size, char **out,
						     struct why *why);

/* ---- what retention removed (store_removed.c) ------------------------------------------- */

/** Events that are gone, one after the other without a gap. */
struct store_run {
	int64_t first, last;
	unsigned char chain[TREE_BYTES]; /**< chain value of the last of them */
};

/** The first run that begins at `from` or later. KAKOU_E_NOTFOUND: there is none. */
KAKOU_MUST_CHECK enum kakou_err store_get_run(struct store *store, int64_t from,
					      struct store_run *out, struct why *why);

/** Number of the last event that was removed; 0 = none. What is there up to it was kept. */
KAKOU_MUST_CHECK enum kakou_err store_get_removed_to(struct store *store, int64_t *out,
						     struct why *why);
KAKOU_MUST_CHECK enum kakou_err store_put_removed_to(struct store *store, int64_t seq,
						     struct why *why);

/** Notes the run; one that ends before it grows by it. */
KAKOU_MUST_CHECK enum kakou_err store_put_run(struct store *store,
					      const struct store_run *run,
					      struct why *why);

/** Removes the events and checkpoints of a run; its nodes stay. */
KAKOU_MUST_CHECK enum kakou_err store_remove_run(struct store *store,
						 const struct store_run *run,
						 struct why *why);

/** Keeps the leaf of an event that goes. */
KAKOU_MUST_CHECK enum kakou_err store_put_leaf(struct store *store, int64_t seq,
					       const unsigned char leaf[TREE_BYTES],
					       struct why *why);

/** Nodes of a level that lie in the complete subtree `(above, index)`: whether there is one, and
 *  removing all of them. */
KAKOU_MUST_CHECK enum kakou_err store_has_nodes(struct store *store, int level, int above,
						int64_t index, bool *out,
						struct why *why);
KAKOU_MUST_CHECK enum kakou_err store_remove_nodes(struct store *store, int level,
						   int above, int64_t index,
						   struct why *why);

/** Stored nodes that lie wholly before event `to` + 1, the lowest level first. KAKOU_E_NOTFOUND
 *  after the last; begin with `level` and `index` -1. */
KAKOU_MUST_CHECK enum kakou_err store_next_node(struct store *store, int64_t to,
						int *level, int64_t *index,
						unsigned char out[TREE_BYTES],
						struct why *why);

/** A checkpoint of `size` events lies elsewhere, as event `event` says. */
KAKOU_MUST_CHECK enum kakou_err store_put_held(struct store *store, int64_t size,
					       int64_t event, struct why *why);

/** The smallest of at least `from` events (KAKOU_E_NOTFOUND: there is none); the largest of all,
 *  0 = none; forgetting those of `from` to `below` - 1. */
KAKOU_MUST_CHECK enum kakou_err store_get_held(struct store *store, int64_t from,
					       int64_t *size, struct why *why);
KAKOU_MUST_CHECK enum kakou_err store_drop_held(struct store *store, int64_t from,
						int64_t below, struct why *why);
KAKOU_MUST_CHECK enum kakou_err store_get_newest_held(struct store *store, int64_t *size,
						      struct why *why);

/** Begins a selection, in which store_next() moves; a read transaction is held from the
 *  first move to store_end_select(). One at a time. */
KAKOU_MUST_CHECK enum kakou_err store_select(struct store *store,
					     const struct store_query *query,
					     struct why *why);

/** The next row; its texts live until the next call. KAKOU_E_NOTFOUND: no more.
 *  KAKOU_E_TIMEOUT: the deadline passed. */
KAKOU_MUST_CHECK enum kakou_err store_next(struct store *store, struct store_row *row,
					   struct why *why);
void store_end_select(struct store *store);

/** Statements that run beyond the monotonic instant end with KAKOU_E_TIMEOUT; -1 = none. */
void store_set_deadline(struct store *store, int64_t at_ms);

/** Pages that wait in the write-ahead log since the last commit. */
int32_t store_count_wal_pages(const struct store *store);

/** Moves the log into the file as far as readers allow, with two or three syncs. */
KAKOU_MUST_CHECK enum kakou_err store_checkpoint(struct store *store, struct why *why);

/** Pages of the log, and how many of them are on the disk for certain. */
struct store_log {
	int32_t pages, synced;
};
struct store_log store_get_log(const struct store *store);

/** What a store that was closed knew of it. */
void store_set_log(struct store *store, struct store_log log);

/** Writes the pages that may not be on the disk once more and syncs them: after a failed sync
 *  the kernel shows them, but no longer has them among what is to be written. */
KAKOU_MUST_CHECK enum kakou_err store_renew_log(struct store *store, struct why *why);

/** Moves all of the log and begins it anew; waits for readers. */
KAKOU_MUST_CHECK enum kakou_err store_restart_log(struct store *store, struct why *why);

/** SQLite's own check of pages and indexes. KAKOU_E_INVALID: `why` says the first finding. */
KAKOU_MUST_CHECK enum kakou_err store_check_pages(struct store *store, struct why *why);

#endif

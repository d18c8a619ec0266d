/* SPDX-License-Identifier: MIT */
/*
 * Removing a block of events, and what of it stays.
 *
 * Layer:   firmware. Blocks on the disk.
 * Threads: the writer's.
 */
#include <stdlib.h>
#include <string.h>

#include "firmware/record/event.h"
#include "firmware/record/retain.h"

enum { GROUP = 1 << STORE_TREE_STEP };

struct place {
	bool is_kept;   /* the event stays */
	bool is_pinned; /* its hash and those beside its way up stay */
	unsigned char leaf[TREE_BYTES], chain[TREE_BYTES];
};

struct block {
	int64_t first, last;
	struct place places[RETAIN_BLOCK];
};

/* ---- what stays ----------------------------------------------------------------------- */

/* Of these a start, or what comes in later, reads the newest of each lane; of keys all. */
static const enum event_kind newest_stays[] = {
	EVENT_LANE_LOCKED,   EVENT_LANE_OPENED, EVENT_ARM_LOCKED,
	EVENT_ARM_UNLOCKED,  EVENT_LANE_TURNED, EVENT_LANE_TURN_WITHDRAWN,
	EVENT_STARTED,       EVENT_RECEIPT,     EVENT_CHECKPOINT_HELD,
	EVENT_RANGE_REMOVED,
};

static bool is_one_of_them(const char *kind)
{
	for (size_t i = 0; i < sizeof(newest_stays) / sizeof(newest_stays[0]); i++)
		if (!strcmp(kind, event_kind_name(newest_stays[i])))
			return true;
	return false;
}

/* Copies of what another selection has to know of a row. */
struct candidate {
	int64_t seq;
	char kind[64];
	char lane[64];
};

static enum kakou_err is_newest(struct store *store, const struct candidate *of,
				bool *out, struct why *why)
{
	const struct store_query later = {
		.after = of->seq,
		.limit = 1,
		.kind = of->kind,
		.lane = of->lane[0] ? of->lane : NULL,
	};
	struct store_row row;
	enum kakou_err err = store_select(store, &later, why);

	if (!err)
		err = store_next(store, &row, why);
	store_end_select(store);
	*out = err == KAKOU_E_NOTFOUND;
	return *out ? KAKOU_OK : err;
}

static enum kakou_err keep_newest(struct store *store, struct block *block,
				  const struct candidate *candidates, int count,
				  struct why *why)
{
	enum kakou_err err = KAKOU_OK;

	for (int i = 0; i < count && !err; i++) {
		struct place *place = &block->places[candidates[i].seq - block->first];

		err = is_newest(store, &candidates[i], &place->is_kept, why);
	}
	return err;
}

/* The numbers of passages go on from the largest that is there. */
static enum kakou_err keep_newest_passage(struct store *store, struct block *block,
					  struct why *why)
{
	struct store_query query = {.limit = 1, .newest_first = true};
	struct store_row row;
	int64_t newest = 0;
	enum kakou_err err = store_get_newest(store, &newest, &query.passage, why);

	if (err || query.passage == 0)
		return err;
	err = store_select(store, &query, why);
	if (!err)
		err = store_next(store, &row, why);
	if (!err && row.seq >= block->first && row.seq <= block->last)
		block->places[row.seq - block->first].is_kept = true;
	store_end_select(store);
	return err == KAKOU_E_NOTFOUND ? KAKOU_OK : err;
}

/* The end of the newest checkpoint in the block that lies elsewhere. */
static enum kakou_err pin_held(struct store *store, struct block *block, struct why *why)
{
	int64_t from = block->first;
	int64_t newest = 0;
	int64_t size = 0;
	enum kakou_err err = KAKOU_OK;

	while (!err) {
		err = store_get_held(store, from, &size, why);
		if (err || size > block->last)
			break;
		newest = size;
		from = size + 1;
	}
	if (err && err != KAKOU_E_NOTFOUND)
		return err;
	if (newest == 0)
		return KAKOU_OK;
	block->places[newest - block->first].is_pinned = true;
	return store_drop_held(store, block->first, newest, why);
}

/* ---- reading -------------------------------------------------------------------------- */

static bool take_row(struct block *block, const struct store_row *row)
{
	struct place *place = &block->places[row->seq - block->first];

	if (row->leaf_len != TREE_BYTES || row->chain_len != TREE_BYTES)
		return false;
	memcpy(place->leaf, row->leaf, TREE_BYTES);
	memcpy(place->chain, row->chain, TREE_BYTES);
	place->is_kept = !strcmp(row->kind, event_kind_name(EVENT_SIGNING_KEY));
	return true;
}

static bool note_candidate(struct candidate *to, const struct store_row *row)
{
	if (!is_one_of_them(row->kind))
		return false;
	to->seq = row->seq;
	strncpy(to->kind, row->kind, sizeof(to->kind) - 1);
	strncpy(to->lane, row->lane ? row->lane : "", sizeof(to->lane) - 1);
	return true;
}

static enum kakou_err read_block(struct store *store, struct block *block,
				 struct candidate *candidates, int *count,
				 struct why *why)
{
	const struct store_query query = {.after = block->first - 1,
					  .before = block->last + 1,
					  .limit = RETAIN_BLOCK};
	struct store_row row;
	int64_t expected = block->first;
	enum kakou_err err = store_select(store, &query, why);

	while (!err) {
		err = store_next(store, &row, why);
		if (err)
			break;
		if (row.seq != expected++ || !take_row(block, &row))
			err = why_set(why, KAKOU_E_INVALID,
				      "event %lld: missing or without its hashes",
				      (long long)expected - 1);
		else
			*count += note_candidate(&candidates[*count], &row);
	}
	store_end_select(store);
	if (err == KAKOU_E_NOTFOUND && expected != block->last + 1)
		return why_set(why, KAKOU_E_INVALID, "event %lld: missing",
			       (long long)expected);
	return err == KAKOU_E_NOTFOUND ? KAKOU_OK : err;
}

static enum kakou_err choose(struct store *store, struct block *block, struct why *why)
{
	struct candidate *candidates = calloc(RETAIN_BLOCK, sizeof(*candidates));
	int count = 0;
	enum kakou_err err;

	if (!candidates)
		return why_set(why, KAKOU_E_NOMEM, "no memory to remove events");
	err = read_block(store, block, candidates, &count, why);
	if (!err)
		err = keep_newest(store, block, candidates, count, why);
	if (!err)
		err = keep_newest_passage(store, block, why);
	if (!err)
		err = pin_held(store, block, why);
	for (int i = 0; i < RETAIN_BLOCK; i++)
		block->places[i].is_pinned |= block->places[i].is_kept;
	free(candidates);
	return err;
}

/* ---- removing ------------------------------------------------------------------------- */

static bool has_pin(const struct block *block, int from, int count)
{
	for (int i = from; i < from + count; i++)
		if (block->places[i].is_pinned)
			return true;
	return false;
}

/* Beside a pin the hashes of its group stay, so that the way from it up can be proved. */
static enum kakou_err keep_leaves(struct store *store, const struct block *block,
				  struct why *why)
{
	enum kakou_err err = KAKOU_OK;

	for (int i = 0; i < RETAIN_BLOCK && !err; i++)
		if (!block->places[i].is_kept && has_pin(block, i - i % GROUP, GROUP))
			err = store_put_leaf(store, block->first + i,
					     block->places[i].leaf, why);
	return err;
}

static enum kakou_err remove_runs(struct store *store, const struct block *block,
				  struct why *why)
{
	enum kakou_err err = KAKOU_OK;

	for (int from = 0, to; from < RETAIN_BLOCK && !err; from = to + 1) {
		struct store_run run = {.first = block->first + from};

		for (to = from; to < RETAIN_BLOCK && !block->places[to].is_kept; to++)
			;
		if (to == from)
			continue;
		run.last = block->first + to - 1;
		memcpy(run.chain, block->places[to - 1].chain, sizeof(run.chain));
		err = store_remove_run(store, &run, why);
		if (!err)
			err = store_put_run(store, &run, why);
	}
	return err;
}

/* Nodes whose parent is complete and says the same, when nothing below them stays. */
static enum kakou_err remove_nodes(struct store *store, int64_t index, struct why *why)
{
	enum kakou_err err = KAKOU_OK;
	bool has_pins = false;

	for (int level = RETAIN_LEVEL; !err && index % GROUP == GROUP - 1;
	     level += STORE_TREE_STEP) {
		index /= GROUP;
		err = store_has_nodes(store, level - STORE_TREE_STEP,
				      level + STORE_TREE_STEP, index, &has_pins, why);
		if (err || has_pins)
			break;
		err = store_remove_nodes(store, level, level + STORE_TREE_STEP, index,
					 why);
	}
	return err;
}

enum kakou_err retain_remove_block(struct store *store, int64_t removed, int *kept,
				   struct why *why)
{
	struct block *block = calloc(1, sizeof(*block));
	int64_t index = removed / RETAIN_BLOCK;
	enum kakou_err err;

	if (!block)
		return why_set(why, KAKOU_E_NOMEM, "no memory to remove events");
	block->first = removed + 1;
	block->last = removed + RETAIN_BLOCK;
	err = choose(store, block, why);
	if (!err)
		err = keep_leaves(store, block, why);
	if (!err)
		err = remove_runs(store, block, why);
	if (!err && !has_pin(block, 0, RETAIN_BLOCK))
		err = store_remove_nodes(store, STORE_TREE_STEP, RETAIN_LEVEL, index,
					 why);
	if (!err)
		err = remove_nodes(store, index, why);
	if (!err)
		err = store_put_removed_to(store, block->last, why);
	*kept = 0;
	for (int i = 0; i < RETAIN_BLOCK; i++)
		*kept += block->places[i].is_kept;
	free(block);
	return err;
}

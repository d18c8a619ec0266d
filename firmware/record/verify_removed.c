/* SPDX-License-Identifier: MIT */
/*
 * Verification of a journal whose old events were removed: what is left of them has to be under
 * the same tree, and the record has to say that they went.
 *
 * Layer: firmware. Blocks on the disk.
 */
#include "firmware/record/verify_removed.h"

#include <stdio.h>
#include <string.h>

#include "firmware/record/retain.h"

enum { CHILDREN = 1 << STORE_TREE_STEP };

/* ---- the nodes that stayed ------------------------------------------------------------ */

/* What a walk down the nodes has met. */
struct meeting {
	struct store *store;
	int64_t nodes, events;
	struct why *why;
};

static enum kakou_err take(struct meeting *meeting, int level, int64_t index,
			   unsigned char out[TREE_BYTES])
{
	bool is_node = true;
	enum kakou_err err =
		store_get_node(meeting->store, level, index, out, meeting->why);

	if (err == KAKOU_E_NOTFOUND)
		return why_set(meeting->why, KAKOU_E_INVALID,
			       "event %lld: what stayed of the tree above it is missing",
			       (long long)(index << level) + 1);
	if (!err && level == 0)
		err = store_has_nodes(meeting->store, 0, 0, index, &is_node,
				      meeting->why);
	meeting->nodes += is_node;
	meeting->events += !is_node;
	return err;
}

/* A node, and those below it where they stayed: they have to lead to it. */
static enum kakou_err check_node(struct meeting *meeting, int level, int64_t index,
				 unsigned char out[TREE_BYTES])
{
	unsigned char child[TREE_BYTES];
	unsigned char root[TREE_BYTES];
	bool has_children = false;
	struct tree tree;
	enum kakou_err err = take(meeting, level, index, out);

	if (err || level == 0)
		return err;
	err = store_has_nodes(meeting->store, level - STORE_TREE_STEP, level, index,
			      &has_children, meeting->why);
	if (err || !has_children)
		return err;
	tree_begin(&tree);
	for (int i = 0; i < CHILDREN && !err; i++) {
		err = check_node(meeting, level - STORE_TREE_STEP, index * CHILDREN + i,
				 child);
		tree_append(&tree, child, NULL);
	}
	tree_root(&tree, root);
	if (!err && memcmp(root, out, TREE_BYTES))
		err = why_set(meeting->why, KAKOU_E_INVALID,
			      "event %lld: the tree above it is of other events",
			      (long long)(index << level) + 1);
	return err;
}

/* All nodes of the tree of the first `to` events that are stored. */
static enum kakou_err check_nodes(struct meeting *meeting, int64_t to)
{
	unsigned char hash[TREE_BYTES];
	enum kakou_err err = KAKOU_OK;
	int64_t from = 0;

	for (int level = TREE_LEVELS - 1; level >= 0 && !err; level--) {
		int stored = level - level % STORE_TREE_STEP;
		int64_t count = INT64_C(1) << (level - stored);

		if (!(to >> level & 1))
			continue;
		for (int64_t i = 0; i < count && !err; i++)
			err = check_node(meeting, stored, (from >> stored) + i, hash);
		from += INT64_C(1) << level;
	}
	return err;
}

enum kakou_err verify_removed_tree(struct store *store, int64_t to, int64_t *kept,
				   struct why *why)
{
	struct meeting meeting = {.store = store, .why = why};
	unsigned char hash[TREE_BYTES];
	int64_t nodes = 0;
	int64_t index = -1;
	int level = -1;
	enum kakou_err err;

	*kept = 0;
	if (to == 0)
		return KAKOU_OK;
	if (to % RETAIN_BLOCK)
		return why_set(why, KAKOU_E_INVALID,
			       "events are removed up to %lld, expected a multiple of %d",
			       (long long)to, RETAIN_BLOCK);
	err = check_nodes(&meeting, to);
	while (!err) {
		err = store_next_node(store, to, &level, &index, hash, why);
		nodes += !err;
	}
	if (err != KAKOU_E_NOTFOUND)
		return err;
	if (nodes != meeting.nodes)
		return why_set(why, KAKOU_E_INVALID,
			       "%lld nodes lie above events that were removed, expected "
			       "%lld",
			       (long long)nodes, (long long)meeting.nodes);
	*kept = meeting.events;
	return KAKOU_OK;
}

/* ---- the runs ------------------------------------------------------------------------- */

enum kakou_err verify_removed_step(struct store *store, struct verify_removed *removed,
				   struct audit *audit, struct witness *witness,
				   struct why *why)
{
	struct store_run run;
	enum kakou_err err = store_get_run(store, audit->seq + 1, &run, why);

	if (err == KAKOU_E_NOTFOUND || (!err && run.first != audit->seq + 1))
		return KAKOU_OK; /* then the event that follows has to be there */
	if (!err && run.last > removed->to)
		err = why_set(why, KAKOU_E_INVALID,
			      "events %lld to %lld are missing: removed are those up to "
			      "%lld",
			      (long long)run.first, (long long)run.last,
			      (long long)removed->to);
	if (!err)
		err = witness_skip(witness, run.last, store_fetch_node, store, why);
	if (err)
		return err;
	audit->seq = run.last;
	memcpy(audit->chain, run.chain, sizeof(audit->chain));
	if (run.last == removed->to)
		memcpy(removed->chain, run.chain, sizeof(removed->chain));
	return KAKOU_OK;
}

/* ---- what the record says of it ------------------------------------------------------- */

void verify_removed_note(struct verify_removed *removed, const struct store_row *row)
{
	static const char key[] = "\"head\":\"";
	const char *head;
	int64_t last;

	if (row->seq <= removed->to)
		removed->met++;
	if (row->seq == removed->to)
		memcpy(removed->chain, row->chain, sizeof(removed->chain));
	if (strcmp(row->kind, event_kind_name(EVENT_RANGE_REMOVED)) != 0)
		return;
	last = retain_read_announced(row->bytes, row->len);
	head = memmem(row->bytes, row->len, key, sizeof(key) - 1);
	if (last <= removed->announced || !head ||
	    row->bytes + row->len - head < 3 * TREE_BYTES)
		return;
	removed->announced = last;
	memcpy(removed->announced_chain, head + sizeof(key) - 1, 2 * TREE_BYTES);
}

static bool has_announced_chain(const struct verify_removed *removed)
{
	char hex[2 * TREE_BYTES + 1];

	for (int i = 0; i < TREE_BYTES; i++)
		snprintf(hex + 2 * i, 3, "%02x", removed->chain[i]);
	return !strcmp(hex, removed->announced_chain);
}

enum kakou_err verify_removed_end(const struct verify_removed *removed, struct why *why)
{
	if (removed->to > removed->announced)
		return why_set(why, KAKOU_E_INVALID,
			       "events %lld to %lld are missing: the record does not say "
			       "that it removed them",
			       (long long)removed->announced + 1, (long long)removed->to);
	if (removed->met != removed->kept)
		return why_set(why, KAKOU_E_INVALID,
			       "%lld events are left up to %lld, under its tree are %lld",
			       (long long)removed->met, (long long)removed->to,
			       (long long)removed->kept);
	/* The chain begins anew there; of a range that is going only its end is named. */
	if (removed->to > 0 && removed->to == removed->announced &&
	    !has_announced_chain(removed))
		return why_set(why, KAKOU_E_INVALID,
			       "event %lld: its chain value is not the one that the "
			       "record names",
			       (long long)removed->to);
	return KAKOU_OK;
}

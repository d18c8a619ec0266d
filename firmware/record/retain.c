/* SPDX-License-Identifier: MIT */
/*
 * Which events may go, and what holds back the others.
 *
 * Layer:   firmware. Blocks on the disk.
 * Threads: the writer's.
 */
#include "firmware/record/retain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/record/checkpoint.h"

enum { LOOKS = 64 /* at checkpoints, in one go */ };

static const int64_t day_ms = INT64_C(86400000);

/* ---- age ------------------------------------------------------------------------------ */

/* Time of the first checkpoint of at least `end` events, kept in `place` for the blocks that
 * follow: a signed time, and events are never younger than it says. KAKOU_E_NOTFOUND: none says
 * it yet. */
static enum kakou_err find_time(struct store *store, const struct retain_rules *rules,
				struct retain_place *place, int64_t end, struct why *why)
{
	int64_t from = place->looked >= end ? place->looked + 1 : end;
	enum kakou_err err = KAKOU_OK;

	for (int looks = 0; !err && place->size < end; looks++) {
		struct checkpoint checkpoint;
		char *note = NULL;
		int64_t size = 0;

		if (looks == LOOKS)
			return KAKOU_E_AGAIN;
		err = store_get_checkpoint(store, from, INT64_MAX, false, &size, &note,
					   why);
		if (!err)
			err = checkpoint_read(note, strlen(note), &checkpoint, why);
		free(note);
		if (!err && (checkpoint.is_synced || rules->config.trusts_clock)) {
			place->size = size;
			place->wall_ms = checkpoint.wall_ms;
		}
		if (!err) {
			place->looked = size;
			from = size + 1;
		}
	}
	return err;
}

/* ---- passages ------------------------------------------------------------------------- */

static enum kakou_err find_first(struct store *store, const struct store_query *query,
				 int64_t *seq, int64_t *passage, struct why *why)
{
	struct store_row row;
	enum kakou_err err = store_select(store, query, why);

	*seq = 0;
	if (!err)
		err = store_next(store, &row, why);
	if (!err) {
		*seq = row.seq;
		*passage = row.passage;
	}
	store_end_select(store);
	return err == KAKOU_E_NOTFOUND ? KAKOU_OK : err;
}

/* The first passage of the present run that is not closed and was opened up to event `end`; *seq
 * is 0 without one. Passages that a restart cut off end with it. */
static enum kakou_err find_open_passage(struct store *store, int64_t removed, int64_t end,
					int64_t *seq, int64_t *passage, struct why *why)
{
	const struct store_query starts = {
		.limit = 1, .newest_first = true, .kind = event_kind_name(EVENT_STARTED)};
	struct store_query opened = {
		.before = end + 1,
		.limit = 1,
		.kind = event_kind_name(EVENT_PASSAGE_OPENED),
	};
	int64_t started = 0;
	int64_t closed = 1;
	enum kakou_err err = find_first(store, &starts, &started, passage, why);

	*seq = started > removed ? started : removed;
	while (!err && closed > 0) {
		struct store_query ends = {.limit = 1,
					   .kind = event_kind_name(EVENT_PASSAGE_CLOSED)};

		opened.after = *seq;
		err = find_first(store, &opened, seq, passage, why);
		if (err || *seq == 0)
			break;
		ends.passage = *passage;
		err = find_first(store, &ends, &closed, passage, why);
		*passage = ends.passage;
	}
	return err;
}

/* ---- the whole ------------------------------------------------------------------------ */

/* Events up to this number lie elsewhere too. */
static enum kakou_err find_custody(struct store *store, const struct retain_rules *rules,
				   int64_t *seq, struct why *holds, struct why *why)
{
	enum kakou_err err;

	if (rules->receiver_count == 0) {
		err = store_get_newest_held(store, seq, why);
		if (*seq == 0)
			why_set(holds, KAKOU_E_AGAIN,
				"no signed checkpoint is known to lie elsewhere");
		else
			why_set(holds, KAKOU_E_AGAIN,
				"the newest checkpoint that is known to lie elsewhere is "
				"of %lld events",
				(long long)*seq);
		return err;
	}
	*seq = INT64_MAX;
	for (size_t i = 0; i < rules->receiver_count; i++) {
		if (rules->receivers[i].seq >= *seq)
			continue;
		*seq = rules->receivers[i].seq;
		why_set(holds, KAKOU_E_AGAIN, "%s needs the events after %lld",
			rules->receivers[i].name, (long long)*seq);
	}
	return KAKOU_OK;
}

/* Whether the block that ends with `end` is old enough. */
static enum kakou_err check_age(struct store *store, const struct retain_rules *rules,
				struct retain_place *place, int64_t end, bool *is_old,
				struct why *holds, struct why *why)
{
	enum kakou_err err = find_time(store, rules, place, end, why);
	int64_t age_ms = place->now_ms - place->wall_ms;

	*is_old = !err && age_ms >= rules->config.days * day_ms;
	if (err == KAKOU_E_NOTFOUND)
		why_set(holds, KAKOU_E_AGAIN,
			"no signed checkpoint after event %lld says a synchronised time",
			(long long)end);
	else if (!err && !*is_old)
		why_set(holds, KAKOU_E_AGAIN,
			"event %lld is %lld days old, kept are %d days", (long long)end,
			(long long)(age_ms < 0 ? 0 : age_ms / day_ms),
			(int)rules->config.days);
	return err == KAKOU_E_NOTFOUND ? KAKOU_OK : err;
}

/* What holds for all blocks alike: the last event that may go at most. */
static enum kakou_err find_bound(struct store *store, const struct retain_rules *rules,
				 const struct retain_place *place, int64_t *bound,
				 struct why *holds, struct why *why)
{
	int64_t most = place->removed + RETAIN_BLOCKS * RETAIN_BLOCK;
	int64_t custody = 0;
	int64_t opened = 0;
	int64_t passage = 0;
	enum kakou_err err = find_custody(store, rules, &custody, holds, why);

	*bound = most < custody ? most : custody;
	if (place->newest - RETAIN_LEAST < *bound) {
		*bound = place->newest - RETAIN_LEAST;
		why_set(holds, KAKOU_E_AGAIN, "the newest %d events always stay",
			RETAIN_LEAST);
	}
	if (!err)
		err = find_open_passage(store, place->removed, *bound, &opened, &passage,
					why);
	if (!err && opened > 0) {
		*bound = opened - 1;
		why_set(holds, KAKOU_E_AGAIN, "passage %lld is not closed yet",
			(long long)passage);
	}
	return err;
}

enum kakou_err retain_find(struct store *store, const struct retain_rules *rules,
			   struct retain_place *place, int64_t *last, struct why *holds,
			   struct why *why)
{
	bool is_old = true;
	int64_t bound = 0;
	enum kakou_err err;

	*last = place->removed;
	why_set(holds, KAKOU_OK, "%s", "");
	if (rules->config.days == 0)
		return KAKOU_OK;
	if (!place->is_synced && !rules->config.trusts_clock) {
		why_set(holds, KAKOU_E_AGAIN, "the clock is not synchronised");
		return KAKOU_OK;
	}
	err = find_bound(store, rules, place, &bound, holds, why);
	while (!err && is_old && *last + RETAIN_BLOCK <= bound) {
		err = check_age(store, rules, place, *last + RETAIN_BLOCK, &is_old, holds,
				why);
		if (!err && is_old)
			*last += RETAIN_BLOCK;
	}
	/* What was found is enough for one time. */
	return err == KAKOU_E_AGAIN && *last > place->removed ? KAKOU_OK : err;
}

/* ---- what the record says of it ------------------------------------------------------- */

int64_t retain_read_announced(const char *bytes, size_t len)
{
	static const char key[] = "\"last\":";
	const char *at = memmem(bytes, len, key, sizeof(key) - 1);
	const char *end = bytes + len;
	int64_t number = 0;

	if (!at)
		return 0;
	for (at += sizeof(key) - 1; at < end && *at >= '0' && *at <= '9'; at++)
		number = number * 10 + (*at - '0');
	return number;
}

enum kakou_err retain_get_announced(struct store *store, int64_t *last, int64_t *seq,
				    struct why *why)
{
	const struct store_query query = {
		.limit = 1,
		.newest_first = true,
		.kind = event_kind_name(EVENT_RANGE_REMOVED),
	};
	struct store_row row;
	enum kakou_err err = store_select(store, &query, why);

	*last = 0;
	*seq = 0;
	if (!err)
		err = store_next(store, &row, why);
	if (!err) {
		*last = retain_read_announced(row.bytes, row.len);
		*seq = row.seq;
	}
	store_end_select(store);
	return err == KAKOU_E_NOTFOUND ? KAKOU_OK : err;
}

static void add_hash(struct event *event, const char *key,
		     const unsigned char hash[TREE_BYTES])
{
	char hex[2 * TREE_BYTES + 1];

	for (int i = 0; i < TREE_BYTES; i++)
		snprintf(hex + 2 * i, 3, "%02x", hash[i]);
	event_add_text(event, key, hex);
}

static enum kakou_err get_chain(struct store *store, int64_t seq,
				unsigned char out[TREE_BYTES], struct why *why)
{
	const struct store_query query = {.after = seq - 1, .limit = 1};
	struct store_row row;
	enum kakou_err err = store_select(store, &query, why);

	if (!err)
		err = store_next(store, &row, why);
	if (!err && (row.seq != seq || row.chain_len != TREE_BYTES))
		err = why_set(why, KAKOU_E_INVALID,
			      "event %lld: missing or without a chain value",
			      (long long)seq);
	if (!err)
		memcpy(out, row.chain, TREE_BYTES);
	store_end_select(store);
	return err;
}

enum kakou_err retain_fill_event(struct store *store, const struct retain_rules *rules,
				 int64_t removed, int64_t last, struct event *out,
				 struct why *why)
{
	unsigned char chain[TREE_BYTES];
	unsigned char root[TREE_BYTES];
	struct tree tree;
	int64_t held = 0;
	enum kakou_err err = get_chain(store, last, chain, why);

	if (!err && tree_restore(&tree, last, store_fetch_node, store))
		err = why_set(why, KAKOU_E_INVALID,
			      "the tree of %lld events can't be read", (long long)last);
	if (!err && rules->receiver_count == 0)
		err = store_get_newest_held(store, &held, why);
	if (err)
		return err;
	tree_root(&tree, root);
	event_begin(out, EVENT_RANGE_REMOVED, EVENT_NO_LANE, 0);
	event_add_number(out, "first", removed + 1);
	event_add_number(out, "last", last);
	event_add_number(out, "days", rules->config.days);
	if (held > 0)
		event_add_number(out, "checkpoint", held);
	add_hash(out, "head", chain);
	add_hash(out, "root", root);
	return KAKOU_OK;
}

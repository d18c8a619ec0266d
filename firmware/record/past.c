/* SPDX-License-Identifier: MIT */
/*
 * What a start needs to know of the journal it finds.
 *
 * Layer: firmware. Blocks on the disk.
 */
#include "firmware/record/past.h"

#include <string.h>

enum {
	UNKNOWN_MAX = sizeof(((struct journal_past *)0)->unknown) /
		      sizeof(((struct journal_past *)0)->unknown[0]),
	/* Every start records what became of the lifts it finds, so that an unfinished one is
	 * never far back. */
	LIFTS_LOOKED_AT = 256,
};

static const char origin_key[] = "origin";
static const char counter_key[] = "counter_end";

enum kakou_err past_get_origin(struct store *store, char *out, size_t size,
			       struct why *why)
{
	return store_get_text(store, origin_key, out, size, why);
}

enum kakou_err past_put_origin(struct store *store, const char *origin, struct why *why)
{
	return store_put_text(store, origin_key, origin, why);
}

enum kakou_err past_get_counter_end(struct store *store, int64_t *out, struct why *why)
{
	return store_get_number(store, counter_key, out, why);
}

enum kakou_err past_put_counter_end(struct store *store, int64_t end, struct why *why)
{
	return store_put_number(store, counter_key, end, why);
}

/* ---- the tail ------------------------------------------------------------------------- */

/* The state before the first event that is looked at: the chain's beginning, or the value
 * stored with the event before, on which the rest then has to stand. */
static enum kakou_err begin_tail(struct store *store, const char *origin, int64_t newest,
				 struct audit *tail, struct why *why)
{
	struct store_query query = {.after = newest - PAST_TAIL - 1, .limit = 1};
	struct store_row row;
	enum kakou_err err;

	audit_begin(tail, origin);
	if (newest <= PAST_TAIL)
		return KAKOU_OK;
	err = store_select(store, &query, why);
	if (!err)
		err = store_next(store, &row, why);
	if (!err && (row.seq != newest - PAST_TAIL || row.chain_len != CHAIN_BYTES))
		err = why_set(why, KAKOU_E_INVALID,
			      "event %lld: missing or without a chain value",
			      (long long)(newest - PAST_TAIL));
	if (!err) {
		tail->seq = row.seq;
		memcpy(tail->chain, row.chain, sizeof(tail->chain));
	}
	store_end_select(store);
	return err;
}

static enum kakou_err walk_tail(struct store *store, struct audit *tail, struct why *why)
{
	struct store_query query = {.after = tail->seq, .limit = PAST_TAIL};
	struct store_row row;
	enum kakou_err err = store_select(store, &query, why);

	while (!err) {
		err = store_next(store, &row, why);
		if (!err)
			err = audit_row(tail, &row, why);
	}
	store_end_select(store);
	return err == KAKOU_E_NOTFOUND ? KAKOU_OK : err;
}

static enum kakou_err check_origin(struct store *store, const char *origin,
				   int64_t newest, struct why *why)
{
	char kept[CHAIN_ORIGIN_MAX + 1];
	enum kakou_err err = past_get_origin(store, kept, sizeof(kept), why);

	if (err == KAKOU_E_NOTFOUND)
		return newest == 0 ? KAKOU_OK : KAKOU_E_INVALID;
	if (!err && strcmp(kept, origin))
		return why_set(why, KAKOU_E_INVALID,
			       "the journal is of '%s', expected '%s'", kept, origin);
	return err;
}

enum kakou_err past_check_tail(struct store *store, const char *origin,
			       struct audit *tail, struct why *why)
{
	int64_t newest = 0;
	int64_t passage = 0;
	enum kakou_err err = store_get_newest(store, &newest, &passage, why);

	if (!err)
		err = check_origin(store, origin, newest, why);
	if (!err)
		err = begin_tail(store, origin, newest, tail, why);
	if (!err)
		err = walk_tail(store, tail, why);
	return err;
}

/* ---- counters ------------------------------------------------------------------------- */

/* All that was reserved before counts as used: a killed process can't say how much was. */
static enum kakou_err reserve_counters(struct store *store, uint32_t *next,
				       struct why *why)
{
	int64_t end = 0;
	enum kakou_err err = past_get_counter_end(store, &end, why);

	if (err && err != KAKOU_E_NOTFOUND)
		return err;
	if (end < 0 || end >= PAST_COUNTERS)
		return why_set(why, KAKOU_E_INVALID, "%s is %lld, expected 0 to %d",
			       counter_key, (long long)end, PAST_COUNTERS - 1);
	*next = (uint32_t)end;
	return past_put_counter_end(store, (end + PAST_RESERVE) % PAST_COUNTERS, why);
}

static enum kakou_err begin_run(struct store *store, const struct journal_config *config,
				struct journal_past *past, struct why *why)
{
	enum kakou_err err = store_begin(store, why);

	if (!err)
		err = past_put_origin(store, config->origin, why);
	if (!err)
		err = reserve_counters(store, &past->next_counter, why);
	if (!err)
		err = store_commit(store, why);
	if (err)
		store_roll_back(store);
	return err;
}

/* ---- unfinished lifts ----------------------------------------------------------------- */

static bool ends_lift(const char *kind)
{
	return !strcmp(kind, event_kind_name(EVENT_LIFT_OBSERVED)) ||
	       !strcmp(kind, event_kind_name(EVENT_LIFT_WITHDRAWN)) ||
	       !strcmp(kind, event_kind_name(EVENT_LIFT_UNKNOWN));
}

/* Whether a later event of the same passage says what became of the lift. */
static enum kakou_err is_lift_ended(struct store *store, int64_t passage, int64_t seq,
				    bool *out, struct why *why)
{
	struct store_query query = {.after = seq, .limit = -1, .passage = passage};
	struct store_row row;
	enum kakou_err err = store_select(store, &query, why);

	*out = false;
	while (!err && !*out) {
		err = store_next(store, &row, why);
		if (!err)
			*out = ends_lift(row.kind) && row.passage == passage;
	}
	store_end_select(store);
	return err == KAKOU_E_NOTFOUND ? KAKOU_OK : err;
}

static uint8_t find_lane(const struct journal_config *config, const char *name)
{
	for (size_t i = 0; name && i < config->lane_count; i++)
		if (!strcmp(config->lanes[i], name))
			return (uint8_t)i;
	return EVENT_NO_LANE;
}

struct lift {
	int64_t passage, seq;
	uint8_t lane;
};

/* The newest authorised lifts, newest first. */
static enum kakou_err list_lifts(struct store *store, const struct journal_config *config,
				 struct lift lifts[LIFTS_LOOKED_AT], size_t *count,
				 struct why *why)
{
	struct store_query query = {
		.limit = LIFTS_LOOKED_AT,
		.newest_first = true,
		.kind = event_kind_name(EVENT_LIFT_AUTHORISED),
	};
	struct store_row row;
	enum kakou_err err = store_select(store, &query, why);

	*count = 0;
	while (!err) {
		err = store_next(store, &row, why);
		if (!err)
			lifts[(*count)++] = (struct lift){
				.passage = row.passage,
				.seq = row.seq,
				.lane = find_lane(config, row.lane),
			};
	}
	store_end_select(store);
	return err == KAKOU_E_NOTFOUND ? KAKOU_OK : err;
}

/* The oldest comes first, in the order in which the record will tell of them. */
static enum kakou_err find_unknown(struct store *store,
				   const struct journal_config *config,
				   struct journal_past *past, struct why *why)
{
	struct lift lifts[LIFTS_LOOKED_AT];
	size_t count = 0;
	enum kakou_err err = list_lifts(store, config, lifts, &count, why);

	while (!err && count-- > 0) {
		bool is_ended = false;

		err = is_lift_ended(store, lifts[count].passage, lifts[count].seq,
				    &is_ended, why);
		if (err || is_ended || past->unknown_count == UNKNOWN_MAX)
			continue;
		past->unknown[past->unknown_count].passage = lifts[count].passage;
		past->unknown[past->unknown_count].authorised_seq = lifts[count].seq;
		past->unknown[past->unknown_count].lane = lifts[count].lane;
		past->unknown_count++;
	}
	return err;
}

/* ---- locked lanes and arms, lanes that were turned ------------------------------------- */

/* The direction an event says is in force; '\0' when it says none. Quotes within a text are escaped
 * there, so that none looks like this key. */
static char read_direction(const struct store_row *row)
{
	static const char key[] = "\"to\":\"";
	const char *at = memmem(row->bytes, row->len, key, sizeof(key) - 1);
	char direction = at ? at[sizeof(key) - 1] : '\0'; /* it ends with "}" at least */

	return direction == 'I' || direction == 'E' ? direction : '\0';
}

/* The newest event of this kind and lane, 0 = none, and what it says of a direction. */
static enum kakou_err find_newest(struct store *store, enum event_kind kind,
				  const char *lane, int64_t *seq, char *direction,
				  struct why *why)
{
	struct store_query query = {.limit = 1,
				    .newest_first = true,
				    .kind = event_kind_name(kind),
				    .lane = lane};
	struct store_row row;
	enum kakou_err err = store_select(store, &query, why);

	*seq = 0;
	*direction = '\0';
	if (!err)
		err = store_next(store, &row, why);
	if (!err) {
		*seq = row.seq;
		*direction = read_direction(&row);
	}
	store_end_select(store);
	return err == KAKOU_E_NOTFOUND ? KAKOU_OK : err;
}

static enum kakou_err find_directions(struct store *store,
				      const struct journal_config *config,
				      struct journal_past *past, struct why *why)
{
	enum kakou_err err = KAKOU_OK;

	for (size_t i = 0; i < config->lane_count && !err; i++) {
		int64_t turned, withdrawn = 0;
		char to, stays = '\0';

		err = find_newest(store, EVENT_LANE_TURNED, config->lanes[i], &turned,
				  &to, why);
		if (!err)
			err = find_newest(store, EVENT_LANE_TURN_WITHDRAWN,
					  config->lanes[i], &withdrawn, &stays, why);
		if (!err)
			past->directions[i] = withdrawn > turned ? stays : to;
	}
	return err;
}

/* The lanes, as bits, whose newest event of the two kinds is `on`. */
static enum kakou_err find_locked(struct store *store,
				  const struct journal_config *config, enum event_kind on,
				  enum event_kind off, uint32_t *lanes, struct why *why)
{
	enum kakou_err err = KAKOU_OK;

	for (size_t i = 0; i < config->lane_count && !err; i++) {
		int64_t locked, opened = 0;
		char direction;

		err = find_newest(store, on, config->lanes[i], &locked, &direction, why);
		if (!err)
			err = find_newest(store, off, config->lanes[i], &opened,
					  &direction, why);
		if (!err && locked > opened)
			*lanes |= 1u << i;
	}
	return err;
}

/* ---- the whole ------------------------------------------------------------------------ */

static enum kakou_err read_last(struct store *store, int64_t last_seq,
				struct journal_past *past, struct why *why)
{
	struct store_query query = {.after = last_seq - 1, .limit = 1};
	struct store_row row;
	enum kakou_err err;

	if (last_seq == 0)
		return KAKOU_OK;
	err = store_select(store, &query, why);
	if (!err)
		err = store_next(store, &row, why);
	if (!err) {
		past->was_stopped = !strcmp(row.kind, event_kind_name(EVENT_STOPPED));
		past->last_wall_ms = row.wall_ms;
	}
	store_end_select(store);
	return err;
}

enum kakou_err past_read(struct store *store, const struct journal_config *config,
			 const struct audit *tail, struct journal_past *past,
			 struct why *why)
{
	int64_t newest = 0;
	enum kakou_err err;

	memset(past, 0, sizeof(*past));
	err = begin_run(store, config, past, why);
	if (!err)
		err = store_get_newest(store, &newest, &past->last_passage, why);
	if (!err)
		err = read_last(store, newest, past, why);
	if (!err)
		err = find_unknown(store, config, past, why);
	if (!err)
		err = find_locked(store, config, EVENT_LANE_LOCKED, EVENT_LANE_OPENED,
				  &past->locked_lanes, why);
	if (!err)
		err = find_locked(store, config, EVENT_ARM_LOCKED, EVENT_ARM_UNLOCKED,
				  &past->locked_arms, why);
	if (!err)
		err = find_directions(store, config, past, why);
	past->last_seq = tail->seq;
	return err;
}

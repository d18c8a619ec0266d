/* SPDX-License-Identifier: MIT */
/*
 * Reading of events.
 *
 * Layer:   firmware. Blocks on the disk.
 * Threads: a store belongs to one thread at a time.
 */
#include "firmware/record/store.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "firmware/record/store_inside.h"

enum kakou_err store_get_newest(struct store *store, int64_t *seq, int64_t *passage,
				struct why *why)
{
	enum kakou_err err = store_ask_number(
		store, "SELECT ifnull(max(seq), 0) FROM events", seq, why);

	if (!err)
		err = store_ask_number(store,
				       "SELECT ifnull(max(passage), 0) FROM events",
				       passage, why);
	return err;
}

/* One index leads, the other conditions (with a '+') only filter: in each index the rows lie
 * in the order of seq, so that nothing is ever sorted. */
static const char *choose_condition(const struct store_query *query)
{
	if (query->passage > 0)
		return "passage = ?3 AND (?4 IS NULL OR +kind = ?4)"
		       " AND (?5 IS NULL OR +lane = ?5)";
	if (query->kind)
		return "?3 IS NULL AND kind = ?4 AND (?5 IS NULL OR +lane = ?5)";
	if (query->lane)
		return "?3 IS NULL AND ?4 IS NULL AND lane = ?5";
	return "?3 IS NULL AND ?4 IS NULL AND ?5 IS NULL";
}

static bool bind_query(sqlite3_stmt *to, const struct store_query *query)
{
	int64_t before = query->before > 0 ? query->before : INT64_MAX;
	int code = sqlite3_bind_int64(to, 1, query->after);

	code |= sqlite3_bind_int64(to, 2, before);
	if (query->passage > 0)
		code |= sqlite3_bind_int64(to, 3, query->passage);
	code |= sqlite3_bind_text(to, 4, query->kind, -1, SQLITE_TRANSIENT);
	code |= sqlite3_bind_text(to, 5, query->lane, -1, SQLITE_TRANSIENT);
	code |= sqlite3_bind_int64(to, 6, query->limit);
	return code == SQLITE_OK;
}

enum kakou_err store_select(struct store *store, const struct store_query *query,
			    struct why *why)
{
	char sql[384];

	assert(!store->select);
	snprintf(sql, sizeof(sql),
		 "SELECT seq, kind, lane, passage, wall_ms, bytes, leaf, chain"
		 " FROM events WHERE seq > ?1 AND seq < ?2 AND %s"
		 " ORDER BY seq %s LIMIT ?6",
		 choose_condition(query), query->newest_first ? "DESC" : "ASC");
	if (sqlite3_prepare_v2(store->db, sql, -1, &store->select, NULL) != SQLITE_OK ||
	    !bind_query(store->select, query)) {
		enum kakou_err err = store_explain(store, "prepare to read", why);

		store_end_select(store);
		return err;
	}
	return KAKOU_OK;
}

static const char *column_text(sqlite3_stmt *from, int column)
{
	return (const char *)sqlite3_column_text(from, column);
}

enum kakou_err store_next(struct store *store, struct store_row *row, struct why *why)
{
	int code = sqlite3_step(store->select);
	const char *bytes;

	if (code == SQLITE_DONE)
		return KAKOU_E_NOTFOUND;
	if (code != SQLITE_ROW)
		return store_explain(store, "read events", why);
	bytes = sqlite3_column_blob(store->select, 5);
	*row = (struct store_row){
		.seq = sqlite3_column_int64(store->select, 0),
		.kind = column_text(store->select, 1),
		.lane = column_text(store->select, 2),
		.passage = sqlite3_column_int64(store->select, 3),
		.wall_ms = sqlite3_column_int64(store->select, 4),
		.bytes = bytes ? bytes : "",
		.len = (size_t)sqlite3_column_bytes(store->select, 5),
		.leaf = sqlite3_column_blob(store->select, 6),
		.leaf_len = (size_t)sqlite3_column_bytes(store->select, 6),
		.chain = sqlite3_column_blob(store->select, 7),
		.chain_len = (size_t)sqlite3_column_bytes(store->select, 7),
	};
	if (!row->kind)
		row->kind = "";
	return KAKOU_OK;
}

void store_end_select(struct store *store)
{
	sqlite3_finalize(store->select);
	store->select = NULL;
}

void store_set_deadline(struct store *store, int64_t at_ms)
{
	store->deadline_ms = at_ms;
}

enum kakou_err store_check_pages(struct store *store, struct why *why)
{
	sqlite3_stmt *statement = NULL;
	enum kakou_err err = KAKOU_OK;
	const char *text;

	if (sqlite3_prepare_v2(store->db, "PRAGMA integrity_check(1)", -1, &statement,
			       NULL) != SQLITE_OK ||
	    sqlite3_step(statement) != SQLITE_ROW) {
		err = store_explain(store, "check its pages", why);
	} else {
		text = column_text(statement, 0);
		if (!text || strcmp(text, "ok"))
			err = why_set(why, KAKOU_E_INVALID, "%s", text ? text : "?");
	}
	sqlite3_finalize(statement);
	return err;
}

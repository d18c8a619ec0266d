/* SPDX-License-Identifier: MIT */
/*
 * The nodes of the history tree and the signed checkpoints beside the events.
 *
 * Of the nodes every fourth level is stored: one row for 15 events instead of one for each,
 * and a node in between costs at most eight rows.
 *
 * Layer:   firmware. Blocks on the disk.
 * Threads: a store belongs to one thread at a time.
 */
#include "firmware/record/store.h"

#include <stdlib.h>
#include <string.h>

#include "firmware/record/store_inside.h"

enum { VERSION_WITH_TREE = 2 };

bool store_has_tree(const struct store *store)
{
	return store->version >= VERSION_WITH_TREE;
}

/* ---- nodes ---------------------------------------------------------------------------- */

enum kakou_err store_put_node(struct store *store, int level, int64_t index,
			      const unsigned char hash[TREE_BYTES], struct why *why)
{
	static const char sql[] =
		"INSERT INTO tree (level, place, hash) VALUES (?, ?, ?)";
	sqlite3_stmt *statement = NULL;
	enum kakou_err err = KAKOU_OK;
	int code = sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_bind_int(statement, 1, level);
	if (code == SQLITE_OK)
		code = sqlite3_bind_int64(statement, 2, index);
	if (code == SQLITE_OK)
		code = sqlite3_bind_blob(statement, 3, hash, TREE_BYTES, SQLITE_STATIC);
	if (code != SQLITE_OK || sqlite3_step(statement) != SQLITE_DONE)
		err = store_explain(store, "write a node of the tree", why);
	sqlite3_finalize(statement);
	return err;
}

enum kakou_err store_put_nodes(struct store *store, const struct tree *tree,
			       const struct tree_made *made, struct why *why)
{
	enum kakou_err err = KAKOU_OK;

	for (int level = STORE_TREE_STEP; level < made->count && !err;
	     level += STORE_TREE_STEP)
		err = store_put_node(store, level, (tree->size >> level) - 1,
				     made->nodes[level], why);
	return err;
}

/* A hash by one or two numbers. */
static enum kakou_err get_hash(struct store *store, const char *sql, int64_t first,
			       int64_t second, unsigned char out[TREE_BYTES],
			       struct why *why)
{
	sqlite3_stmt *statement = NULL;
	enum kakou_err err = KAKOU_OK;
	int code = sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_bind_int64(statement, 1, first);
	if (code == SQLITE_OK)
		code = sqlite3_bind_int64(statement, 2, second);
	if (code == SQLITE_OK)
		code = sqlite3_step(statement);
	if (code == SQLITE_DONE)
		err = why_set(why, KAKOU_E_NOTFOUND, "%s: lacks a hash of its tree",
			      store->path);
	else if (code != SQLITE_ROW)
		err = store_explain(store, "read its tree", why);
	else if (sqlite3_column_bytes(statement, 0) != TREE_BYTES)
		err = why_set(why, KAKOU_E_INVALID, "%s: a hash of its tree is damaged",
			      store->path);
	else
		memcpy(out, sqlite3_column_blob(statement, 0), TREE_BYTES);
	sqlite3_finalize(statement);
	return err;
}

enum kakou_err store_get_node(struct store *store, int level, int64_t index,
			      unsigned char out[TREE_BYTES], struct why *why)
{
	if (level == 0) {
		enum kakou_err err =
			get_hash(store, "SELECT leaf FROM events WHERE seq = ?1 + ?2",
				 index, 1, out, why);

		if (err != KAKOU_E_NOTFOUND)
			return err;
	}
	if (!store_has_tree(store))
		return why_set(why, KAKOU_E_NOTFOUND, "%s: has no tree", store->path);
	return get_hash(store, "SELECT hash FROM tree WHERE level = ? AND place = ?",
			level, index, out, why);
}

enum kakou_err store_fetch_node(void *arg, int level, int64_t index,
				unsigned char out[TREE_BYTES])
{
	struct store *store = arg;
	unsigned char right[TREE_BYTES];
	struct why why;
	enum kakou_err err = KAKOU_E_NOTFOUND;

	if (level % STORE_TREE_STEP == 0)
		err = store_get_node(store, level, index, out, &why);
	if (err != KAKOU_E_NOTFOUND || level == 0)
		return err;
	err = store_fetch_node(store, level - 1, 2 * index, out);
	if (!err)
		err = store_fetch_node(store, level - 1, 2 * index + 1, right);
	if (!err)
		chain_link(out, right, out);
	return err;
}

/* ---- checkpoints ---------------------------------------------------------------------- */

static enum kakou_err change_checkpoint(struct store *store, const char *sql,
					int64_t size, const char *note, struct why *why)
{
	sqlite3_stmt *statement = NULL;
	enum kakou_err err = KAKOU_OK;
	int code = sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_bind_int64(statement, 1, size);
	if (code == SQLITE_OK && note)
		code = sqlite3_bind_text(statement, 2, note, -1, SQLITE_STATIC);
	if (code != SQLITE_OK || sqlite3_step(statement) != SQLITE_DONE)
		err = store_explain(store, "write a checkpoint", why);
	sqlite3_finalize(statement);
	return err;
}

enum kakou_err store_put_checkpoint(struct store *store, int64_t size, const char *note,
				    struct why *why)
{
	return change_checkpoint(
		store, "INSERT OR REPLACE INTO checkpoints (size, note) VALUES (?, ?)",
		size, note, why);
}

static enum kakou_err replace(struct store *store, int64_t size, const char *note,
			      int64_t drop, struct why *why)
{
	enum kakou_err err = store_begin(store, why);

	if (!err)
		err = store_put_checkpoint(store, size, note, why);
	if (!err && drop > 0)
		err = change_checkpoint(store, "DELETE FROM checkpoints WHERE size = ?",
					drop, NULL, why);
	return err ? err : store_commit(store, why);
}

enum kakou_err store_replace_checkpoint(struct store *store, int64_t size,
					const char *note, int64_t drop, struct why *why)
{
	enum kakou_err err = store_run(store, "PRAGMA synchronous=NORMAL",
				       "leave a commit unsynced", why);

	store->leaves_unsynced = true;
	if (!err)
		err = replace(store, size, note, drop, why);
	store->leaves_unsynced = false;
	if (err)
		return err;
	return store_run(store, "PRAGMA synchronous=FULL", "sync commits again", why);
}

static enum kakou_err take_checkpoint(struct store *store, sqlite3_stmt *from,
				      int64_t *size, char **out, struct why *why)
{
	const char *note = (const char *)sqlite3_column_text(from, 1);

	*size = sqlite3_column_int64(from, 0);
	*out = strdup(note ? note : "");
	if (*out)
		return KAKOU_OK;
	return why_set(why, KAKOU_E_NOMEM, "%s: no memory for a checkpoint", store->path);
}

enum kakou_err store_get_checkpoint(struct store *store, int64_t from, int64_t below,
				    bool newest, int64_t *size, char **out,
				    struct why *why)
{
	static const char *const sql[] = {
		"SELECT size, note FROM checkpoints WHERE size >= ? AND size < ?"
		" ORDER BY size ASC LIMIT 1",
		"SELECT size, note FROM checkpoints WHERE size >= ? AND size < ?"
		" ORDER BY size DESC LIMIT 1",
	};
	sqlite3_stmt *statement = NULL;
	enum kakou_err err;
	int code;

	if (!store_has_tree(store))
		return why_set(why, KAKOU_E_NOTFOUND, "%s: has no checkpoints",
			       store->path);
	code = sqlite3_prepare_v2(store->db, sql[newest], -1, &statement, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_bind_int64(statement, 1, from);
	if (code == SQLITE_OK)
		code = sqlite3_bind_int64(statement, 2, below);
	if (code == SQLITE_OK)
		code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		err = take_checkpoint(store, statement, size, out, why);
	else if (code == SQLITE_DONE)
		err = why_set(why, KAKOU_E_NOTFOUND, "%s: has no checkpoint yet",
			      store->path);
	else
		err = store_explain(store, "read its checkpoints", why);
	sqlite3_finalize(statement);
	return err;
}

/* SPDX-License-Identifier: MIT */
/*
 * What retention removed and what stays of it: the runs with the chain value after each, the
 * nodes of the tree, and the sizes of checkpoints that lie elsewhere.
 *
 * Layer:   firmware. Blocks on the disk.
 * Threads: a store belongs to one thread at a time.
 */
#include "firmware/record/store.h"

#include <string.h>

#include "firmware/record/store_inside.h"

enum { VERSION_WITH_REMOVED = 3, NUMBERS_MAX = 4 };

static const char removed_key[] = "removed_to";

static bool has_removed(const struct store *store)
{
	return store->version >= VERSION_WITH_REMOVED;
}

/* A statement with numbers for its parameters; the caller finalizes it. */
static enum kakou_err prepare(struct store *store, const char *sql,
			      const int64_t numbers[NUMBERS_MAX], int count,
			      sqlite3_stmt **out, struct why *why)
{
	int code = sqlite3_prepare_v2(store->db, sql, -1, out, NULL);

	for (int i = 0; i < count && code == SQLITE_OK; i++)
		code = sqlite3_bind_int64(*out, i + 1, numbers[i]);
	return code == SQLITE_OK ? KAKOU_OK
				 : store_explain(store, "prepare a statement", why);
}

/* Runs it to its end, or to its first row. */
static enum kakou_err step(struct store *store, sqlite3_stmt *statement, bool *has_row,
			   struct why *why)
{
	int code = sqlite3_step(statement);

	*has_row = code == SQLITE_ROW;
	if (code == SQLITE_ROW || code == SQLITE_DONE)
		return KAKOU_OK;
	return store_explain(store, "look after what was removed", why);
}

static enum kakou_err change(struct store *store, const char *sql,
			     const int64_t numbers[NUMBERS_MAX], int count,
			     const unsigned char *hash, struct why *why)
{
	sqlite3_stmt *statement = NULL;
	bool has_row;
	enum kakou_err err = prepare(store, sql, numbers, count, &statement, why);

	if (!err && hash &&
	    sqlite3_bind_blob(statement, count + 1, hash, TREE_BYTES, SQLITE_STATIC) !=
		    SQLITE_OK)
		err = store_explain(store, "prepare a statement", why);
	if (!err)
		err = step(store, statement, &has_row, why);
	sqlite3_finalize(statement);
	return err;
}

/* The first column of the first row; KAKOU_E_NOTFOUND without one. */
static enum kakou_err ask(struct store *store, const char *sql,
			  const int64_t numbers[NUMBERS_MAX], int count, int64_t *out,
			  struct why *why)
{
	sqlite3_stmt *statement = NULL;
	bool has_row = false;
	enum kakou_err err = prepare(store, sql, numbers, count, &statement, why);

	if (!err)
		err = step(store, statement, &has_row, why);
	if (!err && has_row)
		*out = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return err || has_row ? err : KAKOU_E_NOTFOUND;
}

static bool take_hash(sqlite3_stmt *from, int column, unsigned char out[TREE_BYTES])
{
	if (sqlite3_column_bytes(from, column) != TREE_BYTES)
		return false;
	memcpy(out, sqlite3_column_blob(from, column), TREE_BYTES);
	return true;
}

/* ---- runs ----------------------------------------------------------------------------- */

enum kakou_err store_get_run(struct store *store, int64_t from, struct store_run *out,
			     struct why *why)
{
	static const char sql[] = "SELECT first, last, chain FROM removed"
				  " WHERE first >= ? ORDER BY first LIMIT 1";
	const int64_t numbers[NUMBERS_MAX] = {from};
	sqlite3_stmt *statement = NULL;
	bool has_row = false;
	enum kakou_err err;

	if (!has_removed(store))
		return KAKOU_E_NOTFOUND;
	err = prepare(store, sql, numbers, 1, &statement, why);
	if (!err)
		err = step(store, statement, &has_row, why);
	if (!err && has_row) {
		out->first = sqlite3_column_int64(statement, 0);
		out->last = sqlite3_column_int64(statement, 1);
		if (!take_hash(statement, 2, out->chain) || out->last < out->first)
			err = why_set(why, KAKOU_E_INVALID,
				      "events from %lld on: what says that they were "
				      "removed is damaged",
				      (long long)out->first);
	}
	sqlite3_finalize(statement);
	return err || has_row ? err : KAKOU_E_NOTFOUND;
}

enum kakou_err store_get_removed_to(struct store *store, int64_t *out, struct why *why)
{
	enum kakou_err err = store_get_number(store, removed_key, out, why);

	if (err == KAKOU_E_NOTFOUND)
		*out = 0;
	return err == KAKOU_E_NOTFOUND ? KAKOU_OK : err;
}

enum kakou_err store_put_removed_to(struct store *store, int64_t seq, struct why *why)
{
	return store_put_number(store, removed_key, seq, why);
}

enum kakou_err store_put_run(struct store *store, const struct store_run *run,
			     struct why *why)
{
	static const char last_run[] =
		"SELECT first FROM removed WHERE first < ?1 AND last = ?1 - 1"
		" ORDER BY first DESC LIMIT 1";
	const int64_t after[NUMBERS_MAX] = {run->first};
	int64_t numbers[NUMBERS_MAX] = {run->first, run->last};
	enum kakou_err err = ask(store, last_run, after, 1, &numbers[0], why);

	if (err && err != KAKOU_E_NOTFOUND)
		return err;
	return change(store,
		      "INSERT OR REPLACE INTO removed (first, last, chain)"
		      " VALUES (?, ?, ?)",
		      numbers, 2, run->chain, why);
}

enum kakou_err store_remove_run(struct store *store, const struct store_run *run,
				struct why *why)
{
	const int64_t numbers[NUMBERS_MAX] = {run->first, run->last};
	enum kakou_err err =
		change(store, "DELETE FROM events WHERE seq >= ? AND seq <= ?", numbers,
		       2, NULL, why);

	if (err)
		return err;
	return change(store, "DELETE FROM checkpoints WHERE size >= ? AND size <= ?",
		      numbers, 2, NULL, why);
}

/* ---- nodes ---------------------------------------------------------------------------- */

enum kakou_err store_put_leaf(struct store *store, int64_t seq,
			      const unsigned char leaf[TREE_BYTES], struct why *why)
{
	return store_put_node(store, 0, seq - 1, leaf, why);
}

static void find_places(int level, int above, int64_t index, int64_t out[NUMBERS_MAX])
{
	out[0] = level;
	out[1] = index << (above - level);
	out[2] = (index + 1) << (above - level);
}

enum kakou_err store_has_nodes(struct store *store, int level, int above, int64_t index,
			       bool *out, struct why *why)
{
	int64_t numbers[NUMBERS_MAX];
	int64_t found;
	enum kakou_err err;

	find_places(level, above, index, numbers);
	err = ask(store,
		  "SELECT 1 FROM tree WHERE level = ? AND place >= ? AND place < ?"
		  " LIMIT 1",
		  numbers, 3, &found, why);
	*out = !err;
	return err == KAKOU_E_NOTFOUND ? KAKOU_OK : err;
}

enum kakou_err store_remove_nodes(struct store *store, int level, int above,
				  int64_t index, struct why *why)
{
	int64_t numbers[NUMBERS_MAX];

	find_places(level, above, index, numbers);
	return change(store,
		      "DELETE FROM tree WHERE level = ? AND place >= ? AND place < ?",
		      numbers, 3, NULL, why);
}

static enum kakou_err next_of_level(struct store *store, int64_t to, int level,
				    int64_t *index, unsigned char out[TREE_BYTES],
				    struct why *why)
{
	const int64_t numbers[NUMBERS_MAX] = {level, *index, to >> level};
	sqlite3_stmt *statement = NULL;
	bool has_row = false;
	enum kakou_err err =
		prepare(store,
			"SELECT place, hash FROM tree WHERE level = ? AND place > ?"
			" AND place < ? ORDER BY place LIMIT 1",
			numbers, 3, &statement, why);

	if (!err)
		err = step(store, statement, &has_row, why);
	if (!err && has_row) {
		*index = sqlite3_column_int64(statement, 0);
		if (!take_hash(statement, 1, out))
			err = why_set(why, KAKOU_E_INVALID,
				      "%s: a hash of its tree is damaged", store->path);
	}
	sqlite3_finalize(statement);
	return err || has_row ? err : KAKOU_E_NOTFOUND;
}

enum kakou_err store_next_node(struct store *store, int64_t to, int *level,
			       int64_t *index, unsigned char out[TREE_BYTES],
			       struct why *why)
{
	enum kakou_err err = KAKOU_E_NOTFOUND;

	if (*level < 0)
		*level = 0;
	for (; err == KAKOU_E_NOTFOUND && *level < TREE_LEVELS;
	     *level += STORE_TREE_STEP, *index = -1) {
		err = next_of_level(store, to, *level, index, out, why);
		if (err != KAKOU_E_NOTFOUND)
			return err;
	}
	return KAKOU_E_NOTFOUND;
}

/* ---- checkpoints that lie elsewhere --------------------------------------------------- */

enum kakou_err store_put_held(struct store *store, int64_t size, int64_t event,
			      struct why *why)
{
	const int64_t numbers[NUMBERS_MAX] = {size, event};

	return change(store, "INSERT OR REPLACE INTO held (size, event) VALUES (?, ?)",
		      numbers, 2, NULL, why);
}

enum kakou_err store_get_held(struct store *store, int64_t from, int64_t *size,
			      struct why *why)
{
	const int64_t numbers[NUMBERS_MAX] = {from};

	return ask(store, "SELECT size FROM held WHERE size >= ? ORDER BY size LIMIT 1",
		   numbers, 1, size, why);
}

enum kakou_err store_get_newest_held(struct store *store, int64_t *size, struct why *why)
{
	return store_ask_number(store, "SELECT ifnull(max(size), 0) FROM held", size,
				why);
}

enum kakou_err store_drop_held(struct store *store, int64_t from, int64_t below,
			       struct why *why)
{
	const int64_t numbers[NUMBERS_MAX] = {from, below};

	return change(store, "DELETE FROM held WHERE size >= ? AND size < ?", numbers, 2,
		      NULL, why);
}

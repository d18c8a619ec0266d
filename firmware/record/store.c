/* SPDX-License-Identifier: MIT */
/*
 * A connection: errors, transactions, writing, small facts.
 *
 * Layer:   firmware. Blocks on the disk.
 * Threads: a store belongs to one thread at a time.
 */
#include "firmware/record/store.h"

#include <string.h>

#include "firmware/record/store_inside.h"
#include "hal/text.h"

enum {
	SECTOR_BYTES = 4096, /* as SQLite takes it */
	/* Of a log in the file: https://www.sqlite.org/fileformat2.html, section 4.1. */
	LOG_HEAD_BYTES = 32,
	FRAME_HEAD_BYTES = 24,
};

/* ---- errors --------------------------------------------------------------------------- */

static enum kakou_err classify(int code)
{
	switch (code & 0xFF) {
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_CONSTRAINT:
	case SQLITE_SCHEMA:
	case SQLITE_ERROR: return KAKOU_E_INVALID;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_PERM:
	case SQLITE_AUTH:
	case SQLITE_READONLY: return KAKOU_E_DENIED;
	case SQLITE_FULL: return KAKOU_E_FULL;
	case SQLITE_NOMEM: return KAKOU_E_NOMEM;
	case SQLITE_INTERRUPT: return KAKOU_E_TIMEOUT;
	default: return KAKOU_E_IO;
	}
}

enum kakou_err store_explain(struct store *store, const char *what, struct why *why)
{
	int code = store->db ? sqlite3_extended_errcode(store->db) : SQLITE_NOMEM;
	int cause = store->db ? sqlite3_system_errno(store->db) : 0;
	bool is_io = (code & 0xFF) == SQLITE_IOERR || (code & 0xFF) == SQLITE_CANTOPEN;

	return why_set(why, classify(code), "%s: can't %s: %s (SQLite %d)%s%s",
		       store->path, what,
		       store->db ? sqlite3_errmsg(store->db) : "no memory", code,
		       is_io && cause ? ": " : "", is_io && cause ? strerror(cause) : "");
}

enum kakou_err store_run(struct store *store, const char *sql, const char *what,
			 struct why *why)
{
	if (sqlite3_exec(store->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return store_explain(store, what, why);
	return KAKOU_OK;
}

enum kakou_err store_ask_number(struct store *store, const char *sql, int64_t *out,
				struct why *why)
{
	sqlite3_stmt *statement = NULL;
	enum kakou_err err = KAKOU_OK;

	if (sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL) != SQLITE_OK ||
	    sqlite3_step(statement) != SQLITE_ROW)
		err = store_explain(store, "read", why);
	else
		*out = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return err;
}

/* ---- writing -------------------------------------------------------------------------- */

enum kakou_err store_begin(struct store *store, struct why *why)
{
	return store_run(store, "BEGIN IMMEDIATE", "begin", why);
}

enum kakou_err store_commit(struct store *store, struct why *why)
{
	enum kakou_err err = store_run(store, "COMMIT", "commit", why);

	if (!err && !store->leaves_unsynced)
		store->log.synced = store->log.pages;
	return err;
}

void store_roll_back(struct store *store)
{
	/* After some failures SQLite has rolled back by itself. */
	if (!sqlite3_get_autocommit(store->db))
		(void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
}

static bool bind_row(sqlite3_stmt *to, const struct store_row *row)
{
	int code = sqlite3_bind_int64(to, 1, row->seq);

	code |= sqlite3_bind_text(to, 2, row->kind, -1, SQLITE_STATIC);
	code |= row->lane ? sqlite3_bind_text(to, 3, row->lane, -1, SQLITE_STATIC)
			  : sqlite3_bind_null(to, 3);
	code |= sqlite3_bind_int64(to, 4, row->passage);
	code |= sqlite3_bind_int64(to, 5, row->wall_ms);
	code |= sqlite3_bind_blob(to, 6, row->bytes, (int)row->len, SQLITE_STATIC);
	code |= sqlite3_bind_blob(to, 7, row->leaf, (int)row->leaf_len, SQLITE_STATIC);
	code |= sqlite3_bind_blob(to, 8, row->chain, (int)row->chain_len, SQLITE_STATIC);
	return code == SQLITE_OK;
}

enum kakou_err store_insert(struct store *store, const struct store_row *row,
			    struct why *why)
{
	static const char sql[] = "INSERT INTO events (seq, kind, lane, passage, wall_ms,"
				  " bytes, leaf, chain) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
	enum kakou_err err = KAKOU_OK;

	if (!store->insert &&
	    sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
			       &store->insert, NULL) != SQLITE_OK)
		return store_explain(store, "prepare to write", why);
	if (!bind_row(store->insert, row) || sqlite3_step(store->insert) != SQLITE_DONE)
		err = store_explain(store, "write an event", why);
	sqlite3_reset(store->insert);
	sqlite3_clear_bindings(store->insert);
	return err;
}

int32_t store_count_wal_pages(const struct store *store)
{
	return store->wal_pages;
}

enum kakou_err store_checkpoint(struct store *store, struct why *why)
{
	int in_log = 0;
	int moved = 0;
	int code = sqlite3_wal_checkpoint_v2(store->db, "main", SQLITE_CHECKPOINT_PASSIVE,
					     &in_log, &moved);

	if (code != SQLITE_OK && code != SQLITE_BUSY)
		return store_explain(store, "move the log into the file", why);
	store->wal_pages = in_log > moved ? in_log - moved : 0;
	store->log.synced = store->log.pages;
	return KAKOU_OK;
}

struct store_log store_get_log(const struct store *store)
{
	return store->log;
}

void store_set_log(struct store *store, struct store_log log)
{
	store->log = log;
}

static int write_again(sqlite3_file *log, int64_t from, int64_t to)
{
	unsigned char bytes[SECTOR_BYTES];
	int code = SQLITE_OK;

	while (from < to && code == SQLITE_OK) {
		int len = to - from < SECTOR_BYTES ? (int)(to - from) : SECTOR_BYTES;

		code = log->pMethods->xRead(log, bytes, len, from);
		if (code == SQLITE_OK)
			code = log->pMethods->xWrite(log, bytes, len, from);
		from += len;
	}
	return code == SQLITE_OK ? log->pMethods->xSync(log, SQLITE_SYNC_NORMAL) : code;
}

/* A synced commit ends with its sector (psow=0), so that none of it is written again. */
enum kakou_err store_renew_log(struct store *store, struct why *why)
{
	const struct store_log *of = &store->log;
	sqlite3_file *log = NULL;
	int64_t page_bytes = 0;
	int64_t from;
	int64_t to;
	enum kakou_err err =
		store_ask_number(store, "PRAGMA page_size", &page_bytes, why);

	if (err || of->pages <= of->synced)
		return err;
	from = LOG_HEAD_BYTES + of->synced * (FRAME_HEAD_BYTES + page_bytes);
	to = LOG_HEAD_BYTES + of->pages * (FRAME_HEAD_BYTES + page_bytes);
	if (of->synced == 0)
		from = 0;
	if (sqlite3_file_control(store->db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) !=
		    SQLITE_OK ||
	    !log || !log->pMethods ||
	    write_again(log, from - from % SECTOR_BYTES, to) != SQLITE_OK)
		return why_set(why, KAKOU_E_IO, "%s: can't write its log again",
			       store->path);
	store->log.synced = store->log.pages;
	return KAKOU_OK;
}

enum kakou_err store_restart_log(struct store *store, struct why *why)
{
	if (sqlite3_wal_checkpoint_v2(store->db, "main", SQLITE_CHECKPOINT_RESTART, NULL,
				      NULL) != SQLITE_OK)
		return store_explain(store, "begin the log anew", why);
	store->wal_pages = 0;
	store->log.synced = store->log.pages;
	return KAKOU_OK;
}

/* ---- facts ---------------------------------------------------------------------------- */

static enum kakou_err get_state(struct store *store, const char *key,
				sqlite3_stmt **statement, struct why *why)
{
	int code = sqlite3_prepare_v2(store->db, "SELECT value FROM state WHERE key = ?",
				      -1, statement, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_bind_text(*statement, 1, key, -1, SQLITE_STATIC);
	if (code == SQLITE_OK)
		code = sqlite3_step(*statement);
	if (code == SQLITE_ROW)
		return KAKOU_OK;
	if (code == SQLITE_DONE)
		return why_set(why, KAKOU_E_NOTFOUND, "%s: has no '%s'", store->path,
			       key);
	return store_explain(store, "read its state", why);
}

enum kakou_err store_get_text(struct store *store, const char *key, char *out,
			      size_t size, struct why *why)
{
	sqlite3_stmt *statement = NULL;
	enum kakou_err err = get_state(store, key, &statement, why);
	const char *text;

	if (!err) {
		text = (const char *)sqlite3_column_text(statement, 0);
		if (!text || !text_copy(out, size, text))
			err = why_set(why, KAKOU_E_INVALID,
				      "%s: '%s' is longer than %zu bytes", store->path,
				      key, size - 1);
	}
	sqlite3_finalize(statement);
	return err;
}

enum kakou_err store_get_number(struct store *store, const char *key, int64_t *out,
				struct why *why)
{
	sqlite3_stmt *statement = NULL;
	enum kakou_err err = get_state(store, key, &statement, why);

	if (!err && sqlite3_column_type(statement, 0) != SQLITE_INTEGER)
		err = why_set(why, KAKOU_E_INVALID, "%s: '%s' is not a number",
			      store->path, key);
	else if (!err)
		*out = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return err;
}

static enum kakou_err put_state(struct store *store, const char *key, const char *text,
				int64_t number, struct why *why)
{
	static const char sql[] =
		"INSERT OR REPLACE INTO state (key, value) VALUES (?, ?)";
	sqlite3_stmt *statement = NULL;
	enum kakou_err err = KAKOU_OK;
	int code = sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
	if (code == SQLITE_OK)
		code = text ? sqlite3_bind_text(statement, 2, text, -1, SQLITE_STATIC)
			    : sqlite3_bind_int64(statement, 2, number);
	if (code != SQLITE_OK || sqlite3_step(statement) != SQLITE_DONE)
		err = store_explain(store, "write its state", why);
	sqlite3_finalize(statement);
	return err;
}

enum kakou_err store_put_text(struct store *store, const char *key, const char *text,
			      struct why *why)
{
	return put_state(store, key, text, 0, why);
}

enum kakou_err store_put_number(struct store *store, const char *key, int64_t number,
				struct why *why)
{
	return put_state(store, key, NULL, number, why);
}

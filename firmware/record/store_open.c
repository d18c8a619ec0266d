/* SPDX-License-Identifier: MIT */
/*
 * Opening of a connection: schema and settings of each role.
 *
 * Layer:   firmware. Blocks on the disk.
 * Threads: a store belongs to one thread at a time.
 */
#include "firmware/record/store.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "firmware/record/store_inside.h"
#include "hal/clock.h"
#include "hal/text.h"

enum { BUSY_WAIT_MS = 500, DEADLINE_CHECK_STEPS = 200 };

/* Small caches: the newest pages are all that is ever read twice. */
static const char settings[] = "PRAGMA cache_size=-256;"
			       "PRAGMA mmap_size=0;"
			       "PRAGMA temp_store=MEMORY;"
			       "PRAGMA trusted_schema=OFF;"
			       "PRAGMA cell_size_check=ON;";

static const char writer_settings[] = "PRAGMA synchronous=FULL;"
				      "PRAGMA journal_size_limit=16777216;";

static const char copy_settings[] = "PRAGMA journal_mode=DELETE;"
				    "PRAGMA synchronous=FULL;";

static int note_wal_pages(void *arg, sqlite3 *db, const char *name, int pages)
{
	struct store *store = arg;

	(void)db;
	(void)name;
	store->wal_pages = pages;
	store->log.pages = pages;
	if (pages < store->log.synced) /* it began anew */
		store->log.synced = 0;
	return SQLITE_OK;
}

static int check_deadline(void *arg)
{
	const struct store *store = arg;

	return store->deadline_ms >= 0 && clock_mono_ms() >= store->deadline_ms;
}

static enum kakou_err use_wal(struct store *store, struct why *why)
{
	sqlite3_stmt *statement = NULL;
	enum kakou_err err = KAKOU_OK;

	if (sqlite3_prepare_v2(store->db, "PRAGMA journal_mode=WAL", -1, &statement,
			       NULL) != SQLITE_OK ||
	    sqlite3_step(statement) != SQLITE_ROW)
		err = store_explain(store, "use a write-ahead log", why);
	else if (strcmp((const char *)sqlite3_column_text(statement, 0), "wal"))
		err = why_set(why, KAKOU_E_INVALID,
			      "%s: journal mode is '%s', expected 'wal'", store->path,
			      (const char *)sqlite3_column_text(statement, 0));
	sqlite3_finalize(statement);
	return err;
}

static enum kakou_err set_up(struct store *store, enum store_role role, struct why *why)
{
	enum kakou_err err;

	sqlite3_extended_result_codes(store->db, 1);
	sqlite3_busy_timeout(store->db, BUSY_WAIT_MS);
	sqlite3_progress_handler(store->db, DEADLINE_CHECK_STEPS, check_deadline, store);
	if (role != STORE_WRITER)
		sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	err = store_run(store, settings, "set the connection up", why);
	if (!err && role == STORE_WRITER)
		err = use_wal(store, why);
	if (!err && role == STORE_WRITER)
		err = store_run(store, writer_settings, "set the writer up", why);
	if (!err && role == STORE_COPY)
		err = store_run(store, copy_settings, "set the copy up", why);
	if (!err)
		err = store_check_schema(store, role, why);
	/* Replaces the automatic checkpoint, which hides its errors and delays the commit. */
	sqlite3_wal_hook(store->db, note_wal_pages, store);
	return err;
}

/* "file:PATH?OPTIONS" with everything but plain characters escaped. */
static bool print_uri(const char *path, const char *options, char *out, size_t size)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789/._-";
	size_t room = size - strlen(options);
	size_t used = (size_t)snprintf(out, size, *path == '/' ? "file://" : "file:");

	for (; *path; path++) {
		if (used + 4 > room)
			return false;
		if (strchr(plain, *path))
			out[used++] = *path;
		else
			used += (size_t)snprintf(out + used, size - used, "%%%02X",
						 (unsigned char)*path);
	}
	memcpy(out + used, options, strlen(options) + 1);
	return true;
}

static bool has_log(const char *path)
{
	char log[STORE_PATH_BYTES + 8];
	struct stat is;

	snprintf(log, sizeof(log), "%s-wal", path);
	return !stat(log, &is) && is.st_size > 0;
}

static int open_file(const char *path, enum store_role role, sqlite3 **out)
{
	bool may_write = role == STORE_WRITER || role == STORE_COPY;
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI |
		    (may_write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);
	char uri[3 * STORE_PATH_BYTES + 32];
	const char *options = "";

	/* Writing to a sector may destroy what else it holds, which would be the end of the
	 * last commit: with this each commit ends with its sector. */
	if (role == STORE_WRITER)
		options = "?psow=0";
	/* Without a log there is nothing to recover, and SQLite must not make one. */
	if (role == STORE_EVIDENCE && !has_log(path))
		options = "?immutable=1";
	if (!print_uri(path, options, uri, sizeof(uri)))
		return SQLITE_CANTOPEN;
	return sqlite3_open_v2(uri, out, flags, NULL);
}

enum kakou_err store_open(struct store **out, const char *path, enum store_role role,
			  struct why *why)
{
	struct store *store = calloc(1, sizeof(*store));
	enum kakou_err err;
	int code;

	if (!store)
		return why_set(why, KAKOU_E_NOMEM, "%s: no memory", path);
	store->deadline_ms = -1;
	if (!text_copy(store->path, sizeof(store->path), path)) {
		free(store);
		return why_set(why, KAKOU_E_INVALID, "%s: path longer than %d bytes",
			       path, STORE_PATH_BYTES - 1);
	}
	code = open_file(path, role, &store->db);
	err = code == SQLITE_OK ? set_up(store, role, why)
				: store_explain(store, "open", why);
	if (err) {
		store_close(store);
		return err;
	}
	*out = store;
	return KAKOU_OK;
}

void store_close(struct store *store)
{
	int code;

	if (!store)
		return;
	sqlite3_finalize(store->insert);
	sqlite3_finalize(store->select);
	code = sqlite3_close(store->db);
	assert(code == SQLITE_OK);
	free(store);
}

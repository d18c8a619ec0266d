/* SPDX-License-Identifier: MIT */
/*
 * The registry's database: the connection. Layer: firmware. Blocks on the disk.
 */
#include "firmware/registry/base.h"

#include <assert.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "firmware/registry/base_inside.h"
#include "hal/text.h"

enum {
	APPLICATION_ID = 0x4B414B52, /* "KAKR" */
	SCHEMA_VERSION = 1,
	OLDEST_UNIT = 0x10000,
};

/* keys: the vehicles of orders, by what they are known by. use and in_use are this gate's own.
 * applied: what lanes said, so that the record can be read again from anywhere. */
static const char schema[] =
	"CREATE TABLE orders (number TEXT PRIMARY KEY, type INTEGER NOT NULL,"
	" state INTEGER NOT NULL, direction TEXT NOT NULL, code TEXT NOT NULL,"
	" json TEXT NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE keys (number TEXT NOT NULL, who TEXT NOT NULL, plate TEXT,"
	" folded TEXT, tag TEXT, card TEXT, use INTEGER NOT NULL DEFAULT 0,"
	" in_use INTEGER NOT NULL DEFAULT 0, passage INTEGER NOT NULL DEFAULT 0,"
	" PRIMARY KEY (number, who)) STRICT, WITHOUT ROWID;"
	"CREATE INDEX keys_by_plate ON keys (plate) WHERE plate IS NOT NULL;"
	"CREATE INDEX keys_by_folded ON keys (folded) WHERE folded IS NOT NULL;"
	"CREATE INDEX keys_by_tag ON keys (tag) WHERE tag IS NOT NULL;"
	"CREATE INDEX keys_by_card ON keys (card) WHERE card IS NOT NULL;"
	"CREATE INDEX keys_in_use ON keys (in_use) WHERE in_use = 1;"
	"CREATE TABLE vehicles (plate TEXT PRIMARY KEY, tag TEXT, card TEXT,"
	" json TEXT NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE INDEX vehicles_by_tag ON vehicles (tag) WHERE tag IS NOT NULL;"
	"CREATE INDEX vehicles_by_card ON vehicles (card) WHERE card IS NOT NULL;"
	"CREATE TABLE staged_orders (number TEXT PRIMARY KEY, type INTEGER NOT NULL,"
	" state INTEGER NOT NULL, direction TEXT NOT NULL, code TEXT NOT NULL,"
	" json TEXT NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE staged_keys (number TEXT NOT NULL, who TEXT NOT NULL, plate TEXT,"
	" folded TEXT, tag TEXT, card TEXT, PRIMARY KEY (number, who))"
	" STRICT, WITHOUT ROWID;"
	"CREATE TABLE staged_vehicles (plate TEXT PRIMARY KEY, tag TEXT, card TEXT,"
	" json TEXT NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE pushed_orders (number TEXT PRIMARY KEY, type INTEGER NOT NULL,"
	" state INTEGER NOT NULL, direction TEXT NOT NULL, code TEXT NOT NULL,"
	" json TEXT NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE pushed_keys (number TEXT NOT NULL, who TEXT NOT NULL, plate TEXT,"
	" folded TEXT, tag TEXT, card TEXT, PRIMARY KEY (number, who))"
	" STRICT, WITHOUT ROWID;"
	"CREATE TABLE pushed_vehicles (plate TEXT PRIMARY KEY, tag TEXT, card TEXT,"
	" json TEXT NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE tares (plate TEXT PRIMARY KEY, weights TEXT NOT NULL,"
	" count INTEGER NOT NULL, at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE offline (passage INTEGER PRIMARY KEY, number TEXT NOT NULL,"
	" lane TEXT NOT NULL, plate TEXT NOT NULL, age_ms INTEGER NOT NULL,"
	" cleared_ms INTEGER NOT NULL, state TEXT NOT NULL, by TEXT, reason TEXT,"
	" settled_ms INTEGER) STRICT;"
	"CREATE TABLE applied (passage INTEGER NOT NULL, nth INTEGER NOT NULL,"
	" PRIMARY KEY (passage, nth)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE facts (key TEXT PRIMARY KEY, value INTEGER NOT NULL)"
	" STRICT, WITHOUT ROWID;"
	"PRAGMA application_id=0x4B414B52;"
	"PRAGMA user_version=1;";

/* The cache holds what one look-up needs many times over; the rest is the kernel's. */
static const char settings[] = "PRAGMA journal_mode=WAL;"
			       "PRAGMA synchronous=FULL;"
			       "PRAGMA cache_size=-1024;"
			       "PRAGMA mmap_size=0;"
			       "PRAGMA temp_store=FILE;"
			       "PRAGMA trusted_schema=OFF;"
			       "PRAGMA cell_size_check=ON;"
			       "PRAGMA journal_size_limit=16777216;";

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
	case SQLITE_READONLY: return KAKOU_E_DENIED;
	case SQLITE_FULL: return KAKOU_E_FULL;
	case SQLITE_NOMEM: return KAKOU_E_NOMEM;
	default: return KAKOU_E_IO;
	}
}

enum kakou_err base_explain(struct base *base, const char *what, struct why *why)
{
	int code = base->db ? sqlite3_extended_errcode(base->db) : SQLITE_NOMEM;

	return why_set(why, classify(code), "%s: can't %s: %s (SQLite %d)", base->path,
		       what, base->db ? sqlite3_errmsg(base->db) : "no memory", code);
}

enum kakou_err base_run(struct base *base, const char *sql, struct why *why)
{
	if (sqlite3_exec(base->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return base_explain(base, "write", why);
	return KAKOU_OK;
}

static int bind_one(sqlite3_stmt *to, int place, char type, va_list *args)
{
	const char *text;

	if (type == 'n')
		return sqlite3_bind_int64(to, place, va_arg(*args, int64_t));
	text = va_arg(*args, const char *);
	return text && text[0] ? sqlite3_bind_text(to, place, text, -1, SQLITE_TRANSIENT)
			       : sqlite3_bind_null(to, place);
}

sqlite3_stmt *base_prepare(struct base *base, const char *sql, const char *types, ...)
{
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(base->db, sql, -1, &statement, NULL);
	va_list args;

	va_start(args, types);
	for (int i = 0; code == SQLITE_OK && types[i]; i++)
		code = bind_one(statement, i + 1, types[i], &args);
	va_end(args);
	if (code == SQLITE_OK)
		return statement;
	sqlite3_finalize(statement);
	return NULL;
}

enum kakou_err base_finish(struct base *base, sqlite3_stmt *statement, struct why *why)
{
	enum kakou_err err = KAKOU_OK;

	if (!statement || sqlite3_step(statement) != SQLITE_DONE)
		err = base_explain(base, "write", why);
	sqlite3_finalize(statement);
	return err;
}

enum kakou_err base_ask(struct base *base, sqlite3_stmt *statement, int64_t *out,
			struct why *why)
{
	int code = statement ? sqlite3_step(statement) : SQLITE_ERROR;
	enum kakou_err err = KAKOU_OK;

	*out = 0;
	if (code == SQLITE_ROW)
		*out = sqlite3_column_int64(statement, 0);
	else if (code != SQLITE_DONE)
		err = base_explain(base, "read", why);
	sqlite3_finalize(statement);
	return err;
}

const char *base_text(sqlite3_stmt *statement, int column)
{
	const char *text = (const char *)sqlite3_column_text(statement, column);

	return text ? text : "";
}

enum kakou_err base_begin(struct base *base, struct why *why)
{
	return base_run(base, "BEGIN IMMEDIATE", why);
}

enum kakou_err base_commit(struct base *base, struct why *why)
{
	return base_run(base, "COMMIT", why);
}

void base_roll_back(struct base *base)
{
	/* After some failures SQLite has rolled back by itself. */
	if (!sqlite3_get_autocommit(base->db))
		(void)sqlite3_exec(base->db, "ROLLBACK", NULL, NULL, NULL);
}

enum kakou_err base_count(struct base *base, enum base_what what, int64_t *out,
			  struct why *why)
{
	return base_ask(base,
			base_prepare(base,
				     what == BASE_ORDERS ? "SELECT count(*) FROM orders"
							 : "SELECT count(*) FROM "
							   "vehicles",
				     ""),
			out, why);
}

enum kakou_err base_get_cursor(struct base *base, int64_t *seq, struct why *why)
{
	return base_ask(
		base,
		base_prepare(base, "SELECT value FROM facts WHERE key='record'", ""), seq,
		why);
}

/* What lanes said long ago is not asked for again. */
enum kakou_err base_put_cursor(struct base *base, int64_t seq, struct why *why)
{
	enum kakou_err err = base_finish(
		base,
		base_prepare(base,
			     "INSERT INTO facts VALUES ('record', ?)"
			     " ON CONFLICT (key) DO UPDATE SET value=excluded.value",
			     "n", seq),
		why);

	if (err)
		return err;
	return base_run(base,
			"DELETE FROM applied WHERE passage <"
			" (SELECT max(passage) FROM applied) - 1000",
			why);
}

/* ---- opening --------------------------------------------------------------------------- */

static enum kakou_err make_schema(struct base *base, struct why *why)
{
	enum kakou_err err = base_begin(base, why);

	if (!err)
		err = base_run(base, schema, why);
	if (!err)
		err = base_commit(base, why);
	if (err)
		base_roll_back(base);
	return err;
}

/* After an update that went back the base may be newer: its upper half then says from which
 * version on a kakoud may use it, as in a journal (record/store_schema.c). */
static bool may_use(int64_t version)
{
	int64_t oldest = version / OLDEST_UNIT;

	return version % OLDEST_UNIT == SCHEMA_VERSION ||
	       (version % OLDEST_UNIT > SCHEMA_VERSION && oldest > 0 &&
		oldest <= SCHEMA_VERSION);
}

static enum kakou_err check_schema(struct base *base, struct why *why)
{
	int64_t id = 0, version = 0, tables = 0;
	enum kakou_err err =
		base_ask(base, base_prepare(base, "PRAGMA application_id", ""), &id, why);

	if (!err)
		err = base_ask(base, base_prepare(base, "PRAGMA user_version", ""),
			       &version, why);
	if (!err)
		err = base_ask(
			base,
			base_prepare(base, "SELECT count(*) FROM sqlite_schema", ""),
			&tables, why);
	if (err)
		return err;
	if (id == 0 && version == 0 && tables == 0)
		return make_schema(base, why);
	if (id == APPLICATION_ID && may_use(version))
		return KAKOU_OK;
	return why_set(why, KAKOU_E_INVALID,
		       "%s: application id 0x%llx, schema %lld, expected a registry's "
		       "0x%x and %d",
		       base->path, (unsigned long long)id,
		       (long long)(version % OLDEST_UNIT), APPLICATION_ID,
		       SCHEMA_VERSION);
}

/* SQLite makes files that others of the group may read; this one nobody else may. */
static enum kakou_err make_private(const char *path, struct why *why)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return why_set(why, KAKOU_E_IO, "%s: can't open it", path);
	close(fd);
	return KAKOU_OK;
}

enum kakou_err base_open(struct base **out, const char *path, const struct site *site,
			 struct why *why)
{
	struct base *base = calloc(1, sizeof(*base));
	enum kakou_err err;

	if (!base)
		return why_set(why, KAKOU_E_NOMEM, "%s: no memory", path);
	base->site = site;
	if (!text_copy(base->path, sizeof(base->path), path)) {
		free(base);
		return why_set(why, KAKOU_E_INVALID, "%s: path longer than %d bytes",
			       path, BASE_PATH_BYTES - 1);
	}
	err = make_private(path, why);
	if (!err &&
	    sqlite3_open_v2(path, &base->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
			    NULL) != SQLITE_OK)
		err = base_explain(base, "open", why);
	if (!err) {
		sqlite3_extended_result_codes(base->db, 1);
		err = base_run(base, settings, why);
	}
	if (!err)
		err = check_schema(base, why);
	if (!err)
		err = base_stage_clear(base, AREA_IMPORT, why);
	if (!err)
		err = base_stage_clear(base, AREA_PUSH, why);
	if (err) {
		base_close(base);
		return err;
	}
	*out = base;
	return KAKOU_OK;
}

void base_close(struct base *base)
{
	int code;

	if (!base)
		return;
	code = sqlite3_close(base->db);
	assert(code == SQLITE_OK);
	free(base);
}

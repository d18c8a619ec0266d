/* SPDX-License-Identifier: MIT */
/*
 * Search: the database itself. Layer: firmware. Threads: the search thread's.
 *
 * A power cut may cost the newest of it (synchronous NORMAL under WAL), never its consistency;
 * what is missing is read from the record again.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "firmware/console/search_inside.h"
#include "hal/clock.h"
#include "hal/file.h"
#include "hal/log.h"
#include "hal/text.h"

enum { VERSION = 3, TRIM_EACH = 200, BUSY_STEPS = 1000 };

static const char schema[] =
	"CREATE TABLE state (key TEXT PRIMARY KEY, value ANY) WITHOUT ROWID;"
	"CREATE TABLE passages (passage INTEGER PRIMARY KEY, lane TEXT, direction TEXT,"
	" opened_ms INTEGER, is_open INTEGER DEFAULT 1, plate TEXT, verdict TEXT, "
	"decided_by TEXT,"
	" reason TEXT, hold TEXT, lift TEXT, outcome TEXT, order_no TEXT, officer TEXT,"
	" gross_g INTEGER, gather_ms INTEGER, ask_ms INTEGER, record_ms INTEGER,"
	" lift_ms INTEGER, leave_ms INTEGER, own_ms INTEGER);"
	"CREATE INDEX passages_by_time ON passages (opened_ms);"
	"CREATE INDEX passages_by_lane ON passages (lane);"
	"CREATE INDEX passages_by_verdict ON passages (verdict);"
	"CREATE INDEX passages_by_outcome ON passages (outcome);"
	"CREATE TABLE terms (kind TEXT, term TEXT, passage INTEGER,"
	" PRIMARY KEY (kind, term, passage)) WITHOUT ROWID;"
	"CREATE INDEX terms_by_passage ON terms (passage);"
	"CREATE TABLE reads (day INTEGER, device TEXT, state TEXT, count INTEGER,"
	" PRIMARY KEY (day, device, state)) WITHOUT ROWID;"
	"CREATE TABLE alarms (seq INTEGER PRIMARY KEY, lane TEXT, code TEXT, detail "
	"TEXT, text TEXT,"
	" passage INTEGER, begun_ms INTEGER, ended_ms INTEGER, acknowledged_ms INTEGER,"
	" acknowledged_by TEXT);"
	"CREATE INDEX alarms_open ON alarms (lane, code) WHERE ended_ms IS NULL;";

/* ---- statements ------------------------------------------------------------------------------- */

static void bind_json(sqlite3_stmt *statement, int at, const json_t *value)
{
	if (json_is_integer(value))
		(void)sqlite3_bind_int64(statement, at, json_integer_value(value));
	else if (json_is_string(value))
		(void)sqlite3_bind_text(statement, at, json_string_value(value), -1,
					SQLITE_TRANSIENT);
	else
		(void)sqlite3_bind_null(statement, at);
}

static sqlite3_stmt *prepare(struct search_base *base, const char *sql, const char *types,
			     va_list values)
{
	sqlite3_stmt *statement = NULL;

	if (sqlite3_prepare_v2(base->db, sql, -1, &statement, NULL))
		return NULL;
	for (int at = 1; *types; types++, at++) {
		if (*types == 'i')
			(void)sqlite3_bind_int64(statement, at, va_arg(values, int64_t));
		else if (*types == 's')
			(void)sqlite3_bind_text(statement, at,
						va_arg(values, const char *), -1,
						SQLITE_TRANSIENT);
		else
			bind_json(statement, at, va_arg(values, const json_t *));
	}
	return statement;
}

sqlite3_stmt *search_prepare(struct search_base *base, const char *sql, const char *types,
			     ...)
{
	sqlite3_stmt *statement;
	va_list values;

	va_start(values, types);
	statement = prepare(base, sql, types, values);
	va_end(values);
	return statement;
}

enum kakou_err search_run(struct search_base *base, const char *sql, const char *types,
			  ...)
{
	sqlite3_stmt *statement;
	va_list values;
	int status;

	va_start(values, types);
	statement = prepare(base, sql, types, values);
	va_end(values);
	if (!statement)
		return KAKOU_E_IO;
	status = sqlite3_step(statement);
	sqlite3_finalize(statement);
	return status == SQLITE_DONE || status == SQLITE_ROW ? KAKOU_OK : KAKOU_E_IO;
}

enum kakou_err search_fault(const struct search_base *base, int status, struct why *why)
{
	if (status == SQLITE_INTERRUPT)
		return why_set(why, KAKOU_E_TIMEOUT,
			       "there is too much to look through: ask for less time, or "
			       "for more that is known");
	return why_set(why, KAKOU_E_IO, "the search database: %s",
		       sqlite3_errmsg(base->db));
}

static int is_late(void *arg)
{
	const struct search_base *base = arg;

	return base->deadline_ms > 0 && clock_mono_ms() >= base->deadline_ms;
}

/* ---- opening ----------------------------------------------------------------------------------- */

static enum kakou_err execute(struct search_base *base, const char *sql)
{
	return sqlite3_exec(base->db, sql, NULL, NULL, NULL) ? KAKOU_E_IO : KAKOU_OK;
}

static int64_t read_number(struct search_base *base, const char *sql)
{
	sqlite3_stmt *statement = search_prepare(base, sql, "");
	int64_t number = -1;

	if (statement && sqlite3_step(statement) == SQLITE_ROW)
		number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return number;
}

static void read_chain(struct search_base *base)
{
	sqlite3_stmt *statement =
		search_prepare(base, "SELECT value FROM state WHERE key = 'chain'", "");

	base->chain[0] = '\0';
	if (statement && sqlite3_step(statement) == SQLITE_ROW)
		(void)text_copy(base->chain, sizeof(base->chain),
				(const char *)sqlite3_column_text(statement, 0));
	sqlite3_finalize(statement);
}

/* What is there is sound and of this version. */
static bool is_well(struct search_base *base)
{
	if (read_number(base, "PRAGMA user_version") != VERSION)
		return false;
	base->last = read_number(base, "SELECT value FROM state WHERE key = 'last'");
	read_chain(base);
	return base->last >= 0;
}

static enum kakou_err make(struct search_base *base)
{
	char sql[64];

	(void)snprintf(sql, sizeof(sql), "PRAGMA user_version = %d", VERSION);
	base->last = 0;
	base->chain[0] = '\0';
	if (execute(base, "BEGIN") || execute(base, schema) ||
	    execute(base, "INSERT INTO state VALUES ('last', 0), ('chain', '')") ||
	    execute(base, sql) || execute(base, "COMMIT"))
		return KAKOU_E_IO;
	return KAKOU_OK;
}

static enum kakou_err open_file(struct search_base *base)
{
	if (sqlite3_open_v2(base->path, &base->db,
			    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
				    SQLITE_OPEN_NOMUTEX,
			    NULL) ||
	    execute(base, "PRAGMA journal_mode = WAL") ||
	    execute(base, "PRAGMA synchronous = NORMAL") ||
	    execute(base, "PRAGMA temp_store = MEMORY"))
		return KAKOU_E_IO;
	sqlite3_progress_handler(base->db, BUSY_STEPS, is_late, base);
	return KAKOU_OK;
}

static void remove_files(struct search_base *base)
{
	static const char *const ends[] = {"", "-wal", "-shm"};
	char path[sizeof(base->path) + 8];

	search_base_close(base);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s%s", base->path, ends[i]);
		(void)unlink(path);
	}
}

enum kakou_err search_base_open(struct search_base *base,
				const struct search_config *config, struct why *why)
{
	memset(base, 0, sizeof(*base));
	base->config = config;
	if (file_ensure_private_directory(config->directory, why))
		return KAKOU_E_IO;
	(void)snprintf(base->path, sizeof(base->path), "%s/search.db", config->directory);
	if (!open_file(base) && is_well(base))
		return KAKOU_OK;
	remove_files(base);
	log_info("search", "%s is made anew from the record", base->path);
	if (!open_file(base) && !make(base))
		return KAKOU_OK;
	(void)why_set(why, KAKOU_E_IO, "%s: %s", base->path,
		      base->db ? sqlite3_errmsg(base->db) : "can't be opened");
	search_base_close(base);
	return KAKOU_E_IO;
}

void search_base_close(struct search_base *base)
{
	sqlite3_close(base->db);
	base->db = NULL;
}

enum kakou_err search_base_clear(struct search_base *base)
{
	remove_files(base);
	return open_file(base) || make(base) ? KAKOU_E_IO : KAKOU_OK;
}

/* ---- events in, old ones out --------------------------------------------------------------------- */

static enum kakou_err take_all(struct search_base *base, const json_t *rows)
{
	enum kakou_err err = KAKOU_OK;
	const json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		err = search_take_event(base, row);
		if (err)
			return err;
	}
	row = json_array_get(rows, json_array_size(rows) - 1);
	err = search_run(base, "UPDATE state SET value = ? WHERE key = 'last'", "j",
			 json_object_get(row, "seq"));
	return err ? err
		   : search_run(base, "UPDATE state SET value = ? WHERE key = 'chain'",
				"j", json_object_get(row, "chain"));
}

enum kakou_err search_base_take(struct search_base *base, const json_t *rows)
{
	const json_t *last = json_array_get(rows, json_array_size(rows) - 1);
	enum kakou_err err;

	base->deadline_ms = 0;
	if (!last)
		return KAKOU_OK;
	err = execute(base, "BEGIN IMMEDIATE");
	if (!err)
		err = take_all(base, rows);
	if (!err)
		err = execute(base, "COMMIT");
	if (err) {
		log_error("search", "%s", sqlite3_errmsg(base->db));
		(void)execute(base, "ROLLBACK");
		return err;
	}
	base->last = json_number_of(last, "seq");
	(void)text_copy(base->chain, sizeof(base->chain), json_text_of(last, "chain"));
	return KAKOU_OK;
}

void search_base_trim(struct search_base *base, int64_t now_wall_ms)
{
	const int64_t day_ms = 86400000;
	int64_t before_ms = now_wall_ms - base->config->keep_days * day_ms;
	static const char old[] =
		"CREATE TEMP TABLE IF NOT EXISTS old (passage INTEGER PRIMARY KEY)";
	bool is_done;

	base->deadline_ms = 0;
	is_done =
		!execute(base, old) && !execute(base, "BEGIN IMMEDIATE") &&
		!execute(base, "DELETE FROM old") &&
		!search_run(base,
			    "INSERT INTO old SELECT passage FROM passages WHERE "
			    "opened_ms < ? LIMIT ?",
			    "ii", before_ms, (int64_t)TRIM_EACH) &&
		!execute(base, "DELETE FROM terms WHERE passage IN (SELECT passage FROM "
			       "old)") &&
		!execute(base, "DELETE FROM passages WHERE passage IN (SELECT passage "
			       "FROM old)") &&
		!search_run(base, "DELETE FROM alarms WHERE begun_ms < ?", "i",
			    before_ms) &&
		!search_run(base, "DELETE FROM reads WHERE day < ?", "i",
			    before_ms / day_ms) &&
		!execute(base, "COMMIT");
	if (!is_done)
		(void)execute(base, "ROLLBACK");
}

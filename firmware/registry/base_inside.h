/* SPDX-License-Identifier: MIT */
/*
 * What the parts of a base share; for base*.c only.
 *
 * Layer: firmware.
 */
#ifndef KAKOU_FIRMWARE_BASE_INSIDE_H
#define KAKOU_FIRMWARE_BASE_INSIDE_H

#include <sqlite3.h>

#include "firmware/registry/base.h"

enum { BASE_PATH_BYTES = 512, BASE_TARES_KEPT = 9 };

struct base {
	sqlite3 *db;
	const struct site *site;
	char path[BASE_PATH_BYTES];
};

/** The last failure of the connection in words; `what` follows "can't". */
enum kakou_err base_explain(struct base *base, const char *what, struct why *why);

/** Runs statements without results. */
KAKOU_MUST_CHECK enum kakou_err base_run(struct base *base, const char *sql,
					 struct why *why);

/** A statement with its values bound: one letter each, t text (NULL or "" bind as null), n
 *  int64_t. NULL when that fails; the caller explains. Release with sqlite3_finalize(). */
sqlite3_stmt *base_prepare(struct base *base, const char *sql, const char *types, ...);

/** Runs a prepared statement that gives no rows, and releases it. NULL is a failure. */
KAKOU_MUST_CHECK enum kakou_err base_finish(struct base *base, sqlite3_stmt *statement,
					    struct why *why);

/** The first column of the first row, 0 without one; releases the statement. */
KAKOU_MUST_CHECK enum kakou_err base_ask(struct base *base, sqlite3_stmt *statement,
					 int64_t *out, struct why *why);

/** A column as text, "" for null. Lives until the next step. */
const char *base_text(sqlite3_stmt *statement, int column);

#endif

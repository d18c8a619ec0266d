/* SPDX-License-Identifier: MIT */
/*
 * What the parts of a store share; for store*.c only.
 *
 * Layer: firmware.
 */
#ifndef KAKOU_FIRMWARE_STORE_INSIDE_H
#define KAKOU_FIRMWARE_STORE_INSIDE_H

#include <sqlite3.h>

#include "firmware/record/store.h"

enum { STORE_PATH_BYTES = 1024 };

struct store {
	sqlite3 *db;
	sqlite3_stmt *insert; /* kept */
	sqlite3_stmt *select; /* between store_select() and store_end_select() */
	int32_t version;      /* of the schema */
	int32_t wal_pages;    /* that wait to be moved */
	struct store_log log;
	bool leaves_unsynced; /* what it commits now */
	int64_t deadline_ms;
	char path[STORE_PATH_BYTES];
};

/** The last failure of the connection in words; `what` follows "can't". */
enum kakou_err store_explain(struct store *store, const char *what, struct why *why);

/** Runs statements without results. */
KAKOU_MUST_CHECK enum kakou_err store_run(struct store *store, const char *sql,
					  const char *what, struct why *why);

/** The first column of the first row as a number. */
KAKOU_MUST_CHECK enum kakou_err store_ask_number(struct store *store, const char *sql,
						 int64_t *out, struct why *why);

/** The file is ours and of a version this program knows; a writer or a copy makes the tables
 *  of a new file, and a writer brings those of an older version up to date. */
KAKOU_MUST_CHECK enum kakou_err store_check_schema(struct store *store,
						   enum store_role role, struct why *why);

#endif

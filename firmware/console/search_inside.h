/* SPDX-License-Identifier: MIT */
/*
 * What the files of the search database share. All of it belongs to the search thread.
 *
 * Layer: firmware, inside console.
 */
#ifndef KAKOU_FIRMWARE_CONSOLE_SEARCH_INSIDE_H
#define KAKOU_FIRMWARE_CONSOLE_SEARCH_INSIDE_H

#include <sqlite3.h>
#include <stdbool.h>

#include "firmware/console/json.h"
#include "firmware/console/search.h"

struct search_base {
	sqlite3 *db;
	char path[320];
	int64_t last;   /* number of the last event that is in it, 0 = none */
	char chain[65]; /* of that event */
	const struct search_config *config;
	int64_t deadline_ms; /* of the question at hand */
};

/* ---- search_base.c ------------------------------------------------------------------------- */

/** Opens, or makes anew what can't be read. */
KAKOU_MUST_CHECK enum kakou_err search_base_open(struct search_base *base,
						 const struct search_config *config,
						 struct why *why);
void search_base_close(struct search_base *base);

/** Everything is forgotten: it is of another record. */
KAKOU_MUST_CHECK enum kakou_err search_base_clear(struct search_base *base);

/** Takes rows of events.read in, in one transaction. On an error none is. */
KAKOU_MUST_CHECK enum kakou_err search_base_take(struct search_base *base,
						 const json_t *rows);

/** Forgets what is older than is kept, a bit of it at a time. */
void search_base_trim(struct search_base *base, int64_t now_wall_ms);

/** Prepares and binds: `types` has a character for each value that follows, s a text (NULL is
 *  NULL), i an int64_t, j a JSON value. NULL: an error, which sqlite3_errmsg() tells. */
sqlite3_stmt *search_prepare(struct search_base *base, const char *sql, const char *types,
			     ...);

/** The same, run to its end. */
KAKOU_MUST_CHECK enum kakou_err search_run(struct search_base *base, const char *sql,
					   const char *types, ...);

/* ---- search_take.c -------------------------------------------------------------------------- */

/** One row of events.read into the tables, inside of a transaction. */
KAKOU_MUST_CHECK enum kakou_err search_take_event(struct search_base *base,
						  const json_t *row);

/* ---- questions -------------------------------------------------------------------------------- */

/** KAKOU_E_INVALID with words; KAKOU_E_TIMEOUT: it would take too long; KAKOU_E_IO. */
typedef enum kakou_err search_answer(struct search_base *base, const json_t *question,
				     json_t **out, struct why *why);
search_answer search_history, search_statistics, search_alarms;
search_answer search_baseline, search_keep_baseline;

/** The error of a statement that ended with `status`. */
enum kakou_err search_fault(const struct search_base *base, int status, struct why *why);

#endif

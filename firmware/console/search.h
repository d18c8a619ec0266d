/* SPDX-License-Identifier: MIT */
/*
 * Search: the console's own database of what has passed, to look things up in. It is made from
 * the events of the record alone, which it follows by itself, and can be thrown away: it is then
 * made anew. What it says is a help to find things; what counts is the record.
 *
 * Layer:   firmware.
 * Threads: opened, asked and closed by the loop's; a thread of its own has the database, follows
 *          kakoud and answers.
 */
#ifndef KAKOU_FIRMWARE_CONSOLE_SEARCH_H
#define KAKOU_FIRMWARE_CONSOLE_SEARCH_H

#include "firmware/console/json.h"
#include "hal/err.h"
#include "hal/loop.h"
#include "hal/why.h"

struct search; /* opaque */

enum {
	SEARCH_JOBS_MAX = 16,
	SEARCH_ROWS_MAX = 10000, /* of one answer */
	SEARCH_MS = 3000,        /* that one question may take */
	SEARCH_SHIFTS_MAX = 6,
};

enum search_verb {
	SEARCH_HISTORY,    /* passages by what is known of them */
	SEARCH_STATISTICS, /* numbers of a time */
	SEARCH_ALARMS,     /* alarms that were */
	SEARCH_BASELINE,   /* numbers that were kept to compare with */
	SEARCH_KEEP,       /* keeps those of a time */
	SEARCH_STATE,      /* how far it has followed */
};

struct search_config {
	struct loop *loop;             /* of who asks */
	const char *directory;         /* of the database; must outlive it */
	const char *socket;            /* of kakoud; the same */
	int64_t keep_days;             /* passages older than that are forgotten */
	int shifts[SEARCH_SHIFTS_MAX]; /* hours at which a shift begins, growing */
	size_t shift_count;
};

/** `result` is NULL with an error; borrowed. */
typedef void search_then(void *arg, json_t *result, enum kakou_err err, const char *why);

/** A database that can't be read is made anew. KAKOU_E_IO, KAKOU_E_NOMEM. */
KAKOU_MUST_CHECK enum kakou_err search_open(struct search **out,
					    const struct search_config *config,
					    struct why *why);
/** Questions that are not answered end with KAKOU_E_LINK. NULL is legal. */
void search_close(struct search *search);

/** Takes `question` over; `then` is called later, on the loop. KAKOU_E_FULL. */
KAKOU_MUST_CHECK enum kakou_err search_ask(struct search *search, enum search_verb verb,
					   json_t *question, search_then *then,
					   void *arg);

/** Number of the last event that is in it; any thread. */
int64_t search_followed(const struct search *search);

#endif

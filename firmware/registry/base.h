/* SPDX-License-Identifier: MIT */
/*
 * The registry's database: release orders, registered vehicles, learned tares, what was cleared
 * offline. One file of its own, one connection, one thread; WAL, synchronous FULL.
 *
 * What a failed import leaves is in staging tables, which are emptied when the file is opened
 * and when the next import begins; the orders themselves change in one transaction.
 *
 * Layer:   firmware. Blocks on the disk.
 * Threads: a base belongs to one thread at a time.
 */
#ifndef KAKOU_FIRMWARE_BASE_H
#define KAKOU_FIRMWARE_BASE_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/registry/lookup.h"
#include "firmware/registry/registry_json.h"
#include "hal/err.h"
#include "hal/why.h"

struct base; /* opaque */

enum { BASE_ORDERS_MAX = 100000, BASE_VEHICLES_MAX = 20000 };

enum base_what { BASE_ORDERS, BASE_VEHICLES };

/** Opens the file, made when it is new, and forgets what an import left behind. All that follow
 *  return as this: KAKOU_E_INVALID (not a registry, a newer schema, damaged), KAKOU_E_IO,
 *  KAKOU_E_FULL (the disk), KAKOU_E_DENIED, KAKOU_E_NOMEM, each with `why`. */
KAKOU_MUST_CHECK enum kakou_err base_open(struct base **out, const char *path,
					  const struct site *site, struct why *why);
/** NULL is legal. */
void base_close(struct base *base);

KAKOU_MUST_CHECK enum kakou_err base_count(struct base *base, enum base_what what,
					   int64_t *out, struct why *why);

/* ---- look-ups ---- */

/** Answers a look-up; `found` is whole, also when nothing was found. */
KAKOU_MUST_CHECK enum kakou_err base_find(struct base *base, const struct lookup *lookup,
					  struct found *found, struct why *why);

/* ---- imports: whole or not at all ---- */

/** Two areas, so that a single push does not disturb an import that takes its time. */
enum base_area { AREA_IMPORT, AREA_PUSH };

KAKOU_MUST_CHECK enum kakou_err base_stage_clear(struct base *base, enum base_area area,
						 struct why *why);

/** Checks one object and stages it. KAKOU_E_INVALID: a member, or a key that was staged before. */
KAKOU_MUST_CHECK enum kakou_err base_stage(struct base *base, enum base_area area,
					   enum base_what what, json_t *json,
					   struct why *why);
/** Of the import. */
KAKOU_MUST_CHECK enum kakou_err base_stage_count(struct base *base, enum base_what what,
						 int64_t *staged, int64_t *added,
						 struct why *why);

/** Takes what is staged over in one transaction. An order that passed here stays passed, whatever
 *  the import says of its state; a new state of customs (deleted, void) is taken over. */
KAKOU_MUST_CHECK enum kakou_err base_stage_apply(struct base *base, enum base_area area,
						 enum base_what what, struct why *why);

KAKOU_MUST_CHECK enum kakou_err base_begin(struct base *base, struct why *why);
KAKOU_MUST_CHECK enum kakou_err base_commit(struct base *base, struct why *why);
void base_roll_back(struct base *base);

/* ---- changes ---- */

enum base_change {
	CHANGE_VOID,   /**< order: state void */
	CHANGE_REOPEN, /**< order: approved, and no vehicle in use or through */
	CHANGE_EXPIRE, /**< vehicle: not valid from now on */
	CHANGE_REMOVE,
	BASE_CHANGES,
};

/** "void", "reopen", "expire", "remove". */
const char *base_change_name(enum base_change change);

/** KAKOU_E_NOTFOUND. */
KAKOU_MUST_CHECK enum kakou_err base_change(struct base *base, enum base_what what,
					    enum base_change change, const char *key,
					    int64_t wall_ms, struct why *why);

/** The same as base_note() within a transaction that was begun. */
KAKOU_MUST_CHECK enum kakou_err base_note_within(struct base *base,
						 const struct order_note *note,
						 struct why *why);

/** What a lane did with an order. A note that was applied before does nothing. */
KAKOU_MUST_CHECK enum kakou_err base_note(struct base *base,
					  const struct order_note *note, struct why *why);

/** Settles what was cleared offline. KAKOU_E_NOTFOUND. */
KAKOU_MUST_CHECK enum kakou_err base_settle(struct base *base, int64_t passage,
					    const char *outcome, const char *by,
					    const char *reason, int64_t wall_ms,
					    struct why *why);

/** Up to which event the record was looked through; 0 at first. */
KAKOU_MUST_CHECK enum kakou_err base_get_cursor(struct base *base, int64_t *seq,
						struct why *why);
KAKOU_MUST_CHECK enum kakou_err base_put_cursor(struct base *base, int64_t seq,
						struct why *why);

/* ---- lists, as JSON arrays; the caller releases ---- */

struct base_filter {
	const char *plate; /**< NULL = all; likewise the others */
	int type;          /**< 0 = all */
	int state;         /**< -1 = all */
	char direction;    /**< 0 = all */
	bool is_in_use;    /**< only those in use */
	const char *find;  /**< a part of any text in it: number, plate, box, seal … */
	const char *after; /**< keys greater than this; "" = from the first */
	int limit;
};

enum {
	BASE_KEY_MAX = 48,
	BASE_LOOKED_AT_MAX =
		5000, /* rows a list looks at: lanes wait for their look-ups */
};

/** A page: {"items": […], "next": the next one's `after`, null at the end}. One that looked at
 *  as many as it may is short, or empty, and has a next one. */
KAKOU_MUST_CHECK enum kakou_err base_list(struct base *base, enum base_what what,
					  const struct base_filter *filter, json_t **out,
					  struct why *why);

/** KAKOU_E_NOTFOUND. */
KAKOU_MUST_CHECK enum kakou_err base_show(struct base *base, enum base_what what,
					  const char *key, json_t **out, struct why *why);

/** What was cleared offline, the newest first, of passages before `before` (0 = all); only what is
 *  not settled with `is_open`. */
KAKOU_MUST_CHECK enum kakou_err base_list_offline(struct base *base, bool is_open,
						  int64_t before, int limit, json_t **out,
						  struct why *why);
KAKOU_MUST_CHECK enum kakou_err base_list_tares(struct base *base, const char *plate,
						int limit, json_t **out, struct why *why);

#endif

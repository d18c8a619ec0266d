/* SPDX-License-Identifier: MIT */
/*
 * Statistics of passages (过卡统计): counted from the ends of passages in the record, by day, shift and
 * direction, by order type, and the lifts by hand by officer and reason.
 *
 * What a passage carried counts when it passed; how it was lifted counts always. What the record does not
 * say is counted as not known, and nothing is guessed.
 *
 * Layer:   firmware. tally_step() blocks on the disk.
 * Threads: a tally belongs to one thread at a time.
 */
#ifndef KAKOU_FIRMWARE_TALLY_H
#define KAKOU_FIRMWARE_TALLY_H

#include <stdint.h>

#include "hal/err.h"
#include "hal/why.h"

struct store;
struct tally; /* opaque */

enum {
	TALLY_SHIFTS_MAX = 6,
	TALLY_ROWS_MAX = 2000,  /**< days × shifts × directions */
	TALLY_MANUAL_MAX = 500, /**< officers × reasons; more are counted together */
	TALLY_LANE_MAX = 63,
};

struct tally_query {
	int64_t from_ms, until_ms;     /**< from <= wall clock < until */
	int shifts[TALLY_SHIFTS_MAX];  /**< hours at which they begin, rising */
	int shift_count;               /**< 0 = whole days */
	char lane[TALLY_LANE_MAX + 1]; /**< "" = all */
};

/** Reads days ("YYYY-MM-DD", both included; `from` "" = the day of now, `to` "" = as `from`) and the
 *  hours at which shifts begin ("8,16"; "" = none) in the machine's local time. With shifts a day begins
 *  with its first one and ends with the next day's. KAKOU_E_INVALID: `why` quotes. */
KAKOU_MUST_CHECK enum kakou_err tally_query_read(struct tally_query *out,
						 const char *from, const char *to,
						 const char *shifts, int64_t now_wall_ms,
						 struct why *why);

/** KAKOU_E_NOMEM. */
KAKOU_MUST_CHECK enum kakou_err tally_create(struct tally **out,
					     const struct tally_query *query);

/** NULL is legal. */
void tally_destroy(struct tally *tally);

/** Counts on for at most `slice_ms`, and one passage at least, in read transactions that are no longer.
 *  KAKOU_E_AGAIN: call again. KAKOU_E_FULL: more rows than TALLY_ROWS_MAX. Errors of the store. */
KAKOU_MUST_CHECK enum kakou_err tally_step(struct tally *tally, struct store *store,
					   int32_t slice_ms, struct why *why);

/** What was counted, as one JSON object (malloc'ed, the caller frees it): its members are in the
 *  README of firmware/rpc. KAKOU_E_NOMEM. */
KAKOU_MUST_CHECK enum kakou_err tally_print(struct tally *tally, char **json,
					    struct why *why);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Canonical bytes of an event: RFC 8785 JSON of integers and strings only.
 *
 *   {"cut":1,"data":{…},"hash":"sha-256","kind":…,"lane":…,"mono_ms":…,"passage":…,"seq":…,
 *    "synced":0|1,"v":1,"wall_ms":…}
 *
 * "cut" only where something did not fit, "lane" and "passage" only where there is one.
 *
 * Layer: firmware. Pure; allocates (jansson).
 */
#ifndef KAKOU_FIRMWARE_CANONICAL_H
#define KAKOU_FIRMWARE_CANONICAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/record/event.h"
#include "hal/err.h"

/** The longest event: every byte of text escaped, every field a number of 17 characters. */
enum { CANONICAL_MAX = 4096, CANONICAL_WORD_MAX = 63 };

/** What the bytes say of the event itself. */
struct canonical_head {
	int64_t seq;
	int64_t passage; /**< 0 = none */
	int64_t wall_ms;
	char kind[CANONICAL_WORD_MAX + 1];
	char lane[CANONICAL_WORD_MAX + 1]; /**< "" = none */
};

/** Writes the bytes of `event` as number `seq`. `lane` is its name, NULL for none;
 *  `is_synced`: the wall clock was synchronised. KAKOU_E_NOMEM. */
KAKOU_MUST_CHECK enum kakou_err canonical_write(const struct event *event, int64_t seq,
						const char *lane, bool is_synced,
						char out[CANONICAL_MAX], size_t *len);

/** Whether `word` can be a lane's name. */
bool canonical_allows_word(const char *word);

/** Reads them back. KAKOU_E_INVALID: not the one canonical form of an event of version 1,
 *  or a number or a text outside what an event can hold. */
KAKOU_MUST_CHECK enum kakou_err canonical_read(const char *bytes, size_t len,
					       struct canonical_head *out);

#endif

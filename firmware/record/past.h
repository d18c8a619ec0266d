/* SPDX-License-Identifier: MIT */
/*
 * What a start needs to know of the journal it finds. Reads the tail and a few index
 * entries, however long the journal is.
 *
 * Layer: firmware. Blocks on the disk.
 */
#ifndef KAKOU_FIRMWARE_PAST_H
#define KAKOU_FIRMWARE_PAST_H

#include "firmware/record/audit.h"
#include "firmware/record/journal.h"
#include "firmware/record/store.h"
#include "firmware/record/tree.h"
#include "hal/sign.h"

enum {
	PAST_TAIL = 64,          /**< events verified at every opening */
	PAST_COUNTERS = 1000000, /**< SEQ_NO counters are 0..999999 */
	PAST_RESERVE = 1000,     /**< counters reserved at once */
};

/** Checks the origin and verifies the last PAST_TAIL events; `tail` then stands after the
 *  newest. KAKOU_E_INVALID: one does not hold. */
KAKOU_MUST_CHECK enum kakou_err past_check_tail(struct store *store, const char *origin,
						struct audit *tail, struct why *why);

/** Restores the tree of the events up to `tail` and holds it against the newest checkpoint,
 *  whose size is given (0 = there is none). KAKOU_E_INVALID: it has another root, more events
 *  than there are, or `key` (NULL = none) did not sign what carries its id. */
KAKOU_MUST_CHECK enum kakou_err past_check_tree(struct store *store,
						const struct audit *tail,
						struct sign_key *key, struct tree *tree,
						int64_t *signed_size, struct why *why);

/** Whether `public_key` (base64) is the one that the record knows as the present one. */
KAKOU_MUST_CHECK enum kakou_err past_find_key(struct store *store, const char *public_key,
					      bool *is_known, struct why *why);

/** Notes the origin, reserves the next PAST_RESERVE counters and fills `past`. `tail` is what past_check_tail() left. */
KAKOU_MUST_CHECK enum kakou_err past_read(struct store *store,
					  const struct journal_config *config,
					  const struct audit *tail,
					  struct journal_past *past, struct why *why);

/** The gate that the journal is of. */
KAKOU_MUST_CHECK enum kakou_err past_get_origin(struct store *store, char *out,
						size_t size, struct why *why);
KAKOU_MUST_CHECK enum kakou_err past_put_origin(struct store *store, const char *origin,
						struct why *why);

/** Where the reservation ends: the first counter that is not reserved. */
KAKOU_MUST_CHECK enum kakou_err past_get_counter_end(struct store *store, int64_t *out,
						     struct why *why);
KAKOU_MUST_CHECK enum kakou_err past_put_counter_end(struct store *store, int64_t end,
						     struct why *why);

#endif

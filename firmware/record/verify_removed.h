/* SPDX-License-Identifier: MIT */
/*
 * Verification of a journal whose old events were removed; for verify.c only.
 *
 * Layer: firmware. Blocks on the disk.
 */
#ifndef KAKOU_FIRMWARE_VERIFY_REMOVED_H
#define KAKOU_FIRMWARE_VERIFY_REMOVED_H

#include "firmware/record/audit.h"
#include "firmware/record/store.h"
#include "firmware/record/witness.h"

struct verify_removed {
	int64_t to;        /**< events up to here were removed, but for some */
	int64_t kept;      /**< so many by the tree */
	int64_t met;       /**< and so many that are there */
	int64_t announced; /**< the record says so up to here */
	unsigned char chain[TREE_BYTES]; /**< chain value of event number `to` */
	char announced_chain[2 * TREE_BYTES +
			     1]; /**< and of `announced`, as the record says */
};

/** The nodes that stayed of the first `to` events lead to one another, and no others are there;
 *  `kept` of the events stayed. KAKOU_E_INVALID: one does not. */
KAKOU_MUST_CHECK enum kakou_err verify_removed_tree(struct store *store, int64_t to,
						    int64_t *kept, struct why *why);

/** Goes beyond a run that begins after the last event, if one does. KAKOU_E_INVALID: it is
 *  damaged, goes beyond what is removed, or a kept checkpoint can't be compared or has another root. */
KAKOU_MUST_CHECK enum kakou_err verify_removed_step(struct store *store,
						    struct verify_removed *removed,
						    struct audit *audit,
						    struct witness *witness,
						    struct why *why);

/** Looks at an event that was found good. */
void verify_removed_note(struct verify_removed *removed, const struct store_row *row);

/** After the last event. KAKOU_E_INVALID: the record does not say so. */
KAKOU_MUST_CHECK enum kakou_err verify_removed_end(const struct verify_removed *removed,
						   struct why *why);

#endif

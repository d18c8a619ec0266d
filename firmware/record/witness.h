/* SPDX-License-Identifier: MIT */
/*
 * Holds the tree that grows from events against signed checkpoints: those that lie beside
 * the events, and those that were kept elsewhere.
 *
 * Layer: firmware. Pure.
 */
#ifndef KAKOU_FIRMWARE_WITNESS_H
#define KAKOU_FIRMWARE_WITNESS_H

#include "firmware/record/checkpoint.h"
#include "firmware/record/journal.h"
#include "firmware/record/tree.h"

struct witness {
	const struct journal_trust *trust;
	char origin[CHAIN_ORIGIN_MAX + 1];
	char name[CHECKPOINT_NAME_MAX + 1]; /* of its key */
	struct tree tree;
	struct tree_made made; /* by the last leaf */
	struct checkpoint held[JOURNAL_HELD_MAX];
	size_t held_count;
};

/** Begins with the tree of no event. KAKOU_E_INVALID: a held checkpoint is none, of another
 *  gate, or none of the keys signed it. */
KAKOU_MUST_CHECK enum kakou_err witness_begin(struct witness *witness, const char *origin,
					      const struct journal_trust *trust,
					      struct why *why);

/** Appends a leaf and looks at the held checkpoints of that size. KAKOU_E_INVALID: one has
 *  another root. */
KAKOU_MUST_CHECK enum kakou_err witness_append(struct witness *witness,
					       const unsigned char leaf[TREE_BYTES],
					       struct why *why);

/** Goes on to `size` events, of which those between were removed; the tree comes from `fetch`, and
 *  whatever is appended then has to be under a signed root with it. KAKOU_E_INVALID: it does not
 *  give it, or a held checkpoint of a size between can't be compared or has another root. */
KAKOU_MUST_CHECK enum kakou_err witness_skip(struct witness *witness, int64_t size,
					     tree_fetch *fetch, void *arg,
					     struct why *why);

/** Looks at a checkpoint of the present size. KAKOU_E_INVALID: it is none, or of another gate,
 *  size or root, or none of the keys signed it. */
KAKOU_MUST_CHECK enum kakou_err witness_check(const struct witness *witness,
					      const char *note, struct why *why);

/** After the last event: KAKOU_E_INVALID when a held checkpoint counts more. */
KAKOU_MUST_CHECK enum kakou_err witness_end(const struct witness *witness,
					    struct why *why);

/** Whether one of the keys signed the note under `name`; KAKOU_OK without any key. */
KAKOU_MUST_CHECK enum kakou_err witness_check_signature(const struct journal_trust *trust,
							const char *note,
							const char *name,
							const struct checkpoint *of,
							struct why *why);

#endif

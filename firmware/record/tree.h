/* SPDX-License-Identifier: MIT */
/*
 * The Merkle history tree over the leaves of events, RFC 9162 section 2.1: node =
 * SHA-256(0x01 ‖ left ‖ right). Leaf number i is the event with seq i + 1.
 *
 * A subtree is complete when it has 2^level leaves; "node (level, index)" is the complete
 * subtree over leaves index * 2^level and on. It never changes again.
 *
 * Layer: firmware. Pure.
 */
#ifndef KAKOU_FIRMWARE_TREE_H
#define KAKOU_FIRMWARE_TREE_H

#include <stdint.h>

#include "firmware/record/chain.h"
#include "hal/err.h"

enum {
	TREE_BYTES = CHAIN_BYTES,
	TREE_LEVELS = 53,             /**< numbers of events stay below 2^53 */
	TREE_PROOF_MAX = TREE_LEVELS, /**< hashes in a proof */
};

/** A tree that grows: the complete subtrees that cover it, one for each bit of its size. */
struct tree {
	int64_t size;
	unsigned char peaks[TREE_LEVELS]
			   [TREE_BYTES]; /**< by level; where the bit is set */
};

/** What a new leaf completed: nodes of level 0 to count - 1, the last leaf their last. */
struct tree_made {
	int count;
	unsigned char nodes[TREE_LEVELS][TREE_BYTES];
};

void tree_begin(struct tree *tree);

/** Appends a leaf; `made` may be NULL. */
void tree_append(struct tree *tree, const unsigned char leaf[TREE_BYTES],
		 struct tree_made *made);

/** The root; of the empty tree SHA-256 of nothing. */
void tree_root(const struct tree *tree, unsigned char out[TREE_BYTES]);

/** Gives a node. KAKOU_E_NOTFOUND: it can't be known (its leaves were removed). */
typedef enum kakou_err tree_fetch(void *arg, int level, int64_t index,
				  unsigned char out[TREE_BYTES]);

/** The tree of the first `size` leaves. Errors of `fetch`. */
KAKOU_MUST_CHECK enum kakou_err tree_restore(struct tree *tree, int64_t size,
					     tree_fetch *fetch, void *arg);

struct tree_proof {
	int count;
	unsigned char hashes[TREE_PROOF_MAX][TREE_BYTES];
};

/** That leaf `index` is in the tree of `size` leaves; 0 <= index < size. Errors of `fetch`. */
KAKOU_MUST_CHECK enum kakou_err tree_prove_inclusion(int64_t index, int64_t size,
						     tree_fetch *fetch, void *arg,
						     struct tree_proof *out);

/** That the tree of `from` leaves begins that of `to`; 0 < from <= to. Errors of `fetch`. */
KAKOU_MUST_CHECK enum kakou_err tree_prove_consistency(int64_t from, int64_t to,
						       tree_fetch *fetch, void *arg,
						       struct tree_proof *out);

/** RFC 9162 sections 2.1.3.2 and 2.1.4.2. KAKOU_E_REFUSED: it does not prove it. */
KAKOU_MUST_CHECK enum kakou_err tree_check_inclusion(
	int64_t index, int64_t size, const unsigned char leaf[TREE_BYTES],
	const struct tree_proof *proof, const unsigned char root[TREE_BYTES]);
KAKOU_MUST_CHECK enum kakou_err tree_check_consistency(
	int64_t from, int64_t to, const unsigned char root_from[TREE_BYTES],
	const struct tree_proof *proof, const unsigned char root_to[TREE_BYTES]);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The Merkle history tree.
 *
 * Layer: firmware. Pure.
 */
#include "firmware/record/tree.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "hal/tls.h"

/* The prefix is the same as that of a link of the chain. */
static void join(const unsigned char left[TREE_BYTES],
		 const unsigned char right[TREE_BYTES], unsigned char out[TREE_BYTES])
{
	/* NOLINTNEXTLINE(readability-suspicious-call-argument): a link has the same form */
	chain_link(left, right, out);
}

/* ---- growing -------------------------------------------------------------------------- */

void tree_begin(struct tree *tree)
{
	memset(tree, 0, sizeof(*tree));
}

void tree_append(struct tree *tree, const unsigned char leaf[TREE_BYTES],
		 struct tree_made *made)
{
	unsigned char node[TREE_BYTES];
	int level = 0;

	assert(tree->size < INT64_C(1) << (TREE_LEVELS - 1));
	memcpy(node, leaf, TREE_BYTES);
	for (;; level++) {
		if (made)
			memcpy(made->nodes[level], node, TREE_BYTES);
		if (!(tree->size >> level & 1))
			break;
		join(tree->peaks[level], node, node);
	}
	memcpy(tree->peaks[level], node, TREE_BYTES);
	tree->size++;
	if (made)
		made->count = level + 1;
}

void tree_root(const struct tree *tree, unsigned char out[TREE_BYTES])
{
	bool has_some = false;

	if (tree->size == 0)
		digest_sha256("", 0, out);
	for (int level = 0; level < TREE_LEVELS; level++) {
		if (!(tree->size >> level & 1))
			continue;
		if (has_some)
			join(tree->peaks[level], out, out);
		else
			memcpy(out, tree->peaks[level], TREE_BYTES);
		has_some = true;
	}
}

enum kakou_err tree_restore(struct tree *tree, int64_t size, tree_fetch *fetch, void *arg)
{
	enum kakou_err err = KAKOU_OK;

	tree_begin(tree);
	tree->size = size;
	for (int level = 0; level < TREE_LEVELS && !err; level++)
		if (size >> level & 1)
			err = fetch(arg, level, (size >> level) - 1, tree->peaks[level]);
	return err;
}

/* ---- proving -------------------------------------------------------------------------- */

/* The largest power of two below `size`, which is at least 2. */
static int64_t split(int64_t size)
{
	int64_t half = 1;

	while (half * 2 < size)
		half *= 2;
	return half;
}

static int level_of(int64_t power)
{
	int level = 0;

	while (INT64_C(1) << level < power)
		level++;
	return level;
}

struct prover {
	tree_fetch *fetch;
	void *arg;
	struct tree_proof *out;
};

/* The root over leaves from <= i < to; ranges come from splitting, so that each complete one
 * is a node. */
static enum kakou_err hash_range(const struct prover *prover, int64_t from, int64_t to,
				 unsigned char out[TREE_BYTES])
{
	int level = level_of(to - from);
	unsigned char right[TREE_BYTES];
	enum kakou_err err;
	int64_t middle;

	if (INT64_C(1) << level == to - from)
		return prover->fetch(prover->arg, level, from >> level, out);
	middle = from + split(to - from);
	err = hash_range(prover, from, middle, out);
	if (!err)
		err = hash_range(prover, middle, to, right);
	if (!err)
		join(out, right, out);
	return err;
}

static enum kakou_err add_range(const struct prover *prover, int64_t from, int64_t to)
{
	struct tree_proof *out = prover->out;

	assert(out->count < TREE_PROOF_MAX);
	return hash_range(prover, from, to, out->hashes[out->count++]);
}

/* Both proofs go down the tree and take what lies beside the way; the last hash is the one
 * beside the top. */
static void turn_round(struct tree_proof *proof)
{
	unsigned char kept[TREE_BYTES];

	for (int i = 0, j = proof->count - 1; i < j; i++, j--) {
		memcpy(kept, proof->hashes[i], TREE_BYTES);
		memcpy(proof->hashes[i], proof->hashes[j], TREE_BYTES);
		memcpy(proof->hashes[j], kept, TREE_BYTES);
	}
}

/* RFC 9162 section 2.1.3.1. */
enum kakou_err tree_prove_inclusion(int64_t index, int64_t size, tree_fetch *fetch,
				    void *arg, struct tree_proof *out)
{
	const struct prover prover = {fetch, arg, out};
	enum kakou_err err = KAKOU_OK;
	int64_t from = 0;
	int64_t to = size;

	assert(index >= 0 && index < size);
	out->count = 0;
	while (!err && to - from > 1) {
		int64_t middle = from + split(to - from);

		if (index < middle) {
			err = add_range(&prover, middle, to);
			to = middle;
		} else {
			err = add_range(&prover, from, middle);
			from = middle;
		}
	}
	turn_round(out);
	return err;
}

/* RFC 9162 section 2.1.4.1. */
enum kakou_err tree_prove_consistency(int64_t size, int64_t larger, tree_fetch *fetch,
				      void *arg, struct tree_proof *out)
{
	const struct prover prover = {fetch, arg, out};
	enum kakou_err err = KAKOU_OK;
	int64_t from = 0;
	int64_t to = larger;

	assert(size > 0 && size <= larger);
	out->count = 0;
	while (!err && size < to) {
		int64_t middle = from + split(to - from);

		if (size <= middle) {
			err = add_range(&prover, middle, to);
			to = middle;
		} else {
			err = add_range(&prover, from, middle);
			from = middle;
		}
	}
	/* Who asks knows the smaller root, unless it is only a part of it. */
	if (!err && from > 0)
		err = add_range(&prover, from, to);
	turn_round(out);
	return err;
}

/* ---- checking ------------------------------------------------------------------------- */

enum kakou_err tree_check_inclusion(int64_t index, int64_t size,
				    const unsigned char leaf[TREE_BYTES],
				    const struct tree_proof *proof,
				    const unsigned char root[TREE_BYTES])
{
	unsigned char node[TREE_BYTES];
	int64_t at = index;
	int64_t last = size - 1;

	if (index < 0 || index >= size)
		return KAKOU_E_REFUSED;
	memcpy(node, leaf, TREE_BYTES);
	for (int i = 0; i < proof->count; i++) {
		if (last == 0)
			return KAKOU_E_REFUSED;
		if (!(at & 1) && at != last) {
			join(node, proof->hashes[i], node);
		} else {
			join(proof->hashes[i], node, node);
			while (!(at & 1) && at != 0) {
				at >>= 1;
				last >>= 1;
			}
		}
		at >>= 1;
		last >>= 1;
	}
	return last == 0 && !memcmp(node, root, TREE_BYTES) ? KAKOU_OK : KAKOU_E_REFUSED;
}

static enum kakou_err check_path(int64_t at, int64_t last,
				 const unsigned char root_from[TREE_BYTES],
				 const struct tree_proof *proof, int next,
				 const unsigned char first[TREE_BYTES],
				 const unsigned char root_to[TREE_BYTES])
{
	unsigned char smaller[TREE_BYTES];
	unsigned char larger[TREE_BYTES];

	memcpy(smaller, first, TREE_BYTES);
	memcpy(larger, first, TREE_BYTES);
	for (; next < proof->count; next++) {
		const unsigned char *hash = proof->hashes[next];

		if (last == 0)
			return KAKOU_E_REFUSED;
		if (at & 1 || at == last) {
			join(hash, smaller, smaller);
			join(hash, larger, larger);
			while (!(at & 1) && at != 0) {
				at >>= 1;
				last >>= 1;
			}
		} else {
			join(larger, hash, larger);
		}
		at >>= 1;
		last >>= 1;
	}
	return last == 0 && !memcmp(smaller, root_from, TREE_BYTES) &&
			       !memcmp(larger, root_to, TREE_BYTES)
		       ? KAKOU_OK
		       : KAKOU_E_REFUSED;
}

enum kakou_err tree_check_consistency(int64_t from, int64_t to,
				      const unsigned char root_from[TREE_BYTES],
				      const struct tree_proof *proof,
				      const unsigned char root_to[TREE_BYTES])
{
	int64_t at = from - 1;
	int64_t last = to - 1;
	bool is_power = (from & (from - 1)) == 0;

	if (from <= 0 || from > to)
		return KAKOU_E_REFUSED;
	if (from == to)
		return proof->count == 0 && !memcmp(root_from, root_to, TREE_BYTES)
			       ? KAKOU_OK
			       : KAKOU_E_REFUSED;
	if (proof->count == 0)
		return KAKOU_E_REFUSED;
	while (at & 1) {
		at >>= 1;
		last >>= 1;
	}
	return is_power ? check_path(at, last, root_from, proof, 0, root_from, root_to)
			: check_path(at, last, root_from, proof, 1, proof->hashes[0],
				     root_to);
}

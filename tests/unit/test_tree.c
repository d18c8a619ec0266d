/* SPDX-License-Identifier: MIT */
/*
 * The Merkle tree against published values and against itself.
 *
 * The eight leaves, their roots and proofs are those that implementations of Certificate
 * Transparency (RFC 6962) have shared since 2013, in the tests of its first log server and of
 * most others since.
 *
 * Layer: tests.
 */
#include "firmware/record/tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { MANY = 70 };

static const struct {
	const char *bytes;
	size_t len;
} published[] = {
	{"",								 0 },
	{"\x00",							     1 },
	{"\x10",							     1 },
	{"\x20\x21",							 2 },
	{"\x30\x31",							 2 },
	{"\x40\x41\x42\x43",						 4 },
	{"\x50\x51\x52\x53\x54\x55\x56\x57",                                 8 },
	{"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16},
};

/* By size; the first is that of no leaf. */
static const char *const published_roots[] = {
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
	"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
	"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
	"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
	"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

static unsigned char leaves[MANY][TREE_BYTES];

static void print_hex(const unsigned char *hash, char out[2 * TREE_BYTES + 1])
{
	for (int i = 0; i < TREE_BYTES; i++)
		snprintf(out + 2 * i, 3, "%02x", hash[i]);
}

static void expect_hash(const unsigned char *hash, const char *expected)
{
	char hex[2 * TREE_BYTES + 1];

	print_hex(hash, hex);
	assert_string_equal(hex, expected);
}

static void use_published_leaves(void)
{
	for (size_t i = 0; i < sizeof(published) / sizeof(published[0]); i++)
		chain_hash_leaf(published[i].bytes, published[i].len, leaves[i]);
}

static void use_many_leaves(void)
{
	for (int i = 0; i < MANY; i++)
		chain_hash_leaf((const char *)&i, sizeof(i), leaves[i]);
}

/* From the leaves alone, as RFC 9162 section 2.1.1 defines it. */
static void hash_all(int from, int to, unsigned char out[TREE_BYTES])
{
	unsigned char right[TREE_BYTES];
	int half = 1;

	if (to - from == 1) {
		memcpy(out, leaves[from], TREE_BYTES);
		return;
	}
	while (half * 2 < to - from)
		half *= 2;
	hash_all(from, from + half, out);
	hash_all(from + half, to, right);
	chain_link(out, right, out);
}

static enum kakou_err fetch(void *arg, int level, int64_t index,
			    unsigned char out[TREE_BYTES])
{
	int64_t *known = arg;

	assert_true((index + 1) << level <= *known);
	hash_all((int)(index << level), (int)((index + 1) << level), out);
	return KAKOU_OK;
}

static void root_of(int64_t size, unsigned char out[TREE_BYTES])
{
	struct tree tree;

	assert_int_equal(tree_restore(&tree, size, fetch, &size), KAKOU_OK);
	tree_root(&tree, out);
}

static void roots_are_the_published_ones(void **state)
{
	unsigned char root[TREE_BYTES];
	struct tree tree;

	(void)state;
	use_published_leaves();
	tree_begin(&tree);
	for (size_t size = 0;; size++) {
		tree_root(&tree, root);
		expect_hash(root, published_roots[size]);
		if (size == 8)
			break;
		tree_append(&tree, leaves[size], NULL);
	}
}

static void expect_proof(const struct tree_proof *proof, const char *const *hashes,
			 int count)
{
	assert_int_equal(proof->count, count);
	for (int i = 0; i < count; i++)
		expect_hash(proof->hashes[i], hashes[i]);
}

static void inclusion_proofs_are_the_published_ones(void **state)
{
	static const char *const first_of_8[] = {
		"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
		"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
		"6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
	};
	static const char *const sixth_of_8[] = {
		"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
		"ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
		"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	};
	static const char *const third_of_3[] = {
		"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	};
	struct tree_proof proof;
	int64_t known = 8;

	(void)state;
	use_published_leaves();
	assert_int_equal(tree_prove_inclusion(0, 8, fetch, &known, &proof), KAKOU_OK);
	expect_proof(&proof, first_of_8, 3);
	assert_int_equal(tree_prove_inclusion(5, 8, fetch, &known, &proof), KAKOU_OK);
	expect_proof(&proof, sixth_of_8, 3);
	assert_int_equal(tree_prove_inclusion(2, 3, fetch, &known, &proof), KAKOU_OK);
	expect_proof(&proof, third_of_3, 1);
}

static void consistency_proofs_are_the_published_ones(void **state)
{
	static const char *const from_1_to_8[] = {
		"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
		"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
		"6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
	};
	static const char *const from_6_to_8[] = {
		"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
		"ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
		"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	};
	static const char *const from_2_to_5[] = {
		"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
		"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
	};
	struct tree_proof proof;
	int64_t known = 8;

	(void)state;
	use_published_leaves();
	assert_int_equal(tree_prove_consistency(1, 8, fetch, &known, &proof), KAKOU_OK);
	expect_proof(&proof, from_1_to_8, 3);
	assert_int_equal(tree_prove_consistency(6, 8, fetch, &known, &proof), KAKOU_OK);
	expect_proof(&proof, from_6_to_8, 3);
	assert_int_equal(tree_prove_consistency(2, 5, fetch, &known, &proof), KAKOU_OK);
	expect_proof(&proof, from_2_to_5, 2);
}

static void a_tree_that_grows_is_the_tree_of_its_leaves(void **state)
{
	unsigned char expected[TREE_BYTES];
	unsigned char root[TREE_BYTES];
	struct tree_made made;
	struct tree tree;

	(void)state;
	use_many_leaves();
	tree_begin(&tree);
	for (int size = 1; size <= MANY; size++) {
		tree_append(&tree, leaves[size - 1], &made);
		tree_root(&tree, root);
		hash_all(0, size, expected);
		assert_memory_equal(root, expected, TREE_BYTES);
		root_of(size, root);
		assert_memory_equal(root, expected, TREE_BYTES);
		assert_int_equal(made.count, __builtin_ctz((unsigned)size) + 1);
		for (int level = 0; level < made.count; level++) {
			hash_all(size - (1 << level), size, expected);
			assert_memory_equal(made.nodes[level], expected, TREE_BYTES);
		}
	}
}

/* Any hash changed, left out, repeated; any other place. */
static void expect_only_this_proof(int64_t index, int64_t size)
{
	unsigned char root[TREE_BYTES];
	struct tree_proof proof;
	struct tree_proof bad;

	root_of(size, root);
	assert_int_equal(tree_prove_inclusion(index, size, fetch, &size, &proof),
			 KAKOU_OK);
	assert_int_equal(tree_check_inclusion(index, size, leaves[index], &proof, root),
			 KAKOU_OK);
	for (int64_t other = 0; other < size; other++)
		if (other != index)
			assert_int_equal(tree_check_inclusion(other, size, leaves[index],
							      &proof, root),
					 KAKOU_E_REFUSED);
	for (int i = 0; i < proof.count; i++) {
		bad = proof;
		bad.hashes[i][i % TREE_BYTES] ^= 1;
		assert_int_equal(
			tree_check_inclusion(index, size, leaves[index], &bad, root),
			KAKOU_E_REFUSED);
	}
	bad = proof;
	bad.count++;
	memset(bad.hashes[proof.count], 0, TREE_BYTES);
	assert_int_equal(tree_check_inclusion(index, size, leaves[index], &bad, root),
			 KAKOU_E_REFUSED);
	bad.count = proof.count - 1;
	if (proof.count > 0)
		assert_int_equal(
			tree_check_inclusion(index, size, leaves[index], &bad, root),
			KAKOU_E_REFUSED);
}

static void an_inclusion_proof_proves_one_leaf_in_one_place(void **state)
{
	struct tree_proof none = {0};

	(void)state;
	use_many_leaves();
	for (int64_t size = 1; size <= 33; size++)
		for (int64_t index = 0; index < size; index++)
			expect_only_this_proof(index, size);
	expect_only_this_proof(63, MANY);
	expect_only_this_proof(64, MANY);
	assert_int_equal(tree_check_inclusion(-1, 1, leaves[0], &none, leaves[0]),
			 KAKOU_E_REFUSED);
	assert_int_equal(tree_check_inclusion(1, 1, leaves[0], &none, leaves[0]),
			 KAKOU_E_REFUSED);
}

static void expect_only_this_growth(int64_t from, int64_t to)
{
	unsigned char root_from[TREE_BYTES];
	unsigned char root_to[TREE_BYTES];
	struct tree_proof proof;
	struct tree_proof bad;

	root_of(from, root_from);
	root_of(to, root_to);
	assert_int_equal(tree_prove_consistency(from, to, fetch, &to, &proof), KAKOU_OK);
	assert_int_equal(tree_check_consistency(from, to, root_from, &proof, root_to),
			 KAKOU_OK);
	for (int i = 0; i < proof.count; i++) {
		bad = proof;
		bad.hashes[i][i % TREE_BYTES] ^= 1;
		assert_int_equal(
			tree_check_consistency(from, to, root_from, &bad, root_to),
			KAKOU_E_REFUSED);
	}
	bad = proof;
	bad.count++;
	memset(bad.hashes[proof.count], 0, TREE_BYTES);
	assert_int_equal(tree_check_consistency(from, to, root_from, &bad, root_to),
			 KAKOU_E_REFUSED);
	root_from[3] ^= 1;
	assert_int_equal(tree_check_consistency(from, to, root_from, &proof, root_to),
			 KAKOU_E_REFUSED);
	root_from[3] ^= 1;
	root_to[3] ^= 1;
	assert_int_equal(tree_check_consistency(from, to, root_from, &proof, root_to),
			 KAKOU_E_REFUSED);
}

static void a_consistency_proof_proves_one_growth(void **state)
{
	struct tree_proof none = {0};
	unsigned char root[TREE_BYTES];

	(void)state;
	use_many_leaves();
	for (int64_t to = 1; to <= 33; to++)
		for (int64_t from = 1; from <= to; from++)
			expect_only_this_growth(from, to);
	expect_only_this_growth(63, MANY);
	expect_only_this_growth(64, MANY);
	root_of(4, root);
	assert_int_equal(tree_check_consistency(0, 4, root, &none, root),
			 KAKOU_E_REFUSED);
	assert_int_equal(tree_check_consistency(5, 4, root, &none, root),
			 KAKOU_E_REFUSED);
	assert_int_equal(tree_check_consistency(3, 4, root, &none, root),
			 KAKOU_E_REFUSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(roots_are_the_published_ones),
		cmocka_unit_test(inclusion_proofs_are_the_published_ones),
		cmocka_unit_test(consistency_proofs_are_the_published_ones),
		cmocka_unit_test(a_tree_that_grows_is_the_tree_of_its_leaves),
		cmocka_unit_test(an_inclusion_proof_proves_one_leaf_in_one_place),
		cmocka_unit_test(a_consistency_proof_proves_one_growth),
	};

	return cmocka_run_group_tests_name("tree", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Target: what `kakou log verify` is given: exports, proofs, checkpoints. Those in the corpus are of
 * one record of twelve events, signed by the key of tests/fuzz/verify.pem.
 *
 * The promise: nothing is called whole that this record does not have.
 *
 * Layer: tests.
 */
#include <assert.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/record/canonical.h"
#include "firmware/record/chain.h"
#include "firmware/record/verify.h"
#include "hal/file.h"
#include "tests/fuzz/targets.h"

#define RECORD "tests/fuzz/corpus/verify/export"
#define KEY "tests/fuzz/verify.pem"

enum { EVENTS_MAX = 64, FILE_MAX = 65536 };

static struct {
	struct sign_public *key;
	unsigned char roots[EVENTS_MAX][TREE_BYTES]; /* of the first i + 1 events */
	char *lines[EVENTS_MAX];
	size_t count;
} genuine;

static void take_event(struct tree *tree, const char *line)
{
	unsigned char leaf[TREE_BYTES];

	assert(genuine.count < EVENTS_MAX);
	chain_hash_leaf(line, strlen(line), leaf);
	tree_append(tree, leaf, NULL);
	tree_root(tree, genuine.roots[genuine.count]);
	genuine.lines[genuine.count++] = strdup(line);
}

/* The first line is the export's own; the others are the events. */
static void load_genuine(void)
{
	struct why why = {""};
	struct tree tree;
	char *text, *rest;
	size_t len;

	if (sign_public_load(&genuine.key, KEY, &why) ||
	    file_read_whole(RECORD, FILE_MAX, &text, &len, &why))
		fuzz_fail("%s", why.text);
	tree_begin(&tree);
	rest = text;
	(void)strsep(&rest, "\n");
	while (rest && *rest)
		take_event(&tree, strsep(&rest, "\n"));
	free(text);
}

static bool is_genuine_root(const unsigned char root[TREE_BYTES])
{
	for (size_t i = 0; i < genuine.count; i++) {
		if (!memcmp(genuine.roots[i], root, TREE_BYTES))
			return true;
	}
	return false;
}

static void expect_genuine_event(const char *text)
{
	json_t *file = json_loads(text, JSON_DISABLE_EOF_CHECK, NULL);
	char *bytes =
		json_dumps(json_object_get(file, "event"), JSON_COMPACT | JSON_SORT_KEYS);
	bool is_genuine = false;

	assert(bytes);
	for (size_t i = 0; i < genuine.count; i++)
		is_genuine = is_genuine || !strcmp(bytes, genuine.lines[i]);
	if (!is_genuine)
		fuzz_fail("an event that never was is proved: %s", bytes);
	free(bytes);
	json_decref(file);
}

static void expect_genuine(const struct journal_verdict *verdict, const char *text)
{
	if (!is_genuine_root(verdict->root))
		fuzz_fail("a record that never was is whole, as %s", verdict->what);
	if (!strcmp(verdict->what, "event"))
		expect_genuine_event(text);
}

void fuzz_verify(const uint8_t *data, size_t len)
{
	const struct journal_trust trust = {.keys = &genuine.key, .key_count = 1};
	struct journal_verdict verdict = {.is_whole = true, .what = ""};
	struct why why = {""};
	char *text = fuzz_as_text(data, len);
	enum kakou_err err;

	if (!genuine.key)
		load_genuine();
	err = text[0] == '{' || text[0] == 's' /* the columns of a CSV */
		      ? verify_text(fuzz_as_file(data, len), &trust, &verdict, &why)
		      : verify_checkpoint(text, &trust, &verdict, &why);
	fuzz_assert_explained(err, &why);
	assert(verdict.is_whole || verdict.finding[0]);
	if (!err && verdict.is_whole)
		expect_genuine(&verdict, text);
	free(text);
}

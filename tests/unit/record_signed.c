/* SPDX-License-Identifier: MIT */
/*
 * Signed journals for tests.
 *
 * Layer: tests.
 */
#include "tests/unit/record_signed.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "firmware/record/audit.h"
#include "firmware/record/past.h"
#include "hal/fake/fake.h"
#include "hal/log.h"

struct record_fixture signed_record;
struct sign_public *signed_key;

int signed_set_up(void **state)
{
	(void)state;
	log_set_level((enum log_level)0);
	fake_clock_set(5000);
	signed_make(&signed_record, 0, SIGNED_EVENTS);
	signed_key = signed_get_public(&signed_record);
	return 0;
}

int signed_tear_down(void **state)
{
	(void)state;
	sign_public_destroy(signed_key);
	record_remove(&signed_record);
	return 0;
}

void signed_append(struct record_fixture *fixture, int from, int to)
{
	struct event event;

	for (int i = from; i < to; i++) {
		record_make_event(&event, i);
		assert_int_equal(writer_take(fixture->writer, &event), KAKOU_OK);
		if (i % SIGNED_GROUP == SIGNED_GROUP - 1)
			assert_int_equal(writer_commit(fixture->writer), KAKOU_OK);
		fake_clock_advance(3000);
	}
	assert_int_equal(writer_commit(fixture->writer), KAKOU_OK);
}

void signed_make(struct record_fixture *fixture, int from, int to)
{
	struct why why = {""};

	record_make(fixture);
	record_use_key(fixture);
	if (record_open(fixture, &why))
		fail_msg("%s", why.text);
	signed_append(fixture, from, to);
	record_close(fixture);
}

struct sign_public *signed_get_public(const struct record_fixture *fixture)
{
	unsigned char der[SIGN_PUBLIC_BYTES];
	struct sign_public *public = NULL;
	struct sign_key *private = NULL;
	struct why why;

	assert_int_equal(sign_key_load(&private, fixture->config.key_file, &why),
			 KAKOU_OK);
	sign_key_get_public(private, der);
	sign_key_destroy(private);
	assert_int_equal(sign_public_take(&public, der, sizeof(der), &why), KAKOU_OK);
	return public;
}

char *signed_get_checkpoint(const struct record_fixture *fixture, int64_t below,
			    int64_t *size)
{
	struct store *store = NULL;
	struct why why = {""};
	char *note = NULL;

	if (store_open(&store, fixture->path, STORE_EVIDENCE, &why) ||
	    store_get_checkpoint(store, 0, below, true, size, &note, &why))
		fail_msg("%s", why.text);
	store_close(store);
	return note;
}

void signed_verify(const struct record_fixture *fixture, struct sign_public *key,
		   const char *held, struct journal_verdict *out)
{
	const char *const notes[] = {held};
	const struct journal_trust trust = {
		.keys = &key,
		.key_count = key ? 1 : 0,
		.held = notes,
		.held_count = held ? 1 : 0,
	};
	struct why why = {""};

	if (journal_verify(fixture->path, &trust, out, &why))
		fail_msg("%s", why.text);
}

void signed_expect_whole(const struct record_fixture *fixture, struct sign_public *key,
			 const char *held)
{
	struct journal_verdict verdict;

	signed_verify(fixture, key, held, &verdict);
	if (!verdict.is_whole)
		fail_msg("%s", verdict.finding);
}

void signed_expect_finding(const struct record_fixture *fixture, struct sign_public *key,
			   const char *held, const char *word)
{
	struct journal_verdict verdict;

	signed_verify(fixture, key, held, &verdict);
	assert_false(verdict.is_whole);
	if (!strstr(verdict.finding, word))
		fail_msg("'%s' lacks '%s'", verdict.finding, word);
}

void signed_expect_no_start(struct record_fixture *fixture, const char *word)
{
	struct why why = {""};

	assert_int_equal(record_open(fixture, &why), KAKOU_E_INVALID);
	if (!strstr(why.text, word))
		fail_msg("'%s' lacks '%s'", why.text, word);
}

void signed_make_it_fit(struct record_fixture *fixture)
{
	struct store_query query = {.limit = -1};
	struct store *from = NULL;
	struct store *to = NULL;
	struct tree_made made;
	struct audit audit;
	struct store_row row;
	struct tree tree;
	struct why why;
	char path[400];

	snprintf(path, sizeof(path), "%s-new", fixture->path);
	assert_int_equal(store_open(&from, fixture->path, STORE_EVIDENCE, &why),
			 KAKOU_OK);
	assert_int_equal(close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600)), 0);
	assert_int_equal(store_open(&to, path, STORE_COPY, &why), KAKOU_OK);
	assert_int_equal(store_begin(to, &why), KAKOU_OK);
	assert_int_equal(past_put_origin(to, "gate-1", &why), KAKOU_OK);
	assert_int_equal(past_put_counter_end(to, 1000, &why), KAKOU_OK);
	audit_begin(&audit, "gate-1");
	tree_begin(&tree);
	assert_int_equal(store_select(from, &query, &why), KAKOU_OK);
	while (!store_next(from, &row, &why)) {
		unsigned char leaf[CHAIN_BYTES];

		chain_hash_leaf(row.bytes, row.len, leaf);
		chain_link(audit.chain, leaf, audit.chain);
		row.leaf = leaf;
		row.chain = audit.chain;
		assert_int_equal(store_insert(to, &row, &why), KAKOU_OK);
		tree_append(&tree, leaf, &made);
		assert_int_equal(store_put_nodes(to, &tree, &made, &why), KAKOU_OK);
	}
	store_end_select(from);
	for (int64_t after = 0;;) {
		char *note = NULL;

		if (store_get_checkpoint(from, after + 1, tree.size + 1, false, &after,
					 &note, &why))
			break;
		assert_int_equal(store_put_checkpoint(to, after, note, &why), KAKOU_OK);
		free(note);
	}
	assert_int_equal(store_commit(to, &why), KAKOU_OK);
	store_close(from);
	store_close(to);
	assert_int_equal(rename(path, fixture->path), 0);
}

void signed_rewrite(struct record_fixture *fixture, int64_t seq)
{
	char sql[300];

	snprintf(sql, sizeof(sql),
		 "UPDATE events SET bytes = CAST(replace(CAST(bytes AS TEXT),"
		 " '\"n\":', '\"n\":1') AS BLOB) WHERE seq = %lld",
		 (long long)seq);
	record_run_sql(fixture, sql);
}

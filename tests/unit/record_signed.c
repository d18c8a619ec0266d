/* SPDX-License-Identifier: MIT */
/*
 * Signed journals for tests.
 *
 * Layer: tests.
 */
#include "tests/unit/record_signed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hal/fake/fake.h"

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

/* SPDX-License-Identifier: MIT */
/*
 * Signed journals for tests.
 *
 * Layer: tests.
 */
#ifndef KAKOU_TESTS_RECORD_SIGNED_H
#define KAKOU_TESTS_RECORD_SIGNED_H

#include "hal/sign.h"
#include "tests/unit/record_fixture.h"

enum { SIGNED_GROUP = 5, SIGNED_EVENTS = 75 };

/** Between signed_set_up() and signed_tear_down(): a closed journal of SIGNED_EVENTS such events
 *  behind the one that introduces its key, and the public half. */
extern struct record_fixture signed_record;
extern struct sign_public *signed_key;
int signed_set_up(void **state);
int signed_tear_down(void **state);

/** Appends events number `from` to `to` - 1 to the open journal, 3 s of the fake clock apart,
 *  SIGNED_GROUP to a commit. */
void signed_append(struct record_fixture *fixture, int from, int to);

/** Makes a journal with a key of its own and such events, and closes it. */
void signed_make(struct record_fixture *fixture, int from, int to);

/** The public half of its key; the caller destroys it. */
struct sign_public *signed_get_public(const struct record_fixture *fixture);

/** The newest checkpoint of less than `below` events in the closed file; the caller frees. */
char *signed_get_checkpoint(const struct record_fixture *fixture, int64_t below,
			    int64_t *size);

/** Verifies the closed file with a key (NULL = none) and a kept checkpoint (NULL = none). */
void signed_verify(const struct record_fixture *fixture, struct sign_public *key,
		   const char *held, struct journal_verdict *out);

/** The same, and asserts that it is whole, or that the finding has `word` in it. */
void signed_expect_whole(const struct record_fixture *fixture, struct sign_public *key,
			 const char *held);
void signed_expect_finding(const struct record_fixture *fixture, struct sign_public *key,
			   const char *held, const char *word);

/** Changes an event of the closed file, as somebody without the key might. */
void signed_rewrite(struct record_fixture *fixture, int64_t seq);

/** All that somebody without the key can make fit after changing events: leaves, chain and
 *  tree, as the program would have written them. */
void signed_make_it_fit(struct record_fixture *fixture);

/** Asserts that it can't be opened, with `word` in the reason. */
void signed_expect_no_start(struct record_fixture *fixture, const char *word);

#endif

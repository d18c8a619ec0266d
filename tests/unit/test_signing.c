/* SPDX-License-Identifier: MIT */
/*
 * The keys that sign a record: introduced, missing, changed, and those who verify with them.
 *
 * Layer: tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "firmware/record/checkpoint.h"
#include "firmware/record/writer.h"
#include "hal/fake/fake.h"
#include "hal/log.h"
#include "tests/unit/record_signed.h"

enum { EVENTS = 75 };

static struct record_fixture record;
static struct record_fixture other;
static struct sign_public *key;

static int set_up(void **state)
{
	(void)state;
	log_set_level((enum log_level)0);
	fake_clock_set(5000);
	signed_make(&record, 0, EVENTS);
	key = signed_get_public(&record);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	sign_public_destroy(key);
	record_remove(&record);
	return 0;
}

static void a_wrong_or_a_missing_key_is_said(void **state)
{
	struct sign_public *right = key;

	(void)state;
	signed_make(&other, 0, 3);
	key = signed_get_public(&other);
	signed_expect_finding(&record, key, NULL, "no given key signed it");
	sign_public_destroy(key);
	key = right;
	record_remove(&other);
}

static void a_start_refuses_a_forged_checkpoint(void **state)
{
	struct checkpoint checkpoint;
	char note[CHECKPOINT_OWN_MAX];
	char forged[2 * CHECKPOINT_OWN_MAX];
	struct sign_key *private = NULL;
	struct store *store = NULL;
	struct why why = {""};
	int64_t size;
	char *kept = signed_get_checkpoint(&record, INT64_MAX, &size);
	char *line;

	(void)state;
	/* A right text under a signature of the right key, but of another text. */
	assert_int_equal(checkpoint_read(kept, strlen(kept), &checkpoint, &why),
			 KAKOU_OK);
	assert_int_equal(sign_key_load(&private, record.config.key_file, &why), KAKOU_OK);
	checkpoint.wall_ms++;
	assert_int_equal(checkpoint_sign(&checkpoint, private, note), KAKOU_OK);
	sign_key_destroy(private);
	line = strstr(note, "\n\n");
	assert_non_null(line);
	*strstr(kept, "\n\n") = '\0';
	snprintf(forged, sizeof(forged), "%s%s", kept, line);
	assert_int_equal(store_open(&store, record.path, STORE_WRITER, &why), KAKOU_OK);
	assert_int_equal(store_put_checkpoint(store, size, forged, &why), KAKOU_OK);
	store_close(store);
	signed_expect_no_start(&record, "has a wrong signature");
	free(kept);
}

static void a_new_key_is_introduced_by_an_event(void **state)
{
	struct journal_verdict verdict;
	struct sign_public *old = key;
	struct sign_public *keys[2];
	struct journal_trust trust = {.keys = keys, .key_count = 2};
	struct why why = {""};

	(void)state;
	assert_int_equal(unlink(record.config.key_file), 0);
	if (record_open(&record, &why))
		fail_msg("%s", why.text);
	signed_append(&record, 0, 10);
	record_close(&record);
	assert_int_equal(record_ask_sql(&record,
					"SELECT count(*) FROM events WHERE kind ="
					" 'signing_key'"),
			 2);
	keys[0] = old;
	keys[1] = signed_get_public(&record);
	assert_int_equal(journal_verify(record.path, &trust, &verdict, &why), KAKOU_OK);
	assert_true(verdict.is_whole);
	signed_expect_finding(&record, key, NULL, "no given key signed it");
	sign_public_destroy(keys[1]);
}

static void a_key_that_is_missing_and_may_not_be_made_is_an_error(void **state)
{
	struct why why = {""};

	(void)state;
	assert_int_equal(unlink(record.config.key_file), 0);
	record.config.makes_key = false;
	assert_int_equal(record_open(&record, &why), KAKOU_E_NOTFOUND);
	assert_non_null(strstr(why.text, "record.key"));
}

/* As the first release wrote it. */
static void a_journal_without_a_tree_gets_one(void **state)
{
	struct journal_verdict verdict;
	struct why why = {""};

	(void)state;
	record_run_sql(&record, "DROP TABLE tree; DROP TABLE checkpoints;"
				"PRAGMA user_version = 1");
	record_verify(&record, &verdict);
	assert_true(verdict.is_whole);
	assert_int_equal(verdict.checkpoints, 0);
	if (record_open(&record, &why))
		fail_msg("%s", why.text);
	signed_append(&record, 0, 1);
	record_close(&record);
	signed_expect_whole(&record, key, NULL);
	assert_int_equal(record_ask_sql(&record, "SELECT count(*) FROM tree"), 4);
	assert_int_equal(record_ask_sql(&record, "PRAGMA user_version"), 2);
}

static void a_signed_journal_is_whole_and_says_how_far_it_is_signed(void **state)
{
	struct journal_verdict verdict;

	(void)state;
	signed_verify(&record, key, NULL, &verdict);
	assert_true(verdict.is_whole);
	/* The key is introduced by the first event. */
	assert_int_equal(verdict.events, EVENTS + 1);
	assert_int_equal(verdict.signed_size, EVENTS + 1);
	/* The first, one for each minute that began since, and the newest. */
	assert_int_equal(verdict.checkpoints, 1 + EVENTS * 3 / 60 + 1);
}

/* Of another gate, and one that nobody signed. */
static void a_kept_checkpoint_that_is_none_of_this_gate_is_said(void **state)
{
	int64_t size;
	char *kept = signed_get_checkpoint(&record, INT64_MAX, &size);
	char *changed = strdup(kept);

	(void)state;
	signed_expect_whole(&record, key, kept);
	changed[0] = 'h';
	signed_expect_finding(&record, key, changed, "is of 'hate-1', expected 'gate-1'");
	changed[0] = kept[0];
	changed[strlen("gate-1\n")] = '6';
	signed_expect_finding(&record, key, changed, "its signature is wrong");
	signed_expect_finding(&record, key, "gate-1\n1\n", "has no signature");
	free(changed);
	free(kept);
}

int main(void)
{
#define ON_SIGNED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		ON_SIGNED(a_wrong_or_a_missing_key_is_said),
		ON_SIGNED(a_start_refuses_a_forged_checkpoint),
		ON_SIGNED(a_new_key_is_introduced_by_an_event),
		ON_SIGNED(a_key_that_is_missing_and_may_not_be_made_is_an_error),
		ON_SIGNED(a_journal_without_a_tree_gets_one),
		ON_SIGNED(a_signed_journal_is_whole_and_says_how_far_it_is_signed),
		ON_SIGNED(a_kept_checkpoint_that_is_none_of_this_gate_is_said),
	};
#undef ON_SIGNED

	return cmocka_run_group_tests_name("signing", tests, NULL, NULL);
}

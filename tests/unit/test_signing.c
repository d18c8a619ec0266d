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

static struct record_fixture other;

static void a_wrong_or_a_missing_key_is_said(void **state)
{
	struct sign_public *right = signed_key;

	(void)state;
	signed_make(&other, 0, 3);
	signed_key = signed_get_public(&other);
	signed_expect_finding(&signed_record, signed_key, NULL, "no given key signed it");
	sign_public_destroy(signed_key);
	signed_key = right;
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
	char *kept = signed_get_checkpoint(&signed_record, INT64_MAX, &size);
	char *line;

	(void)state;
	/* A right text under a signature of the right key, but of another text. */
	assert_int_equal(checkpoint_read(kept, strlen(kept), &checkpoint, &why),
			 KAKOU_OK);
	assert_int_equal(sign_key_load(&private, signed_record.config.key_file, &why),
			 KAKOU_OK);
	checkpoint.wall_ms++;
	assert_int_equal(checkpoint_sign(&checkpoint, private, note, &why), KAKOU_OK);
	sign_key_destroy(private);
	line = strstr(note, "\n\n");
	assert_non_null(line);
	*strstr(kept, "\n\n") = '\0';
	snprintf(forged, sizeof(forged), "%s%s", kept, line);
	assert_int_equal(store_open(&store, signed_record.path, STORE_WRITER, &why),
			 KAKOU_OK);
	assert_int_equal(store_put_checkpoint(store, size, forged, &why), KAKOU_OK);
	store_close(store);
	signed_expect_no_start(&signed_record, "has a wrong signature");
	free(kept);
}

static void a_new_key_is_introduced_by_an_event(void **state)
{
	struct journal_verdict verdict;
	struct sign_public *old = signed_key;
	struct sign_public *keys[2];
	struct journal_trust trust = {.keys = keys, .key_count = 2};
	struct why why = {""};

	(void)state;
	assert_int_equal(unlink(signed_record.config.key_file), 0);
	if (record_open(&signed_record, &why))
		fail_msg("%s", why.text);
	signed_append(&signed_record, 0, 10);
	record_close(&signed_record);
	assert_int_equal(record_ask_sql(&signed_record,
					"SELECT count(*) FROM events WHERE kind ="
					" 'signing_key'"),
			 2);
	keys[0] = old;
	keys[1] = signed_get_public(&signed_record);
	assert_int_equal(journal_verify(signed_record.path, &trust, &verdict, &why),
			 KAKOU_OK);
	assert_true(verdict.is_whole);
	signed_expect_finding(&signed_record, signed_key, NULL, "no given key signed it");
	sign_public_destroy(keys[1]);
}

static void a_key_that_is_missing_and_may_not_be_made_is_an_error(void **state)
{
	struct why why = {""};

	(void)state;
	assert_int_equal(unlink(signed_record.config.key_file), 0);
	signed_record.config.makes_key = false;
	assert_int_equal(record_open(&signed_record, &why), KAKOU_E_NOTFOUND);
	assert_non_null(strstr(why.text, "record.key"));
}

/* As the first release wrote it. */
static void a_journal_without_a_tree_gets_one(void **state)
{
	struct journal_verdict verdict;
	struct why why = {""};

	(void)state;
	record_run_sql(&signed_record, "DROP TABLE tree; DROP TABLE checkpoints;"
				       "DROP TABLE removed; DROP TABLE held;"
				       "PRAGMA user_version = 1");
	record_verify(&signed_record, &verdict);
	assert_true(verdict.is_whole);
	assert_int_equal(verdict.checkpoints, 0);
	if (record_open(&signed_record, &why))
		fail_msg("%s", why.text);
	signed_append(&signed_record, 0, 1);
	record_close(&signed_record);
	signed_expect_whole(&signed_record, signed_key, NULL);
	assert_int_equal(record_ask_sql(&signed_record, "SELECT count(*) FROM tree"), 4);
	assert_int_equal(record_ask_sql(&signed_record, "PRAGMA user_version"), 3);
}

/* As the second release wrote it: what countersigned checkpoints it knew are known. */
static void a_journal_that_never_removed_anything_learns_what_lies_elsewhere(void **state)
{
	struct event event;
	struct why why = {""};

	(void)state;
	if (record_open(&signed_record, &why))
		fail_msg("%s", why.text);
	event_begin(&event, EVENT_RECEIPT, EVENT_NO_LANE, 0);
	event_add_text(&event, "by", "customs");
	event_add_number(&event, "size", 42);
	assert_int_equal(writer_take(signed_record.writer, &event), KAKOU_OK);
	assert_int_equal(writer_commit(signed_record.writer), KAKOU_OK);
	record_close(&signed_record);
	record_run_sql(&signed_record, "DROP TABLE removed; DROP TABLE held;"
				       "PRAGMA user_version = 2");
	signed_expect_whole(&signed_record, signed_key, NULL);
	if (record_open(&signed_record, &why))
		fail_msg("%s", why.text);
	record_close(&signed_record);
	signed_expect_whole(&signed_record, signed_key, NULL);
	assert_int_equal(record_ask_sql(&signed_record, "PRAGMA user_version"), 3);
	assert_int_equal(record_ask_sql(&signed_record, "SELECT size FROM held"), 42);
}

static void a_signed_journal_is_whole_and_says_how_far_it_is_signed(void **state)
{
	struct journal_verdict verdict;

	(void)state;
	signed_verify(&signed_record, signed_key, NULL, &verdict);
	assert_true(verdict.is_whole);
	/* The key is introduced by the first event. */
	assert_int_equal(verdict.events, SIGNED_EVENTS + 1);
	assert_int_equal(verdict.signed_size, SIGNED_EVENTS + 1);
	/* The first, one for each minute that began since, and the newest. */
	assert_int_equal(verdict.checkpoints, 1 + SIGNED_EVENTS * 3 / 60 + 1);
}

/* Of another gate, and one that nobody signed. */
static void a_kept_checkpoint_that_is_none_of_this_gate_is_said(void **state)
{
	int64_t size;
	char *kept = signed_get_checkpoint(&signed_record, INT64_MAX, &size);
	char *changed = strdup(kept);

	(void)state;
	signed_expect_whole(&signed_record, signed_key, kept);
	changed[0] = 'h';
	signed_expect_finding(&signed_record, signed_key, changed,
			      "is of 'hate-1', expected 'gate-1'");
	changed[0] = kept[0];
	changed[strlen("gate-1\n")] = '6';
	signed_expect_finding(&signed_record, signed_key, changed,
			      "its signature is wrong");
	signed_expect_finding(&signed_record, signed_key, "gate-1\n1\n",
			      "has no signature");
	free(changed);
	free(kept);
}

int main(void)
{
#define ON_SIGNED(test)                                                                  \
	cmocka_unit_test_setup_teardown(test, signed_set_up, signed_tear_down)
	const struct CMUnitTest tests[] = {
		ON_SIGNED(a_wrong_or_a_missing_key_is_said),
		ON_SIGNED(a_start_refuses_a_forged_checkpoint),
		ON_SIGNED(a_new_key_is_introduced_by_an_event),
		ON_SIGNED(a_key_that_is_missing_and_may_not_be_made_is_an_error),
		ON_SIGNED(a_journal_without_a_tree_gets_one),
		ON_SIGNED(
			a_journal_that_never_removed_anything_learns_what_lies_elsewhere),
		ON_SIGNED(a_signed_journal_is_whole_and_says_how_far_it_is_signed),
		ON_SIGNED(a_kept_checkpoint_that_is_none_of_this_gate_is_said),
	};
#undef ON_SIGNED

	return cmocka_run_group_tests_name("signing", tests, NULL, NULL);
}

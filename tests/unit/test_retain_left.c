/* SPDX-License-Identifier: MIT */
/*
 * What is left when old events are gone: its proofs and copies, a running journal, its file.
 *
 * Layer: tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "firmware/record/proof.h"
#include "firmware/record/reader.h"
#include "firmware/record/retain.h"
#include "hal/fake/fake.h"
#include "hal/log.h"
#include "tests/unit/record_old.h"

static struct record_fixture record;

static int set_up(void **state)
{
	(void)state;
	old_set_up(&record);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	old_tear_down(&record);
	return 0;
}

/* ---- proofs --------------------------------------------------------------------------- */

static enum kakou_err make_proof(enum journal_proof what, int64_t first, char **json)
{
	struct why why = {""};

	return reader_prove(record.reader, what, first, 0, json, &why);
}

static void verify_text(const char *text, const char *held)
{
	struct sign_public *key = signed_get_public(&record);
	const char *const notes[] = {held};
	const struct journal_trust trust = {
		.keys = &key,
		.key_count = 1,
		.held = notes,
		.held_count = held ? 1 : 0,
	};
	struct journal_verdict verdict;
	struct why why = {""};
	char path[320];
	FILE *to;

	snprintf(path, sizeof(path), "%s/proof", record.directory);
	to = fopen(path, "we");
	assert_non_null(to);
	fputs(text, to);
	assert_int_equal(fclose(to), 0);
	if (journal_verify(path, &trust, &verdict, &why))
		fail_msg("%s", why.text);
	if (!verdict.is_whole)
		fail_msg("%s", verdict.finding);
	sign_public_destroy(key);
}

static void what_stays_is_proved_and_what_went_is_not(void **state)
{
	char *json = NULL;

	(void)state;
	old_make(&record);
	old_retain(&record);
	assert_int_equal(make_proof(JOURNAL_INCLUSION, 1, &json), KAKOU_OK);
	verify_text(json, NULL);
	free(json);
	assert_int_equal(
		make_proof(JOURNAL_INCLUSION, old_removed_to(&record) + 1, &json),
		KAKOU_OK);
	verify_text(json, NULL);
	free(json);
	assert_int_equal(make_proof(JOURNAL_INCLUSION, old_removed_to(&record), &json),
			 KAKOU_E_NOTFOUND);
}

/* Somebody has a checkpoint whose events are gone: that the record only grew is still proved. */
static void growth_from_a_checkpoint_that_lies_elsewhere_is_proved(void **state)
{
	struct sign_public *key;
	int64_t size = 0;
	char *note = NULL;
	char *json = NULL;

	(void)state;
	old_open(&record);
	old_fill(&record, 1230);
	note = signed_get_checkpoint(&record, INT64_MAX, &size);
	old_hold(&record, size);
	old_fill(&record, OLD_MANY);
	old_hold(&record, old_newest(&record));
	fake_clock_advance((int64_t)(OLD_DAYS + 1) * OLD_DAY_MS);
	old_retain(&record);
	assert_true(old_removed_to(&record) > size + RETAIN_BLOCK);
	assert_int_equal(make_proof(JOURNAL_CONSISTENCY, size, &json), KAKOU_OK);
	verify_text(json, note);
	free(json);
	/* Of whose end nobody said anything it is not, but in words. */
	assert_int_equal(make_proof(JOURNAL_CONSISTENCY, size - 300, &json),
			 KAKOU_E_NOTFOUND);
	record_close(&record);
	key = signed_get_public(&record);
	signed_expect_whole(&record, key, note);
	sign_public_destroy(key);
	free(note);
}

static void a_copy_of_what_is_left_is_whole(void **state)
{
	struct reader_copy *copy = NULL;
	struct journal_verdict verdict;
	struct why why = {""};
	enum kakou_err err;
	char path[320];

	(void)state;
	old_make(&record);
	old_retain(&record);
	snprintf(path, sizeof(path), "%s/copy.db", record.directory);
	assert_int_equal(reader_copy_begin(&copy, record.reader, path, &why), KAKOU_OK);
	do
		err = reader_copy_go_on(copy, &why);
	while (err == KAKOU_E_AGAIN);
	assert_int_equal(err, KAKOU_OK);
	if (journal_verify(path, NULL, &verdict, &why) || !verdict.is_whole)
		fail_msg("%s %s", why.text, verdict.finding);
	assert_int_equal(verdict.removed_to, old_removed_to(&record));
	/* The export of the rest needs nothing else. */
	{
		char *text = NULL;
		size_t len = 0;
		FILE *to = open_memstream(&text, &len);

		assert_int_equal(proof_export(path, PROOF_LINES, 0, 0, to, &why),
				 KAKOU_OK);
		assert_int_equal(fclose(to), 0);
		verify_text(text, NULL);
		free(text);
		to = fopen("/dev/null", "we");
		assert_int_equal(proof_export(path, PROOF_LINES, old_removed_to(&record),
					      0, to, &why),
				 KAKOU_E_NOTFOUND);
		fclose(to);
	}
}

/* ---- a running journal, its file ---------------------------------------------------------- */

static int64_t count_pages(void)
{
	int64_t pages;

	record_close(&record);
	pages = record_ask_sql(&record, "PRAGMA page_count");
	old_open(&record);
	return pages;
}

/* Room that was freed is used again. */
static void the_file_stays_about_as_large_as_the_record_was_at_its_longest(void **state)
{
	int64_t longest;

	(void)state;
	old_make(&record);
	longest = count_pages();
	old_retain(&record);
	for (int round = 0; round < 4; round++) {
		old_fill(&record, old_newest(&record) + OLD_MANY - 2 * RETAIN_LEAST);
		old_hold(&record, old_newest(&record));
		fake_clock_advance((int64_t)(OLD_DAYS + 1) * OLD_DAY_MS);
		old_retain(&record);
	}
	assert_true(old_newest(&record) > 2 * OLD_MANY);
	assert_in_range(count_pages(), longest / 2, longest + longest / 4);
	old_close_and_expect_whole(&record);
}

static void a_running_journal_removes_what_is_old(void **state)
{
	struct journal_health health = {0};
	struct timespec pause = {.tv_nsec = 10000000};
	struct journal *journal = NULL;
	struct why why = {""};

	(void)state;
	old_make(&record);
	record_close(&record);
	record.config.directory = record.directory;
	if (journal_open(&journal, &record.config, &record.past, &why))
		fail_msg("%s", why.text);
	journal_retain_soon(journal);
	for (int i = 0; i < 3000 && health.removed_to < 4 * RETAIN_BLOCK; i++) {
		(void)journal_read_health(journal, 0, &health);
		nanosleep(&pause, NULL);
		fake_clock_advance(10);
	}
	journal_close(journal);
	assert_true(health.removed_to >= 4 * RETAIN_BLOCK);
	old_close_and_expect_whole(&record);
}

int main(void)
{
#define ON_RECORD(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		ON_RECORD(what_stays_is_proved_and_what_went_is_not),
		ON_RECORD(growth_from_a_checkpoint_that_lies_elsewhere_is_proved),
		ON_RECORD(a_copy_of_what_is_left_is_whole),
		ON_RECORD(a_running_journal_removes_what_is_old),
		ON_RECORD(the_file_stays_about_as_large_as_the_record_was_at_its_longest),
	};
#undef ON_RECORD

	return cmocka_run_group_tests_name("retain_left", tests, NULL, NULL);
}

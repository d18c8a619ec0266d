/* SPDX-License-Identifier: MIT */
/*
 * The last group, whose signature a power cut may have left out: what is said of it, what the
 * next start does, and what somebody without the key gains from it.
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

#include <cmocka.h>

#include "firmware/record/writer.h"
#include "hal/fake/fake.h"
#include "tests/unit/record_signed.h"

enum { LAST = SIGNED_EVENTS + 1 };

/* Leaves the journal as a power cut may: the newest checkpoint is of `size` events. */
static int64_t lose_signatures(int64_t below)
{
	int64_t size = 0;
	char sql[100];

	free(signed_get_checkpoint(&signed_record, below, &size));
	snprintf(sql, sizeof(sql), "DELETE FROM checkpoints WHERE size > %lld",
		 (long long)size);
	record_run_sql(&signed_record, sql);
	return size;
}

static void start_and_end(void)
{
	struct why why = {""};

	if (record_open(&signed_record, &why))
		fail_msg("%s", why.text);
	record_close(&signed_record);
}

static int64_t ask_late(const char *member)
{
	char sql[200];

	snprintf(sql, sizeof(sql),
		 "SELECT ifnull(sum(json_extract(CAST(bytes AS TEXT), '$.data.%s')), -1)"
		 " FROM events WHERE kind = 'signed_late'",
		 member);
	return record_ask_sql(&signed_record, sql);
}

static int64_t count_unsigned(const char *held)
{
	struct journal_verdict verdict;

	signed_verify(&signed_record, signed_key, held, &verdict);
	if (!verdict.is_whole)
		fail_msg("%s", verdict.finding);
	return verdict.unsigned_events;
}

static void a_group_without_its_signature_is_whole_and_said(void **state)
{
	int64_t size = lose_signatures(LAST);

	(void)state;
	assert_in_range(size, 60, LAST - 1);
	assert_int_equal(count_unsigned(NULL), LAST - size);
}

static void a_start_signs_what_it_found_and_records_that(void **state)
{
	int64_t size = lose_signatures(LAST);

	(void)state;
	start_and_end();
	assert_int_equal(ask_late("first"), size + 1);
	assert_int_equal(ask_late("last"), LAST);
	assert_int_equal(count_unsigned(NULL), 0);
	/* Once. */
	start_and_end();
	assert_int_equal(ask_late("last"), LAST);
}

static void an_orderly_end_leaves_nothing_unsigned(void **state)
{
	(void)state;
	assert_int_equal(count_unsigned(NULL), 0);
	start_and_end();
	assert_int_equal(ask_late("first"), -1);
}

/* Who has the disk between the cut and the start can forge what no signature covers. That it
 * was not covered is in the record for ever; and a checkpoint that had left the gate shows it. */
static void what_is_forged_in_an_unsigned_tail_is_named_by_the_next_start(void **state)
{
	int64_t kept_size;
	char *kept = signed_get_checkpoint(&signed_record, INT64_MAX, &kept_size);
	int64_t size = lose_signatures(LAST);

	(void)state;
	signed_rewrite(&signed_record, size + 1);
	signed_make_it_fit(&signed_record);
	assert_int_equal(count_unsigned(NULL), LAST - size);
	start_and_end();
	assert_int_equal(ask_late("first"), size + 1);
	assert_int_equal(ask_late("last"), LAST);
	assert_int_equal(count_unsigned(NULL), 0);
	signed_expect_finding(&signed_record, signed_key, kept,
			      "has another root than the events");
	free(kept);
}

static void nothing_that_is_signed_can_be_forged_by_cutting_signatures_off(void **state)
{
	int64_t size = lose_signatures(LAST);

	(void)state;
	signed_rewrite(&signed_record, size);
	signed_make_it_fit(&signed_record);
	signed_expect_finding(&signed_record, signed_key, NULL,
			      "has another root than the events");
	signed_expect_no_start(&signed_record, "is not that of its checkpoint");
}

/* Who takes away more than one group's signature is found at rest, and named by a start. */
static void a_start_names_all_that_it_found_unsigned(void **state)
{
	struct why why = {""};
	int64_t size;

	(void)state;
	assert_int_equal(record_open(&signed_record, &why), KAKOU_OK);
	signed_append(&signed_record, SIGNED_EVENTS, SIGNED_EVENTS + WRITER_UNSIGNED);
	record_close(&signed_record);
	size = lose_signatures(60);
	start_and_end();
	assert_int_equal(ask_late("first"), size + 1);
	assert_int_equal(ask_late("last"), LAST + WRITER_UNSIGNED);
}

/* The signature follows without a sync of its own, before the answer to the next group. */
static void a_commit_returns_with_its_signature_in_the_file(void **state)
{
	struct why why = {""};
	struct event event;

	(void)state;
	assert_int_equal(record_open(&signed_record, &why), KAKOU_OK);
	for (int i = 0; i < 5; i++) {
		int64_t size = 0;
		char *note = NULL;

		record_make_event(&event, i);
		assert_int_equal(writer_take(signed_record.writer, &event), KAKOU_OK);
		assert_int_equal(writer_commit(signed_record.writer), KAKOU_OK);
		assert_int_equal(store_get_checkpoint(signed_record.reader, 0, INT64_MAX,
						      true, &size, &note, &why),
				 KAKOU_OK);
		free(note);
		assert_int_equal(size, LAST + 1 + i);
		assert_int_equal(writer_health(signed_record.writer)->signed_seq, size);
		assert_false(writer_is_behind(signed_record.writer));
	}
}

int main(void)
{
#define ON_SIGNED(test)                                                                  \
	cmocka_unit_test_setup_teardown(test, signed_set_up, signed_tear_down)
	const struct CMUnitTest tests[] = {
		ON_SIGNED(a_group_without_its_signature_is_whole_and_said),
		ON_SIGNED(a_start_signs_what_it_found_and_records_that),
		ON_SIGNED(an_orderly_end_leaves_nothing_unsigned),
		ON_SIGNED(what_is_forged_in_an_unsigned_tail_is_named_by_the_next_start),
		ON_SIGNED(nothing_that_is_signed_can_be_forged_by_cutting_signatures_off),
		ON_SIGNED(a_start_names_all_that_it_found_unsigned),
		ON_SIGNED(a_commit_returns_with_its_signature_in_the_file),
	};
#undef ON_SIGNED

	return cmocka_run_group_tests_name("signed late", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * How far a receiver of the record has got is kept with the events, and never runs ahead of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/record_fixture.h"

static struct record_fixture record;

static int set_up(void **state)
{
	(void)state;
	record_make(&record);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	record_remove(&record);
	return 0;
}

static void open_writer(void)
{
	struct why why = {""};

	assert_int_equal(record_open(&record, &why), KAKOU_OK);
}

static void commit_one(void)
{
	struct event event;

	record_make_event(&event, 1);
	assert_int_equal(writer_take(record.writer, &event), KAKOU_OK);
	assert_int_equal(writer_commit(record.writer), KAKOU_OK);
}

static int64_t cursor(void)
{
	return writer_cursor(record.writer, RECEIVER_CUSTOMS);
}

static void a_cursor_is_kept_with_the_next_events(void **state)
{
	(void)state;
	open_writer();
	assert_int_equal(cursor(), 0);
	commit_one();
	commit_one();
	writer_set_cursor(record.writer, RECEIVER_CUSTOMS, 1);
	record_close(&record);
	open_writer();
	assert_int_equal(cursor(), 0); /* nothing was committed after it was set */
	writer_set_cursor(record.writer, RECEIVER_CUSTOMS, 1);
	commit_one();
	record_close(&record);
	open_writer();
	assert_int_equal(cursor(), 1);
}

static void a_cursor_is_never_ahead_of_what_is_committed(void **state)
{
	(void)state;
	open_writer();
	commit_one();
	writer_set_cursor(record.writer, RECEIVER_CUSTOMS, 99);
	assert_int_equal(cursor(), 1);
	commit_one();
	record_close(&record);
	open_writer();
	assert_int_equal(cursor(), 1);
}

static void a_new_receiver_begins_behind_what_is_there(void **state)
{
	(void)state;
	record_fill(&record, 7);
	record_run_sql(&record, "DELETE FROM state WHERE key LIKE 'cursor_%'");
	open_writer();
	assert_int_equal(cursor(), 7);
	commit_one();
	record_close(&record);
	open_writer();
	assert_int_equal(cursor(), 7); /* and stays there, though more was recorded */
}

static void a_cursor_beyond_the_record_is_refused(void **state)
{
	struct why why = {""};

	(void)state;
	record_fill(&record, 3);
	record_run_sql(&record,
		       "UPDATE state SET value = 4 WHERE key = 'cursor_customs'");
	assert_int_equal(record_open(&record, &why), KAKOU_E_INVALID);
	assert_string_equal(why.text, "cursor_customs is 4, expected 0 to 3");
}

static void a_running_journal_tells_how_far_its_receivers_are(void **state)
{
	struct journal_past past;
	struct journal *journal;
	struct event event;
	struct why why;

	(void)state;
	for (int run = 0; run < 3; run++) {
		assert_int_equal(journal_open(&journal, &record.config, &past, &why),
				 KAKOU_OK);
		assert_int_equal(journal_cursor(journal, RECEIVER_CUSTOMS), run);
		journal_set_cursor(journal, RECEIVER_CUSTOMS, run + 1);
		record_make_event(&event, run);
		assert_int_equal(journal_append(journal, &event), KAKOU_OK);
		record_make_event(&event, run);
		assert_int_equal(journal_append(journal, &event), KAKOU_OK);
		journal_close(journal);
		/* Both may have been one commit: what is set again comes with the next one. */
		assert_int_equal(journal_open(&journal, &record.config, &past, &why),
				 KAKOU_OK);
		journal_set_cursor(journal, RECEIVER_CUSTOMS, run + 1);
		assert_int_equal(journal_append(journal, &event), KAKOU_OK);
		journal_close(journal);
	}
	assert_string_equal(journal_receiver_name(RECEIVER_CUSTOMS), "customs");
}

int main(void)
{
#define WITH_DISK(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		WITH_DISK(a_cursor_is_kept_with_the_next_events),
		WITH_DISK(a_cursor_is_never_ahead_of_what_is_committed),
		WITH_DISK(a_new_receiver_begins_behind_what_is_there),
		WITH_DISK(a_cursor_beyond_the_record_is_refused),
		WITH_DISK(a_running_journal_tells_how_far_its_receivers_are),
	};
#undef WITH_DISK

	return cmocka_run_group_tests_name("cursor", tests, NULL, NULL);
}

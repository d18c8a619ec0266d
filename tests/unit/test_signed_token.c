/* SPDX-License-Identifier: MIT */
/*
 * A record whose checkpoints are signed by a token: slow, stuck, pulled out and put back.
 *
 * Layer: tests.
 */
#include <poll.h>
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
#include "hal/log.h"
#include "tests/unit/record_signed.h"
#include "tests/unit/token_case.h"

enum { PATIENCE_MS = 20000, STEP_MS = 500 };

static struct record_fixture record;
static struct sign_public *key;

static void open_record(void)
{
	struct why why = {""};

	if (record_open(&record, &why))
		fail_msg("%s", why.text);
	record.answer_count = 0;
}

static int set_up(void **state)
{
	(void)state;
	if (token_case_lacks()[0])
		return 0;
	log_set_level((enum log_level)0);
	fake_clock_set(5000);
	token_case_set("");
	record_make(&record);
	record.config.key_file = strdup(token_case_uri("record", ""));
	key = signed_get_public(&record);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	if (token_case_lacks()[0])
		return 0;
	token_case_set("");
	record_remove(&record);
	free((void *)(uintptr_t)record.config.key_file);
	sign_public_destroy(key);
	return 0;
}

/* What the journal's thread does when it wakes. */
static void turn(void)
{
	writer_watch_signing(record.writer);
	assert_int_equal(writer_commit(record.writer), KAKOU_OK);
}

static void append(uint64_t ticket)
{
	struct event event;

	record_make_event(&event, (int)ticket);
	event.ticket = ticket;
	assert_int_equal(writer_take(record.writer, &event), KAKOU_OK);
	turn();
}

static int wait_result(int patience_ms)
{
	struct pollfd fd = {.fd = writer_signing_fd(record.writer), .events = POLLIN};

	return poll(&fd, 1, patience_ms);
}

/* Until the token has signed all there is; a second passes where nothing comes. */
static void wait_signed(void)
{
	for (int tries = 0; writer_is_behind(record.writer); tries++) {
		assert_true(tries < PATIENCE_MS / STEP_MS);
		if (wait_result(STEP_MS) == 0)
			fake_clock_advance(1000);
		turn();
	}
}

static int64_t count_alarms(const char *kind)
{
	char sql[200];

	snprintf(sql, sizeof(sql),
		 "SELECT count(*) FROM events WHERE kind = '%s' AND"
		 " CAST(bytes AS TEXT) LIKE '%%record_signing%%'",
		 kind);
	return record_ask_sql(&record, sql);
}

static void expect_whole(int64_t unsigned_events)
{
	struct journal_verdict verdict;

	signed_verify(&record, key, NULL, &verdict);
	if (!verdict.is_whole)
		fail_msg("%s", verdict.finding);
	assert_int_equal(verdict.unsigned_events, unsigned_events);
}

static void a_token_signs_the_record(void **state)
{
	(void)state;
	token_case_need();
	open_record();
	for (uint64_t i = 1; i <= 20; i++)
		append(i);
	wait_signed();
	assert_int_equal(record.answer_count, 20);
	record_close(&record);
	expect_whole(0);
}

/* An answer is the disk's, not the token's. */
static void a_stuck_token_holds_no_answer_up(void **state)
{
	(void)state;
	token_case_need();
	open_record();
	wait_signed();
	token_case_set("stuck");
	for (uint64_t i = 1; i <= 5; i++)
		append(i);
	assert_int_equal(record.answer_count, 5);
	for (size_t i = 0; i < 5; i++)
		assert_true(record.answers[i].is_committed);
	assert_true(writer_is_behind(record.writer));
	token_case_set("");
	wait_signed();
	record_close(&record);
	expect_whole(0);
}

static void after_ten_seconds_it_is_an_alarm_and_after_sixty_nothing_is_cleared(
	void **state)
{
	const struct journal_health *health;

	(void)state;
	token_case_need();
	open_record();
	wait_signed();
	token_case_set("stuck");
	append(1);
	fake_clock_advance(WRITER_LATE_MS);
	append(2);
	assert_true(record.answers[1].is_committed);
	assert_true(writer_health(record.writer)->is_signed);
	fake_clock_advance(WRITER_UNSIGNED_MS - WRITER_LATE_MS);
	append(3);
	assert_false(record.answers[2].is_committed);
	health = writer_health(record.writer);
	assert_false(health->is_signed);
	assert_non_null(strstr(health->why, "is not signed: the signing key does not"));
	assert_int_equal(health->last_seq, health->signed_seq + 4);

	token_case_set("");
	wait_signed();
	turn();
	wait_signed();
	append(4);
	assert_true(record.answers[3].is_committed);
	assert_true(writer_health(record.writer)->is_signed);
	wait_signed();
	record_close(&record);
	expect_whole(0);
	assert_int_equal(count_alarms("alarm"), 1);
	assert_int_equal(count_alarms("alarm_ended"), 1);
}

static void a_token_that_is_pulled_out_is_asked_again_each_second(void **state)
{
	(void)state;
	token_case_need();
	open_record();
	wait_signed();
	token_case_set("gone");
	append(1);
	/* A failure may come at once, or after the turn. */
	for (int second = 0; second < 12; second++) {
		(void)wait_result(STEP_MS / 10);
		turn();
		assert_true(writer_is_behind(record.writer));
		fake_clock_advance(1000);
		turn();
	}
	token_case_set("");
	wait_signed();
	turn();
	wait_signed();
	record_close(&record);
	expect_whole(0);
	assert_int_equal(count_alarms("alarm"), 1);
	assert_int_equal(
		record_ask_sql(&record,
			       "SELECT count(*) FROM events WHERE kind = 'alarm'"
			       " AND CAST(bytes AS TEXT) LIKE '%there is none%'"),
		1);
}

/* kakoud ends although the token does not answer; the next start signs and says so. */
static void a_stuck_token_does_not_hold_up_the_end(void **state)
{
	(void)state;
	token_case_need();
	open_record();
	wait_signed();
	token_case_set("stuck");
	append(1);
	record_close(&record);
	expect_whole(1);
	token_case_set("");
	open_record();
	wait_signed();
	record_close(&record);
	expect_whole(0);
	assert_int_equal(record_ask_sql(&record,
					"SELECT count(*) FROM events WHERE kind ="
					" 'signed_late'"),
			 1);
}

static void a_start_without_its_token_is_refused(void **state)
{
	struct why why = {""};

	(void)state;
	token_case_need();
	token_case_set("gone");
	assert_int_equal(record_open(&record, &why), KAKOU_E_NOTFOUND);
	assert_non_null(strstr(why.text, "token 'kakou gate': there is none"));
}

int main(void)
{
#define WITH_TOKEN(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		WITH_TOKEN(a_token_signs_the_record),
		WITH_TOKEN(a_stuck_token_holds_no_answer_up),
		WITH_TOKEN(
			after_ten_seconds_it_is_an_alarm_and_after_sixty_nothing_is_cleared),
		WITH_TOKEN(a_token_that_is_pulled_out_is_asked_again_each_second),
		WITH_TOKEN(a_start_without_its_token_is_refused),
		/* The last: the module keeps what a thread that is stuck has open. */
		WITH_TOKEN(a_stuck_token_does_not_hold_up_the_end),
	};
#undef WITH_TOKEN

	return cmocka_run_group_tests_name("signed token", tests, token_case_set_up,
					   token_case_tear_down);
}

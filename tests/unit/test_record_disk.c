/* SPDX-License-Identifier: MIT */
/*
 * What the record says of a disk that fills.
 *
 * Layer: tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hal/fake/fake.h"
#include "hal/log.h"
#include "tests/unit/record_fixture.h"

static struct record_fixture record;

static int set_up(void **state)
{
	struct why why = {""};

	(void)state;
	log_set_level((enum log_level)0);
	fake_clock_set(5000);
	record_disk_percent = 10;
	record_make(&record);
	if (record_open(&record, &why))
		fail_msg("%s", why.text);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	record_disk_percent = 10;
	record_remove(&record);
	return 0;
}

/* Events after a minute in which the disk came to this. */
static int64_t pass_minute(int32_t percent)
{
	record_disk_percent = percent;
	fake_clock_advance(WRITER_DISK_MS);
	writer_watch_disk(record.writer);
	assert_int_equal(writer_health(record.writer)->disk_percent, percent);
	assert_int_equal(writer_commit(record.writer), KAKOU_OK);
	return writer_health(record.writer)->last_seq;
}

static void expect_newest(const char *expected)
{
	const struct store_query query = {.limit = 1, .newest_first = true};
	struct store_row row;
	struct why why = {""};

	assert_int_equal(store_select(record.reader, &query, &why), KAKOU_OK);
	assert_int_equal(store_next(record.reader, &row, &why), KAKOU_OK);
	if (!memmem(row.bytes, row.len, expected, strlen(expected)))
		fail_msg("%.*s lacks %s", (int)row.len, row.bytes, expected);
	store_end_select(record.reader);
}

static void each_limit_is_told_once_and_again_when_it_is_passed_anew(void **state)
{
	(void)state;
	assert_int_equal(pass_minute(69), 0);
	assert_int_equal(pass_minute(70), 1);
	expect_newest(
		"\"code\":\"record_disk\",\"limit_percent\":70,\"used_percent\":70");
	assert_int_equal(pass_minute(75), 1);
	assert_int_equal(pass_minute(85), 2);
	expect_newest("\"limit_percent\":85");
	assert_int_equal(pass_minute(99), 2);
	/* Clearly below, not just below. */
	assert_int_equal(pass_minute(84), 2);
	assert_int_equal(pass_minute(82), 3);
	expect_newest("\"limit_percent\":70");
	assert_int_equal(pass_minute(69), 3);
	assert_int_equal(pass_minute(67), 4);
	expect_newest("\"kind\":\"alarm_ended\"");
	assert_int_equal(pass_minute(86), 5);
	expect_newest("\"limit_percent\":85");
}

static void the_disk_is_asked_once_a_minute(void **state)
{
	(void)state;
	pass_minute(10);
	record_disk_percent = 90;
	fake_clock_advance(WRITER_DISK_MS - 1);
	writer_watch_disk(record.writer);
	assert_int_equal(writer_health(record.writer)->disk_percent, 10);
	fake_clock_advance(1);
	writer_watch_disk(record.writer);
	assert_int_equal(writer_health(record.writer)->disk_percent, 90);
}

static void a_disk_that_can_t_be_asked_says_nothing(void **state)
{
	(void)state;
	record_disk_percent = -1;
	fake_clock_advance(WRITER_DISK_MS);
	writer_watch_disk(record.writer);
	assert_int_equal(writer_health(record.writer)->disk_percent, -1);
	assert_int_equal(writer_health(record.writer)->waiting, 0);
}

int main(void)
{
#define ON_DISK(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		ON_DISK(each_limit_is_told_once_and_again_when_it_is_passed_anew),
		ON_DISK(the_disk_is_asked_once_a_minute),
		ON_DISK(a_disk_that_can_t_be_asked_says_nothing),
	};
#undef ON_DISK

	return cmocka_run_group_tests_name("record_disk", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Instants, and plates that are taken for each other.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "drivers/ident/ident.h"
#include "firmware/registry/instant.h"

static void expect(const char *text, int64_t seconds)
{
	int64_t at_ms = -1;

	assert_int_equal(instant_parse(text, &at_ms), 0);
	assert_int_equal(at_ms, seconds * 1000);
}

static void times_are_read_with_their_offset(void **state)
{
	(void)state;
	expect("2026-11-01T08:00:00+08:00", 1793491200);
	expect("2026-11-01T00:00:00Z", 1793491200);
	expect("2026-10-31T19:30:00-04:30", 1793491200);
	expect("2000-02-29", 951753600);
}

static void a_day_begins_in_china(void **state)
{
	(void)state;
	expect("2026-11-01", 1793491200 - 8 * 3600);
}

static void what_the_calendar_or_the_clock_lacks_is_refused(void **state)
{
	static const char *const bad[] = {
		"", "2026", "2026-13-01", "2026-02-29", "2026-11-31", "1999-01-01",
		"2100-01-01", "2026-11-1", "2026-11-01T", "2026-11-01T08:00:00",
		"2026-11-01T24:00:00Z", "2026-11-01T08:60:00Z", "2026-11-01T08:00:00Z ",
		"2026-11-01 08:00:00Z", "2026-11-01T08:00:00+15:00",
		/* in China another century */
		"2000-01-01T00:00:00+14:00", "2099-12-31T23:00:00-14:00"};
	int64_t at_ms;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (instant_parse(bad[i], &at_ms) != KAKOU_E_INVALID)
			fail_msg("\"%s\" was taken", bad[i]);
}

static void what_was_printed_is_read_again(void **state)
{
	char text[INSTANT_TEXT];

	(void)state;
	instant_print(1793491200000, text);
	assert_string_equal(text, "2026-11-01T08:00:00+08:00");
	instant_print(1793491199000, text);
	assert_string_equal(text, "2026-11-01T07:59:59+08:00");
}

static void plates_are_alike_where_cameras_confuse_characters(void **state)
{
	(void)state;
	assert_int_equal(plate_count_confusions("浙A12345", "浙A12345"), 0);
	assert_int_equal(plate_count_confusions("浙A1B345", "浙A18345"), 1);
	assert_int_equal(plate_count_confusions("浙A0B345", "浙AD8345"), 2);
	assert_int_equal(plate_count_confusions("浙A12345", "浙A12346"), -1);
	assert_int_equal(plate_count_confusions("浙A12345", "浙A123456"), -1);
	/* province and city letter are not guessed */
	assert_int_equal(plate_count_confusions("浙B12345", "浙812345"), -1);
	assert_int_equal(plate_count_confusions("浙A12345", "沪A12345"), -1);
	assert_int_equal(plate_count_confusions("", "浙A12345"), -1);
}

static void plates_that_are_alike_fold_to_one(void **state)
{
	char a[PLATE_BYTES_MAX + 1], b[PLATE_BYTES_MAX + 1];

	(void)state;
	plate_fold("浙B8OQ1Z", a);
	plate_fold("浙BB00I2", b);
	assert_string_equal(a, b);
	assert_string_equal(a, "浙B80012");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_read_with_their_offset),
		cmocka_unit_test(a_day_begins_in_china),
		cmocka_unit_test(what_the_calendar_or_the_clock_lacks_is_refused),
		cmocka_unit_test(what_was_printed_is_read_again),
		cmocka_unit_test(plates_are_alike_where_cameras_confuse_characters),
		cmocka_unit_test(plates_that_are_alike_fold_to_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Bounded texts and strict numbers.
 */
#include "hal/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void a_text_that_fits_is_copied_whole(void **state)
{
	char to[6];

	(void)state;
	assert_true(text_copy(to, sizeof(to), "gates"));
	assert_string_equal(to, "gates");
	assert_true(text_copy(to, 1, ""));
	assert_string_equal(to, "");
}

static void a_cut_never_splits_a_character(void **state)
{
	char to[8];

	(void)state;
	memset(to, 'x', sizeof(to));
	assert_false(text_copy(to, 6, "浙A12345"));
	assert_string_equal(to, "浙A1");
	assert_false(text_copy(to, 6, "卡口"));
	assert_string_equal(to, "卡");
	assert_false(text_copy(to, 3, "卡口"));
	assert_string_equal(to, "");
	assert_false(text_copy(to, 1, "a"));
	assert_string_equal(to, "");
}

static void characters_are_counted_not_bytes(void **state)
{
	(void)state;
	assert_int_equal(text_count_characters(""), 0);
	assert_int_equal(text_count_characters("浙A12345"), 7);
	assert_int_equal(text_count_characters("\xF4\x8F\xBF\xBF"), 1); /* U+10FFFF */
}

static void what_is_not_utf_8_is_not_counted(void **state)
{
	static const char *const broken[] = {
		"\x80",             /* a continuation alone */
		"\xC3",             /* cut off */
		"\xE5\x8D",         /* cut off */
		"\xC0\xAF",         /* longer than needed */
		"\xE0\x80\xAF",     /* longer than needed */
		"\xF0\x80\x80\xAF", /* longer than needed */
		"\xED\xA0\x80",     /* a surrogate */
		"\xF4\x90\x80\x80", /* past U+10FFFF */
		"\xF8\x88\x80\x80\x80",
		"ok\xFF",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
		assert_int_equal(text_count_characters(broken[i]), -1);
}

static int64_t parse(const char *text, int64_t min, int64_t max)
{
	int64_t value = -777;
	enum kakou_err err = text_parse_integer(text, min, max, &value);

	assert_true(err == KAKOU_OK || (err == KAKOU_E_INVALID && value == -777));
	return value;
}

static void integers_are_decimal_or_0x(void **state)
{
	(void)state;
	assert_int_equal(parse("0", 0, 10), 0);
	assert_int_equal(parse("-12", -20, 0), -12);
	assert_int_equal(parse("0x1F", 0, 100), 31);
	assert_int_equal(parse("0x00ff", 0, 255), 255);
	assert_int_equal(parse("9223372036854775807", INT64_MIN, INT64_MAX), INT64_MAX);
	assert_true(parse("-9223372036854775808", INT64_MIN, INT64_MAX) == INT64_MIN);
}

static void what_is_not_plainly_an_integer_is_refused(void **state)
{
	static const char *const wrong[] = {
		"",
		" 1",
		"1 ",
		"+1",
		"0100",
		"00",
		"1.0",
		"1e3",
		"0x",
		"0X10",
		"0xg",
		"-",
		"--1",
		"1_000",
		"９",
		"18446744073709551616",
		"9223372036854775808",
		"-9223372036854775809",
		"0x10000000000000000",
		"\n1",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(parse(wrong[i], INT64_MIN, INT64_MAX), -777);
}

static void integers_out_of_range_are_refused(void **state)
{
	(void)state;
	assert_int_equal(parse("10", 0, 10), 10);
	assert_int_equal(parse("11", 0, 10), -777);
	assert_int_equal(parse("-1", 0, 10), -777);
}

static int64_t parse_fixed(const char *text, int places)
{
	int64_t value = -777;
	enum kakou_err err = text_parse_fixed(text, places, INT64_MIN, INT64_MAX, &value);

	assert_true(err == KAKOU_OK || (err == KAKOU_E_INVALID && value == -777));
	return value;
}

static void decimals_become_whole_units(void **state)
{
	(void)state;
	assert_int_equal(parse_fixed("123.456", 3), 123456);
	assert_int_equal(parse_fixed("123.4", 3), 123400);
	assert_int_equal(parse_fixed("123", 3), 123000);
	assert_int_equal(parse_fixed("-0.5", 1), -5);
	assert_int_equal(parse_fixed("7", 0), 7);
	assert_int_equal(parse_fixed("9.223372036854775807", 18), INT64_MAX);
}

static void what_is_not_plainly_a_decimal_is_refused(void **state)
{
	static const char *const wrong[] = {
		"",
		".",
		".5",
		"1.",
		"1.2345",
		"01.5",
		"1.2.3",
		"1,5",
		"1.5e1",
		"0x1.8",
		" 1",
		"1.-5",
		"9223372036854775.808",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(parse_fixed(wrong[i], 3), -777);
}

static void decimals_out_of_range_are_refused(void **state)
{
	int64_t value;

	(void)state;
	assert_int_equal(text_parse_fixed("5.001", 3, 0, 5000, &value), KAKOU_E_INVALID);
	assert_int_equal(text_parse_fixed("5.000", 3, 0, 5000, &value), KAKOU_OK);
	assert_int_equal(value, 5000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_that_fits_is_copied_whole),
		cmocka_unit_test(a_cut_never_splits_a_character),
		cmocka_unit_test(characters_are_counted_not_bytes),
		cmocka_unit_test(what_is_not_utf_8_is_not_counted),
		cmocka_unit_test(integers_are_decimal_or_0x),
		cmocka_unit_test(what_is_not_plainly_an_integer_is_refused),
		cmocka_unit_test(integers_out_of_range_are_refused),
		cmocka_unit_test(decimals_become_whole_units),
		cmocka_unit_test(what_is_not_plainly_a_decimal_is_refused),
		cmocka_unit_test(decimals_out_of_range_are_refused),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Which of two versions of an image is older.
 *
 * Layer: tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/update/version.h"

static int sign_of(int n)
{
	return (n > 0) - (n < 0);
}

static void versions_have_the_order_of_debian(void **state)
{
	/* Each is older than the next one. */
	static const char *const order[] = {
		"0.1.0~git20260102150405.abc1234",
		"0.1.0~git20260102150406.0000000",
		"0.1.0~git20260102150406.0000000+changed",
		"0.1.0~git20261127034351.1",
		"0.1.0~rc1",
		"0.1.0",
		"0.1.0+1",
		"0.1.1",
		"0.1.9",
		"0.1.10",
		"0.2",
		"1.0~~",
		"1.0~",
		"1.0",
		"1.0-1",
		"10.0",
	};
	enum { COUNT = sizeof(order) / sizeof(order[0]) };

	(void)state;
	for (int i = 0; i < COUNT; i++) {
		assert_true(update_version_is_sound(order[i]));
		for (int j = 0; j < COUNT; j++)
			if (sign_of(update_version_compare(order[i], order[j])) !=
			    sign_of(i - j))
				fail_msg("%s against %s", order[i], order[j]);
	}
	assert_int_equal(update_version_compare("1.007", "1.7"), 0);
}

static void what_is_no_version_is_refused(void **state)
{
	static const char *const none[] = {"", "v1", "1 0", "1;2", "1:2", "1.0\n", "版"};
	char long_one[UPDATE_VERSION_MAX + 2];

	(void)state;
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_false(update_version_is_sound(none[i]));
	memset(long_one, '1', sizeof(long_one) - 1);
	long_one[sizeof(long_one) - 1] = '\0';
	assert_false(update_version_is_sound(long_one));
	assert_true(update_version_is_sound(long_one + 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions_have_the_order_of_debian),
		cmocka_unit_test(what_is_no_version_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

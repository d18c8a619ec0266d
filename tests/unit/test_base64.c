/* SPDX-License-Identifier: MIT */
/*
 * Base64: the values of RFC 4648 section 10, and what is none.
 *
 * Layer: tests.
 */
#include "hal/base64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const pairs[][2] = {
	{"",       ""        },
	{"f",      "Zg=="    },
	{"fo",     "Zm8="    },
	{"foo",    "Zm9v"    },
	{"foob",   "Zm9vYg=="},
	{"fooba",  "Zm9vYmE="},
	{"foobar", "Zm9vYmFy"},
};

static void bytes_become_the_text_of_the_rfc_and_come_back(void **state)
{
	char text[16];
	char bytes[16];
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		base64_encode(pairs[i][0], strlen(pairs[i][0]), text);
		assert_string_equal(text, pairs[i][1]);
		assert_int_equal(
			base64_decode(text, strlen(text), bytes, sizeof(bytes), &len),
			KAKOU_OK);
		assert_int_equal(len, strlen(pairs[i][0]));
		assert_memory_equal(bytes, pairs[i][0], len);
	}
}

static void only_the_one_text_of_some_bytes_is_read(void **state)
{
	static const char *const bad[] = {
		"Zg",       "Zg=",    "Zh==", "Zm9=", "Z===",  "====",         "=Zg=",
		"Zg==Zg==", "Zm9v\n", "Zm 9", "Zm_v", "Zm9vY", "Zm9vYg==Zm9v",
	};
	char bytes[16];
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(
			base64_decode(bad[i], strlen(bad[i]), bytes, sizeof(bytes), &len),
			KAKOU_E_INVALID);
	assert_int_equal(base64_decode("Zm9vYmFy", 8, bytes, 5, &len), KAKOU_E_FULL);
	assert_int_equal(base64_decode("Zm\0v", 4, bytes, 5, &len), KAKOU_E_INVALID);
}

static void any_bytes_come_back(void **state)
{
	unsigned char bytes[67];
	unsigned char again[67];
	char text[BASE64_CHARS(sizeof(bytes)) + 1];
	unsigned seed = 1;
	size_t got;

	(void)state;
	for (size_t len = 0; len <= sizeof(bytes); len++) {
		for (size_t i = 0; i < len; i++)
			bytes[i] = (unsigned char)rand_r(&seed);
		base64_encode(bytes, len, text);
		assert_int_equal(strlen(text), BASE64_CHARS(len));
		assert_int_equal(base64_decode(text, strlen(text), again, len, &got),
				 KAKOU_OK);
		assert_int_equal(got, len);
		assert_memory_equal(bytes, again, len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_become_the_text_of_the_rfc_and_come_back),
		cmocka_unit_test(only_the_one_text_of_some_bytes_is_read),
		cmocka_unit_test(any_bytes_come_back),
	};

	return cmocka_run_group_tests_name("base64", tests, NULL, NULL);
}

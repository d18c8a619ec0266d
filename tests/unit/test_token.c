/* SPDX-License-Identifier: MIT */
/*
 * Keys in tokens, and the URIs that name them.
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
#include <sys/stat.h>

#include <cmocka.h>

#include "hal/file.h"
#include "hal/linux/token.h"
#include "hal/sign.h"
#include "tests/unit/token_case.h"

/* ---- URIs ----------------------------------------------------------------------------- */

static void a_uri_says_module_token_key_and_pin(void **state)
{
	struct token_uri uri;
	struct why why = {""};

	(void)state;
	assert_int_equal(
		token_parse_uri("pkcs11:token=My%20gate;serial=12ab;object=record;"
				"id=%01%fF;type=private?module-path=/usr/lib/x.so&"
				"pin-source=file:///etc/kakou/pin",
				&uri, &why),
		KAKOU_OK);
	assert_string_equal(uri.token, "My gate");
	assert_string_equal(uri.serial, "12ab");
	assert_string_equal(uri.object, "record");
	assert_int_equal(uri.id_len, 2);
	assert_int_equal(uri.id[1], 0xFF);
	assert_string_equal(uri.module_path, "/usr/lib/x.so");
	assert_string_equal(uri.pin_path, "/etc/kakou/pin");
}

static void a_uri_that_lacks_something_says_what(void **state)
{
	static const struct {
		const char *uri, *word;
	} cases[] = {
		{"file:x",						 "expected \"pkcs11:\""     },
		{"pkcs11:token=a;object=b",                                "module-path="             },
		{"pkcs11:object=b?module-path=/x",                         "\"token=\" or \"serial=\""},
		{"pkcs11:token=a?module-path=/x",                          "\"object=\" or \"id=\""   },
		{"pkcs11:token=a;object=b?module-path=x.so",               "an absolute path"         },
		{"pkcs11:token=a;object=b?module-path=/x&pin-source=|cat",
		 "an absolute path"								   },
		{"pkcs11:token=a;object=%zz?module-path=/x",               "label of a key"           },
		{"pkcs11:token=a;object=%4?module-path=/x",                "label of a key"           },
		{"pkcs11:token=;object=b?module-path=/x",                  "label of a token"         },
		{"pkcs11:token=a;object=b;type=public?module-path=/x",     "\"private\""              },
		{"pkcs11:token=a;object=b;colour=red?module-path=/x",
		 "token, serial, object"							      },
		{"pkcs11:token?module-path=/x",                            "NAME=VALUE"               },
		{"pkcs11:token=a%00b;object=c?module-path=/x",             "label of a token"         },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct why why = {""};

		assert_int_equal(sign_check_token_uri(cases[i].uri, &why),
				 KAKOU_E_INVALID);
		if (!strstr(why.text, cases[i].word))
			fail_msg("%s: '%s' lacks '%s'", cases[i].uri, why.text,
				 cases[i].word);
	}
}

static void a_pin_in_a_uri_is_refused_and_not_repeated(void **state)
{
	struct why why = {""};

	(void)state;
	assert_int_equal(sign_check_token_uri("pkcs11:token=a;object=b?module-path=/x&"
					      "pin-value=1234",
					      &why),
			 KAKOU_E_INVALID);
	assert_non_null(strstr(why.text, "a PIN has no place in a configuration"));
	assert_null(strstr(why.text, "1234"));
}

/* ---- a token -------------------------------------------------------------------------- */

static void need_token(void)
{
	token_case_need();
	token_case_set("");
	assert_int_equal(chmod(token_case_path("pin"), 0600), 0);
}

static void expect_signs(struct sign_key *key)
{
	unsigned char signature[SIGN_SIGNATURE_MAX];
	unsigned char der[SIGN_PUBLIC_BYTES];
	struct sign_public *public = NULL;
	struct why why = {""};
	size_t len = 0;

	sign_key_get_public(key, der);
	assert_int_equal(sign_public_take(&public, der, sizeof(der), &why), KAKOU_OK);
	/* Short and long r and s. */
	for (int i = 0; i < 200; i++) {
		char text[16];
		int text_len = snprintf(text, sizeof(text), "text %d", i);

		if (sign_key_sign(key, text, (size_t)text_len, signature, &len, &why))
			fail_msg("%s", why.text);
		assert_int_equal(sign_public_verify(public, text, (size_t)text_len,
						    signature, len),
				 KAKOU_OK);
	}
	sign_public_destroy(public);
}

static void a_key_in_a_token_signs(void **state)
{
	struct sign_key *key = NULL;
	struct why why = {""};

	(void)state;
	need_token();
	if (sign_key_load(&key, token_case_uri("record", ""), &why))
		fail_msg("%s", why.text);
	assert_false(sign_key_is_quick(key));
	expect_signs(key);
	sign_key_destroy(key);
}

static void a_token_that_comes_back_signs_again(void **state)
{
	unsigned char signature[SIGN_SIGNATURE_MAX];
	struct sign_key *key = NULL;
	struct why why = {""};
	size_t len;

	(void)state;
	need_token();
	assert_int_equal(sign_key_load(&key, token_case_uri("record", ""), &why),
			 KAKOU_OK);
	token_case_set("gone");
	assert_int_equal(sign_key_sign(key, "x", 1, signature, &len, &why), KAKOU_E_IO);
	assert_non_null(strstr(why.text, "CKR_DEVICE_REMOVED"));
	assert_int_equal(sign_key_sign(key, "x", 1, signature, &len, &why),
			 KAKOU_E_NOTFOUND);
	assert_non_null(strstr(why.text, "there is none"));
	token_case_set("");
	expect_signs(key);
	sign_key_destroy(key);
}

static void what_is_not_there_or_not_one_is_said(void **state)
{
	static const struct {
		const char *object, *word;
		enum kakou_err err;
	} cases[] = {
		{"nothing", "there is no private EC key",       KAKOU_E_NOTFOUND},
		{"twin",    "there are several private EC key", KAKOU_E_INVALID },
		{"large",   "expected a key of P-256",          KAKOU_E_INVALID },
	};
	struct sign_key *key = NULL;
	struct why why = {""};

	(void)state;
	need_token();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
			sign_key_load(&key, token_case_uri(cases[i].object, ""), &why),
			cases[i].err);
		if (!strstr(why.text, cases[i].word))
			fail_msg("'%s' lacks '%s'", why.text, cases[i].word);
	}
	assert_int_equal(sign_key_load(&key,
				       "pkcs11:token=a;object=b?module-path=/nowhere.so",
				       &why),
			 KAKOU_E_NOTFOUND);
	assert_non_null(strstr(why.text, "/nowhere.so"));
}

static void a_pin_that_others_may_read_is_not_used(void **state)
{
	struct sign_key *key = NULL;
	struct why why = {""};

	(void)state;
	need_token();
	assert_int_equal(chmod(token_case_path("pin"), 0640), 0);
	assert_int_equal(sign_key_load(&key, token_case_uri("record", ""), &why),
			 KAKOU_E_DENIED);
	assert_non_null(strstr(why.text, "mode is 0640"));
}

/* Three wrong ones lock many tokens for ever. */
static void a_wrong_pin_is_not_tried_twice(void **state)
{
	unsigned char signature[SIGN_SIGNATURE_MAX];
	struct sign_key *key = NULL;
	struct why why = {""};
	size_t len;

	(void)state;
	need_token();
	assert_int_equal(sign_key_load(&key, token_case_uri("record", ""), &why),
			 KAKOU_OK);
	token_case_set("gone");
	assert_int_equal(sign_key_sign(key, "x", 1, signature, &len, &why), KAKOU_E_IO);
	token_case_set("");
	assert_int_equal(
		file_write_atomic(token_case_path("pin"), "1111\n", 5, 0600, NULL), 0);
	assert_int_equal(sign_key_sign(key, "x", 1, signature, &len, &why),
			 KAKOU_E_DENIED);
	assert_non_null(strstr(why.text, "CKR_PIN_INCORRECT"));
	assert_int_equal(sign_key_sign(key, "x", 1, signature, &len, &why),
			 KAKOU_E_DENIED);
	assert_non_null(strstr(why.text, "is not tried again"));
	sign_key_destroy(key);
	assert_int_equal(
		file_write_atomic(token_case_path("pin"), "5678\n", 5, 0600, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_uri_says_module_token_key_and_pin),
		cmocka_unit_test(a_uri_that_lacks_something_says_what),
		cmocka_unit_test(a_pin_in_a_uri_is_refused_and_not_repeated),
		cmocka_unit_test(a_key_in_a_token_signs),
		cmocka_unit_test(a_token_that_comes_back_signs_again),
		cmocka_unit_test(what_is_not_there_or_not_one_is_said),
		cmocka_unit_test(a_pin_that_others_may_read_is_not_used),
		cmocka_unit_test(a_wrong_pin_is_not_tried_twice),
	};

	return cmocka_run_group_tests_name("token", tests, token_case_set_up,
					   token_case_tear_down);
}

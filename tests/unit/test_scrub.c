/* SPDX-License-Identifier: MIT */
/*
 * Secrets are struck out, and nothing else.
 *
 * Layer: tests.
 */
#include "firmware/care/scrub.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct scrub *scrub;
static struct why why;

static int set_up(void **state)
{
	(void)state;
	return scrub_create(&scrub);
}

static int tear_down(void **state)
{
	(void)state;
	scrub_destroy(scrub);
	return 0;
}

static void expect(const char *text, const char *wanted)
{
	char *clean;

	assert_int_equal(scrub_text(scrub, text, &clean), KAKOU_OK);
	assert_string_equal(clean, wanted);
	free(clean);
}

static void what_looks_like_a_secret_is_struck_out(void **state)
{
	static const struct {
		const char *text, *wanted;
	} cases[] = {
		{"password = \"a b \\\" c\"\nnext = 1",
		 "password = [struck out]\nnext = 1"							 },
		{"{\"password\": \"x\", \"name\": \"li\"}",
		 "{\"password\": [struck out], \"name\": \"li\"}"                                            },
		{"{\"line\":\"{\\\"ticket\\\":\\\"abc\\\",\\\"lane\\\":\\\"in1\\\"}\"}",
		 "{\"line\":\"{\\\"ticket\\\":[struck out],\\\"lane\\\":\\\"in1\\\"}\"}"                     },
		{"<USER_ID>gate</USER_ID><PSW>geheim</PSW>",
		 "<USER_ID>gate</USER_ID><PSW>[struck out]</PSW>"                                            },
		{"li:officer:open:12:$y$j9T$abcdefgh$ijklmnopqrstuvwxyz0123\nx",
		 "li:officer:open:12:[struck out]\nx"							},
		{"pkcs11:token=k;object=r?module-path=/m.so&pin-value=123456&x=y",
		 "pkcs11:token=k;object=r?module-path=/m.so&pin-value=[struck out]&x=y"                      },
		{"a\n-----BEGIN EC PRIVATE KEY-----\nMHcCAQ\n-----END EC PRIVATE "
		 "KEY-----\nb",					 "a\n[struck out]\nb"},
		{"--pin=1234 PIN: 99 so_pin=7",
		 "--pin=[struck out] PIN: [struck out] so_pin=[struck out]"                                  },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect(cases[i].text, cases[i].wanted);
}

static void what_is_no_secret_stays(void **state)
{
	static const char *const texts[] = {
		"password_file = \"/etc/kakou/customs.password\"",
		"a password is no key, and the password is not here",
		"pin-source=file:/etc/kakou/pin",
		"key_file = \"gate.key\"",
		"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
		"opinion = 3, shipping: 4, $HOME $5 and $ab$cd",
		"车牌 浙A12345 放行 请通过",
		"",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		expect(texts[i], texts[i]);
}

static void what_is_known_is_struck_out_wherever_it_stands(void **state)
{
	(void)state;
	assert_int_equal(scrub_learn(scrub, "MHcCAQEEIAbc", 12), KAKOU_OK);
	assert_int_equal(scrub_learn(scrub, "MHcCAQEEIAbcdef", 15), KAKOU_OK);
	assert_int_equal(scrub_learn(scrub, "abc", 3), KAKOU_OK);
	expect("x=MHcCAQEEIAbcdef; MHcCAQEEIAbc abc", "x=[struck out]; [struck out] abc");
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void files_of_secrets_are_learnt_line_by_line(void **state)
{
	char path[] = "/tmp/kakou-scrub-XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	write_file(path, "-----BEGIN EC PRIVATE KEY-----\nAAAABBBBCCCC\nDDDDEEEE==\n");
	assert_int_equal(scrub_learn_file(scrub, path, &why), KAKOU_OK);
	write_file(path,
		   "kakou people 1\nlihua:officer:open:1700000000000:$y$j9T$sa$ha\n");
	assert_int_equal(scrub_learn_file(scrub, path, &why), KAKOU_OK);
	write_file(path, "geh:eim99\n");
	assert_int_equal(scrub_learn_file(scrub, path, &why), KAKOU_OK);
	unlink(path);
	assert_int_equal(scrub_learn_file(scrub, path, &why), KAKOU_OK);
	expect("BEGIN EC AAAABBBBCCCC,DDDDEEEE== lihua officer $y$j9T$sa$ha geh:eim99",
	       "BEGIN EC [struck out],[struck out] lihua officer [struck out] [struck "
	       "out]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_looks_like_a_secret_is_struck_out,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_no_secret_stays, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(
			what_is_known_is_struck_out_wherever_it_stands, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(files_of_secrets_are_learnt_line_by_line,
						set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

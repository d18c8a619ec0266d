/* SPDX-License-Identifier: MIT */
/*
 * Errors, their sentences and the lines of the log.
 */
#include "hal/why.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "hal/log.h"
#include "hal/text.h"

static void a_failure_is_one_statement(void **state)
{
	struct why why;

	(void)state;
	assert_int_equal(why_set(&why, KAKOU_E_FULL, "%d items, expected %d", 9, 8),
			 KAKOU_E_FULL);
	assert_string_equal(why.text, "9 items, expected 8");
	assert_int_equal(why_set(NULL, KAKOU_E_IO, "nobody listens"), KAKOU_E_IO);
}

static void a_sentence_can_wrap_the_one_it_replaces(void **state)
{
	struct why why;

	(void)state;
	why_set(&why, KAKOU_E_INVALID, "port is 0");
	why_set(&why, KAKOU_E_INVALID, "site.conf:7: %s", why.text);
	assert_string_equal(why.text, "site.conf:7: port is 0");
}

static void a_long_sentence_is_cut_between_characters(void **state)
{
	char longer[400];
	struct why why;

	(void)state;
	for (size_t i = 0; i + 3 < sizeof(longer); i += 3)
		memcpy(longer + i, "口", 4);
	for (size_t shift = 0; shift < 3; shift++) {
		why_set(&why, KAKOU_OK, "%.*s%s", (int)shift, "ab", longer);
		assert_true(strlen(why.text) > sizeof(why.text) - 4);
		assert_true(text_count_characters(why.text) > 0);
	}
}

/* What is quoted comes from files and peers, and is shown on terminals. */
static void what_a_sentence_quotes_does_not_steer_the_terminal(void **state)
{
	struct why why;

	(void)state;
	why_set(&why, KAKOU_E_INVALID, "got \"%s\"",
		"a\x1b[2J\n\xc2\x9b"
		"1m浙");
	assert_string_equal(why.text, "got \"a?[2J???1m浙\"");
}

static void every_error_has_a_name_of_its_own(void **state)
{
	(void)state;
	assert_string_equal(kakou_err_name(KAKOU_OK), "ok");
	assert_string_equal(kakou_err_name(KAKOU_E_TIMEOUT), "timeout");
	for (int a = 0; a >= KAKOU_E_NOMEM; a--) {
		assert_string_not_equal(kakou_err_name((enum kakou_err)a), "unknown");
		for (int b = a + 1; b <= 0; b++)
			assert_string_not_equal(kakou_err_name((enum kakou_err)a),
						kakou_err_name((enum kakou_err)b));
	}
	assert_string_equal(kakou_err_name((enum kakou_err)5), "unknown");
}

/* What one call writes to standard error; each write is one read of the pipe. */
static void capture(char *to, size_t size, enum log_level level, const char *text)
{
	int saved = dup(STDERR_FILENO);
	int ends[2];
	ssize_t got;

	assert_int_equal(pipe(ends), 0);
	dup2(ends[1], STDERR_FILENO);
	log_line(level, "lane", "%s", text);
	dup2(saved, STDERR_FILENO);
	close(ends[1]);
	close(saved);
	got = read(ends[0], to, size - 1);
	assert_true(got >= 0);
	to[got] = '\0';
	close(ends[0]);
}

static void a_log_line_carries_level_and_module(void **state)
{
	char line[64];

	(void)state;
	capture(line, sizeof(line), LOG_AT_WARNING, "beam is dirty");
	assert_string_equal(line, "<4> lane: beam is dirty\n");
}

static void quiet_levels_print_nothing(void **state)
{
	char line[64];

	(void)state;
	capture(line, sizeof(line), LOG_AT_DEBUG, "details");
	assert_string_equal(line, "");
	log_set_level(LOG_AT_DEBUG);
	capture(line, sizeof(line), LOG_AT_DEBUG, "details");
	assert_string_equal(line, "<7> lane: details\n");
	log_set_level(LOG_AT_INFO);
}

static void control_characters_cannot_forge_a_line(void **state)
{
	char line[64];

	(void)state;
	capture(line, sizeof(line), LOG_AT_INFO, "plate\n<3> \x1b[2J\x7f\xC2\x9B浙");
	assert_string_equal(line, "<6> lane: plate?<3> ?[2J???浙\n");
}

static void an_endless_text_is_one_bounded_line(void **state)
{
	char text[3000];
	char line[4000];

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	capture(line, sizeof(line), LOG_AT_INFO, text);
	assert_in_range(strlen(line), 900, 1024);
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_failure_is_one_statement),
		cmocka_unit_test(a_sentence_can_wrap_the_one_it_replaces),
		cmocka_unit_test(a_long_sentence_is_cut_between_characters),
		cmocka_unit_test(what_a_sentence_quotes_does_not_steer_the_terminal),
		cmocka_unit_test(every_error_has_a_name_of_its_own),
		cmocka_unit_test(a_log_line_carries_level_and_module),
		cmocka_unit_test(quiet_levels_print_nothing),
		cmocka_unit_test(control_characters_cannot_forge_a_line),
		cmocka_unit_test(an_endless_text_is_one_bounded_line),
	};

	return cmocka_run_group_tests_name("why", tests, NULL, NULL);
}

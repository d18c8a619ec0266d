/* SPDX-License-Identifier: MIT */
/*
 * Changes in the text of a configuration file.
 *
 * Layer: tests.
 */
#include "hal/conf_edit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char sample[] = "# the name\n"
			     "name = \"gate\" // short\n"
			     "list = {\"a = 1\", \"}\"}\n"
			     "\n"
			     "port \"one\" {\n"
			     "\t/* host = \"no\" { */\n"
			     "\thost = \"192.0.2.1\"\n"
			     "\tline \"x\" {\n"
			     "\t\thost = \"inside\"\n"
			     "\t}\n"
			     "}\n"
			     "port \"t\\\"wo\" { tcp_port = 502 }\n";

static struct conf_edit *edit;
static struct why why;

static int set_up(void **state)
{
	(void)state;
	return conf_edit_open(&edit, sample, "x.conf", &why);
}

static int tear_down(void **state)
{
	(void)state;
	conf_edit_close(edit);
	return 0;
}

static void expect(const char *name, const char *title, const char *key,
		   const char *value)
{
	char found[64] = "";
	bool is_there = conf_edit_get(edit, name, title, key, found, sizeof(found));

	if (value)
		assert_string_equal(found, value);
	assert_int_equal(is_there, value != NULL);
}

static bool set(const char *name, const char *title, const char *key, const char *value,
		bool is_quoted)
{
	bool has_changed = false;

	assert_int_equal(conf_edit_set(edit, name, title, key, value, is_quoted,
				       &has_changed, &why),
			 KAKOU_OK);
	return has_changed;
}

static void values_are_found_in_their_sections_and_nowhere_else(void **state)
{
	(void)state;
	expect("", NULL, "name", "gate");
	expect("port", "one", "host", "192.0.2.1");
	expect("port", "t\"wo", "tcp_port", "502");
	expect("port", NULL, "host", "192.0.2.1");
	expect("port", "t\"wo", "host", NULL);
	expect("", NULL, "host", NULL);
	expect("", NULL, "list", NULL);
	expect("lane", NULL, "host", NULL);
}

static void a_change_leaves_comments_and_order_as_they_were(void **state)
{
	(void)state;
	assert_true(set("port", "one", "host", "192.0.2.9", true));
	assert_false(set("port", "one", "host", "192.0.2.9", true));
	assert_string_equal(conf_edit_text(edit),
			    "# the name\n"
			    "name = \"gate\" // short\n"
			    "list = {\"a = 1\", \"}\"}\n"
			    "\n"
			    "port \"one\" {\n"
			    "\t/* host = \"no\" { */\n"
			    "\thost = \"192.0.2.9\"\n"
			    "\tline \"x\" {\n"
			    "\t\thost = \"inside\"\n"
			    "\t}\n"
			    "}\n"
			    "port \"t\\\"wo\" { tcp_port = 502 }\n");
}

static void a_new_key_stands_in_its_section(void **state)
{
	(void)state;
	assert_true(set("port", "one", "tcp_port", "503", false));
	assert_non_null(strstr(conf_edit_text(edit), "\t}\n\ttcp_port = 503\n}\n"));
	assert_true(set("port", "t\"wo", "host", "a \"b\" $c \\", true));
	expect("port", "t\"wo", "host", "a \"b\" $c \\");
	expect("port", "t\"wo", "tcp_port", "502");
	assert_true(set("", NULL, "watchdog", "w", true));
	assert_non_null(strstr(conf_edit_text(edit), "\"}\"}\nwatchdog = \"w\"\n\nport"));
	expect("", NULL, "watchdog", "w");
}

static void sections_are_counted_and_added(void **state)
{
	char title[16];

	(void)state;
	assert_true(conf_edit_title(edit, "port", 1, title, sizeof(title)));
	assert_string_equal(title, "t\"wo");
	assert_false(conf_edit_title(edit, "port", 2, title, sizeof(title)));
	assert_int_equal(conf_edit_append(edit, "lane \"in1\" {\n}\n", &why), KAKOU_OK);
	assert_true(conf_edit_has(edit, "lane", "in1"));
	assert_true(set("lane", "in1", "direction", "I", false));
	expect("lane", "in1", "direction", "I");
}

static void a_section_that_is_not_there_is_no_place_for_a_key(void **state)
{
	bool has_changed = false;

	(void)state;
	assert_int_equal(
		conf_edit_set(edit, "lane", "in1", "x", "1", false, &has_changed, &why),
		KAKOU_E_NOTFOUND);
	assert_false(has_changed);
	assert_string_equal(conf_edit_text(edit), sample);
}

static void a_text_that_does_not_hold_is_refused_with_its_line(void **state)
{
	struct conf_edit *other;

	(void)state;
	assert_int_equal(conf_edit_open(&other, "a = 1\nb {\n", "y.conf", &why),
			 KAKOU_E_INVALID);
	assert_non_null(strstr(why.text, "y.conf:2"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_found_in_their_sections_and_nowhere_else),
		cmocka_unit_test(a_change_leaves_comments_and_order_as_they_were),
		cmocka_unit_test(a_new_key_stands_in_its_section),
		cmocka_unit_test(sections_are_counted_and_added),
		cmocka_unit_test(a_section_that_is_not_there_is_no_place_for_a_key),
		cmocka_unit_test(a_text_that_does_not_hold_is_refused_with_its_line),
	};
	struct CMUnitTest each[sizeof(tests) / sizeof(tests[0])];

	memcpy(each, tests, sizeof(tests));
	for (size_t i = 0; i < sizeof(each) / sizeof(each[0]); i++) {
		each[i].setup_func = set_up;
		each[i].teardown_func = tear_down;
	}
	return cmocka_run_group_tests(each, NULL, NULL);
}

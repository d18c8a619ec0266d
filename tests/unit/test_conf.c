/* SPDX-License-Identifier: MIT */
/*
 * Strict configuration files.
 */
#include "hal/conf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct conf_key KEYS[] = {
	{"",	      "name",        CONF_TEXT,    1,    15,     NULL,      NULL,                  "Name of the site."      },
	{"",	      "port",        CONF_INTEGER, 1,    65535,  "502",     NULL,                  "TCP port."              },
	{"",	      "note",        CONF_TEXT,    1,    40,     "",        NULL,                  "Free words."            },
	{"",	      "is_live",     CONF_FLAG,    0,    0,      "false",   NULL,                  "Whether it moves steel."},
	{"",	      "mode",        CONF_CHOICE,  0,    0,      "single",  "single|first|second",
	 "Place in a series."												   },
	{"",	      "tags",        CONF_LIST,    1,    3,      "",        NULL,                  "Words."                 },
	{"",	      "days",        CONF_LIST,    0,    7,      "mon,tue", NULL,                  "Days."                  },
	{"lane",          "width_mm",    CONF_INTEGER, 2000, 6000,   NULL,      NULL,                  "Width in mm."           },
	{"lane",          "label",       CONF_TEXT,    0,    15,     "",        NULL,                  "Label."                 },
	{"lane/evidence", "deadline_ms", CONF_INTEGER, -1,   60000,  "5000",    NULL,                  "In ms."                 },
	{"link/rtu",      "baud",        CONF_INTEGER, 1200, 115200, "9600",    NULL,
	 "Bits per second."												     },
};
enum { KEY_COUNT = sizeof(KEYS) / sizeof(KEYS[0]) };

static char file_path[128];

static enum kakou_err open_bytes(struct conf **out, const char *text, size_t len,
				 struct why *why)
{
	FILE *file = fopen(file_path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
	return conf_open(out, file_path, KEYS, KEY_COUNT, why);
}

static struct conf *open_text(const char *text)
{
	struct conf *conf = NULL;
	struct why why = {0};
	enum kakou_err err = open_bytes(&conf, text, strlen(text), &why);

	if (err)
		fail_msg("%s", why.text);
	return conf;
}

/* The text must be refused at the line, with these words. */
static void refuse(const char *text, int line, const char *words)
{
	struct conf *conf = NULL;
	struct why why = {0};
	char place[160];

	assert_int_equal(open_bytes(&conf, text, strlen(text), &why), KAKOU_E_INVALID);
	(void)snprintf(place, sizeof(place), "%s:%d: ", file_path, line);
	if (strncmp(why.text, place, strlen(place)) != 0 || !strstr(why.text, words))
		fail_msg("got '%s', expected line %d and '%s'", why.text, line, words);
}

/* With a mark of the encoding first, and two signs at the end of each line. */
static void a_file_that_an_editor_of_windows_saved_is_read(void **state)
{
	struct conf *conf = open_text("\xef\xbb\xbfname = \"gate\"\r\nport = 600\r\n");

	(void)state;
	assert_string_equal(conf_text(conf_root(conf), "name"), "gate");
	assert_int_equal(conf_integer(conf_root(conf), "port"), 600);
	conf_close(conf);
	refuse("name = \"gate\"\n\xef\xbb\xbfport = 600\n", 2, "expected a key");
}

static void stated_values_are_read_and_the_others_have_their_defaults(void **state)
{
	struct conf *conf =
		open_text("# a comment\nname = \"浙 A\"\nport = 0x1F6\n"
			  "/* two\nlines */ mode = second\nis_live = yes // so\n"
			  "tags = {\"a b\", 'c'}\n");
	const struct conf_section *root = conf_root(conf);

	(void)state;
	assert_string_equal(conf_text(root, "name"), "浙 A");
	assert_int_equal(conf_integer(root, "port"), 502);
	assert_int_equal(conf_integer(root, "mode"), 2);
	assert_string_equal(conf_text(root, "mode"), "second");
	assert_true(conf_flag(root, "is_live"));
	assert_string_equal(conf_text(root, "note"), "");
	assert_int_equal(conf_list_count(root, "tags"), 2);
	assert_string_equal(conf_list_at(root, "tags", 0), "a b");
	assert_string_equal(conf_list_at(root, "tags", 1), "c");
	assert_int_equal(conf_list_count(root, "days"), 2);
	assert_string_equal(conf_list_at(root, "days", 1), "tue");
	assert_string_equal(conf_title(root), "");
	assert_true(conf_is_set(root, "port"));
	assert_false(conf_is_set(root, "note"));
	conf_close(conf);
}

static void lines_are_right_after_every_kind_of_comment(void **state)
{
	struct conf *conf =
		open_text("# one\n// two\n/* three\nfour */\nname = x # five\n"
			  "port = 1\nmode\n=\nfirst\n");
	const struct conf_section *root = conf_root(conf);

	(void)state;
	assert_int_equal(conf_line(root, "name"), 5);
	assert_int_equal(conf_line(root, "port"), 6);
	assert_int_equal(conf_line(root, "mode"), 7);
	assert_int_equal(conf_line(root, "note"), 1);
	conf_close(conf);
}

static void sections_keep_their_order_titles_and_lines(void **state)
{
	struct conf *conf =
		open_text("name = x\n\nlane in1 {\n\twidth_mm = 3500\n"
			  "\tevidence plate {\n\t\tdeadline_ms = -1\n\t}\n"
			  "\tevidence \"box 1\" { }\n}\nlink p { rtu r { } }\n"
			  "lane \"in2\" {\n\twidth_mm = 3600\n}\n");
	const struct conf_section *root = conf_root(conf);
	const struct conf_section *in1 = conf_at(root, "lane", 0);
	const struct conf_section *in2 = conf_at(root, "lane", 1);
	const struct conf_section *box = conf_at(in1, "evidence", 1);

	(void)state;
	assert_int_equal(conf_count(root, "lane"), 2);
	assert_int_equal(conf_count(root, "evidence"), 0);
	assert_int_equal(conf_count(in2, "evidence"), 0);
	assert_string_equal(conf_title(in1), "in1");
	assert_int_equal(conf_line(in1, NULL), 3);
	assert_int_equal(conf_line(in1, "label"), 3);
	assert_int_equal(conf_line(in2, NULL), 11);
	assert_int_equal(conf_integer(in2, "width_mm"), 3600);
	assert_int_equal(conf_line(conf_at(in1, "evidence", 0), NULL), 5);
	assert_int_equal(conf_integer(conf_at(in1, "evidence", 0), "deadline_ms"), -1);
	assert_string_equal(conf_title(box), "box 1");
	assert_int_equal(conf_line(box, NULL), 8);
	assert_int_equal(conf_integer(box, "deadline_ms"), 5000);
	assert_int_equal(conf_count(conf_at(root, "link", 0), "rtu"), 1);
	conf_close(conf);
}

static void a_key_stated_twice_is_refused(void **state)
{
	(void)state;
	refuse("name = x\nport = 1\nport = 1\n", 3, "key \"port\"");
	refuse("name = x\ntags = {a}\n\ntags = {b}\n", 4, "first in line 2");
	refuse("name = x\ntags = {}\ntags = {b}\n", 3, "key \"tags\"");
	refuse("name = x\ntags = {a}\ntags += {b}\n", 3, "+=");
	refuse("name = x\nlane a {\nwidth_mm = 3000\nwidth_mm = 3000\n}", 4, "width_mm");
}

static void a_section_titled_twice_is_refused(void **state)
{
	(void)state;
	refuse("name = x\nlane a { width_mm = 3000 }\nlane a { width_mm = 3000 }\n", 3,
	       "title \"a\": got it again, expected it once");
}

static void an_unknown_key_or_section_is_refused_and_the_known_ones_named(void **state)
{
	(void)state;
	refuse("name = x\nprot = 1\n", 2,
	       "got the key \"prot\", expected one of name, port, note");
	refuse("name = x\nlame a { }\n", 2, "got the key \"lame\", expected one of ");
	refuse("name = x\nlane a {\n width = 1\n}\n", 3,
	       "\"width\", expected one of the keys of lane \"a\": width_mm, label, "
	       "evidence");
}

static void nothing_is_expanded(void **state)
{
	struct conf *conf = open_text("name = '${HOME}'\nnote = \"\\${x\"\n");

	(void)state;
	assert_string_equal(conf_text(conf_root(conf), "name"), "${HOME}");
	assert_string_equal(conf_text(conf_root(conf), "note"), "${x");
	conf_close(conf);
	refuse("name = x\nnote = \"a${HOME}b\"\n", 2, "got \"${HOME\"");
	refuse("name = ${HOME}\n", 1, "got \"$\"");
}

static void values_outside_what_a_key_allows_are_refused(void **state)
{
	(void)state;
	refuse("name = x\nport = 0\n", 2,
	       "key \"port\": got \"0\", expected an integer from 1");
	refuse("name = x\nport = 0100\n", 2, "to 65535 without leading zeroes");
	refuse("name = x\nport = 65536\n", 2, "to 65535");
	refuse("name = x\nport = 1k\n", 2, "got \"1k\"");
	refuse("name = x\nport = \"\"\n", 2, "got \"\"");
	refuse("name = x\nmode = third\n", 2,
	       "got \"third\", expected one of single|first");
	refuse("name = x\nmode = fir\n", 2, "got \"fir\"");
	refuse("name = x\nis_live = 1\n", 2, "expected true or false");
	refuse("name = \"0123456789abcdef\"\n", 1, "text of 1 to 15 bytes");
	refuse("name = \"\"\n", 1, "text of 1 to 15 bytes");
	refuse("name = \"\xff\"\n", 1, "key \"name\"");
	refuse("name = \"a\tb\"\n", 1, "key \"name\"");
	refuse("name = x\ntags = {a, b, c, d}\n", 2, "a list of 4");
	refuse("name = x\ntags = {}\n", 2, "a list of 0");
	refuse("name = x\ntags = {a, \"\"}\n", 2, "got \"\"");
	refuse("name = x\nlane \"\" { width_mm = 3000 }\n", 2, "got title \"\"");
}

static void a_missing_required_key_names_its_section(void **state)
{
	(void)state;
	refuse("port = 1\n", 1, "key \"name\": got nothing, expected text of 1 to 15");
	refuse("", 1, "key \"name\"");
	refuse("name = x\n\nlane a {\n}\n", 3, "key \"width_mm\": got nothing");
}

static void broken_syntax_is_refused_with_its_line(void **state)
{
	(void)state;
	refuse("name = x\nlane a {\n width_mm = 3000\n", 2, "a section that ends with }");
	refuse("name = x\n}\n", 2, "got \"}\"");
	refuse("name = x\n/* never\nends", 2, "ends with */");
	refuse("name = \"x\nport = 1\n", 1, "closing quote");
	refuse("name = 'x", 1, "closing quote");
	refuse("name = \"x\\n\"\n", 1, "after a backslash");
	refuse("name = \"x\\", 1, "backslash");
	refuse("name = x\nport 1\n", 2, "missing equal sign");
	refuse("name = x\nport =\n", 3, "end of file");
	refuse("name = x y\n", 1, "\"y\"");
	refuse("name = x\nlane { }\n", 2, "missing title");
	refuse("name = 中\n", 1, "got \"中\"");
	refuse("name = (x)\n", 1, "got \"(\"");
	refuse("name = x\ntags = {a b}\n", 2, "'b'");
	refuse("a{a{a{a{a{a{a{a{a{", 1, "at most 8 sections");
}

static void a_file_that_is_no_text_is_refused(void **state)
{
	struct conf *conf;
	struct why why;

	(void)state;
	assert_int_equal(open_bytes(&conf, "name = x\0y", 10, &why), KAKOU_E_INVALID);
	assert_non_null(strstr(why.text, "NUL"));
	assert_int_equal(conf_open(&conf, "/nonexistent/x.conf", KEYS, KEY_COUNT, &why),
			 KAKOU_E_NOTFOUND);
}

static void a_complaint_names_file_line_and_key(void **state)
{
	struct conf *conf = open_text("name = x\n\nport = 7\n");
	struct why why;
	char expected[192];

	(void)state;
	assert_int_equal(conf_complain(conf_root(conf), "port", &why, "got \"%d\"", 7),
			 KAKOU_E_INVALID);
	(void)snprintf(expected, sizeof(expected), "%s:3: key \"port\": got \"7\"",
		       file_path);
	assert_string_equal(why.text, expected);
	conf_close(conf);
}

static char *print_to_text(void (*print)(FILE *, const struct conf_key *, size_t))
{
	char *text = NULL;
	size_t len;
	FILE *to = open_memstream(&text, &len);

	assert_non_null(to);
	print(to, KEYS, KEY_COUNT);
	assert_int_equal(fclose(to), 0);
	return text;
}

/* The sample's own lines with their comment signs taken off are a legal file, once the
 * required keys have values. */
static void the_sample_file_states_every_default(void **state)
{
	char *sample = print_to_text(conf_print_sample);
	char *rest = sample;
	char *file = NULL;
	size_t len;
	FILE *to = open_memstream(&file, &len);
	struct conf *conf;

	(void)state;
	assert_non_null(to);
	for (char *line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n")) {
		const char *mark = strstr(line, "# ");

		if (mark && strstr(mark, "name ="))
			fputs("name = x\n", to);
		else if (mark && strstr(mark, "width_mm ="))
			fputs("width_mm = 3000\n", to);
		else if (mark && strstr(mark, " = ") && !strstr(mark, "tags") &&
			 !strstr(mark, "note"))
			fprintf(to, "%s\n", mark + 2);
		else if (!mark)
			fprintf(to, "%s\n", line);
	}
	assert_int_equal(fclose(to), 0);
	conf = open_text(file);
	assert_true(conf_is_set(conf_root(conf), "days"));
	assert_true(conf_is_set(conf_root(conf), "mode"));
	assert_int_equal(conf_count(conf_at(conf_root(conf), "lane", 0), "evidence"), 1);
	conf_close(conf);
	free(file);
	free(sample);
}

static void the_manual_names_every_key(void **state)
{
	char *manual = print_to_text(conf_print_manual);
	char item[64];

	(void)state;
	for (size_t i = 0; i < KEY_COUNT; i++) {
		(void)snprintf(item, sizeof(item), ".It Cm %s\n", KEYS[i].name);
		assert_non_null(strstr(manual, item));
		assert_non_null(strstr(manual, KEYS[i].doc));
	}
	assert_non_null(strstr(manual, ".Ss lane/evidence\n"));
	free(manual);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_that_an_editor_of_windows_saved_is_read),
		cmocka_unit_test(
			stated_values_are_read_and_the_others_have_their_defaults),
		cmocka_unit_test(lines_are_right_after_every_kind_of_comment),
		cmocka_unit_test(sections_keep_their_order_titles_and_lines),
		cmocka_unit_test(a_key_stated_twice_is_refused),
		cmocka_unit_test(a_section_titled_twice_is_refused),
		cmocka_unit_test(
			an_unknown_key_or_section_is_refused_and_the_known_ones_named),
		cmocka_unit_test(nothing_is_expanded),
		cmocka_unit_test(values_outside_what_a_key_allows_are_refused),
		cmocka_unit_test(a_missing_required_key_names_its_section),
		cmocka_unit_test(broken_syntax_is_refused_with_its_line),
		cmocka_unit_test(a_file_that_is_no_text_is_refused),
		cmocka_unit_test(a_complaint_names_file_line_and_key),
		cmocka_unit_test(the_sample_file_states_every_default),
		cmocka_unit_test(the_manual_names_every_key),
	};
	int failed;

	(void)snprintf(file_path, sizeof(file_path), "%s/test_conf.%d",
		       getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp", (int)getpid());
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	(void)unlink(file_path);
	return failed;
}

/* SPDX-License-Identifier: MIT */
/*
 * Provisioning: devices as a technician names them, answers, notes for the record, a look at lines.
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
#include <unistd.h>

#include <cmocka.h>

#include "firmware/care/notes.h"
#include "firmware/provision/answers.h"
#include "firmware/provision/device_word.h"
#include "firmware/provision/first_people.h"
#include "hal/gpio_survey.h"

static char directory[64];
static struct why why;

static int set_up(void **state)
{
	const char *parent = getenv("TMPDIR");

	(void)state;
	snprintf(directory, sizeof(directory), "%s/kakou-prov-XXXXXX",
		 parent ? parent : "/tmp");
	return mkdtemp(directory) ? 0 : -1;
}

static int tear_down(void **state)
{
	char command[96];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", directory);
	return system(command);
}

static void a_device_is_a_map_and_where_it_is(void **state)
{
	struct device_word word;

	(void)state;
	assert_int_equal(device_word_parse("kakou-plate-camera 192.0.2.11", &word, &why),
			 KAKOU_OK);
	assert_string_equal(word.map, "kakou-plate-camera");
	assert_string_equal(word.host, "192.0.2.11");
	assert_int_equal(word.tcp_port, 502);
	assert_int_equal(word.unit, 1);
	assert_int_equal(device_word_parse("m [2001:db8::1]:503 unit 0", &word, &why),
			 KAKOU_OK);
	assert_string_equal(word.host, "2001:db8::1");
	assert_int_equal(word.tcp_port, 503);
	assert_int_equal(word.unit, 0);
	assert_int_equal(device_word_parse("m 2001:db8::1", &word, &why), KAKOU_OK);
	assert_int_equal(device_word_parse("seneca-ze-sg3 /dev/ttyAMA2 19200 8E2 unit 3",
					   &word, &why),
			 KAKOU_OK);
	assert_true(word.is_rtu);
	assert_string_equal(word.tty, "/dev/ttyAMA2");
	assert_int_equal(word.baud, 19200);
	assert_int_equal(word.parity, 'E');
	assert_int_equal(word.stop_bits, 2);
	assert_int_equal(word.unit, 3);
}

static void a_device_that_does_not_hold_is_quoted(void **state)
{
	static const char *const wrong[] = {
		"",
		"kakou-sign",
		"kakou-sign gate.example",
		"kakou-sign 192.0.2.1:0",
		"kakou-sign 192.0.2.1:70000",
		"kakou-sign 192.0.2.1 unit",
		"kakou-sign 192.0.2.1 unit 256",
		"kakou-sign 192.0.2.1 9600",
		"m /dev/ttyS0 9601",
		"m /dev/ttyS0 9600 8X1",
		"m /dev/ttyS0 unit 0",
		"../m 192.0.2.1",
		"m [::1",
	};
	struct device_word word;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char quoted[96];

		snprintf(quoted, sizeof(quoted), "\"%s\"", wrong[i]);
		if (!device_word_parse(wrong[i], &word, &why))
			fail_msg("%s was taken", quoted);
		assert_non_null(strstr(why.text, quoted));
	}
}

static void two_devices_on_one_serial_line_share_its_port(void **state)
{
	struct device_word a;
	struct device_word b;

	(void)state;
	assert_false(device_word_parse("m /dev/ttyS0 unit 1", &a, &why));
	assert_false(device_word_parse("n /dev/ttyS0 unit 2", &b, &why));
	assert_true(device_word_shares_port(&a, &b));
	assert_false(device_word_parse("n 192.0.2.1", &b, &why));
	assert_false(device_word_shares_port(&a, &b));
	assert_false(device_word_parse("n 192.0.2.1:503", &a, &why));
	assert_false(device_word_shares_port(&a, &b));
}

static void each_answer_has_its_check(void **state)
{
	static const struct {
		const char *section, *key, *good, *bad;
	} cases[] = {
		{"",       "name",         "gate-3",       "-gate"        },
		{"",       "area_id",      "3301500001",   "33015 0001"   },
		{"",       "customs_code", "3311",         "33a1"         },
		{"",       "host",         "2001:db8::1",  "customs"      },
		{"",       "port",         "9001",         "09001"        },
		{"",       "gate_name",    "g.example",    "g..example"   },
		{"",       "console_name", "192.0.2.7",    "page name"    },
		{"",       "gpio",         "chip:gate",    "gpiochip0"    },
		{"",       "generation",   "smart",        "clever"       },
		{"lane",   "roles",        "beam,exit",    "beam,window"  },
		{"lane",   "remote",       "exit 1,red 0", "exit"         },
		{"lane",   "optional",     "seal",         "seals"        },
		{"lane",   "loop_proof",   "pair",         "none"         },
		{"person", "role",         "technician",   "administrator"},
		{"",       "watchdog",     "bcm2835",      "bell\a"       },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (answer_check(cases[i].section, cases[i].key, cases[i].good, &why))
			fail_msg("%s: %s", cases[i].key, why.text);
		if (!answer_check(cases[i].section, cases[i].key, cases[i].bad, &why))
			fail_msg("%s: %s was taken", cases[i].key, cases[i].bad);
		assert_non_null(strstr(why.text, "expected"));
	}
}

/* ---- notes ----------------------------------------------------------------------------- */

struct taken {
	size_t count;
	struct event last;
};

static enum kakou_err take(void *arg, const struct event *event)
{
	struct taken *taken = arg;

	taken->count++;
	taken->last = *event;
	return KAKOU_OK;
}

static void leave(const char *detail)
{
	struct event event;

	event_begin(&event, EVENT_MAINTAINED, EVENT_NO_LANE, 0);
	event_add_text(&event, "what", "restored");
	event_add_text(&event, "detail", detail);
	event_add_number(&event, "at_wall_ms", 1234567);
	assert_int_equal(notes_leave(directory, geteuid(), getegid(), &event, &why),
			 KAKOU_OK);
}

static void a_note_becomes_the_event_it_was(void **state)
{
	struct taken taken = {0};
	const char *text;
	int64_t number;
	size_t count;

	(void)state;
	leave("first");
	leave("a\ttab, a\nline, a = and : 卡口");
	assert_int_equal(notes_read(directory, take, &taken, &count, &why), KAKOU_OK);
	assert_int_equal(count, 2);
	assert_int_equal(taken.last.kind, EVENT_MAINTAINED);
	assert_true(event_get_text(&taken.last, "detail", &text));
	assert_string_equal(text, "a?tab, a?line, a = and : 卡口");
	assert_true(event_get_number(&taken.last, "at_wall_ms", &number));
	assert_int_equal(number, 1234567);
	notes_forget(directory);
	assert_int_equal(notes_read(directory, take, &taken, &count, &why), KAKOU_OK);
	assert_int_equal(count, 0);
}

static void a_note_of_another_make_is_left_out(void **state)
{
	struct taken taken = {0};
	char path[96];
	size_t count;
	FILE *file;

	(void)state;
	snprintf(path, sizeof(path), "%s/notes", directory);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("nonsense\twhat=x\nmaintained\tunknown=x\twhat=y\tat_wall_ms:12x\n\n",
	      file);
	fclose(file);
	assert_int_equal(notes_read(directory, take, &taken, &count, &why), KAKOU_OK);
	assert_int_equal(count, 1);
	assert_int_equal(taken.last.field_count, 1);
}

static void notes_are_bounded(void **state)
{
	struct event event;

	(void)state;
	for (int i = 0; i < NOTES_MAX; i++)
		leave("one of many");
	event_begin(&event, EVENT_MAINTAINED, EVENT_NO_LANE, 0);
	assert_int_equal(notes_leave(directory, geteuid(), getegid(), &event, &why),
			 KAKOU_E_FULL);
}

/* ---- people, lines --------------------------------------------------------------------- */

static void a_made_password_may_be_one_and_is_another_each_time(void **state)
{
	char first[FIRST_PASSWORD_BYTES];
	char second[FIRST_PASSWORD_BYTES];

	(void)state;
	first_people_make_password(first);
	first_people_make_password(second);
	assert_int_equal(strlen(first), 14);
	assert_string_not_equal(first, second);
	assert_int_equal(strspn(first, "abcdefghjkmnpqrstuvwxyz123456789-"), 14);
}

static void lines_without_a_chip_are_not_found(void **state)
{
	const struct gpio_line line = {.name = "in1.beam"};
	struct gpio_survey survey;
	char path[96];

	(void)state;
	assert_int_equal(gpio_survey("chip:gate", directory, &line, 1, &survey, &why),
			 KAKOU_E_NOTFOUND);
	assert_non_null(strstr(why.text, "no GPIO chip has the label \"gate\""));
	snprintf(path, sizeof(path), "%s/gpiochip0", directory);
	assert_int_equal(mkdir(path, 0700), 0); /* no device */
	assert_int_equal(gpio_survey("chip:gate", directory, &line, 1, &survey, &why),
			 KAKOU_E_NOTFOUND);
	assert_int_equal(gpio_survey("yard:/x", directory, &line, 1, &survey, &why),
			 KAKOU_E_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_device_is_a_map_and_where_it_is),
		cmocka_unit_test(a_device_that_does_not_hold_is_quoted),
		cmocka_unit_test(two_devices_on_one_serial_line_share_its_port),
		cmocka_unit_test(each_answer_has_its_check),
		cmocka_unit_test_setup_teardown(a_note_becomes_the_event_it_was, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_note_of_another_make_is_left_out,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(notes_are_bounded, set_up, tear_down),
		cmocka_unit_test(a_made_password_may_be_one_and_is_another_each_time),
		cmocka_unit_test_setup_teardown(lines_without_a_chip_are_not_found,
						set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Building of events.
 *
 * Layer: tests.
 */
#include "firmware/record/event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hal/fake/fake.h"

static const char *text_of(const struct event *event, const char *key)
{
	const char *text = NULL;

	return event_get_text(event, key, &text) ? text : NULL;
}

static void an_event_is_stamped_by_both_clocks(void **state)
{
	struct event event;

	(void)state;
	fake_clock_set(5000);
	fake_clock_set_wall(1800000000123);
	event_begin(&event, EVENT_VOTE, 1, 42);
	assert_int_equal(event.kind, EVENT_VOTE);
	assert_int_equal(event.lane, 1);
	assert_int_equal(event.passage, 42);
	assert_int_equal(event.mono_ms, 5000);
	assert_int_equal(event.wall_ms, 1800000000123);
	assert_int_equal(event.ticket, 0);
	assert_int_equal(event.field_count, 0);
	assert_false(event.was_cut);
}

static void a_field_is_found_by_its_key_and_type(void **state)
{
	struct event event;
	const char *text;
	int64_t number;

	(void)state;
	event_begin(&event, EVENT_EVIDENCE, 0, 1);
	event_add_text(&event, "plate", "浙A12345");
	event_add_number(&event, "confidence", 98);
	event_add_text(&event, "empty", "");
	assert_string_equal(text_of(&event, "plate"), "浙A12345");
	assert_string_equal(text_of(&event, "empty"), "");
	assert_true(event_get_number(&event, "confidence", &number));
	assert_int_equal(number, 98);
	assert_false(event_get_number(&event, "plate", &number));
	assert_false(event_get_text(&event, "confidence", &text));
	assert_false(event_get_text(&event, "colour", &text));
	assert_false(event_get_number(&event, "colour", &number));
}

static void control_characters_and_broken_sequences_become_question_marks(void **state)
{
	static const struct {
		const char *given, *kept;
	} cases[] = {
		{"plain",                 "plain"                },
		{"浙A·12345挂",        "浙A·12345挂"       },
		{"a\tb\nc\x7f",           "a?b?c?"               },
		{"\x1b[31mred",           "?[31mred"             },
		{"next\xc2\x85line",      "next?line"            },
		{"no-break\xc2\xa0space", "no-break\xc2\xa0space"},
		{"\xe5\x8d",              "??"                   },
		{"\xe5\x8d"
		 "A",    "??A"                  },
		{"\xc0\x80",              "??"                   },
		{"\xc1\xbf",              "??"                   },
		{"\xe0\x9f\xbf",          "???"                  },
		{"\xe0\xa0\x80",          "\xe0\xa0\x80"         },
		{"\xed\x9f\xbf",          "\xed\x9f\xbf"         },
		{"\xed\xa0\x80",          "???"                  },
		{"\xf0\x8f\xbf\xbf",      "????"                 },
		{"\xf0\x9f\x9a\x9b",      "\xf0\x9f\x9a\x9b"     },
		{"\xf4\x8f\xbf\xbf",      "\xf4\x8f\xbf\xbf"     },
		{"\xf4\x90\x80\x80",      "????"                 },
		{"\xf5\x80\x80\x80",      "????"                 },
		{"\x80\xbf\xff",          "???"                  },
		{"\"quoted\\\"",          "\"quoted\\\""         },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct event event;

		event_begin(&event, EVENT_ALARM, EVENT_NO_LANE, 0);
		event_add_text(&event, "text", cases[i].given);
		assert_string_equal(text_of(&event, "text"), cases[i].kept);
		assert_false(event.was_cut);
	}
}

static void a_text_that_does_not_fit_is_left_out_whole_and_said(void **state)
{
	char text[EVENT_TEXT_MAX + 1];
	struct event event;

	(void)state;
	memset(text, 'x', sizeof(text));
	text[EVENT_TEXT_MAX - 1] = '\0';
	event_begin(&event, EVENT_ALARM, EVENT_NO_LANE, 0);
	event_add_text(&event, "exact", text);
	assert_false(event.was_cut);
	assert_int_equal(event.text_used, EVENT_TEXT_MAX);
	event_add_text(&event, "more", "");
	assert_true(event.was_cut);
	assert_null(text_of(&event, "more"));
	assert_string_equal(text_of(&event, "exact"), text);

	text[EVENT_TEXT_MAX - 1] = 'x';
	text[EVENT_TEXT_MAX] = '\0';
	event_begin(&event, EVENT_ALARM, EVENT_NO_LANE, 0);
	event_add_text(&event, "over", text);
	assert_true(event.was_cut);
	assert_int_equal(event.field_count, 0);
	assert_int_equal(event.text_used, 0);
}

static void a_field_too_many_is_left_out_and_said(void **state)
{
	static const char *const keys[EVENT_FIELDS_MAX + 1] = {
		"k00", "k01", "k02", "k03", "k04", "k05", "k06", "k07", "k08",
		"k09", "k10", "k11", "k12", "k13", "k14", "k15", "k16", "k17",
		"k18", "k19", "k20", "k21", "k22", "k23", "k24",
	};
	struct event event;
	int64_t number;

	(void)state;
	event_begin(&event, EVENT_PASSAGE_CLOSED, 0, 7);
	for (int i = 0; i < EVENT_FIELDS_MAX; i++)
		event_add_number(&event, keys[i], i);
	assert_false(event.was_cut);
	event_add_text(&event, keys[EVENT_FIELDS_MAX], "text");
	assert_true(event.was_cut);
	assert_int_equal(event.text_used, 0);
	event.was_cut = false;
	event_add_number(&event, keys[EVENT_FIELDS_MAX], 1);
	assert_true(event.was_cut);
	assert_false(event_get_number(&event, keys[EVENT_FIELDS_MAX], &number));
	assert_true(event_get_number(&event, keys[EVENT_FIELDS_MAX - 1], &number));
	assert_int_equal(number, EVENT_FIELDS_MAX - 1);
}

static void a_number_that_json_readers_would_change_is_left_out_and_said(void **state)
{
	struct event event;
	int64_t number;

	(void)state;
	event_begin(&event, EVENT_EVIDENCE, 0, 1);
	event_add_number(&event, "most", EVENT_NUMBER_MAX);
	event_add_number(&event, "least", -EVENT_NUMBER_MAX);
	assert_false(event.was_cut);
	event_add_number(&event, "over", EVENT_NUMBER_MAX + 1);
	assert_true(event.was_cut);
	assert_false(event_get_number(&event, "over", &number));
	event.was_cut = false;
	event_add_number(&event, "under", INT64_MIN);
	assert_true(event.was_cut);
	assert_int_equal(event.field_count, 2);
}

static void every_kind_has_a_word_of_its_own(void **state)
{
	(void)state;
	for (int i = 0; i < EVENT_KIND_COUNT; i++) {
		assert_non_null(event_kind_name((enum event_kind)i));
		for (int j = 0; j < i; j++)
			assert_string_not_equal(event_kind_name((enum event_kind)i),
						event_kind_name((enum event_kind)j));
	}
	assert_null(event_kind_name(EVENT_KIND_COUNT));
	assert_string_equal(event_kind_name(EVENT_LIFT_AUTHORISED), "lift_authorised");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_is_stamped_by_both_clocks),
		cmocka_unit_test(a_field_is_found_by_its_key_and_type),
		cmocka_unit_test(
			control_characters_and_broken_sequences_become_question_marks),
		cmocka_unit_test(a_text_that_does_not_fit_is_left_out_whole_and_said),
		cmocka_unit_test(a_field_too_many_is_left_out_and_said),
		cmocka_unit_test(
			a_number_that_json_readers_would_change_is_left_out_and_said),
		cmocka_unit_test(every_kind_has_a_word_of_its_own),
	};

	return cmocka_run_group_tests_name("event", tests, NULL, NULL);
}

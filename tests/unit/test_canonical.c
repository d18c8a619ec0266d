/* SPDX-License-Identifier: MIT */
/*
 * Canonical bytes and the hashes over them. Vectors of RFC 8785 are those of its sections
 * 3.2.2 and appendix B that an event can hold; the hashes were computed by another program.
 *
 * Layer: tests.
 */
#include "firmware/record/canonical.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/record/chain.h"
#include "hal/fake/fake.h"

static const char golden[] =
	"{\"data\":{\"agreement\":1,\"camera\":\"浙A12345\",\"plate\":\"浙A12345\","
	"\"source\":\"camera\",\"tag\":\"\\\"quoted\\\\\"},\"hash\":\"sha-256\","
	"\"kind\":\"vote\",\"lane\":\"in1\",\"mono_ms\":5000,\"passage\":42,\"seq\":7,"
	"\"synced\":1,\"v\":1,\"wall_ms\":1800000000123}";

static void begin(struct event *event, enum event_kind kind, uint8_t lane,
		  int64_t passage)
{
	fake_clock_set(5000);
	fake_clock_set_wall(1800000000123);
	event_begin(event, kind, lane, passage);
}

static void write_event(const struct event *event, const char *lane, bool is_synced,
			char out[CANONICAL_MAX + 1])
{
	size_t len = 0;

	assert_int_equal(canonical_write(event, 7, lane, is_synced, out, &len), KAKOU_OK);
	out[len] = '\0';
}

static enum kakou_err read_text(const char *text)
{
	struct canonical_head head;

	return canonical_read(text, strlen(text), &head);
}

static void hex(const unsigned char hash[CHAIN_BYTES], char out[2 * CHAIN_BYTES + 1])
{
	for (int i = 0; i < CHAIN_BYTES; i++)
		snprintf(out + 2 * i, 3, "%02x", hash[i]);
}

static void an_event_has_the_documented_bytes(void **state)
{
	char bytes[CANONICAL_MAX + 1];
	struct event event;

	(void)state;
	begin(&event, EVENT_VOTE, 0, 42);
	event_add_text(&event, "plate", "浙A12345");
	event_add_text(&event, "source", "camera");
	event_add_text(&event, "camera", "浙A12345");
	event_add_text(&event, "tag", "\"quoted\\");
	event_add_number(&event, "agreement", 1);
	write_event(&event, "in1", true, bytes);
	assert_string_equal(bytes, golden);
}

static void members_that_say_nothing_are_absent(void **state)
{
	char bytes[CANONICAL_MAX + 1];
	struct event event;

	(void)state;
	begin(&event, EVENT_STARTED, EVENT_NO_LANE, 0);
	write_event(&event, NULL, false, bytes);
	assert_string_equal(bytes,
			    "{\"data\":{},\"hash\":\"sha-256\",\"kind\":\"started\","
			    "\"mono_ms\":5000,\"seq\":7,\"synced\":0,\"v\":1,"
			    "\"wall_ms\":1800000000123}");
	event_add_number(&event, "far", INT64_MAX);
	write_event(&event, NULL, false, bytes);
	assert_string_equal(bytes,
			    "{\"cut\":1,\"data\":{},\"hash\":\"sha-256\",\"kind\":"
			    "\"started\",\"mono_ms\":5000,\"seq\":7,\"synced\":0,\"v\":1,"
			    "\"wall_ms\":1800000000123}");
}

/* The string of section 3.2.2 without its control characters, and the integers of appendix
 * B. */
static void values_are_written_as_rfc_8785_says(void **state)
{
	static const struct {
		int64_t number;
		const char *written;
	} numbers[] = {
		{0,                 "{\"n\":0}"                },
		{-1,                "{\"n\":-1}"               },
		{9007199254740992,  "{\"n\":9007199254740992}" },
		{-9007199254740992, "{\"n\":-9007199254740992}"},
		{1000000000000000,  "{\"n\":1000000000000000}" },
	};
	char bytes[CANONICAL_MAX + 1];
	struct event event;

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		begin(&event, EVENT_ALARM, EVENT_NO_LANE, 0);
		event_add_number(&event, "n", numbers[i].number);
		write_event(&event, NULL, false, bytes);
		assert_non_null(strstr(bytes, numbers[i].written));
	}
	begin(&event, EVENT_ALARM, EVENT_NO_LANE, 0);
	event_add_text(&event, "string", "\u20ac$A'\x42\"\\\\\"/");
	write_event(&event, NULL, false, bytes);
	assert_non_null(strstr(bytes, "{\"string\":\"\u20ac$A'B\\\"\\\\\\\\\\\"/\"}"));
}

static void keys_are_sorted_by_their_code_units(void **state)
{
	char bytes[CANONICAL_MAX + 1];
	struct event event;

	(void)state;
	begin(&event, EVENT_ALARM, EVENT_NO_LANE, 0);
	event_add_number(&event, "b", 1);
	event_add_number(&event, "a_b", 2);
	event_add_number(&event, "ab", 3);
	event_add_number(&event, "a", 4);
	event_add_number(&event, "a1", 5);
	event_add_number(&event, "1", 6);
	event_add_number(&event, "_", 7);
	write_event(&event, NULL, false, bytes);
	assert_non_null(strstr(
		bytes, "{\"1\":6,\"_\":7,\"a\":4,\"a1\":5,\"a_b\":2,\"ab\":3,\"b\":1}"));
}

static void the_longest_event_fits_and_reads_back(void **state)
{
	static const char *const keys[EVENT_FIELDS_MAX] = {
		"abcdefghijklmnopqrstuv00", "abcdefghijklmnopqrstuv01",
		"abcdefghijklmnopqrstuv02", "abcdefghijklmnopqrstuv03",
		"abcdefghijklmnopqrstuv04", "abcdefghijklmnopqrstuv05",
		"abcdefghijklmnopqrstuv06", "abcdefghijklmnopqrstuv07",
		"abcdefghijklmnopqrstuv08", "abcdefghijklmnopqrstuv09",
		"abcdefghijklmnopqrstuv10", "abcdefghijklmnopqrstuv11",
		"abcdefghijklmnopqrstuv12", "abcdefghijklmnopqrstuv13",
		"abcdefghijklmnopqrstuv14", "abcdefghijklmnopqrstuv15",
		"abcdefghijklmnopqrstuv16", "abcdefghijklmnopqrstuv17",
		"abcdefghijklmnopqrstuv18", "abcdefghijklmnopqrstuv19",
		"abcdefghijklmnopqrstuv20", "abcdefghijklmnopqrstuv21",
		"abcdefghijklmnopqrstuv22", "abcdefghijklmnopqrstuv23",
	};
	char lane[CANONICAL_WORD_MAX + 1];
	char text[EVENT_TEXT_MAX];
	char bytes[CANONICAL_MAX];
	struct canonical_head head;
	struct event event;
	size_t len;

	(void)state;
	memset(lane, 'l', sizeof(lane));
	lane[CANONICAL_WORD_MAX] = '\0';
	memset(text, '"', sizeof(text));
	text[EVENT_TEXT_MAX - 1] = '\0';
	begin(&event, EVENT_COMMAND_RECEIVED, 0, INT64_C(1) << 53);
	event_add_text(&event, keys[0], text);
	for (int i = 1; i < EVENT_FIELDS_MAX; i++)
		event_add_number(&event, keys[i], -EVENT_NUMBER_MAX);
	event_add_number(&event, "one_more", 1);
	event.mono_ms = EVENT_NUMBER_MAX;
	event.wall_ms = -EVENT_NUMBER_MAX;
	assert_int_equal(
		canonical_write(&event, EVENT_NUMBER_MAX, lane, true, bytes, &len),
		KAKOU_OK);
	assert_int_equal(canonical_read(bytes, len, &head), KAKOU_OK);
	assert_int_equal(head.seq, EVENT_NUMBER_MAX);
	assert_int_equal(head.passage, EVENT_NUMBER_MAX);
	assert_int_equal(head.wall_ms, -EVENT_NUMBER_MAX);
	assert_string_equal(head.kind, "command_received");
	assert_string_equal(head.lane, lane);
}

static void other_forms_of_the_same_event_are_refused(void **state)
{
	static const struct {
		const char *from, *to;
	} changes[] = {
		{",\"kind\"",              ", \"kind\""                           },
		{"{\"data\"",              " {\"data\""                           },
		{"\"seq\":7,\"synced\":1", "\"synced\":1,\"seq\":7"               },
		{"\"seq\":7",              "\"seq\":7,\"seq\":7"                  },
		{"\"seq\":7",              "\"seq\":7.0"                          },
		{"\"seq\":7",              "\"seq\":7e0"                          },
		{"\"seq\":7",              "\"seq\":\"7\""                        },
		{"\"seq\":7",              "\"seq\":-7"                           },
		{"\"seq\":7",              "\"seq\":0"                            },
		{"\"seq\":7",              "\"seq\":9007199254740993"             },
		{"\"seq\":7",              "\"seq\":99999999999999999999"         },
		{"\"seq\":7,",             ""				     },
		{"\"passage\":42",         "\"passage\":0"                        },
		{"\"passage\":42",         "\"passage\":-1"                       },
		{"\"passage\":42",         "\"passage\":null"                     },
		{"\"synced\":1",           "\"synced\":true"                      },
		{"\"synced\":1",           "\"synced\":2"                         },
		{"\"v\":1",                "\"v\":2"                              },
		{"sha-256",                "sha-1"                                },
		{"\"kind\":\"vote\"",      "\"kind\":\"\\u0076ote\""              },
		{"\"kind\":\"vote\"",      "\"kind\":\"vo\\u0000te\""             },
		{"camera\",\"tag",         "cam\\/era\",\"tag"                    },
		{"camera\",\"tag",         "cam\\nera\",\"tag"                    },
		{"camera\",\"tag",         "cam\x7f"
				   "era\",\"tag"},
		{"camera\",\"tag",         "cam\xc2\x85"
				   "era\",\"tag"},
		{"camera\",\"tag",         "cam\xff"
				   "era\",\"tag"},
		{"\"agreement\":1",        "\"agreement\":1.5"                    },
		{"\"agreement\":1",        "\"agreement\":[1]"                    },
		{"\"agreement\":1",        "\"agreement\":{}"                     },
		{"\"agreement\":1",        "\"agreement\":-0"                     },
		{"\"agreement\":1",        "\"Agreement\":1"                      },
		{"\"agreement\":1",        "\"\":1"                               },
		{"{\"data\"",              "{\"cut\":0,\"data\""                  },
		{"{\"data\"",              "{\"cut\":2,\"data\""                  },
		{"{\"data\"",              "{\"a\":1,\"data\""                    },
		{"00123}",                 "00123}\n"                             },
		{"00123}",                 "00123}{}"                             },
		{"00123}",                 "00123"                                },
		{golden,                   "[]"				   },
		{golden,                   "7"				    },
		{golden,                   ""				     },
	};
	char text[2 * CANONICAL_MAX];

	(void)state;
	assert_int_equal(read_text(golden), KAKOU_OK);
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		const char *at = strstr(golden, changes[i].from);

		assert_non_null(at);
		snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - golden), golden,
			 changes[i].to, at + strlen(changes[i].from));
		if (read_text(text) != KAKOU_E_INVALID)
			fail_msg("taken: %s", text);
	}
}

static void an_over_long_or_cut_text_is_refused(void **state)
{
	char text[CANONICAL_MAX + 2];
	struct canonical_head head;

	(void)state;
	memset(text, '[', sizeof(text));
	assert_int_equal(canonical_read(text, CANONICAL_MAX + 1, &head), KAKOU_E_INVALID);
	assert_int_equal(canonical_read(text, CANONICAL_MAX, &head), KAKOU_E_INVALID);
	for (size_t len = 0; len < sizeof(golden) - 1; len++) {
		char *cut = malloc(len + 1);

		assert_non_null(cut);
		memcpy(cut, golden, len);
		assert_int_equal(canonical_read(cut, len, &head), KAKOU_E_INVALID);
		free(cut);
	}
}

static void hashes_are_those_of_another_program(void **state)
{
	unsigned char leaf[CHAIN_BYTES];
	unsigned char chain[CHAIN_BYTES];
	char text[2 * CHAIN_BYTES + 1];

	(void)state;
	chain_hash_leaf(golden, sizeof(golden) - 1, leaf);
	hex(leaf, text);
	assert_string_equal(
		text, "20168d6596fa19f38ea65a0bbf9ea2a1535d55131ac0ea80f4ad8927b9da370e");
	chain_begin("gate-1", chain);
	hex(chain, text);
	assert_string_equal(
		text, "31b9dc2f32e882ff2d8034ff8616c7f07c5b64438c3cf273b79692729cff53d3");
	chain_link(chain, leaf, chain);
	hex(chain, text);
	assert_string_equal(
		text, "054d6879d97fa96abeb41f63cdf51f429af2847cfcabf02dde8fd4266a6b1341");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_has_the_documented_bytes),
		cmocka_unit_test(members_that_say_nothing_are_absent),
		cmocka_unit_test(values_are_written_as_rfc_8785_says),
		cmocka_unit_test(keys_are_sorted_by_their_code_units),
		cmocka_unit_test(the_longest_event_fits_and_reads_back),
		cmocka_unit_test(other_forms_of_the_same_event_are_refused),
		cmocka_unit_test(an_over_long_or_cut_text_is_refused),
		cmocka_unit_test(hashes_are_those_of_another_program),
	};

	return cmocka_run_group_tests_name("canonical", tests, NULL, NULL);
}

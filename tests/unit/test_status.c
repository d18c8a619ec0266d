/* SPDX-License-Identifier: MIT */
/*
 * The status word: what opens, and that nothing else does.
 *
 * Layer: tests (drivers/customs/status).
 */
#include "drivers/customs/status.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static enum customs_verdict check(const char *word)
{
	struct status_reading reading;
	struct why why;

	if (status_read_check(word, STATUS_ANNEX_B, false, &reading, &why))
		assert_int_equal(reading.verdict, VERDICT_HOLD);
	return reading.verdict;
}

static void the_words_of_the_field_are_understood_by_both_tables(void **state)
{
	static const struct {
		const char *word;
		enum customs_verdict verdict;
	} rows[] = {
		{"00000000001002000000", VERDICT_RELEASE},
		{"00000000001001000000", VERDICT_RELEASE},
		{"11000000001002000000", VERDICT_HOLD   },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (int table = STATUS_ANNEX_B; table <= STATUS_REGIONAL; table++) {
			struct status_reading reading;
			struct why why;

			assert_int_equal(status_read_check(rows[i].word,
							   (enum status_table)table,
							   false, &reading, &why),
					 KAKOU_OK);
			assert_int_equal(reading.verdict, rows[i].verdict);
			assert_int_equal(reading.asks_lift,
					 rows[i].verdict == VERDICT_RELEASE);
		}
	}
}

static void plain_verdicts_are_understood(void **state)
{
	(void)state;
	assert_int_equal(check("Y"), VERDICT_RELEASE);
	assert_int_equal(check("N"), VERDICT_HOLD);
	assert_int_equal(check("M"), VERDICT_INTERIM);
	assert_int_equal(check("y"), VERDICT_HOLD);
	assert_int_equal(check("YY"), VERDICT_HOLD);
	assert_int_equal(check(""), VERDICT_HOLD);
}

static void words_that_ask_for_something_else_do_not_open(void **state)
{
	static const struct {
		const char *word;
		enum customs_verdict verdict;
	} rows[] = {
		{"V0000000001002000000", VERDICT_INTERIM},
		{"w1w00000001002000000", VERDICT_INSPECT},
		{"w10w0000001002000000", VERDICT_INSPECT},
		{"x1000x00001002000000", VERDICT_INSPECT},
		{"w10000w0001002000000", VERDICT_INSPECT},
		{"w1000w00001002000000", VERDICT_HOLD   }, /* no record of the card */
		{"x10000x0001002000000", VERDICT_HOLD   }, /* no record of the tag */
		{"q1000000001002000000", VERDICT_HOLD   },
		{"v1v00000001002000000", VERDICT_HOLD   },
		{"Z0000000001002000000", VERDICT_HOLD   },
		{"02000000001002000000", VERDICT_HOLD   },
		{"01000000001002000000", VERDICT_HOLD   },
		{"10000000001002000000", VERDICT_HOLD   },
		{"10100000001002000000", VERDICT_HOLD   }, /* released after inspection */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(check(rows[i].word), rows[i].verdict);
}

static void a_word_that_contradicts_itself_does_not_open(void **state)
{
	(void)state;
	assert_int_equal(check("0000q000001002000000"), VERDICT_HOLD);
	assert_int_equal(check("00w00000001002000000"), VERDICT_INSPECT);
	assert_int_equal(check("00z00000001002000000"), VERDICT_HOLD);
	assert_int_equal(check("00100000001002000000"), VERDICT_HOLD);
}

static void wrong_lengths_and_characters_hold(void **state)
{
	(void)state;
	assert_int_equal(check("0000000000100200000"), VERDICT_HOLD);
	assert_int_equal(check("000000000010020000000"), VERDICT_HOLD);
	assert_int_equal(check("0000000000100200000 "), VERDICT_HOLD);
	assert_int_equal(check("00000000001002\x00000000"), VERDICT_HOLD);
	assert_int_equal(check("0000000Q001002000000"), VERDICT_HOLD);
}

/* Every word that differs from the release in one character: it opens only where the table
 * says nothing against it, never when position 1 to 7 differs. */
static void one_altered_character_opens_nothing_at_the_first_seven(void **state)
{
	(void)state;
	for (int position = 1; position <= STATUS_LENGTH; position++) {
		for (int c = 1; c < 256; c++) {
			char word[] = "00000000001002000000";

			if (c == word[position - 1])
				continue;
			word[position - 1] = (char)c;
			if (position <= 7)
				assert_int_not_equal(check(word), VERDICT_RELEASE);
			else if (c <= ' ' || c > 'z')
				assert_int_equal(check(word), VERDICT_HOLD);
		}
	}
}

static void release_after_inspection_lifts_only_where_the_site_says_so(void **state)
{
	static const struct {
		const char *word;
		enum customs_verdict allowed;
	} rows[] = {
		{"10100000001002000000", VERDICT_RELEASE},
		{"10010000001002000000", VERDICT_RELEASE},
		{"10110000001002000000", VERDICT_RELEASE},
		{"11100000001002000000", VERDICT_HOLD   },
		{"10000000001002000000", VERDICT_HOLD   },
		{"1010q000001002000000", VERDICT_HOLD   },
		{"101w0000001002000000", VERDICT_INSPECT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct status_reading reading;
		struct why why;

		assert_int_equal(status_read_check(rows[i].word, STATUS_ANNEX_B, true,
						   &reading, &why),
				 KAKOU_OK);
		assert_int_equal(reading.verdict, rows[i].allowed);
		assert_int_not_equal(check(rows[i].word), VERDICT_RELEASE);
	}
}

static void findings_name_position_and_meaning(void **state)
{
	struct status_reading reading;
	struct why why;

	(void)state;
	assert_int_equal(status_read_check("q1z0q000001000000000", STATUS_ANNEX_B, false,
					   &reading, &why),
			 KAKOU_OK);
	assert_int_equal(reading.finding_count, 5);
	assert_int_equal(reading.findings[1].position, 2);
	assert_string_equal(reading.findings[1].means, "do not lift");
	assert_int_equal(reading.findings[2].code, 'z');
	assert_string_equal(reading.findings[2].about, "front box");
	assert_string_equal(reading.findings[2].means, "no release record");
	assert_string_equal(reading.findings[3].means, "vehicle weight differs");
	assert_string_equal(reading.findings[4].about, "voice");
}

static void the_regional_table_differs_from_position_eight_on(void **state)
{
	static const char word[] = "0000000AF02001000000";
	struct status_reading reading;
	struct why why;

	(void)state;
	assert_int_equal(status_read_check(word, STATUS_REGIONAL, false, &reading, &why),
			 KAKOU_OK);
	assert_int_equal(reading.finding_count, 4);
	assert_string_equal(reading.findings[0].about, "front seal");
	assert_string_equal(reading.findings[1].about, "rear seal");
	assert_string_equal(reading.findings[2].means, "refuse");
	assert_string_equal(reading.findings[3].means, "return the card");
	assert_int_equal(status_read_check(word, STATUS_ANNEX_B, false, &reading, &why),
			 KAKOU_E_GARBLED);
	assert_non_null(strstr(why.text, "position 8"));
	assert_int_equal(reading.verdict, VERDICT_HOLD);
}

static void a_command_lifts_with_type_zero_and_the_barrier_position(void **state)
{
	static const struct {
		const char *word;
		char op_type;
		enum kakou_err err;
		enum customs_verdict verdict;
	} rows[] = {
		{"00000000000000000000", '0',  KAKOU_OK,        VERDICT_RELEASE},
		{"11000000000000000000", '0',  KAKOU_OK,        VERDICT_HOLD   },
		{"02000000000000000000", '0',  KAKOU_OK,        VERDICT_HOLD   },
		{"00000000000000000000", '1',  KAKOU_OK,        VERDICT_HOLD   },
		{"00000000000000000000", '2',  KAKOU_OK,        VERDICT_RETURN },
		{"q0z0q000000000000000", '0',  KAKOU_OK,        VERDICT_RELEASE},
		{"00000000000000000000", '3',  KAKOU_E_GARBLED, VERDICT_HOLD   },
		{"00000000000000000000", '\0', KAKOU_E_GARBLED, VERDICT_HOLD   },
		{"0000000000000000000",  '0',  KAKOU_E_GARBLED, VERDICT_HOLD   },
		{"0V000000000000000000", '0',  KAKOU_E_GARBLED, VERDICT_HOLD   },
		{"Y",                    '0',  KAKOU_E_GARBLED, VERDICT_HOLD   },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct status_reading reading;
		struct why why;

		assert_int_equal(status_read_command(rows[i].word, rows[i].op_type,
						     STATUS_ANNEX_B, &reading, &why),
				 rows[i].err);
		assert_int_equal(reading.verdict, rows[i].verdict);
	}
}

static void words_are_composed_by_position(void **state)
{
	char word[STATUS_LENGTH + 1];

	(void)state;
	status_word_clear(word);
	assert_string_equal(word, "00000000000000000000");
	status_word_set(word, 1, '9');
	status_word_set(word, 20, 'a');
	assert_string_equal(word, "9000000000000000000a");
}

static void verdicts_have_names(void **state)
{
	(void)state;
	assert_string_equal(customs_verdict_name(VERDICT_NONE), "none");
	assert_string_equal(customs_verdict_name(VERDICT_HOLD), "hold");
	assert_string_equal(customs_verdict_name(VERDICT_RETURN), "return");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_words_of_the_field_are_understood_by_both_tables),
		cmocka_unit_test(plain_verdicts_are_understood),
		cmocka_unit_test(words_that_ask_for_something_else_do_not_open),
		cmocka_unit_test(a_word_that_contradicts_itself_does_not_open),
		cmocka_unit_test(wrong_lengths_and_characters_hold),
		cmocka_unit_test(one_altered_character_opens_nothing_at_the_first_seven),
		cmocka_unit_test(
			release_after_inspection_lifts_only_where_the_site_says_so),
		cmocka_unit_test(findings_name_position_and_meaning),
		cmocka_unit_test(the_regional_table_differs_from_position_eight_on),
		cmocka_unit_test(a_command_lifts_with_type_zero_and_the_barrier_position),
		cmocka_unit_test(words_are_composed_by_position),
		cmocka_unit_test(verdicts_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

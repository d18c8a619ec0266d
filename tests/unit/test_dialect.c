/* SPDX-License-Identifier: MIT */
/*
 * Every way a peer may speak: all combinations of the settings come back as they went, and a
 * setting that is wrong is named.
 *
 * Layer: tests (drivers/customs/dialect, message, frame, bare).
 */
#include "drivers/customs/dialect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/customs/bare.h"
#include "drivers/customs/message.h"
#include "tests/unit/dialect_case.h"

static void every_combination_of_settings_comes_back_as_it_went(void **state)
{
	struct customs_message inquiry = dialect_case_gather();
	struct customs_message answer = dialect_case_check("00000000001002000000");

	(void)state;
	for (int encoding = 0; encoding < DIALECT_ENCODINGS; encoding++) {
		for (unsigned int bits = 0; bits < 1u << DIALECT_BITS; bits++) {
			struct customs_dialect dialect =
				dialect_case_of(bits, (enum customs_encoding)encoding);

			dialect_case_come_back(&inquiry, &dialect);
			if (bits <
			    1u << DIALECT_FRAME_BITS) /* the rest does not show in an answer */
				dialect_case_come_back(&answer, &dialect);
		}
	}
}

static void a_code_of_four_bytes_makes_the_header_forty_one(void **state)
{
	struct customs_dialect dialect = dialect_case_of(4, CUSTOMS_UTF8);
	struct customs_message message = dialect_case_gather();
	unsigned char little[16384], big[16384];
	size_t len = dialect_case_put(&message, &dialect, little, sizeof(little));

	(void)state;
	assert_memory_equal(little + 8,
			    "\x21\0\0\0"
			    "3301500001",
			    14);
	assert_memory_equal(little + 41, "<?xml", 5);
	dialect.frame.big_endian = true;
	assert_int_equal(dialect_case_put(&message, &dialect, big, sizeof(big)), len);
	assert_memory_equal(big + 8,
			    "\0\0\0\x21"
			    "3301500001",
			    14);
	assert_memory_equal(big + 41, "<?xml", 5);
}

static void a_wide_frame_cut_at_any_byte_asks_for_more(void **state)
{
	struct customs_message message = dialect_case_gather();
	unsigned char bytes[16384];

	(void)state;
	for (unsigned int order = 0; order < 2; order++) {
		struct customs_dialect dialect = dialect_case_of(4 | order, CUSTOMS_UTF8);
		size_t len = dialect_case_put(&message, &dialect, bytes, sizeof(bytes)),
		       used;

		for (size_t at = 0; at < len; at++) {
			struct frame frame;
			struct why why;

			assert_int_equal(frame_read(bytes, at, &frame, &used, &why),
					 KAKOU_E_AGAIN);
		}
	}
}

static void a_setting_that_is_wrong_is_named(void **state)
{
	static const struct {
		unsigned int bits;
		const char *says;
	} rows[] = {
		{1,   "big-endian, configured little-endian"                           },
		{2,   "ident FF, configured ident 00"                                  },
		{4,   "code of 4 bytes, configured code of 1 byte"                     },
		{8,   "bare XML, configured framed"                                    },
		{16,  "CONTA_RECO 1 = recognised, configured CONTA_RECO 0 = recognised"},
		{32,  "flat IC, configured nested IC"                                  },
		{64,  "SEAL_KEY, configured ESEAL_PUBLIC_KEY"                          },
		{128, "VE_WEIGHT, configured VE_WT"                                    },
		{256, "no tags, configured empty tags"                                 },
		{3,
		 "big-endian, configured little-endian; ident FF, configured ident 00" },
	};
	const struct customs_dialect configured = dialect_case_of(0, CUSTOMS_UTF8);
	struct customs_message message = dialect_case_gather(), back;
	unsigned char bytes[16384];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct customs_dialect spoken =
			dialect_case_of(rows[i].bits, CUSTOMS_UTF8);
		size_t len = dialect_case_put(&message, &spoken, bytes, sizeof(bytes));
		char says[512];

		dialect_case_read_back(bytes, len, &configured, &back);
		customs_dialect_describe(&configured, &back.seen,
					 customs_dialect_compare(&configured, &back.seen),
					 says, sizeof(says));
		assert_string_equal(says, rows[i].says);
	}
}

/* What has no room is said in the next text: none is lost, and none is cut. */
static void rows_that_do_not_fit_are_left_for_the_next_text(void **state)
{
	const struct customs_dialect configured = dialect_case_of(0, CUSTOMS_UTF8);
	struct customs_dialect spoken = dialect_case_of(0x1F7, CUSTOMS_GB18030);
	struct customs_message message = dialect_case_gather(), back;
	unsigned char bytes[16384];
	size_t len = dialect_case_put(&message, &spoken, bytes, sizeof(bytes));
	uint32_t left, named;
	int texts = 0;
	char whole[1024], part[80], joined[1024] = "";

	(void)state;
	dialect_case_read_back(bytes, len, &configured, &back);
	left = customs_dialect_compare(&configured, &back.seen);
	assert_int_equal(__builtin_popcount(left), 9);
	assert_int_equal(customs_dialect_describe(&configured, &back.seen, left, whole,
						  sizeof(whole)),
			 left);
	for (; left; left &= ~named, texts++) {
		named = customs_dialect_describe(&configured, &back.seen, left, part,
						 sizeof(part));
		assert_true(named && !(named & ~left));
		len = strlen(joined);
		snprintf(joined + len, sizeof(joined) - len, "%s%s", texts ? "; " : "",
			 part);
	}
	assert_string_equal(joined, whole);
	assert_true(texts > 1);
}

static void an_encoding_that_is_wrong_is_named(void **state)
{
	static const struct {
		enum customs_encoding spoken, configured;
		const char *says;
	} rows[] = {
		{CUSTOMS_UTF8,            CUSTOMS_GB18030, "UTF-8, configured GB18030" },
		{CUSTOMS_GB2312,          CUSTOMS_GB18030, "GB2312, configured GB18030"},
		{CUSTOMS_GBK,             CUSTOMS_UTF8,    "GBK, configured UTF-8"     },
		{CUSTOMS_GB18030_AS_UTF8, CUSTOMS_UTF8,
		 "GB18030 declared as UTF-8, configured UTF-8"                         },
	};
	struct customs_message message = dialect_case_check("Y"), back;
	unsigned char bytes[16384];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct customs_dialect spoken = dialect_case_of(0, rows[i].spoken);
		struct customs_dialect configured =
			dialect_case_of(0, rows[i].configured);
		size_t len = dialect_case_put(&message, &spoken, bytes, sizeof(bytes));
		char says[512];

		configured.verdict_is_plain = true;
		dialect_case_read_back(bytes, len, &configured, &back);
		assert_string_equal(back.u.check.op_hint, "放行 请通过");
		customs_dialect_describe(&configured, &back.seen,
					 customs_dialect_compare(&configured, &back.seen),
					 says, sizeof(says));
		assert_string_equal(says, rows[i].says);
	}
}

static void a_word_shows_its_table_and_its_length(void **state)
{
	static const struct {
		const char *word;
		bool plain, regional;
		const char *says;
	} rows[] = {
		{"00000000001002000000", false, false, ""                                                  },
		{"000000000020020000A0", false, false,
		 "regional status word, configured status word of annex B"                                 },
		{"0000000x001000000000", false, true,
		 "status word of annex B, configured regional status word"                                 },
		{"Y",                    false, false, "plain verdict, configured verdict of 20 characters"},
		{"00000000001002000000", true,  false,
		 "verdict of 20 characters, configured plain verdict"                                      },
		{"0000000#002002000000", false, false, ""                                                  },
		{"000",                  false, false, ""						  },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct customs_dialect configured = {
			.verdict_is_plain = rows[i].plain,
			.table = rows[i].regional ? STATUS_REGIONAL : STATUS_ANNEX_B,
		};
		struct customs_seen seen = {0};
		char says[256];

		customs_seen_word(&seen, rows[i].word, configured.table);
		customs_dialect_describe(&configured, &seen,
					 customs_dialect_compare(&configured, &seen),
					 says, sizeof(says));
		assert_string_equal(says, rows[i].says);
	}
}

static void bare_xml_says_by_itself_what_it_is(void **state)
{
#define ROOT " AREA_ID='3301500001' CHNL_NO='3301500101' I_E_TYPE='E' SEQ_NO='1'>"
#define SMART "<AREA_ID>3301500001</AREA_ID><CHNL_NO>3301500101</CHNL_NO>"
	static const struct {
		const char *xml;
		uint8_t code;
	} rows[] = {
		{"<GATHER_INFO" ROOT "</GATHER_INFO>",                                     0x21},
		{"<COMMAND_INFO" ROOT "<OP_HINT>x</OP_HINT><CHECK_RESULT>Y</CHECK_RESULT>"
		 "</COMMAND_INFO>",				       0x22},
		{"<COMMAND_INFO" ROOT "</COMMAND_INFO>",                                   0x25},
		{"<COMMAND_INFO" ROOT "<EXCUTE_COMMAND>0</EXCUTE_COMMAND></COMMAND_INFO>",
		 0x31									  },
		{"\xEF\xBB\xBF<COMMAND_INFO" ROOT
		 "<EXECUTE_RESULT>0</EXECUTE_RESULT></COMMAND_INFO>",     0x32},
		{"<GATHER_INFO>" SMART "<I_E_FLAG>E</I_E_FLAG></GATHER_INFO>",             0x81},
		{"<GATHER_FEEDBACK>" SMART "</GATHER_FEEDBACK>",                           0x82},
		{"<MANUAL_CHECK>" SMART "</MANUAL_CHECK>",                                 0x85},
	};
	static const char *const garbled[] = {
		"<html></html>",
		"<COMMAND_INFO AREA_ID='3301500001' I_E_TYPE='I' SEQ_NO='1'/>",
		"<COMMAND_INFO AREA_ID='33015000011' CHNL_NO='1' I_E_TYPE='I' "
		"SEQ_NO='1'/>",
		"<COMMAND_INFO AREA_ID='3301500001' CHNL_NO='1' I_E_TYPE='X' "
		"SEQ_NO='1'/>",
		"<COMMAND_INFO AREA_ID='3301500001' CHNL_NO='1' SEQ_NO='1'/>",
		"<COMMAND_INFO AREA_ID='3301500001'",
	};
	struct frame frame;
	struct why why;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		why.text[0] = '\0';
		if (bare_read(rows[i].xml, strlen(rows[i].xml), &frame, &why))
			fail_msg("%s: %s", rows[i].xml, why.text);
		assert_int_equal(frame.code, rows[i].code);
		assert_string_equal(frame.chnl_no, "3301500101");
	}
	for (size_t i = 0; i < sizeof(garbled) / sizeof(garbled[0]); i++)
		assert_int_equal(bare_read(garbled[i], strlen(garbled[i]), &frame, &why),
				 KAKOU_E_GARBLED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_combination_of_settings_comes_back_as_it_went),
		cmocka_unit_test(a_code_of_four_bytes_makes_the_header_forty_one),
		cmocka_unit_test(a_wide_frame_cut_at_any_byte_asks_for_more),
		cmocka_unit_test(a_setting_that_is_wrong_is_named),
		cmocka_unit_test(rows_that_do_not_fit_are_left_for_the_next_text),
		cmocka_unit_test(an_encoding_that_is_wrong_is_named),
		cmocka_unit_test(a_word_shows_its_table_and_its_length),
		cmocka_unit_test(bare_xml_says_by_itself_what_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

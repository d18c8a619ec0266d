/* SPDX-License-Identifier: MIT */
/*
 * Messages that come in: what is understood, and what comes in hostile is refused.
 *
 * Layer: tests (drivers/customs/message_read, message_take, xml, encoding).
 */
#include "drivers/customs/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/message_case.h"

/* Reads XML of `code` in the frame of the example; `len` 0: it ends in a NUL. */
static enum kakou_err read_xml_bytes(uint8_t code, const char *xml, size_t len,
				     struct customs_message *out, struct why *why)
{
	struct frame frame = {
		.code = code,
		.area_id = "3301500001",
		.chnl_no = "3301500101",
		.direction = 'I',
		.xml_len = len ? len : strlen(xml),
	};
	char *copy = malloc(frame.xml_len + 1); /* so that one byte too many is seen */
	enum kakou_err err;

	assert_non_null(copy);
	memcpy(copy, xml, frame.xml_len);
	frame.xml = copy;
	why->text[0] = '\0';
	err = customs_message_read(&frame, &message_case_plain, out, why);
	free(copy);
	return err;
}

static enum kakou_err read_xml(uint8_t code, const char *xml, struct customs_message *out)
{
	struct why why;

	return read_xml_bytes(code, xml, 0, out, &why);
}

static void assert_garbled(uint8_t code, const char *xml, const char *quotes)
{
	struct customs_message message;
	struct why why;

	assert_int_equal(read_xml_bytes(code, xml, 0, &message, &why), KAKOU_E_GARBLED);
	if (!strstr(why.text, quotes))
		fail_msg("\"%s\" does not quote \"%s\"", why.text, quotes);
}

static void either_spelling_of_a_command_is_read_but_not_two_that_differ(void **state)
{
	struct customs_message message;

	(void)state;
	assert_int_equal(read_xml(0x31,
				  MESSAGE_CASE_ROOT
				  "<EXECUTE_COMMAND>01000000000000000000"
				  "</EXECUTE_COMMAND></COMMAND_INFO>",
				  &message),
			 KAKOU_OK);
	assert_string_equal(message.u.operate.command, "01000000000000000000");
	assert_garbled(0x31,
		       MESSAGE_CASE_ROOT
		       "<EXECUTE_COMMAND>01000000000000000000</EXECUTE_COMMAND>"
		       "<EXCUTE_COMMAND>00000000000000000000</EXCUTE_COMMAND>"
		       "</COMMAND_INFO>",
		       "other spelling");
}

static void gb18030_bytes_are_found_out_whatever_is_declared(void **state)
{
	/* 放行 in GB18030; the same two characters in UTF-8. */
	static const char gb_hint[] = "\xB7\xC5\xD0\xD0";
	static const struct {
		const char *declaration;
		enum customs_encoding seen;
	} rows[] = {
		{"",					     CUSTOMS_GB18030_AS_UTF8                      },
		{"<?xml version=\"1.0\"?>",                      CUSTOMS_GB18030_AS_UTF8                      },
		{"<?xml version=\"1.0\" encoding=\"GB2312\"?>",  CUSTOMS_GB2312                               },
		{"<?xml version='1.0' encoding='gbk' ?>",        CUSTOMS_GBK                                  },
		{"<?xml version=\"1.0\" encoding=\"GB18030\"?>", CUSTOMS_GB18030                              },
		{MESSAGE_CASE_DECLARATION,                       /* the field's lie */ CUSTOMS_GB18030_AS_UTF8},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct customs_message message;
		char xml[512];

		snprintf(xml, sizeof(xml),
			 "%s" MESSAGE_CASE_ROOT "<OP_HINT>%s</OP_HINT></COMMAND_INFO>",
			 rows[i].declaration, gb_hint);
		assert_int_equal(read_xml(0x22, xml, &message), KAKOU_OK);
		assert_string_equal(message.u.check.op_hint, "放行");
		assert_int_equal(message.seen.is.encoding, rows[i].seen);
	}
}

static void utf8_bytes_are_found_out_where_gb18030_is_declared(void **state)
{
	struct customs_message message;

	(void)state;
	/* An odd number of high bytes before '<' is no GB18030. */
	assert_int_equal(
		read_xml(0x22,
			 "<?xml version=\"1.0\" encoding=\"GB2312\"?>" MESSAGE_CASE_ROOT
			 "<OP_HINT>放</OP_HINT></COMMAND_INFO>",
			 &message),
		KAKOU_OK);
	assert_string_equal(message.u.check.op_hint, "放");
	assert_int_equal(message.seen.is.encoding, CUSTOMS_UTF8_AS_GB);
	assert_garbled(0x22,
		       MESSAGE_CASE_ROOT "<OP_HINT>\xFF\xFF</OP_HINT></COMMAND_INFO>",
		       "neither");
}

static void regional_forms_are_read_like_the_standard_one(void **state)
{
	struct customs_message message;

	(void)state;
	assert_int_equal(
		read_xml(
			0x21,
			"<GATHER_INFO" MESSAGE_CASE_ATTRIBUTES ">\n"
			" <IC><G_TYPE>8</G_TYPE><TRAF_TYPE>0</TRAF_TYPE>\n"
			"  <DR_IC_NO> 0042 </DR_IC_NO><IC_EX_DATA>x</IC_EX_DATA></IC>\n"
			" <WEIGHT><GROSS_WT>\n\t15000.250\n</GROSS_WT></WEIGHT>\n"
			" <CAR><VE_NAME><![CDATA[浙A12345]]></VE_NAME></CAR>\n"
			" <GPS><VE_NAME>not this one</VE_NAME></GPS>\n"
			" <CONTA><CONTA_NUM></CONTA_NUM><CONTA_RECO/></CONTA>\n"
			" <SEAL><ESEAL_ID>A1|A2</ESEAL_ID><SEAL_KEY>k</SEAL_KEY></SEAL>\n"
			" <BARCODE><CODE>QR&#x31;</CODE></BARCODE></GATHER_INFO>\n",
			&message),
		KAKOU_OK);
	assert_int_equal(message.u.gather.goods_type, '8');
	assert_string_equal(message.u.gather.card_no, "0042");
	assert_true(message.u.gather.has_weight);
	assert_int_equal(message.u.gather.gross_g, 15000250);
	assert_string_equal(message.u.gather.plate, "浙A12345");
	assert_int_equal(message.u.gather.box_count, 0);
	assert_false(message.u.gather.boxes_recognised);
	assert_string_equal(message.u.gather.seal_id, "A1|A2");
	assert_string_equal(message.u.gather.bar_code, "QR1");
}

static void a_weight_of_nothing_is_not_weighed(void **state)
{
	static const char *const weights[] = {
		"", "<WEIGHT/>", "<WEIGHT><GROSS_WT/></WEIGHT>",
		"<WEIGHT><GROSS_WT>0</GROSS_WT></WEIGHT>",
		"<WEIGHT><GROSS_WT>0.000</GROSS_WT></WEIGHT>"};

	(void)state;
	for (size_t i = 0; i < sizeof(weights) / sizeof(weights[0]); i++) {
		struct customs_message message;
		char xml[512];

		snprintf(xml, sizeof(xml),
			 "<GATHER_INFO" MESSAGE_CASE_ATTRIBUTES ">%s</GATHER_INFO>",
			 weights[i]);
		assert_int_equal(read_xml(0x21, xml, &message), KAKOU_OK);
		assert_false(message.u.gather.has_weight);
	}
}

static void the_header_and_the_attributes_must_agree(void **state)
{
	(void)state;
	assert_garbled(0x22, "<COMMAND_INFO/>", "AREA_ID is missing");
	assert_garbled(0x22,
		       "<COMMAND_INFO AREA_ID=\"3301500001\" CHNL_NO=\"3301500102\""
		       " I_E_TYPE=\"I\" SEQ_NO=\"1\"/>",
		       "CHNL_NO=\"3301500102\"");
	assert_garbled(0x22,
		       "<COMMAND_INFO AREA_ID=\"3301500001\" CHNL_NO=\"3301500101\""
		       " I_E_TYPE=\"E\" SEQ_NO=\"1\"/>",
		       "I_E_TYPE=\"E\"");
	assert_garbled(0x22,
		       "<COMMAND_INFO AREA_ID=\"3301500001\" CHNL_NO=\"3301500101\""
		       " I_E_TYPE=\"I\"/>",
		       "SEQ_NO is missing");
	assert_garbled(0x22,
		       "<COMMAND_INFO AREA_ID=\"3301500001\" CHNL_NO=\"3301500101\""
		       " I_E_TYPE=\"I\" SEQ_NO=\"\"/>",
		       "SEQ_NO");
	assert_garbled(0x22,
		       "<COMMAND_INFO AREA_ID=\"3301500001\" CHNL_NO=\"3301500101\""
		       " I_E_TYPE=\"I\" SEQ_NO=\"012345678901234567890123456789012\"/>",
		       "1 to 32");
	assert_garbled(0x22,
		       "<COMMAND_INFO AREA_ID=\"3301500001\" CHNL_NO=\"3301500101\""
		       " I_E_TYPE=\"I\" SEQ_NO=\"12 \"/>",
		       "SEQ_NO=\"12 \": expected no blank at either end");
	assert_garbled(0x22,
		       "<COMMAND_INFO AREA_ID=\"3301500001\" CHNL_NO=\"3301500101\""
		       " I_E_TYPE=\"I\" SEQ_NO=\"\n\"/>",
		       "SEQ_NO=\" \": expected no blank at either end");
	assert_garbled(0x21, MESSAGE_CASE_ROOT "</COMMAND_INFO>", "root <COMMAND_INFO>");
	assert_garbled(0x22, "<GATHER_INFO" MESSAGE_CASE_ATTRIBUTES "/>",
		       "root <GATHER_INFO>");
	assert_garbled(0x24, "<COMMAND_INFO" MESSAGE_CASE_ATTRIBUTES "/>", "0x24");
}

static void hostile_xml_is_refused(void **state)
{
	(void)state;
	assert_garbled(0x22, "", "XML");
	assert_garbled(0x22, "not xml", "XML line 1");
	assert_garbled(0x22, MESSAGE_CASE_ROOT, "XML line 1");
	assert_garbled(0x22, MESSAGE_CASE_ROOT "</COMMAND_INFO><x/>", "XML line 1");
	assert_garbled(0x22,
		       "<!DOCTYPE COMMAND_INFO>" MESSAGE_CASE_ROOT "</COMMAND_INFO>",
		       "<!DOCTYPE COMMAND_INFO>");
	assert_garbled(
		0x22,
		"<!DOCTYPE a [<!ENTITY b \"c\"><!ENTITY d \"&b;&b;\">]>" MESSAGE_CASE_ROOT
		"<OP_HINT>&d;</OP_HINT></COMMAND_INFO>",
		"document type");
	assert_garbled(0x22,
		       "<!DOCTYPE a SYSTEM \"file:///etc/passwd\">" MESSAGE_CASE_ROOT
		       "</COMMAND_INFO>",
		       "document type");
	assert_garbled(0x22,
		       MESSAGE_CASE_ROOT "<OP_HINT>&unknown;</OP_HINT></COMMAND_INFO>",
		       "entity");
	assert_garbled(0x22,
		       MESSAGE_CASE_ROOT
		       "<a><a><a><a><a><a><a><a></a></a></a></a></a></a></a></a>"
		       "</COMMAND_INFO>",
		       "deeper than 8");
	assert_garbled(0x22,
		       MESSAGE_CASE_ROOT
		       "<CHECK_RESULT>Y</CHECK_RESULT><CHECK_RESULT>N</CHECK_RESULT>"
		       "</COMMAND_INFO>",
		       "twice");
	assert_garbled(0x22,
		       MESSAGE_CASE_ROOT
		       "<CHECK_RESULT>000000000010020000000</CHECK_RESULT>"
		       "</COMMAND_INFO>",
		       "<CHECK_RESULT> of 21 bytes");
	assert_garbled(0x21,
		       "<GATHER_INFO" MESSAGE_CASE_ATTRIBUTES
		       "><IC><G_TYPE>77</G_TYPE></IC></GATHER_INFO>",
		       "one character");
	assert_garbled(0x21,
		       "<GATHER_INFO" MESSAGE_CASE_ATTRIBUTES
		       "><WEIGHT><GROSS_WT>1.2345</GROSS_WT></WEIGHT></GATHER_INFO>",
		       "1.2345");
	assert_garbled(0x21,
		       "<GATHER_INFO" MESSAGE_CASE_ATTRIBUTES
		       "><WEIGHT><GROSS_WT>1e9</GROSS_WT></WEIGHT></GATHER_INFO>",
		       "1e9");
	assert_garbled(0x21,
		       "<GATHER_INFO" MESSAGE_CASE_ATTRIBUTES
		       "><CONTA><CONTA_RECO>2</CONTA_RECO></CONTA></GATHER_INFO>",
		       "0 or 1");
}

static void a_nul_byte_is_no_end_of_the_xml(void **state)
{
	static const char xml[] =
		MESSAGE_CASE_ROOT "<CHECK_RESULT>Y</CHECK_RESULT></COMMAND_INFO>\0<x/>";
	struct customs_message message;
	struct why why;

	(void)state;
	assert_int_equal(read_xml_bytes(0x22, xml, sizeof(xml) - 1, &message, &why),
			 KAKOU_E_GARBLED);
	assert_non_null(strstr(why.text, "NUL"));
}

static void long_texts_are_cut_where_they_are_only_shown(void **state)
{
	struct customs_message message;
	char xml[4096] = MESSAGE_CASE_ROOT "<OP_HINT>";
	size_t prefix = strlen(xml);

	(void)state;
	for (int i = 0; i < 300; i++)
		memcpy(xml + prefix + 3 * i, "请", 4);
	memcpy(xml + prefix + 900, "</OP_HINT></COMMAND_INFO>", 26);
	assert_int_equal(read_xml(0x22, xml, &message), KAKOU_OK);
	assert_int_equal(strlen(message.u.check.op_hint), 63);
	memcpy(xml + prefix - 9, "<FORM_ID>", 9);
	memcpy(xml + prefix + 900, "</FORM_ID></COMMAND_INFO>", 26);
	assert_garbled(0x22, xml, "<FORM_ID>");
	memcpy(xml + prefix - 9, "<ELSE_1_>", 9);
	memcpy(xml + prefix + 900, "</ELSE_1_></COMMAND_INFO>", 26);
	assert_int_equal(read_xml(0x22, xml, &message), KAKOU_OK);
}

static void an_absent_check_result_never_releases(void **state)
{
	struct customs_message message;
	struct status_reading reading;
	struct why why;

	(void)state;
	assert_int_equal(read_xml(0x22, MESSAGE_CASE_ROOT "</COMMAND_INFO>", &message),
			 KAKOU_OK);
	assert_string_equal(message.u.check.check_result, "");
	assert_int_equal(status_read_check(message.u.check.check_result, STATUS_ANNEX_B,
					   false, &reading, &why),
			 KAKOU_E_GARBLED);
	assert_int_equal(reading.verdict, VERDICT_HOLD);
}

static void xml_cut_at_any_byte_is_never_a_message(void **state)
{
	struct customs_message message = message_case_gather();
	struct customs_message back;
	struct frame frame;
	char *xml = message_case_write(&message, &message_case_plain, &frame);
	size_t whole = strlen(xml);

	(void)state;
	for (size_t len = 1; len < whole; len++) {
		struct why why;

		assert_int_equal(read_xml_bytes(0x21, xml, len, &back, &why),
				 KAKOU_E_GARBLED);
	}
	free(xml);
}

static void altered_bytes_never_crash_the_reader(void **state)
{
	struct customs_message message = message_case_gather();
	struct customs_message back;
	struct frame frame;
	char *xml = message_case_write(&message, &message_case_plain, &frame);
	size_t len = strlen(xml);

	(void)state;
	srand(20150701);
	for (int round = 0; round < 4000; round++) {
		struct why why;
		char *copy = malloc(len + 1);

		assert_non_null(copy);
		memcpy(copy, xml, len + 1);
		for (int i = 0; i <= round % 4; i++)
			copy[(size_t)rand() % len] = (char)(1 + rand() % 255);
		(void)!read_xml_bytes(0x21, copy, len, &back, &why);
		free(copy);
	}
	free(xml);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			either_spelling_of_a_command_is_read_but_not_two_that_differ),
		cmocka_unit_test(gb18030_bytes_are_found_out_whatever_is_declared),
		cmocka_unit_test(utf8_bytes_are_found_out_where_gb18030_is_declared),
		cmocka_unit_test(regional_forms_are_read_like_the_standard_one),
		cmocka_unit_test(a_weight_of_nothing_is_not_weighed),
		cmocka_unit_test(the_header_and_the_attributes_must_agree),
		cmocka_unit_test(hostile_xml_is_refused),
		cmocka_unit_test(a_nul_byte_is_no_end_of_the_xml),
		cmocka_unit_test(long_texts_are_cut_where_they_are_only_shown),
		cmocka_unit_test(an_absent_check_result_never_releases),
		cmocka_unit_test(xml_cut_at_any_byte_is_never_a_message),
		cmocka_unit_test(altered_bytes_never_crash_the_reader),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

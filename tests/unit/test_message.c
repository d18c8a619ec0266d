/* SPDX-License-Identifier: MIT */
/*
 * Messages: what is written is what section 4 lists, what comes in hostile is refused.
 *
 * Layer: tests (drivers/customs/message, xml, encoding).
 */
#include "drivers/customs/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct customs_dialect plain = {.encoding = CUSTOMS_UTF8};
static const struct customs_dialect gb = {
	.frame = {.big_endian = true, .ident_ones = true},
	.encoding = CUSTOMS_GB18030,
};

#define DECLARATION "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
#define ATTRIBUTES                                                                       \
	" AREA_ID=\"3301500001\" CHNL_NO=\"3301500101\" I_E_TYPE=\"I\""                  \
	" SEQ_NO=\"20240726120000000001\""
#define ROOT "<COMMAND_INFO" ATTRIBUTES ">"

static struct customs_head example_head(void)
{
	return (struct customs_head){
		.area_id = "3301500001",
		.chnl_no = "3301500101",
		.direction = 'I',
		.seq_no = "20240726120000000001",
	};
}

static struct customs_message example_gather(void)
{
	return (struct customs_message){
		.code = CUSTOMS_GATHER,
		.u.gather =
			{
				   .head = example_head(),
				   .goods_type = '7',
				   .traffic_type = '1',
				   .card_no = "3301 & <card>",
				   .has_weight = true,
				   .gross_g = 31234500,
				   .plate = "浙A12345",
				   .tag = "E28011052000AAAA",
				   .trailer_plate = "浙A1234挂",
				   .box_count = 2,
				   .box_front = "CSQU3054383",
				   .box_rear = "CBHU3202732",
				   .boxes_recognised = true,
				   .seal_id = "KKSE0001",
				   .bar_code = "\"quoted\"",
				   },
	};
}

/* Writes the message and hands back the XML inside its frame, ended by a NUL. */
static char *write_xml(const struct customs_message *message,
		       const struct customs_dialect *dialect, struct frame *frame)
{
	static unsigned char buffer[16384];
	struct why why = {""};
	size_t len, used;
	char *xml;

	assert_int_equal(customs_message_write(message, dialect, buffer, sizeof(buffer),
					       &len, &why),
			 KAKOU_OK);
	assert_int_equal(frame_read(buffer, len, frame, &used, &why), KAKOU_OK);
	assert_int_equal(used, len);
	xml = malloc(frame->xml_len + 1);
	assert_non_null(xml);
	memcpy(xml, frame->xml, frame->xml_len);
	xml[frame->xml_len] = '\0';
	return xml;
}

/* What was read back is written once more: the same bytes. */
static void assert_round_trip(const struct customs_message *message,
			      const struct customs_dialect *dialect)
{
	struct customs_message back;
	struct why why = {""};
	struct frame frame;
	char *xml = write_xml(message, dialect, &frame);
	char *again;

	assert_int_equal(customs_message_read(&frame, dialect, &back, &why), KAKOU_OK);
	assert_int_equal(back.code, message->code);
	/* Boxes with numbers that were not recognised look like the other meaning. */
	assert_int_equal(
		customs_dialect_compare(dialect, &back.seen) & ~(1u << TRAIT_RECO), 0);
	again = write_xml(&back, dialect, &frame);
	assert_string_equal(again, xml);
	free(again);
	free(xml);
}

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
	err = customs_message_read(&frame, &plain, out, why);
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

static void gathered_data_is_written_as_the_standard_lists_it(void **state)
{
	static const char expected[] = DECLARATION
		"<GATHER_INFO" ATTRIBUTES ">"
		"<IC><G_TYPE>7</G_TYPE><TRAF_TYPE>1</TRAF_TYPE>"
		"<DRIVER_IC><DR_IC_NO>3301 &amp; &lt;card&gt;</DR_IC_NO>"
		"<IC_DR_CUSTOMS_NO/><IC_CO_CUSTOMS_NO/><IC_BILL_NO/><IC_GROSS_WT/>"
		"<IC_VE_CUSTOMS_NO/><IC_VE_NAME/><IC_CONTA_ID/><IC_ESEAL_ID/></DRIVER_IC>"
		"<CARGO_IC><PACK_NUM_TOTAL/><PACK_WT_TOTAL/><SEAL_ID/></CARGO_IC></IC>"
		"<WEIGHT><GROSS_WT>31234.5</GROSS_WT></WEIGHT>"
		"<CAR><VE_NAME>浙A12345</VE_NAME><CAR_EC_NO>E28011052000AAAA</CAR_EC_NO>"
		"<CAR_EC_NO2/><VE_CUSTOMS_NO/><VE_WT/></CAR>"
		"<TRAILER><TR_EC_NO/><TR_NAME>浙A1234挂</TR_NAME><TR_WT/></TRAILER>"
		"<CONTA><CONTA_NUM>2</CONTA_NUM><CONTA_RECO>0</CONTA_RECO>"
		"<CONTA_ID_F>CSQU3054383</CONTA_ID_F><CONTA_ID_B>CBHU3202732</CONTA_ID_B>"
		"</CONTA>"
		"<SEAL><ESEAL_ID>KKSE0001</ESEAL_ID><ESEAL_PUBLIC_KEY/></SEAL>"
		"<BAR_CODE>&quot;quoted&quot;</BAR_CODE></GATHER_INFO>";
	struct customs_message message = example_gather();
	struct frame frame;
	char *xml = write_xml(&message, &plain, &frame);

	(void)state;
	assert_string_equal(xml, expected);
	assert_int_equal(frame.code, 0x21);
	assert_int_equal(frame.direction, 'I');
	free(xml);
}

static void absent_devices_give_empty_tags_or_none(void **state)
{
	struct customs_message message = {.code = CUSTOMS_GATHER};
	struct customs_dialect none = plain;
	struct frame frame;
	char *xml;

	(void)state;
	message.u.gather.head = example_head();
	message.u.gather.plate[0] = 'A';
	xml = write_xml(&message, &plain, &frame);
	assert_non_null(strstr(xml, "<DR_IC_NO/>"));
	assert_non_null(strstr(xml, "<GROSS_WT>0</GROSS_WT>"));
	assert_non_null(
		strstr(xml, "<CONTA_NUM>0</CONTA_NUM><CONTA_RECO>1</CONTA_RECO>"));
	assert_null(strstr(xml, "TRAILER"));
	free(xml);
	none.absent_tags_left_out = true;
	xml = write_xml(&message, &none, &frame);
	assert_string_equal(xml, DECLARATION "<GATHER_INFO" ATTRIBUTES
					     "><WEIGHT><GROSS_WT>0</GROSS_WT></WEIGHT>"
					     "<CAR><VE_NAME>A</VE_NAME></CAR>"
					     "</GATHER_INFO>");
	free(xml);
}

static void recognised_boxes_follow_the_peers_meaning(void **state)
{
	struct customs_message message = example_gather();
	struct customs_dialect field = plain;
	struct frame frame;
	char *xml;

	(void)state;
	field.reco_one_is_recognised = true;
	xml = write_xml(&message, &field, &frame);
	assert_non_null(strstr(xml, "<CONTA_RECO>1</CONTA_RECO>"));
	free(xml);
	assert_round_trip(&message, &field);
	message.u.gather.boxes_recognised = false;
	assert_round_trip(&message, &field);
	assert_round_trip(&message, &plain);
}

static void weights_are_kilograms_with_up_to_three_decimals(void **state)
{
	static const struct {
		int64_t gross_g;
		const char *text;
	} rows[] = {
		{1,        ">0.001<"  },
		{10,       ">0.01<"   },
		{999,      ">0.999<"  },
		{1000,     ">1<"      },
		{49000000, ">49000<"  },
		{49000100, ">49000.1<"},
		{-1500,    ">-1.5<"   },
		{-20,      ">-0.02<"  },
		{100000,   ">100<"    },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct customs_message message = example_gather();
		struct frame frame;
		char *xml;

		message.u.gather.gross_g = rows[i].gross_g;
		xml = write_xml(&message, &plain, &frame);
		assert_non_null(strstr(xml, rows[i].text));
		free(xml);
		assert_round_trip(&message, &plain);
	}
}

static void every_message_comes_back_as_it_was_in_both_encodings(void **state)
{
	struct customs_message messages[] = {
		example_gather(),
		{.code = CUSTOMS_CHECK,
		    .u.check = {.head = example_head(),
			     .check_result = "11000000001002000000",
			     .form_type = "7",
			     .form_id = "Z3111E240726000000000456",
			     .op_hint = "未关联单据"}                                },
		{.code = CUSTOMS_OPERATE,
		    .u.operate = {.head = example_head(),
			       .command = "00000000000000000000",
			       .op_type = '0',
			       .op_reason = "查验完毕 <1>",
			       .op_id = "关员 01"}                                      },
		{.code = CUSTOMS_RESULT,
		    .u.result = {.head = example_head(), .result = "00000000000000000000"}},
		{.code = CUSTOMS_FETCH,    .u.fetch = example_head()                   },
		{.code = CUSTOMS_PICTURES, .u.fetch = example_head()                   },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		assert_round_trip(&messages[i], &plain);
		assert_round_trip(&messages[i], &gb);
	}
}

static void a_registration_comes_back_and_names_no_channel_in_its_xml(void **state)
{
	struct customs_head head = example_head();
	struct customs_message messages[] = {
		{.code = CUSTOMS_REGISTER,
		 .u.registration = {.monitor_ip = "192.0.2.2",
				    .monitor_port = "9002",
				    .user_id = "gate01",
				    .password = "<open> sesame"}},
		{.code = CUSTOMS_REGISTERED,
		 .u.registered = {.result = '6',
				  .user_id = "gate01",
				  .rights = '0',
				  .user_name = "卡口",
				  .unit = "杭州综保区",
				  .customs_code = "2981"}       },
	};
	struct frame frame;
	char *xml;

	(void)state;
	head.seq_no[0] = '\0';
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		messages[i].u.registered.head = head;
		assert_round_trip(&messages[i], &plain);
		assert_round_trip(&messages[i], &gb);
	}
	xml = write_xml(&messages[0], &plain, &frame);
	assert_null(strstr(xml, "CHNL_NO"));
	free(xml);
}

static void messages_about_devices_come_back_without_a_number(void **state)
{
	struct customs_head head = example_head();
	struct customs_message messages[] = {
		{.code = CUSTOMS_SET_DEVICE,
		 .u.device = {.device_id = "15", .status = '3'}             },
		{.code = CUSTOMS_DEVICE_SET,
		 .u.device = {.device_id = "15", .control = '3'}            },
		{.code = CUSTOMS_EXCEPTION,
		 .u.device = {.device_id = "16",
			      .name = "道闸",
			      .description = "坏了",
			      .status = '2'}                                },
		{.code = CUSTOMS_DEVICES,
		 .u.devices.states.status = {'1', 0, '2', 0, 0, '0', '1', 0}},
	};

	(void)state;
	head.seq_no[0] = '\0';
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		struct frame frame;
		char *xml;

		messages[i].u.device.head = head;
		assert_round_trip(&messages[i], &plain);
		assert_round_trip(&messages[i], &gb);
		xml = write_xml(&messages[i], &plain, &frame);
		assert_null(strstr(xml, "SEQ_NO"));
		free(xml);
	}
}

static void commands_are_spelt_as_the_standard_misspells_them(void **state)
{
	struct customs_message message = {
		.code = CUSTOMS_OPERATE,
		.u.operate = {.head = example_head(),
			      .command = "00000000000000000000",
			      .op_type = '0'},
	};
	struct frame frame;
	char *xml = write_xml(&message, &plain, &frame);

	(void)state;
	assert_non_null(strstr(xml, "<EXCUTE_COMMAND>00000000000000000000"
				    "</EXCUTE_COMMAND><GPS>"));
	assert_non_null(strstr(xml, "</SEAL><OP_TYPE>0</OP_TYPE><OP_REASON/><OP_ID/>"));
	free(xml);
	message.code = CUSTOMS_RESULT;
	memset(&message.u, 0, sizeof(message.u));
	message.u.result.head = example_head();
	memcpy(message.u.result.result, "10000000000000000000", STATUS_LENGTH + 1);
	xml = write_xml(&message, &plain, &frame);
	assert_non_null(strstr(xml, "<EXECUTE_RESULT>10000000000000000000"
				    "</EXECUTE_RESULT><ESEAL_USE_COUNT/>"));
	free(xml);
}

static void either_spelling_of_a_command_is_read_but_not_two_that_differ(void **state)
{
	struct customs_message message;

	(void)state;
	assert_int_equal(read_xml(0x31,
				  ROOT "<EXECUTE_COMMAND>01000000000000000000"
				       "</EXECUTE_COMMAND></COMMAND_INFO>",
				  &message),
			 KAKOU_OK);
	assert_string_equal(message.u.operate.command, "01000000000000000000");
	assert_garbled(0x31,
		       ROOT "<EXECUTE_COMMAND>01000000000000000000</EXECUTE_COMMAND>"
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
		{DECLARATION,				    /* the field's lie */ CUSTOMS_GB18030_AS_UTF8},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct customs_message message;
		char xml[512];

		snprintf(xml, sizeof(xml),
			 "%s" ROOT "<OP_HINT>%s</OP_HINT></COMMAND_INFO>",
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
	assert_int_equal(read_xml(0x22,
				  "<?xml version=\"1.0\" encoding=\"GB2312\"?>" ROOT
				  "<OP_HINT>放</OP_HINT></COMMAND_INFO>",
				  &message),
			 KAKOU_OK);
	assert_string_equal(message.u.check.op_hint, "放");
	assert_int_equal(message.seen.is.encoding, CUSTOMS_UTF8_AS_GB);
	assert_garbled(0x22, ROOT "<OP_HINT>\xFF\xFF</OP_HINT></COMMAND_INFO>",
		       "neither");
}

static void regional_forms_are_read_like_the_standard_one(void **state)
{
	struct customs_message message;

	(void)state;
	assert_int_equal(
		read_xml(
			0x21,
			"<GATHER_INFO" ATTRIBUTES ">\n"
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

		snprintf(xml, sizeof(xml), "<GATHER_INFO" ATTRIBUTES ">%s</GATHER_INFO>",
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
	assert_garbled(0x21, ROOT "</COMMAND_INFO>", "root <COMMAND_INFO>");
	assert_garbled(0x22, "<GATHER_INFO" ATTRIBUTES "/>", "root <GATHER_INFO>");
	assert_garbled(0x24, "<COMMAND_INFO" ATTRIBUTES "/>", "0x24");
}

static void hostile_xml_is_refused(void **state)
{
	(void)state;
	assert_garbled(0x22, "", "XML");
	assert_garbled(0x22, "not xml", "XML line 1");
	assert_garbled(0x22, ROOT, "XML line 1");
	assert_garbled(0x22, ROOT "</COMMAND_INFO><x/>", "XML line 1");
	assert_garbled(0x22, "<!DOCTYPE COMMAND_INFO>" ROOT "</COMMAND_INFO>",
		       "<!DOCTYPE COMMAND_INFO>");
	assert_garbled(0x22,
		       "<!DOCTYPE a [<!ENTITY b \"c\"><!ENTITY d \"&b;&b;\">]>" ROOT
		       "<OP_HINT>&d;</OP_HINT></COMMAND_INFO>",
		       "document type");
	assert_garbled(
		0x22, "<!DOCTYPE a SYSTEM \"file:///etc/passwd\">" ROOT "</COMMAND_INFO>",
		"document type");
	assert_garbled(0x22, ROOT "<OP_HINT>&unknown;</OP_HINT></COMMAND_INFO>",
		       "entity");
	assert_garbled(0x22,
		       ROOT "<a><a><a><a><a><a><a><a></a></a></a></a></a></a></a></a>"
			    "</COMMAND_INFO>",
		       "deeper than 8");
	assert_garbled(0x22,
		       ROOT "<CHECK_RESULT>Y</CHECK_RESULT><CHECK_RESULT>N</CHECK_RESULT>"
			    "</COMMAND_INFO>",
		       "twice");
	assert_garbled(0x22,
		       ROOT "<CHECK_RESULT>000000000010020000000</CHECK_RESULT>"
			    "</COMMAND_INFO>",
		       "<CHECK_RESULT> of 21 bytes");
	assert_garbled(0x21,
		       "<GATHER_INFO" ATTRIBUTES
		       "><IC><G_TYPE>77</G_TYPE></IC></GATHER_INFO>",
		       "one character");
	assert_garbled(0x21,
		       "<GATHER_INFO" ATTRIBUTES
		       "><WEIGHT><GROSS_WT>1.2345</GROSS_WT></WEIGHT></GATHER_INFO>",
		       "1.2345");
	assert_garbled(0x21,
		       "<GATHER_INFO" ATTRIBUTES
		       "><WEIGHT><GROSS_WT>1e9</GROSS_WT></WEIGHT></GATHER_INFO>",
		       "1e9");
	assert_garbled(0x21,
		       "<GATHER_INFO" ATTRIBUTES
		       "><CONTA><CONTA_RECO>2</CONTA_RECO></CONTA></GATHER_INFO>",
		       "0 or 1");
}

static void a_nul_byte_is_no_end_of_the_xml(void **state)
{
	static const char xml[] =
		ROOT "<CHECK_RESULT>Y</CHECK_RESULT></COMMAND_INFO>\0<x/>";
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
	char xml[4096] = ROOT "<OP_HINT>";
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
	assert_int_equal(read_xml(0x22, ROOT "</COMMAND_INFO>", &message), KAKOU_OK);
	assert_string_equal(message.u.check.check_result, "");
	assert_int_equal(status_read_check(message.u.check.check_result, STATUS_ANNEX_B,
					   false, &reading, &why),
			 KAKOU_E_GARBLED);
	assert_int_equal(reading.verdict, VERDICT_HOLD);
}

static void xml_cut_at_any_byte_is_never_a_message(void **state)
{
	struct customs_message message = example_gather();
	struct customs_message back;
	struct frame frame;
	char *xml = write_xml(&message, &plain, &frame);
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
	struct customs_message message = example_gather();
	struct customs_message back;
	struct frame frame;
	char *xml = write_xml(&message, &plain, &frame);
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

static void what_xml_can_not_hold_is_not_written(void **state)
{
	struct customs_message message = example_gather();
	unsigned char buffer[16384];
	struct why why;
	size_t len;

	(void)state;
	message.u.gather.plate[0] = '\n';
	assert_int_equal(customs_message_write(&message, &plain, buffer, sizeof(buffer),
					       &len, &why),
			 KAKOU_E_INVALID);
	assert_non_null(strstr(why.text, "control character"));
	message = example_gather();
	message.u.gather.plate[0] = '\xFF';
	assert_int_equal(customs_message_write(&message, &plain, buffer, sizeof(buffer),
					       &len, &why),
			 KAKOU_E_INVALID);
	message = example_gather();
	message.u.gather.head.seq_no[0] = '\0';
	assert_int_equal(customs_message_write(&message, &plain, buffer, sizeof(buffer),
					       &len, &why),
			 KAKOU_E_INVALID);
	message = example_gather();
	message.u.gather.head.direction = 'F';
	assert_int_equal(customs_message_write(&message, &plain, buffer, sizeof(buffer),
					       &len, &why),
			 KAKOU_E_INVALID);
}

/* Every size too small is refused, and nothing is written behind it (the sanitizer looks). */
static void a_message_fits_its_buffer_or_is_refused(void **state)
{
	struct customs_message message = example_gather();
	struct why why;
	size_t len, whole;
	unsigned char *buffer = malloc(16384);

	(void)state;
	assert_non_null(buffer);
	assert_int_equal(
		customs_message_write(&message, &gb, buffer, 16384, &whole, &why),
		KAKOU_OK);
	free(buffer);
	for (size_t size = 0; size <= whole; size++) {
		buffer = malloc(size ? size : 1);
		assert_non_null(buffer);
		assert_int_equal(
			customs_message_write(&message, &gb, buffer, size, &len, &why),
			size < whole ? KAKOU_E_FULL : KAKOU_OK);
		free(buffer);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gathered_data_is_written_as_the_standard_lists_it),
		cmocka_unit_test(absent_devices_give_empty_tags_or_none),
		cmocka_unit_test(recognised_boxes_follow_the_peers_meaning),
		cmocka_unit_test(weights_are_kilograms_with_up_to_three_decimals),
		cmocka_unit_test(every_message_comes_back_as_it_was_in_both_encodings),
		cmocka_unit_test(
			a_registration_comes_back_and_names_no_channel_in_its_xml),
		cmocka_unit_test(messages_about_devices_come_back_without_a_number),
		cmocka_unit_test(commands_are_spelt_as_the_standard_misspells_them),
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
		cmocka_unit_test(what_xml_can_not_hold_is_not_written),
		cmocka_unit_test(a_message_fits_its_buffer_or_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

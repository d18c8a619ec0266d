/* SPDX-License-Identifier: MIT */
/*
 * The smart generation (customs-protocol section 5): what is written, and what is refused.
 *
 * Layer: tests (drivers/customs/message_write_smart, message_read).
 */
#include "drivers/customs/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct customs_dialect smart = {.is_smart = true};

#define HEAD                                                                             \
	"<AREA_ID>3301500001</AREA_ID><CHNL_NO>3301500101</CHNL_NO>"                     \
	"<SESSION_ID>S1</SESSION_ID>"

static struct customs_head head(void)
{
	return (struct customs_head){.area_id = "3301500001",
				     .chnl_no = "3301500101",
				     .direction = 'E',
				     .seq_no = "S1"};
}

static size_t put(const struct customs_message *message, unsigned char *buffer,
		  size_t size, struct frame *frame)
{
	struct why why = {""};
	size_t len, used;

	if (customs_message_write(message, &smart, buffer, size, &len, &why) ||
	    frame_read(buffer, len, frame, &used, &why))
		fail_msg("%s", why.text);
	return len;
}

static void assert_xml(const struct frame *frame, const char *expected)
{
	assert_int_equal(frame->xml_len, strlen(expected));
	assert_memory_equal(frame->xml, expected, frame->xml_len);
}

static enum kakou_err get(uint8_t code, const char *xml, struct customs_message *out,
			  struct why *why)
{
	struct frame frame = {.code = code,
			      .area_id = "3301500001",
			      .chnl_no = "3301500101",
			      .direction = 'E',
			      .xml = xml,
			      .xml_len = strlen(xml)};

	why->text[0] = '\0';
	return customs_message_read(&frame, &smart, out, why);
}

static void an_inquiry_is_written_as_the_standard_lists_it(void **state)
{
	struct customs_message message = {
		.code = CUSTOMS_GATHER,
		.u.gather = {.head = head(),
			     .card_no = "C1",
			     .has_weight = true,
			     .gross_g = 37000500,
			     .plate = "浙A12345",
			     .tag = "E2003412AB000001",
			     .box_count = 2,
			     .box_front = "CSQU3054383",
			     .box_rear = "CBHU3202732",
			     .boxes_recognised = true,
			     .seal_id = "HYT-1",
			     .mode = 'M',
			     .operator_id = "officer"},
	};
	unsigned char buffer[16384];
	struct frame frame;

	(void)state;
	put(&message, buffer, sizeof(buffer), &frame);
	assert_int_equal(frame.code, 0x81);
	assert_xml(
		&frame,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?><GATHER_INFO>"
		"<I_E_FLAG>E</I_E_FLAG><AREA_ID>3301500001</AREA_ID>"
		"<CHNL_NO>3301500101</CHNL_NO><GETHER_MODE>M</GETHER_MODE>"
		"<SESSION_ID>S1</SESSION_ID><IC_INFO><IC_ID/><IC_NO>C1</IC_NO><IC_Type/>"
		"<IC_EXTENDED_CONTENT/></IC_INFO>"
		"<FORM_INFO><FORM_TYPE/><FORM_ID/></FORM_INFO>"
		"<DR_CUSTOMS_NO/><VE_CUSTOMS_NO/><VE_LICENSE_NO>浙A12345</VE_LICENSE_NO>"
		"<CONTA_ID>CSQU3054383|CBHU3202732</CONTA_ID><ESEAL_ID>HYT-1</ESEAL_ID>"
		"<GROSS_WT>37000.5</GROSS_WT>"
		"<VE_RFID><RFID_No>E2003412AB000001</RFID_No><VE_LICENSE_NO/>"
		"<VE_CUSTOMS_NO/><VE_WT/><VE_COMPANY/><VE_PERFORMANCE/></VE_RFID>"
		"<DR_RFID><RFID_ID/><DR_NAME/><DR_CUSTOMS_NO/><DR_COMPANY/>"
		"<DR_PERFORMANCE/></DR_RFID>"
		"<PHOTO><PHOTO_GUID/><PHOTO_PERSPECTIVE/></PHOTO>"
		"<OPERATOR_ID>officer</OPERATOR_ID><OPERATE_TIME/>"
		"<EXTEND><NAME/><VALUE/></EXTEND>"
		"<CONTA_RECOGNITION><CONTA_ID>CSQU3054383</CONTA_ID><CONTA_TYPE/>"
		"<CONTA_LOCK/><CONFIDENCE_RATIO>Y</CONFIDENCE_RATIO></CONTA_RECOGNITION>"
		"<CONTA_RECOGNITION><CONTA_ID>CBHU3202732</CONTA_ID><CONTA_TYPE/>"
		"<CONTA_LOCK/><CONFIDENCE_RATIO>Y</CONFIDENCE_RATIO></CONTA_RECOGNITION>"
		"<VE_LICENSE_RECOGNITION>"
		"<DOMESTIC_LICENSE_NO>浙A12345</DOMESTIC_LICENSE_NO>"
		"<DOMESTIC_LICENSE_COLOR/><FOREIGN_LICENSE_NO/><FOREIGN_LICENSE_COLOR/>"
		"<CONFIDENCE_RATIO>Y</CONFIDENCE_RATIO></VE_LICENSE_RECOGNITION>"
		"</GATHER_INFO>");
}

static void every_smart_message_comes_back_as_it_was(void **state)
{
	struct customs_message messages[] = {
		{.code = CUSTOMS_GATHER,
		 .u.gather = {.head = head(),
			      .plate = "浙A12345",
			      .has_vehicle_weight = true,
			      .vehicle_g = 8600000,
			      .box_count = 1,
			      .box_front = "CSQU3054383",
			      .bar_code = "QR",
			      .mode = 'B'}					     },
		{.code = CUSTOMS_CHECK,
		 .u.check = {.head = head(),
			     .check_result = "M",
			     .form_type = "bill",
			     .form_id = "F1",
			     .list_type = "1",
			     .list_id = "R1",
			     .error = "没有核放单",
			     .op_hint = "请等候"}                                   },
		{.code = CUSTOMS_OPERATE, .u.operate = {.head = head(), .op_type = '0'}},
		{.code = CUSTOMS_OPERATE, .u.operate = {.head = head(), .op_type = '2'}},
		{.code = CUSTOMS_OPERATE,
		 .u.operate = {.head = head(),
			       .op_type = '3',
			       .op_reason = "x",
			       .op_id = "7"}                                           },
		{.code = CUSTOMS_OPERATE,
		 .u.operate = {.head = head(),
			       .seal_id = "S",
			       .seal_act = 'U',
			       .seal_key = "k"}                                        },
	};
	static unsigned char first[16384], again[16384];

	(void)state;
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		struct customs_message back;
		struct frame frame;
		struct why why;
		size_t len = put(&messages[i], first, sizeof(first), &frame);

		if (customs_message_read(&frame, &smart, &back, &why))
			fail_msg("%zu: %s", i, why.text);
		assert_int_equal(back.code, messages[i].code);
		assert_int_equal(customs_dialect_compare(&smart, &back.seen), 0);
		assert_int_equal(put(&back, again, sizeof(again), &frame), len);
		assert_memory_equal(first, again, len);
	}
}

static void feedback_without_most_of_its_tags_is_read(void **state)
{
	struct customs_message message;
	struct why why;

	(void)state;
	assert_int_equal(get(0x82,
			     "<GATHER_FEEDBACK><SESSION_ID>S1</SESSION_ID>"
			     "<CHECK_RESULT>Y</CHECK_RESULT></GATHER_FEEDBACK>",
			     &message, &why),
			 KAKOU_OK);
	assert_int_equal(message.code, CUSTOMS_CHECK);
	assert_string_equal(message.u.check.head.seq_no, "S1");
	assert_string_equal(message.u.check.head.chnl_no, "3301500101");
	assert_string_equal(message.u.check.check_result, "Y");
}

static void what_could_open_for_another_truck_is_garbled(void **state)
{
	static const struct {
		uint8_t code;
		const char *xml, *quotes;
	} rows[] = {
		{0x82,
		 "<GATHER_FEEDBACK><CHECK_RESULT>Y</CHECK_RESULT></GATHER_FEEDBACK>",      "SESSION_ID"     },
		{0x82,
		 "<GATHER_FEEDBACK>" HEAD "<SESSION_ID>S2</SESSION_ID></GATHER_FEEDBACK>",
		 "twice"										    },
		{0x82,
		 "<GATHER_FEEDBACK><CHNL_NO>3301500102</CHNL_NO><SESSION_ID>S1</"
		 "SESSION_ID>"
		 "</GATHER_FEEDBACK>",						     "3301500102"     },
		{0x82, "<MANUAL_CHECK>" HEAD "</MANUAL_CHECK>",                            "GATHER_FEEDBACK"},
		{0x85, "<MANUAL_CHECK>" HEAD "</MANUAL_CHECK>",                            "of an officer"  },
		{0x85,
		 "<MANUAL_CHECK>" HEAD "<CHECK_RESULT>0</CHECK_RESULT></MANUAL_CHECK>",
		 "of an officer"									    },
		{0x85,
		 "<MANUAL_CHECK>" HEAD "<CHECK_RESULT>4</CHECK_RESULT></MANUAL_CHECK>",
		 "of an officer"									    },
		{0x85, "<MANUAL_CHECK><CHECK_RESULT>1</CHECK_RESULT></MANUAL_CHECK>",
		 "SESSION_ID"									       },
	};
	struct customs_message message;
	struct why why;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(get(rows[i].code, rows[i].xml, &message, &why),
				 KAKOU_E_GARBLED);
		if (!strstr(why.text, rows[i].quotes))
			fail_msg("\"%s\" does not quote \"%s\"", why.text,
				 rows[i].quotes);
	}
}

static void an_officers_numbers_are_the_acts_they_mean(void **state)
{
	static const char meant[] = {'0', '3', '2'};
	struct customs_message message;
	struct why why;
	char xml[256];

	(void)state;
	for (int i = 0; i < 3; i++) {
		snprintf(xml, sizeof(xml),
			 "<MANUAL_CHECK>" HEAD
			 "<CHECK_RESULT>%d</CHECK_RESULT></MANUAL_CHECK>",
			 i + 1);
		assert_int_equal(get(0x85, xml, &message, &why), KAKOU_OK);
		assert_int_equal(message.u.operate.op_type, meant[i]);
	}
}

static void what_was_not_carried_out_is_never_a_zero(void **state)
{
	static const struct {
		const char *command;
		bool was_done;
		const char *result;
	} rows[] = {
		{"00000000000000000000", true,  "00000000000000000000"},
		{"00000000000000000000", false, "90000000000000000000"},
		{"00000001000000000000", true,  "90000009000000000000"},
		{"00000002200000000000", true,  "90000009900000000000"},
		{"00000000100000000000", false, "90000000900000000000"},
		{"0000000x000000000000", true,  "00000000000000000000"},
		{"",		     false, "90000000000000000000"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char word[STATUS_LENGTH + 1];

		status_write_result(word, rows[i].command, rows[i].was_done);
		assert_string_equal(word, rows[i].result);
	}
}

static void an_answer_is_in_the_generation_of_its_question(void **state)
{
	static const struct {
		uint8_t answers, wire;
	} rows[] = {
		{0,    0x32},
		{0x31, 0x32},
		{0x35, 0x36},
		{0x83, 0x84},
		{0x85, 0   }
	};
	struct customs_message message = {.code = CUSTOMS_RESULT};
	unsigned char buffer[1024];
	struct why why;
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		message.u.result.answers = rows[i].answers;
		assert_int_equal(customs_message_wire(&message, &smart), rows[i].wire);
	}
	assert_int_equal(customs_message_write(&message, &smart, buffer, sizeof(buffer),
					       &len, &why),
			 KAKOU_E_NOTFOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_inquiry_is_written_as_the_standard_lists_it),
		cmocka_unit_test(every_smart_message_comes_back_as_it_was),
		cmocka_unit_test(feedback_without_most_of_its_tags_is_read),
		cmocka_unit_test(what_could_open_for_another_truck_is_garbled),
		cmocka_unit_test(an_officers_numbers_are_the_acts_they_mean),
		cmocka_unit_test(what_was_not_carried_out_is_never_a_zero),
		cmocka_unit_test(an_answer_is_in_the_generation_of_its_question),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Messages: what is written is what section 4 lists, and comes back as it was.
 *
 * Layer: tests (drivers/customs/message, message_write, xml_write, encoding).
 */
#include "drivers/customs/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/message_case.h"

static const struct customs_dialect gb = {
	.frame = {.big_endian = true, .ident_ones = true},
	.encoding = CUSTOMS_GB18030,
};

/* What was read back is written once more: the same bytes. */
static void assert_round_trip(const struct customs_message *message,
			      const struct customs_dialect *dialect)
{
	struct customs_message back;
	struct why why = {""};
	struct frame frame;
	char *xml = message_case_write(message, dialect, &frame);
	char *again;

	assert_int_equal(customs_message_read(&frame, dialect, &back, &why), KAKOU_OK);
	assert_int_equal(back.code, message->code);
	/* Boxes with numbers that were not recognised look like the other meaning. */
	assert_int_equal(
		customs_dialect_compare(dialect, &back.seen) & ~(1u << TRAIT_RECO), 0);
	again = message_case_write(&back, dialect, &frame);
	assert_string_equal(again, xml);
	free(again);
	free(xml);
}

static void gathered_data_is_written_as_the_standard_lists_it(void **state)
{
	static const char expected[] = MESSAGE_CASE_DECLARATION
		"<GATHER_INFO" MESSAGE_CASE_ATTRIBUTES ">"
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
	struct customs_message message = message_case_gather();
	struct frame frame;
	char *xml = message_case_write(&message, &message_case_plain, &frame);

	(void)state;
	assert_string_equal(xml, expected);
	assert_int_equal(frame.code, 0x21);
	assert_int_equal(frame.direction, 'I');
	free(xml);
}

static void absent_devices_give_empty_tags_or_none(void **state)
{
	struct customs_message message = {.code = CUSTOMS_GATHER};
	struct customs_dialect none = message_case_plain;
	struct frame frame;
	char *xml;

	(void)state;
	message.u.gather.head = message_case_head();
	message.u.gather.plate[0] = 'A';
	xml = message_case_write(&message, &message_case_plain, &frame);
	assert_non_null(strstr(xml, "<DR_IC_NO/>"));
	assert_non_null(strstr(xml, "<GROSS_WT>0</GROSS_WT>"));
	assert_non_null(
		strstr(xml, "<CONTA_NUM>0</CONTA_NUM><CONTA_RECO>1</CONTA_RECO>"));
	assert_null(strstr(xml, "TRAILER"));
	free(xml);
	none.absent_tags_left_out = true;
	xml = message_case_write(&message, &none, &frame);
	assert_string_equal(xml, MESSAGE_CASE_DECLARATION
			    "<GATHER_INFO" MESSAGE_CASE_ATTRIBUTES
			    "><WEIGHT><GROSS_WT>0</GROSS_WT></WEIGHT>"
			    "<CAR><VE_NAME>A</VE_NAME></CAR>"
			    "</GATHER_INFO>");
	free(xml);
}

static void recognised_boxes_follow_the_peers_meaning(void **state)
{
	struct customs_message message = message_case_gather();
	struct customs_dialect field = message_case_plain;
	struct frame frame;
	char *xml;

	(void)state;
	field.reco_one_is_recognised = true;
	xml = message_case_write(&message, &field, &frame);
	assert_non_null(strstr(xml, "<CONTA_RECO>1</CONTA_RECO>"));
	free(xml);
	assert_round_trip(&message, &field);
	message.u.gather.boxes_recognised = false;
	assert_round_trip(&message, &field);
	assert_round_trip(&message, &message_case_plain);
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
		struct customs_message message = message_case_gather();
		struct frame frame;
		char *xml;

		message.u.gather.gross_g = rows[i].gross_g;
		xml = message_case_write(&message, &message_case_plain, &frame);
		assert_non_null(strstr(xml, rows[i].text));
		free(xml);
		assert_round_trip(&message, &message_case_plain);
	}
}

static void every_message_comes_back_as_it_was_in_both_encodings(void **state)
{
	struct customs_message messages[] = {
		message_case_gather(),
		{.code = CUSTOMS_CHECK,
		    .u.check = {.head = message_case_head(),
			     .check_result = "11000000001002000000",
			     .form_type = "7",
			     .form_id = "Z3111E240726000000000456",
			     .op_hint = "未关联单据"}                  },
		{.code = CUSTOMS_OPERATE,
		    .u.operate = {.head = message_case_head(),
			       .command = "00000000000000000000",
			       .op_type = '0',
			       .op_reason = "查验完毕 <1>",
			       .op_id = "关员 01"}                        },
		{.code = CUSTOMS_RESULT,
		    .u.result = {.head = message_case_head(),
			      .result = "00000000000000000000"}             },
		{.code = CUSTOMS_FETCH,    .u.fetch = message_case_head()},
		{.code = CUSTOMS_PICTURES, .u.fetch = message_case_head()},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		assert_round_trip(&messages[i], &message_case_plain);
		assert_round_trip(&messages[i], &gb);
	}
}

static void a_registration_comes_back_and_names_no_channel_in_its_xml(void **state)
{
	struct customs_head head = message_case_head();
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
		assert_round_trip(&messages[i], &message_case_plain);
		assert_round_trip(&messages[i], &gb);
	}
	xml = message_case_write(&messages[0], &message_case_plain, &frame);
	assert_null(strstr(xml, "CHNL_NO"));
	free(xml);
}

static void messages_about_devices_come_back_without_a_number(void **state)
{
	struct customs_head head = message_case_head();
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
		assert_round_trip(&messages[i], &message_case_plain);
		assert_round_trip(&messages[i], &gb);
		xml = message_case_write(&messages[i], &message_case_plain, &frame);
		assert_null(strstr(xml, "SEQ_NO"));
		free(xml);
	}
}

static void commands_are_spelt_as_the_standard_misspells_them(void **state)
{
	struct customs_message message = {
		.code = CUSTOMS_OPERATE,
		.u.operate = {.head = message_case_head(),
			      .command = "00000000000000000000",
			      .op_type = '0'},
	};
	struct frame frame;
	char *xml = message_case_write(&message, &message_case_plain, &frame);

	(void)state;
	assert_non_null(strstr(xml, "<EXCUTE_COMMAND>00000000000000000000"
				    "</EXCUTE_COMMAND><GPS>"));
	assert_non_null(strstr(xml, "</SEAL><OP_TYPE>0</OP_TYPE><OP_REASON/><OP_ID/>"));
	free(xml);
	message.code = CUSTOMS_RESULT;
	memset(&message.u, 0, sizeof(message.u));
	message.u.result.head = message_case_head();
	memcpy(message.u.result.result, "10000000000000000000", STATUS_LENGTH + 1);
	xml = message_case_write(&message, &message_case_plain, &frame);
	assert_non_null(strstr(xml, "<EXECUTE_RESULT>10000000000000000000"
				    "</EXECUTE_RESULT><ESEAL_USE_COUNT/>"));
	free(xml);
}

static void what_xml_can_not_hold_is_not_written(void **state)
{
	struct customs_message message = message_case_gather();
	unsigned char buffer[16384];
	struct why why;
	size_t len;

	(void)state;
	message.u.gather.plate[0] = '\n';
	assert_int_equal(customs_message_write(&message, &message_case_plain, buffer,
					       sizeof(buffer), &len, &why),
			 KAKOU_E_INVALID);
	assert_non_null(strstr(why.text, "control character"));
	message = message_case_gather();
	message.u.gather.plate[0] = '\xFF';
	assert_int_equal(customs_message_write(&message, &message_case_plain, buffer,
					       sizeof(buffer), &len, &why),
			 KAKOU_E_INVALID);
	message = message_case_gather();
	message.u.gather.head.seq_no[0] = '\0';
	assert_int_equal(customs_message_write(&message, &message_case_plain, buffer,
					       sizeof(buffer), &len, &why),
			 KAKOU_E_INVALID);
	message = message_case_gather();
	message.u.gather.head.direction = 'F';
	assert_int_equal(customs_message_write(&message, &message_case_plain, buffer,
					       sizeof(buffer), &len, &why),
			 KAKOU_E_INVALID);
}

/* Every size too small is refused, and nothing is written behind it (the sanitizer looks). */
static void a_message_fits_its_buffer_or_is_refused(void **state)
{
	struct customs_message message = message_case_gather();
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
		cmocka_unit_test(what_xml_can_not_hold_is_not_written),
		cmocka_unit_test(a_message_fits_its_buffer_or_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

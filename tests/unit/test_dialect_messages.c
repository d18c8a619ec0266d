/* SPDX-License-Identifier: MIT */
/*
 * Each kind of message, and each verdict, comes back as it went: in every frame, every encoding, both
 * generations, by both tables of status words.
 *
 * Layer: tests (drivers/customs/message, frame, bare).
 */
#include "drivers/customs/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/dialect_case.h"

/* What each kind of message says, filled so that no member is lost unseen. */
static struct customs_message message_of(enum customs_code code, char op_type)
{
	struct customs_message message = {.code = code, .u.fetch = dialect_case_head()};

	switch (code) {
	case CUSTOMS_GATHER: return dialect_case_gather();
	case CUSTOMS_OPERATE:
		message.u.operate =
			(struct customs_operate){.head = dialect_case_head(),
						 .command = "00000002100000000000",
						 .op_type = op_type,
						 .seal_id = "HYT-1",
						 .gps_id = "G1",
						 .op_reason = "查验完毕",
						 .op_id = "关员 7"};
		break;
	case CUSTOMS_RESULT:
		message.u.result = (struct customs_result){
			.head = dialect_case_head(), .result = "90000009900000000000"};
		break;
	case CUSTOMS_DEVICES:
		message.u.devices = (struct customs_devices){
			.head = dialect_case_head(), .states.status = {'1', '2', 0, '0'}
		};
		break;
	case CUSTOMS_REGISTERED:
		message.u.registered =
			(struct customs_registered){.head = dialect_case_head(),
						    .result = '0',
						    .user_id = "gate01",
						    .rights = '2',
						    .user_name = "卡口",
						    .unit = "综合保税区"};
		break;
	case CUSTOMS_SET_DEVICE:
	case CUSTOMS_DEVICE_SET:
	case CUSTOMS_EXCEPTION:
		message.u.device = (struct customs_device){.head = dialect_case_head(),
							   .device_id = "15",
							   .name = "地磅",
							   .status = '2',
							   .control = '3',
							   .description = "通讯中断"};
		break;
	default: break;
	}
	return message;
}

/* A number that its message does not have would be written. */
static struct customs_message without_number(struct customs_message message)
{
	message.u.fetch.seq_no[0] = '\0';
	return message;
}

/* Which rows show in it: all of the frame's, the encoding, and those of a verdict. */
static void come_back_in_every_frame(const struct customs_message *message, bool is_smart,
				     enum status_table table, bool is_plain)
{
	for (int encoding = 0; encoding < DIALECT_ENCODINGS; encoding++) {
		for (unsigned int bits = 0; bits < 1u << DIALECT_FRAME_BITS; bits++) {
			struct customs_dialect dialect =
				dialect_case_of(bits, (enum customs_encoding)encoding);

			dialect.is_smart = is_smart;
			dialect.table = table;
			dialect.verdict_is_plain = is_plain;
			dialect_case_come_back(message, &dialect);
		}
	}
}

static void every_message_comes_back_in_every_frame_and_generation(void **state)
{
	static const struct {
		enum customs_code code;
		char op_type;
		bool has_number, in_smart;
	} rows[] = {
		{CUSTOMS_FETCH,      '\0', true,  false},
		{CUSTOMS_OPERATE,    '1',  true,  false},
		{CUSTOMS_RESULT,     '\0', true,  false},
		{CUSTOMS_SET_DEVICE, '\0', false, false},
		{CUSTOMS_DEVICE_SET, '\0', false, false},
		{CUSTOMS_DEVICES,    '\0', false, false},
		{CUSTOMS_EXCEPTION,  '\0', false, false},
		{CUSTOMS_REGISTERED, '\0', false, false},
		{CUSTOMS_GATHER,     '\0', true,  true },
		{CUSTOMS_OPERATE,    '\0', true,  true },
		{CUSTOMS_OPERATE,    '0',  true,  true },
		{CUSTOMS_OPERATE,    '3',  true,  true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct customs_message message =
			message_of(rows[i].code, rows[i].op_type);

		if (!rows[i].has_number)
			message = without_number(message);
		come_back_in_every_frame(&message, rows[i].in_smart, STATUS_ANNEX_B,
					 rows[i].in_smart);
	}
}

static void every_verdict_comes_back_by_both_tables_and_in_both_generations(void **state)
{
	static const struct {
		const char *word;
		bool is_smart, is_plain;
		enum status_table table;
	} rows[] = {
		{"00000000001002000000", false, false, STATUS_ANNEX_B },
		{"V1000000001002000000", false, false, STATUS_ANNEX_B },
		{"0000000x001000000000", false, false, STATUS_ANNEX_B },
		{"000000000020020000A0", false, false, STATUS_REGIONAL},
		{"11000000001002000000", false, false, STATUS_REGIONAL},
		{"Y",                    false, true,  STATUS_ANNEX_B },
		{"Y",                    true,  true,  STATUS_ANNEX_B },
		{"N",                    true,  true,  STATUS_REGIONAL},
		{"M",                    true,  true,  STATUS_ANNEX_B },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct customs_message message = dialect_case_check(rows[i].word);

		come_back_in_every_frame(&message, rows[i].is_smart, rows[i].table,
					 rows[i].is_plain);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_message_comes_back_in_every_frame_and_generation),
		cmocka_unit_test(
			every_verdict_comes_back_by_both_tables_and_in_both_generations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * The tags of customs-protocol section 4, with the misspellings that are part of it, and the right
 * spellings that somebody may send.
 *
 * Layer: drivers. Constant data.
 */
#include "drivers/customs/message_fields.h"

#include "drivers/customs/message.h"

#define SIZE(member) sizeof(((struct customs_message *)NULL)->u.member)
#define AT(member) offsetof(struct customs_message, u.member)

#define SHOWING(code, parent, name, kind, member, shows)                                 \
	{                                                                                \
		code, FIELD_##kind, SHOWS_##shows, parent, name, AT(member),             \
			SIZE(member), 0                                                  \
	}
#define FIELD(code, parent, name, kind, member)                                          \
	SHOWING(code, parent, name, kind, member, NOTHING)
#define WEIGHING(code, parent, name, member, flag, shows)                                \
	{                                                                                \
		code, FIELD_WEIGHT, SHOWS_##shows, parent, name, AT(member),             \
			SIZE(member), AT(flag)                                           \
	}

/* The SEAL and GPS blocks of what the platform sends; both names of the key. */
#define FOR_DEVICES(code, member)                                                        \
	FIELD(code, "SEAL", "ESEAL_ID", TEXT, member.seal_id),                           \
		FIELD(code, "SEAL", "SEAL_KEY", TEXT, member.seal_key),                  \
		FIELD(code, "SEAL", "ESEAL_PUBLIC_KEY", TEXT, member.seal_key),          \
		FIELD(code, "GPS", "GPS_ID", TEXT, member.gps_id)

/* clang-format off */
const struct message_field message_fields[] = {
	FIELD(0x21, "IC",          "G_TYPE",           CHARACTER,  gather.goods_type),
	FIELD(0x21, "IC",          "TRAF_TYPE",        CHARACTER,  gather.traffic_type),
	SHOWING(0x21, "IC",        "DR_IC_NO",         TEXT,       gather.card_no, FLAT),
	SHOWING(0x21, "DRIVER_IC", "DR_IC_NO",         TEXT,       gather.card_no, NESTED),
	FIELD(0x21, "IC",          "IC_BILL_NO",       TEXT,       gather.form_id),
	FIELD(0x21, "DRIVER_IC",   "IC_BILL_NO",       TEXT,       gather.form_id),
	WEIGHING(0x21, "WEIGHT",   "GROSS_WT",         gather.gross_g, gather.has_weight, NOTHING),
	FIELD(0x21, "CAR",         "VE_NAME",          TEXT,       gather.plate),
	FIELD(0x21, "CAR",         "CAR_EC_NO",        TEXT,       gather.tag),
	WEIGHING(0x21, "CAR",      "VE_WT",            gather.vehicle_g, gather.has_vehicle_weight, WEIGHT_SHORT),
	WEIGHING(0x21, "CAR",      "VE_WEIGHT",        gather.vehicle_g, gather.has_vehicle_weight, WEIGHT_LONG),
	FIELD(0x21, "TRAILER",     "TR_NAME",          TEXT,       gather.trailer_plate),
	FIELD(0x21, "CONTA",       "CONTA_NUM",        COUNT,      gather.box_count),
	FIELD(0x21, "CONTA",       "CONTA_RECO",       RECOGNISED, gather.boxes_recognised),
	FIELD(0x21, "CONTA",       "CONTA_ID_F",       TEXT,       gather.box_front),
	FIELD(0x21, "CONTA",       "CONTA_ID_B",       TEXT,       gather.box_rear),
	FIELD(0x21, "SEAL",        "ESEAL_ID",         TEXT,       gather.seal_id),
	SHOWING(0x21, "SEAL",      "ESEAL_PUBLIC_KEY", TEXT,       gather.seal_key, KEY_LONG),
	SHOWING(0x21, "SEAL",      "SEAL_KEY",         TEXT,       gather.seal_key, KEY_SHORT),
	FIELD(0x21, "GATHER_INFO", "BAR_CODE",         TEXT,       gather.bar_code),
	FIELD(0x21, "BARCODE",     "CODE",             TEXT,       gather.bar_code),

	FIELD(0x22, "COMMAND_INFO", "CHECK_RESULT",    TEXT,       check.check_result),
	FIELD(0x22, "COMMAND_INFO", "FORM_TYPE",       TEXT,       check.form_type),
	FIELD(0x22, "COMMAND_INFO", "FORM_ID",         TEXT,       check.form_id),
	FIELD(0x22, "COMMAND_INFO", "OP_HINT",         SHOWN,      check.op_hint),
	FOR_DEVICES(0x22, check),

	FIELD(0x31, "COMMAND_INFO", "EXCUTE_COMMAND",  TEXT,       operate.command),
	FIELD(0x31, "COMMAND_INFO", "EXECUTE_COMMAND", TEXT,       operate.command),
	FIELD(0x31, "COMMAND_INFO", "OP_TYPE",         CHARACTER,  operate.op_type),
	FIELD(0x31, "COMMAND_INFO", "OP_REASON",       SHOWN,      operate.op_reason),
	FIELD(0x31, "COMMAND_INFO", "OP_ID",           TEXT,       operate.op_id),
	FOR_DEVICES(0x31, operate),

	FIELD(0x35, "COMMAND_INFO", "EXCUTE_COMMAND",  TEXT,       operate.command),
	FIELD(0x35, "COMMAND_INFO", "EXECUTE_COMMAND", TEXT,       operate.command),
	FIELD(0x35, "COMMAND_INFO", "OP_TYPE",         CHARACTER,  operate.op_type),
	FIELD(0x35, "COMMAND_INFO", "OP_REASON",       SHOWN,      operate.op_reason),
	FIELD(0x35, "COMMAND_INFO", "OP_ID",           TEXT,       operate.op_id),
	FIELD(0x35, "COMMAND_INFO", "DEVICE_ID",       TEXT,       operate.device_id),
	FOR_DEVICES(0x35, operate),

	FIELD(0x32, "COMMAND_INFO", "EXECUTE_RESULT",  TEXT,       result.result),
	FIELD(0x32, "COMMAND_INFO", "EXCUTE_RESULT",   TEXT,       result.result),
	FIELD(0x36, "COMMAND_INFO", "CONTROL_RESULT",  CHARACTER,  result.control),
	FIELD(0x36, "COMMAND_INFO", "DEVICE_ID",       TEXT,       result.device_id),

	FIELD(0x33, "COMMAND_INFO", "DEVICE_ID",       TEXT,       device.device_id),
	FIELD(0x33, "COMMAND_INFO", "DEVICE_NAME",     TEXT,       device.name),
	FIELD(0x33, "COMMAND_INFO", "DEVICE_STATUS",   CHARACTER,  device.status),
	FIELD(0x34, "COMMAND_INFO", "DEVICE_ID",       TEXT,       device.device_id),
	FIELD(0x34, "COMMAND_INFO", "DEVICE_NAME",     TEXT,       device.name),
	FIELD(0x34, "COMMAND_INFO", "CONTROL_RESULT",  CHARACTER,  device.control),
	FIELD(0x42, "DEVICES",      "DEVICE_ID",       ENTRY_ID,     devices.reading),
	FIELD(0x42, "DEVICES",      "DEVICE_STATUS",   ENTRY_STATUS, devices.states),
	FIELD(0x43, "CHANNEL_EXCEPTION", "DEVICE_ID",  TEXT,       device.device_id),
	FIELD(0x43, "CHANNEL_EXCEPTION", "DEVICE_NAME", TEXT,      device.name),
	FIELD(0x43, "CHANNEL_EXCEPTION", "EXCEPTION_DESCR", SHOWN, device.description),
	FIELD(0x43, "CHANNEL_EXCEPTION", "DEVICE_STATUS", CHARACTER, device.status),

	FIELD(0x61, "COMMAND_INFO", "MONITOR_IP",      TEXT,       registration.monitor_ip),
	FIELD(0x61, "COMMAND_INFO", "MONITOR_PORT",    TEXT,       registration.monitor_port),
	FIELD(0x61, "USERINFO",     "USER_ID",         TEXT,       registration.user_id),
	FIELD(0x61, "USERINFO",     "PSW",             TEXT,       registration.password),
	FIELD(0x62, "COMMAND_INFO", "RESULT",          CHARACTER,  registered.result),
	FIELD(0x62, "COMMAND_INFO", "USER_ID",         TEXT,       registered.user_id),
	FIELD(0x62, "COMMAND_INFO", "RIGHTS",          CHARACTER,  registered.rights),
	FIELD(0x62, "COMMAND_INFO", "USERNAME",        SHOWN,      registered.user_name),
	FIELD(0x62, "COMMAND_INFO", "UNIT",            SHOWN,      registered.unit),
	FIELD(0x62, "COMMAND_INFO", "CUSTOMS_CODE",    TEXT,       registered.customs_code),

	/* Section 5. What the traditional generation has and this one has not, goes into EXTEND. */
	FIELD(0x81, "GATHER_INFO", "GETHER_MODE",      CHARACTER,  gather.mode),
	FIELD(0x81, "GATHER_INFO", "GATHER_MODE",      CHARACTER,  gather.mode),
	FIELD(0x81, "IC_INFO",     "IC_NO",            TEXT,       gather.card_no),
	FIELD(0x81, "FORM_INFO",   "FORM_ID",          TEXT,       gather.form_id),
	FIELD(0x81, "GATHER_INFO", "VE_LICENSE_NO",    TEXT,       gather.plate),
	FIELD(0x81, "GATHER_INFO", "CONTA_ID",         BOXES,      gather.box_front),
	FIELD(0x81, "GATHER_INFO", "ESEAL_ID",         TEXT,       gather.seal_id),
	WEIGHING(0x81, "GATHER_INFO", "GROSS_WT",      gather.gross_g, gather.has_weight, NOTHING),
	FIELD(0x81, "VE_RFID",     "RFID_No",          TEXT,       gather.tag),
	FIELD(0x81, "VE_RFID",     "RFID_ID",          TEXT,       gather.tag),
	WEIGHING(0x81, "VE_RFID",  "VE_WT",            gather.vehicle_g, gather.has_vehicle_weight, NOTHING),
	FIELD(0x81, "GATHER_INFO", "OPERATOR_ID",      TEXT,       gather.operator_id),
	FIELD(0x81, "EXTEND",      "VALUE",            TEXT,       gather.bar_code),
	FIELD(0x81, "CONTA_RECOGNITION", "CONFIDENCE_RATIO", CONFIDENCE, gather.boxes_recognised),

	FIELD(0x82, "GATHER_FEEDBACK", "CHECK_RESULT", TEXT,       check.check_result),
	FIELD(0x82, "GATHER_FEEDBACK", "RELLIST_TYPE", TEXT,       check.list_type),
	FIELD(0x82, "GATHER_FEEDBACK", "RELLIST_ID",   TEXT,       check.list_id),
	FIELD(0x82, "GATHER_FEEDBACK", "PROC_ERROR_DESCRIPTION", SHOWN, check.error),
	FIELD(0x82, "FORM_INFO",       "FORM_TYPE",    TEXT,       check.form_type),
	FIELD(0x82, "FORM_INFO",       "FORM_ID",      TEXT,       check.form_id),
	FIELD(0x82, "GATHER_FEEDBACK", "ESEAL_ID",     TEXT,       check.seal_id),
	FIELD(0x82, "GATHER_FEEDBACK", "OP_HINT",      SHOWN,      check.op_hint),

	FIELD(0x83, "ESEAL",           "ESEAL_ID",     TEXT,       operate.seal_id),
	FIELD(0x83, "ESEAL",           "ESEAL_OPERATE", CHARACTER, operate.seal_act),
	FIELD(0x83, "ESEAL",           "ESEAL_KEY",    TEXT,       operate.seal_key),
	FIELD(0x83, "GPS",             "GPS_ID",       TEXT,       operate.gps_id),
	FIELD(0x83, "GENERAL_DEVICE",  "DEVIC_ID",     TEXT,       operate.device_id),
	FIELD(0x83, "GENERAL_DEVICE",  "DEVICE_ID",    TEXT,       operate.device_id),
	FIELD(0x83, "GENERAL_DEVICE",  "OPERATE",      SHOWN,      operate.op_reason),

	FIELD(0x84, "ESEAL",           "ESEAL_ID",     TEXT,       result.seal_id),
	FIELD(0x84, "ESEAL",           "RESULT",       OUTCOME,    result.control),
	FIELD(0x84, "GPS",             "GPS_ID",       TEXT,       result.gps_id),
	FIELD(0x84, "GPS",             "RESULT",       OUTCOME,    result.control),
	FIELD(0x84, "GENERAL_DEVICE",  "DEVIC_ID",     TEXT,       result.device_id),
	FIELD(0x84, "GENERAL_DEVICE",  "RESULT",       OUTCOME,    result.control),

	FIELD(0x85, "MANUAL_CHECK",    "CHECK_RESULT", CHARACTER,  operate.op_type),
	FIELD(0x85, "MANUAL_CHECK",    "COMMENT",      SHOWN,      operate.op_reason),
	FIELD(0x85, "MANUAL_CHECK",    "OPERATOR_ID",  TEXT,       operate.op_id),
};
/* clang-format on */

const size_t message_field_count = sizeof(message_fields) / sizeof(message_fields[0]);

_Static_assert(sizeof(message_fields) / sizeof(message_fields[0]) <= MESSAGE_FIELDS_MAX,
	       "the reader notes each");

static const struct message_kind kinds[] = {
	{0x21, CUSTOMS_GATHER,     HEADING_ALL,      "GATHER_INFO"      },
	{0x22, CUSTOMS_CHECK,      HEADING_ALL,      "COMMAND_INFO"     },
	{0x25, CUSTOMS_FETCH,      HEADING_ALL,      "COMMAND_INFO"     },
	{0x26, CUSTOMS_PICTURES,   HEADING_ALL,      "COMMAND_INFO"     },
	{0x31, CUSTOMS_OPERATE,    HEADING_ALL,      "COMMAND_INFO"     },
	{0x32, CUSTOMS_RESULT,     HEADING_ALL,      "COMMAND_INFO"     },
	{0x33, CUSTOMS_SET_DEVICE, HEADING_CHANNEL,  "COMMAND_INFO"     },
	{0x34, CUSTOMS_DEVICE_SET, HEADING_CHANNEL,  "COMMAND_INFO"     },
	{0x42, CUSTOMS_DEVICES,    HEADING_CHANNEL,  "DEVICE_STATUS"    },
	{0x43, CUSTOMS_EXCEPTION,  HEADING_CHANNEL,  "CHANNEL_EXCEPTION"},
	{0x61, CUSTOMS_REGISTER,   HEADING_FRAME,    "COMMAND_INFO"     },
	{0x62, CUSTOMS_REGISTERED, HEADING_CHANNEL,  "COMMAND_INFO"     },
	{0x63, CUSTOMS_ENROL,      HEADING_CHANNEL,  "COMMAND_INFO"     },
	{0x64, CUSTOMS_ENROL,      HEADING_CHANNEL,  "COMMAND_INFO"     },
	{0x65, CUSTOMS_ENROL,      HEADING_CHANNEL,  "COMMAND_INFO"     },
	{0x66, CUSTOMS_ENROL,      HEADING_CHANNEL,  "COMMAND_INFO"     },
	{0x35, CUSTOMS_OPERATE,    HEADING_ALL,      "COMMAND_INFO"     },
	{0x36, CUSTOMS_RESULT,     HEADING_CHANNEL,  "COMMAND_INFO"     },
	{0x81, CUSTOMS_GATHER,     HEADING_ELEMENTS, "GATHER_INFO"      },
	{0x82, CUSTOMS_CHECK,      HEADING_ELEMENTS, "GATHER_FEEDBACK"  },
	{0x83, CUSTOMS_OPERATE,    HEADING_ELEMENTS, "OPERATE_INFO"     },
	{0x84, CUSTOMS_RESULT,     HEADING_ELEMENTS, "OPERATE_FEEDBACK" },
	{0x85, CUSTOMS_OPERATE,    HEADING_ELEMENTS, "MANUAL_CHECK"     },
};

const struct message_kind *message_kind_find(uint8_t wire)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (kinds[i].wire == wire)
			return &kinds[i];
	}
	return NULL;
}

/* SPDX-License-Identifier: MIT */
/*
 * Messages as values, and their XML (customs-protocol sections 4 and 5). Both generations give
 * the same values: the code on the wire is in `wire`.
 *
 * Layer: drivers. Pure but for the allocations inside expat and iconv: not for the
 * control thread. Texts are UTF-8 inside; the wire's encoding is a peer setting.
 */
#ifndef KAKOU_DRIVERS_CUSTOMS_MESSAGE_H
#define KAKOU_DRIVERS_CUSTOMS_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/customs/dialect.h"
#include "drivers/customs/frame.h"
#include "drivers/customs/status.h"
#include "hal/err.h"
#include "hal/why.h"

enum {
	CUSTOMS_SEQ_MAX = 32, /**< ours is 20: YYYYMMDDHHmmSS and a 6-digit counter */
	CUSTOMS_TEXT_MAX = 95,
	CUSTOMS_PASSWORD_MAX = 63,
	CUSTOMS_HINT_MAX =
		63, /**< OP_HINT: at most 10 Chinese characters by the standard */
};

enum customs_code {
	CUSTOMS_GATHER = 0x21,
	CUSTOMS_CHECK = 0x22,
	CUSTOMS_FETCH = 0x25,
	CUSTOMS_PICTURES = 0x26,
	CUSTOMS_OPERATE = 0x31,
	CUSTOMS_RESULT = 0x32,
	CUSTOMS_SET_DEVICE = 0x33,
	CUSTOMS_DEVICE_SET = 0x34,
	CUSTOMS_DEVICES = 0x42,
	CUSTOMS_EXCEPTION = 0x43,
	CUSTOMS_REGISTER = 0x61,
	CUSTOMS_REGISTERED = 0x62,
	CUSTOMS_ENROL = 0x63, /**< 0x63 to 0x66, told apart by the code on the wire */
};

/** Device ids of annex C. */
enum customs_device_id {
	CUSTOMS_BOX_READER = 10,
	CUSTOMS_TAG_READER = 11,
	CUSTOMS_CARD_READER = 12,
	CUSTOMS_SEAL_READER = 13,
	CUSTOMS_GPS_READER = 14,
	CUSTOMS_SCALE = 15,
	CUSTOMS_BARRIER = 16,
	CUSTOMS_DISPLAY = 17,
	CUSTOMS_DEVICE_FIRST = CUSTOMS_BOX_READER,
	CUSTOMS_DEVICE_IDS = 8,
};

/** Other codes on the wire that give the same values: the smart generation, and 0x35 / 0x36, which
 *  operate one device in an abnormal case. */
enum customs_wire {
	WIRE_OPERATE_ONE = 0x35,
	WIRE_ONE_RESULT = 0x36,
	WIRE_SMART_GATHER = 0x81,
	WIRE_SMART_CHECK = 0x82,
	WIRE_SMART_OPERATE = 0x83,
	WIRE_SMART_RESULT = 0x84,
	WIRE_MANUAL_CHECK = 0x85,
};

/** The four root attributes. */
struct customs_head {
	char area_id[FRAME_ID_LENGTH + 1];
	char chnl_no[FRAME_ID_LENGTH + 1];
	char direction;
	char seq_no[CUSTOMS_SEQ_MAX + 1];
};

/** 0x21 GATHER_INFO. Empty text = the device is absent or read nothing (`has_weight`
 * likewise: "not weighed" is not 0 kg though it is reported as 0). */
struct customs_gather {
	struct customs_head head;
	char goods_type; /**< G_TYPE: '7' zone entry, '8' zone exit, '0' empty vehicle */
	char traffic_type; /**< TRAF_TYPE: '0' empty box, '1' container, '2' bulk */
	char card_no[CUSTOMS_TEXT_MAX + 1];
	bool has_weight;
	int64_t gross_g;
	char plate[32];
	bool has_vehicle_weight;
	int64_t vehicle_g; /**< the empty vehicle, as its tag or file has it */
	char tag[36];
	char trailer_plate[32];
	uint8_t box_count;
	char box_front[16];
	char box_rear[16];
	bool boxes_recognised; /**< CONTA_RECO */
	char seal_id[CUSTOMS_TEXT_MAX + 1];
	char seal_key[CUSTOMS_TEXT_MAX + 1];
	char bar_code[CUSTOMS_TEXT_MAX + 1];
	char mode; /**< GETHER_MODE of the smart generation: 'A' automatic (also '\0'), 'M' gathered
		      again by hand, 'B' entered at the back office */
	char operator_id[CUSTOMS_TEXT_MAX + 1]; /**< who, when it was by hand */
	/** The order that an officer chose among several: IC_BILL_NO in a 0x21, FORM_ID in a
	 *  0x81. */
	char form_id[40];
};

/** 0x22 COMMAND_INFO, check result; 0x82 GATHER_FEEDBACK, whose result is Y, N or M. */
struct customs_check {
	struct customs_head head;
	char check_result[STATUS_LENGTH + 1];
	char seal_id[CUSTOMS_TEXT_MAX + 1], seal_key[CUSTOMS_TEXT_MAX + 1];
	char gps_id[40];
	char form_type[8];
	char form_id[40];
	char list_type[16], list_id[40];  /**< RELLIST_TYPE, RELLIST_ID: passed through */
	char error[CUSTOMS_TEXT_MAX + 1]; /**< the smart platform's words for a refusal */
	char op_hint[CUSTOMS_HINT_MAX + 1];
};

/** 0x31 COMMAND_INFO, an officer at the platform operates the devices; 0x85 MANUAL_CHECK, which has
 *  no command; 0x83 OPERATE_INFO, which has neither command nor officer. */
struct customs_operate {
	struct customs_head head;
	char command[STATUS_LENGTH + 1]; /**< EXCUTE_COMMAND */
	char seal_id[CUSTOMS_TEXT_MAX + 1], seal_key[CUSTOMS_TEXT_MAX + 1];
	char gps_id[40];
	char op_type; /**< '0' lift and release, '1' pending, '2' return; '3' to inspection, which
			 only 0x85 can say; '\0' in a 0x83 */
	char seal_act;      /**< ESEAL_OPERATE of a 0x83: 'U' unlock, 'L' lock */
	char device_id[16]; /**< DEVIC_ID of a 0x83, DEVICE_ID of a 0x35 */
	char op_reason[CUSTOMS_TEXT_MAX + 1];
	char op_id[CUSTOMS_TEXT_MAX + 1];
};

/** 0x32 COMMAND_INFO, what became of it; 0x36 and 0x84 say the same in fewer words. */
struct customs_result {
	struct customs_head head;
	uint8_t answers; /**< the command's code on the wire; 0 = 0x31 */
	char result[STATUS_LENGTH +
		    1]; /**< EXECUTE_RESULT; "" when a 0x36 or 0x84 was read */
	char control; /**< CONTROL_RESULT of a 0x36, worst RESULT of a 0x84; written from `result` */
	char seal_id[CUSTOMS_TEXT_MAX + 1], gps_id[40],
		device_id[16]; /**< what was operated */
};

/** 0x33 set a device's state, 0x34 its result, 0x43 a channel exception: of one device. */
struct customs_device {
	struct customs_head head; /**< without SEQ_NO */
	char device_id[16];
	char name[32];
	char status;  /**< 0x33, 0x43: '0' disabled, '1' normal, '2' faulty, '3' enable */
	char control; /**< 0x34: '0' ok, '1' wrong id, '2' wrong key, '3' broken, '4'
			       communication */
	char description[CUSTOMS_TEXT_MAX + 1]; /**< 0x43 */
};

/** The states of a lane's devices, by annex C's ids from CUSTOMS_DEVICE_FIRST on: '\0' the lane has
 *  none, '0' disabled, '1' normal, '2' faulty. */
struct customs_states {
	char status[CUSTOMS_DEVICE_IDS];
};

/** 0x42 DEVICE_STATUS. */
struct customs_devices {
	struct customs_head head; /**< without SEQ_NO */
	struct customs_states states;
	uint8_t reading; /**< the reader's own: the id whose state comes next */
};

/** 0x61 register. Its root has no attributes: the frame's header says whose it is. */
struct customs_register {
	struct customs_head head;             /**< without SEQ_NO */
	char monitor_ip[64], monitor_port[8]; /**< where the platform dials back */
	char user_id[32];
	char password[CUSTOMS_PASSWORD_MAX + 1];
};

/** 0x62 its result. */
struct customs_registered {
	struct customs_head head; /**< without SEQ_NO */
	char result; /**< '0' ok, '1' area, '2' channel, '3' direction, '4' address, '5' user,
			'6' password, '7' no right */
	char user_id[32];
	char rights; /**< '0' none, '1' view, '2' view and control */
	char user_name[32], unit[64], customs_code[16];
};

/** "scale", "barrier" … of annex C; "" for an id that is not in it. */
const char *customs_device_name(int id);

struct customs_message {
	enum customs_code code;
	uint8_t wire; /**< reading: the code on the wire; writing: it follows from the dialect */
	struct customs_seen seen; /**< reading: the dialect it was in */
	union {
		struct customs_gather gather;
		struct customs_check check;
		struct customs_operate operate;
		struct customs_result result;
		struct customs_device device;
		struct customs_devices devices;
		struct customs_head
			fetch; /**< 0x25, 0x26: of the passage that is meant */
		struct customs_register registration;
		struct customs_registered registered;
		struct customs_head
			enrol; /**< 0x63 to 0x66: what else they say is not read */
	} u;
};

/** The four root attributes, whichever message it is. */
const struct customs_head *customs_message_head(const struct customs_message *message);

/** The answer to a command, or to a check result that asks something of a device: what it asked of the barrier was carried out or not; what it asked of
 *  seals and GPS was not, because no gate of ours has such a device, and that is said: 9, never 0
 *  (section 6). */
void customs_result_fill(struct customs_result *out,
			 const struct customs_message *command, bool was_done);

/** The code a message has on the wire; 0: this dialect has no such message (a 0x85 is not
 *  answered). */
uint8_t customs_message_wire(const struct customs_message *message,
			     const struct customs_dialect *dialect);

/** Writes the whole frame of a message. KAKOU_E_FULL, KAKOU_E_INVALID as frame_write();
 *  KAKOU_E_NOTFOUND: the dialect has no such message. */
KAKOU_MUST_CHECK enum kakou_err customs_message_write(
	const struct customs_message *message, const struct customs_dialect *dialect,
	void *buffer, size_t size, size_t *len, struct why *why);

/** Reads the message inside a frame. The XML's encoding is the declared one, then UTF-8
 * by validity, then GB18030. KAKOU_E_GARBLED: not well formed, wrong root, DTD or entity,
 * a tag over its limit, attributes missing or different from the frame's header, a known
 * tag twice, two spellings of one tag that differ. Unknown tags are passed over; OP_HINT and OP_REASON, which are only shown, are cut
 * when too long. A weight of 0 is "not weighed". An absent check result or command is an empty
 * text. `why` quotes. */
KAKOU_MUST_CHECK enum kakou_err customs_message_read(
	const struct frame *frame, const struct customs_dialect *dialect,
	struct customs_message *out, struct why *why);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * What all messages have in common.
 *
 * Layer: drivers. Pure.
 */
#include "drivers/customs/message.h"

#include <string.h>

#include "hal/text.h"

/* The head is the first member of every message, so any member of the union reaches it. */
const struct customs_head *customs_message_head(const struct customs_message *message)
{
	return &message->u.gather.head;
}

const char *customs_device_name(int id)
{
	static const char *const names[CUSTOMS_DEVICE_IDS] = {
		"box recognition", "electronic plate", "IC card", "seal reader", "GPS",
		"scale",           "barrier",          "display",
	};
	int at = id - CUSTOMS_DEVICE_FIRST;

	return at >= 0 && at < CUSTOMS_DEVICE_IDS ? names[at] : "";
}

static uint8_t wire_of_result(const struct customs_result *result)
{
	switch (result->answers) {
	case WIRE_OPERATE_ONE: return WIRE_ONE_RESULT;
	case WIRE_SMART_OPERATE: return WIRE_SMART_RESULT;
	case WIRE_MANUAL_CHECK: return 0;
	default: return CUSTOMS_RESULT;
	}
}

uint8_t customs_message_wire(const struct customs_message *message,
			     const struct customs_dialect *dialect)
{
	const struct customs_operate *operate = &message->u.operate;

	/* An answer is in the generation of its question. */
	if (message->code == CUSTOMS_RESULT)
		return wire_of_result(&message->u.result);
	if (!dialect->is_smart)
		return message->wire == WIRE_OPERATE_ONE || message->code == CUSTOMS_ENROL
			       ? message->wire
			       : (uint8_t)message->code;
	switch (message->code) {
	case CUSTOMS_GATHER: return WIRE_SMART_GATHER;
	case CUSTOMS_CHECK: return WIRE_SMART_CHECK;
	case CUSTOMS_OPERATE:
		return operate->op_type ? WIRE_MANUAL_CHECK : WIRE_SMART_OPERATE;
	case CUSTOMS_ENROL: return message->wire;
	default: return (uint8_t)message->code;
	}
}

void customs_result_fill(struct customs_result *out,
			 const struct customs_message *command, bool was_done)
{
	const struct customs_operate *operate = &command->u.operate;
	const struct customs_check *check = &command->u.check;

	memset(out, 0, sizeof(*out));
	out->head = *customs_message_head(command);
	if (command->code == CUSTOMS_CHECK) {
		text_copy(out->seal_id, sizeof(out->seal_id), check->seal_id);
		text_copy(out->gps_id, sizeof(out->gps_id), check->gps_id);
		status_write_result(out->result, check->check_result, was_done);
		return;
	}
	out->answers = command->wire;
	text_copy(out->seal_id, sizeof(out->seal_id), operate->seal_id);
	text_copy(out->gps_id, sizeof(out->gps_id), operate->gps_id);
	text_copy(out->device_id, sizeof(out->device_id), operate->device_id);
	status_write_result(out->result, operate->command, was_done);
}

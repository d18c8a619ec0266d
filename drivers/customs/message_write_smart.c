/* SPDX-License-Identifier: MIT */
/*
 * Messages of the smart generation: elements in the order of customs-protocol section 5, with its
 * misspellings.
 *
 * Layer: drivers. Pure.
 */
#include "drivers/customs/message_write.h"

#include <stdio.h>
#include <string.h>

#define PUT_EMPTY(to, ...)                                                               \
	xml_put_empty(to, (const char *const[]){__VA_ARGS__},                            \
		      sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static void put_channel(struct xml_writer *to, const struct customs_head *head)
{
	xml_put_leaf(to, "AREA_ID", head->area_id);
	xml_put_leaf(to, "CHNL_NO", head->chnl_no);
}

static void write_cards(struct xml_writer *to, const struct customs_gather *gather)
{
	size_t at = xml_open(to, "IC_INFO");

	xml_put_leaf(to, "IC_ID", "");
	xml_put_leaf(to, "IC_NO", gather->card_no);
	PUT_EMPTY(to, "IC_Type", "IC_EXTENDED_CONTENT");
	xml_close(to, "IC_INFO", at);
	at = xml_open(to, "FORM_INFO");
	xml_put_leaf(to, "FORM_TYPE", "");
	xml_put_leaf(to, "FORM_ID", gather->form_id);
	xml_close(to, "FORM_INFO", at);
}

static void write_tags(struct xml_writer *to, const struct customs_gather *gather)
{
	size_t at = xml_open(to, "VE_RFID");

	xml_put_leaf(to, "RFID_No", gather->tag);
	PUT_EMPTY(to, "VE_LICENSE_NO", "VE_CUSTOMS_NO");
	if (gather->has_vehicle_weight)
		xml_put_weight(to, "VE_WT", gather->vehicle_g);
	else
		xml_put_leaf(to, "VE_WT", "");
	PUT_EMPTY(to, "VE_COMPANY", "VE_PERFORMANCE");
	xml_close(to, "VE_RFID", at);
	at = xml_open(to, "DR_RFID");
	PUT_EMPTY(to, "RFID_ID", "DR_NAME", "DR_CUSTOMS_NO", "DR_COMPANY",
		  "DR_PERFORMANCE");
	xml_close(to, "DR_RFID", at);
}

/* The generation has no place for a bar code or a QR code of its own. */
static void write_extension(struct xml_writer *to, const struct customs_gather *gather)
{
	size_t at = xml_open(to, "EXTEND");

	xml_put_leaf(to, "NAME", gather->bar_code[0] ? "BAR_CODE" : "");
	xml_put_leaf(to, "VALUE", gather->bar_code);
	xml_close(to, "EXTEND", at);
}

static void write_box(struct xml_writer *to, const char *number, bool is_recognised)
{
	size_t at;

	if (!number[0])
		return;
	at = xml_open(to, "CONTA_RECOGNITION");
	xml_put_leaf(to, "CONTA_ID", number);
	PUT_EMPTY(to, "CONTA_TYPE", "CONTA_LOCK");
	xml_put_leaf(to, "CONFIDENCE_RATIO", is_recognised ? "Y" : "N");
	xml_close(to, "CONTA_RECOGNITION", at);
}

static void write_plate(struct xml_writer *to, const struct customs_gather *gather)
{
	size_t at = xml_open(to, "VE_LICENSE_RECOGNITION");

	xml_put_leaf(to, "DOMESTIC_LICENSE_NO", gather->plate);
	PUT_EMPTY(to, "DOMESTIC_LICENSE_COLOR", "FOREIGN_LICENSE_NO",
		  "FOREIGN_LICENSE_COLOR");
	/* What a person entered was not recognised. */
	xml_put_leaf(to, "CONFIDENCE_RATIO",
		     !gather->plate[0]     ? ""
		     : gather->mode == 'B' ? "N"
					   : "Y");
	xml_close(to, "VE_LICENSE_RECOGNITION", at);
}

static void write_gather(struct xml_writer *to, const struct customs_gather *gather)
{
	char boxes[sizeof(gather->box_front) + sizeof(gather->box_rear) + 1];
	size_t at;

	snprintf(boxes, sizeof(boxes), "%s%s%s", gather->box_front,
		 gather->box_rear[0] ? "|" : "", gather->box_rear);
	xml_put_character(to, "I_E_FLAG", gather->head.direction);
	put_channel(to, &gather->head);
	xml_put_character(to, "GETHER_MODE", gather->mode ? gather->mode : 'A');
	xml_put_leaf(to, "SESSION_ID", gather->head.seq_no);
	write_cards(to, gather);
	PUT_EMPTY(to, "DR_CUSTOMS_NO", "VE_CUSTOMS_NO");
	xml_put_leaf(to, "VE_LICENSE_NO", gather->plate);
	xml_put_leaf(to, "CONTA_ID", boxes);
	xml_put_leaf(to, "ESEAL_ID", gather->seal_id);
	xml_put_weight(to, "GROSS_WT", gather->has_weight ? gather->gross_g : 0);
	write_tags(to, gather);
	at = xml_open(to, "PHOTO");
	PUT_EMPTY(to, "PHOTO_GUID", "PHOTO_PERSPECTIVE");
	xml_close(to, "PHOTO", at);
	xml_put_leaf(to, "OPERATOR_ID", gather->operator_id);
	xml_put_leaf(to, "OPERATE_TIME", "");
	write_extension(to, gather);
	write_box(to, gather->box_front, gather->boxes_recognised);
	write_box(to, gather->box_rear, gather->boxes_recognised);
	write_plate(to, gather);
}

static void write_check(struct xml_writer *to, const struct customs_check *check)
{
	size_t at;

	put_channel(to, &check->head);
	xml_put_leaf(to, "SESSION_ID", check->head.seq_no);
	xml_put_leaf(to, "RELLIST_TYPE", check->list_type);
	xml_put_leaf(to, "RELLIST_ID_TYPE", "");
	xml_put_leaf(to, "RELLIST_ID", check->list_id);
	xml_put_leaf(to, "FEEDBACK_TIME", "");
	xml_put_leaf(to, "CHECK_RESULT", check->check_result);
	PUT_EMPTY(to, "INSTRUCTION", "PROC_ERROR_CODE");
	xml_put_leaf(to, "PROC_ERROR_DESCRIPTION", check->error);
	PUT_EMPTY(to, "TECH_ERROR_CODE", "TECH_ERROR_DESCRIPTION");
	xml_put_leaf(to, "ESEAL_ID", check->seal_id);
	at = xml_open(to, "FORM_INFO");
	xml_put_leaf(to, "FORM_TYPE", check->form_type);
	xml_put_leaf(to, "FORM_ID", check->form_id);
	xml_put_leaf(to, "MASTER_CUSTOMS_CODE", "");
	xml_close(to, "FORM_INFO", at);
	xml_put_leaf(to, "OP_HINT", check->op_hint);
}

static void write_operate(struct xml_writer *to, const struct customs_operate *operate)
{
	size_t at = xml_open(to, "GPS");

	xml_put_leaf(to, "GPS_ID", operate->gps_id);
	xml_close(to, "GPS", at);
	at = xml_open(to, "ESEAL");
	xml_put_leaf(to, "ESEAL_ID", operate->seal_id);
	xml_put_character(to, "ESEAL_OPERATE", operate->seal_act);
	xml_put_leaf(to, "ESEAL_KEY", operate->seal_key);
	xml_close(to, "ESEAL", at);
	at = xml_open(to, "GENERAL_DEVICE");
	xml_put_leaf(to, "OPERATE", operate->op_reason);
	xml_put_leaf(to, "DEVIC_ID", operate->device_id); /* so spelt in the standard */
	xml_put_leaf(to, "ARGUMENT", "");
	xml_close(to, "GENERAL_DEVICE", at);
}

static void write_outcome(struct xml_writer *to, const char *block, const char *tag,
			  const char *id, const char *result)
{
	size_t at = xml_open(to, block);

	xml_put_leaf(to, tag, id);
	xml_put_leaf(to, "RESULT", id[0] ? result : "0");
	xml_close(to, block, at);
}

/* Nothing of a 0x83 is carried out here, unless the word says so. */
static void write_result(struct xml_writer *to, const struct customs_result *result)
{
	const char *outcome = result->result[0] == '0' ? "1" : "2";

	write_outcome(to, "GPS", "GPS_ID", result->gps_id, outcome);
	write_outcome(to, "ESEAL", "ESEAL_ID", result->seal_id, outcome);
	write_outcome(to, "GENERAL_DEVICE", "DEVIC_ID", result->device_id, outcome);
}

static void write_manual(struct xml_writer *to, const struct customs_operate *operate)
{
	static const char traditional[] = "032";
	const char *at = operate->op_type ? strchr(traditional, operate->op_type) : NULL;

	xml_put_character(to, "CHECK_RESULT",
			  at ? (char)('1' + (at - traditional)) : '\0');
	xml_put_leaf(to, "COMMENT", operate->op_reason);
	xml_put_leaf(to, "OPERATOR_ID", operate->op_id);
}

static void write_headed(struct xml_writer *to, const struct customs_message *message,
			 uint8_t wire)
{
	put_channel(to, customs_message_head(message));
	xml_put_leaf(to, "SESSION_ID", customs_message_head(message)->seq_no);
	switch (wire) {
	case WIRE_SMART_OPERATE: write_operate(to, &message->u.operate); break;
	case WIRE_SMART_RESULT: write_result(to, &message->u.result); break;
	default: write_manual(to, &message->u.operate); break;
	}
}

void message_write_smart(struct xml_writer *to, const struct customs_message *message,
			 uint8_t wire)
{
	static const char *const roots[] = {"GATHER_INFO", "GATHER_FEEDBACK",
					    "OPERATE_INFO", "OPERATE_FEEDBACK",
					    "MANUAL_CHECK"};
	const char *root = roots[wire - WIRE_SMART_GATHER];

	xml_put(to, "<");
	xml_put(to, root);
	xml_put(to, ">");
	if (wire == WIRE_SMART_GATHER)
		write_gather(to, &message->u.gather);
	else if (wire == WIRE_SMART_CHECK)
		write_check(to, &message->u.check);
	else
		write_headed(to, message, wire);
	xml_put(to, "</");
	xml_put(to, root);
	xml_put(to, ">");
}

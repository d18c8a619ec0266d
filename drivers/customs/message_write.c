/* SPDX-License-Identifier: MIT */
/*
 * Messages to XML to frames: elements in the order of the standard (customs-protocol section 4).
 *
 * Layer: drivers. Pure but for the allocations inside iconv.
 */
#include "drivers/customs/message_write.h"

#include <string.h>

#include "drivers/customs/encoding.h"
#include "drivers/customs/message_fields.h"

static void open_root(struct xml_writer *to, const char *name,
		      const struct customs_head *head)
{
	const char direction[] = {head->direction, '\0'};

	xml_put(to, "<");
	xml_put(to, name);
	xml_put_attribute(to, "AREA_ID", head->area_id);
	xml_put_attribute(to, "CHNL_NO", head->chnl_no);
	xml_put_attribute(to, "I_E_TYPE", direction);
	if (head->seq_no[0])
		xml_put_attribute(to, "SEQ_NO", head->seq_no);
	xml_put(to, ">");
}

static void write_cards(struct xml_writer *to, const struct customs_gather *gather,
			const struct customs_dialect *dialect)
{
	static const char *const before[] = {"IC_DR_CUSTOMS_NO", "IC_CO_CUSTOMS_NO"};
	static const char *const after[] = {"IC_GROSS_WT", "IC_VE_CUSTOMS_NO",
					    "IC_VE_NAME", "IC_CONTA_ID", "IC_ESEAL_ID"};
	static const char *const cargo[] = {"PACK_NUM_TOTAL", "PACK_WT_TOTAL", "SEAL_ID"};
	size_t ic = xml_open(to, "IC");
	bool is_flat = dialect->ic_is_flat;
	size_t inner = 0;

	xml_put_character(to, "G_TYPE", gather->goods_type);
	xml_put_character(to, "TRAF_TYPE", gather->traffic_type);
	if (!is_flat)
		inner = xml_open(to, "DRIVER_IC");
	xml_put_leaf(to, "DR_IC_NO", gather->card_no);
	xml_put_empty(to, before, sizeof(before) / sizeof(before[0]));
	xml_put_leaf(to, "IC_BILL_NO", gather->form_id);
	xml_put_empty(to, after, sizeof(after) / sizeof(after[0]));
	if (!is_flat) {
		xml_close(to, "DRIVER_IC", inner);
		inner = xml_open(to, "CARGO_IC");
	}
	xml_put_empty(to, cargo, sizeof(cargo) / sizeof(cargo[0]));
	if (!is_flat)
		xml_close(to, "CARGO_IC", inner);
	xml_close(to, "IC", ic);
}

/* Never empty: one platform refuses that, so "not weighed" is reported as 0. */
static void write_weight(struct xml_writer *to, const struct customs_gather *gather)
{
	size_t weight = xml_open(to, "WEIGHT");

	xml_put_weight(to, "GROSS_WT", gather->has_weight ? gather->gross_g : 0);
	xml_close(to, "WEIGHT", weight);
}

static void write_vehicle(struct xml_writer *to, const struct customs_gather *gather,
			  const struct customs_dialect *dialect)
{
	static const char *const rest[] = {"CAR_EC_NO2", "VE_CUSTOMS_NO"};
	const char *weight_tag = dialect->weight_tag_is_long ? "VE_WEIGHT" : "VE_WT";
	size_t car = xml_open(to, "CAR");

	xml_put_leaf(to, "VE_NAME", gather->plate);
	xml_put_leaf(to, "CAR_EC_NO", gather->tag);
	xml_put_empty(to, rest, sizeof(rest) / sizeof(rest[0]));
	if (gather->has_vehicle_weight)
		xml_put_weight(to, weight_tag, gather->vehicle_g);
	else
		xml_put_leaf(to, weight_tag, "");
	xml_close(to, "CAR", car);
	/* Not in the standard: only where there is one. */
	if (gather->trailer_plate[0]) {
		size_t trailer = xml_open(to, "TRAILER");

		xml_put_leaf(to, "TR_EC_NO", "");
		xml_put_leaf(to, "TR_NAME", gather->trailer_plate);
		xml_put_leaf(to, "TR_WT", "");
		xml_close(to, "TRAILER", trailer);
	}
}

static void write_boxes(struct xml_writer *to, const struct customs_gather *gather,
			const struct customs_dialect *dialect)
{
	size_t conta = xml_open(to, "CONTA");
	bool is_absent = !gather->boxes_recognised && gather->box_count == 0;

	if (!is_absent || !to->leaves_out) {
		bool is_one = gather->boxes_recognised == dialect->reco_one_is_recognised;

		xml_put_character(to, "CONTA_NUM", (char)('0' + gather->box_count % 10));
		xml_put_character(to, "CONTA_RECO", is_one ? '1' : '0');
	}
	xml_put_leaf(to, "CONTA_ID_F", gather->box_front);
	xml_put_leaf(to, "CONTA_ID_B", gather->box_rear);
	xml_close(to, "CONTA", conta);
}

static void write_seal(struct xml_writer *to, const char *id, const char *key_tag,
		       const char *key)
{
	size_t seal = xml_open(to, "SEAL");

	xml_put_leaf(to, "ESEAL_ID", id);
	xml_put_leaf(to, key_tag, key);
	xml_close(to, "SEAL", seal);
}

static void write_gps(struct xml_writer *to, const char *gps_id)
{
	static const char *const rest[] = {"ORIGIN_CUSTOMS", "DEST_CUSTOMS"};
	size_t gps = xml_open(to, "GPS");

	xml_put_leaf(to, "VE_NAME", "");
	xml_put_leaf(to, "GPS_ID", gps_id);
	xml_put_empty(to, rest, sizeof(rest) / sizeof(rest[0]));
	xml_close(to, "GPS", gps);
}

static void write_gather(struct xml_writer *to, const struct customs_gather *gather,
			 const struct customs_dialect *dialect)
{
	open_root(to, "GATHER_INFO", &gather->head);
	write_cards(to, gather, dialect);
	write_weight(to, gather);
	write_vehicle(to, gather, dialect);
	write_boxes(to, gather, dialect);
	write_seal(to, gather->seal_id,
		   dialect->seal_key_is_short ? "SEAL_KEY" : "ESEAL_PUBLIC_KEY",
		   gather->seal_key);
	xml_put_leaf(to, "BAR_CODE", gather->bar_code);
	xml_put(to, "</GATHER_INFO>");
}

static void write_check(struct xml_writer *to, const struct customs_check *check)
{
	open_root(to, "COMMAND_INFO", &check->head);
	xml_put_leaf(to, "CHECK_RESULT", check->check_result);
	write_gps(to, check->gps_id);
	write_seal(to, check->seal_id, "SEAL_KEY", check->seal_key);
	xml_put_leaf(to, "FORM_TYPE", check->form_type);
	xml_put_leaf(to, "FORM_ID", check->form_id);
	xml_put_leaf(to, "OP_HINT", check->op_hint);
	xml_put(to, "</COMMAND_INFO>");
}

static void write_operate(struct xml_writer *to, const struct customs_operate *operate)
{
	open_root(to, "COMMAND_INFO", &operate->head);
	xml_put_leaf(to, "EXCUTE_COMMAND",
		     operate->command); /* so spelt in the standard */
	write_gps(to, operate->gps_id);
	write_seal(to, operate->seal_id, "SEAL_KEY", operate->seal_key);
	xml_put_character(to, "OP_TYPE", operate->op_type);
	xml_put_leaf(to, "OP_REASON", operate->op_reason);
	xml_put_leaf(to, "OP_ID", operate->op_id);
	xml_put(to, "</COMMAND_INFO>");
}

/* 0x36 knows the one device, and no passage: 16 is the barrier (annex C), 3 "broken". */
static void write_one_result(struct xml_writer *to, const struct customs_result *result)
{
	struct customs_head head = result->head;

	head.seq_no[0] = '\0';
	open_root(to, "COMMAND_INFO", &head);
	xml_put_leaf(to, "DEVICE_ID", result->device_id[0] ? result->device_id : "16");
	xml_put_leaf(to, "DEVICE_NAME", "");
	xml_put_leaf(to, "CONTROL_RESULT", result->result[0] == '0' ? "0" : "3");
	xml_put(to, "</COMMAND_INFO>");
}

static void write_result(struct xml_writer *to, const struct customs_result *result,
			 uint8_t wire)
{
	if (wire == WIRE_ONE_RESULT) {
		write_one_result(to, result);
		return;
	}
	open_root(to, "COMMAND_INFO", &result->head);
	xml_put_leaf(to, "EXECUTE_RESULT", result->result);
	xml_put_leaf(to, "ESEAL_USE_COUNT", "");
	xml_put(to, "</COMMAND_INFO>");
}

static void write_device(struct xml_writer *to, const struct customs_message *message,
			 uint8_t wire)
{
	const char *root = message_kind_find(wire)->root;

	open_root(to, root, customs_message_head(message));
	message_write_device(to, message);
	xml_put(to, "</");
	xml_put(to, root);
	xml_put(to, ">");
}

/* The one root without attributes. */
static void write_register(struct xml_writer *to, const struct customs_register *from)
{
	size_t at;

	xml_put(to, "<COMMAND_INFO>");
	xml_put_leaf(to, "MONITOR_IP", from->monitor_ip);
	xml_put_leaf(to, "MONITOR_PORT", from->monitor_port);
	at = xml_open(to, "USERINFO");
	xml_put_leaf(to, "USER_ID", from->user_id);
	xml_put_leaf(to, "PSW", from->password);
	xml_close(to, "USERINFO", at);
	xml_put(to, "</COMMAND_INFO>");
}

static void write_registered(struct xml_writer *to, const struct customs_registered *from)
{
	static const char *const flags[] = {"PIC_DATA_FLAG",    "VEHICLE_DATA_FLAG",
					    "WEIGHT_DATA_FLAG", "IC_DATA_FLAG",
					    "SEAL_DATA_FLAG",   "GPS_DATA_FLAG"};

	open_root(to, "COMMAND_INFO", &from->head);
	xml_put_character(to, "RESULT", from->result);
	xml_put_leaf(to, "USER_ID", from->user_id);
	xml_put_character(to, "RIGHTS", from->rights);
	xml_put_leaf(to, "USERNAME", from->user_name);
	xml_put_leaf(to, "UNIT", from->unit);
	xml_put_leaf(to, "CUSTOMS_CODE", from->customs_code);
	xml_put_empty(to, flags, sizeof(flags) / sizeof(flags[0]));
	xml_put(to, "</COMMAND_INFO>");
}

static void write_xml(struct xml_writer *to, const struct customs_message *message,
		      const struct customs_dialect *dialect, uint8_t wire)
{
	xml_put(to, "<?xml version=\"1.0\" encoding=\"");
	xml_put(to, encoding_declared(dialect->encoding));
	xml_put(to, "\"?>");
	if (wire >= WIRE_SMART_GATHER) {
		message_write_smart(to, message, wire);
		return;
	}
	switch (message->code) {
	case CUSTOMS_GATHER: write_gather(to, &message->u.gather, dialect); break;
	case CUSTOMS_CHECK: write_check(to, &message->u.check); break;
	case CUSTOMS_OPERATE: write_operate(to, &message->u.operate); break;
	case CUSTOMS_RESULT: write_result(to, &message->u.result, wire); break;
	case CUSTOMS_REGISTER: write_register(to, &message->u.registration); break;
	case CUSTOMS_REGISTERED: write_registered(to, &message->u.registered); break;
	case CUSTOMS_ENROL:
	case CUSTOMS_FETCH:
	case CUSTOMS_PICTURES:
		open_root(to, "COMMAND_INFO", &message->u.fetch);
		xml_put(to, "</COMMAND_INFO>");
		break;
	default: write_device(to, message, wire); break;
	}
}

static enum kakou_err judge(const struct xml_writer *writer,
			    const struct customs_message *message, uint8_t wire,
			    struct why *why)
{
	bool may_lack_number = message_kind_find(wire)->heading == HEADING_CHANNEL ||
			       wire == CUSTOMS_REGISTER || wire == WIRE_SMART_RESULT;

	if (!customs_message_head(message)->seq_no[0] && !may_lack_number)
		return why_set(why, KAKOU_E_INVALID,
			       "SEQ_NO is empty: expected 1 to %d "
			       "characters",
			       CUSTOMS_SEQ_MAX);
	if (wire == WIRE_MANUAL_CHECK && !strchr("032", message->u.operate.op_type))
		return why_set(
			why, KAKOU_E_INVALID,
			"OP_TYPE 0x%02x: expected 0 (release), 2 (return) or 3 (to "
			"inspection), a 0x85 can say no other",
			(unsigned char)message->u.operate.op_type);
	if (writer->has_illegal)
		return why_set(why, KAKOU_E_INVALID,
			       "a text has a control character, which XML can't hold");
	if (writer->is_full)
		return why_set(why, KAKOU_E_FULL, "XML beyond %d bytes", XML_WRITE_SIZE);
	return KAKOU_OK;
}

enum kakou_err customs_message_write(const struct customs_message *message,
				     const struct customs_dialect *dialect, void *buffer,
				     size_t size, size_t *len, struct why *why)
{
	const struct customs_head *head = customs_message_head(message);
	uint8_t wire = customs_message_wire(message, dialect);
	struct frame frame = {.code = wire, .direction = head->direction};
	struct xml_writer writer = {.leaves_out = dialect->absent_tags_left_out};
	size_t overhead = frame_overhead(&dialect->frame);
	char *xml = (char *)buffer + overhead;
	enum kakou_err err;

	if (!wire)
		return why_set(why, KAKOU_E_NOTFOUND,
			       "a 0x%02x is not answered: there is no message for it",
			       message->u.result.answers);
	if (size < overhead)
		return why_set(why, KAKOU_E_FULL, "room for %zu bytes", size);
	memcpy(frame.area_id, head->area_id, sizeof(frame.area_id));
	memcpy(frame.chnl_no, head->chnl_no, sizeof(frame.chnl_no));
	write_xml(&writer, message, dialect, wire);
	err = judge(&writer, message, wire, why);
	if (!err)
		err = encoding_from_utf8(writer.text, writer.len, dialect->encoding, xml,
					 size - overhead, &frame.xml_len, why);
	if (err)
		return err;
	frame.xml = xml;
	return frame_write(&frame, &dialect->frame, buffer, size, len, why);
}

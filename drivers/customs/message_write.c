/* SPDX-License-Identifier: MIT */
/*
 * Messages to XML to frames: elements in the order of the standard (customs-protocol section 4).
 *
 * Layer: drivers. Pure but for the allocations inside iconv.
 */
#include "drivers/customs/message.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "drivers/customs/encoding.h"

/* The largest message, a 0x21 whose every character is escaped, is about 4 KB. */
enum { XML_SIZE = 8 * 1024, WEIGHT_TEXT = 24 };

struct writer {
	char text[XML_SIZE];
	size_t len;
	bool leaves_out; /* the peer wants no empty tags */
	bool is_full;
	bool has_illegal;
};

static void put_bytes(struct writer *to, const char *bytes, size_t len)
{
	if (len > sizeof(to->text) - to->len) {
		to->is_full = true;
		return;
	}
	memcpy(to->text + to->len, bytes, len);
	to->len += len;
}

static void put(struct writer *to, const char *text)
{
	put_bytes(to, text, strlen(text));
}

static void put_escaped(struct writer *to, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '<': put(to, "&lt;"); break;
		case '>': put(to, "&gt;"); break;
		case '&': put(to, "&amp;"); break;
		case '"': put(to, "&quot;"); break;
		default:
			/* Control characters have no form in XML 1.0, or would be
			 * changed by the reader's normalisation. */
			if ((unsigned char)*text < 0x20 || *text == 0x7F)
				to->has_illegal = true;
			put_bytes(to, text, 1);
		}
	}
}

static void put_leaf(struct writer *to, const char *name, const char *text)
{
	if (!text[0] && to->leaves_out)
		return;
	put(to, "<");
	put(to, name);
	if (!text[0]) {
		put(to, "/>");
		return;
	}
	put(to, ">");
	put_escaped(to, text);
	put(to, "</");
	put(to, name);
	put(to, ">");
}

static void put_character(struct writer *to, const char *name, char character)
{
	const char text[] = {character, '\0'};

	put_leaf(to, name, text);
}

/* Empty tags the standard lists and this gate has no value for. */
static void put_empty(struct writer *to, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		put_leaf(to, names[i], "");
}

/* Returns where the element began, for close_element(). */
static size_t open_element(struct writer *to, const char *name)
{
	size_t at = to->len;

	put(to, "<");
	put(to, name);
	put(to, ">");
	return at;
}

/* An element that stayed empty goes away where the peer wants no empty tags. */
static void close_element(struct writer *to, const char *name, size_t began)
{
	if (to->leaves_out && to->len == began + strlen(name) + 2) {
		to->len = began;
		return;
	}
	put(to, "</");
	put(to, name);
	put(to, ">");
}

static void put_attribute(struct writer *to, const char *name, const char *value)
{
	put(to, " ");
	put(to, name);
	put(to, "=\"");
	put_escaped(to, value);
	put(to, "\"");
}

static void open_root(struct writer *to, const char *name,
		      const struct customs_head *head)
{
	const char direction[] = {head->direction, '\0'};

	put(to, "<");
	put(to, name);
	put_attribute(to, "AREA_ID", head->area_id);
	put_attribute(to, "CHNL_NO", head->chnl_no);
	put_attribute(to, "I_E_TYPE", direction);
	put_attribute(to, "SEQ_NO", head->seq_no);
	put(to, ">");
}

/* Kilograms with up to three decimals, without floating point. */
static void format_kg(char text[WEIGHT_TEXT], int64_t weight_g)
{
	uint64_t size_g = weight_g < 0 ? 0 - (uint64_t)weight_g : (uint64_t)weight_g;
	int len = snprintf(text, WEIGHT_TEXT, "%s%" PRIu64 ".%03" PRIu64,
			   weight_g < 0 ? "-" : "", size_g / 1000, size_g % 1000);

	while (len > 0 && text[len - 1] == '0')
		text[--len] = '\0';
	if (len > 0 && text[len - 1] == '.')
		text[len - 1] = '\0';
}

static void write_cards(struct writer *to, const struct customs_gather *gather)
{
	static const char *const driver[] = {
		"IC_DR_CUSTOMS_NO", "IC_CO_CUSTOMS_NO", "IC_BILL_NO",  "IC_GROSS_WT",
		"IC_VE_CUSTOMS_NO", "IC_VE_NAME",       "IC_CONTA_ID", "IC_ESEAL_ID",
	};
	static const char *const cargo[] = {"PACK_NUM_TOTAL", "PACK_WT_TOTAL", "SEAL_ID"};
	size_t ic = open_element(to, "IC");
	size_t inner;

	put_character(to, "G_TYPE", gather->goods_type);
	put_character(to, "TRAF_TYPE", gather->traffic_type);
	inner = open_element(to, "DRIVER_IC");
	put_leaf(to, "DR_IC_NO", gather->card_no);
	put_empty(to, driver, sizeof(driver) / sizeof(driver[0]));
	close_element(to, "DRIVER_IC", inner);
	inner = open_element(to, "CARGO_IC");
	put_empty(to, cargo, sizeof(cargo) / sizeof(cargo[0]));
	close_element(to, "CARGO_IC", inner);
	close_element(to, "IC", ic);
}

/* Never empty: one platform refuses that, so "not weighed" is reported as 0. */
static void write_weight(struct writer *to, const struct customs_gather *gather)
{
	size_t weight = open_element(to, "WEIGHT");
	char text[WEIGHT_TEXT];

	format_kg(text, gather->has_weight ? gather->gross_g : 0);
	put_leaf(to, "GROSS_WT", text);
	close_element(to, "WEIGHT", weight);
}

static void write_vehicle(struct writer *to, const struct customs_gather *gather)
{
	static const char *const rest[] = {"CAR_EC_NO2", "VE_CUSTOMS_NO", "VE_WT"};
	size_t car = open_element(to, "CAR");

	put_leaf(to, "VE_NAME", gather->plate);
	put_leaf(to, "CAR_EC_NO", gather->tag);
	put_empty(to, rest, sizeof(rest) / sizeof(rest[0]));
	close_element(to, "CAR", car);
	/* Not in the standard: only where there is one. */
	if (gather->trailer_plate[0]) {
		size_t trailer = open_element(to, "TRAILER");

		put_leaf(to, "TR_EC_NO", "");
		put_leaf(to, "TR_NAME", gather->trailer_plate);
		put_leaf(to, "TR_WT", "");
		close_element(to, "TRAILER", trailer);
	}
}

static void write_boxes(struct writer *to, const struct customs_gather *gather,
			const struct customs_dialect *dialect)
{
	size_t conta = open_element(to, "CONTA");
	bool is_absent = !gather->boxes_recognised && gather->box_count == 0;

	if (!is_absent || !to->leaves_out) {
		bool is_one = gather->boxes_recognised == dialect->reco_one_is_recognised;

		put_character(to, "CONTA_NUM", (char)('0' + gather->box_count % 10));
		put_character(to, "CONTA_RECO", is_one ? '1' : '0');
	}
	put_leaf(to, "CONTA_ID_F", gather->box_front);
	put_leaf(to, "CONTA_ID_B", gather->box_rear);
	close_element(to, "CONTA", conta);
}

static void write_seal(struct writer *to, const char *id, const char *key_tag)
{
	size_t seal = open_element(to, "SEAL");

	put_leaf(to, "ESEAL_ID", id);
	put_leaf(to, key_tag, "");
	close_element(to, "SEAL", seal);
}

static void write_gps(struct writer *to)
{
	static const char *const names[] = {"VE_NAME", "GPS_ID", "ORIGIN_CUSTOMS",
					    "DEST_CUSTOMS"};
	size_t gps = open_element(to, "GPS");

	put_empty(to, names, sizeof(names) / sizeof(names[0]));
	close_element(to, "GPS", gps);
}

static void write_gather(struct writer *to, const struct customs_gather *gather,
			 const struct customs_dialect *dialect)
{
	open_root(to, "GATHER_INFO", &gather->head);
	write_cards(to, gather);
	write_weight(to, gather);
	write_vehicle(to, gather);
	write_boxes(to, gather, dialect);
	write_seal(to, gather->seal_id, "ESEAL_PUBLIC_KEY");
	put_leaf(to, "BAR_CODE", gather->bar_code);
	put(to, "</GATHER_INFO>");
}

static void write_check(struct writer *to, const struct customs_check *check)
{
	open_root(to, "COMMAND_INFO", &check->head);
	put_leaf(to, "CHECK_RESULT", check->check_result);
	write_gps(to);
	write_seal(to, "", "SEAL_KEY");
	put_leaf(to, "FORM_TYPE", check->form_type);
	put_leaf(to, "FORM_ID", check->form_id);
	put_leaf(to, "OP_HINT", check->op_hint);
	put(to, "</COMMAND_INFO>");
}

static void write_operate(struct writer *to, const struct customs_operate *operate)
{
	open_root(to, "COMMAND_INFO", &operate->head);
	put_leaf(to, "EXCUTE_COMMAND", operate->command); /* so spelt in the standard */
	write_gps(to);
	write_seal(to, "", "SEAL_KEY");
	put_character(to, "OP_TYPE", operate->op_type);
	put_leaf(to, "OP_REASON", operate->op_reason);
	put_leaf(to, "OP_ID", operate->op_id);
	put(to, "</COMMAND_INFO>");
}

static void write_result(struct writer *to, const struct customs_result *result)
{
	open_root(to, "COMMAND_INFO", &result->head);
	put_leaf(to, "EXECUTE_RESULT", result->result);
	put_leaf(to, "ESEAL_USE_COUNT", "");
	put(to, "</COMMAND_INFO>");
}

static void write_xml(struct writer *to, const struct customs_message *message,
		      const struct customs_dialect *dialect)
{
	put(to, "<?xml version=\"1.0\" encoding=\"");
	put(to, encoding_name(dialect->encoding));
	put(to, "\"?>");
	switch (message->code) {
	case CUSTOMS_GATHER: write_gather(to, &message->u.gather, dialect); break;
	case CUSTOMS_CHECK: write_check(to, &message->u.check); break;
	case CUSTOMS_OPERATE: write_operate(to, &message->u.operate); break;
	case CUSTOMS_RESULT: write_result(to, &message->u.result); break;
	}
}

static enum kakou_err judge(const struct writer *writer,
			    const struct customs_message *message, struct why *why)
{
	if (!customs_message_head(message)->seq_no[0])
		return why_set(why, KAKOU_E_INVALID,
			       "SEQ_NO is empty: expected 1 to %d "
			       "characters",
			       CUSTOMS_SEQ_MAX);
	if (writer->has_illegal)
		return why_set(why, KAKOU_E_INVALID,
			       "a text has a control character, which XML can't hold");
	if (writer->is_full)
		return why_set(why, KAKOU_E_FULL, "XML beyond %d bytes", XML_SIZE);
	return KAKOU_OK;
}

enum kakou_err customs_message_write(const struct customs_message *message,
				     const struct customs_dialect *dialect, void *buffer,
				     size_t size, size_t *len, struct why *why)
{
	const struct customs_head *head = customs_message_head(message);
	struct frame frame = {.code = (uint8_t)message->code,
			      .direction = head->direction};
	struct writer writer = {.leaves_out = dialect->absent_tags_left_out};
	char *xml = (char *)buffer + FRAME_OVERHEAD;
	enum kakou_err err;

	if (size < FRAME_OVERHEAD)
		return why_set(why, KAKOU_E_FULL, "room for %zu bytes", size);
	memcpy(frame.area_id, head->area_id, sizeof(frame.area_id));
	memcpy(frame.chnl_no, head->chnl_no, sizeof(frame.chnl_no));
	write_xml(&writer, message, dialect);
	err = judge(&writer, message, why);
	if (!err)
		err = encoding_from_utf8(writer.text, writer.len, dialect->encoding, xml,
					 size - FRAME_OVERHEAD, &frame.xml_len, why);
	if (err)
		return err;
	frame.xml = xml;
	return frame_write(&frame, &dialect->frame, buffer, size, len, why);
}

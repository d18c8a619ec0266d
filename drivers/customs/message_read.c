/* SPDX-License-Identifier: MIT */
/*
 * Frames to XML to messages: one table says which leaf fills which field (customs-protocol
 * section 4), so that nested and flat IC blocks and both bar code forms are rows, not code.
 *
 * Layer: drivers. Pure but for the allocations inside expat and iconv.
 */
#include "drivers/customs/message.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/customs/encoding.h"
#include "drivers/customs/xml.h"
#include "hal/text.h"

enum {
	WEIGHT_MAX_G = 999999999, /* three digits of tonnes, either sign */
	BOXES_MAX = 9,
};

enum field_kind {
	FIELD_TEXT,
	FIELD_SHOWN, /* a text for people: cut when too long */
	FIELD_CHARACTER,
	FIELD_WEIGHT,
	FIELD_COUNT,
	FIELD_RECOGNISED,
};

struct field {
	enum customs_code code;
	const char *parent;
	const char *name;
	enum field_kind kind;
	size_t offset, size; /* in struct customs_message */
};

#define AT(member)                                                                       \
	offsetof(struct customs_message, u.member),                                      \
		sizeof(((struct customs_message *)NULL)->u.member)

/* clang-format off */
static const struct field fields[] = {
	{CUSTOMS_GATHER, "IC",           "G_TYPE",         FIELD_CHARACTER,  AT(gather.goods_type)},
	{CUSTOMS_GATHER, "IC",           "TRAF_TYPE",      FIELD_CHARACTER,  AT(gather.traffic_type)},
	{CUSTOMS_GATHER, "IC",           "DR_IC_NO",       FIELD_TEXT,       AT(gather.card_no)},
	{CUSTOMS_GATHER, "DRIVER_IC",    "DR_IC_NO",       FIELD_TEXT,       AT(gather.card_no)},
	{CUSTOMS_GATHER, "WEIGHT",       "GROSS_WT",       FIELD_WEIGHT,     AT(gather.gross_g)},
	{CUSTOMS_GATHER, "CAR",          "VE_NAME",        FIELD_TEXT,       AT(gather.plate)},
	{CUSTOMS_GATHER, "CAR",          "CAR_EC_NO",      FIELD_TEXT,       AT(gather.tag)},
	{CUSTOMS_GATHER, "TRAILER",      "TR_NAME",        FIELD_TEXT,       AT(gather.trailer_plate)},
	{CUSTOMS_GATHER, "CONTA",        "CONTA_NUM",      FIELD_COUNT,      AT(gather.box_count)},
	{CUSTOMS_GATHER, "CONTA",        "CONTA_RECO",     FIELD_RECOGNISED, AT(gather.boxes_recognised)},
	{CUSTOMS_GATHER, "CONTA",        "CONTA_ID_F",     FIELD_TEXT,       AT(gather.box_front)},
	{CUSTOMS_GATHER, "CONTA",        "CONTA_ID_B",     FIELD_TEXT,       AT(gather.box_rear)},
	{CUSTOMS_GATHER, "SEAL",         "ESEAL_ID",       FIELD_TEXT,       AT(gather.seal_id)},
	{CUSTOMS_GATHER, "GATHER_INFO",  "BAR_CODE",       FIELD_TEXT,       AT(gather.bar_code)},
	{CUSTOMS_GATHER, "BARCODE",      "CODE",           FIELD_TEXT,       AT(gather.bar_code)},
	{CUSTOMS_CHECK,  "COMMAND_INFO", "CHECK_RESULT",   FIELD_TEXT,       AT(check.check_result)},
	{CUSTOMS_CHECK,  "COMMAND_INFO", "FORM_TYPE",      FIELD_TEXT,       AT(check.form_type)},
	{CUSTOMS_CHECK,  "COMMAND_INFO", "FORM_ID",        FIELD_TEXT,       AT(check.form_id)},
	{CUSTOMS_CHECK,  "COMMAND_INFO", "OP_HINT",        FIELD_SHOWN,      AT(check.op_hint)},
	{CUSTOMS_OPERATE, "COMMAND_INFO", "EXCUTE_COMMAND", FIELD_TEXT,      AT(operate.command)},
	{CUSTOMS_OPERATE, "COMMAND_INFO", "OP_TYPE",       FIELD_CHARACTER,  AT(operate.op_type)},
	{CUSTOMS_OPERATE, "COMMAND_INFO", "OP_REASON",     FIELD_SHOWN,      AT(operate.op_reason)},
	{CUSTOMS_OPERATE, "COMMAND_INFO", "OP_ID",         FIELD_TEXT,       AT(operate.op_id)},
	{CUSTOMS_RESULT, "COMMAND_INFO", "EXECUTE_RESULT", FIELD_TEXT,       AT(result.result)},
};
/* clang-format on */

enum { FIELDS = sizeof(fields) / sizeof(fields[0]) };

struct reading {
	const struct frame *frame;
	const struct customs_dialect *dialect;
	struct customs_message *out;
	bool is_seen[FIELDS];
};

/* ---- the root and its attributes ----------------------------------------------------------- */

static const char *root_name(enum customs_code code)
{
	return code == CUSTOMS_GATHER ? "GATHER_INFO" : "COMMAND_INFO";
}

static const char *find_attribute(const char *const *attributes, const char *name)
{
	for (; attributes[0]; attributes += 2) {
		if (!strcmp(attributes[0], name))
			return attributes[1];
	}
	return NULL;
}

/* The header repeats three attributes: a message that names two channels belongs to none. */
static enum kakou_err match_attribute(const char *const *attributes, const char *name,
				      const char *in_header, struct why *why)
{
	const char *value = find_attribute(attributes, name);

	if (!value)
		return why_set(why, KAKOU_E_GARBLED, "attribute %s is missing", name);
	if (strcmp(value, in_header) != 0)
		return why_set(why, KAKOU_E_GARBLED,
			       "%s=\"%.20s\": expected \"%s\" as in the frame's header",
			       name, value, in_header);
	return KAKOU_OK;
}

static enum kakou_err read_seq_no(const char *const *attributes,
				  struct customs_head *head, struct why *why)
{
	const char *seq_no = find_attribute(attributes, "SEQ_NO");
	size_t len;

	if (!seq_no)
		return why_set(why, KAKOU_E_GARBLED, "attribute SEQ_NO is missing");
	len = strlen(seq_no);
	if (len == 0 || len > CUSTOMS_SEQ_MAX)
		return why_set(why, KAKOU_E_GARBLED,
			       "SEQ_NO=\"%.40s\": expected 1 to %d characters", seq_no,
			       CUSTOMS_SEQ_MAX);
	for (size_t i = 0; i < len; i++) {
		if (seq_no[i] < 0x20 || seq_no[i] > 0x7E)
			return why_set(why, KAKOU_E_GARBLED,
				       "SEQ_NO has 0x%02x at %zu: expected printable "
				       "ASCII",
				       (unsigned char)seq_no[i], i);
	}
	memcpy(head->seq_no, seq_no, len + 1);
	return KAKOU_OK;
}

static enum kakou_err on_root(void *arg, const char *name, const char *const *attributes,
			      struct why *why)
{
	struct reading *reading = arg;
	const struct frame *frame = reading->frame;
	const char direction[] = {frame->direction, '\0'};
	struct customs_head *head = &reading->out->u.gather.head;
	enum kakou_err err;

	if (strcmp(name, root_name(reading->out->code)) != 0)
		return why_set(why, KAKOU_E_GARBLED,
			       "root <%.40s> in a 0x%02x: expected <%s>", name,
			       frame->code, root_name(reading->out->code));
	err = match_attribute(attributes, "AREA_ID", frame->area_id, why);
	if (!err)
		err = match_attribute(attributes, "CHNL_NO", frame->chnl_no, why);
	if (!err)
		err = match_attribute(attributes, "I_E_TYPE", direction, why);
	if (!err)
		err = read_seq_no(attributes, head, why);
	if (err)
		return err;
	memcpy(head->area_id, frame->area_id, sizeof(head->area_id));
	memcpy(head->chnl_no, frame->chnl_no, sizeof(head->chnl_no));
	head->direction = frame->direction;
	return KAKOU_OK;
}

/* ---- the leaves ---------------------------------------------------------------------------- */

static enum kakou_err complain(const struct xml_leaf *leaf, struct why *why,
			       const char *expected)
{
	return why_set(why, KAKOU_E_GARBLED, "<%s>%.60s: expected %s", leaf->name,
		       leaf->text, expected);
}

static enum kakou_err take_text(const struct field *field, const struct xml_leaf *leaf,
				char *to, struct why *why)
{
	bool may_be_cut = field->kind == FIELD_SHOWN;

	if (to[0] || !leaf->text[0])
		return KAKOU_OK; /* another form of the same tag was first */
	if (!text_copy(to, field->size, leaf->text) && !may_be_cut)
		return why_set(why, KAKOU_E_GARBLED,
			       "<%s> of %zu bytes: expected at most %zu", leaf->name,
			       strlen(leaf->text), field->size - 1);
	return KAKOU_OK;
}

/* Reported as 0 means not weighed: a vehicle on the scale never weighs nothing. */
static enum kakou_err take_weight(const struct xml_leaf *leaf,
				  struct customs_gather *gather, struct why *why)
{
	if (leaf->text[0] && text_parse_fixed(leaf->text, 3, -WEIGHT_MAX_G, WEIGHT_MAX_G,
					      &gather->gross_g))
		return complain(leaf, why, "kilograms with up to three decimals");
	gather->has_weight = gather->gross_g != 0;
	return KAKOU_OK;
}

static enum kakou_err take_count(const struct xml_leaf *leaf, uint8_t *to,
				 struct why *why)
{
	int64_t count = 0;

	if (leaf->text[0] && text_parse_integer(leaf->text, 0, BOXES_MAX, &count))
		return complain(leaf, why, "0 to 9");
	*to = (uint8_t)count;
	return KAKOU_OK;
}

static enum kakou_err take_character(const struct xml_leaf *leaf, char *to,
				     struct why *why)
{
	if (strlen(leaf->text) > 1)
		return complain(leaf, why, "one character");
	*to = leaf->text[0];
	return KAKOU_OK;
}

static enum kakou_err take_recognised(const struct xml_leaf *leaf, bool one_is_recognised,
				      bool *to, struct why *why)
{
	char value = '\0';

	if (take_character(leaf, &value, why) || (value && value != '0' && value != '1'))
		return complain(leaf, why, "0 or 1");
	*to = value && (value == '1') == one_is_recognised;
	return KAKOU_OK;
}

static enum kakou_err take(struct reading *reading, const struct field *field,
			   const struct xml_leaf *leaf, struct why *why)
{
	void *to = (char *)reading->out + field->offset;

	if (leaf->is_cut && field->kind != FIELD_SHOWN)
		return why_set(why, KAKOU_E_GARBLED,
			       "<%s> of more than %d bytes: expected at most %zu",
			       leaf->name, XML_TEXT_MAX, field->size - 1);
	switch (field->kind) {
	case FIELD_TEXT:
	case FIELD_SHOWN: return take_text(field, leaf, to, why);
	case FIELD_CHARACTER: return take_character(leaf, to, why);
	case FIELD_WEIGHT: return take_weight(leaf, &reading->out->u.gather, why);
	case FIELD_COUNT: return take_count(leaf, to, why);
	case FIELD_RECOGNISED:
		return take_recognised(leaf, reading->dialect->reco_one_is_recognised, to,
				       why);
	}
	return KAKOU_OK;
}

static enum kakou_err on_leaf(void *arg, const struct xml_leaf *leaf, struct why *why)
{
	struct reading *reading = arg;

	for (size_t i = 0; i < FIELDS; i++) {
		const struct field *field = &fields[i];

		if (field->code != reading->out->code ||
		    strcmp(field->name, leaf->name) ||
		    strcmp(field->parent, leaf->parent))
			continue;
		if (reading->is_seen[i])
			return why_set(why, KAKOU_E_GARBLED, "<%s> stands there twice",
				       leaf->name);
		reading->is_seen[i] = true;
		return take(reading, field, leaf, why);
	}
	return KAKOU_OK;
}

/* ---- the message --------------------------------------------------------------------------- */

static bool is_handled(uint8_t code)
{
	return code == CUSTOMS_GATHER || code == CUSTOMS_CHECK ||
	       code == CUSTOMS_OPERATE || code == CUSTOMS_RESULT;
}

enum kakou_err customs_message_read(const struct frame *frame,
				    const struct customs_dialect *dialect,
				    struct customs_message *out, struct why *why)
{
	static const struct xml_handler handler = {.on_root = on_root,
						   .on_leaf = on_leaf};
	struct reading reading = {.frame = frame, .dialect = dialect, .out = out};
	enum kakou_err err;
	size_t len;
	char *xml;

	memset(out, 0, sizeof(*out));
	if (!is_handled(frame->code))
		return why_set(why, KAKOU_E_GARBLED,
			       "message code 0x%02x: expected 0x21, 0x22, 0x31 or 0x32",
			       frame->code);
	out->code = (enum customs_code)frame->code;
	err = encoding_to_utf8(frame->xml, frame->xml_len, &xml, &len,
			       &out->encoding_seen, why);
	if (err)
		return err;
	err = xml_read(xml, len, &handler, &reading, why);
	free(xml);
	return err;
}

/* SPDX-License-Identifier: MIT */
/*
 * Frames to XML to messages (customs-protocol section 4).
 *
 * Layer: drivers. Pure but for the allocations inside expat and iconv.
 */
#include "drivers/customs/message.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/customs/encoding.h"
#include "drivers/customs/message_fields.h"
#include "drivers/customs/xml.h"
#include "hal/text.h"

enum {
	WEIGHT_MAX_G = 999999999, /* three digits of tonnes, either sign */
	BOXES_MAX = 9,
};

struct reading {
	const struct frame *frame;
	const struct customs_dialect *dialect;
	struct customs_message *out;
	bool is_seen[MESSAGE_FIELDS_MAX];
	bool has_empty_tag;
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

/* Another form of the same tag may have been first; it must not have said something else. */
static enum kakou_err take_text(const struct message_field *field,
				const struct xml_leaf *leaf, char *to, struct why *why)
{
	bool may_be_cut = field->kind == FIELD_SHOWN;

	if (to[0] && leaf->text[0] && strcmp(to, leaf->text) != 0)
		return why_set(why, KAKOU_E_GARBLED,
			       "<%s>%.60s: expected \"%.60s\" as its other spelling says",
			       leaf->name, leaf->text, to);
	if (to[0] || !leaf->text[0])
		return KAKOU_OK;
	if (!text_copy(to, field->size, leaf->text) && !may_be_cut)
		return why_set(why, KAKOU_E_GARBLED,
			       "<%s> of %zu bytes: expected at most %zu", leaf->name,
			       strlen(leaf->text), field->size - 1);
	return KAKOU_OK;
}

/* Reported as 0 means not weighed: a vehicle on the scale never weighs nothing. */
static enum kakou_err take_weight(const struct xml_leaf *leaf, int64_t *to, bool *has_one,
				  struct why *why)
{
	int64_t weight_g = 0;

	if (leaf->text[0] &&
	    text_parse_fixed(leaf->text, 3, -WEIGHT_MAX_G, WEIGHT_MAX_G, &weight_g))
		return complain(leaf, why, "kilograms with up to three decimals");
	if (weight_g != 0) {
		*to = weight_g;
		*has_one = true;
	}
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

static void note_shown(struct customs_seen *seen, const struct message_field *field)
{
	switch ((enum message_field_shows)field->shows) {
	case SHOWS_NOTHING: return;
	case SHOWS_NESTED:
	case SHOWS_FLAT:
		seen->is.ic_is_flat = field->shows == SHOWS_FLAT;
		customs_seen_mark(seen, TRAIT_IC);
		return;
	case SHOWS_KEY_LONG:
	case SHOWS_KEY_SHORT:
		seen->is.seal_key_is_short = field->shows == SHOWS_KEY_SHORT;
		customs_seen_mark(seen, TRAIT_SEAL_KEY);
		return;
	case SHOWS_WEIGHT_SHORT:
	case SHOWS_WEIGHT_LONG:
		seen->is.weight_tag_is_long = field->shows == SHOWS_WEIGHT_LONG;
		customs_seen_mark(seen, TRAIT_WEIGHT_TAG);
		return;
	}
}

static enum kakou_err take(struct reading *reading, const struct message_field *field,
			   const struct xml_leaf *leaf, struct why *why)
{
	void *to = (char *)reading->out + field->offset;
	bool *flag = (bool *)((char *)reading->out + field->flag);

	if (leaf->is_cut && field->kind != FIELD_SHOWN)
		return why_set(why, KAKOU_E_GARBLED,
			       "<%s> of more than %d bytes: expected at most %zu",
			       leaf->name, XML_TEXT_MAX, field->size - 1);
	note_shown(&reading->out->seen, field);
	switch ((enum message_field_kind)field->kind) {
	case FIELD_TEXT:
	case FIELD_SHOWN: return take_text(field, leaf, to, why);
	case FIELD_CHARACTER: return take_character(leaf, to, why);
	case FIELD_WEIGHT: return take_weight(leaf, to, flag, why);
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

	reading->has_empty_tag |= !leaf->text[0];
	for (size_t i = 0; i < message_field_count; i++) {
		const struct message_field *field = &message_fields[i];

		if (field->code != reading->frame->code ||
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

/* What only the whole message shows. A 0x21 by the standard always has tags that are empty; box
 * numbers that were read say what their CONTA_RECO means. */
static void note_whole(const struct reading *reading)
{
	struct customs_message *message = reading->out;
	const struct customs_gather *gather = &message->u.gather;
	bool one_is_recognised = reading->dialect->reco_one_is_recognised;

	if (message->code == CUSTOMS_CHECK)
		customs_seen_word(&message->seen, message->u.check.check_result,
				  reading->dialect->table);
	if (message->code != CUSTOMS_GATHER)
		return;
	message->seen.is.absent_tags_left_out = !reading->has_empty_tag;
	customs_seen_mark(&message->seen, TRAIT_ABSENT);
	if (gather->box_count == 0 || !gather->box_front[0])
		return;
	message->seen.is.reco_one_is_recognised =
		gather->boxes_recognised ? one_is_recognised : !one_is_recognised;
	customs_seen_mark(&message->seen, TRAIT_RECO);
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
	customs_seen_frame(&out->seen, &frame->seen);
	err = encoding_to_utf8(frame->xml, frame->xml_len, &xml, &len, &out->seen, why);
	if (err)
		return err;
	err = xml_read(xml, len, &handler, &reading, why);
	free(xml);
	if (!err)
		note_whole(&reading);
	return err;
}

/* SPDX-License-Identifier: MIT */
/*
 * Frames to XML to messages (customs-protocol section 4).
 *
 * Layer: drivers. Pure but for the allocations inside expat and iconv.
 */
#include "drivers/customs/message.h"

#include <stdlib.h>
#include <string.h>

#include "drivers/customs/encoding.h"
#include "drivers/customs/message_fields.h"
#include "drivers/customs/message_take.h"
#include "drivers/customs/xml.h"

struct reading {
	const struct frame *frame;
	const struct customs_dialect *dialect;
	const struct message_kind *kind;
	struct customs_message *out;
	bool is_seen[MESSAGE_FIELDS_MAX];
	bool has_empty_tag;
};

/* ---- whose it is --------------------------------------------------------------------------- */

static const char *find_attribute(const char *const *attributes, const char *name)
{
	for (; attributes[0]; attributes += 2) {
		if (!strcmp(attributes[0], name))
			return attributes[1];
	}
	return NULL;
}

/* The header repeats three of them: a message that names two channels belongs to none. */
static enum kakou_err match(const char *name, const char *value, const char *in_header,
			    struct why *why)
{
	if (!value)
		return why_set(why, KAKOU_E_GARBLED, "attribute %s is missing", name);
	if (strcmp(value, in_header) != 0)
		return why_set(why, KAKOU_E_GARBLED,
			       "%s=\"%.20s\": expected \"%s\" as in the frame's header",
			       name, value, in_header);
	return KAKOU_OK;
}

static enum kakou_err take_seq_no(const char *name, const char *seq_no,
				  struct customs_head *head, struct why *why)
{
	size_t len;

	if (!seq_no)
		return why_set(why, KAKOU_E_GARBLED, "attribute %s is missing", name);
	len = strlen(seq_no);
	if (len == 0 || len > CUSTOMS_SEQ_MAX)
		return why_set(why, KAKOU_E_GARBLED,
			       "%s=\"%.40s\": expected 1 to %d characters", name, seq_no,
			       CUSTOMS_SEQ_MAX);
	for (size_t i = 0; i < len; i++) {
		if (seq_no[i] < 0x20 || seq_no[i] > 0x7E)
			return why_set(why, KAKOU_E_GARBLED,
				       "%s has 0x%02x at %zu: expected printable ASCII",
				       name, (unsigned char)seq_no[i], i);
	}
	/* White space around an element's text means nothing. */
	if (seq_no[0] == ' ' || seq_no[len - 1] == ' ')
		return why_set(why, KAKOU_E_GARBLED,
			       "%s=\"%.40s\": expected no blank at either end", name,
			       seq_no);
	memcpy(head->seq_no, seq_no, len + 1);
	return KAKOU_OK;
}

static enum kakou_err read_attributes(const struct reading *reading,
				      const char *const *attributes, struct why *why)
{
	const struct frame *frame = reading->frame;
	const char direction[] = {frame->direction, '\0'};
	const struct {
		const char *name, *in_header;
	} rows[] = {
		{"AREA_ID",  frame->area_id},
		{"CHNL_NO",  frame->chnl_no},
		{"I_E_TYPE", direction     },
	};
	enum kakou_err err = KAKOU_OK;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && !err; i++)
		err = match(rows[i].name, find_attribute(attributes, rows[i].name),
			    rows[i].in_header, why);
	if (err || reading->kind->heading != HEADING_ALL)
		return err;
	return take_seq_no("SEQ_NO", find_attribute(attributes, "SEQ_NO"),
			   &reading->out->u.gather.head, why);
}

/* The smart generation's way: they may be absent but for SESSION_ID, and must not differ. */
static enum kakou_err read_heading(const struct reading *reading,
				   const struct xml_leaf *leaf, bool *is_heading,
				   struct why *why)
{
	const struct frame *frame = reading->frame;
	struct customs_head *head = &reading->out->u.gather.head;
	const char direction[] = {frame->direction, '\0'};

	*is_heading = true;
	if (!strcmp(leaf->name, "AREA_ID"))
		return match(leaf->name, leaf->text, frame->area_id, why);
	if (!strcmp(leaf->name, "CHNL_NO"))
		return match(leaf->name, leaf->text, frame->chnl_no, why);
	if (!strcmp(leaf->name, "I_E_FLAG"))
		return match(leaf->name, leaf->text, direction, why);
	if (!strcmp(leaf->name, "SESSION_ID") && head->seq_no[0])
		return why_set(why, KAKOU_E_GARBLED, "<SESSION_ID> stands there twice");
	if (!strcmp(leaf->name, "SESSION_ID"))
		return take_seq_no(leaf->name, leaf->text, head, why);
	*is_heading = false;
	return KAKOU_OK;
}

static enum kakou_err on_root(void *arg, const char *name, const char *const *attributes,
			      struct why *why)
{
	struct reading *reading = arg;
	const struct frame *frame = reading->frame;
	struct customs_head *head = &reading->out->u.gather.head;

	if (strcmp(name, reading->kind->root) != 0)
		return why_set(why, KAKOU_E_GARBLED,
			       "root <%.40s> in a 0x%02x: expected <%s>", name,
			       frame->code, reading->kind->root);
	memcpy(head->area_id, frame->area_id, sizeof(head->area_id));
	memcpy(head->chnl_no, frame->chnl_no, sizeof(head->chnl_no));
	head->direction = frame->direction;
	if (reading->kind->heading == HEADING_ELEMENTS ||
	    (reading->kind->heading == HEADING_FRAME && !attributes[0]))
		return KAKOU_OK;
	return read_attributes(reading, attributes, why);
}

/* ---- the leaves ---------------------------------------------------------------------------- */

static bool may_repeat(const struct message_field *field)
{
	return field->kind == FIELD_CONFIDENCE || field->kind == FIELD_OUTCOME ||
	       field->kind == FIELD_ENTRY_ID || field->kind == FIELD_ENTRY_STATUS;
}

static enum kakou_err on_leaf(void *arg, const struct xml_leaf *leaf, struct why *why)
{
	struct reading *reading = arg;
	bool is_heading = false;
	enum kakou_err err = KAKOU_OK;

	reading->has_empty_tag |= !leaf->text[0];
	if (reading->kind->heading == HEADING_ELEMENTS &&
	    !strcmp(leaf->parent, reading->kind->root))
		err = read_heading(reading, leaf, &is_heading, why);
	if (err || is_heading)
		return err;
	for (size_t i = 0; i < message_field_count; i++) {
		const struct message_field *field = &message_fields[i];

		if (field->code != reading->frame->code ||
		    strcmp(field->name, leaf->name) ||
		    strcmp(field->parent, leaf->parent))
			continue;
		if (reading->is_seen[i] && !may_repeat(field))
			return why_set(why, KAKOU_E_GARBLED, "<%s> stands there twice",
				       leaf->name);
		reading->is_seen[i] = true;
		return message_take(reading->out, field, leaf,
				    reading->dialect->reco_one_is_recognised, why);
	}
	return KAKOU_OK;
}

/* ---- the message --------------------------------------------------------------------------- */

/* What only the whole message shows. A 0x21 by the standard always has tags that are empty; box
 * numbers that were read say what their CONTA_RECO means. */
static void note_whole(const struct reading *reading)
{
	struct customs_message *message = reading->out;
	const struct customs_gather *gather = &message->u.gather;
	bool one_is_recognised = reading->dialect->reco_one_is_recognised;

	message->seen.is.is_smart = reading->kind->heading == HEADING_ELEMENTS;
	customs_seen_mark(&message->seen, TRAIT_GENERATION);
	if (message->wire == CUSTOMS_CHECK)
		customs_seen_word(&message->seen, message->u.check.check_result,
				  reading->dialect->table);
	if (message->wire != CUSTOMS_GATHER)
		return;
	message->seen.is.absent_tags_left_out = !reading->has_empty_tag;
	customs_seen_mark(&message->seen, TRAIT_ABSENT);
	if (gather->box_count == 0 || !gather->box_front[0])
		return;
	message->seen.is.reco_one_is_recognised =
		gather->boxes_recognised ? one_is_recognised : !one_is_recognised;
	customs_seen_mark(&message->seen, TRAIT_RECO);
}

/* An officer's 1, 2, 3 as the traditional generation would say it. */
static enum kakou_err judge_officer(struct customs_operate *operate, struct why *why)
{
	switch (operate->op_type) {
	case '1': operate->op_type = '0'; return KAKOU_OK;
	case '2': operate->op_type = '3'; return KAKOU_OK;
	case '3': operate->op_type = '2'; return KAKOU_OK;
	default:
		return why_set(
			why, KAKOU_E_GARBLED,
			"CHECK_RESULT 0x%02x of an officer: expected 1 (release), 2 "
			"(to inspection) or 3 (return)",
			(unsigned char)operate->op_type);
	}
}

static enum kakou_err judge_whole(struct reading *reading, struct why *why)
{
	struct customs_message *message = reading->out;
	bool needs_session = reading->kind->heading == HEADING_ELEMENTS &&
			     message->code != CUSTOMS_RESULT &&
			     message->wire != WIRE_SMART_OPERATE;

	if (needs_session && !customs_message_head(message)->seq_no[0])
		return why_set(why, KAKOU_E_GARBLED,
			       "<SESSION_ID> is missing: expected the inquiry's");
	if (message->wire == WIRE_MANUAL_CHECK)
		return judge_officer(&message->u.operate, why);
	return KAKOU_OK;
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
	reading.kind = message_kind_find(frame->code);
	if (!reading.kind)
		return why_set(why, KAKOU_E_GARBLED,
			       "message code 0x%02x: expected one that is handled",
			       frame->code);
	out->code = (enum customs_code)reading.kind->code;
	out->wire = frame->code;
	customs_seen_frame(&out->seen, &frame->seen);
	err = encoding_to_utf8(frame->xml, frame->xml_len, &xml, &len, &out->seen, why);
	if (err)
		return err;
	err = xml_read(xml, len, &handler, &reading, why);
	free(xml);
	if (!err)
		err = judge_whole(&reading, why);
	if (!err)
		note_whole(&reading);
	return err;
}

/* SPDX-License-Identifier: MIT */
/*
 * Events read back. Layer: firmware. Pure.
 */
#include "firmware/delivery/fate.h"

#include <stddef.h>
#include <string.h>

#include "firmware/record/event.h"
#include "firmware/registry/lookup.h"
#include "hal/text.h"

const char *fate_text(const json_t *event, const char *name)
{
	const char *text =
		json_string_value(json_object_get(json_object_get(event, "data"), name));

	return text ? text : "";
}

int64_t fate_number(const json_t *event, const char *name)
{
	return json_integer_value(json_object_get(json_object_get(event, "data"), name));
}

static bool is_kind(const json_t *event, enum event_kind kind)
{
	const char *word = json_string_value(json_object_get(event, "kind"));

	return word && !strcmp(word, event_kind_name(kind));
}

/* ---- what becomes of an inquiry ----------------------------------------------------------- */

/* As lane_settle_order(): the order of such a passage is free again. */
static bool was_unused(const json_t *closed)
{
	static const char *const outcomes[] = {"lifted_not_passed", "not_passed",
					       "returned", "to_inspection", "void"};
	const char *outcome = fate_text(closed, "outcome");

	for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++)
		if (!strcmp(outcome, outcomes[i]))
			return true;
	return false;
}

/* In use without customs, until it is free again or customs has had its say. */
static void note_order(struct fate_signs *signs, const json_t *event)
{
	const char *step = fate_text(event, "step");

	if (!strcmp(step, order_step_name(STEP_PASSED)))
		return;
	signs->offline_order[0] = '\0';
	if (!strcmp(step, order_step_name(STEP_IN_USE)) &&
	    fate_number(event, "offline") != 0)
		text_copy(signs->offline_order, sizeof(signs->offline_order),
			  fate_text(event, "number"));
}

void fate_note(struct fate_signs *signs, const json_t *event, const char *seq_no)
{
	bool is_same = !strcmp(fate_text(event, "seq_no"), seq_no);

	if (is_kind(event, EVENT_ANSWER))
		signs->is_answered = signs->is_answered || is_same;
	else if (is_kind(event, EVENT_INQUIRY))
		signs->is_replaced = true; /* also by the same one, asked anew by hand */
	else if (is_kind(event, EVENT_INQUIRY_WITHDRAWN))
		signs->is_officers = signs->is_officers ||
				     (is_same && !strcmp(fate_text(event, "reason"),
							 "cleared offline"));
	else if (is_kind(event, EVENT_ORDER))
		note_order(signs, event);
	if (!is_kind(event, EVENT_PASSAGE_CLOSED))
		return;
	signs->is_closed = true;
	signs->is_unused = was_unused(event);
}

enum fate fate_judge(const struct fate_signs *signs, bool is_of_this_run,
		     enum site_departed policy)
{
	if (signs->is_answered)
		return FATE_TAKEN;
	if (signs->is_replaced)
		return FATE_REPLACED;
	if (!signs->is_closed && is_of_this_run)
		return FATE_LIVE;
	/* Where customs is to reconcile what was cleared without it, it is asked on. */
	if (signs->is_officers || (policy == DEPARTED_NONE && !signs->offline_order[0]))
		return FATE_SETTLED;
	if (signs->is_unused && policy != DEPARTED_ALL)
		return FATE_UNUSED;
	return FATE_SEND;
}

/* ---- the message --------------------------------------------------------------------------- */

static enum kakou_err find_lane(const struct site *site, const json_t *event,
				uint8_t *out, struct why *why)
{
	const char *name = json_string_value(json_object_get(event, "lane"));

	for (size_t i = 0; name && i < site->lane_count; i++) {
		if (!strcmp(site->lanes[i].name, name)) {
			*out = (uint8_t)i;
			return KAKOU_OK;
		}
	}
	return why_set(why, KAKOU_E_NOTFOUND, "lane %s is not in the site file any more",
		       name ? name : "-");
}

/* The channel and the direction in force then: a reversible lane has two of each. */
static bool take_head(const struct site *site, const json_t *event,
		      struct customs_head *head)
{
	const char *direction = fate_text(event, "direction");

	head->direction = direction[0];
	return (direction[0] == 'I' || direction[0] == 'E') &&
	       text_copy(head->area_id, sizeof(head->area_id), site->area_id) &&
	       text_copy(head->chnl_no, sizeof(head->chnl_no),
			 fate_text(event, "channel")) &&
	       head->chnl_no[0] &&
	       text_copy(head->seq_no, sizeof(head->seq_no), fate_text(event, "seq_no"));
}

struct text_field {
	const char *name;
	size_t at, size;
};

static bool take_texts(const json_t *event, void *to, const struct text_field *fields,
		       size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!text_copy((char *)to + fields[i].at, fields[i].size,
			       fate_text(event, fields[i].name)))
			return false;
	return true;
}

#define TEXT_OF(type, name, member)                                                      \
	{                                                                                \
		name, offsetof(type, member), sizeof(((type *)NULL)->member)             \
	}

/* As lane_fill_gather() and lane_record_inquiry() together. */
static bool take_gather(const json_t *event, struct customs_gather *gather)
{
	static const struct text_field fields[] = {
		TEXT_OF(struct customs_gather, "plate", plate),
		TEXT_OF(struct customs_gather, "order", form_id),
		TEXT_OF(struct customs_gather, "actor", operator_id),
		TEXT_OF(struct customs_gather, "trailer_plate", trailer_plate),
		TEXT_OF(struct customs_gather, "tag", tag),
		TEXT_OF(struct customs_gather, "card", card_no),
		TEXT_OF(struct customs_gather, "bar_code", bar_code),
		TEXT_OF(struct customs_gather, "box_front", box_front),
		TEXT_OF(struct customs_gather, "box_rear", box_rear),
		TEXT_OF(struct customs_gather, "seal", seal_id),
	};
	const json_t *data = json_object_get(event, "data");
	const char *mode = fate_text(event, "mode");

	gather->mode = mode[0] ? mode[0] : 'A';
	gather->goods_type = gather->head.direction == 'I' ? '7' : '8';
	gather->box_count = (uint8_t)fate_number(event, "boxes");
	gather->traffic_type = gather->box_count > 0 ? '1' : '0';
	gather->boxes_recognised = fate_number(event, "recognised") != 0;
	gather->has_weight = json_object_get(data, "gross_g") != NULL;
	gather->gross_g = fate_number(event, "gross_g");
	return take_texts(event, gather, fields, sizeof(fields) / sizeof(fields[0]));
}

static bool take_result(const json_t *event, struct customs_result *result)
{
	static const struct text_field fields[] = {
		TEXT_OF(struct customs_result, "result", result),
		TEXT_OF(struct customs_result, "seal", seal_id),
		TEXT_OF(struct customs_result, "gps", gps_id),
		TEXT_OF(struct customs_result, "device", device_id),
	};

	result->answers = (uint8_t)fate_number(event, "answers");
	return take_texts(event, result, fields, sizeof(fields) / sizeof(fields[0]));
}

enum kakou_err fate_rebuild(const struct site *site, const json_t *event,
			    struct customs_delivery *out, struct why *why)
{
	bool is_whole;
	enum kakou_err err;

	memset(out, 0, sizeof(*out));
	out->passage = json_integer_value(json_object_get(event, "passage"));
	err = find_lane(site, event, &out->lane, why);
	if (err)
		return err;
	/* The head is the first member of each message. */
	is_whole = take_head(site, event, &out->message.u.gather.head);
	if (is_kind(event, EVENT_INQUIRY)) {
		out->message.code = CUSTOMS_GATHER;
		is_whole = is_whole && take_gather(event, &out->message.u.gather);
	} else {
		out->message.code = CUSTOMS_RESULT;
		is_whole = is_whole && is_kind(event, EVENT_COMMAND_RESULT) &&
			   take_result(event, &out->message.u.result);
	}
	return is_whole ? KAKOU_OK
			: why_set(why, KAKOU_E_INVALID,
				  "the event does not hold a whole message");
}

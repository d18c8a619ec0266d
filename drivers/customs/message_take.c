/* SPDX-License-Identifier: MIT */
/*
 * The text of a leaf into the field it fills, by the field's kind.
 *
 * Layer: drivers. Pure.
 */
#include "drivers/customs/message_take.h"

#include <string.h>

#include "hal/text.h"

enum {
	WEIGHT_MAX_G = 999999999, /* three digits of tonnes, either sign */
	BOXES_MAX = 9,
};

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

static enum kakou_err take_confidence(const struct xml_leaf *leaf, bool *to,
				      struct why *why)
{
	char value = '\0';

	if (take_character(leaf, &value, why) || (value && value != 'Y' && value != 'N'))
		return complain(leaf, why, "Y or N");
	*to = value == 'Y';
	return KAKOU_OK;
}

static enum kakou_err take_boxes(const struct xml_leaf *leaf,
				 struct customs_gather *gather, struct why *why)
{
	const char *bar = strchr(leaf->text, '|');
	size_t first = bar ? (size_t)(bar - leaf->text) : strlen(leaf->text);
	const char *second = bar ? bar + 1 : "";

	if (first >= sizeof(gather->box_front) ||
	    strlen(second) >= sizeof(gather->box_rear))
		return complain(leaf, why, "one or two box numbers by |");
	memcpy(gather->box_front, leaf->text, first);
	gather->box_front[first] = '\0';
	text_copy(gather->box_rear, sizeof(gather->box_rear), second);
	gather->box_count = (uint8_t)((first > 0) + (second[0] != '\0'));
	return KAKOU_OK;
}

/* 0 none, 1 ok, 2 failed: of several the worst. */
static enum kakou_err take_outcome(const struct xml_leaf *leaf, char *to, struct why *why)
{
	char value = '\0';

	if (take_character(leaf, &value, why) || (value && (value < '0' || value > '2')))
		return complain(leaf, why, "0, 1 or 2");
	if (value > *to)
		*to = value;
	return KAKOU_OK;
}

/* An id that annex C does not have is passed over with its state. */
static void take_entry_id(const struct xml_leaf *leaf, struct customs_devices *devices)
{
	int64_t id = 0;

	devices->reading = 0;
	if (!text_parse_integer(leaf->text, CUSTOMS_DEVICE_FIRST,
				CUSTOMS_DEVICE_FIRST + CUSTOMS_DEVICE_IDS - 1, &id))
		devices->reading = (uint8_t)id;
}

static enum kakou_err take_entry_status(const struct xml_leaf *leaf,
					struct customs_devices *devices, struct why *why)
{
	char status = '\0';

	if (take_character(leaf, &status, why) ||
	    (status && (status < '0' || status > '3')))
		return complain(leaf, why, "0 to 3");
	if (devices->reading)
		devices->states.status[devices->reading - CUSTOMS_DEVICE_FIRST] = status;
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

enum kakou_err message_take(struct customs_message *out,
			    const struct message_field *field,
			    const struct xml_leaf *leaf, bool one_is_recognised,
			    struct why *why)
{
	void *to = (char *)out + field->offset;
	bool *flag = (bool *)((char *)out + field->flag);

	if (leaf->is_cut && field->kind != FIELD_SHOWN)
		return why_set(why, KAKOU_E_GARBLED,
			       "<%s> of more than %d bytes: expected at most %zu",
			       leaf->name, XML_TEXT_MAX, field->size - 1);
	note_shown(&out->seen, field);
	switch ((enum message_field_kind)field->kind) {
	case FIELD_TEXT:
	case FIELD_SHOWN: return take_text(field, leaf, to, why);
	case FIELD_CHARACTER: return take_character(leaf, to, why);
	case FIELD_WEIGHT: return take_weight(leaf, to, flag, why);
	case FIELD_COUNT: return take_count(leaf, to, why);
	case FIELD_RECOGNISED: return take_recognised(leaf, one_is_recognised, to, why);
	case FIELD_CONFIDENCE: return take_confidence(leaf, to, why);
	case FIELD_BOXES: return take_boxes(leaf, &out->u.gather, why);
	case FIELD_ENTRY_ID: take_entry_id(leaf, &out->u.devices); return KAKOU_OK;
	case FIELD_ENTRY_STATUS: return take_entry_status(leaf, &out->u.devices, why);
	case FIELD_OUTCOME: return take_outcome(leaf, to, why);
	}
	return KAKOU_OK;
}

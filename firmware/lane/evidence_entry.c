/* SPDX-License-Identifier: MIT */
/*
 * Evidence from a person: a value that corrects a read, or stands in for a device that gives
 * none. The read itself is in the record already and stays there.
 *
 * Layer: firmware. Pure.
 */
#include <stdio.h>
#include <string.h>

#include "drivers/ident/ident.h"
#include "firmware/lane/evidence.h"
#include "hal/text.h"

/* Heavier than any vehicle on a road. */
enum { ENTRY_WEIGHT_MAX_G = 200 * 1000 * 1000 };

static enum kakou_err read_plate(const char *text, struct device_sample *out,
				 struct why *why)
{
	if (!plate_kind_matches_order(plate_classify(text, NULL)))
		return why_set(why, KAKOU_E_INVALID,
			       "got \"%s\", expected a plate that an order can name",
			       text);
	text_copy(out->value.reads.read[0].text, sizeof(out->value.reads.read[0].text),
		  text);
	return KAKOU_OK;
}

/* "CSQU3054383", "CSQU3054383 HLXU4074106", or "none". */
static enum kakou_err read_boxes(const char *text, struct device_sample *out,
				 struct why *why)
{
	const char *second = strchr(text, ' ');
	char front[16] = "";

	if (!strcmp(text, "none")) {
		out->value.reads.read[0].text[0] = out->value.reads.read[1].text[0] =
			'\0';
		return KAKOU_OK;
	}
	(void)snprintf(front, sizeof(front), "%.*s",
		       (int)(second ? second - text : (long)strlen(text)), text);
	if (!box_number_is_valid(front, NULL) ||
	    (second && !box_number_is_valid(second + 1, NULL)))
		return why_set(why, KAKOU_E_INVALID,
			       "got \"%s\", expected a box number with its check digit, "
			       "two with a space between, or none",
			       text);
	text_copy(out->value.reads.read[0].text, sizeof(out->value.reads.read[0].text),
		  front);
	text_copy(out->value.reads.read[1].text, sizeof(out->value.reads.read[1].text),
		  second ? second + 1 : "");
	return KAKOU_OK;
}

static enum kakou_err read_weight(const char *text, struct device_sample *out,
				  struct why *why)
{
	int64_t gross_g;

	if (text_parse_fixed(text, 3, EVIDENCE_VEHICLE_MIN_G, ENTRY_WEIGHT_MAX_G,
			     &gross_g))
		return why_set(why, KAKOU_E_INVALID,
			       "got \"%s\", expected the gross weight in kg, %d to %d",
			       text, EVIDENCE_VEHICLE_MIN_G / 1000,
			       ENTRY_WEIGHT_MAX_G / 1000);
	out->value.weight = (struct device_weight){.gross_g = gross_g, .is_stable = true};
	return KAKOU_OK;
}

/* A tag's number, or none; the plate that is written on it a person can't see. */
static enum kakou_err read_tag(const char *text, struct device_sample *out)
{
	struct device_read *reads = out->value.reads.read;

	text_copy(reads[0].text, sizeof(reads[0].text), strcmp(text, "none") ? text : "");
	reads[1].text[0] = '\0';
	return KAKOU_OK;
}

static enum kakou_err read_card(const char *text, struct device_sample *out)
{
	struct device_read *cards = out->value.post.cards.read;

	text_copy(cards[0].text, sizeof(cards[0].text), strcmp(text, "none") ? text : "");
	cards[1].text[0] = '\0';
	return KAKOU_OK;
}

/* "ID", "ID broken", or "absent". */
static enum kakou_err read_seal(const char *text, struct device_sample *out,
				struct why *why)
{
	struct device_seal *seal = &out->value.seal;
	size_t id = strcspn(text, " ");

	*seal = (struct device_seal){.is_present = strcmp(text, "absent") != 0};
	if (!seal->is_present)
		return KAKOU_OK;
	seal->is_sealed = text[id] == '\0';
	if (id == 0 || (!seal->is_sealed && strcmp(text + id, " broken") != 0))
		return why_set(why, KAKOU_E_INVALID,
			       "got \"%s\", expected the seal's number, the number and "
			       "broken, or absent",
			       text);
	(void)snprintf(seal->id, sizeof(seal->id), "%.*s", (int)id, text);
	return KAKOU_OK;
}

/* What the device gave of it stays beside it: a rear plate beside a corrected front one. */
static enum kakou_err read_entry(const struct evidence *evidence, const char *text,
				 struct device_sample *out, struct why *why)
{
	const struct device_sample *before = evidence_value(evidence);

	if (before)
		*out = *before;
	else
		memset(out, 0, sizeof(*out));
	out->device = evidence->config->device;
	out->has_value = true;
	switch (evidence->config->kind) {
	case EVIDENCE_PLATE: return read_plate(text, out, why);
	case EVIDENCE_TAG: return read_tag(text, out);
	case EVIDENCE_BOX: return read_boxes(text, out, why);
	case EVIDENCE_WEIGHT: return read_weight(text, out, why);
	case EVIDENCE_CARD: return read_card(text, out);
	case EVIDENCE_SEAL: return read_seal(text, out, why);
	default:
		return why_set(why, KAKOU_E_INVALID,
			       "expected plate, tag, box, weight, card or seal: a person "
			       "can't know another");
	}
}

enum kakou_err evidence_check_entry(const struct evidence *evidence, const char *text,
				    struct why *why)
{
	struct device_sample ignored;

	return read_entry(evidence, text, &ignored, why);
}

void evidence_enter(struct evidence *evidence, const char *text, enum evidence_hand hand,
		    int64_t now_ms)
{
	struct device_sample value;

	if (read_entry(evidence, text, &value, NULL))
		return; /* evidence_check_entry() was asked first */
	value.at_ms = now_ms;
	evidence->value = value;
	evidence->state = EVIDENCE_COLLECTED;
	evidence->hand = hand;
	evidence->confidence = 100;
	evidence->at_ms = now_ms;
	text_copy(evidence->text, sizeof(evidence->text), text);
}

void evidence_gather_again(struct evidence *evidence, int64_t since_ms)
{
	evidence_restart(evidence);
	evidence->since_ms = since_ms;
}

/* SPDX-License-Identifier: MIT */
/*
 * Who is in the lane: the vote over plate and electronic plate, and the question to customs.
 *
 * Layer: firmware. Pure.
 */
#include <string.h>

#include "firmware/lane/lane_internal.h"
#include "drivers/ident/ident.h"
#include "hal/text.h"

const struct evidence *lane_evidence(const struct lane *lane, enum evidence_kind kind)
{
	for (size_t i = 0; i < lane->config->evidence_count; i++)
		if (lane->config->evidence[i].kind == kind)
			return &lane->evidence[i];
	return NULL;
}

static const struct device_sample *value_of(const struct lane *lane,
					    enum evidence_kind kind)
{
	const struct evidence *evidence = lane_evidence(lane, kind);

	return evidence ? evidence_value(evidence) : NULL;
}

/* The plate a certain source gives, or "". */
static const char *certain_plate(const struct lane *lane, enum evidence_kind kind,
				 int read)
{
	const struct evidence *evidence = lane_evidence(lane, kind);
	const char *plate;

	if (!evidence || evidence->state != EVIDENCE_COLLECTED)
		return "";
	plate = evidence->value.value.reads.read[read].text;
	return plate_kind_matches_order(plate_classify(plate, NULL)) ? plate : "";
}

/* An officer's plate ends the disagreement. */
static bool is_by_hand(const struct lane *lane)
{
	const struct evidence *plate = lane_evidence(lane, EVIDENCE_PLATE);

	return plate && plate->hand != HAND_NONE;
}

bool lane_plates_differ(const struct lane *lane)
{
	const char *camera = certain_plate(lane, EVIDENCE_PLATE, 0);
	const char *tag = certain_plate(lane, EVIDENCE_TAG, 1);

	return !is_by_hand(lane) && camera[0] && tag[0] && strcmp(camera, tag) != 0;
}

static struct vote_source source_of(const struct lane *lane, enum evidence_kind kind,
				    int read)
{
	const struct device_sample *sample = value_of(lane, kind);

	if (!sample)
		return (struct vote_source){VOTE_ABSENT, ""};
	/* NOLINTNEXTLINE(-Wanalyzer-null-dereference): has a value, so it is there */
	return (struct vote_source){lane_evidence(lane, kind)->state == EVIDENCE_COLLECTED
					    ? VOTE_CERTAIN
					    : VOTE_DOUBTFUL,
				    sample->value.reads.read[read].text};
}

/* What an officer says of the plate, the tag does not contradict. */
static struct vote_source tag_of(const struct lane *lane)
{
	return is_by_hand(lane) ? (struct vote_source){VOTE_ABSENT, ""}
				: source_of(lane, EVIDENCE_TAG, 1);
}

struct vote_result lane_vote_without_orders(const struct lane *lane)
{
	struct vote_input in = {
		.camera = source_of(lane, EVIDENCE_PLATE, 0),
		.tag = tag_of(lane),
	};

	return vote(&in);
}

/* Orders are asked only while their answer is about the reads there are now. */
static struct vote_result vote_with_orders(const struct lane *lane)
{
	const struct found *found = &lane->right.found;
	struct vote_input in = {
		.camera = source_of(lane, EVIDENCE_PLATE, 0),
		.tag = tag_of(lane),
		.has_card_only = !lane_evidence(lane, EVIDENCE_PLATE) &&
				 !lane_evidence(lane, EVIDENCE_TAG),
	};

	if (lane->right.state == LOOKUP_ANSWERED &&
	    found->order_count <= LOOKUP_ORDERS_MAX) {
		in.order_count = found->order_count;
		for (int i = 0; i < in.order_count; i++)
			in.orders[i] = found->orders[i].matched.plate;
	}
	return vote(&in);
}

void lane_vote(struct lane *lane)
{
	struct vote_result result = vote_with_orders(lane);
	const struct device_sample *plates = value_of(lane, EVIDENCE_PLATE);

	lane->plate_source = result.source;
	lane->right.vote_rule = result.rule;
	text_copy(lane->plate, sizeof(lane->plate), result.plate);
	if (is_by_hand(lane) && lane->plate[0])
		lane->plate_source = "officer";
	if (plates &&
	    plate_classify(plates->value.reads.read[1].text, NULL) == PLATE_TRAILER)
		text_copy(lane->trailer_plate, sizeof(lane->trailer_plate),
			  plates->value.reads.read[1].text);
}

const char *lane_plate_since(const struct lane *lane, int64_t since_ms)
{
	const struct evidence *camera = lane_evidence(lane, EVIDENCE_PLATE);

	return camera && camera->read_at_ms[0] != 0 && camera->read_at_ms[0] >= since_ms
		       ? camera->latest.value.reads.read[0].text
		       : "";
}

enum reason lane_seal_fault(const struct lane *lane)
{
	const struct device_sample *sample = value_of(lane, EVIDENCE_SEAL);
	const struct device_sample *box = value_of(lane, EVIDENCE_BOX);
	bool has_box = box && (box->value.reads.read[0].text[0] ||
			       box->value.reads.read[1].text[0]);

	if (!sample)
		return REASON_NONE;
	if (!sample->value.seal.is_present)
		return has_box ? REASON_SEAL_ABSENT : REASON_NONE;
	if (!sample->value.seal.is_sealed)
		return REASON_SEAL_BROKEN;
	return sample->value.seal.battery_is_low ? REASON_SEAL_LOW_BATTERY : REASON_NONE;
}

static void fill_boxes(struct lane *lane, const struct device_sample *sample)
{
	struct customs_gather *gather = &lane->gather;
	const struct device_read *read = sample->value.reads.read;
	const char *front = lane_box_as_meant(lane, read[0].text);
	const char *rear = lane_box_as_meant(lane, read[1].text);

	text_copy(gather->box_front, sizeof(gather->box_front), front[0] ? front : rear);
	if (front[0])
		text_copy(gather->box_rear, sizeof(gather->box_rear), rear);
	gather->box_count = (uint8_t)((front[0] != '\0') + (rear[0] != '\0'));
	gather->boxes_recognised = true;
}

static void fill_cards(struct customs_gather *gather, const struct device_sample *sample)
{
	const struct device_read *cards = sample->value.post.cards.read;

	text_copy(gather->card_no, sizeof(gather->card_no), cards[0].text);
	text_copy(gather->bar_code, sizeof(gather->bar_code), cards[1].text);
}

/* GETHER_MODE: A by itself, M again by a person, B with a value entered by one. */
static char mode_of(const struct lane *lane)
{
	for (size_t i = 0; i < lane->config->evidence_count; i++)
		if (lane->evidence[i].hand == HAND_ENTERED)
			return 'B';
	return lane->has_hand ? 'M' : 'A';
}

void lane_fill_gather(struct lane *lane)
{
	struct customs_gather *gather = &lane->gather;
	const struct device_sample *tag = value_of(lane, EVIDENCE_TAG);
	const struct device_sample *box = value_of(lane, EVIDENCE_BOX);
	const struct device_sample *weight = value_of(lane, EVIDENCE_WEIGHT);
	const struct device_sample *card = value_of(lane, EVIDENCE_CARD);
	const struct device_sample *seal = value_of(lane, EVIDENCE_SEAL);

	memset(gather, 0, sizeof(*gather));
	text_copy(gather->head.area_id, sizeof(gather->head.area_id),
		  lane->site->area_id);
	text_copy(gather->head.chnl_no, sizeof(gather->head.chnl_no), lane_chnl_no(lane));
	gather->head.direction = lane_direction(lane);
	text_copy(gather->head.seq_no, sizeof(gather->head.seq_no), lane->inquiry.seq_no);
	gather->mode = mode_of(lane);
	text_copy(gather->form_id, sizeof(gather->form_id), lane->chosen_order);
	text_copy(gather->operator_id, sizeof(gather->operator_id),
		  lane->has_hand ? lane->hand : "");
	gather->goods_type = lane_direction(lane) == 'I' ? '7' : '8';
	text_copy(gather->plate, sizeof(gather->plate), lane->plate);
	text_copy(gather->trailer_plate, sizeof(gather->trailer_plate),
		  lane->trailer_plate);
	if (tag)
		text_copy(gather->tag, sizeof(gather->tag),
			  tag->value.reads.read[0].text);
	if (box)
		fill_boxes(lane, box);
	if (card)
		fill_cards(gather, card);
	if (seal && seal->value.seal.is_present)
		text_copy(gather->seal_id, sizeof(gather->seal_id), seal->value.seal.id);
	gather->has_weight = weight != NULL;
	gather->gross_g = weight ? weight->value.weight.gross_g : 0;
	gather->traffic_type = gather->box_count > 0 ? '1' : '0';
}

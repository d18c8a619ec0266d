/* SPDX-License-Identifier: MIT */
/*
 * What the vehicle carried, as far as the gate knows it, for the record's statistics: its order's
 * type, its boxes and their sizes, loaded or empty. What is not known is left out, never guessed.
 *
 * Layer: firmware. Pure.
 */
#include "firmware/lane/lane_internal.h"

static const struct device_sample *value_of(const struct lane *lane,
					    enum evidence_kind kind)
{
	const struct evidence *evidence = lane_evidence(lane, kind);

	return evidence ? evidence_value(evidence) : NULL;
}

/* -1: no box reader, or none of its reads is of this vehicle. */
static int count_boxes(const struct device_sample *boxes)
{
	if (!boxes)
		return -1;
	return (boxes->value.reads.read[0].text[0] != '\0') +
	       (boxes->value.reads.read[1].text[0] != '\0');
}

static enum fit_load judge_load(const struct lane *lane)
{
	const struct device_sample *weight = value_of(lane, EVIDENCE_WEIGHT);
	const struct load_input in = {
		.order = lane_bound_order(lane),
		.tare = &lane->right.found.tare,
		.has_weight = weight != NULL,
		.gross_g = weight ? weight->value.weight.gross_g : 0,
		.box_count = count_boxes(value_of(lane, EVIDENCE_BOX)),
	};

	return fit_judge_load(lane->config, &in);
}

/* Of the order that a lift was authorised for, or the only one it can be. Customs' answers have the
 * number of an order and not its type. */
static int order_type(const struct lane *lane)
{
	const struct order *order = lane_bound_order(lane);

	if (lane->right.used[0])
		return lane->right.used_type;
	return order ? order->type : 0;
}

static void add_boxes(struct event *event, const struct device_sample *boxes)
{
	static const char *const keys[] = {"size_front", "size_rear"};
	int count = count_boxes(boxes);

	if (count < 0)
		return;
	event_add_number(event, "boxes", count);
	for (int i = 0; i < 2; i++) {
		const struct device_read *read = &boxes->value.reads.read[i];

		if (read->text[0] && read->size[0])
			event_add_text(event, keys[i], read->size);
	}
}

void lane_record_carried(const struct lane *lane, struct event *event)
{
	int type = order_type(lane);
	enum fit_load load = judge_load(lane);

	event_add_text(event, "direction", lane_direction_word(lane));
	if (type != 0)
		event_add_number(event, "order_type", type);
	add_boxes(event, value_of(lane, EVIDENCE_BOX));
	if (load != LOAD_UNKNOWN)
		event_add_text(event, "load", load == LOAD_GOODS ? "loaded" : "empty");
}

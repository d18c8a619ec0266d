/* SPDX-License-Identifier: MIT */
/*
 * Fit. Layer: firmware. Pure.
 */
#include "firmware/lane/fit.h"

#include <string.h>

/* Fewer passages than these say little. */
enum { TARE_COUNT_MIN = 3 };

static int64_t magnitude(int64_t value)
{
	return value < 0 ? -value : value;
}

int64_t fit_tolerance_g(const struct site_lane *lane, uint8_t type, int64_t expected_g)
{
	const struct site_tolerance *tolerance = &lane->tolerances[type - 1];
	int64_t of_weight = expected_g * tolerance->percent / 100;

	if (type == ORDER_TYPE_EMPTY && !tolerance->is_set)
		return lane->empty_tolerance_g;
	return of_weight > tolerance->g ? of_weight : tolerance->g;
}

static int64_t expected_g(const struct fit_input *in)
{
	int64_t tare_g = in->order->weights.vehicle_g + in->order->weights.frame_g;

	if (in->order->type != ORDER_TYPE_EMPTY)
		return order_total_g(&in->order->weights);
	return tare_g == 0 && in->tare->count >= TARE_COUNT_MIN
		       ? in->tare->median_g
		       : order_total_g(&in->order->weights);
}

static bool is_on_order(const struct order *order, const char *box)
{
	for (int i = 0; i < order->box_count; i++) {
		if (!strcmp(order->boxes[i], box))
			return true;
	}
	return false;
}

static bool box_differs(const struct fit_input *in)
{
	for (int i = 0; i < in->box_count; i++) {
		if (!is_on_order(in->order, in->boxes[i]))
			return true;
	}
	return in->box_count != in->order->box_count;
}

struct fit fit_judge(const struct site_lane *lane, const struct fit_input *in)
{
	struct fit fit = {.expected_g = expected_g(in), .weight = FIT_NOT_WEIGHED};
	int64_t tare_g = in->order->weights.vehicle_g + in->order->weights.frame_g;

	fit.tolerance_g = fit_tolerance_g(lane, in->order->type, fit.expected_g);
	if (in->has_weight && fit.expected_g > 0) {
		fit.difference_g = in->gross_g - fit.expected_g;
		fit.weight = magnitude(fit.difference_g) > fit.tolerance_g
				     ? FIT_WEIGHT_DIFFERS
				     : FIT_WELL;
	}
	if (in->tare->count >= TARE_COUNT_MIN && tare_g > 0) {
		fit.tare_difference_g = tare_g - in->tare->median_g;
		fit.tare_differs = lane->tare_limit_g > 0 &&
				   magnitude(fit.tare_difference_g) > lane->tare_limit_g;
	}
	fit.box_differs = box_differs(in);
	return fit;
}

/* Weight of the vehicle with the box it has but without goods; 0 = not known. Learned tares are of vehicles
 * without a box. */
static int64_t empty_g(const struct load_input *in, bool *may_have_box)
{
	const struct order_weights *weights = in->order ? &in->order->weights : NULL;

	*may_have_box = in->box_count != 0;
	if (weights && weights->vehicle_g > 0) {
		if (weights->container_g > 0)
			*may_have_box = false;
		return weights->vehicle_g + weights->frame_g + weights->container_g;
	}
	return in->tare->count >= TARE_COUNT_MIN ? in->tare->median_g : 0;
}

enum fit_load fit_judge_load(const struct site_lane *lane, const struct load_input *in)
{
	bool may_have_box;
	int64_t expected = empty_g(in, &may_have_box);
	int64_t tolerance = fit_tolerance_g(lane, ORDER_TYPE_EMPTY, expected);

	if (!in->has_weight || expected == 0 || in->gross_g < expected - tolerance ||
	    (may_have_box && in->box_count > 0))
		return LOAD_UNKNOWN;
	if (in->gross_g <= expected + tolerance)
		return LOAD_EMPTY;
	return may_have_box ? LOAD_UNKNOWN : LOAD_GOODS;
}

const char *fit_word(enum fit_verdict weight)
{
	return weight == FIT_WELL          ? "well"
	       : weight == FIT_NOT_WEIGHED ? "not_weighed"
					   : "differs";
}

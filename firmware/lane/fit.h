/* SPDX-License-Identifier: MIT */
/*
 * Fit: whether what was measured and read fits an order: weight, tare and boxes.
 *
 * Layer: firmware. Pure. Rests on gate-domain sections 2 and 3: an absolute difference, fixed point
 * grams; "not weighed" is not 0 kg; no published tolerance, so the site's.
 */
#ifndef KAKOU_FIRMWARE_FIT_H
#define KAKOU_FIRMWARE_FIT_H

#include "firmware/config/site.h"
#include "firmware/registry/order.h"

enum fit_verdict {
	FIT_WELL,
	FIT_NOT_WEIGHED,    /**< or the order says no weight: nothing to compare */
	FIT_WEIGHT_DIFFERS, /**< beyond the tolerance */
};

struct fit_input {
	const struct order *order;
	const struct tare *tare;
	bool has_weight;
	int64_t gross_g;
	int box_count;
	const char *boxes[2]; /**< as read; box_count of them */
};

struct fit {
	int64_t expected_g;   /**< 0 = nothing to compare with */
	int64_t difference_g; /**< measured − expected */
	int64_t tolerance_g;
	int64_t tare_difference_g; /**< order's − learned; 0 = nothing learned */
	enum fit_verdict weight;   /**< WELL, NOT_WEIGHED, WEIGHT_DIFFERS */
	bool tare_differs, box_differs;
};

/** An order of type 6 is compared with its tare, or with the learned one when it says none. */
struct fit fit_judge(const struct site_lane *lane, const struct fit_input *in);

/** What is carried beside the vehicle and the box it has: goods, none, or it can't be told. */
enum fit_load { LOAD_UNKNOWN, LOAD_EMPTY, LOAD_GOODS };

struct load_input {
	const struct order *order; /**< NULL = none is known */
	const struct tare *tare;
	bool has_weight;
	int64_t gross_g;
	int box_count; /**< -1 = nobody has looked */
};

/** By the measured weight alone: against what the order says of the empty vehicle, its frame and its box,
 *  or against the learned tare, within the tolerance of an empty vehicle. What an order says of its
 *  goods is not looked at: that is what the scale is for. A box whose own weight is not known leaves it
 *  unknown, and so does a vehicle that is lighter than empty. */
enum fit_load fit_judge_load(const struct site_lane *lane, const struct load_input *in);

/** The tolerance of the lane for a type and a weight. */
int64_t fit_tolerance_g(const struct site_lane *lane, uint8_t type, int64_t expected_g);

/** "well", "not_weighed", "differs". */
const char *fit_word(enum fit_verdict weight);

#endif

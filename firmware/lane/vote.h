/* SPDX-License-Identifier: MIT */
/*
 * Vote: which plate the vehicle has, from what camera, electronic plate and orders say. The rules
 * are a table in firmware/lane/README.md, searched top down.
 *
 * Layer: firmware. Pure.
 */
#ifndef KAKOU_FIRMWARE_VOTE_H
#define KAKOU_FIRMWARE_VOTE_H

#include <stdbool.h>

#include "drivers/ident/ident.h"

enum vote_certainty { VOTE_ABSENT, VOTE_DOUBTFUL, VOTE_CERTAIN };

/** What one source says. A rear plate (…挂) and what is no plate say nothing. */
struct vote_source {
	enum vote_certainty certainty;
	const char *plate;
};

enum { VOTE_ORDERS_MAX = 4 };

struct vote_input {
	struct vote_source camera, tag;
	/** Plates of the open orders that were found; a doubtful camera may be one character off. */
	int order_count;
	const char *orders[VOTE_ORDERS_MAX];
	/** Neither camera nor tag is part of the lane: an order found by its card names the plate. */
	bool has_card_only;
};

struct vote_result {
	char plate[PLATE_BYTES_MAX + 1]; /**< "" = none */
	const char *
		source; /**< "camera", "tag", "camera+tag", "camera+order", "card+order", "" */
	const char *rule; /**< the row that decided, for the record; static */
	bool differs;     /**< two certain sources contradict each other */
};

struct vote_result vote(const struct vote_input *in);

#endif

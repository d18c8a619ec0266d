/* SPDX-License-Identifier: MIT */
/*
 * What a lane asks of the registry and tells it, and what comes back: plain values.
 *
 * A look-up goes out with one scan and its answer is an input of a later one. A registry that
 * does not answer in time is "not known", which opens nothing.
 *
 * Layer: firmware. Pure.
 */
#ifndef KAKOU_FIRMWARE_LOOKUP_H
#define KAKOU_FIRMWARE_LOOKUP_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/registry/order.h"

enum { LOOKUP_ORDERS_MAX = 4 };

/** Who is in the lane, as far as it was read. Empty text = not read. */
struct lookup {
	uint8_t lane;
	char direction; /**< of the lane, as is in force: 'I' or 'E' */
	uint32_t token; /**< comes back in the answer */
	char plate[PLATE_BYTES_MAX + 1];
	bool plate_is_doubtful; /**< plates that cameras take for it are found too */
	char tag[ORDER_TAG_MAX + 1];
	char card[ORDER_CARD_MAX + 1];
	char code[ORDER_CARD_MAX +
		  1]; /**< a bar code: the number of an order, or a card */
};

struct found {
	uint8_t lane;
	uint32_t token;
	bool is_known; /**< false: the registry can't tell now */
	/** Orders of the lane's direction and customs code that are open at its gate, however
	 *  they were matched; `order_count` may be more than are listed. */
	uint16_t order_count;
	struct order orders[LOOKUP_ORDERS_MAX];
	bool has_vehicle;
	struct registered vehicle;
	struct tare tare; /**< of the plate, or of the only vehicle that was found */
};

enum order_step {
	STEP_IN_USE, /**< a lift for it is authorised */
	STEP_PASSED,
	STEP_FREED,    /**< backed out, withdrawn, to inspection: usable again */
	STEP_AGREED,   /**< cleared offline, and customs would have released it */
	STEP_DISPUTED, /**< cleared offline, and customs would not */
	ORDER_STEPS,
};

/** What became of an order in a lane; the record has said it before. */
struct order_note {
	uint8_t lane;
	uint8_t step; /**< enum order_step */
	uint8_t nth;  /**< counts the notes of a passage from 1: each is applied once */
	char number[ORDER_NUMBER_LENGTH + 1];
	char who[ORDER_CARD_MAX + 1]; /**< order_who() */
	int64_t passage;
	int64_t wall_ms;
	bool is_offline; /**< cleared without customs */
	int64_t age_ms;  /**< of the order then; offline only */
	char plate[PLATE_BYTES_MAX + 1];
	int64_t empty_g; /**< weight of a vehicle that passed empty; 0 = not that */
};

/** "in_use", "passed", "freed", "agreed", "disputed". */
const char *order_step_name(enum order_step step);

#endif

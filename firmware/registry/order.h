/* SPDX-License-Identifier: MIT */
/*
 * Release orders (核放单) and registered vehicles as values, and the rules that need nothing
 * else: which order is open at which gate, what binds it, how old it is.
 *
 * Layer: firmware. Pure. Rests on gate-domain sections 2 and 3.
 */
#ifndef KAKOU_FIRMWARE_ORDER_H
#define KAKOU_FIRMWARE_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/ident/ident.h"
#include "firmware/config/site.h"

enum {
	ORDER_TAG_MAX = 35,
	ORDER_CARD_MAX = 47,
	ORDER_SEAL_MAX = 47,
	ORDER_BOXES_MAX = 2,
	ORDER_VEHICLES_MAX = 20,  /**< of binding 3 */
	ORDER_DOCUMENTS_MAX = 50, /**< of binding 1 */
	ORDER_DOCUMENT_MAX = 32,
	ORDER_TYPE_EMPTY = 6,
	ORDER_TYPES = 6,
};

enum order_state {
	ORDER_APPLIED,
	ORDER_APPROVED,
	ORDER_PASSED,
	ORDER_PASSED_FIRST,
	ORDER_PASSED_SECOND,
	ORDER_DELETED,
	ORDER_VOID,
	ORDER_STATES,
};

enum order_binding {
	BINDING_MANY_DOCUMENTS = 1, /**< one vehicle, many documents */
	BINDING_ONE_TO_ONE = 2,
	BINDING_MANY_VEHICLES = 3, /**< one document, many vehicles: each passes once */
};

/** How far one vehicle of an order is at the gates of this controller. */
enum order_use {
	USE_FREE,
	USE_PASSED,
	USE_PASSED_FIRST,
	USE_PASSED_SECOND,
};

struct order_vehicle {
	char plate[PLATE_BYTES_MAX + 1]; /**< "" = known by tag or card only */
	char tag[ORDER_TAG_MAX + 1];
	char card[ORDER_CARD_MAX + 1];
	uint8_t use;     /**< enum order_use */
	int64_t passage; /**< the one it is in use for, or passed in; 0 = none */
	bool is_in_use;  /**< authorised, and not known to have passed or backed out */
};

/** Weights in grams: fixed point, because kilograms come with three decimals. */
struct order_weights {
	int64_t vehicle_g, frame_g, container_g, goods_g;
};

/** What a lane needs of an order: the vehicle that was matched and what it may carry. */
struct order {
	char number[ORDER_NUMBER_LENGTH + 1];
	uint8_t type;    /**< 1..6 */
	uint8_t state;   /**< enum order_state */
	uint8_t binding; /**< enum order_binding */
	char direction;  /**< 'I' or 'E' */
	char customs_code[5];
	struct order_weights weights;
	uint8_t box_count;
	char boxes[ORDER_BOXES_MAX][BOX_NUMBER_LENGTH + 1];
	char seal[ORDER_SEAL_MAX + 1];
	int64_t created_ms, approved_ms; /**< wall clock; 0 = not said */
	struct order_vehicle matched;    /**< the vehicle of it that was looked for */
};

/** An order with all its vehicles. */
struct order_full {
	struct order order; /**< without a match */
	uint8_t vehicle_count;
	struct order_vehicle vehicles[ORDER_VEHICLES_MAX];
};

enum registered_way { WAY_IN, WAY_OUT, WAY_BOTH };

/** A vehicle with a right of its own: commuters, vehicles of the zone. */
struct registered {
	char plate[PLATE_BYTES_MAX + 1];
	char tag[ORDER_TAG_MAX + 1];
	char card[ORDER_CARD_MAX + 1];
	int64_t valid_from_ms, valid_to_ms; /**< wall clock: from <= now < to */
	char lanes[128];                    /**< names with a blank between; "" = all */
	uint8_t way;                        /**< enum registered_way */
	int64_t max_g;                      /**< 0 = no limit */
	char approver[48];
};

/** What was learned from a plate's empty passages. */
struct tare {
	int64_t median_g; /**< 0 = nothing learned */
	int32_t count;
	int64_t at_ms; /**< wall clock, of the last */
};

/** What a vehicle is known by within its order: its plate, or its tag, or its card. */
const char *order_who(const struct order_vehicle *vehicle);

/** totalWt = vehicleWt + vehicleFrameWt + containerWt + totalGrossWt, in grams. */
int64_t order_total_g(const struct order_weights *weights);

/** True when the matched vehicle may still pass at a gate of this role: releasable from state 1,
 *  or from 3 at a second gate, and the vehicle not in use and not through yet. */
bool order_is_open(const struct order *order, enum gate_role gate);

/** What a passage at a gate of this role makes of a vehicle, and of the order once all its
 *  vehicles are that far. */
enum order_use order_use_after(enum gate_role gate);
enum order_state order_state_after(enum gate_role gate);

/** Age since the approval, or the making where no approval is said; -1 when neither is, or when
 *  it lies in the future. */
int64_t order_age_ms(const struct order *order, int64_t wall_ms);

/** "applied", "approved", "passed", "passed_first", "passed_second", "deleted", "void". */
const char *order_state_name(enum order_state state);

/** "in", "out", "both". */
const char *registered_way_name(enum registered_way way);

/** Why the vehicle may not pass here now: a static word ("expired", "not_yet_valid", "lane",
 *  "direction"), NULL when it may. Weight is not looked at. */
const char *registered_refusal(const struct registered *vehicle, const char *lane,
			       char direction, int64_t wall_ms);

#endif

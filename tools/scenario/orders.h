/* SPDX-License-Identifier: MIT */
/*
 * The release orders of a scenario: what customs has on file, and how its platform answers.
 * Sections `order "Z3111E240726000000000456" { … }` of the scenario file.
 *
 * Layer: tools. Values; loading copies out of the conf.
 */
#ifndef KAKOU_TOOLS_SCENARIO_ORDERS_H
#define KAKOU_TOOLS_SCENARIO_ORDERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hal/conf.h"
#include "hal/err.h"
#include "hal/why.h"

enum {
	CUSTOMS_ORDERS_MAX = 4096,
	ORDER_NUMBER_LENGTH = 24, /**< gate-domain section 3 */
	ORDER_PLATE_MAX = 31,
	ORDER_TAG_MAX = 35,
	ORDER_CARD_MAX = 47,
	ORDER_SEAL_MAX = 47,
	ORDER_BOX_MAX = 15,
	ORDER_BOXES_MAX = 4,
};

/** State of a release order (gate-domain section 3). */
enum customs_order_state {
	ORDER_APPLIED,
	ORDER_APPROVED,
	ORDER_PASSED,
	ORDER_PASSED_FIRST,
	ORDER_PASSED_SECOND,
	ORDER_DELETED,
	ORDER_VOID,
};

enum { ORDER_TYPE_EMPTY_VEHICLE = 6 };

/** The words are in the key's list of choices, in this order. */
enum customs_order_behaviour {
	ORDER_ANSWERS,       /**< once, after delay_ms */
	ORDER_IS_SILENT,     /**< ignores the first `count` inquiries, then answers */
	ORDER_ANSWERS_LATE,  /**< after delay_ms, at least 15 s */
	ORDER_REPEATS,       /**< answers twice */
	ORDER_IS_FOREIGN,    /**< first a release under another SEQ_NO, then the answer */
	ORDER_INTERIM_FIRST, /**< first V, then the answer */
};

struct customs_order {
	char number[ORDER_NUMBER_LENGTH + 1]; /**< the section's title */
	char plate[ORDER_PLATE_MAX + 1];
	char tag[ORDER_TAG_MAX + 1];
	char card[ORDER_CARD_MAX + 1];
	char direction;   /**< 'I' or 'E' */
	char chnl_no[11]; /**< "" = any channel */
	uint8_t type;     /**< 1..6 */
	enum customs_order_state state;
	int64_t vehicle_g, frame_g, container_g, goods_g;
	size_t box_count;
	char boxes[ORDER_BOXES_MAX][ORDER_BOX_MAX + 1];
	char seal[ORDER_SEAL_MAX + 1];
	bool is_targeted;
	enum customs_order_behaviour behaviour;
	int32_t delay_ms;
	int32_t ignore_count;
};

struct customs_orders {
	size_t count;
	struct customs_order orders[]; /**< in file order */
};

/** All orders of an open scenario; the caller releases with free(). KAKOU_E_INVALID names
 *  file, line and value; KAKOU_E_NOMEM. */
KAKOU_MUST_CHECK enum kakou_err customs_orders_load(struct customs_orders **out,
						    const struct conf *conf,
						    struct why *why);

/** totalWt of the order in grams: vehicle + frame + container + goods. */
int64_t customs_order_total_g(const struct customs_order *order);

/** "normal", "silent" …; never NULL. */
const char *customs_order_behaviour_name(enum customs_order_behaviour behaviour);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Crossings: who goes under an arm that nobody controls, told from the order of what lies under
 * the arm and the exit loop.
 *
 * Layer: firmware. Pure.
 *
 * What it can't tell: vehicles so close together that the one behind is under the arm while the
 * one ahead covers the exit loop look like the two halves of an articulated truck and count as one.
 */
#ifndef KAKOU_FIRMWARE_CROSSING_H
#define KAKOU_FIRMWARE_CROSSING_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/lane/position.h"

/** From where it came. */
enum crossing_from { CROSSING_NONE, CROSSING_FROM_LANE, CROSSING_FROM_EXIT };

struct crossing {
	bool is_under, is_at_exit; /**< as last looked at */
	enum crossing_from from;   /**< of the newest one */
	bool has_gone_through;     /**< it reached the other side too */
	int64_t seen_ms;           /**< when something was last there */
};

/** One scan, after position_update(). Not CROSSING_NONE when a crossing begins in it. */
enum crossing_from crossing_update(struct crossing *crossing,
				   const struct position *position, int64_t now_ms);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * What the sensors of a lane feel: nothing but the positions of the vehicles.
 *
 * Layer: tools. Pure.
 */
#ifndef KAKOU_TOOLS_YARD_LANE_WORLD_H
#define KAKOU_TOOLS_YARD_LANE_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "tools/yard/geometry.h"
#include "tools/yard/truck.h"

/** True = a vehicle is there. */
struct lane_world {
	bool approach, scale_entry, scale_exit, safety_loop, beam, exit;
	bool gate_loop, gate_beam;
	bool is_under_gate; /**< a body where the entry arm comes down */
	bool is_under_arm;  /**< a body, not a gap, where the arm comes down */
	bool deck_moves;    /**< an axle on the deck is rolling */
	int64_t deck_load_g;
};

/** One more vehicle; `geometry` is the lane as it meets it, turned when it comes from the far end.
 *  `out` begins as zeros. */
void lane_world_add(const struct geometry *geometry, const struct truck *truck,
		    bool is_from_far, struct lane_world *out);

#endif

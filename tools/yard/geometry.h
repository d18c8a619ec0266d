/* SPDX-License-Identifier: MIT */
/*
 * How a lane lies on the ground: where its loops, beams, readers, deck and arm are.
 *
 * Layer: tools. Values. Places are millimetres along the lane in driving direction, from the
 * start of the loop that a vehicle comes to first.
 */
#ifndef KAKOU_TOOLS_YARD_GEOMETRY_H
#define KAKOU_TOOLS_YARD_GEOMETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "hal/conf.h"
#include "hal/err.h"
#include "hal/why.h"

struct geometry {
	int32_t approach_begin_mm, approach_end_mm;
	int32_t camera_begin_mm, camera_end_mm; /**< a plate here is in view */
	int32_t gate_begin_mm, gate_end_mm;     /**< safety loop under the entry arm */
	int32_t gate_arm_mm, gate_beam_mm;      /**< the entry arm of a lane with two */
	int32_t portal_mm;                      /**< boxes are read as they roll past */
	int32_t deck_begin_mm, deck_end_mm;     /**< with a beam at each end */
	int32_t stop_mm;                        /**< front of the vehicle at the post */
	int32_t safety_begin_mm, safety_end_mm;
	int32_t arm_mm, beam_mm;
	int32_t exit_begin_mm, exit_end_mm;
	int32_t follow_mm; /**< the next truck comes when the last rear is past this */
	bool has_deck, has_gate; /**< a weighbridge; an entry barrier */
};

/** The default lane: 21 m of deck (gate-domain section 7), the post at its end, 2 m loops. */
void geometry_init(struct geometry *geometry, bool has_deck);

/** The default lane with an entry barrier behind the approach loop. It is as long as one with a deck:
 *  the whole vehicle stands between the arms. */
void geometry_init_gate(struct geometry *geometry, bool has_deck);

/** The same lane, without deck and entry arm, as who comes from the far end meets it: places count
 *  from there. Camera, portal and post look both ways; he stops before the safety loop. */
void geometry_turn(const struct geometry *near, struct geometry *far);

/** Lays section `geometry LANE` of the scenario over it, when there is one. KAKOU_E_INVALID:
 *  the places are not in driving order. */
KAKOU_MUST_CHECK enum kakou_err geometry_load(struct geometry *geometry,
					      const struct conf *conf, const char *lane,
					      struct why *why);

#endif

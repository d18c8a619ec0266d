/* SPDX-License-Identifier: MIT */
/*
 * Vehicles as moving bodies: segments with gaps between them, axles that carry weight, and
 * motion with speed and acceleration.
 *
 * Layer: tools. Pure. Places as in geometry.h; the vehicle extends backwards from its front.
 *
 * Assumptions (gate-domain section 7): articulated 17.1 to 18.1 m, rigid 9 to 12 m (GB
 * 1589-2016); 10 km/h in the lane, 0.4 m/s² loaded, 0.8 m/s² empty, braking 1.2 m/s² (inferred).
 */
#ifndef KAKOU_TOOLS_YARD_TRUCK_H
#define KAKOU_TOOLS_YARD_TRUCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/scenario/trucks.h"

enum {
	TRUCK_SEGMENTS_MAX = 2,
	TRUCK_AXLES_MAX = 6,
	TRUCK_SPEED_MM_S = 2778,      /**< 10 km/h */
	TRUCK_BACK_SPEED_MM_S = 1944, /**< 7 km/h, inferred */
	TRUCK_BRAKING_MM_S2 = 1200,
	UM_PER_MM = 1000,
};

struct truck_body {
	int32_t length_mm;
	size_t segment_count;
	struct {
		int32_t from_mm, to_mm; /**< behind the front */
	} segments[TRUCK_SEGMENTS_MAX]; /**< what loops and beams feel */
	int32_t cargo_from_mm;          /**< boxes stand from here to the rear */
	size_t axle_count;
	struct {
		int32_t at_mm;          /**< behind the front */
		int32_t share_permille; /**< of the gross weight */
	} axles[TRUCK_AXLES_MAX];
};

struct truck {
	const struct truck_body *body;
	int64_t gross_g;
	int64_t front_um;
	int64_t speed_um_s; /**< negative: backwards */
};

/** What the driver wants of the vehicle for the next step. */
struct truck_goal {
	int direction; /**< 1 ahead, -1 back, 0 stop where it is */
	int32_t speed_mm_s;
	int32_t acceleration_mm_s2;
	bool has_stop;
	int64_t stop_um; /**< not beyond this place */
};

const struct truck_body *truck_body_of(enum scenario_body body);

/** The light vehicle that follows a tailgater's truck. */
const struct truck_body *truck_body_of_van(void);

/** Moves on by `dt_us` (at most 100 ms at once). Braking is never harder than it can be, so a
 *  stop that is too near is overrun. */
void truck_move(struct truck *truck, const struct truck_goal *goal, int64_t dt_us);

/** True when a segment lies over any part of the zone; a beam is a zone without length. */
bool truck_covers(const struct truck *truck, int32_t begin_mm, int32_t end_mm);

/** The weight on the axles within the zone. */
int64_t truck_load_g(const struct truck *truck, int32_t begin_mm, int32_t end_mm);

/** True when any axle stands within the zone. */
bool truck_has_axle_on(const struct truck *truck, int32_t begin_mm, int32_t end_mm);

int64_t truck_rear_um(const struct truck *truck);

#endif

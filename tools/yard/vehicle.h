/* SPDX-License-Identifier: MIT */
/*
 * One vehicle in a lane: its body, its driver, what the scenario says of it.
 *
 * Layer: tools. Plain value, owned by its lane.
 */
#ifndef KAKOU_TOOLS_YARD_VEHICLE_H
#define KAKOU_TOOLS_YARD_VEHICLE_H

#include <stdbool.h>
#include <stdint.h>

#include "tools/scenario/trucks.h"
#include "tools/yard/driver.h"
#include "tools/yard/truck.h"

enum { VEHICLE_NAME_MAX = SCENARIO_NAME_MAX + 1 };

struct vehicle {
	char name[VEHICLE_NAME_MAX + 1]; /**< the truck's; "+" behind it: its follower */
	struct scenario_truck plan;
	struct truck truck;
	struct driver driver;
	uint32_t seen; /**< by instruments: each reads it once */
	bool has_arrived, has_crossed;
	const struct geometry *way; /**< the lane as it meets it */
};

#endif

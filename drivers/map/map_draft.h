/* SPDX-License-Identifier: MIT */
/*
 * The steps of map_load(): points one by one (map_point.c), then all together (map_layout.c).
 *
 * Layer: drivers, inside map. Pure.
 */
#ifndef KAKOU_DRIVERS_MAP_DRAFT_H
#define KAKOU_DRIVERS_MAP_DRAFT_H

#include "drivers/map/map.h"
#include "hal/conf.h"

/** A map in the making, with the places of its parts in the file. */
struct map_draft {
	struct map *map;
	const struct conf_section *root;
	const struct conf_section *points[MAP_POINTS_MAX]; /* beside map->points */
	const struct conf_section *blocks[MAP_BLOCKS_MAX]; /* beside the stated blocks */
	int32_t period_ms; /**< of blocks that state none */
	struct why *why;
};

/** Appends the point that `section` states, checked against its class and its type. */
KAKOU_MUST_CHECK enum kakou_err map_read_point(struct map_draft *draft,
					       const struct conf_section *section);

/** Checks the stated blocks and the points against each other, gathers points without a block
 *  into blocks of neighbours, and places every block in the register image. */
KAKOU_MUST_CHECK enum kakou_err map_lay_out(struct map_draft *draft);

#endif

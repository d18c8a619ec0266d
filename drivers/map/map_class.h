/* SPDX-License-Identifier: MIT */
/*
 * The points each device class knows: what a map must and may state, and where a point's value
 * lives in a sample. README.md has the same table in words.
 *
 * Layer: drivers, inside map. Constant data.
 */
#ifndef KAKOU_DRIVERS_MAP_CLASS_H
#define KAKOU_DRIVERS_MAP_CLASS_H

#include "drivers/map/map.h"

enum map_kind {
	MAP_KIND_NUMBER, /**< scaled, min..max in the class's unit */
	MAP_KIND_FLAG,   /**< one bit */
	MAP_KIND_BITS,   /**< up to 32 bits */
	MAP_KIND_TEXT,
	MAP_KIND_LENGTH,  /**< bytes used of the text beside it */
	MAP_KIND_COMMAND, /**< only written */
};

/** Points of one group are one statement of the device: they are read in one block. */
enum map_group { MAP_GROUP_NONE, MAP_GROUP_FIRST, MAP_GROUP_SECOND };

enum map_rule {
	MAP_RULE_OPTIONAL,
	MAP_RULE_REQUIRED,
	MAP_RULE_WITH_GROUP, /**< required once a point of its group is stated */
};

struct map_class_point {
	const char *name;
	enum map_kind kind;
	enum map_group group;
	enum map_rule rule;
	int64_t min, max;
	const char *unit;
	size_t field,
		width;      /**< place and size in struct device_sample; width 0 = none */
	const char *length; /**< texts: name of the point with their length, or NULL */
};

/** The class's points; `*count` says how many. */
const struct map_class_point *map_class_points(enum device_class class, size_t *count);

/** The class's point of that name, NULL when it has none. */
const struct map_class_point *map_class_find(enum device_class class, const char *name);

/** False for commands, and for a sign's text where the map has a point with what is shown. */
bool map_point_is_read(const struct map *map, const struct map_class_point *class_point);

#endif

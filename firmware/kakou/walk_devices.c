/* SPDX-License-Identifier: MIT */
/*
 * A walk test's devices: every register of each reader, scale, sign and module of the lane read
 * once, by its map.
 *
 * Layer: firmware.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "firmware/kakou/cli_bus.h"
#include "firmware/kakou/cli_walk.h"

/* The first point that was not read or makes no value. */
static const char *find_trouble(const struct cli_reading *reading, struct why *why)
{
	const struct map *map = reading->map;

	/* NOLINTNEXTLINE(-Wanalyzer-use-of-uninitialized-value): was read before */
	for (size_t b = 0; b < map->block_count; b++) {
		if (reading->blocks[b].error)
			return reading->blocks[b].why;
	}
	for (size_t p = 0; p < map->point_count; p++) {
		struct map_value value;

		if (map->points[p].block != MAP_NO_BLOCK &&
		    map_decode_point(map, &map->points[p], reading->image, &value, why))
			return why->text;
	}
	return NULL;
}

/* What tells the device from its neighbour: texts, weights and climate. */
static void describe(const struct cli_reading *reading, char *to, size_t size)
{
	const struct map *map = reading->map;
	size_t used = 0;

	to[0] = '\0';
	for (size_t p = 0; p < map->point_count; p++) {
		const struct map_point *point = &map->points[p];
		struct map_value value;
		char text[MAP_VALUE_PRINTED_MAX];
		struct why why;
		int n;

		if (point->block == MAP_NO_BLOCK ||
		    map_decode_point(map, point, reading->image, &value, &why) ||
		    !(value.is_text || value.unit[0] == 'g' || value.unit[0] == '1'))
			continue;
		map_print_value(&value, text);
		n = snprintf(to + used, size - used, "%s%s %s", used ? ", " : "",
			     point->name, text);
		if (n < 0 || (size_t)n >= size - used)
			return;
		used += (size_t)n;
	}
}

static void walk_device(struct walk *walk, const char *name, const char *maps)
{
	static const struct cli_bus_wish nothing;
	char step[64], title[96], values[WALK_TEXT_MAX];
	struct cli_unit unit;
	struct map map;
	struct cli_reading reading = {.map = &map};
	struct why why = {""};
	const char *trouble;
	bool is_found;

	(void)snprintf(step, sizeof(step), "device.%.40s", name);
	(void)snprintf(title, sizeof(title), "device %.40s", name);
	if (walk_is_skipped(walk, step, title))
		return;
	walk_say(walk, step, "every register is read once");
	walk->exit = cli_unit_find(walk->cli, &nothing, name, &unit, &is_found);
	if (!walk->exit && is_found)
		walk->exit = cli_bus_load_map(walk->cli, maps, unit.map, &map);
	if (!walk->exit && is_found)
		walk->exit = cli_reading_take(walk->cli, &unit.bus, unit.unit, &reading);
	if (walk->exit || !is_found)
		return;
	trouble = find_trouble(&reading, &why);
	describe(&reading, values, sizeof(values));
	if (trouble)
		walk_book(walk, step, title, WALK_FAILED, "%s", trouble);
	else
		walk_book(walk, step, title, WALK_PASSED, "%s unit %d, %s: %s",
			  unit.bus.where, unit.unit, unit.map, values);
}

void walk_devices(struct walk *walk)
{
	json_t *names = json_incref(walk->devices);
	char maps[256];
	const json_t *name;
	size_t i;

	if (!walk->exit)
		walk->exit = cli_bus_find_maps(walk->cli, NULL, maps, sizeof(maps));
	json_array_foreach(names, i, name)
	{
		if (walk->exit)
			break;
		walk_device(walk, json_string_value(name), maps);
	}
	json_decref(names);
}

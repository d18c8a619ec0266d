/* SPDX-License-Identifier: MIT */
/*
 * kakou map: the register maps, and what the registers of a unit say by one of them.
 *
 * Layer: firmware.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/kakou/cli_bus.h"
#include "hal/clock.h"
#include "hal/text.h"

/* ---- list -------------------------------------------------------------------------------- */

/* "scale-in1, scale-in2": the devices that use it. */
static void name_users(const json_t *devices, const char *map, char *to, size_t size)
{
	const json_t *device;
	size_t used = 0;
	size_t i;

	to[0] = '\0';
	json_array_foreach(devices, i, device)
	{
		int n;

		if (strcmp(cli_text(device, "map_name"), map) != 0)
			continue;
		n = snprintf(to + used, size - used, "%s%s", used ? " " : "",
			     cli_text(device, "name"));
		if (n < 0 || (size_t)n >= size - used)
			return;
		used += (size_t)n;
	}
}

static void add_map(struct cli_table *table, const struct cli_map *map,
		    const json_t *devices)
{
	char users[160];

	name_users(devices, map->name, users, sizeof(users));
	cli_table_add(table, "%s", map->name);
	if (!map->is_sound) {
		cli_table_add(table, "BROKEN");
		for (int i = 0; i < 3; i++)
			cli_table_add(table, "-");
		cli_table_add(table, "%s", map->why.text);
		return;
	}
	cli_table_add(table, "%s", device_class_name(map->map.class));
	cli_table_add(table, "%s", map->map.compatible);
	cli_table_add(table, "%zu", map->map.point_count);
	cli_table_add(table, "%zu", map->map.block_count);
	cli_table_add(table, "%s", users[0] ? users : "-");
}

static json_t *view_map(const struct cli_map *map, const json_t *devices)
{
	char users[160];

	name_users(devices, map->name, users, sizeof(users));
	if (!map->is_sound)
		return json_pack("{s:s, s:b, s:s}", "map", map->name, "is_sound", 0,
				 "why", map->why.text);
	return json_pack("{s:s, s:b, s:s, s:s, s:I, s:I, s:s}", "map", map->name,
			 "is_sound", 1, "class", device_class_name(map->map.class),
			 "compatible", map->map.compatible, "points",
			 (json_int_t)map->map.point_count, "blocks",
			 (json_int_t)map->map.block_count, "used_by", users);
}

static void print_maps(struct cli *cli, const struct cli_map *maps, size_t count,
		       const json_t *devices)
{
	static const char *const heads[] = {"MAP",    "CLASS",   "COMPATIBLE", "POINTS",
					    "BLOCKS", "USED BY", NULL};
	struct cli_table *table;
	json_t *list;

	if (cli->json) {
		list = json_array();
		for (size_t i = 0; i < count; i++)
			(void)json_array_append_new(list, view_map(&maps[i], devices));
		list = json_pack("{s:o}", "maps", list);
		cli_print_json(cli, list);
		json_decref(list);
		return;
	}
	table = cli_table_create(heads);
	for (size_t i = 0; i < count; i++)
		add_map(table, &maps[i], devices);
	cli_table_print(table, cli->out);
	cli_table_destroy(table);
}

/* Who uses which map is known only while kakoud runs. */
static json_t *ask_devices(struct cli *cli)
{
	bool is_running = false;
	json_t *result;
	json_t *devices;

	if (cli_find(cli, &is_running) || !is_running ||
	    cli_call(cli, "devices", NULL, &result))
		return NULL;
	devices = json_incref(json_object_get(result, "devices"));
	json_decref(result);
	return devices;
}

static int list_maps(struct cli *cli, const char *directory)
{
	struct cli_map *maps;
	json_t *devices;
	size_t count;
	int exit = cli_bus_load_maps(cli, directory, &maps, &count);

	if (exit)
		return exit;
	devices = ask_devices(cli);
	print_maps(cli, maps, count, devices);
	for (size_t i = 0; i < count; i++) {
		if (!maps[i].is_sound)
			exit = CLI_FAILED;
	}
	json_decref(devices);
	free(maps);
	return exit;
}

/* ---- show -------------------------------------------------------------------------------- */

static int show_unit(struct cli *cli, struct cli_unit *unit, const char *map_name,
		     const struct map *map)
{
	struct cli_reading reading = {.map = map};
	int exit = cli_reading_take(cli, &unit->bus, unit->unit, &reading);

	if (exit)
		return exit;
	if (cli->json)
		cli_reading_print_json(cli, unit, map_name, &reading);
	else
		cli_reading_print(cli, unit, map_name, &reading);
	return cli_reading_judge(&reading);
}

/* The map itself, without a unit. */
static void show_map(struct cli *cli, const char *name, const struct map *map)
{
	static const char *const heads[] = {"POINT", "AREA",   "ADDRESS", "TYPE",
					    "BLOCK", "PERIOD", NULL};
	struct cli_table *table = cli_table_create(heads);

	fprintf(cli->out, "%s: %s, %s, values older than %d ms are not used\n\n", name,
		map->compatible, device_class_name(map->class), map->max_age_ms);
	for (size_t p = 0; p < map->point_count; p++) {
		const struct map_point *point = &map->points[p];
		bool has_block = point->block != MAP_NO_BLOCK;
		char type[64];

		cli_describe_type(point, type, sizeof(type));
		cli_table_add(table, "%s", point->name);
		cli_table_add(table, "%s", map_area_name(point->area));
		cli_table_add(table, "%u", point->address);
		cli_table_add(table, "%s", type);
		cli_table_add(table, "%s",
			      !has_block ? "only written"
			      : map->blocks[point->block].name[0]
				      ? map->blocks[point->block].name
				      : "gathered");
		cli_table_add(table, has_block ? "%d ms" : "-",
			      has_block ? map->blocks[point->block].period_ms : 0);
	}
	cli_table_print(table, cli->out);
	cli_table_destroy(table);
}

static void show_map_json(struct cli *cli, const char *name, const struct map *map)
{
	static const struct bus_answer none = {.error = KAKOU_E_AGAIN};
	struct cli_reading reading = {.map = map};
	struct cli_unit unit = {.unit = 0};

	for (size_t b = 0; b < map->block_count; b++)
		reading.blocks[b] = none;
	cli_reading_print_json(cli, &unit, name, &reading);
}

struct show_wish {
	struct cli_bus_wish bus;
	const char *map, *maps, *unit, *word;
};

/* What the words mean: a unit to read, and the name of its map. */
static int resolve(struct cli *cli, const struct show_wish *wish, struct cli_unit *unit,
		   bool *has_unit)
{
	struct modbus_port_config config;
	bool is_running;
	int64_t number;
	int exit;

	memset(unit, 0, sizeof(*unit));
	*has_unit = cli_bus_is_direct(&wish->bus);
	if (*has_unit) {
		if (!wish->unit)
			return cli_complain(cli, CLI_USAGE,
					    "got no --unit, expected the unit's number");
		if (!cli_read_integer(cli, "--unit", wish->unit, 0, UINT8_MAX, 0,
				      &number))
			return CLI_USAGE;
		unit->unit = (uint8_t)number;
		exit = cli_bus_read_config(cli, &wish->bus, &config);
		if (!exit)
			exit = cli_bus_open(cli, &config, &unit->bus);
		if (!exit && wish->word)
			(void)text_copy(unit->map, sizeof(unit->map), wish->word);
		return exit;
	}
	if (wish->unit)
		return cli_complain(cli, CLI_USAGE,
				    "got --unit without --tcp or --tty, expected "
				    "PORT:UNIT");
	if (!wish->bus.site) {
		exit = cli_find(cli, &is_running);
		/* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): a word, or a direct bus */
		if (exit || (!is_running && !strchr(wish->word, ':')))
			return exit; /* a map can be shown without kakoud */
	}
	return cli_unit_find(cli, &wish->bus, wish->word, unit, has_unit);
}

static int show(struct cli *cli, const struct show_wish *wish)
{
	struct cli_unit unit;
	struct map map;
	char directory[256];
	const char *name;
	bool has_unit;
	int exit = resolve(cli, wish, &unit, &has_unit);

	if (exit)
		goto close;
	name = wish->map ? wish->map : has_unit ? unit.map : wish->word;
	if (!name[0]) {
		exit = cli_complain(cli, CLI_USAGE,
				    "no device of the site is at %s unit %d, expected "
				    "--map NAME",
				    unit.bus.where, unit.unit);
		goto close;
	}
	exit = cli_bus_find_maps(cli, wish->maps, directory, sizeof(directory));
	if (!exit && !cli_bus_has_map(directory, name))
		exit = cli_complain(cli, CLI_USAGE,
				    "got \"%s\", expected %sone of the maps in %s", name,
				    has_unit || wish->map
					    ? ""
					    : "a device, PORT:UNIT with a unit up to "
					      "255, or ",
				    directory);
	if (!exit)
		exit = cli_bus_load_map(cli, directory, name, &map);
	if (exit)
		goto close;
	if (has_unit)
		exit = show_unit(cli, &unit, name, &map);
	else if (cli->json)
		show_map_json(cli, name, &map);
	else
		show_map(cli, name, &map);

close:
	cli_bus_close(&unit.bus);
	return exit;
}

int cmd_map(struct cli *cli, int argc, char **argv)
{
	struct show_wish wish = {0};
	const char *words[2];
	char directory[256];
	const struct cli_option options[] = {
		CLI_BUS_OPTIONS(wish.bus),
		{"--map",  &wish.map,  NULL},
		{"--maps", &wish.maps, NULL},
		{"--unit", &wish.unit, NULL},
	};
	int exit;

	if (!cli_read_words(cli, argc, argv, options,
			    sizeof(options) / sizeof(options[0]), words, 1, 2))
		return CLI_USAGE;
	wish.word = words[1];
	if (!strcmp(words[0], "show") &&
	    (wish.word || (cli_bus_is_direct(&wish.bus) && wish.map)))
		return show(cli, &wish);
	if (strcmp(words[0], "list") != 0 || words[1])
		return cli_complain(cli, CLI_USAGE,
				    "got \"%s\"%s, expected list, or show with a device, "
				    "PORT:UNIT or a map",
				    words[0], words[1] ? " with a word" : "");
	exit = cli_bus_find_maps(cli, wish.maps, directory, sizeof(directory));
	return exit ? exit : list_maps(cli, directory);
}

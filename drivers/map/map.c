/* SPDX-License-Identifier: MIT */
/*
 * Reading a map file: its keys, its blocks, and whether its class has all it needs.
 *
 * Layer: drivers. Blocks on the disk; start only.
 */
#include "drivers/map/map.h"

#include <inttypes.h>
#include <string.h>

#include "drivers/map/map_class.h"
#include "drivers/map/map_draft.h"
#include "hal/conf.h"
#include "hal/text.h"

enum {
	PERIOD_MIN_MS = 10,
	PERIOD_MAX_MS = 600000,
	TEXT_REGISTERS_MAX = 23,
	BITS_MAX = 32
};

/* The order of each list of choices is the order of its enum. */
#define CLASSES                                                                          \
	"plate_camera|tag_reader|box_reader|weighbridge|driver_post|seal_reader|reefer|" \
	"remote_io|sign"
#define AREAS "coils|discretes|holding|input"
#define TYPES "bit|u16|i16|u32|i32|f32|u17|text"
#define WORD_ORDERS "high-first|low-first"

static const struct conf_key KEYS[] = {
	{"",      "compatible", CONF_TEXT,    3,             47,                NULL,         NULL,
	 "Maker and model, \"maker,model\"."											    },
	{"",      "class",      CONF_CHOICE,  0,             0,                 NULL,         CLASSES,     "What the device is."        },
	{"",      "word_order", CONF_CHOICE,  0,             0,                 "high-first", WORD_ORDERS,
	 "Order of the words of 32-bit values."											 },
	{"",      "max_age_ms", CONF_INTEGER, 20,            600000,            NULL,         NULL,
	 "A value older than this, in ms, must not be used."									    },
	{"",      "period_ms",  CONF_INTEGER, PERIOD_MIN_MS, PERIOD_MAX_MS,     "100",        NULL,
	 "How often blocks are read that state no period, in ms."								       },
	{"block", "area",       CONF_CHOICE,  0,             0,                 "holding",    AREAS,
	 "Where the registers are."												     },
	{"block", "address",    CONF_INTEGER, 0,             UINT16_MAX,        NULL,         NULL,
	 "First wire address, from 0."												  },
	{"block", "count",      CONF_INTEGER, 1,             MAP_REGISTERS_MAX, NULL,         NULL,
	 "How many registers or bits."												  },
	{"block", "period_ms",  CONF_INTEGER, PERIOD_MIN_MS, PERIOD_MAX_MS,     "100",        NULL,
	 "How often it is read, in ms; the map's own period by default."                                                                },
	{"block", "read_whole", CONF_FLAG,    0,             0,                 "false",      NULL,
	 "Whether the device refuses to give parts of it."									      },
	{"point", "area",       CONF_CHOICE,  0,             0,                 "holding",    AREAS,
	 "Where it is; its block's area by default."										    },
	{"point", "address",    CONF_INTEGER, 0,             UINT16_MAX,        NULL,         NULL,
	 "First wire address, from 0."												  },
	{"point", "count",      CONF_INTEGER, 1,             UINT16_MAX,        "1",          NULL,
	 "Bits, or registers of a text; by the type otherwise."									 },
	{"point", "type",       CONF_CHOICE,  0,             0,                 "u16",        TYPES,       "How its registers are read."},
	{"point", "word_order", CONF_CHOICE,  0,             0,                 "high-first", WORD_ORDERS,
	 "Order of the words; the map's own by default."										},
	{"point", "scale",      CONF_TEXT,    1,             23,                "1",          NULL,
	 "Value of 1 in the class's unit: \"1000\" or \"1/1000\"."								      },
	{"point", "mask",       CONF_INTEGER, 0,             UINT32_MAX,        "0",          NULL,
	 "The bits that count, shifted down; 0 = all."										  },
	{"point", "writable",   CONF_FLAG,    0,             0,                 "false",      NULL,        "Whether it is written."     },
	{"point", "command",    CONF_INTEGER, 0,             UINT16_MAX,        "1",          NULL,
	 "What is written to a command point."											  },
	{"point", "block",      CONF_TEXT,    1,             31,                "",           NULL,        "The block it is read with." },
};

static enum kakou_err read_block(struct map_draft *draft,
				 const struct conf_section *section)
{
	struct map *map = draft->map;
	struct map_block *block = &map->blocks[map->block_count];
	int64_t count = conf_integer(section, "count");
	bool are_registers;

	if (!text_copy(block->name, sizeof(block->name), conf_title(section)))
		return conf_complain(
			section, NULL, draft->why,
			"got block \"%s\", expected a name of at most 31 bytes",
			conf_title(section));
	block->area = (enum modbus_area)conf_integer(section, "area");
	block->address = (uint16_t)conf_integer(section, "address");
	are_registers = block->area == MODBUS_HOLDING || block->area == MODBUS_INPUT;
	if (are_registers && count > MODBUS_REGISTERS_MAX)
		return conf_complain(section, "count", draft->why,
				     "got \"%" PRId64 "\", expected at most %d registers",
				     count, (int)MODBUS_REGISTERS_MAX);
	if (block->address + count > UINT16_MAX + 1)
		return conf_complain(
			section, "count", draft->why,
			"got \"%" PRId64 "\", expected the block to end at 65535", count);
	block->count = (uint16_t)count;
	block->period_ms = conf_is_set(section, "period_ms")
				   ? (int32_t)conf_integer(section, "period_ms")
				   : draft->period_ms;
	block->read_whole = conf_flag(section, "read_whole");
	draft->blocks[map->block_count++] = section;
	return KAKOU_OK;
}

static enum kakou_err read_parts(struct map_draft *draft)
{
	size_t blocks = conf_count(draft->root, "block");
	size_t points = conf_count(draft->root, "point");
	enum kakou_err err = KAKOU_OK;

	if (blocks > MAP_BLOCKS_MAX)
		return conf_complain(draft->root, NULL, draft->why,
				     "got %zu blocks, expected at most %d", blocks,
				     (int)MAP_BLOCKS_MAX);
	if (points > MAP_POINTS_MAX)
		return conf_complain(draft->root, NULL, draft->why,
				     "got %zu points, expected at most %d", points,
				     (int)MAP_POINTS_MAX);
	for (size_t i = 0; i < blocks && !err; i++)
		err = read_block(draft, conf_at(draft->root, "block", i));
	for (size_t i = 0; i < points && !err; i++)
		err = map_read_point(draft, conf_at(draft->root, "point", i));
	return err;
}

static bool states_group(const struct map *map, enum map_group group)
{
	for (size_t i = 0; i < map->point_count; i++) {
		if (map_class_find(map->class, map->points[i].name)->group == group)
			return true;
	}
	return false;
}

static enum kakou_err check_completeness(const struct map_draft *draft)
{
	const struct map *map = draft->map;
	size_t count;
	const struct map_class_point *points = map_class_points(map->class, &count);

	for (size_t i = 0; i < count; i++) {
		bool is_needed = points[i].rule == MAP_RULE_REQUIRED ||
				 (points[i].rule == MAP_RULE_WITH_GROUP &&
				  states_group(map, points[i].group));

		if (is_needed && !map_find_point(map, points[i].name))
			return conf_complain(
				draft->root, "class", draft->why,
				"got no point \"%s\", expected it in a map of a %s",
				points[i].name, device_class_name(map->class));
	}
	return KAKOU_OK;
}

static enum kakou_err check_ages(const struct map_draft *draft)
{
	const struct map *map = draft->map;

	for (size_t i = 0; i < map->block_count; i++) {
		if (map->blocks[i].period_ms >= map->max_age_ms)
			return conf_complain(
				draft->root, "max_age_ms", draft->why,
				"got \"%d\", expected more than the %d ms at which "
				"block %s is read",
				(int)map->max_age_ms, (int)map->blocks[i].period_ms,
				map->blocks[i].name);
	}
	return KAKOU_OK;
}

static enum kakou_err fill_map(struct map_draft *draft)
{
	struct map *map = draft->map;
	const char *compatible = conf_text(draft->root, "compatible");
	enum kakou_err err;

	if (!strchr(compatible, ','))
		return conf_complain(draft->root, "compatible", draft->why,
				     "got \"%s\", expected \"maker,model\"", compatible);
	text_copy(map->compatible, sizeof(map->compatible), compatible);
	map->class = (enum device_class)conf_integer(draft->root, "class");
	map->max_age_ms = (int32_t)conf_integer(draft->root, "max_age_ms");
	draft->period_ms = (int32_t)conf_integer(draft->root, "period_ms");
	err = read_parts(draft);
	if (!err)
		err = map_lay_out(draft);
	if (!err)
		err = check_completeness(draft);
	if (!err)
		err = check_ages(draft);
	return err;
}

enum kakou_err map_load(struct map *out, const char *path, struct why *why)
{
	struct map_draft draft = {.map = out, .why = why};
	struct conf *conf;
	enum kakou_err err =
		conf_open(&conf, path, KEYS, sizeof(KEYS) / sizeof(KEYS[0]), why);

	if (err)
		return err;
	memset(out, 0, sizeof(*out));
	draft.root = conf_root(conf);
	err = fill_map(&draft);
	conf_close(conf);
	return err;
}

const struct map_point *map_find_point(const struct map *map, const char *name)
{
	for (size_t i = 0; i < map->point_count; i++) {
		if (!strcmp(map->points[i].name, name))
			return &map->points[i];
	}
	return NULL;
}

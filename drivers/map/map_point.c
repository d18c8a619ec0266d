/* SPDX-License-Identifier: MIT */
/*
 * One point of a map file, checked against its class and its type.
 *
 * Layer: drivers, inside map. Pure.
 */
#include "drivers/map/map_draft.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "drivers/map/map_class.h"
#include "hal/text.h"

enum { TEXT_REGISTERS_MAX = 23, BITS_MAX = 32 };

static enum kakou_err parse_scale(const struct conf_section *section,
				  struct map_point *point, struct why *why)
{
	const char *text = conf_text(section, "scale");
	const char *slash = strchr(text, '/');
	char mul_text[24];
	int64_t mul, div = 1;
	enum kakou_err err;

	(void)snprintf(mul_text, sizeof(mul_text), "%.*s",
		       slash ? (int)(slash - text) : (int)strlen(text), text);
	err = text_parse_integer(mul_text, 1, INT32_MAX, &mul);
	if (!err && slash)
		err = text_parse_integer(slash + 1, 1, INT32_MAX, &div);
	if (err)
		return conf_complain(section, "scale", why,
				     "got \"%s\", expected \"1000\" or \"1/1000\"", text);
	point->scale_mul = (int32_t)mul;
	point->scale_div = (int32_t)div;
	return KAKOU_OK;
}

static bool type_fits_kind(enum map_type type, enum map_kind kind)
{
	switch (kind) {
	case MAP_KIND_NUMBER: return type != MAP_BIT && type != MAP_TEXT;
	case MAP_KIND_FLAG:
	case MAP_KIND_BITS: return type == MAP_BIT || type == MAP_U16 || type == MAP_U32;
	case MAP_KIND_TEXT: return type == MAP_TEXT;
	case MAP_KIND_LENGTH: return type == MAP_U16;
	case MAP_KIND_COMMAND: return type == MAP_BIT || type == MAP_U16;
	}
	return false;
}

static const char *types_for_kind(enum map_kind kind)
{
	switch (kind) {
	case MAP_KIND_NUMBER: return "u16, i16, u32, i32, f32 or u17";
	case MAP_KIND_FLAG:
	case MAP_KIND_BITS: return "bit, u16 or u32";
	case MAP_KIND_TEXT: return "text";
	case MAP_KIND_LENGTH: return "u16";
	case MAP_KIND_COMMAND: return "bit or u16";
	}
	return "";
}

static enum kakou_err check_type(const struct conf_section *section,
				 const struct map_point *point,
				 const struct map_class_point *class_point,
				 struct why *why)
{
	bool is_bit_area = point->area == MODBUS_COILS || point->area == MODBUS_DISCRETES;

	if (!type_fits_kind(point->type, class_point->kind))
		return conf_complain(section, "type", why,
				     "got \"%s\" for %s, expected %s",
				     conf_text(section, "type"), point->name,
				     types_for_kind(class_point->kind));
	if ((point->type == MAP_BIT) != is_bit_area)
		return conf_complain(
			section, "area", why, "got %s for type %s, expected %s",
			is_bit_area ? "bits" : "registers", conf_text(section, "type"),
			is_bit_area ? "holding or input" : "coils or discretes");
	return KAKOU_OK;
}

/* How many registers or bits the type takes. */
static enum kakou_err set_count(const struct conf_section *section,
				struct map_point *point,
				const struct map_class_point *class_point,
				struct why *why)
{
	int64_t stated = conf_integer(section, "count");
	int64_t min = 1, max = 1;

	if (point->type == MAP_TEXT) /* two bytes a register */
		max = class_point->max / 2 < TEXT_REGISTERS_MAX ? class_point->max / 2
								: TEXT_REGISTERS_MAX;
	else if (class_point->kind == MAP_KIND_BITS && point->type == MAP_BIT)
		max = BITS_MAX;
	else if (point->type == MAP_U32 || point->type == MAP_I32 ||
		 point->type == MAP_F32 || point->type == MAP_U17)
		min = max = 2;
	if (!conf_is_set(section, "count"))
		stated = min;
	if (stated < min || stated > max)
		return conf_complain(section, "count", why,
				     "got \"%" PRId64 "\" for type %s, expected %" PRId64
				     " to %" PRId64,
				     stated, conf_text(section, "type"), min, max);
	if (point->address + stated > UINT16_MAX + 1)
		return conf_complain(section, "address", why,
				     "got \"%u\", expected the point to end at 65535",
				     point->address);
	point->count = (uint16_t)stated;
	return KAKOU_OK;
}

static enum kakou_err check_mask(const struct conf_section *section,
				 const struct map_point *point,
				 const struct map_class_point *class_point,
				 struct why *why)
{
	uint32_t mask = point->mask;
	bool is_one_bit = mask && (mask & (mask - 1)) == 0;

	if (!mask)
		return KAKOU_OK;
	if ((point->type != MAP_U16 && point->type != MAP_U32) ||
	    (point->type == MAP_U16 && mask > UINT16_MAX))
		return conf_complain(
			section, "mask", why,
			"got \"%s\" for type %s, expected bits of a u16 or u32",
			conf_text(section, "mask"), conf_text(section, "type"));
	if (class_point->kind == MAP_KIND_FLAG && !is_one_bit)
		return conf_complain(section, "mask", why,
				     "got \"%s\" for %s, expected one bit",
				     conf_text(section, "mask"), point->name);
	return KAKOU_OK;
}

/* What is written says so, and nothing else does. */
static enum kakou_err check_writable(const struct conf_section *section,
				     const struct map *map, const struct map_point *point,
				     const struct map_class_point *class_point,
				     struct why *why)
{
	bool is_command = class_point->kind == MAP_KIND_COMMAND;
	bool is_outputs =
		map->class == DEVICE_REMOTE_IO && !strcmp(point->name, "outputs");
	bool is_sign_text = map->class == DEVICE_SIGN && !strcmp(point->name, "text");
	bool area_is_written =
		point->area == MODBUS_COILS || point->area == MODBUS_HOLDING;

	if ((is_command || is_sign_text) != point->is_writable && !is_outputs)
		return conf_complain(section, "writable", why,
				     "got \"%s\" for %s, expected \"%s\"",
				     point->is_writable ? "true" : "false", point->name,
				     point->is_writable ? "false" : "true");
	if (point->is_writable && !area_is_written)
		return conf_complain(section, "area", why,
				     "got \"%s\" for a writable point, expected coils or "
				     "holding",
				     conf_text(section, "area"));
	if (is_outputs && point->is_writable && point->type != MAP_BIT)
		return conf_complain(section, "type", why,
				     "got \"%s\" for writable outputs, expected bit",
				     conf_text(section, "type"));
	if (conf_is_set(section, "command") && !is_command)
		return conf_complain(section, "command", why,
				     "got \"%s\" for %s, expected it for commands only",
				     conf_text(section, "command"), point->name);
	return KAKOU_OK;
}

static enum kakou_err check_scale(const struct conf_section *section,
				  const struct map_point *point,
				  const struct map_class_point *class_point,
				  struct why *why)
{
	if (class_point->kind == MAP_KIND_NUMBER || !conf_is_set(section, "scale"))
		return KAKOU_OK;
	return conf_complain(section, "scale", why,
			     "got \"%s\" for %s, expected it for numbers only",
			     conf_text(section, "scale"), point->name);
}

/* The names a class knows, for a complaint. */
static enum kakou_err complain_of_name(const struct map_draft *draft,
				       const struct conf_section *section)
{
	char names[160] = "";
	size_t used = 0;
	size_t count;
	const struct map_class_point *points =
		map_class_points(draft->map->class, &count);

	for (size_t i = 0; i < count && used < sizeof(names); i++) {
		int n = snprintf(names + used, sizeof(names) - used, "%s%s",
				 i > 0 ? ", " : "", points[i].name);

		used += n > 0 ? (size_t)n : 0;
	}
	return conf_complain(section, NULL, draft->why,
			     "got point \"%s\", expected one that a %s has: %s",
			     conf_title(section), device_class_name(draft->map->class),
			     names);
}

/* The block named by the point, or -1 when it names none. */
static enum kakou_err find_block(const struct map_draft *draft,
				 const struct conf_section *section, int *block)
{
	const struct map *map = draft->map;
	const char *name = conf_text(section, "block");

	*block = -1;
	if (!name[0])
		return KAKOU_OK;
	for (size_t i = 0; i < map->block_count; i++) {
		if (!strcmp(map->blocks[i].name, name)) {
			*block = (int)i;
			return KAKOU_OK;
		}
	}
	return conf_complain(section, "block", draft->why,
			     "got \"%s\", expected the name of a block of this map",
			     name);
}

static enum kakou_err read_point_keys(struct map_draft *draft,
				      const struct conf_section *section,
				      struct map_point *point)
{
	const struct map *map = draft->map;
	int block;
	enum kakou_err err = find_block(draft, section, &block);

	if (err)
		return err;
	point->block = block < 0 ? MAP_NO_BLOCK : (uint16_t)block;
	point->area = (enum modbus_area)conf_integer(section, "area");
	if (block >= 0 && !conf_is_set(section, "area"))
		point->area = map->blocks[block].area;
	point->address = (uint16_t)conf_integer(section, "address");
	point->type = (enum map_type)conf_integer(section, "type");
	point->low_word_first = conf_is_set(section, "word_order")
					? conf_integer(section, "word_order") == 1
					: conf_integer(draft->root, "word_order") == 1;
	point->mask = (uint32_t)conf_integer(section, "mask");
	point->is_writable = conf_flag(section, "writable");
	point->command = (uint16_t)conf_integer(section, "command");
	return parse_scale(section, point, draft->why);
}

enum kakou_err map_read_point(struct map_draft *draft, const struct conf_section *section)
{
	struct map *map = draft->map;
	const struct map_class_point *class_point =
		map_class_find(map->class, conf_title(section));
	struct map_point *point = &map->points[map->point_count];
	enum kakou_err err;

	if (!class_point)
		return complain_of_name(draft, section);
	text_copy(point->name, sizeof(point->name), class_point->name);
	err = read_point_keys(draft, section, point);
	if (!err)
		err = check_type(section, point, class_point, draft->why);
	if (!err)
		err = set_count(section, point, class_point, draft->why);
	if (!err)
		err = check_mask(section, point, class_point, draft->why);
	if (!err)
		err = check_scale(section, point, class_point, draft->why);
	if (!err)
		err = check_writable(section, map, point, class_point, draft->why);
	draft->points[map->point_count++] = section;
	return err;
}

/* SPDX-License-Identifier: MIT */
/*
 * Neutral values and commands → registers.
 *
 * Layer: drivers. Pure.
 */
#include "drivers/map/map.h"

#include <assert.h>
#include <string.h>

#include "drivers/map/map_class.h"
#include "drivers/map/map_number.h"
#include "hal/text.h"

enum { TEXT_BYTES_MAX = 48 };

/* Two bytes a register, padded with NUL. */
static void put_text(const char *text, uint16_t count, uint16_t *at)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < count; i++) {
		uint8_t high = i * 2 < len ? (uint8_t)text[i * 2] : 0;
		uint8_t low = i * 2 + 1 < len ? (uint8_t)text[i * 2 + 1] : 0;

		at[i] = (uint16_t)(high << 8 | low);
	}
}

/* The text as far as it fits into `count` registers; its length in bytes. */
static size_t fit_text(const char *text, uint16_t count, char fitted[TEXT_BYTES_MAX])
{
	size_t room = (size_t)count * 2 + 1;

	assert(room <= TEXT_BYTES_MAX);
	text_copy(fitted, room, text);
	return strlen(fitted);
}

static void put_masked(const struct map_point *point, uint32_t value, uint16_t *at)
{
	uint32_t mask = point->mask ? point->mask : UINT32_MAX;
	uint32_t shifted = value << (point->mask ? __builtin_ctz(point->mask) : 0);

	if (point->type == MAP_U16)
		at[0] = (uint16_t)((at[0] & ~mask) | (shifted & mask));
	else
		map_split_words(point,
				(map_join_words(point, at) & ~mask) | (shifted & mask),
				at);
}

static int64_t clamp(int64_t value, int64_t min, int64_t max)
{
	if (value < min)
		return min;
	return value > max ? max : value;
}

static void put_float(const struct map_point *point, int64_t value, uint16_t *at)
{
	float scaled = (float)((double)value * point->scale_div / point->scale_mul);
	uint32_t raw;

	memcpy(&raw, &scaled, sizeof(raw));
	map_split_words(point, raw, at);
}

/* A value the type can't hold becomes the nearest one it can. */
static void put_number(const struct map_point *point, int64_t value, uint16_t *at)
{
	int64_t raw = map_divide_rounded(value * point->scale_div, point->scale_mul);

	switch (point->type) {
	case MAP_BIT:
		for (int i = 0; i < point->count; i++)
			at[i] = raw >> i & 1;
		break;
	case MAP_U16: put_masked(point, (uint32_t)clamp(raw, 0, UINT16_MAX), at); break;
	case MAP_I16: at[0] = (uint16_t)clamp(raw, INT16_MIN, INT16_MAX); break;
	case MAP_U32: put_masked(point, (uint32_t)clamp(raw, 0, UINT32_MAX), at); break;
	case MAP_I32:
		map_split_words(point, (uint32_t)clamp(raw, INT32_MIN, INT32_MAX), at);
		break;
	case MAP_F32: put_float(point, value, at); break;
	case MAP_U17:
		raw = clamp(raw, 0, 0x1FFFF);
		at[0] = (uint16_t)((at[0] & ~1u) | (raw >> 16 & 1));
		at[1] = (uint16_t)raw;
		break;
	case MAP_TEXT: break;
	}
}

/* The text whose length this point states, and the point that holds it. */
static size_t length_of_text(const struct map *map, const char *length_name,
			     const struct device_sample *value)
{
	char fitted[TEXT_BYTES_MAX];
	size_t count;
	const struct map_class_point *points = map_class_points(map->class, &count);

	for (size_t i = 0; i < count; i++) {
		const struct map_point *text;

		if (!points[i].length || strcmp(points[i].length, length_name) != 0)
			continue;
		text = map_find_point(map, points[i].name);
		if (text)
			return fit_text((const char *)value + points[i].field,
					text->count, fitted);
	}
	return 0;
}

static void encode_point(const struct map *map, const struct map_point *point,
			 const struct map_class_point *class_point,
			 const struct device_sample *value, uint16_t *at)
{
	char fitted[TEXT_BYTES_MAX];
	int64_t number = map_load_field(value, class_point);

	if (class_point->kind == MAP_KIND_TEXT) {
		(void)fit_text((const char *)value + class_point->field, point->count,
			       fitted);
		put_text(fitted, point->count, at);
	} else if (class_point->kind == MAP_KIND_LENGTH) {
		put_number(point, (int64_t)length_of_text(map, point->name, value), at);
	} else if (!strcmp(point->name, "negative")) {
		put_number(point, value->value.weight.gross_g < 0, at);
	} else if (class_point->width > 0) {
		if (map->class == DEVICE_WEIGHBRIDGE && map_find_point(map, "negative") &&
		    number < 0)
			number = -number;
		put_number(point, number, at);
	}
}

void map_encode(const struct map *map, const struct device_sample *value, uint16_t *image)
{
	for (size_t i = 0; i < map->point_count; i++) {
		const struct map_point *point = &map->points[i];

		if (point->block != MAP_NO_BLOCK)
			encode_point(map, point, map_class_find(map->class, point->name),
				     value, image + point->offset);
	}
}

static enum kakou_err write_word(const struct map_point *point, uint16_t word,
				 struct map_write *out)
{
	out->area = point->area;
	out->address = point->address;
	out->count = 1;
	out->values[0] = point->area == MODBUS_COILS ? word != 0 : word;
	return KAKOU_OK;
}

/* The voice first: by the time the text changes it is already speaking. */
static enum kakou_err encode_show(const struct map *map,
				  const struct device_command *command, size_t *step,
				  struct map_write *out)
{
	const struct map_point *text = map_find_point(map, "text");
	const struct map_point *voice = map_find_point(map, "voice");

	if (map->class != DEVICE_SIGN || strlen(command->text) > (size_t)text->count * 2)
		return KAKOU_E_INVALID;
	if (*step == 0 && !voice)
		*step = MAP_STEP_AFTER_VOICE;
	switch ((*step)++) {
	case 0: return write_word(voice, command->code, out);
	case MAP_STEP_AFTER_VOICE: break;
	default: return KAKOU_E_NOTFOUND;
	}
	out->area = text->area;
	out->address = text->address;
	out->count = text->count;
	put_text(command->text, text->count, out->values);
	return KAKOU_OK;
}

/* One write for each run of neighbours in the mask; *step is the first output not yet seen. */
static enum kakou_err encode_switch(const struct map *map,
				    const struct device_command *command, size_t *step,
				    struct map_write *out)
{
	const struct map_point *outputs = map_find_point(map, "outputs");
	uint64_t mask = command->mask;

	if (map->class != DEVICE_REMOTE_IO || !outputs || !outputs->is_writable ||
	    mask >> outputs->count)
		return KAKOU_E_INVALID;
	while (*step < outputs->count && !(mask >> *step & 1))
		(*step)++;
	if (*step >= outputs->count)
		return KAKOU_E_NOTFOUND;
	out->area = outputs->area;
	out->address = (uint16_t)(outputs->address + *step);
	for (out->count = 0; mask >> *step & 1; (*step)++)
		out->values[out->count++] = command->levels >> *step & 1;
	return KAKOU_OK;
}

static enum kakou_err encode_constant(const struct map *map, const char *name,
				      size_t *step, struct map_write *out)
{
	const struct map_point *point = map_find_point(map, name);

	if (!point)
		return KAKOU_E_INVALID;
	if ((*step)++ > 0)
		return KAKOU_E_NOTFOUND;
	return write_word(point, point->command, out);
}

enum kakou_err map_encode_command(const struct map *map,
				  const struct device_command *command, size_t *step,
				  struct map_write *out)
{
	switch ((enum device_verb)command->verb) {
	case DEVICE_SHOW: return encode_show(map, command, step, out);
	case DEVICE_SWITCH: return encode_switch(map, command, step, out);
	case DEVICE_TRIGGER: return encode_constant(map, "trigger", step, out);
	case DEVICE_ZERO: return encode_constant(map, "zero", step, out);
	}
	return KAKOU_E_INVALID;
}

/* SPDX-License-Identifier: MIT */
/*
 * Registers → neutral value.
 *
 * Layer: drivers. Pure.
 */
#include "drivers/map/map.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "drivers/map/map_class.h"
#include "drivers/map/map_number.h"
#include "hal/text.h"

/* Beyond this a double no longer counts in ones, and no class has such values. */
static const double FLOAT_LIMIT = 1e15;

static enum kakou_err read_float(const struct map_point *point, uint32_t raw,
				 int64_t *out, struct why *why)
{
	float value;
	double scaled;

	memcpy(&value, &raw, sizeof(value));
	scaled = (double)value * point->scale_mul / point->scale_div;
	if (!isfinite(scaled) || fabs(scaled) > FLOAT_LIMIT)
		return why_set(why, KAKOU_E_GARBLED,
			       "point %s: got %g, expected a number", point->name,
			       (double)value);
	*out = llround(scaled);
	return KAKOU_OK;
}

static uint32_t read_bits(const struct map_point *point, const uint16_t *at)
{
	uint32_t bits = 0;

	for (int i = 0; i < point->count; i++)
		bits |= (uint32_t)(at[i] != 0) << i;
	return bits;
}

static enum kakou_err read_number(const struct map_point *point, const uint16_t *at,
				  int64_t *out, struct why *why)
{
	int64_t raw = 0;

	switch (point->type) {
	case MAP_BIT: raw = read_bits(point, at); break;
	case MAP_U16: raw = map_apply_mask(point, at[0]); break;
	case MAP_I16: raw = (int16_t)at[0]; break;
	case MAP_U32: raw = map_apply_mask(point, map_join_words(point, at)); break;
	case MAP_I32: raw = (int32_t)map_join_words(point, at); break;
	case MAP_F32: return read_float(point, map_join_words(point, at), out, why);
	case MAP_U17: raw = (int64_t)(at[0] & 1) << 16 | at[1]; break;
	case MAP_TEXT: break;
	}
	*out = map_divide_rounded(raw * point->scale_mul, point->scale_div);
	return KAKOU_OK;
}

static enum kakou_err decode_number(const struct map_point *point,
				    const struct map_class_point *class_point,
				    const uint16_t *image, int64_t *out, struct why *why)
{
	int64_t value = 0;
	enum kakou_err err = read_number(point, image + point->offset, &value, why);

	if (err)
		return err;
	if (value < class_point->min || value > class_point->max)
		return why_set(why, KAKOU_E_GARBLED,
			       "point %s: got %" PRId64 ", expected %" PRId64
			       " to %" PRId64 "%s%s",
			       point->name, value, class_point->min, class_point->max,
			       class_point->unit[0] ? " " : "", class_point->unit);
	*out = value;
	return KAKOU_OK;
}

/* The text's length in bytes: as its length point says, or up to the first NUL. */
static enum kakou_err find_length(const struct map *map, const struct map_point *point,
				  const struct map_class_point *class_point,
				  const uint16_t *image, const char *bytes, size_t room,
				  size_t *out, struct why *why)
{
	const struct map_point *length =
		class_point->length ? map_find_point(map, class_point->length) : NULL;

	if (!length) {
		*out = strnlen(bytes, room);
		while (*out > 0 && bytes[*out - 1] == ' ')
			(*out)--; /* devices without a length pad with blanks */
		return KAKOU_OK;
	}
	*out = image[length->offset];
	if (*out > room)
		return why_set(why, KAKOU_E_GARBLED,
			       "point %s: got %zu, expected at most the %zu bytes of %s",
			       length->name, *out, room, point->name);
	return KAKOU_OK;
}

static bool has_control_characters(const char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7F)
			return true;
	}
	return false;
}

static enum kakou_err decode_text(const struct map *map, const struct map_point *point,
				  const struct map_class_point *class_point,
				  const uint16_t *image, char text[DEVICE_TEXT_MAX + 1],
				  struct why *why)
{
	size_t room = (size_t)point->count * 2;
	size_t len;
	enum kakou_err err;

	for (size_t i = 0; i < room; i++)
		text[i] = (char)(image[point->offset + i / 2] >> (i % 2 ? 0 : 8) & 0xFF);
	err = find_length(map, point, class_point, image, text, room, &len, why);
	if (err)
		return err;
	text[len] = '\0';
	if (strlen(text) != len || has_control_characters(text) ||
	    text_count_characters(text) < 0)
		return why_set(
			why, KAKOU_E_GARBLED,
			"point %s: got %zu bytes that begin %02X %02X, expected text in "
			"UTF-8",
			point->name, len, (unsigned char)text[0], (unsigned char)text[1]);
	return KAKOU_OK;
}

enum kakou_err map_decode_point(const struct map *map, const struct map_point *point,
				const uint16_t *image, struct map_value *out,
				struct why *why)
{
	const struct map_class_point *class_point =
		map_class_find(map->class, point->name);

	*out = (struct map_value){
		.is_text = class_point->kind == MAP_KIND_TEXT,
		.is_flag = class_point->kind == MAP_KIND_FLAG,
		.is_bits = class_point->kind == MAP_KIND_BITS,
		.unit = class_point->unit,
	};
	if (point->block == MAP_NO_BLOCK)
		return KAKOU_E_NOTFOUND;
	if (out->is_text)
		return decode_text(map, point, class_point, image, out->text, why);
	return decode_number(point, class_point, image, &out->number, why);
}

static void store(const struct map_class_point *class_point,
		  const struct map_value *value, struct device_sample *to)
{
	if (value->is_text)
		memcpy((char *)to + class_point->field, value->text,
		       strlen(value->text) + 1);
	else
		map_store_field(to, class_point, value->number);
}

/* What holds where the map has no point that says otherwise. */
static void set_defaults(const struct map *map, struct device_sample *to)
{
	if (map->class == DEVICE_TAG_READER) {
		to->value.reads.read[0].confidence = 100; /* a tag is read whole or not */
	} else if (map->class == DEVICE_DRIVER_POST) {
		to->value.post.cards.read[0].kind = 1;
		to->value.post.cards.read[1].kind = 2;
	}
}

/* What follows from several points together. */
static void finish(const struct map *map, const uint16_t *image, struct device_sample *to)
{
	struct device_read *read = to->value.reads.read;
	const struct map_point *negative;

	if (map->class == DEVICE_TAG_READER) {
		read[1].sequence = read[0].sequence;
		read[1].confidence = read[0].confidence;
	} else if (map->class == DEVICE_BOX_READER) {
		for (int i = 0; i < 2; i++) {
			if (read[i].kind == 0)
				read[i].kind = (uint8_t)(i + 1);
		}
	} else if (map->class == DEVICE_WEIGHBRIDGE) {
		negative = map_find_point(map, "negative");
		if (negative && map_apply_mask(negative, image[negative->offset]))
			to->value.weight.gross_g = -to->value.weight.gross_g;
	}
}

enum kakou_err map_decode(const struct map *map, const uint16_t *image,
			  struct device_sample *out, struct why *why)
{
	struct device_sample sample = {0};

	out->class = (uint8_t)map->class;
	out->has_value = false;
	set_defaults(map, &sample);
	for (size_t i = 0; i < map->point_count; i++) {
		const struct map_point *point = &map->points[i];
		const struct map_class_point *class_point =
			map_class_find(map->class, point->name);
		struct map_value value;
		enum kakou_err err;

		if (point->block == MAP_NO_BLOCK)
			continue;
		err = map_decode_point(map, point, image, &value, why);
		if (err)
			return err;
		store(class_point, &value, &sample);
	}
	finish(map, image, &sample);
	out->value = sample.value;
	out->has_value = true;
	return KAKOU_OK;
}

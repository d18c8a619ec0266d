/* SPDX-License-Identifier: MIT */
/*
 * Arithmetic of registers that decoding and encoding share.
 *
 * Layer: drivers, inside map. Pure.
 */
#include "drivers/map/map_number.h"

#include <string.h>

int64_t map_divide_rounded(int64_t a, int64_t b)
{
	int64_t rest = a % b;
	int64_t whole = a / b;

	if (rest < 0)
		return -rest >= b - -rest ? whole - 1 : whole;
	return rest >= b - rest ? whole + 1 : whole;
}

uint32_t map_join_words(const struct map_point *point, const uint16_t *at)
{
	uint32_t high = at[point->low_word_first ? 1 : 0];
	uint32_t low = at[point->low_word_first ? 0 : 1];

	return high << 16 | low;
}

void map_split_words(const struct map_point *point, uint32_t value, uint16_t *at)
{
	at[point->low_word_first ? 1 : 0] = (uint16_t)(value >> 16);
	at[point->low_word_first ? 0 : 1] = (uint16_t)value;
}

uint32_t map_apply_mask(const struct map_point *point, uint32_t value)
{
	if (!point->mask)
		return value;
	return (value & point->mask) >> __builtin_ctz(point->mask);
}

void map_store_field(struct device_sample *to, const struct map_class_point *class_point,
		     int64_t value)
{
	char *field = (char *)to + class_point->field;
	uint8_t byte = (uint8_t)value;
	uint16_t word = (uint16_t)value;
	uint32_t words = (uint32_t)value;

	switch (class_point->width) {
	case sizeof(byte): memcpy(field, &byte, sizeof(byte)); break;
	case sizeof(word): memcpy(field, &word, sizeof(word)); break;
	case sizeof(words): memcpy(field, &words, sizeof(words)); break;
	case sizeof(value): memcpy(field, &value, sizeof(value)); break;
	default: break;
	}
}

int64_t map_load_field(const struct device_sample *from,
		       const struct map_class_point *class_point)
{
	const char *field = (const char *)from + class_point->field;
	uint8_t byte;
	uint16_t word;
	uint32_t words;
	int64_t value = 0;

	switch (class_point->width) {
	case sizeof(byte): memcpy(&byte, field, sizeof(byte)); return byte;
	case sizeof(word): memcpy(&word, field, sizeof(word)); return word;
	case sizeof(words):
		memcpy(&words, field, sizeof(words));
		return class_point->kind == MAP_KIND_BITS ? (int64_t)words
							  : (int64_t)(int32_t)words;
	case sizeof(value): memcpy(&value, field, sizeof(value)); return value;
	default: return 0;
	}
}

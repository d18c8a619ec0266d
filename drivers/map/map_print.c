/* SPDX-License-Identifier: MIT */
/*
 * Points, areas and values as a person reads them.
 *
 * Layer: drivers. Pure.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "drivers/map/map.h"
#include "hal/text.h"

static const char *const TYPES[] = {
	[MAP_BIT] = "bit", [MAP_U16] = "u16", [MAP_I16] = "i16", [MAP_U32] = "u32",
	[MAP_I32] = "i32", [MAP_F32] = "f32", [MAP_U17] = "u17", [MAP_TEXT] = "text",
};
static const char *const AREAS[] = {
	[MODBUS_COILS] = "coils",
	[MODBUS_DISCRETES] = "discretes",
	[MODBUS_HOLDING] = "holding",
	[MODBUS_INPUT] = "input",
};

enum { AREA_COUNT = sizeof(AREAS) / sizeof(AREAS[0]) };

const char *map_type_name(enum map_type type)
{
	return (unsigned)type < sizeof(TYPES) / sizeof(TYPES[0]) ? TYPES[type] : NULL;
}

const char *map_area_name(enum modbus_area area)
{
	return (unsigned)area < AREA_COUNT ? AREAS[area] : NULL;
}

bool map_area_from_name(const char *name, enum modbus_area *out)
{
	for (int area = 0; area < AREA_COUNT; area++) {
		if (!strcmp(AREAS[area], name)) {
			*out = (enum modbus_area)area;
			return true;
		}
	}
	return false;
}

/* Thousandths as a decimal without zeros at its end: "36980", "-18.5". */
static void print_milli(int64_t milli, const char *unit, char *to)
{
	uint64_t size = milli < 0 ? 0 - (uint64_t)milli : (uint64_t)milli;
	char digits[8] = "";

	(void)snprintf(digits, sizeof(digits), ".%03d", (int)(size % 1000));
	for (size_t i = strlen(digits); i-- > 0 && (digits[i] == '0' || i == 0);)
		digits[i] = '\0';
	(void)snprintf(to, MAP_VALUE_PRINTED_MAX, "%s%" PRIu64 "%s %s",
		       milli < 0 ? "-" : "", size / 1000, digits, unit);
}

/* "0x0005 (0 2)": which bits are set. */
static void print_bits(uint32_t bits, char *to)
{
	int used = snprintf(to, MAP_VALUE_PRINTED_MAX, "0x%04" PRIX32, bits);
	const char *before = " (";

	for (int i = 0; i < 32; i++) {
		int room = MAP_VALUE_PRINTED_MAX - used;

		if (!(bits >> i & 1))
			continue;
		if (room < (int)sizeof(" 31)"))
			break;
		used += snprintf(to + used, (size_t)room, "%s%d", before, i);
		before = " ";
	}
	if (bits && used < MAP_VALUE_PRINTED_MAX - 1)
		memcpy(to + used, ")", sizeof(")"));
}

void map_print_value(const struct map_value *value, char to[MAP_VALUE_PRINTED_MAX])
{
	static const char thousandth[] = "1/1000 ";

	if (value->is_text)
		(void)snprintf(to, MAP_VALUE_PRINTED_MAX, "\"%s\"", value->text);
	else if (value->is_flag)
		(void)text_copy(to, MAP_VALUE_PRINTED_MAX, value->number ? "yes" : "no");
	else if (value->is_bits)
		print_bits((uint32_t)value->number, to);
	else if (!strcmp(value->unit, "g"))
		print_milli(value->number, "kg", to);
	else if (!strncmp(value->unit, thousandth, strlen(thousandth)))
		print_milli(value->number, value->unit + strlen(thousandth), to);
	else
		(void)snprintf(to, MAP_VALUE_PRINTED_MAX, "%" PRId64 "%s%s",
			       value->number, value->unit[0] ? " " : "", value->unit);
}

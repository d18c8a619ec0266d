/* SPDX-License-Identifier: MIT */
/*
 * The registers of a unit, read and decoded by a map: raw and as values.
 *
 * Layer: firmware.
 */
#include <inttypes.h>
#include <string.h>

#include "firmware/kakou/cli_bus.h"
#include "hal/clock.h"
#include "hal/text.h"

/* ---- points ------------------------------------------------------------------------------ */

/* "i32 low-first x 1000", "u16 & 0x0010": how the registers are to be read. */
void cli_describe_type(const struct map_point *point, char *to, size_t size)
{
	bool is_double = point->type == MAP_U32 || point->type == MAP_I32 ||
			 point->type == MAP_F32;
	int used = snprintf(to, size, "%s", map_type_name(point->type));

	if (point->type == MAP_TEXT || (point->type == MAP_BIT && point->count > 1))
		used += snprintf(to + used, size - (size_t)used, " x %u", point->count);
	if (is_double)
		used += snprintf(to + used, size - (size_t)used, " %s-first",
				 point->low_word_first ? "low" : "high");
	if (point->mask)
		used += snprintf(to + used, size - (size_t)used, " & 0x%04" PRIX32,
				 point->mask);
	if (point->scale_mul != 1 || point->scale_div != 1)
		(void)snprintf(to + used, size - (size_t)used,
			       point->scale_div == 1 ? " * %d" : " * %d/%d",
			       point->scale_mul, point->scale_div);
}

/* Registers in hexadecimal, bits as 0 and 1 with the first one last, as a number is written. */
static void print_raw(const struct map_point *point, const uint16_t *image, char *to,
		      size_t size, size_t at_most)
{
	const uint16_t *at = image + point->offset;
	bool is_bits = point->type == MAP_BIT;
	size_t used = 0;

	to[0] = '\0';
	for (size_t i = 0; i < point->count && used + 8 < size; i++) {
		if (i == at_most && !is_bits) {
			(void)snprintf(to + used, size - used, " …");
			return;
		}
		if (is_bits)
			used += (size_t)snprintf(to + used, size - used, "%c",
						 at[point->count - 1 - i] ? '1' : '0');
		else
			used += (size_t)snprintf(to + used, size - used, "%s%04X",
						 i ? " " : "", at[i]);
	}
}

/* The value, or why there is none. */
static enum kakou_err read_value(const struct cli_reading *reading,
				 const struct map_point *point, struct map_value *value,
				 char text[MAP_VALUE_PRINTED_MAX], struct why *why)
{
	const struct bus_answer *block;
	enum kakou_err err;

	memset(value, 0, sizeof(*value));
	if (point->block == MAP_NO_BLOCK) {
		(void)text_copy(text, MAP_VALUE_PRINTED_MAX, "only written");
		return KAKOU_E_NOTFOUND;
	}
	block = &reading->blocks[point->block];
	if (block->error) {
		(void)text_copy(text, MAP_VALUE_PRINTED_MAX, "not read");
		return why_set(why, (enum kakou_err)block->error, "%s", block->why);
	}
	err = map_decode_point(reading->map, point, reading->image, value, why);
	if (err)
		(void)snprintf(text, MAP_VALUE_PRINTED_MAX, "%.110s", why->text);
	else
		map_print_value(value, text);
	return err;
}

static void add_point(struct cli_table *table, const struct cli_reading *reading,
		      const struct map_point *point)
{
	bool has_raw =
		point->block != MAP_NO_BLOCK && !reading->blocks[point->block].error;
	struct map_value value;
	char text[MAP_VALUE_PRINTED_MAX];
	char type[64];
	char raw[80] = "-";
	struct why why = {""};

	cli_describe_type(point, type, sizeof(type));
	if (has_raw)
		print_raw(point, reading->image, raw, sizeof(raw), 4);
	(void)read_value(reading, point, &value, text, &why);
	cli_table_add(table, "%s", point->name);
	cli_table_add(table, "%s", map_area_name(point->area));
	cli_table_add(table, "%u", point->address);
	cli_table_add(table, "%s", type);
	cli_table_add(table, "%s", raw);
	cli_table_add(table, has_raw ? "%" PRId64 " ms" : "-",
		      has_raw ? clock_mono_ms() - reading->blocks[point->block].at_ms
			      : 0);
	cli_table_add(table, "%s", text);
}

static json_t *view_point(const struct cli_reading *reading,
			  const struct map_point *point)
{
	bool has_block = point->block != MAP_NO_BLOCK;
	const struct bus_answer *block =
		has_block ? &reading->blocks[point->block] : NULL;
	struct map_value value;
	char text[MAP_VALUE_PRINTED_MAX];
	struct why why = {""};
	enum kakou_err err = read_value(reading, point, &value, text, &why);
	json_t *raw = json_array();
	json_t *number = err             ? json_null()
			 : value.is_text ? json_string(value.text)
					 : json_integer(value.number);

	for (size_t i = 0; has_block && !block->error && i < point->count; i++)
		(void)json_array_append_new(
			raw, json_integer(reading->image[point->offset + i]));
	return json_pack(
		"{s:s, s:s, s:i, s:i, s:s, s:s, s:I, s:o, s:o, s:s, s:s, s:s, s:o}",
		"point", point->name, "area", map_area_name(point->area), "address",
		point->address, "count", point->count, "type", map_type_name(point->type),
		"word_order", point->low_word_first ? "low-first" : "high-first", "mask",
		(json_int_t)point->mask, "raw", raw, "value", number, "unit",
		value.unit ? value.unit : "", "text", text, "why", why.text, "age_ms",
		has_block && !block->error ? json_integer(clock_mono_ms() - block->at_ms)
					   : json_null());
}

/* ---- show -------------------------------------------------------------------------------- */

int cli_reading_take(struct cli *cli, struct cli_bus *bus, uint8_t unit,
		     struct cli_reading *reading)
{
	const struct map *map = reading->map;

	for (size_t b = 0; b < map->block_count; b++) {
		const struct map_block *block = &map->blocks[b];
		struct bus_answer *answer = &reading->blocks[b];
		int exit = cli_bus_read(cli, bus, unit, block->area, block->address,
					block->count, answer);

		if (exit)
			return exit;
		if (!answer->error && answer->count != block->count) {
			answer->error = KAKOU_E_GARBLED;
			(void)text_copy(
				answer->why, sizeof(answer->why),
				"got another number of values than was asked for");
		}
		if (!answer->error)
			memcpy(&reading->image[block->offset], answer->values,
			       block->count * sizeof(uint16_t));
	}
	return CLI_DONE;
}

static json_t *view_block(const struct map_block *block, const struct bus_answer *answer)
{
	return json_pack(
		"{s:s, s:i, s:i, s:s, s:i, s:i, s:s}", "area", map_area_name(block->area),
		"address", block->address, "count", block->count, "outcome",
		kakou_err_name((enum kakou_err)answer->error), "exception",
		answer->exception, "took_ms", answer->took_ms, "why", answer->why);
}

void cli_reading_print_json(struct cli *cli, const struct cli_unit *unit,
			    const char *map_name, const struct cli_reading *reading)
{
	const struct map *map = reading->map;
	json_t *blocks = json_array();
	json_t *points = json_array();
	json_t *all;

	for (size_t b = 0; b < map->block_count; b++)
		(void)json_array_append_new(
			blocks, view_block(&map->blocks[b], &reading->blocks[b]));
	for (size_t p = 0; p < map->point_count; p++)
		(void)json_array_append_new(points, view_point(reading, &map->points[p]));
	all = json_pack("{s:s, s:s, s:i, s:s, s:s, s:o, s:o}", "device", unit->device,
			"where", unit->bus.where, "unit", unit->unit, "map", map_name,
			"class", device_class_name(map->class), "blocks", blocks,
			"points", points);
	cli_print_json(cli, all);
	json_decref(all);
}

void cli_reading_print(struct cli *cli, const struct cli_unit *unit, const char *map_name,
		       const struct cli_reading *reading)
{
	static const char *const heads[] = {"POINT", "AREA", "ADDRESS", "TYPE",
					    "RAW",   "AGE",  "VALUE",   NULL};
	const struct map *map = reading->map;
	struct cli_table *table = cli_table_create(heads);

	fprintf(cli->out, "%s%s%s unit %d, map %s (%s)\n", unit->device,
		unit->device[0] ? ", " : "", unit->bus.where, unit->unit, map_name,
		device_class_name(map->class));
	for (size_t b = 0; b < map->block_count; b++) {
		const struct map_block *block = &map->blocks[b];
		const struct bus_answer *answer = &reading->blocks[b];

		fprintf(cli->out, "%s %u to %u: %s %d ms%s%s\n",
			map_area_name(block->area), block->address,
			(unsigned)(block->address + block->count - 1),
			answer->error ? "FAILED after" : "answered in", answer->took_ms,
			answer->error ? ": " : "", answer->error ? answer->why : "");
	}
	fputc('\n', cli->out);
	for (size_t p = 0; p < map->point_count; p++)
		add_point(table, reading, &map->points[p]);
	cli_table_print(table, cli->out);
	cli_table_destroy(table);
}

/* Failed when a block could not be read or a register holds what the map does not allow. */
int cli_reading_judge(const struct cli_reading *reading)
{
	for (size_t p = 0; p < reading->map->point_count; p++) {
		struct map_value value;
		char text[MAP_VALUE_PRINTED_MAX];
		struct why why;
		enum kakou_err err =
			read_value(reading, &reading->map->points[p], &value, text, &why);

		if (err && err != KAKOU_E_NOTFOUND)
			return CLI_FAILED;
	}
	return CLI_DONE;
}

/* SPDX-License-Identifier: MIT */
/*
 * Register maps: what a make of device says, as data in board/maps/NAME.map.
 *
 * A map names a class, a word order, optional blocks (registers that are read together,
 * some of which a device only answers as a whole) and points. Each class requires and
 * allows certain point names (see drivers/map/README.md); anything else is refused with
 * file and line.
 *
 * Layer: drivers. Parsing blocks on the disk (start only); decoding and encoding are
 * pure.
 */
#ifndef KAKOU_DRIVERS_MAP_H
#define KAKOU_DRIVERS_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/device/device.h"
#include "hal/err.h"
#include "hal/modbus_port.h"
#include "hal/why.h"

enum {
	MAP_POINTS_MAX = 24,
	MAP_BLOCKS_MAX = 8,
	MAP_REGISTERS_MAX = 256,   /**< all blocks of one map together */
	MAP_NO_BLOCK = UINT16_MAX, /**< block of a point that is only written */
};

enum map_type { MAP_BIT, MAP_U16, MAP_I16, MAP_U32, MAP_I32, MAP_F32, MAP_U17, MAP_TEXT };

struct map_point {
	char name[32]; /**< "gross", "front_text", … fixed by the class */
	enum modbus_area area;
	uint16_t address; /**< wire address, from 0 */
	uint16_t count;   /**< registers or bits; text: registers of two bytes, UTF-8 */
	enum map_type type;
	bool low_word_first;
	uint32_t mask; /**< 0 = all; otherwise value & mask, shifted down to its lowest
			  bit */
	int32_t scale_mul; /**< value * mul / div = the class's unit (g, 1/1000 °C, …) */
	int32_t scale_div;
	bool is_writable;
	uint16_t command; /**< what is written to a trigger or zero point */
	uint16_t block;   /**< index of the block it is read with, or MAP_NO_BLOCK */
	uint16_t offset;  /**< first register of the point in the map's register image */
};

struct map_block {
	char name[32];
	enum modbus_area area;
	uint16_t address;
	uint16_t count;
	uint16_t offset;   /**< of its first register in the register image */
	int32_t period_ms; /**< how often it is read */
	bool read_whole;   /**< the device refuses parts of it */
};

/** One map; constant after map_load(). Its register image is an array of
 * MAP_REGISTERS_MAX. */
struct map {
	char compatible[48]; /**< "seneca,ze-sg3" */
	enum device_class class;
	int32_t max_age_ms; /**< a value older than this must not be used */
	struct map_point points[MAP_POINTS_MAX];
	size_t point_count;
	struct map_block blocks[MAP_BLOCKS_MAX];
	size_t block_count;
};

/** Reads and checks a map file. Errors name file, line, the value and what was expected.
 */
KAKOU_MUST_CHECK enum kakou_err map_load(struct map *out, const char *path,
					 struct why *why);

/** The point of that name, or NULL. */
const struct map_point *map_find_point(const struct map *map, const char *name);

/** Registers → neutral value. `image` is the whole register image. KAKOU_E_GARBLED: a
 * register holds what the class does not allow (text that is not UTF-8, a NaN, confidence
 * 200); `why` quotes point and value; `out` is then not a value. Fills class, value and
 * has_value only. */
KAKOU_MUST_CHECK enum kakou_err map_decode(const struct map *map, const uint16_t *image,
					   struct device_sample *out, struct why *why);

/** What one point holds, in its class's unit. */
struct map_value {
	bool is_text, is_flag, is_bits;
	int64_t number;
	char text[DEVICE_TEXT_MAX + 1]; /**< is_text: UTF-8 without control characters */
	const char *unit;               /**< static: "g", "1/1000 °C", "%", or "" */
};

/** One point of the image, as map_decode() reads it. KAKOU_E_GARBLED as there, for this point
 *  alone; KAKOU_E_NOTFOUND: the point is only written, it holds nothing. */
KAKOU_MUST_CHECK enum kakou_err map_decode_point(const struct map *map,
						 const struct map_point *point,
						 const uint16_t *image,
						 struct map_value *out, struct why *why);

enum { MAP_VALUE_PRINTED_MAX = 112 };

/** The value as a person reads it: "36980 kg", "-18.5 °C", "yes", "0x0005 (0 2)". */
void map_print_value(const struct map_value *value, char to[MAP_VALUE_PRINTED_MAX]);

/** Words as in a map file: "i32", "holding"; NULL out of range. */
const char *map_type_name(enum map_type type);
const char *map_area_name(enum modbus_area area);

/** False when there is no area of that name. */
bool map_area_from_name(const char *name, enum modbus_area *out);

/** A command → registers to write, point by point: call with *step = 0 and repeat until
 *  KAKOU_E_NOTFOUND. Each call yields one write (area, address, count, values).
 * KAKOU_E_INVALID: the map has no point for this command. */
enum { MAP_STEP_AFTER_VOICE = 1 }; /**< *step from which a sign is told its text only */

struct map_write {
	enum modbus_area area;
	uint16_t address;
	uint16_t count;
	uint16_t values[32];
};
KAKOU_MUST_CHECK enum kakou_err map_encode_command(const struct map *map,
						   const struct device_command *command,
						   size_t *step, struct map_write *out);

/** Neutral value → registers, the inverse of map_decode(): for simulators and round-trip
 *  tests. Points the map lacks are left alone. */
void map_encode(const struct map *map, const struct device_sample *value,
		uint16_t *image);

#endif

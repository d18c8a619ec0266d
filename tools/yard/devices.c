/* SPDX-License-Identifier: MIT */
/*
 * Register images of devices.
 *
 * Layer: tools.
 */
#include "tools/yard/devices.h"

#include <string.h>

#include "hal/text.h"

void yard_device_init(struct yard_device *device, const struct site_device *site,
		      const struct map *map)
{
	*device = (struct yard_device){
		.site = site,
		.map = map,
		.value = {.class = (uint8_t)site->class, .has_value = true},
	};
	map_encode(map, &device->value, device->image);
}

void yard_device_show(struct yard_device *device, const struct device_sample *value)
{
	if (device->fault.kind == FAULT_FROZEN)
		return;
	device->value.value = value->value;
	map_encode(device->map, &device->value, device->image);
}

/* ---- reading ----------------------------------------------------------------------------- */

/* The block that holds the address, or NULL. */
static const struct map_block *find_block(const struct map *map, enum modbus_area area,
					  uint32_t address)
{
	for (size_t i = 0; i < map->block_count; i++) {
		const struct map_block *block = &map->blocks[i];

		if (block->area == area && address >= block->address &&
		    address < (uint32_t)block->address + block->count)
			return block;
	}
	return NULL;
}

enum yard_exception yard_device_read(struct yard_device *device, enum modbus_area area,
				     uint16_t address, uint16_t count, uint16_t *out)
{
	for (uint32_t i = 0; i < count; i++) {
		const struct map_block *block =
			find_block(device->map, area, (uint32_t)address + i);

		if (!block)
			return YARD_ILLEGAL_ADDRESS;
		if (block->read_whole &&
		    (address != block->address || count != block->count))
			return YARD_ILLEGAL_ADDRESS;
		out[i] = device->image[block->offset + address + i - block->address];
	}
	return YARD_WELL;
}

/* ---- writing ----------------------------------------------------------------------------- */

static const struct map_point *find_writable(const struct map *map, enum modbus_area area,
					     uint16_t address, uint16_t count)
{
	for (size_t i = 0; i < map->point_count; i++) {
		const struct map_point *point = &map->points[i];

		if (point->is_writable && point->area == area &&
		    address >= point->address &&
		    (uint32_t)address + count <= (uint32_t)point->address + point->count)
			return point;
	}
	return NULL;
}

/* Two bytes a register, the first in the high one; what is not UTF-8 is not shown. */
static void write_text(struct yard_device *device, uint32_t at, uint32_t count,
		       const uint16_t *values)
{
	struct device_sign *sign = &device->value.value.sign;
	char text[2 * YARD_TEXT_REGISTERS + 1] = "";

	for (uint32_t i = 0; i < count && at + i < YARD_TEXT_REGISTERS; i++)
		device->written[at + i] = values[i];
	for (uint32_t i = 0; i < YARD_TEXT_REGISTERS; i++) {
		text[2 * i] = (char)(device->written[i] >> 8);
		text[2 * i + 1] = (char)(device->written[i] & 0xFF);
	}
	if (text_count_characters(text) < 0)
		return;
	text_copy(sign->shown, sizeof(sign->shown), text);
	sign->shown_sequence++;
}

static void write_outputs(struct yard_device *device, uint32_t at, uint32_t count,
			  const uint16_t *values)
{
	uint32_t *outputs = &device->value.value.io.outputs;

	for (uint32_t i = 0; i < count; i++) {
		if (values[i])
			*outputs |= UINT32_C(1) << (at + i);
		else
			*outputs &= ~(UINT32_C(1) << (at + i));
	}
}

enum yard_exception yard_device_write(struct yard_device *device, enum modbus_area area,
				      uint16_t address, uint16_t count,
				      const uint16_t *values)
{
	const struct map_point *point = find_writable(device->map, area, address, count);
	uint32_t at;

	if (!point)
		return YARD_ILLEGAL_ADDRESS;
	device->writes++;
	if (device->fault.kind == FAULT_FROZEN)
		return YARD_WELL;
	at = (uint32_t)address - point->address;
	if (!strcmp(point->name, "text"))
		write_text(device, at, count, values);
	else if (!strcmp(point->name, "outputs"))
		write_outputs(device, at, count, values);
	else if (!strcmp(point->name, "trigger"))
		device->is_triggered = true;
	map_encode(device->map, &device->value, device->image);
	return YARD_WELL;
}

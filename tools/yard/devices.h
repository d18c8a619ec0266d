/* SPDX-License-Identifier: MIT */
/*
 * Devices as their registers show them: values in, register images out, writes back in.
 *
 * Layer: tools. Threads: the yard's loop.
 */
#ifndef KAKOU_TOOLS_YARD_DEVICES_H
#define KAKOU_TOOLS_YARD_DEVICES_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/device/device.h"
#include "drivers/map/map.h"
#include "firmware/config/site.h"
#include "tools/yard/faults.h"

enum { YARD_TEXT_REGISTERS = (DEVICE_TEXT_MAX + 1) / 2 };

/** Modbus exceptions (V1.1b3 section 7); 0 = none. */
enum yard_exception {
	YARD_WELL = 0,
	YARD_ILLEGAL_FUNCTION = 1,
	YARD_ILLEGAL_ADDRESS = 2,
	YARD_ILLEGAL_VALUE = 3,
};

struct yard_device {
	const struct site_device *site;
	const struct map *map;
	struct device_sample value; /**< what it measures and shows */
	uint16_t image[MAP_REGISTERS_MAX];
	uint16_t written[YARD_TEXT_REGISTERS]; /**< sign: the text as it came in */
	struct fault fault;
	bool is_triggered; /**< it was told to read again; the yard takes it back */
	uint64_t requests, writes;
};

void yard_device_init(struct yard_device *device, const struct site_device *site,
		      const struct map *map);

/** A new value; a frozen device keeps its old one. */
void yard_device_show(struct yard_device *device, const struct device_sample *value);

/** What a master reads. Addresses no block of the map covers, and parts of a block that is
 *  only answered whole, are illegal. */
enum yard_exception yard_device_read(struct yard_device *device, enum modbus_area area,
				     uint16_t address, uint16_t count, uint16_t *out);

/** What a master writes: a sign's text, outputs, triggers; all else is illegal. */
enum yard_exception yard_device_write(struct yard_device *device, enum modbus_area area,
				      uint16_t address, uint16_t count,
				      const uint16_t *values);

#endif

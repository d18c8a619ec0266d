/* SPDX-License-Identifier: MIT */
/*
 * A bus step by step under the virtual clock, with scripted devices, and what came out of it.
 *
 * Layer: tests. Failures are cmocka's.
 */
#ifndef KAKOU_TESTS_BUS_RIG_H
#define KAKOU_TESTS_BUS_RIG_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/bus/bus_worker.h"
#include "hal/fake/fake.h"

enum {
	PERIOD_MS = 100,
	ANSWER_MS = 100,
	SCALE = 7,      /**< the site's number of the first device */
	SCALE_UNIT = 1, /**< and its Modbus unit */
};

struct bus_rig {
	struct map map;
	struct bus_unit units[BUS_UNITS_MAX];
	struct bus_config config;
	struct bus_worker *worker;
	_Atomic uint64_t scan;
	bool scan_runs;
	struct device_sample last[BUS_UNITS_MAX]; /**< newest with a value */
	struct device_sample told[BUS_UNITS_MAX]; /**< newest of all */
	int values[BUS_UNITS_MAX], messages[BUS_UNITS_MAX];
	int64_t age_ms[BUS_UNITS_MAX]; /**< the oldest a value has become */
	bool does_not_listen;          /**< the control thread stands still */
};

extern struct bus_rig bus_rig;

/** A port "p1" with so many devices of one map, numbered from SCALE on. */
void bus_rig_start(const char *map_file, size_t units);

/** Teardown of a test. */
int bus_rig_stop(void **state);

/** Lets the bus work for so long; the control loop scans each 10 ms beside it. */
void bus_rig_run(int64_t ms);
void bus_rig_take_samples(void);
void bus_rig_command(const struct device_command *command);
const struct bus_unit_health *bus_rig_health(size_t u);

/** Registers and coils of the first device. */
void bus_rig_set_holding(uint16_t address, uint16_t value);
uint16_t bus_rig_coil(uint16_t address);
void bus_rig_break(uint8_t unit, enum fake_modbus_fault fault);

#endif

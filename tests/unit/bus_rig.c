/* SPDX-License-Identifier: MIT */
/*
 * A bus with scripted devices. Layer: tests.
 */
#include "tests/unit/bus_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "hal/clock.h"

struct bus_rig bus_rig;

void bus_rig_start(const char *map_file, size_t units)
{
	struct why why = {.text = ""};

	memset(&bus_rig, 0, sizeof(bus_rig));
	fake_clock_set(1000000);
	fake_modbus_reset();
	if (map_load(&bus_rig.map, map_file, &why))
		fail_msg("%s", why.text);
	for (size_t u = 0; u < units; u++) {
		bus_rig.units[u] = (struct bus_unit){.device = (uint16_t)(SCALE + u),
						     .unit = (uint8_t)(SCALE_UNIT + u),
						     .map = &bus_rig.map};
		fake_modbus_add("p1", (uint8_t)(SCALE_UNIT + u));
	}
	bus_rig.config = (struct bus_config){
		.port = {.name = "p1",
			 .host = "127.0.0.1",
			 .tcp_port = 502,
			 .connect_ms = 100,
			 .answer_ms = ANSWER_MS},
		.units = bus_rig.units,
		.unit_count = units,
		.backoff_min_ms = 200,
		.backoff_max_ms = 5000,
		.scan_counter = &bus_rig.scan,
	};
	bus_rig.scan_runs = true;
	if (bus_worker_create(&bus_rig.worker, &bus_rig.config, &why))
		fail_msg("%s", why.text);
}

int bus_rig_stop(void **state)
{
	(void)state;
	bus_worker_destroy(bus_rig.worker);
	bus_rig.worker = NULL;
	fake_modbus_reset();
	return 0;
}

void bus_rig_take_samples(void)
{
	struct device_sample sample;

	while (!bus_rig.does_not_listen && queue_pop(bus_rig.worker->samples, &sample)) {
		size_t u = (size_t)(sample.device - SCALE);

		assert_true(u < bus_rig.config.unit_count);
		bus_rig.messages[u]++;
		bus_rig.told[u] = sample;
		if (!sample.has_value)
			continue;
		if (bus_rig.values[u]++ > 0 &&
		    sample.at_ms - bus_rig.last[u].at_ms > bus_rig.age_ms[u])
			bus_rig.age_ms[u] = sample.at_ms - bus_rig.last[u].at_ms;
		bus_rig.last[u] = sample;
	}
}

/* Lets the bus work for so long; the control loop scans each 10 ms beside it. */
void bus_rig_run(int64_t ms)
{
	int64_t end_ms = clock_mono_ms() + ms;

	while (clock_mono_ms() < end_ms) {
		int64_t wake_ms;

		if (bus_rig.scan_runs)
			atomic_fetch_add(&bus_rig.scan, 1);
		wake_ms = bus_worker_step(bus_rig.worker);
		bus_rig_take_samples();
		if (wake_ms > clock_mono_ms() + 10)
			wake_ms = clock_mono_ms() + 10;
		if (wake_ms > clock_mono_ms())
			fake_clock_set(wake_ms);
	}
}

void bus_rig_command(const struct device_command *command)
{
	assert_int_equal(queue_push(bus_rig.worker->commands, command), KAKOU_OK);
}

const struct bus_unit_health *bus_rig_health(size_t u)
{
	static struct bus_health health;

	assert_true(mailbox_get(bus_rig.worker->health, &health));
	assert_int_equal(health.unit_count, bus_rig.config.unit_count);
	return &health.units[u];
}

void bus_rig_set_holding(uint16_t address, uint16_t value)
{
	fake_modbus_set("p1", SCALE_UNIT, MODBUS_HOLDING, address, value);
}

uint16_t bus_rig_coil(uint16_t address)
{
	return fake_modbus_get("p1", SCALE_UNIT, MODBUS_COILS, address);
}

void bus_rig_break(uint8_t unit, enum fake_modbus_fault fault)
{
	fake_modbus_set_fault("p1", unit, fault, 4,
			      fault == FAKE_MODBUS_HEALTHY ? 0 : -1);
}

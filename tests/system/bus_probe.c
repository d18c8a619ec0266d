/* SPDX-License-Identifier: MIT */
/*
 * Buses alone, against real Modbus TCP devices; afterwards one line of JSON says how old each
 * device's values became between two refreshes.
 *
 *   bus_probe buses|plain MAP MILLISECONDS ANSWER_MS HOST PORT:UNIT...
 *
 * "buses" starts one bus for each port, "plain" asks one device after the other from one thread,
 * as a simple poller does: the yardstick.
 *
 * Layer: tests.
 */
#include "drivers/bus/bus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hal/clock.h"
#include "hal/text.h"

enum { DEVICES_MAX = 32, GAPS_MAX = 4096, LOOK_EVERY_MS = 2, CONNECT_MS = 500 };

static struct device {
	uint16_t port;
	uint8_t unit;
	int64_t value_ms; /* when the newest value was read, 0 = none yet */
	size_t values, gap_count;
	int64_t gaps_ms[GAPS_MAX];
	struct bus_unit_health health;
} devices[DEVICES_MAX];

static size_t device_count;
static struct map map;
static int64_t run_ms;
static int32_t answer_ms;
static const char *host;

static bool take_number(const char *text, int64_t max, int64_t *out)
{
	return !text_parse_integer(text, 0, max, out);
}

static bool take_device(char *text)
{
	char *colon = strchr(text, ':');
	int64_t port, unit;

	if (!colon || device_count == DEVICES_MAX)
		return false;
	*colon = '\0';
	if (!take_number(text, UINT16_MAX, &port) ||
	    !take_number(colon + 1, UINT8_MAX, &unit))
		return false;
	devices[device_count].port = (uint16_t)port;
	devices[device_count++].unit = (uint8_t)unit;
	return true;
}

static struct modbus_port_config port_config(uint16_t tcp_port)
{
	struct modbus_port_config config = {
		.tcp_port = tcp_port, .connect_ms = CONNECT_MS, .answer_ms = answer_ms};

	(void)snprintf(config.name, sizeof(config.name), "%u", tcp_port);
	text_copy(config.host, sizeof(config.host), host);
	return config;
}

static void take_value(struct device *device, int64_t at_ms)
{
	device->values++;
	if (device->value_ms && device->gap_count < GAPS_MAX)
		device->gaps_ms[device->gap_count++] = at_ms - device->value_ms;
	device->value_ms = at_ms;
}

static bool start_bus(struct bus **bus, uint16_t tcp_port)
{
	struct bus_unit units[BUS_UNITS_MAX];
	struct bus_config config = {
		.port = port_config(tcp_port),
		.units = units,
		.backoff_min_ms = 200,
		.backoff_max_ms = 5000,
	};
	struct why why;

	for (size_t i = 0; i < device_count; i++) {
		if (devices[i].port == tcp_port)
			units[config.unit_count++] =
				(struct bus_unit){.device = (uint16_t)i,
						  .unit = devices[i].unit,
						  .map = &map};
	}
	if (bus_start(bus, &config, &why)) {
		fprintf(stderr, "bus_probe: %s\n", why.text);
		return false;
	}
	return true;
}

static void take_health(struct bus *bus)
{
	static struct bus_health health;

	if (!bus_read_health(bus, &health))
		return;
	for (size_t u = 0; u < health.unit_count; u++)
		devices[health.units[u].device].health = health.units[u];
}

static int run_buses(void)
{
	struct bus *buses[DEVICES_MAX] = {NULL};
	struct device_sample sample;
	int64_t now_ms = clock_mono_ms();
	int64_t end_ms = now_ms + run_ms;
	size_t count = 0;

	for (size_t i = 0; i < device_count; i++) {
		bool is_first = true;

		for (size_t k = 0; k < i; k++)
			is_first = is_first && devices[k].port != devices[i].port;
		if (is_first && !start_bus(&buses[count++], devices[i].port))
			return EXIT_FAILURE;
	}
	for (; now_ms < end_ms; now_ms += LOOK_EVERY_MS) {
		clock_sleep_until_ms(now_ms);
		for (size_t b = 0; b < count; b++) {
			while (bus_next_sample(buses[b], &sample)) {
				if (sample.has_value)
					take_value(&devices[sample.device], sample.at_ms);
			}
		}
	}
	for (size_t b = 0; b < count; b++) {
		take_health(buses[b]);
		bus_stop(buses[b]);
	}
	return EXIT_SUCCESS;
}

static int run_plain(void)
{
	struct modbus_port *ports[DEVICES_MAX] = {NULL};
	uint16_t image[MAP_REGISTERS_MAX];
	int64_t end_ms = clock_mono_ms() + run_ms;

	for (size_t i = 0; i < device_count; i++) {
		struct modbus_port_config config = port_config(devices[i].port);

		if (modbus_port_create(&ports[i], &config, NULL))
			return EXIT_FAILURE;
	}
	while (clock_mono_ms() < end_ms) {
		int64_t began_ms = clock_mono_ms();

		for (size_t i = 0; i < device_count; i++) {
			if (!modbus_port_read(ports[i], devices[i].unit,
					      map.blocks[0].area, map.blocks[0].address,
					      map.blocks[0].count, image, NULL))
				take_value(&devices[i], clock_mono_ms());
		}
		clock_sleep_until_ms(began_ms + map.blocks[0].period_ms);
	}
	for (size_t i = 0; i < device_count; i++)
		modbus_port_destroy(ports[i]);
	return EXIT_SUCCESS;
}

static int compare(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a;
	int64_t right = *(const int64_t *)b;

	return (left > right) - (left < right);
}

static long long gap_at(const struct device *device, size_t percent)
{
	if (device->gap_count == 0)
		return -1;
	return device->gaps_ms[(device->gap_count - 1) * percent / 100];
}

static void print_report(void)
{
	printf("[");
	for (size_t i = 0; i < device_count; i++) {
		struct device *device = &devices[i];

		qsort(device->gaps_ms, device->gap_count, sizeof(device->gaps_ms[0]),
		      compare);
		printf("%s{\"values\":%zu,\"p50\":%lld,\"p95\":%lld,\"max\":%lld,"
		       "\"health\":\"%s\",\"errors\":%llu,\"requests\":%llu,\"backoff_"
		       "ms\":%d}",
		       i ? "," : "", device->values, gap_at(device, 50),
		       gap_at(device, 95), gap_at(device, 100),
		       device_health_name((enum device_health)device->health.health),
		       (unsigned long long)device->health.errors,
		       (unsigned long long)device->health.requests,
		       (int)device->health.backoff_ms);
	}
	printf("]\n");
}

int main(int argc, char **argv)
{
	struct why why;
	int64_t answer;
	bool is_plain;
	int status;

	if (argc < 7 || !take_number(argv[3], 600000, &run_ms) ||
	    !take_number(argv[4], 5000, &answer)) {
		fprintf(stderr,
			"usage: bus_probe buses|plain MAP MILLISECONDS ANSWER_MS HOST "
			"PORT:UNIT...\n");
		return 2;
	}
	is_plain = !strcmp(argv[1], "plain");
	answer_ms = (int32_t)answer;
	host = argv[5];
	for (int i = 6; i < argc; i++) {
		if (!take_device(argv[i])) {
			fprintf(stderr, "bus_probe: got \"%s\", expected PORT:UNIT\n",
				argv[i]);
			return 2;
		}
	}
	if (map_load(&map, argv[2], &why)) {
		fprintf(stderr, "bus_probe: %s\n", why.text);
		return EXIT_FAILURE;
	}
	status = is_plain ? run_plain() : run_buses();
	print_report();
	return status;
}

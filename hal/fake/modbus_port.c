/* SPDX-License-Identifier: MIT */
/*
 * Modbus devices that behave as a test scripts them, under the virtual clock.
 *
 * Layer:   hal, fake side.
 * Threads: one: the test's, which also runs the code under test.
 *
 * Requests are built and refused by the same pure code as on a real port; only the wire is
 * missing. What a fault looks like from above the port is stated beside it in fake.h.
 */
#include "hal/modbus_port.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "hal/clock.h"
#include "hal/fake/fake.h"
#include "hal/modbus_config.h"
#include "hal/modbus_pdu.h"
#include "hal/text.h"

enum { DEVICES_MAX = 64, ITEMS = 65536, AREAS = 4, TRICKLE_MS_PER_BYTE = 50 };

/* Its items are allocated when first written or frozen: few devices use many. */
struct device {
	char port[32];
	uint8_t unit;
	int32_t delay_ms;
	enum fake_modbus_fault fault;
	uint8_t exception;
	int fault_count; /* -1: without end */
	size_t requests;
	uint16_t *items[AREAS];
	uint16_t *frozen[AREAS]; /* copies of the moment FAKE_MODBUS_FROZEN was set */
};

struct modbus_port {
	struct modbus_port_config config;
	uint8_t exception;
};

static struct device devices[DEVICES_MAX];
static size_t device_count;

static struct device *find_device(const char *port, uint8_t unit)
{
	for (size_t i = 0; i < device_count; i++) {
		if (devices[i].unit == unit && !strcmp(devices[i].port, port))
			return &devices[i];
	}
	return NULL;
}

static struct device *expect_device(const char *port, uint8_t unit)
{
	struct device *device = find_device(port, unit);

	assert(device); /* the test never added it */
	return device;
}

static void drop_items(uint16_t *items[AREAS])
{
	for (size_t i = 0; i < AREAS; i++) {
		free(items[i]);
		items[i] = NULL;
	}
}

void fake_modbus_reset(void)
{
	for (size_t i = 0; i < device_count; i++) {
		drop_items(devices[i].items);
		drop_items(devices[i].frozen);
	}
	device_count = 0;
}

void fake_modbus_add(const char *port, uint8_t unit)
{
	struct device *device;

	assert(device_count < DEVICES_MAX && !find_device(port, unit));
	device = &devices[device_count++];
	memset(device, 0, sizeof(*device));
	text_copy(device->port, sizeof(device->port), port);
	device->unit = unit;
	device->delay_ms = 1;
}

void fake_modbus_set(const char *port, uint8_t unit, enum modbus_area area,
		     uint16_t address, uint16_t value)
{
	struct device *device = expect_device(port, unit);

	if (!device->items[area])
		device->items[area] = calloc(ITEMS, sizeof(uint16_t));
	assert(device->items[area]);
	device->items[area][address] = value;
}

uint16_t fake_modbus_get(const char *port, uint8_t unit, enum modbus_area area,
			 uint16_t address)
{
	const struct device *device = expect_device(port, unit);

	return device->items[area] ? device->items[area][address] : 0;
}

void fake_modbus_set_delay(const char *port, uint8_t unit, int32_t ms)
{
	expect_device(port, unit)->delay_ms = ms;
}

static void freeze(struct device *device)
{
	for (size_t i = 0; i < AREAS; i++) {
		if (!device->items[i])
			continue;
		device->frozen[i] = calloc(ITEMS, sizeof(uint16_t));
		assert(device->frozen[i]);
		memcpy(device->frozen[i], device->items[i], ITEMS * sizeof(uint16_t));
	}
}

void fake_modbus_set_fault(const char *port, uint8_t unit, enum fake_modbus_fault fault,
			   uint8_t exception, int count)
{
	struct device *device = expect_device(port, unit);

	device->fault = count ? fault : FAKE_MODBUS_HEALTHY;
	device->exception = exception;
	device->fault_count = count;
	drop_items(device->frozen);
	if (device->fault == FAKE_MODBUS_FROZEN)
		freeze(device);
}

size_t fake_modbus_count_requests(const char *port, uint8_t unit)
{
	return expect_device(port, unit)->requests;
}

enum kakou_err modbus_port_create(struct modbus_port **out,
				  const struct modbus_port_config *config,
				  struct why *why)
{
	struct modbus_port *port;
	enum kakou_err err = modbus_config_check(config, why);

	if (err)
		return err;
	port = calloc(1, sizeof(*port));
	if (!port)
		return why_set(why, KAKOU_E_NOMEM, "port %s: no memory", config->name);
	port->config = *config;
	*out = port;
	return KAKOU_OK;
}

void modbus_port_destroy(struct modbus_port *port)
{
	free(port);
}

/* The fault that this request meets; counts it down. */
static enum fake_modbus_fault next_fault(struct device *device)
{
	enum fake_modbus_fault fault = device->fault;

	if (device->fault_count > 0 && --device->fault_count == 0)
		device->fault = FAKE_MODBUS_HEALTHY;
	return fault;
}

static enum kakou_err time_out(const struct modbus_port *port, int64_t asked_ms,
			       struct why *why)
{
	clock_sleep_until_ms(asked_ms + port->config.answer_ms);
	return why_set(why, KAKOU_E_TIMEOUT, "no whole answer within %d ms",
		       port->config.answer_ms);
}

static bool has_port(const char *name)
{
	for (size_t i = 0; i < device_count; i++) {
		if (!strcmp(devices[i].port, name))
			return true;
	}
	return false;
}

/* Lets the answer take its time, and tells what is wrong with it. */
static enum kakou_err meet(struct modbus_port *port, struct device *device,
			   enum fake_modbus_fault fault, size_t answer_bytes,
			   struct why *why)
{
	int64_t asked_ms = clock_mono_ms();
	int64_t delay_ms = device ? device->delay_ms : 0;

	if (!has_port(port->config.name))
		return why_set(why, KAKOU_E_LINK, "no connection");
	if (fault == FAKE_MODBUS_TRICKLE)
		delay_ms += (int64_t)answer_bytes * TRICKLE_MS_PER_BYTE;
	if (!device || fault == FAKE_MODBUS_SILENT || fault == FAKE_MODBUS_LATE ||
	    fault == FAKE_MODBUS_SHORT || delay_ms >= port->config.answer_ms)
		return time_out(port, asked_ms, why);
	clock_sleep_until_ms(asked_ms + delay_ms);
	switch (fault) {
	case FAKE_MODBUS_EXCEPTION:
		port->exception = device->exception;
		return why_set(why, KAKOU_E_REFUSED, "exception %u", device->exception);
	case FAKE_MODBUS_WRONG_UNIT:
		return why_set(why, KAKOU_E_FOREIGN, "unit is %u, expected %u",
			       device->unit + 1, device->unit);
	case FAKE_MODBUS_LONG:
		return why_set(why, KAKOU_E_GARBLED, "byte count is more than expected");
	case FAKE_MODBUS_GARBLED: return why_set(why, KAKOU_E_GARBLED, "Invalid CRC");
	case FAKE_MODBUS_CLOSED: return why_set(why, KAKOU_E_LINK, "the peer closed");
	default: return KAKOU_OK;
	}
}

/* One request up to the point where its items are read or written. */
static enum kakou_err ask(struct modbus_port *port, uint8_t unit, size_t answer_bytes,
			  struct device **device, enum fake_modbus_fault *fault,
			  struct why *why)
{
	struct why inner = {.text = ""};
	enum kakou_err err;

	*device = find_device(port->config.name, unit);
	*fault = FAKE_MODBUS_SILENT;
	if (*device) {
		(*device)->requests++;
		*fault = next_fault(*device);
	}
	err = meet(port, *device, *fault, answer_bytes, &inner);
	if (err)
		return why_set(why, err, "port %s unit %u: %s", port->config.name, unit,
			       inner.text);
	return KAKOU_OK;
}

enum kakou_err modbus_port_read(struct modbus_port *port, uint8_t unit,
				enum modbus_area area, uint16_t address, uint16_t count,
				uint16_t *out, struct why *why)
{
	uint8_t request[MODBUS_PDU_MAX];
	enum fake_modbus_fault fault;
	struct device *device;
	const uint16_t *items;
	size_t len;
	enum kakou_err err = modbus_config_check_unit(&port->config, unit, why);

	if (!err)
		err = modbus_pdu_build_read(request, &len, area, address, count, why);
	if (!err)
		err = ask(port, unit, 2 + 2 * (size_t)count, &device, &fault, why);
	if (err)
		return err;
	items = fault == FAKE_MODBUS_FROZEN ? device->frozen[area] : device->items[area];
	if (items)
		memcpy(out, items + address, count * sizeof(*out));
	else
		memset(out, 0, count * sizeof(*out));
	return KAKOU_OK;
}

enum kakou_err modbus_port_write(struct modbus_port *port, uint8_t unit,
				 enum modbus_area area, uint16_t address, uint16_t count,
				 const uint16_t *values, struct why *why)
{
	uint8_t request[MODBUS_PDU_MAX];
	enum fake_modbus_fault fault;
	struct device *device;
	size_t len;
	enum kakou_err err = modbus_config_check_unit(&port->config, unit, why);

	if (!err)
		err = modbus_pdu_build_write(request, &len, area, address, count, values,
					     why);
	if (!err)
		err = ask(port, unit, 5, &device, &fault, why);
	if (err)
		return err;
	if (fault == FAKE_MODBUS_FROZEN || fault == FAKE_MODBUS_DEAF_WRITES)
		return KAKOU_OK;
	for (size_t i = 0; i < count; i++)
		fake_modbus_set(port->config.name, unit, area, (uint16_t)(address + i),
				values[i]);
	return KAKOU_OK;
}

uint8_t modbus_port_exception(const struct modbus_port *port)
{
	return port->exception;
}

/* SPDX-License-Identifier: MIT */
/*
 * The contract suite's Modbus device, scripted.
 */
#include "tests/contract/modbus_rig.h"

#include "hal/fake/fake.h"

static const char port[] = "rig";

struct modbus_port_config modbus_rig_start(bool is_rtu)
{
	struct modbus_port_config config = {
		.name = "rig",
		.is_rtu = is_rtu,
		.host = "127.0.0.1",
		.tcp_port = 502,
		.device = "/dev/ttyS0",
		.baud = 115200,
		.parity = 'N',
		.stop_bits = 1,
		.connect_ms = 500,
		.answer_ms = RIG_ANSWER_MS,
	};

	fake_clock_set(1000000);
	fake_modbus_reset();
	fake_modbus_add(port, RIG_UNIT);
	return config;
}

void modbus_rig_stop(void)
{
	fake_modbus_reset();
}

void modbus_rig_unplug(void)
{
	fake_modbus_reset();
}

void modbus_rig_plug(void)
{
	fake_modbus_add(port, RIG_UNIT);
}

bool modbus_rig_has_wire(void)
{
	return false;
}

/* Without a wire, faults that look alike from above the port are one. */
static enum fake_modbus_fault fake_of(enum rig_fault fault)
{
	switch (fault) {
	case RIG_LATER:
	case RIG_SILENT: return FAKE_MODBUS_SILENT;
	case RIG_LATE: return FAKE_MODBUS_LATE;
	case RIG_TRICKLE: return FAKE_MODBUS_TRICKLE;
	case RIG_EXCEPTION_ANSWER: return FAKE_MODBUS_EXCEPTION;
	case RIG_WRONG_UNIT:
	case RIG_WRONG_FUNCTION:
	case RIG_WRONG_TRANSACTION:
	case RIG_WRONG_ECHO: return FAKE_MODBUS_WRONG_UNIT;
	case RIG_SHORT: return FAKE_MODBUS_SHORT;
	case RIG_LONG: return FAKE_MODBUS_LONG;
	case RIG_EMPTY:
	case RIG_WRONG_PROTOCOL:
	case RIG_GARBLED: return FAKE_MODBUS_GARBLED;
	case RIG_CLOSED: return FAKE_MODBUS_CLOSED;
	case RIG_HEALTHY:
	case RIG_TWICE: break;
	}
	return FAKE_MODBUS_HEALTHY;
}

void modbus_rig_break(enum rig_fault fault, int count)
{
	fake_modbus_set_fault(port, RIG_UNIT, fake_of(fault), RIG_EXCEPTION, count);
}

void modbus_rig_await_end_of_answer(void)
{
}

void modbus_rig_set(enum modbus_area area, uint16_t address, uint16_t value)
{
	fake_modbus_set(port, RIG_UNIT, area, address, value);
}

uint16_t modbus_rig_get(enum modbus_area area, uint16_t address)
{
	return fake_modbus_get(port, RIG_UNIT, area, address);
}

int modbus_rig_count_requests(void)
{
	return (int)fake_modbus_count_requests(port, RIG_UNIT);
}

int modbus_rig_count_connections(void)
{
	return -1;
}

/* SPDX-License-Identifier: MIT */
/*
 * Modbus functions 1 to 6, 15 and 16, server side.
 *
 * Layer: tools. Pure.
 */
#include "tools/yard/modbus_answer.h"

#include <string.h>

#include "hal/modbus_port.h"

enum {
	READ_COILS = 1,
	READ_DISCRETES = 2,
	READ_HOLDING = 3,
	READ_INPUT = 4,
	WRITE_COIL = 5,
	WRITE_REGISTER = 6,
	WRITE_COILS = 15,
	WRITE_REGISTERS = 16,
	COIL_ON = 0xFF00,
	WRITE_BITS_MAX = 1968, /* V1.1b3 6.11 */
	HEAD = 5,              /* function, address, count or value */
	ECHO = HEAD,
};

static uint16_t word_at(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

size_t modbus_answer_exception(const uint8_t *request, uint8_t exception,
			       uint8_t answer[MODBUS_ANSWER_MAX])
{
	answer[0] = request[0] | 0x80;
	answer[1] = exception;
	return 2;
}

static size_t pack_bits(const uint16_t *values, uint16_t count, uint8_t *answer)
{
	size_t bytes = ((size_t)count + 7) / 8;

	memset(answer + 2, 0, bytes);
	for (size_t i = 0; i < count; i++) {
		if (values[i])
			answer[2 + i / 8] |= (uint8_t)(1U << i % 8);
	}
	answer[1] = (uint8_t)bytes;
	return 2 + bytes;
}

static size_t pack_registers(const uint16_t *values, uint16_t count, uint8_t *answer)
{
	for (size_t i = 0; i < count; i++) {
		answer[2 + 2 * i] = (uint8_t)(values[i] >> 8);
		answer[3 + 2 * i] = (uint8_t)values[i];
	}
	answer[1] = (uint8_t)(2 * count);
	return 2 + 2 * (size_t)count;
}

static size_t answer_read(struct yard_device *device, const uint8_t *request, size_t len,
			  enum modbus_area area, uint8_t *answer)
{
	bool is_bits = area == MODBUS_COILS || area == MODBUS_DISCRETES;
	uint16_t values[MODBUS_BITS_MAX];
	uint16_t count = len == HEAD ? word_at(request + 3) : 0;
	enum yard_exception exception;

	if (count < 1 || count > (is_bits ? MODBUS_BITS_MAX : MODBUS_REGISTERS_MAX))
		return modbus_answer_exception(request, YARD_ILLEGAL_VALUE, answer);
	exception = yard_device_read(device, area, word_at(request + 1), count, values);
	if (exception)
		return modbus_answer_exception(request, (uint8_t)exception, answer);
	answer[0] = request[0];
	return is_bits ? pack_bits(values, count, answer)
		       : pack_registers(values, count, answer);
}

static size_t answer_write_one(struct yard_device *device, const uint8_t *request,
			       size_t len, enum modbus_area area, uint8_t *answer)
{
	uint16_t value = len == HEAD ? word_at(request + 3) : 0;
	enum yard_exception exception = YARD_ILLEGAL_VALUE;

	if (area == MODBUS_COILS && (value == COIL_ON || value == 0))
		value = value == COIL_ON;
	else if (area == MODBUS_COILS)
		len = 0;
	if (len == HEAD)
		exception =
			yard_device_write(device, area, word_at(request + 1), 1, &value);
	if (exception)
		return modbus_answer_exception(request, (uint8_t)exception, answer);
	memcpy(answer, request, ECHO);
	return ECHO;
}

/* Values of a write of several; false when the request's lengths disagree. */
static bool unpack(const uint8_t *request, size_t len, enum modbus_area area,
		   uint16_t *values, uint16_t *count)
{
	uint16_t limit =
		area == MODBUS_COILS ? WRITE_BITS_MAX : MODBUS_WRITE_REGISTERS_MAX;
	size_t bytes;

	if (len <= HEAD)
		return false;
	*count = word_at(request + 3);
	bytes = area == MODBUS_COILS ? ((size_t)*count + 7) / 8 : 2 * (size_t)*count;
	if (*count < 1 || *count > limit || request[HEAD] != bytes ||
	    len != HEAD + 1 + bytes)
		return false;
	for (size_t i = 0; i < *count; i++) {
		if (area == MODBUS_COILS)
			values[i] = request[HEAD + 1 + i / 8] >> i % 8 & 1;
		else
			values[i] = word_at(request + HEAD + 1 + 2 * i);
	}
	return true;
}

static size_t answer_write(struct yard_device *device, const uint8_t *request, size_t len,
			   enum modbus_area area, uint8_t *answer)
{
	uint16_t values[WRITE_BITS_MAX];
	uint16_t count;
	enum yard_exception exception = YARD_ILLEGAL_VALUE;

	if (unpack(request, len, area, values, &count))
		exception = yard_device_write(device, area, word_at(request + 1), count,
					      values);
	if (exception)
		return modbus_answer_exception(request, (uint8_t)exception, answer);
	memcpy(answer, request, ECHO);
	return ECHO;
}

size_t modbus_answer(struct yard_device *device, const uint8_t *request, size_t len,
		     uint8_t answer[MODBUS_ANSWER_MAX])
{
	if (len == 0)
		return 0;
	device->requests++;
	switch (request[0]) {
	case READ_COILS: return answer_read(device, request, len, MODBUS_COILS, answer);
	case READ_DISCRETES:
		return answer_read(device, request, len, MODBUS_DISCRETES, answer);
	case READ_HOLDING:
		return answer_read(device, request, len, MODBUS_HOLDING, answer);
	case READ_INPUT: return answer_read(device, request, len, MODBUS_INPUT, answer);
	case WRITE_COIL:
		return answer_write_one(device, request, len, MODBUS_COILS, answer);
	case WRITE_REGISTER:
		return answer_write_one(device, request, len, MODBUS_HOLDING, answer);
	case WRITE_COILS: return answer_write(device, request, len, MODBUS_COILS, answer);
	case WRITE_REGISTERS:
		return answer_write(device, request, len, MODBUS_HOLDING, answer);
	default: return modbus_answer_exception(request, YARD_ILLEGAL_FUNCTION, answer);
	}
}

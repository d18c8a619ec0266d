/* SPDX-License-Identifier: MIT */
/*
 * Modbus requests and answers without their envelope (Modbus Application Protocol V1.1b3).
 *
 * Layer: hal. Pure.
 */
#include "hal/modbus_pdu.h"

#include <stdbool.h>
#include <string.h>

enum {
	FC_READ_COILS = 1,
	FC_READ_DISCRETES = 2,
	FC_READ_HOLDING = 3,
	FC_READ_INPUT = 4,
	FC_WRITE_COIL = 5,
	FC_WRITE_REGISTER = 6,
	FC_WRITE_COILS = 15,
	FC_WRITE_REGISTERS = 16,
	FC_EXCEPTION = 0x80,

	WRITE_ECHO_BYTES = 5, /* function, address, count or value */
	COIL_ON = 0xFF00,
};

static void put_be16(uint8_t *to, uint16_t value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
}

static uint16_t get_be16(const uint8_t *from)
{
	return (uint16_t)(from[0] << 8 | from[1]);
}

static enum kakou_err check_range(uint16_t address, uint16_t count, uint16_t count_max,
				  struct why *why)
{
	if (count == 0 || count > count_max)
		return why_set(why, KAKOU_E_INVALID, "count is %u, expected 1 to %u",
			       count, count_max);
	if ((uint32_t)address + count > UINT16_MAX + 1)
		return why_set(why, KAKOU_E_INVALID,
			       "address %u + %u passes the last, 65535", address, count);
	return KAKOU_OK;
}

enum kakou_err modbus_pdu_build_read(uint8_t pdu[MODBUS_PDU_MAX], size_t *len,
				     enum modbus_area area, uint16_t address,
				     uint16_t count, struct why *why)
{
	static const struct {
		uint8_t function;
		uint16_t count_max;
	} reads[] = {
		[MODBUS_COILS] = {FC_READ_COILS,     MODBUS_BITS_MAX     },
		[MODBUS_DISCRETES] = {FC_READ_DISCRETES, MODBUS_BITS_MAX     },
		[MODBUS_HOLDING] = {FC_READ_HOLDING,   MODBUS_REGISTERS_MAX},
		[MODBUS_INPUT] = {FC_READ_INPUT,     MODBUS_REGISTERS_MAX},
	};
	enum kakou_err err = check_range(address, count, reads[area].count_max, why);

	if (err)
		return err;
	pdu[0] = reads[area].function;
	put_be16(pdu + 1, address);
	put_be16(pdu + 3, count);
	*len = 5;
	return KAKOU_OK;
}

static size_t build_write_registers(uint8_t *pdu, uint16_t count, const uint16_t *values)
{
	if (count == 1) {
		pdu[0] = FC_WRITE_REGISTER;
		put_be16(pdu + 3, values[0]);
		return WRITE_ECHO_BYTES;
	}
	pdu[0] = FC_WRITE_REGISTERS;
	put_be16(pdu + 3, count);
	pdu[5] = (uint8_t)(2 * count);
	for (size_t i = 0; i < count; i++)
		put_be16(pdu + 6 + 2 * i, values[i]);
	return 6 + 2 * (size_t)count;
}

static size_t build_write_coils(uint8_t *pdu, uint16_t count, const uint16_t *values)
{
	size_t bytes = ((size_t)count + 7) / 8;

	if (count == 1) {
		pdu[0] = FC_WRITE_COIL;
		put_be16(pdu + 3, values[0] ? COIL_ON : 0);
		return WRITE_ECHO_BYTES;
	}
	pdu[0] = FC_WRITE_COILS;
	put_be16(pdu + 3, count);
	pdu[5] = (uint8_t)bytes;
	memset(pdu + 6, 0, bytes);
	for (size_t i = 0; i < count; i++)
		pdu[6 + i / 8] |= (uint8_t)(values[i] << i % 8);
	return 6 + bytes;
}

enum kakou_err modbus_pdu_build_write(uint8_t pdu[MODBUS_PDU_MAX], size_t *len,
				      enum modbus_area area, uint16_t address,
				      uint16_t count, const uint16_t *values,
				      struct why *why)
{
	bool is_coils = area == MODBUS_COILS;
	enum kakou_err err;

	if (!is_coils && area != MODBUS_HOLDING)
		return why_set(why, KAKOU_E_INVALID,
			       "only coils and holding registers can be written");
	err = check_range(address, count,
			  is_coils ? MODBUS_WRITE_BITS_MAX : MODBUS_WRITE_REGISTERS_MAX,
			  why);
	if (err)
		return err;
	for (size_t i = 0; is_coils && i < count; i++) {
		if (values[i] > 1)
			return why_set(why, KAKOU_E_INVALID,
				       "coil is %u, expected 0 or 1", values[i]);
	}
	put_be16(pdu + 1, address);
	*len = is_coils ? build_write_coils(pdu, count, values)
			: build_write_registers(pdu, count, values);
	return KAKOU_OK;
}

static enum kakou_err check_read(const uint8_t *request, const uint8_t *answer,
				 size_t len, uint16_t *out, struct why *why)
{
	bool is_bits = request[0] <= FC_READ_DISCRETES;
	size_t count = get_be16(request + 3);
	size_t bytes = is_bits ? (count + 7) / 8 : 2 * count;

	if (answer[1] != bytes)
		return why_set(why, KAKOU_E_GARBLED, "byte count is %u, expected %zu",
			       answer[1], bytes);
	if (len != 2 + bytes)
		return why_set(why, KAKOU_E_GARBLED, "answer has %zu bytes, expected %zu",
			       len, 2 + bytes);
	for (size_t i = 0; i < count; i++) {
		if (is_bits)
			out[i] = answer[2 + i / 8] >> i % 8 & 1;
		else
			out[i] = get_be16(answer + 2 + 2 * i);
	}
	return KAKOU_OK;
}

/* A write is answered by the first five bytes of its request (6.5, 6.6, 6.11, 6.12). */
static enum kakou_err check_write(const uint8_t *request, const uint8_t *answer,
				  size_t len, struct why *why)
{
	if (len != WRITE_ECHO_BYTES)
		return why_set(why, KAKOU_E_GARBLED, "answer has %zu bytes, expected %d",
			       len, WRITE_ECHO_BYTES);
	if (memcmp(request, answer, WRITE_ECHO_BYTES))
		return why_set(why, KAKOU_E_FOREIGN,
			       "echo is address %u with %u, expected %u with %u",
			       get_be16(answer + 1), get_be16(answer + 3),
			       get_be16(request + 1), get_be16(request + 3));
	return KAKOU_OK;
}

static const char *exception_name(uint8_t number)
{
	static const char *const names[] = {
		[1] = "illegal function",
		[2] = "illegal data address",
		[3] = "illegal data value",
		[4] = "server device failure",
		[5] = "acknowledge",
		[6] = "server device busy",
		[8] = "memory parity error",
		[10] = "gateway path unavailable",
		[11] = "gateway target device failed to respond",
	};

	if (number >= sizeof(names) / sizeof(names[0]) || !names[number])
		return "not in the standard";
	return names[number];
}

enum kakou_err modbus_pdu_check_answer(const uint8_t *request, const uint8_t *answer,
				       size_t len, uint16_t *out, uint8_t *exception,
				       struct why *why)
{
	if (len < 2)
		return why_set(why, KAKOU_E_GARBLED,
			       "answer has %zu bytes, expected 2 or more", len);
	if (answer[0] == (request[0] | FC_EXCEPTION)) {
		if (len != 2 || answer[1] == 0)
			return why_set(why, KAKOU_E_GARBLED, "malformed exception");
		*exception = answer[1];
		return why_set(why, KAKOU_E_REFUSED, "exception %u: %s", answer[1],
			       exception_name(answer[1]));
	}
	if (answer[0] != request[0])
		return why_set(why, KAKOU_E_FOREIGN, "function is %u, expected %u",
			       answer[0], request[0]);
	if (request[0] >= FC_WRITE_COIL)
		return check_write(request, answer, len, why);
	return check_read(request, answer, len, out, why);
}

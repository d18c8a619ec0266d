/* SPDX-License-Identifier: MIT */
/*
 * Envelopes of Modbus.
 *
 * Layer: tools. Pure.
 */
#include "tools/yard/modbus_frame.h"

#include <string.h>

enum {
	TCP_HEAD = 7, /* transaction, protocol, length, unit */
	TCP_BEFORE_LENGTH = 6,
	TCP_LENGTH_MAX = 254,
	RTU_SHORT = 8, /* unit, function, two words, checksum */
	RTU_LONG_HEAD = 7,
	CRC = 2,
	WRITE_COILS = 15,
	WRITE_REGISTERS = 16,
};

static uint16_t word_at(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

/* CRC-16 of Serial Line V1.02 6.2.2. */
static uint16_t checksum(const uint8_t *bytes, size_t len)
{
	uint16_t crc = 0xFFFF;

	for (size_t i = 0; i < len; i++) {
		crc ^= bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc & 1 ? (uint16_t)(crc >> 1 ^ 0xA001)
				      : (uint16_t)(crc >> 1);
	}
	return crc;
}

static int find_tcp(struct modbus_frame *out, const uint8_t *bytes, size_t len)
{
	uint16_t length;

	if (len < TCP_HEAD)
		return 0;
	length = word_at(bytes + 4);
	if (word_at(bytes + 2) != 0 || length < 2 || length > TCP_LENGTH_MAX)
		return -1;
	if (len < (size_t)TCP_BEFORE_LENGTH + length)
		return 0;
	out->transaction = word_at(bytes);
	out->unit = bytes[6];
	out->pdu = bytes + TCP_HEAD;
	out->pdu_len = (size_t)length - 1;
	return TCP_BEFORE_LENGTH + length;
}

/* A pseudo terminal has no silence between frames: the length follows from the function. */
static int find_rtu(struct modbus_frame *out, const uint8_t *bytes, size_t len)
{
	size_t need = RTU_SHORT;

	if (len < RTU_SHORT)
		return 0;
	if (bytes[1] == WRITE_COILS || bytes[1] == WRITE_REGISTERS)
		need = (size_t)RTU_LONG_HEAD + bytes[6] + CRC;
	if (need > MODBUS_FRAME_MAX)
		return -1;
	if (len < need)
		return 0;
	if (checksum(bytes, need - CRC) !=
	    (uint16_t)(bytes[need - 1] << 8 | bytes[need - 2]))
		return -1;
	out->transaction = 0;
	out->unit = bytes[0];
	out->pdu = bytes + 1;
	out->pdu_len = need - 1 - CRC;
	return (int)need;
}

int modbus_frame_find(struct modbus_frame *out, bool is_rtu, const uint8_t *bytes,
		      size_t len)
{
	return is_rtu ? find_rtu(out, bytes, len) : find_tcp(out, bytes, len);
}

size_t modbus_frame_wrap(const struct modbus_frame *request, bool is_rtu, uint8_t unit,
			 const uint8_t *answer, size_t len,
			 uint8_t frame[MODBUS_FRAME_MAX])
{
	uint16_t crc;

	if (!is_rtu) {
		frame[0] = (uint8_t)(request->transaction >> 8);
		frame[1] = (uint8_t)request->transaction;
		frame[2] = frame[3] = 0;
		frame[4] = (uint8_t)((len + 1) >> 8);
		frame[5] = (uint8_t)(len + 1);
		frame[6] = unit;
		memcpy(frame + TCP_HEAD, answer, len);
		return TCP_HEAD + len;
	}
	frame[0] = unit;
	memcpy(frame + 1, answer, len);
	crc = checksum(frame, len + 1);
	frame[len + 1] = (uint8_t)crc;
	frame[len + 2] = (uint8_t)(crc >> 8);
	return len + 1 + CRC;
}

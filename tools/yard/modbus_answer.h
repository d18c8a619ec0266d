/* SPDX-License-Identifier: MIT */
/*
 * Answers to Modbus requests, without their envelope (Application Protocol V1.1b3 section 6).
 *
 * Layer: tools. Pure but for the device it asks.
 *
 * A core of its own instead of libmodbus: the faults need the raw bytes (late, trickled, from
 * a wrong unit), and one thread serves all ports.
 */
#ifndef KAKOU_TOOLS_YARD_MODBUS_ANSWER_H
#define KAKOU_TOOLS_YARD_MODBUS_ANSWER_H

#include <stddef.h>
#include <stdint.h>

#include "tools/yard/devices.h"

enum { MODBUS_ANSWER_MAX = 253 };

/** Answers the `len` bytes from the function code on; returns the answer's length (an exception
 *  is an answer), 0 for a request without even a function code. */
size_t modbus_answer(struct yard_device *device, const uint8_t *request, size_t len,
		     uint8_t answer[MODBUS_ANSWER_MAX]);

/** An exception to the request's function; always 2 bytes. */
size_t modbus_answer_exception(const uint8_t *request, uint8_t exception,
			       uint8_t answer[MODBUS_ANSWER_MAX]);

#endif

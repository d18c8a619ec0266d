/* SPDX-License-Identifier: MIT */
/*
 * Envelopes of Modbus: TCP's header (Messaging on TCP/IP V1.0b 3.1.3) and RTU's address and
 * checksum (Serial Line V1.02 2.5.1), server side.
 *
 * Layer: tools. Pure.
 */
#ifndef KAKOU_TOOLS_YARD_MODBUS_FRAME_H
#define KAKOU_TOOLS_YARD_MODBUS_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MODBUS_FRAME_MAX = 260 };

/** One request in its envelope; `pdu` points into the buffer it was found in. */
struct modbus_frame {
	uint8_t unit;
	uint16_t transaction; /**< TCP */
	const uint8_t *pdu;
	size_t pdu_len;
};

/** Finds the first request in the buffer. Returns how many bytes it takes, 0 when it is not
 *  complete, -1 when the bytes are none (TCP: hang up; RTU: throw them away). */
int modbus_frame_find(struct modbus_frame *out, bool is_rtu, const uint8_t *bytes,
		      size_t len);

/** Wraps `len` bytes of an answer to the request, as from `unit`; returns the frame's length. */
size_t modbus_frame_wrap(const struct modbus_frame *request, bool is_rtu, uint8_t unit,
			 const uint8_t *answer, size_t len,
			 uint8_t frame[MODBUS_FRAME_MAX]);

#endif

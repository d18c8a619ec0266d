/* SPDX-License-Identifier: MIT */
/*
 * Modbus requests and answers without their envelope: function code and data.
 *
 * Layer: hal, for the two makes of modbus_port. Pure.
 */
#ifndef KAKOU_HAL_MODBUS_PDU_H
#define KAKOU_HAL_MODBUS_PDU_H

#include <stddef.h>
#include <stdint.h>

#include "hal/err.h"
#include "hal/modbus_port.h"
#include "hal/why.h"

enum {
	MODBUS_PDU_MAX = 253,         /**< V1.1b3 4.1 */
	MODBUS_WRITE_BITS_MAX = 1968, /**< V1.1b3 6.11 */
};

/** Builds a read request; *len bytes. KAKOU_E_INVALID: count or address out of range. */
KAKOU_MUST_CHECK enum kakou_err modbus_pdu_build_read(uint8_t pdu[MODBUS_PDU_MAX],
						      size_t *len, enum modbus_area area,
						      uint16_t address, uint16_t count,
						      struct why *why);

/** Builds a write request; *len bytes. KAKOU_E_INVALID also: an area that can't be written, a
 *  coil that is neither 0 nor 1. */
KAKOU_MUST_CHECK enum kakou_err modbus_pdu_build_write(uint8_t pdu[MODBUS_PDU_MAX],
						       size_t *len, enum modbus_area area,
						       uint16_t address, uint16_t count,
						       const uint16_t *values,
						       struct why *why);

/** Checks `answer` against the request it should answer and unpacks read values to `out` (not
 *  used for writes). KAKOU_E_REFUSED: an exception, number in *exception; KAKOU_E_FOREIGN:
 *  another function or another echo; KAKOU_E_GARBLED: wrong length. */
KAKOU_MUST_CHECK enum kakou_err modbus_pdu_check_answer(const uint8_t *request,
							const uint8_t *answer, size_t len,
							uint16_t *out, uint8_t *exception,
							struct why *why);

#endif

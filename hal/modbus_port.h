/* SPDX-License-Identifier: MIT */
/*
 * One Modbus port, TCP or RTU: one request at a time, each with a deadline on the whole answer.
 *
 * Layer:   hal. linux/ is libmodbus; fake/ answers from a script under the virtual clock.
 * Threads: all of it from the port's own bus worker (it blocks); close may follow the worker's
 *          end.
 *
 * Every answer is checked for unit, function, shape and, on TCP, transaction: libmodbus checks
 * neither the unit nor, on TCP, a stale answer that waits in the socket. After any error but an
 * exception a TCP port closes its connection and dials again with the next request; an RTU port
 * drains the line. Modbus Application Protocol V1.1b3 section 6; Messaging on TCP/IP V1.0b.
 */
#ifndef KAKOU_HAL_MODBUS_PORT_H
#define KAKOU_HAL_MODBUS_PORT_H

#include <stdbool.h>
#include <stdint.h>

#include "hal/err.h"
#include "hal/why.h"

enum {
	MODBUS_REGISTERS_MAX = 125,       /**< V1.1b3 6.3, 6.4 */
	MODBUS_BITS_MAX = 2000,           /**< V1.1b3 6.1, 6.2 */
	MODBUS_WRITE_REGISTERS_MAX = 123, /**< V1.1b3 6.12 */
};

enum modbus_area {
	MODBUS_COILS,     /**< FC 01, 05, 15 */
	MODBUS_DISCRETES, /**< FC 02 */
	MODBUS_HOLDING,   /**< FC 03, 06, 16 */
	MODBUS_INPUT,     /**< FC 04 */
};

/** RTU: the direction of a half-duplex transceiver, turned by the kernel (TIOCSRS485). Off: the
 *  transceiver turns itself, or the line is RS-232. */
struct modbus_rs485 {
	bool is_on;
	bool is_high_on_send; /**< RTS, or the pin that stands for it */
	int32_t before_ms, after_ms;
};

struct modbus_port_config {
	char name[32]; /**< for messages */
	bool is_rtu;
	char host[64];     /**< TCP: numeric address */
	uint16_t tcp_port; /**< TCP: 1..65535 */
	char device[96];   /**< RTU: tty path */
	int32_t baud;      /**< RTU: 1200..115200 */
	char parity;       /**< RTU: 'N' 'E' 'O' */
	uint8_t stop_bits; /**< RTU: 1, 2 */
	struct modbus_rs485 rs485;
	int32_t connect_ms; /**< TCP: deadline of the connection, 50..5000 */
	int32_t answer_ms; /**< deadline of the whole answer, first byte to last, 20..5000 */
};

struct modbus_port; /* opaque */

/** Prepares the port; opens nothing yet, so a missing device is an error of the first request,
 *  not of the start. */
KAKOU_MUST_CHECK enum kakou_err modbus_port_create(
	struct modbus_port **out, const struct modbus_port_config *config,
	struct why *why);
/** Closes and releases. NULL is legal. */
void modbus_port_destroy(struct modbus_port *port);

/** Reads `count` items (registers, or bits as 0/1) from wire address `address` (from 0).
 *  Returns within connect_ms + answer_ms + 20 ms; on RTU a unit that has just timed out is given
 *  answer_ms more before it is asked again, because nothing in a late serial answer tells it
 *  from the answer to a like question:
 *  KAKOU_E_TIMEOUT no or half an answer; KAKOU_E_LINK not connected or closed (also: descriptor
 *  1024 and up, which select() in libmodbus can't hold); KAKOU_E_REFUSED a Modbus exception,
 *  number in modbus_port_exception(); KAKOU_E_FOREIGN another unit, function or transaction;
 *  KAKOU_E_GARBLED wrong length or checksum. `out` is written only on KAKOU_OK. */
KAKOU_MUST_CHECK enum kakou_err modbus_port_read(struct modbus_port *port, uint8_t unit,
						 enum modbus_area area, uint16_t address,
						 uint16_t count, uint16_t *out,
						 struct why *why);

/** Writes holding registers (FC 06 for one, FC 16) or coils (FC 05, FC 15); the echo is
 *  checked. Errors as for reading; after KAKOU_E_TIMEOUT the write may have happened: read back. */
KAKOU_MUST_CHECK enum kakou_err modbus_port_write(struct modbus_port *port, uint8_t unit,
						  enum modbus_area area, uint16_t address,
						  uint16_t count, const uint16_t *values,
						  struct why *why);

/** Exception number of the last KAKOU_E_REFUSED, 1..255. */
uint8_t modbus_port_exception(const struct modbus_port *port);

#endif

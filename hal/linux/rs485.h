/* SPDX-License-Identifier: MIT */
/*
 * The direction of a half-duplex transceiver on a serial port.
 *
 * Layer: hal, private to linux/. Threads: the port's own bus worker.
 */
#ifndef KAKOU_HAL_LINUX_RS485_H
#define KAKOU_HAL_LINUX_RS485_H

#include "hal/err.h"
#include "hal/modbus_port.h"
#include "hal/why.h"

/** Has the kernel turn it from here on. Nothing is done when rs485 is off. KAKOU_E_LINK: the driver
 *  can't, or did not take it. */
KAKOU_MUST_CHECK enum kakou_err rs485_turn(int fd, const struct modbus_rs485 *rs485,
					   struct why *why);

#endif

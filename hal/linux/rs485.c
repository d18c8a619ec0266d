/* SPDX-License-Identifier: MIT */
/*
 * RS-485 by the kernel (Documentation/driver-api/serial/serial-rs485.rst): a process that turned
 * the line itself would be late whenever it is not scheduled, and cut off the answer's first byte.
 *
 * Layer: hal.
 */
#include "hal/linux/rs485.h"

#include <errno.h>
#include <linux/serial.h>
#include <string.h>
#include <sys/ioctl.h>

enum kakou_err rs485_turn(int fd, const struct modbus_rs485 *rs485, struct why *why)
{
	struct serial_rs485 wanted = {
		.flags = SER_RS485_ENABLED |
			 (rs485->is_high_on_send ? SER_RS485_RTS_ON_SEND
						 : SER_RS485_RTS_AFTER_SEND),
		.delay_rts_before_send = (uint32_t)rs485->before_ms,
		.delay_rts_after_send = (uint32_t)rs485->after_ms,
	};
	uint32_t flags = wanted.flags;

	if (!rs485->is_on)
		return KAKOU_OK;
	if (ioctl(fd, TIOCSRS485, &wanted))
		return why_set(
			why, KAKOU_E_LINK,
			"its direction can't be turned by the kernel (%s); expected "
			"a serial port with RS-485, or direction auto in the board file",
			strerror(errno));
	/* The driver writes back what it took. */
	if ((wanted.flags & flags) != flags)
		return why_set(why, KAKOU_E_LINK,
			       "its driver took RS-485 flags %#x, expected %#x",
			       wanted.flags, flags);
	return KAKOU_OK;
}

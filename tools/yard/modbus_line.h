/* SPDX-License-Identifier: MIT */
/*
 * Where a Modbus port of the yard listens: a TCP socket, or the master side of a pseudo
 * terminal whose slave is linked to the site's tty path.
 *
 * Layer: tools.
 */
#ifndef KAKOU_TOOLS_YARD_MODBUS_LINE_H
#define KAKOU_TOOLS_YARD_MODBUS_LINE_H

#include "hal/err.h"
#include "hal/modbus_port.h"
#include "hal/why.h"

/** A listening socket, non-blocking. KAKOU_E_LINK. The caller closes it. */
KAKOU_MUST_CHECK enum kakou_err modbus_line_listen(
	int *out, const struct modbus_port_config *config, struct why *why);

/** A pair in raw mode and the link to its slave; the slave stays open here too, or the master
 *  would report a hang-up whenever no client has it. KAKOU_E_LINK. */
KAKOU_MUST_CHECK enum kakou_err modbus_line_open_pty(
	int *master, int *slave, const struct modbus_port_config *config,
	struct why *why);

/** Removes the link to the slave; something that is no link stays. */
void modbus_line_unlink(const struct modbus_port_config *config);

#endif

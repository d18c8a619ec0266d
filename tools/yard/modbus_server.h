/* SPDX-License-Identifier: MIT */
/*
 * One Modbus port of the site as a server: TCP, or RTU on a pseudo terminal, with the units
 * that hang on it. Units that are not there stay silent.
 *
 * Layer: tools. Threads: the yard's loop.
 *
 * An RTU answer takes the time its bytes and those of the request take on the wire. Instruments
 * and ports know no pace.
 */
#ifndef KAKOU_TOOLS_YARD_MODBUS_SERVER_H
#define KAKOU_TOOLS_YARD_MODBUS_SERVER_H

#include <stdint.h>

#include "firmware/config/site.h"
#include "hal/err.h"
#include "hal/loop.h"
#include "hal/why.h"
#include "tools/yard/yard.h"

struct modbus_server; /* opaque */

/** Opens port number `port` of the yard's site. KAKOU_E_LINK: its address is in use, or
 *  something that is no symbolic link lies at the tty's path. */
KAKOU_MUST_CHECK enum kakou_err modbus_server_open(struct modbus_server **out,
						   struct yard *yard, uint16_t port,
						   struct loop *loop, struct why *why);

/** Sends what has become due; hangs up and returns as the link's fault says. */
void modbus_server_step(struct modbus_server *server, int64_t now_ms);

/** Closes everything and removes the symbolic link. NULL is legal. */
void modbus_server_close(struct modbus_server *server);

#endif

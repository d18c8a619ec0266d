/* SPDX-License-Identifier: MIT */
/*
 * The yard's control socket: JSON-RPC 2.0, one object a line, over a Unix stream socket.
 *
 * Layer: tools. Threads: the yard's loop. See README.md for the methods.
 */
#ifndef KAKOU_TOOLS_YARD_CONTROL_H
#define KAKOU_TOOLS_YARD_CONTROL_H

#include "hal/err.h"
#include "hal/loop.h"
#include "hal/why.h"
#include "tools/yard/yard.h"

struct control_server; /* opaque */

/** KAKOU_E_LINK: the socket can't be made. */
KAKOU_MUST_CHECK enum kakou_err control_server_open(struct control_server **out,
						    struct yard *yard, const char *path,
						    struct loop *loop, struct why *why);

/** Closes everything and removes the socket. NULL is legal. */
void control_server_close(struct control_server *server);

#endif

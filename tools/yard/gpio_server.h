/* SPDX-License-Identifier: MIT */
/*
 * The lines of lanes on a Unix socket, as hal/gpio_yard.h says: the controller's side is
 * `yard:SOCKET` in the site file.
 *
 * Layer: tools. Threads: the yard's loop.
 *
 * As with a kernel's chip, a line belongs to one holder, and outputs fall back to their default,
 * off, when the holder goes. Edges that a stopped holder does not take are not kept for ever:
 * it gets the present level of each line when it goes on.
 */
#ifndef KAKOU_TOOLS_YARD_GPIO_SERVER_H
#define KAKOU_TOOLS_YARD_GPIO_SERVER_H

#include "hal/err.h"
#include "hal/loop.h"
#include "hal/why.h"
#include "tools/yard/yard.h"

struct gpio_server; /* opaque */

/** Serves on `path` the lanes whose site says `yard:path`, or all lanes when `is_for_all`.
 *  KAKOU_E_LINK: the socket can't be made. */
KAKOU_MUST_CHECK enum kakou_err gpio_server_open(struct gpio_server **out,
						 struct yard *yard, const char *path,
						 bool is_for_all, struct loop *loop,
						 struct why *why);

/** Sends the edges of the last step. */
void gpio_server_step(struct gpio_server *server);

/** True when somebody holds a line of the lane. */
bool gpio_server_is_held(const struct gpio_server *server, const struct yard_lane *lane);

/** Closes everything and removes the socket. NULL is legal. */
void gpio_server_close(struct gpio_server *server);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Listening Unix sockets.
 *
 * Layer: tools.
 */
#ifndef KAKOU_TOOLS_YARD_UNIX_SOCKET_H
#define KAKOU_TOOLS_YARD_UNIX_SOCKET_H

#include <stdbool.h>

#include "hal/err.h"
#include "hal/loop.h"
#include "hal/why.h"

/** A listening socket that gives its connections away. */
struct unix_listener {
	int fd; /**< -1 = closed */
	char path[108];
	struct loop *loop;
	struct loop_watch *watch;
	bool (*take)(void *arg, int fd);
	void *arg;
};

/** A listening, non-blocking socket of `type` (SOCK_STREAM, SOCK_SEQPACKET) at `path`. One that
 *  nobody serves any more is replaced. `take` gets each connection, non-blocking, in the loop's
 *  thread; one that it does not take (false) is closed. KAKOU_E_INVALID: the path is too long;
 *  KAKOU_E_LINK: another process serves it, or it can't be made; KAKOU_E_NOMEM. */
KAKOU_MUST_CHECK enum kakou_err unix_listener_open(struct unix_listener *out,
						   const char *path, int type,
						   struct loop *loop,
						   bool (*take)(void *arg, int fd),
						   void *arg, struct why *why);

/** Closes it and removes the path; one that was not opened is legal when its fd is -1. */
void unix_listener_close(struct unix_listener *listener);

#endif

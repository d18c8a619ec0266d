/* SPDX-License-Identifier: MIT */
/*
 * Listening Unix sockets.
 *
 * Layer: tools.
 */
#ifndef KAKOU_TOOLS_YARD_UNIX_SOCKET_H
#define KAKOU_TOOLS_YARD_UNIX_SOCKET_H

#include "hal/err.h"
#include "hal/why.h"

/** A listening, non-blocking socket of `type` (SOCK_STREAM, SOCK_SEQPACKET) at `path`. One that
 *  nobody serves any more is replaced. KAKOU_E_LINK: another process serves it, or it can't be
 *  made. The caller closes it and unlinks the path. */
KAKOU_MUST_CHECK enum kakou_err unix_socket_listen(int *out, const char *path, int type,
						   struct why *why);

#endif

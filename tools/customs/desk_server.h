/* SPDX-License-Identifier: MIT */
/*
 * The control socket: JSON-RPC 2.0, one object a line, over a Unix socket of mode 0600.
 *
 * Layer:   tools.
 * Threads: the loop's own.
 */
#ifndef KAKOU_TOOLS_CUSTOMS_DESK_SERVER_H
#define KAKOU_TOOLS_CUSTOMS_DESK_SERVER_H

#include <jansson.h>

#include "hal/err.h"
#include "hal/loop.h"
#include "hal/why.h"

enum {
	DESK_CLIENTS_MAX = 8,
	DESK_LINE_MAX = 64 * 1024,
	DESK_OUTPUT_MAX = 4 * 1024 * 1024, /**< a client that does not read is cut off */
};

struct desk_server; /* opaque */

/** Answers one call: a new result, or NULL with `why`. KAKOU_E_NOTFOUND: no such method;
 *  KAKOU_E_INVALID: wrong parameters; anything else: it failed. `params` is an object. */
typedef json_t *(*desk_call)(void *arg, const char *method, const json_t *params,
			     enum kakou_err *err, struct why *why);

/** Listens at `path`; a socket nobody serves any more is replaced. KAKOU_E_LINK,
 *  KAKOU_E_INVALID, KAKOU_E_NOMEM with `why`. */
KAKOU_MUST_CHECK enum kakou_err desk_server_create(struct desk_server **out,
						   struct loop *loop, const char *path,
						   desk_call call, void *arg,
						   struct why *why);

/** Removes the socket. NULL is legal. */
void desk_server_destroy(struct desk_server *server);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * One control socket, as its client: JSON-RPC 2.0, one object a line, without waiting.
 *
 * Layer: tools. Threads: the loop's.
 */
#ifndef KAKOU_TOOLS_DEMO_PEER_H
#define KAKOU_TOOLS_DEMO_PEER_H

#include <stdbool.h>

#include "hal/err.h"
#include "hal/loop.h"
#include "hal/why.h"

struct json_t; /* jansson's, included where it is used */
struct peer;   /* opaque */

enum { PEER_LINE_MAX = 4 << 20, PEER_CALL_MS = 5000 };

/** Result, borrowed, or NULL and what was wrong. May call again. */
typedef void peer_answer(void *arg, const struct json_t *result, const char *fault);

/** A client that is not connected yet. `name` is for complaints. */
KAKOU_MUST_CHECK enum kakou_err peer_create(struct peer **out, struct loop *loop,
					    const char *name, const char *path);
void peer_destroy(struct peer *peer);

/** True when its socket takes a connection; connects. For "is it ready". */
bool peer_connect(struct peer *peer);

/** True while a call waits for its answer. */
bool peer_is_busy(const struct peer *peer);

/** Asks; one call at a time, a second is an assertion failure. Takes `params` over (NULL =
 *  none). The answer, or a fault after PEER_CALL_MS, comes from the loop. */
void peer_call(struct peer *peer, const char *method, struct json_t *params,
	       peer_answer *answer, void *arg);

#endif

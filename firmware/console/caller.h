/* SPDX-License-Identifier: MIT */
/*
 * Caller: questions to kakoud over its control socket, without waiting for the answers.
 *
 * A few connections serve one queue of calls, each one call at a time; kakoud has 16 places, so
 * whoever floods the console holds no more of them than before.
 *
 * Layer: firmware. Threads: the loop's.
 */
#ifndef KAKOU_FIRMWARE_CONSOLE_CALLER_H
#define KAKOU_FIRMWARE_CONSOLE_CALLER_H

#include "firmware/console/json.h"
#include "hal/err.h"
#include "hal/loop.h"

struct caller; /* opaque */

enum {
	CALLER_LINES_MAX = 4,
	CALLER_QUEUE_MAX = 64, /* calls that wait or are under way */
	CALLER_REPLY_MAX = 1048576 + 4096,
	CALLER_PATIENCE_MS = 15000,
	CALLER_GONE = -1, /* the code of an answer: kakoud was not reached or hung up */
	CALLER_LATE = -2, /* the same: no answer in time */
};

struct caller_answer {
	json_t *result; /**< NULL = an error; borrowed */
	int code; /**< of an error: JSON-RPC's, kakoud's, or CALLER_GONE, CALLER_LATE */
	const char *message; /**< of an error, for a person */
	const char *
		refusal; /**< why the lane refuses an act, as a word; "" or NULL = none */
};

/** Called once for each call, later or at once; not after caller_destroy(). */
typedef void caller_then(void *arg, const struct caller_answer *answer);

/** `socket` must outlive it. KAKOU_E_NOMEM. */
KAKOU_MUST_CHECK enum kakou_err caller_create(struct caller **out, struct loop *loop,
					      const char *socket, size_t lines);

/** Calls that are not answered end with CALLER_GONE. NULL is legal. */
void caller_destroy(struct caller *caller);

/** Takes `params` over. KAKOU_E_FULL, KAKOU_E_NOMEM: `then` is not called. */
KAKOU_MUST_CHECK enum kakou_err caller_ask(struct caller *caller, const char *method,
					   json_t *params, caller_then *then, void *arg);

#endif

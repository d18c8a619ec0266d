/* SPDX-License-Identifier: MIT */
/*
 * The room where callers wait until they have said hello.
 *
 * Layer:   drivers. Serves the listener alone.
 * Threads: the loop's own.
 *
 * A caller costs a descriptor and a row of the table until the first TLS record of it is here as a
 * whole; only then is there a TLS connection to keep. So a thousand that say nothing, or a byte a
 * second, take no place from customs: when the room is full, the address that has most of those who
 * wait loses its oldest. Who comes from the address of customs itself competes with it.
 */
#ifndef KAKOU_DRIVERS_CUSTOMS_LINK_WAIT_H
#define KAKOU_DRIVERS_CUSTOMS_LINK_WAIT_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/customs/link_socket.h"
#include "hal/err.h"
#include "hal/loop.h"
#include "hal/why.h"

enum { LINK_WAITERS_MAX = 64 };

struct link_wait; /* opaque */

struct link_wait_config {
	int32_t deadline_ms; /**< to say hello */

	/** One has said hello. True: `fd` was taken over. False: there is no place now; it comes again
	 *  with link_wait_call(). */
	bool (*on_hello)(void *arg, int fd, const char peer[LINK_PEER_TEXT]);

	/** One was cut off, or left before it said hello; `why` begins with the peer's address. */
	void (*on_trouble)(void *arg, enum kakou_err err, const struct why *why);
	void *arg;
};

KAKOU_MUST_CHECK enum kakou_err link_wait_create(struct link_wait **out,
						 struct loop *loop,
						 const struct link_wait_config *config);

/** Closes those who wait. NULL is legal. Not inside a callback. */
void link_wait_destroy(struct link_wait *wait);

/** Takes `fd` over, also on failure. KAKOU_E_FULL: nobody could be sent away for it, or there is no
 *  memory. */
KAKOU_MUST_CHECK enum kakou_err link_wait_put(struct link_wait *wait, int fd,
					      const char peer[LINK_PEER_TEXT]);

/** Whether the next one finds room: not when all have said hello. */
bool link_wait_has_room(const struct link_wait *wait);

/** Offers a place to who said hello first. False: it stays, or there is none. */
bool link_wait_call(struct link_wait *wait);

#endif

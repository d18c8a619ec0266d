/* SPDX-License-Identifier: MIT */
/*
 * The listening half of a customs peer: frames that come in on short mutual-TLS connections.
 *
 * Layer:   drivers. Serves the gate and the platform alike.
 * Threads: the loop's own.
 *
 * At most LINK_CONNS_MAX connections at once; who comes beyond, or has not said a whole TLS hello, waits
 * in link_wait.h until one ends or owes its handshake for too long. Each has a deadline for its handshake and for each whole
 * frame, so that a peer that trickles is cut. A connection's memory exists only while it does, and
 * its buffer is as large as its frame.
 */
#ifndef KAKOU_DRIVERS_CUSTOMS_LINK_LISTEN_H
#define KAKOU_DRIVERS_CUSTOMS_LINK_LISTEN_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/customs/frame.h"
#include "hal/err.h"
#include "hal/loop.h"
#include "hal/tls.h"
#include "hal/why.h"

enum {
	LINK_CONNS_MAX = 16,
	LINK_CONN_DEADLINE_MS = 5000,
	LINK_HELD_RETRY_MS = 20,
};

struct link_listen; /* opaque */

struct link_listen_config {
	struct tls_context *tls; /**< a server's; shared */
	const char *host;        /**< numeric */
	uint16_t port;           /**< 0: any free one, see link_listen_port() */
	const char *peer_name;   /**< outlives the listener */
	size_t frame_max; /**< for who takes pictures, FRAME_MAX at least; 0 = FRAME_MAX */

	/** A whole frame, complete by its length; bare XML, complete by close_notify. False: no room for it now; the connection
	 *  stays unread and the same frame comes again after LINK_HELD_RETRY_MS. */
	bool (*on_frame)(void *arg, const struct frame *frame);

	/** A connection ended badly. KAKOU_E_REFUSED: it failed a TLS check. KAKOU_E_GARBLED:
	 *  not a frame, or it ended within one. KAKOU_E_TIMEOUT: cut. KAKOU_E_LINK: it ended
	 *  within its handshake. `why` begins with the peer's address. */
	void (*on_trouble)(void *arg, enum kakou_err err, const struct why *why);
	void *arg;
};

/** KAKOU_E_INVALID, KAKOU_E_LINK as link_socket_listen(); KAKOU_E_NOMEM. The caller releases
 *  with link_listen_destroy(), not inside a callback. */
KAKOU_MUST_CHECK enum kakou_err link_listen_create(
	struct link_listen **out, struct loop *loop,
	const struct link_listen_config *config, struct why *why);

/** Drops all connections. NULL is legal. */
void link_listen_destroy(struct link_listen *listen);

/** New connections use this context from now on; the listener shares it. */
void link_listen_set_tls(struct link_listen *listen, struct tls_context *tls);

uint16_t link_listen_port(const struct link_listen *listen);

#endif

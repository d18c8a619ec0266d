/* SPDX-License-Identifier: MIT */
/*
 * One attempt to bring one frame to a peer, on a short connection of its own (customs-protocol
 * section 3): connect, handshake, frame, close_notify, read to the peer's end. Only then the
 * frame is "sent": under TLS 1.3 a refusal arrives last.
 *
 * Layer:   drivers. Serves the gate and the platform alike.
 * Threads: the loop's own.
 */
#ifndef KAKOU_DRIVERS_CUSTOMS_LINK_DIAL_H
#define KAKOU_DRIVERS_CUSTOMS_LINK_DIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hal/err.h"
#include "hal/loop.h"
#include "hal/tls.h"
#include "hal/why.h"

struct link_dial; /* opaque */

struct link_peer {
	struct tls_context *tls; /**< a client's */
	const char *host;        /**< numeric; both texts outlive the attempt */
	uint16_t port;
	const char *peer_name;
	int32_t deadline_ms; /**< of the whole attempt */
};

/** What became of the attempt. KAKOU_OK: sent. KAKOU_E_TIMEOUT, KAKOU_E_LINK, KAKOU_E_REFUSED
 *  with `why`. */
struct link_outcome {
	enum kakou_err err;
	struct why why;
	char tls_version[16]; /**< "" when no handshake was finished */
	bool is_resumed;      /**< it was, and needed no certificates */
	uint8_t pictures;     /**< for who knows: so many went with the frame */
};

/** Begins; `done` is called once, from the loop. Copies the frame. The caller releases with
 *  link_dial_destroy(), also inside `done`. KAKOU_E_LINK, KAKOU_E_INVALID (address),
 *  KAKOU_E_NOMEM: nothing was begun, `done` is not called. */
KAKOU_MUST_CHECK enum kakou_err link_dial_start(
	struct link_dial **out, struct loop *loop, const struct link_peer *peer,
	const void *frame, size_t len,
	void (*done)(void *arg, const struct link_outcome *outcome), void *arg,
	struct why *why);

/** Gives the attempt up if it still runs. NULL is legal. */
void link_dial_destroy(struct link_dial *dial);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * TCP sockets of the customs link: numeric addresses, non-blocking throughout.
 *
 * Layer: drivers.
 */
#ifndef KAKOU_DRIVERS_CUSTOMS_LINK_SOCKET_H
#define KAKOU_DRIVERS_CUSTOMS_LINK_SOCKET_H

#include <stdbool.h>
#include <stdint.h>

#include "hal/err.h"
#include "hal/why.h"

enum { LINK_PEER_TEXT = 64 };

/** Listens on a numeric address (port 0: any free one). The caller closes `*out`. `*is_ours`: the machine
 *  has the address now; otherwise it is heard on as soon as the machine has it.
 *  KAKOU_E_INVALID: not a numeric address; KAKOU_E_LINK: the address is in use. */
KAKOU_MUST_CHECK enum kakou_err link_socket_listen(int *out, const char *host,
						   uint16_t port, bool *is_ours,
						   struct why *why);

/** The port a socket is bound to; 0 when it is bound to none. */
uint16_t link_socket_port(int fd);

/** Begins to connect to a numeric address. The caller closes `*out`, and asks
 *  link_socket_connected() when it is writable. KAKOU_E_INVALID, KAKOU_E_LINK. */
KAKOU_MUST_CHECK enum kakou_err link_socket_connect(int *out, const char *host,
						    uint16_t port, struct why *why);

/** What became of the connect. KAKOU_E_LINK: it failed. */
KAKOU_MUST_CHECK enum kakou_err link_socket_connected(int fd, struct why *why);

/** Takes one waiting connection; the caller closes `*out`; `peer` gets "host:port".
 *  KAKOU_E_AGAIN: none is waiting. KAKOU_E_FULL: no descriptors or memory left for it now. */
KAKOU_MUST_CHECK enum kakou_err link_socket_accept(int listening, int *out,
						   char peer[LINK_PEER_TEXT]);

#endif

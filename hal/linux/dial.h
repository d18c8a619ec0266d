/* SPDX-License-Identifier: MIT */
/*
 * TCP connections to numeric addresses, and waiting for a descriptor, each up to an instant.
 *
 * Layer: hal, private to linux/. Threads: any; it blocks.
 */
#ifndef KAKOU_HAL_LINUX_DIAL_H
#define KAKOU_HAL_LINUX_DIAL_H

#include <stdint.h>

#include "hal/err.h"
#include "hal/why.h"

enum { DIAL_NS_PER_MS = 1000000 };

/** Waits for the poll(2) `events` until the monotonic instant: 1 ready, 0 it passed, -1 with
 *  errno. Survives signals. */
int dial_poll_until(int fd, short events, int64_t until_ns);

/** Connects to a numeric address; *out is a non-blocking socket without delay, the caller's to
 *  close. KAKOU_E_LINK: not connected by the monotonic instant, or refused. */
KAKOU_MUST_CHECK enum kakou_err dial_tcp(const char *host, uint16_t tcp_port,
					 int64_t until_ns, int *out, struct why *why);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Gate: all parts of kakoud put together for one site, started in order and stopped in reverse.
 *
 * Layer: firmware. Threads: main.
 */
#ifndef KAKOU_FIRMWARE_GATE_H
#define KAKOU_FIRMWARE_GATE_H

#include <stdbool.h>

#include "firmware/config/site.h"
#include "hal/err.h"
#include "hal/why.h"

struct gate; /* opaque */

/** Opens the record, starts buses, link, control and control socket. On failure nothing is left
 *  running and `why` says what was missing. */
KAKOU_MUST_CHECK enum kakou_err gate_start(struct gate **out, const struct site *site,
					   bool memory_is_locked, struct why *why);

/** To be called a few times a second: brings back lanes that lost their lines. May block. */
void gate_supervise(struct gate *gate);

/** Motor off first, then everything else; the record ends with "stopped" and the reason. */
void gate_stop(struct gate *gate, const char *reason);

#endif

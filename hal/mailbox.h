/* SPDX-License-Identifier: MIT */
/*
 * Newest value from one writer to one reader (a triple buffer): the writer never waits, the
 * reader sees a whole value, older ones are overwritten.
 *
 * Layer: hal. Lock-free. Threads: one writes, one reads.
 */
#ifndef KAKOU_HAL_MAILBOX_H
#define KAKOU_HAL_MAILBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "hal/err.h"

struct mailbox; /* opaque */

/** Three buffers of `size` bytes, zeroed. Release with mailbox_destroy(). */
KAKOU_MUST_CHECK enum kakou_err mailbox_create(struct mailbox **out, size_t size);

/** NULL is legal. Never fails. */
void mailbox_destroy(struct mailbox *mailbox);

/** Publishes a copy of `value`. Wait-free. */
void mailbox_put(struct mailbox *mailbox, const void *value);

/** Copies the newest value out; false while nothing was ever put. Repeats the last value when
 *  there is no newer one. Wait-free. */
bool mailbox_get(struct mailbox *mailbox, void *value);

#endif

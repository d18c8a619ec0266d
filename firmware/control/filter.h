/* SPDX-License-Identifier: MIT */
/*
 * System call filter of the control thread: what is not listed kills the process, and with it
 * every output.
 *
 * Layer: firmware.
 */
#ifndef KAKOU_FIRMWARE_FILTER_H
#define KAKOU_FIRMWARE_FILTER_H

#include "hal/err.h"

struct filter; /* opaque: a compiled filter */

/** Compiles the filter; from main, it allocates. KAKOU_E_DENIED in builds with sanitizers, which
 *  call what they like; KAKOU_E_NOMEM, KAKOU_E_IO. The caller releases with filter_destroy(). */
KAKOU_MUST_CHECK enum kakou_err filter_create(struct filter **out);

/** Filters the calling thread only, from now to its end; allocates and frees nothing.
 *  KAKOU_E_DENIED where the kernel has no seccomp. */
KAKOU_MUST_CHECK enum kakou_err filter_apply(const struct filter *filter);

/** NULL is legal. Never fails. */
void filter_destroy(struct filter *filter);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * XML without a frame (customs-protocol section 2, framing): what the header would have said is
 * found in the XML.
 *
 * Layer: drivers. Pure but for the allocations inside expat and iconv.
 */
#ifndef KAKOU_DRIVERS_CUSTOMS_BARE_H
#define KAKOU_DRIVERS_CUSTOMS_BARE_H

#include <stddef.h>

#include "drivers/customs/frame.h"
#include "hal/err.h"
#include "hal/why.h"

/** Reads a whole stream of bare XML, after its end. The code follows from the root and, for
 *  COMMAND_INFO, from a leaf that only one message has. `out` points into `data`.
 *  KAKOU_E_GARBLED: not well formed, no such root, or no identifiers. KAKOU_E_NOMEM. */
KAKOU_MUST_CHECK enum kakou_err bare_read(const void *data, size_t len, struct frame *out,
					  struct why *why);

#endif

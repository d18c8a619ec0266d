/* SPDX-License-Identifier: MIT */
/*
 * Whether a file is a whole JPEG: its markers from the first to the last. What is between them is
 * not decoded.
 *
 * Layer: firmware. Pure.
 */
#ifndef KAKOU_FIRMWARE_JPEG_H
#define KAKOU_FIRMWARE_JPEG_H

#include <stddef.h>
#include <stdint.h>

#include "hal/err.h"
#include "hal/why.h"

struct jpeg_size {
	uint16_t wide, high; /**< in pixels */
};

/** KAKOU_E_INVALID: none. KAKOU_E_AGAIN: the beginning of one, whose rest is missing. Bytes behind
 *  its end are allowed: cameras put notes there. `why` may be NULL. */
KAKOU_MUST_CHECK enum kakou_err jpeg_check(const void *data, size_t len,
					   struct jpeg_size *out, struct why *why);

#endif

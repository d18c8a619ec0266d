/* SPDX-License-Identifier: MIT */
/*
 * Base64, RFC 4648 section 4: the standard alphabet with padding.
 *
 * Layer: hal. Pure, no allocation.
 */
#ifndef KAKOU_HAL_BASE64_H
#define KAKOU_HAL_BASE64_H

#include <stddef.h>

#include "hal/err.h"

/** Characters that `len` bytes become, without the NUL. */
#define BASE64_CHARS(len) (((len) + 2) / 3 * 4)

/** Writes the text and its NUL into `out` of BASE64_CHARS(len) + 1 bytes. */
void base64_encode(const void *data, size_t len, char *out);

/** Reads `chars` characters. KAKOU_E_INVALID: not the one text that base64_encode() makes of
 *  some bytes (length, alphabet, padding, bits that should be zero). KAKOU_E_FULL: more than
 *  `size` bytes. */
KAKOU_MUST_CHECK enum kakou_err base64_decode(const char *text, size_t chars, void *out,
					      size_t size, size_t *len);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * UTF-8 inside, UTF-8 or GB18030 on the wire (customs-protocol section 2, dialects).
 *
 * Layer: drivers. Pure but for the allocations inside iconv.
 */
#ifndef KAKOU_DRIVERS_CUSTOMS_ENCODING_H
#define KAKOU_DRIVERS_CUSTOMS_ENCODING_H

#include <stddef.h>

#include "drivers/customs/dialect.h"
#include "hal/err.h"
#include "hal/why.h"

/** Brings received XML of at most FRAME_XML_MAX bytes to UTF-8: by its declared encoding where
 *  the bytes are valid in it, else UTF-8 by validity, else GB18030; `seen` notes which was declared
 *  and which it was, unless ASCII under a declaration of UTF-8 leaves it open. `*out` ends in a NUL,
 *  the caller frees it. KAKOU_E_GARBLED: a NUL inside, or valid in none of them; KAKOU_E_NOMEM. */
KAKOU_MUST_CHECK enum kakou_err encoding_to_utf8(const char *xml, size_t len, char **out,
						 size_t *out_len,
						 struct customs_seen *seen,
						 struct why *why);

/** Writes UTF-8 text in the wire's encoding, without an ending NUL. KAKOU_E_INVALID: `text` is
 *  not UTF-8; KAKOU_E_FULL: larger than `size`. */
KAKOU_MUST_CHECK enum kakou_err encoding_from_utf8(const char *text, size_t len,
						   enum customs_encoding to, char *out,
						   size_t size, size_t *out_len,
						   struct why *why);

/** Whether this system can convert at all: glibc loads GB18030 from files (gconv) that a small
 *  image may lack. KAKOU_E_NOTFOUND: it can't, `why` says what is missing. */
KAKOU_MUST_CHECK enum kakou_err encoding_check(struct why *why);

/** "UTF-8", "GB18030", "GB2312" or "GBK", as the XML declaration writes it. */
const char *encoding_declared(enum customs_encoding encoding);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * What the tests of dialects share: dialects by bits, a message or two, and their way through the
 * bytes and back.
 *
 * Layer: tests.
 */
#ifndef KAKOU_TESTS_UNIT_DIALECT_CASE_H
#define KAKOU_TESTS_UNIT_DIALECT_CASE_H

#include <stddef.h>

#include "drivers/customs/dialect.h"
#include "drivers/customs/message.h"

enum {
	DIALECT_ENCODINGS = CUSTOMS_UTF8_AS_GB, /**< those that can be written */
	DIALECT_BITS = 9,       /**< one a row that shows in the bytes of an inquiry */
	DIALECT_FRAME_BITS = 4, /**< the first of them: what shows in every message */
};

struct customs_dialect dialect_case_of(unsigned int bits, enum customs_encoding encoding);
struct customs_head dialect_case_head(void);

/** A 0x21 with everything in it; a 0x22 with this word. */
struct customs_message dialect_case_gather(void);
struct customs_message dialect_case_check(const char *word);

/** Writes the frame; a failed test when that is not possible. */
size_t dialect_case_put(const struct customs_message *message,
			const struct customs_dialect *dialect, unsigned char *buffer,
			size_t size);

/** As the listener reads it: by its length, or bare at the end of the stream. */
void dialect_case_read_back(const unsigned char *bytes, size_t len,
			    const struct customs_dialect *dialect,
			    struct customs_message *out);

/** Written, read in the same dialect, and written again: the same bytes, and no row differs. */
void dialect_case_come_back(const struct customs_message *message,
			    const struct customs_dialect *dialect);

#endif

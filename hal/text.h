/* SPDX-License-Identifier: MIT */
/*
 * Bounded UTF-8 text: copies that never overflow and never cut a character in half.
 *
 * Layer: hal. Pure, no allocation.
 */
#ifndef KAKOU_HAL_TEXT_H
#define KAKOU_HAL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hal/err.h"

/** Copies `from` into `to` of `size` bytes (size > 0), cut at a character boundary if it
 *  does not fit. Always terminates. Returns false when it was cut. */
bool text_copy(char *to, size_t size, const char *from);

/** Number of UTF-8 characters in `text`, or -1 when it is not valid UTF-8. */
int text_count_characters(const char *text);

/** Puts '?' for every control character, ASCII's and those of C1, which UTF-8 writes as C2 80 to C2 9F:
 *  a text from elsewhere must not steer the terminal it is shown on. */
void text_blank_controls(char *text);

/** True when the brackets and braces of JSON, outside its texts, are nested deeper than `levels`.
 *  A parser descends as deep as the text does, which a small stack does not allow. */
bool text_nests_deeper(const char *text, size_t len, int levels);

/** Strict integer: optional '-', digits or 0x digits, nothing else ("0100" is refused, not
 *  octal). KAKOU_E_INVALID when it is not a number or not in min..max. */
KAKOU_MUST_CHECK
enum kakou_err text_parse_integer(const char *text, int64_t min, int64_t max,
				  int64_t *out);

/** Decimal "123.456" with at most `places` decimals to an integer of 10^-places units. */
KAKOU_MUST_CHECK
enum kakou_err text_parse_fixed(const char *text, int places, int64_t min, int64_t max,
				int64_t *out);

#endif

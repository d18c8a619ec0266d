/* SPDX-License-Identifier: MIT */
/*
 * Members of a JSON object, taken one by one with a sentence for each that is not as expected.
 *
 * Layer: firmware, inside registry.
 */
#ifndef KAKOU_FIRMWARE_JSON_MEMBERS_H
#define KAKOU_FIRMWARE_JSON_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>

#include "firmware/registry/registry_json.h"

/** "NAME: got VALUE, expected …". Always KAKOU_E_INVALID. */
KAKOU_PRINTF(4, 5)
enum kakou_err member_refuse(const json_t *json, const char *name, struct why *why,
			     const char *format, ...);

/** All members are among these. */
KAKOU_MUST_CHECK enum kakou_err members_check(const json_t *json,
					      const char *const *names, size_t count,
					      struct why *why);

/** A text of min to max bytes without control characters; absent is the empty text where min is
 *  0. `size` has room for max. */
KAKOU_MUST_CHECK enum kakou_err member_text(const json_t *json, const char *name,
					    size_t min, char *to, size_t size,
					    struct why *why);
/** Absent is the fallback; a fallback below min makes the member required. */
KAKOU_MUST_CHECK enum kakou_err member_integer(const json_t *json, const char *name,
					       int64_t min, int64_t max, int64_t fallback,
					       int64_t *to, struct why *why);
/** Kilograms, a text with up to three decimals or an integer, as grams; absent is 0. */
KAKOU_MUST_CHECK enum kakou_err member_kg(const json_t *json, const char *name,
					  int64_t *to_g, struct why *why);
/** As instant_parse(); absent is 0. */
KAKOU_MUST_CHECK enum kakou_err member_instant(const json_t *json, const char *name,
					       int64_t *to_ms, struct why *why);

/** The index of the text among the words; absent is the fallback. */
KAKOU_MUST_CHECK enum kakou_err member_word(const json_t *json, const char *name,
					    const char *const *words, size_t count,
					    uint8_t fallback, uint8_t *to,
					    struct why *why);

/** Grams as kilograms with the decimals they have. */
json_t *json_kg(int64_t grams);
json_t *json_instant(int64_t wall_ms);

#endif

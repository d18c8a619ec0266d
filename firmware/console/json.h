/* SPDX-License-Identifier: MIT */
/*
 * JSON in the console: values that hold passwords and tickets are wiped when they are released.
 *
 * Layer: firmware. Pure; allocates (jansson).
 */
#ifndef KAKOU_FIRMWARE_CONSOLE_JSON_H
#define KAKOU_FIRMWARE_CONSOLE_JSON_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

enum { JSON_NESTING_MAX = 8 };

/** Call once, first in main: from then on what jansson releases is wiped. */
void json_wipe_on_release(void);

/** An object out of a text from outside: at most JSON_NESTING_MAX levels, no duplicate members.
 *  NULL: it is none. */
json_t *json_read_object(const char *text, size_t len);

/** The member's text; "" when it is absent or no text. */
const char *json_text_of(const json_t *object, const char *key);

int64_t json_number_of(const json_t *object, const char *key);

#endif

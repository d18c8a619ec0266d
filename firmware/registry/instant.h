/* SPDX-License-Identifier: MIT */
/*
 * Instants as people and platforms write them: RFC 3339, or a day of China standard time.
 *
 * Layer: firmware. Pure.
 */
#ifndef KAKOU_FIRMWARE_INSTANT_H
#define KAKOU_FIRMWARE_INSTANT_H

#include <stdint.h>

#include "hal/err.h"

enum { INSTANT_TEXT = 32 };

/** "2026-11-01T08:00:00+08:00", with Z or an offset, or "2026-11-01": the beginning of that day in
 *  China (UTC+8). Milliseconds since 1970; the years 2000 to 2099. KAKOU_E_INVALID otherwise. */
KAKOU_MUST_CHECK enum kakou_err instant_parse(const char *text, int64_t *out_ms);

/** The same in UTC+8, to the second. */
void instant_print(int64_t wall_ms, char out[INSTANT_TEXT]);

#endif

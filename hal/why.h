/* SPDX-License-Identifier: MIT */
/*
 * The sentence that goes with an error: quotes the value and says what was expected.
 *
 * Layer: hal. Pure, no allocation.
 */
#ifndef KAKOU_HAL_WHY_H
#define KAKOU_HAL_WHY_H

#include "hal/err.h"

/** One sentence for a person; always terminated; cut at a UTF-8 character boundary; without control
 *  characters, whatever it quotes. */
struct why {
	char text[240];
};

/** Writes the sentence and returns `err`, so that a failure is one statement. `why` may be NULL. */
KAKOU_PRINTF(3, 4)
enum kakou_err why_set(struct why *why, enum kakou_err err, const char *format, ...);

#endif

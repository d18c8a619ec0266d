/* SPDX-License-Identifier: MIT */
/*
 * The sentence that goes with an error.
 *
 * Layer: hal. Pure, no allocation.
 */
#include "hal/why.h"

#include <stdarg.h>
#include <stdio.h>

#include "hal/text.h"

enum kakou_err why_set(struct why *why, enum kakou_err err, const char *format, ...)
{
	/* The arguments may point into why->text (a sentence wrapped in another), so the
	 * new one is built beside it. Longer than the target, so that only text_copy()
	 * cuts. */
	char sentence[sizeof(why->text) + 4];
	va_list args;

	if (!why)
		return err;
	va_start(args, format);
	if (vsnprintf(sentence, sizeof(sentence), format, args) < 0)
		sentence[0] = '\0';
	va_end(args);
	text_blank_controls(sentence);
	text_copy(why->text, sizeof(why->text), sentence);
	return err;
}

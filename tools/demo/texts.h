/* SPDX-License-Identifier: MIT */
/*
 * Texts made of texts: the site file with its places filled in, and the first trucks of a
 * scenario.
 *
 * Layer: tools. No I/O. Results are allocated; the caller frees them.
 */
#ifndef KAKOU_TOOLS_DEMO_TEXTS_H
#define KAKOU_TOOLS_DEMO_TEXTS_H

#include <stddef.h>

#include "hal/err.h"
#include "hal/why.h"

/** One name between '@' signs, and what stands in its place. */
struct texts_place {
	const char *name; /**< "@RUN@" */
	const char *value;
};

/** Copies the text with every place filled in. KAKOU_E_INVALID: a name between two '@'
 *  signs in capitals that is not in the list. */
KAKOU_MUST_CHECK enum kakou_err texts_fill(char **out, const char *text,
					   const struct texts_place *places, size_t count,
					   struct why *why);

/** Copies a scenario with only the first `trucks` of its truck sections; everything else
 *  stays, in its lines. KAKOU_E_INVALID: the text ends inside a section. */
KAKOU_MUST_CHECK enum kakou_err texts_take_trucks(char **out, const char *scenario,
						  int trucks, struct why *why);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * What can be asked of the yard.
 *
 * Layer: tools. Threads: the yard's loop.
 */
#ifndef KAKOU_TOOLS_YARD_CONTROL_METHODS_H
#define KAKOU_TOOLS_YARD_CONTROL_METHODS_H

#include <stdbool.h>

#include <jansson.h>

#include "hal/err.h"
#include "hal/why.h"
#include "tools/yard/yard.h"

/** One method: a new reference in `*result`, or an error with its sentence. `params` is an
 *  object. */
typedef enum kakou_err control_method(struct yard *yard, const json_t *params,
				      json_t **result, struct why *why);

/** NULL when there is no such method. */
control_method *control_find_method(const char *name);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The scenario file: which trucks come, what their orders say, how the ground lies. One file
 * and one key table for the yard, the customs platform and the demonstration; each reads the
 * sections that are its own.
 *
 * Layer: tools. Blocks on the disk; start only.
 */
#ifndef KAKOU_TOOLS_SCENARIO_KEYS_H
#define KAKOU_TOOLS_SCENARIO_KEYS_H

#include <stddef.h>

#include "hal/conf.h"
#include "hal/err.h"
#include "hal/why.h"

extern const struct conf_key scenario_keys[];
extern const size_t scenario_key_count;

/** conf_open() with the scenario's key table; the caller releases with conf_close(). */
KAKOU_MUST_CHECK enum kakou_err scenario_open(struct conf **out, const char *path,
					      struct why *why);

#endif

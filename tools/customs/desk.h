/* SPDX-License-Identifier: MIT */
/*
 * The officer's side of the platform: the methods of its control socket.
 *
 * Layer: tools. Threads: the loop's own. The methods are listed in kakou-customs.1.
 */
#ifndef KAKOU_TOOLS_CUSTOMS_DESK_H
#define KAKOU_TOOLS_CUSTOMS_DESK_H

#include <jansson.h>

#include "hal/err.h"
#include "hal/why.h"

/** A desk_call; `arg` is a struct platform. */
json_t *desk_answer(void *arg, const char *method, const json_t *params,
		    enum kakou_err *err, struct why *why);

#endif

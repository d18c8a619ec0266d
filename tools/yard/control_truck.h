/* SPDX-License-Identifier: MIT */
/*
 * A truck as the control socket describes it: the same keys, the same checks as in a scenario
 * file.
 *
 * Layer: tools.
 */
#ifndef KAKOU_TOOLS_YARD_CONTROL_TRUCK_H
#define KAKOU_TOOLS_YARD_CONTROL_TRUCK_H

#include <jansson.h>

#include "hal/err.h"
#include "hal/why.h"
#include "tools/scenario/trucks.h"

/** {"name": "x1", "lane": "in1", "plate": …}: texts, integers and lists of texts; `name` may be
 *  left out. KAKOU_E_INVALID says which key is wrong and what was expected. */
KAKOU_MUST_CHECK enum kakou_err control_read_truck(struct scenario_truck *out,
						   const json_t *params, struct why *why);

#endif

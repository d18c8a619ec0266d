/* SPDX-License-Identifier: MIT */
/*
 * Looks at lines without taking them: whether their chips are there, who holds which. A request would
 * drive outputs, so that nothing is requested here.
 *
 * Layer: hal. Threads: any; it opens and closes chips.
 */
#ifndef KAKOU_HAL_GPIO_SURVEY_H
#define KAKOU_HAL_GPIO_SURVEY_H

#include <stddef.h>

#include "hal/err.h"
#include "hal/gpio.h"
#include "hal/why.h"

struct gpio_survey {
	size_t free;
	size_t held_by_kakoud; /**< the gate that runs */
};

/** `where` as for gpio_open(); `devices` is the directory of the chips' device files, "/dev".
 *  KAKOU_E_NOTFOUND: a chip or a line is not there; KAKOU_E_DENIED: the chips can't be opened, or
 *  another program holds a line; KAKOU_E_INVALID: `where` is no chip. `why` names it. */
KAKOU_MUST_CHECK enum kakou_err gpio_survey(const char *where, const char *devices,
					    const struct gpio_line *lines, size_t count,
					    struct gpio_survey *out, struct why *why);

#endif

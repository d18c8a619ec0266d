/* SPDX-License-Identifier: MIT */
/*
 * What a back end of gpio has to offer, and the two there are.
 *
 * Layer: hal, private to linux/. Threads: as hal/gpio.h.
 */
#ifndef KAKOU_HAL_LINUX_GPIO_BACKEND_H
#define KAKOU_HAL_LINUX_GPIO_BACKEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hal/err.h"
#include "hal/gpio.h"
#include "hal/why.h"

enum { GPIO_CHIPS_MAX = 4, GPIO_LABEL_MAX = 31 };

/** How long gpio_open() waits for the yard. */
enum { GPIO_YARD_ANSWER_MS = 500 };

/** All members are required. None but `close` may allocate or block. */
struct gpio_backend {
	void (*close)(struct gpio *gpio);
	enum kakou_err (*read)(struct gpio *gpio, uint64_t *inputs);
	enum kakou_err (*write)(struct gpio *gpio, uint64_t mask, uint64_t levels);
	enum kakou_err (*next_edge)(struct gpio *gpio, struct gpio_edge *out);
	size_t (*list_fds)(const struct gpio *gpio, int *fds, size_t max);
};

/** First member of every back end's own structure. */
struct gpio {
	const struct gpio_backend *backend;
	uint64_t outputs; /**< bit i: line i is an output */
	uint64_t set;     /**< logical levels the outputs were last set to */
};

/** Lines by name on the chips with these labels. */
KAKOU_MUST_CHECK enum kakou_err gpio_chip_open(struct gpio **out,
					       char labels[][GPIO_LABEL_MAX + 1],
					       size_t label_count,
					       const struct gpio_line *lines,
					       size_t count, struct why *why);

/** Lines of a yard behind a Unix socket. */
KAKOU_MUST_CHECK enum kakou_err gpio_yard_open(struct gpio **out, const char *path,
					       const struct gpio_line *lines,
					       size_t count, struct why *why);

#endif

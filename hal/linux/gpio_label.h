/* SPDX-License-Identifier: MIT */
/*
 * What an event of a line means. The kernel makes one event for each change, but says "rising" or
 * "falling" by the level it reads when its thread comes to run (lines requested for both edges, in
 * both generations of its interface). Behind a short pulse two events say "falling", and nothing
 * says that the line was active. So the changes are taken one after the other: each is the
 * opposite of the one before, and when there are no more the last level that was read has the
 * last word.
 *
 * Layer:   hal. Pure.
 */
#ifndef KAKOU_HAL_LINUX_GPIO_LABEL_H
#define KAKOU_HAL_LINUX_GPIO_LABEL_H

#include <stdbool.h>
#include <stdint.h>

/** One input. */
struct gpio_label {
	int8_t last;   /**< level last given out; -1: none */
	int8_t raw;    /**< level the kernel's last event told; -1: none */
	int64_t at_ns; /**< of that event */
};

/** Nothing is known. */
void gpio_label_init(struct gpio_label *label);

/** An event of the kernel; returns the level that the line went to. */
bool gpio_label_take(struct gpio_label *label, bool raw, int64_t at_ns);

/** To be asked when the kernel has no more events of the line. True: one change came without an
 *  event of its own; `level` and `at_ns` are of that change. */
bool gpio_label_settle(struct gpio_label *label, bool *level, int64_t *at_ns);

#endif

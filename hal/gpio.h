/* SPDX-License-Identifier: MIT */
/*
 * Digital lines of one lane, requested together by name.
 *
 * Layer:   hal. linux/ has two back ends chosen by the `where` string: libgpiod (1.6 and 2.x)
 *          and the yard's Unix socket; fake/ is scripted by tests.
 * Threads: open and close from main; the rest from the control thread; none of it blocks.
 */
#ifndef KAKOU_HAL_GPIO_H
#define KAKOU_HAL_GPIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hal/err.h"
#include "hal/why.h"

enum { GPIO_LINES_MAX = 48, GPIO_NAME_MAX = 31 };

struct gpio; /* opaque */

enum gpio_bias { GPIO_BIAS_AS_IS, GPIO_BIAS_PULL_UP, GPIO_BIAS_PULL_DOWN };

struct gpio_line {
	char name[GPIO_NAME_MAX +
		  1];     /**< the kernel's line name, or what a board calls it */
	bool is_numbered; /**< found by chip and offset instead of its name; a yard goes by
			     the name */
	uint8_t chip;     /**< is_numbered: index of its label in `where` */
	uint16_t offset;  /**< is_numbered: on that chip */
	bool is_output;
	bool active_low;
	bool must_not_sleep; /**< refused on a chip behind a bus that sleeps */
	enum gpio_bias bias; /**< inputs: what to ask of the chip */
	bool initial;        /**< outputs: logical level at the moment of the request */
};

/** One change of an input. */
struct gpio_edge {
	int64_t at_ns; /**< monotonic, by the kernel (or the yard) when it happened */
	uint16_t line; /**< index in the array given to gpio_open() */
	bool level;    /**< logical level after the change */
};

/** Requests all lines. `where` is "chip:LABEL[,LABEL…]" (chips found by label, never by
 *  number) or "yard:/path/of/socket". All or nothing: KAKOU_E_NOTFOUND names the missing chip
 *  or line, KAKOU_E_DENIED says who holds it, KAKOU_E_LINK when the yard is not there (waits
 *  at most 500 ms for its answer), KAKOU_E_INVALID for a line that must not sleep on a chip
 *  behind I2C, SPI, USB or the firmware. The caller releases with gpio_close(). */
KAKOU_MUST_CHECK enum kakou_err gpio_open(struct gpio **out, const char *where,
					  const struct gpio_line *lines, size_t count,
					  struct why *why);

/** Releases the lines; the kernel returns them to their defaults. NULL is legal. */
void gpio_close(struct gpio *gpio);

/** Present logical levels, bit i = line i; outputs report what was last set. Take the edges
 *  first: behind a yard a level changes when its edge is taken. KAKOU_E_LINK (for good) or
 *  KAKOU_E_IO: the levels are unknown, the caller goes to the safe state. */
KAKOU_MUST_CHECK enum kakou_err gpio_read(struct gpio *gpio, uint64_t *levels);

/** Sets the outputs in `mask` to the logical `levels`. Bits of inputs are an assertion
 *  failure. */
KAKOU_MUST_CHECK enum kakou_err gpio_write(struct gpio *gpio, uint64_t mask,
					   uint64_t levels);

/** The oldest change not yet read. KAKOU_E_AGAIN: none. KAKOU_E_FULL: edges were lost; the
 *  caller counts it, reads the levels and treats the inputs as glitched. KAKOU_E_LINK,
 *  KAKOU_E_IO as for reading. */
KAKOU_MUST_CHECK enum kakou_err gpio_next_edge(struct gpio *gpio, struct gpio_edge *out);

/** The descriptors the control thread reads and writes for this object, for its system call
 *  filter. Returns how many were written, at most `max`. With libgpiod 1.6 outputs are not among
 *  them: they see ioctl(2) only, which a filter allows by its request. */
size_t gpio_list_fds(const struct gpio *gpio, int *fds, size_t max);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * What kakoud and a yard say to each other about lines: fixed packets over a SOCK_SEQPACKET
 * Unix socket. Host byte order (same machine). One connection per lane.
 *
 *   client  HELLO   lines wanted        →
 *                                       ←  READY (levels) or REFUSE (why)
 *                                       ←  EDGE  whenever an input changes
 *   client  SET     mask, levels        →
 */
#ifndef KAKOU_HAL_GPIO_YARD_H
#define KAKOU_HAL_GPIO_YARD_H

#include <stdint.h>

#include "hal/gpio.h"

enum gpio_yard_type {
	GPIO_YARD_HELLO = 1,
	GPIO_YARD_READY = 2,
	GPIO_YARD_REFUSE = 3,
	GPIO_YARD_EDGE = 4,
	GPIO_YARD_SET = 5,
};

struct gpio_yard_line {
	char name[GPIO_NAME_MAX + 1];
	uint8_t is_output;
	uint8_t initial; /**< logical level of an output */
};

struct gpio_yard_hello {
	uint32_t type;
	uint32_t count;
	struct gpio_yard_line lines[GPIO_LINES_MAX];
};

struct gpio_yard_packet {
	uint32_t type;
	uint32_t line;   /**< EDGE */
	uint64_t mask;   /**< SET */
	uint64_t levels; /**< READY, SET; EDGE: 0 or 1 */
	int64_t at_ns;   /**< EDGE: CLOCK_MONOTONIC */
	char why[96];    /**< REFUSE */
};

#endif

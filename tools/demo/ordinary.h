/* SPDX-License-Identifier: MIT */
/*
 * Ordinary trucks beyond the scenario: each number decides lane, plate, box and weights, and
 * comes with a matching order.
 *
 * Layer: tools. No I/O but the stream given.
 */
#ifndef KAKOU_TOOLS_DEMO_ORDINARY_H
#define KAKOU_TOOLS_DEMO_ORDINARY_H

#include <stdbool.h>
#include <stdio.h>

#include "tools/scenario/trucks.h"

enum {
	ORDINARY_ROUND = 60, /**< endless traffic: after so many the same come again */
	ORDINARY_ORDER_SIZE = 25,
};

/** The truck of number `n` (1 or more), named `name`. */
void ordinary_make(struct scenario_truck *out, int n, const char *name);

/** The number of its order. */
void ordinary_name_order(char to[ORDINARY_ORDER_SIZE], int n);

/** Writes its order, and the truck itself when `with_truck`, as sections of a scenario. */
void ordinary_write(FILE *to, int n, bool with_truck);

#endif

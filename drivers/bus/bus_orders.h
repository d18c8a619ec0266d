/* SPDX-License-Identifier: MIT */
/*
 * Commands to the units of a bus: from the queue to the wire, and whether they held.
 *
 * Layer:   drivers, inside bus.
 * Threads: the worker's.
 */
#ifndef KAKOU_DRIVERS_BUS_ORDERS_H
#define KAKOU_DRIVERS_BUS_ORDERS_H

#include "drivers/bus/bus_worker.h"

/** Takes the commands that wait; a newer one replaces its elder of the same verb, outputs are
 *  merged bit by bit. */
void bus_orders_take(struct bus_worker *worker);

/** The next write that is due, of a unit that is well: fills `write`, `unit` and `verb`. False
 *  when there is none; then *wake_ms says when one will be, INT64_MAX when none is in sight. */
bool bus_orders_next(struct bus_worker *worker, int64_t now_ms, size_t *unit,
		     size_t *verb, struct map_write *write, int64_t *wake_ms);

/** Books the outcome of that write. */
void bus_orders_book(struct bus_worker *worker, size_t unit, size_t verb,
		     enum kakou_err result, int64_t now_ms);

/** Compares what was commanded with what the unit now states. */
void bus_orders_check(struct bus_worker *worker, size_t unit,
		      const struct device_sample *sample, int64_t now_ms);

/** The unit was lost: when it is back, it may have forgotten what it showed. */
void bus_orders_doubt(struct bus_worker *worker, size_t unit);

#endif

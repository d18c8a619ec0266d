/* SPDX-License-Identifier: MIT */
/*
 * The work of a bus, one request at a time: what its thread does, without the thread.
 *
 * Layer:   drivers, inside bus.
 * Threads: one, the worker's; unit tests step it under the virtual clock.
 */
#ifndef KAKOU_DRIVERS_BUS_WORKER_H
#define KAKOU_DRIVERS_BUS_WORKER_H

#include "drivers/bus/bus.h"
#include "drivers/bus/bus_schedule.h"
#include "hal/mailbox.h"
#include "hal/queue.h"

enum {
	BUS_SCAN_STALE_MS =
		200,          /**< a scan counter that stands still so long is stopped */
	BUS_REFRESH_MS = 500, /**< outputs are written anew so often */
	BUS_RETRY_MS = 100,   /**< outputs that did not hold are written again after it */
	BUS_REFUSED_MS = 1000, /**< and after a refusal */
	BUS_SHOW_SETTLE_MS =
		1000, /**< a sign may take so long to show what was written */
	BUS_CYCLE_WINDOW_MS = 5000,
	BUS_HEALTH_EVERY_MS = 100,
};

/** Where a command stands. */
enum bus_order_state {
	BUS_ORDER_NONE,
	BUS_ORDER_TO_WRITE, /**< `step` says how far it is */
	BUS_ORDER_TO_CHECK, /**< written, not yet read back */
	BUS_ORDER_HELD,     /**< read back as wanted */
};

/** The newest command of one verb for one unit. */
struct bus_order {
	struct device_command command;
	enum bus_order_state state;
	size_t step;
	int64_t write_at_ms; /**< not before */
	int64_t written_ms;  /**< when its last write was acknowledged */
};

enum { BUS_ORDERS = 4 }; /**< one for each enum device_verb */

struct bus_worker_unit {
	uint16_t image[MAP_REGISTERS_MAX];
	struct bus_order orders[BUS_ORDERS];
	enum device_health port_health; /**< as the schedule has it */
	enum kakou_err value_error;     /**< the registers make no value */
	enum kakou_err order_error;     /**< what was written did not hold */
	enum device_health told_health; /**< as the last sample said */
	enum kakou_err told_error;
	struct bus_unit_health public;
};

struct bus_worker {
	struct bus_config config;
	struct bus_unit own_units[BUS_UNITS_MAX];
	struct bus_schedule schedule;
	struct modbus_port *port;
	struct queue *samples;   /**< struct device_sample, out */
	struct queue *commands;  /**< struct device_command, in */
	struct mailbox *health;  /**< struct bus_health, out */
	struct queue *questions; /**< struct bus_question, in */
	struct queue *answers;   /**< struct bus_answer, out */
	bool has_question;
	struct bus_question question; /**< the guest of the schedule */
	size_t next_to_write;         /**< unit whose orders are looked at first */
	uint64_t scan_seen;
	int64_t scan_moved_ms;
	bool scan_is_known;
	int32_t longest_ms[2]; /**< longest request of this and the last window */
	int64_t window_from_ms;
	int64_t health_told_ms;
	bool health_is_old; /**< something has happened since */
	struct bus_health present;
	struct bus_worker_unit units[]; /**< as many as configured: memory is locked */
};

/** Allocates queues and state, opens nothing. `config->units` are copied, their maps are not.
 *  KAKOU_E_INVALID, KAKOU_E_NOMEM. Release with bus_worker_destroy(). */
KAKOU_MUST_CHECK enum kakou_err bus_worker_create(struct bus_worker **out,
						  const struct bus_config *config,
						  struct why *why);

/** NULL is legal. */
void bus_worker_destroy(struct bus_worker *worker);

/** Takes new commands and does at most one request. Returns the monotonic instant at which it
 *  wants to be called again, unless a command comes before; the present or a past one when
 *  there is more to do at once. */
int64_t bus_worker_step(struct bus_worker *worker);

/** The unit of that device, -1 when it is not on this bus. */
int bus_worker_find(const struct bus_worker *worker, uint16_t device);

#endif

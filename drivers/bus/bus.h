/* SPDX-License-Identifier: MIT */
/*
 * Bus: one Modbus port, its worker thread and its units.
 *
 * The worker polls each unit's blocks by period and deadline, writes before it reads,
 * backs off a unit that fails (per unit, on by default) and probes it again, so that one
 * sick device harms only itself. Values and changes of health leave through a bounded
 * queue.
 *
 * Layer:   drivers.
 * Threads: start and stop from main; next_sample and command from the control thread
 * (wait- free); read_health, ask and next_answer from one other thread.
 */
#ifndef KAKOU_DRIVERS_BUS_H
#define KAKOU_DRIVERS_BUS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/device/device.h"
#include "drivers/map/map.h"
#include "hal/err.h"
#include "hal/modbus_port.h"
#include "hal/why.h"

enum {
	BUS_UNITS_MAX = 32,
	BUS_QUESTIONS = 4, /**< that may wait */
	BUS_QUESTION_MAX = MODBUS_REGISTERS_MAX,
};

struct bus; /* opaque */

struct bus_unit {
	uint16_t device;       /**< index in the site's device list */
	uint8_t unit;          /**< Modbus unit id, 1..247 (TCP also 0, 255) */
	const struct map *map; /**< outlives the bus */
	int32_t period_ms;     /**< 0 = the map's own; otherwise overrides every block */
};

struct bus_config {
	struct modbus_port_config port;
	const struct bus_unit *units;
	size_t unit_count;
	int32_t backoff_min_ms; /**< first pause of a failing unit, default 200 */
	int32_t backoff_max_ms; /**< longest pause, default 5000 */
	/** Outputs (remote I/O) are written only while this counter advances (doctrine
	 * 3); NULL in tests without a control loop. */
	const _Atomic uint64_t *scan_counter;
};

/** What an officer sees of one unit in `kakou buses`. */
struct bus_unit_health {
	uint16_t device;
	uint8_t unit;
	uint8_t health;    /**< enum device_health */
	int8_t last_error; /**< enum kakou_err */
	uint8_t exception; /**< of the last refusal */
	uint32_t failures_in_row;
	int32_t backoff_ms;   /**< present pause, 0 = none */
	int64_t last_good_ms; /**< monotonic, -1 = never */
	uint64_t requests, errors;
	char why[120]; /**< the last failure in words */
};

struct bus_health {
	uint64_t samples_dropped; /**< the control thread's queue was full */
	int32_t cycle_ms; /**< the longest time one request has held the port lately */
	size_t unit_count;
	struct bus_unit_health units[BUS_UNITS_MAX];
};

/** One read beside the polling, of any unit and any registers: what a technician wants to
 * know. */
struct bus_question {
	uint32_t token; /**< chosen by the asker, comes back in the answer */
	uint8_t unit;
	uint8_t area; /**< enum modbus_area */
	uint16_t address;
	uint16_t count; /**< 1..BUS_QUESTION_MAX, registers or bits */
};

struct bus_answer {
	uint32_t token;
	int8_t error;      /**< enum kakou_err, as modbus_port_read() */
	uint8_t exception; /**< of KAKOU_E_REFUSED */
	uint16_t count;    /**< of values; 0 with an error */
	int32_t took_ms;
	int64_t at_ms; /**< monotonic, when it was answered or given up */
	uint16_t values[BUS_QUESTION_MAX];
	char why[120]; /**< the error in words */
};

/** Starts the worker. KAKOU_E_NOMEM, KAKOU_E_INVALID. A missing device is not an error.
 */
KAKOU_MUST_CHECK enum kakou_err bus_start(struct bus **out,
					  const struct bus_config *config,
					  struct why *why);

/** Tells the worker to end and does not wait: so that many buses end in the time of one. NULL is
 *  legal. */
void bus_ask_stop(struct bus *bus);

/** Ends the worker within the port's deadlines and releases. NULL is legal. */
void bus_stop(struct bus *bus);

/** The oldest sample not yet taken; false when there is none. Wait-free. */
bool bus_next_sample(struct bus *bus, struct device_sample *out);

/** Queues a command for a device of this bus. KAKOU_E_FULL: counted, nothing queued; the
 * caller repeats with the next scan. Wait-free. */
KAKOU_MUST_CHECK enum kakou_err bus_command(struct bus *bus,
					    const struct device_command *command);

/** Queues a question. It is asked when no reading suffers by it, at most a quarter of the time;
 * units and readings of the site come first. KAKOU_E_FULL: counted, nothing queued.
 * KAKOU_E_INVALID: a count out of range. Wait-free. */
KAKOU_MUST_CHECK enum kakou_err bus_ask(struct bus *bus,
					const struct bus_question *question);

/** The oldest answer not yet taken; false when there is none. Wait-free. Answers that nobody
 * takes are dropped and counted. */
bool bus_next_answer(struct bus *bus, struct bus_answer *out);

/** Descriptor that is readable after an answer came, and bus_quiet_answers() to make it
 *  unreadable again before the answers are taken. */
int bus_answers_fd(const struct bus *bus);
void bus_quiet_answers(struct bus *bus);

/** Newest health; false before the first cycle. Wait-free. */
bool bus_read_health(struct bus *bus, struct bus_health *out);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The hands of a test on the fake hal: time that moves when told, lines and Modbus devices that
 * behave as scripted, and what the code under test did to them.
 *
 * Layer:   hal, fake side; included by tests only.
 * Threads: the clock from any; lines and devices from the thread that runs the code under test.
 *
 * A fake has no hidden life: nothing changes between two calls of the test but by the code it
 * calls. Waits pass in virtual time, so that a test of minutes takes microseconds.
 */
#ifndef KAKOU_HAL_FAKE_H
#define KAKOU_HAL_FAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hal/err.h"
#include "hal/modbus_port.h"

/* ---- clock ------------------------------------------------------------------------------- */

/** Puts the monotonic clock to `mono_ms` (1,000,000 at start) and the wall clock to
 *  2026-01-01T00:00:00Z, synchronised. */
void fake_clock_set(int64_t to_ms);

/** Moves both clocks on. */
void fake_clock_advance(int64_t ms);

/** Steps the wall clock alone, as a correction by NTP does. */
void fake_clock_set_wall(int64_t to_ms);

/** What clock_is_synchronised() says. */
void fake_clock_set_synchronised(bool to);

/* ---- lines ------------------------------------------------------------------------------- */

enum { FAKE_GPIO_WRITES_MAX = 4096 };

/** One change of an output by gpio_write(). */
struct fake_gpio_write {
	int64_t at_ms; /**< monotonic */
	char name[32];
	bool level;
};

/** Forgets all lines, levels, faults and the log of writes; open objects stay closable. */
void fake_gpio_reset(void);

/** Sets an input, open or not yet, at the present instant; a change becomes an edge. */
void fake_gpio_set_input(const char *name, bool level);

/** The same at an instant to come, when the clock is there; one such plan at a time. */
void fake_gpio_plan_input(const char *name, bool level, int64_t at_ms);

/** Appends an edge as it is, also one that repeats a level or lies in the past; sets the input. */
void fake_gpio_add_edge(const char *name, bool level, int64_t at_ns);

/** The output's present logical level; false for one that nobody has requested. */
bool fake_gpio_output(const char *name);

/** Every gpio_read(), gpio_write() and gpio_next_edge() ends with `err` until KAKOU_OK is set. */
void fake_gpio_fail(enum kakou_err err);

/** The next `count` gpio_open() end with `err`. */
void fake_gpio_fail_open(enum kakou_err err, int count);

/** The next gpio_next_edge() says KAKOU_E_FULL and the edges that wait are gone. */
void fake_gpio_lose_edges(void);

/** The changes of outputs in their order; those past FAKE_GPIO_WRITES_MAX are counted only. */
size_t fake_gpio_count_writes(void);
const struct fake_gpio_write *fake_gpio_write_at(size_t i);

/* ---- watchdog ---------------------------------------------------------------------------- */

/** There is one of this identity; why the machine started, as it remembers. Not armed. */
void fake_watchdog_set(const char *identity, uint32_t causes);

/** Somebody else has it. */
void fake_watchdog_set_busy(bool is_busy);

/** It would reset the machine. */
bool fake_watchdog_is_armed(void);

/** How often it was kicked. */
int fake_watchdog_kicks(void);

/* ---- Modbus devices ---------------------------------------------------------------------- */

/** What a device does to a request. */
enum fake_modbus_fault {
	FAKE_MODBUS_HEALTHY,
	FAKE_MODBUS_SILENT, /**< never answers: timeout */
	FAKE_MODBUS_LATE,   /**< answers after the deadline: timeout */
	FAKE_MODBUS_TRICKLE, /**< a byte each 50 ms: timeout, unless the deadline is long */
	FAKE_MODBUS_EXCEPTION,  /**< refused, number as set */
	FAKE_MODBUS_WRONG_UNIT, /**< another unit answers: foreign */
	FAKE_MODBUS_SHORT,      /**< fewer bytes than announced: timeout */
	FAKE_MODBUS_LONG,       /**< more values than asked for: garbled */
	FAKE_MODBUS_GARBLED,    /**< a checksum or header that does not fit: garbled */
	FAKE_MODBUS_CLOSED,     /**< closes in mid-answer: link */
	FAKE_MODBUS_FROZEN, /**< answers with the values of the moment it froze; writes pass
				   *   and change nothing */
	FAKE_MODBUS_DEAF_WRITES, /**< acknowledges writes and does not do them */
};

/** Forgets all devices and the log. */
void fake_modbus_reset(void);

/** A device at (port name, unit), with all registers and bits 0. A unit that was not added is
 *  silent; a port with no unit at all can't be opened: link. */
void fake_modbus_add(const char *port, uint8_t unit);

/** Sets or gets one item as the device has it now. */
void fake_modbus_set(const char *port, uint8_t unit, enum modbus_area area,
		     uint16_t address, uint16_t value);
uint16_t fake_modbus_get(const char *port, uint8_t unit, enum modbus_area area,
			 uint16_t address);

/** The device answers after `ms` of virtual time; 1 ms at start. */
void fake_modbus_set_delay(const char *port, uint8_t unit, int32_t ms);

/** The next `count` requests meet the fault; -1: all until set again. `exception` matters to
 *  FAKE_MODBUS_EXCEPTION only. */
void fake_modbus_set_fault(const char *port, uint8_t unit, enum fake_modbus_fault fault,
			   uint8_t exception, int count);

/** Requests that reached the unit, those met by a fault included. */
size_t fake_modbus_count_requests(const char *port, uint8_t unit);

#endif

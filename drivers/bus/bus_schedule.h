/* SPDX-License-Identifier: MIT */
/*
 * Which block of which unit is read next: earliest deadline first, back-off per unit.
 *
 * Layer: drivers. Pure: time comes in as a parameter.
 *
 * A port carries one request at a time, so a unit that does not answer takes the deadline of the
 * answer from all the others. What keeps that small:
 *
 * - A unit that fails pauses, twice as long each time, and is then probed with one block, the one
 *   that failed.
 * - Before a probe every healthy block that would come due during it is read once, early: when
 *   the probe has used up its deadline, no healthy reading is older than that deadline and one
 *   round of reads.
 * - After a probe that failed, none follows for three times as long as it held the port, as long
 *   as a healthy unit is there to be protected.
 * - Units that failed because the connection did are presumed well once one of them answers.
 * - A guest, a question that somebody asks beside the polling, is treated like a probe: nobody
 *   knows whether it will be answered. It rests for three times as long as it held the port, also
 *   when it was answered.
 */
#ifndef KAKOU_DRIVERS_BUS_SCHEDULE_H
#define KAKOU_DRIVERS_BUS_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/bus/bus.h"

enum {
	BUS_UNKNOWN_PERIODS =
		2, /**< for so long readings that are due go before unknown units */
	BUS_LOST_AFTER = 3, /**< failures in a row that make a sick unit a lost one */
	BUS_PROBE_SHARE =
		4, /**< a failed probe may take one part in so many of the time */
	BUS_SCHEDULE_IDLE = -1,  /**< nothing is due */
	BUS_SCHEDULE_GUEST = -2, /**< the turn of the guest */
};

struct bus_schedule_unit {
	int64_t due_ms[MAP_BLOCKS_MAX]; /**< when each block is to be read */
	int64_t read_ms
		[MAP_BLOCKS_MAX]; /**< when it was, -1 = not since the unit is well */
	int64_t paused_until_ms;  /**< back-off; 0 = none */
	int32_t backoff_ms;
	uint32_t failures_in_row;
	uint32_t probes;     /**< requests while not well */
	size_t probe_block;  /**< the block that failed last */
	bool failed_by_link; /**< the connection failed, which says nothing of the unit */
};

struct bus_schedule {
	size_t unit_count;
	int32_t backoff_min_ms, backoff_max_ms;
	int32_t answer_ms; /**< what a probe may cost */
	const struct bus_unit *units;
	int64_t asked_ms;       /**< when the present request began */
	int64_t quiet_until_ms; /**< no probe before */
	int64_t guest_ms;       /**< a guest has waited since; INT64_MAX = none */
	int64_t sweep_from_ms; /**< healthy blocks read since are fresh for a probe; -1 = none */
	struct bus_schedule_unit state[BUS_UNITS_MAX];
};

/** `units` and their maps outlive the schedule. */
void bus_schedule_init(struct bus_schedule *schedule, const struct bus_config *config,
		       int64_t now_ms);

/** The (unit, block) to read now; BUS_SCHEDULE_IDLE when none is due, then *wake_ms says when;
 *  BUS_SCHEDULE_GUEST when the guest may ask. A unit that is not well is probed with one block
 *  only, and never twice while a healthy one is due. */
int bus_schedule_next(struct bus_schedule *schedule, int64_t now_ms, size_t *block,
		      int64_t *wake_ms);

/** Books a result. Success clears the back-off; a failure doubles it from min to max. Returns
 *  the unit's health after it. */
enum device_health bus_schedule_book(struct bus_schedule *schedule, size_t unit,
				     size_t block, enum kakou_err result, int64_t now_ms);

/** A request that bus_schedule_next() did not choose (a write) begins now; its failure is booked
 *  as that of `block`. */
void bus_schedule_begin(struct bus_schedule *schedule, int64_t now_ms);

/** A guest waits from now on. */
void bus_schedule_invite(struct bus_schedule *schedule, int64_t now_ms);

/** The guest has had its turn, which began with bus_schedule_next(). */
void bus_schedule_see_off(struct bus_schedule *schedule, int64_t now_ms);

/** Makes the block due now: something was written that is to be read back. */
void bus_schedule_hurry(struct bus_schedule *schedule, size_t unit, size_t block,
			int64_t now_ms);

/** Well units may be written to at once; the others wait until a probe has succeeded. */
bool bus_schedule_is_well(const struct bus_schedule *schedule, size_t unit);

#endif

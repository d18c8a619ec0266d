/* SPDX-License-Identifier: MIT */
/*
 * Wiring: what the lines of a lane say to its interlock and its positions, and what its outputs
 * show on the lines. The one place that knows which role means what.
 *
 * Layer: firmware. Pure.
 */
#ifndef KAKOU_FIRMWARE_WIRING_H
#define KAKOU_FIRMWARE_WIRING_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/config/site.h"
#include "firmware/lane/interlock.h"

/** The inputs of one lane in one scan; sets of roles, bit = enum line_role. */
struct wiring_levels {
	bool is_known;   /**< false: the lines could not be read, the rest says nothing */
	uint64_t levels; /**< active at the end of the scan */
	uint64_t was_on; /**< active at some moment of it */
	uint64_t was_off; /**< not active at some moment of it */
};

/** Levels of the lane's GPIO lines, bit = index, as roles. */
uint64_t wiring_roles_of_gpio(const struct site_lane *lane, uint64_t levels);

/** What was seen of the GPIO lines, as roles: levels now, and edges of the scan to on and to
 *  off. */
struct wiring_levels wiring_read(const struct site_lane *lane, uint64_t levels,
				 uint64_t rose, uint64_t fell);

/** The same when edges were lost: every input may have pulsed, and only the levels are true. But
 *  emergency input and door are taken as they are now: the arm is not opened, and an officer not called,
 *  by what nobody saw. */
struct wiring_levels wiring_read_lossy(const struct site_lane *lane, uint64_t levels);

/** Fills the interlock's inputs but for time and lateness. A pulse shorter than the scan counts
 *  where it protects; a pair of contacts that disagrees reads as what is safe (S10). */
void wiring_fill_interlock(const struct site_lane *lane, const struct wiring_levels *seen,
			   struct interlock_inputs *out);

/** The same for the entry barrier. Emergency input and key are the lane's; there are no second
 *  contacts and no buttons. */
void wiring_fill_entry(const struct wiring_levels *seen, struct interlock_inputs *out);
struct interlock_config wiring_entry_interlock(const struct site_lane *lane);
uint32_t wiring_entry_positions(const struct interlock_inputs *in,
				const struct interlock *lock);
uint64_t wiring_entry_outputs(const struct interlock_outputs *motor);

/** The cabinet's door, also when it was open for less than a scan. */
bool wiring_door_is_open(const struct wiring_levels *seen);

/** What the lane's barrier asks of its interlock. */
struct interlock_config wiring_interlock(const struct site_lane *lane);

/** What the loops and beams say about vehicles, bit = enum position_sensor. `levels` also has the
 *  roles on remote I/O; what a test makes a device report is no vehicle. */
uint32_t wiring_positions(uint64_t levels, const struct interlock_inputs *in,
			  const struct interlock *lock);

/** Loop and beam while their contacts disagree, bit = enum position_sensor: to the interlock that is
 *  an obstruction, of a vehicle it is no evidence. */
uint32_t wiring_unsure(const struct interlock_inputs *in, const struct interlock *lock);

/** Outputs as roles. */
uint64_t wiring_outputs(const struct interlock_outputs *motor, bool is_green,
			bool is_far_green);

/** The lane's GPIO outputs: their mask and the levels that show `outputs`, bit = index. */
void wiring_gpio_of_outputs(const struct site_lane *lane, uint64_t outputs,
			    uint64_t *mask, uint64_t *levels);

#endif

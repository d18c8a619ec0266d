/* SPDX-License-Identifier: MIT */
/*
 * The entry barrier of a lane with two: open for the vehicle that arrives, closed behind it
 * before the exit arm may lift (gate-domain section 2), open again for one that backs out.
 *
 * It has no say in the lane's table: what it wishes follows from the state of the lane, from
 * where the vehicle is, and from whether its arm may close at all. That one arm is down before the
 * other leaves its lower limit is the interlocks' own rule.
 *
 * Layer: firmware. Pure.
 */
#ifndef KAKOU_FIRMWARE_LANE_ENTRY_H
#define KAKOU_FIRMWARE_LANE_ENTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/lane/interlock.h"

struct lane;
struct lane_inputs;

struct lane_entry {
	bool exists;
	struct interlock interlock;
	struct interlock_outputs outputs; /**< of the newest scan */
	uint32_t kept_notes;              /**< of scans without room in the record */
	bool is_wanted;                   /**< the vehicle of this passage may come in */
	bool was_crossed;                 /**< something was under the arm since then */
	bool is_inside; /**< the whole vehicle is behind the arm, which is clear */
	bool may_close; /**< this program opened it, or a person has reset the lane */
	bool is_told;   /**< that it opens is in the record */
	enum arm_wish wish;
};

void lane_entry_init(struct lane *lane);

/** The vehicle of the passage may come in: it has arrived, or an officer lets it go on. */
void lane_entry_admit(struct lane *lane);
/** It may go on: admitted, unless it is inside already. After a restart that is told from the approach
 *  loop alone. `by_person`: somebody looked, so the arm may close behind it. */
void lane_entry_release(struct lane *lane, bool by_person);
/** A person has decided about the vehicle: an arm that did not arrive (S7) is tried once more. */
void lane_entry_try_again(struct lane *lane);
/** The passage is over. */
void lane_entry_dismiss(struct lane *lane);
/** A person has reset the lane: faults are taken back, and the arm may close when clear. */
void lane_entry_reset(struct lane *lane);

/** One scan, before the exit arm's interlock; `exit_is_open`: that arm is not known down. */
void lane_entry_step(struct lane *lane, const struct lane_inputs *in, bool exit_is_open);
/** The same while the record has no room: nothing opens or closes but for safety. */
void lane_entry_step_unrecorded(struct lane *lane, const struct lane_inputs *in,
				bool exit_is_open);

/** Not known down. False without an entry barrier. */
bool lane_entry_is_open(const struct lane *lane);

/** The exit arm may not leave its lower limit: the entry is open, or the vehicle is still to come in. */
bool lane_entry_bars_exit(const struct lane *lane);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * One lane of the yard: vehicles that come one after the other, what its sensors feel, its
 * arm and its instruments.
 *
 * Layer: tools. Threads: the yard's loop. No I/O: servers show and move it from outside.
 */
#ifndef KAKOU_TOOLS_YARD_LANE_H
#define KAKOU_TOOLS_YARD_LANE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/config/site.h"
#include "tools/scenario/trucks.h"
#include "tools/yard/arm.h"
#include "tools/yard/events.h"
#include "tools/yard/faults.h"
#include "tools/yard/geometry.h"
#include "tools/yard/instruments.h"
#include "tools/yard/vehicle.h"

enum { YARD_VEHICLES_MAX = 4 };

struct yard_waiting; /* a truck that is still to come */

struct yard_lane {
	const struct site_lane *site;
	struct yard_events *events;
	/** A truck brings its fault, and takes it away. */
	void (*on_fault)(void *arg, const struct scenario_truck *plan, bool begins);
	/** A new read, for its picture. */
	void (*on_read)(void *arg, struct yard_lane *lane, enum instrument instrument);
	void *arg;
	int32_t pace;
	struct random random;
	struct geometry geometry;
	struct geometry far; /**< the same for who comes from the other end */
	struct arm arm;
	struct arm gate; /**< the entry arm, at rest where the lane has none */
	struct lane_world world;
	struct instruments instruments;
	struct yard_waiting *waiting;
	size_t waiting_count, done_count;
	int64_t next_at_ns; /**< nobody comes before: one has just backed out */
	size_t vehicle_count;
	struct vehicle vehicles[YARD_VEHICLES_MAX]; /**< in the order they came */
	bool outputs[LINE_ROLES];                   /**< as the controller set them */
	bool felt[LINE_ROLES];   /**< inputs without the faults of their lines */
	bool levels[LINE_ROLES]; /**< inputs as the controller sees them */
	int64_t touch_ns
		[LINE_ROLES]; /**< a hand comes on the sensor for so long; 0 = none */
	int64_t touched_until_ns[LINE_ROLES];    /**< and is on it until then */
	int64_t changed_ns[LINE_ROLES];          /**< inputs: when */
	enum fault_kind line_faults[LINE_ROLES]; /**< FAULT_NONE, STUCK_ON, STUCK_OFF */
	enum fault_kind fault; /**< of the lane; LINK_DOWN: its lines cannot be opened */
	char sign[DEVICE_TEXT_MAX + 1];
	bool gate_was_down, gate_is_touched;
	bool was_down, was_up, was_alive, was_cut, is_touched; /**< for events */
	int64_t lifts, collisions;
};

/** `lane` is zeroed but for site, events, the callbacks and pace, which the caller has set. */
void yard_lane_init(struct yard_lane *lane, uint64_t seed, int64_t now_ns);
void yard_lane_release(struct yard_lane *lane);

/** A truck comes to the end of the queue; not before yard_lane_start() unless `is_ready`.
 *  KAKOU_E_NOMEM. */
KAKOU_MUST_CHECK enum kakou_err yard_lane_enqueue(struct yard_lane *lane,
						  const struct scenario_truck *plan,
						  bool is_ready);

/** The trucks that wait may come. */
void yard_lane_start(struct yard_lane *lane);

/** Moves the lane on to the instant, by the pace where people and vehicles move. */
void yard_lane_step(struct yard_lane *lane, int64_t dt_us, int64_t now_ns);

/** The controller sets outputs: bit = enum line_role. */
void yard_lane_set_outputs(struct yard_lane *lane, uint64_t mask, uint64_t levels,
			   int64_t now_ns);

/** What the sign shows now. */
void yard_lane_show_sign(struct yard_lane *lane, const char *text);

/** A hand, or a vehicle of which nothing else is known, is on one sensor or button for so long
 *  from the next step on (INT64_MAX: until it is taken away by 0). KAKOU_E_INVALID: the lane has
 *  no such input, or it follows something else. */
KAKOU_MUST_CHECK enum kakou_err yard_lane_touch(struct yard_lane *lane,
						enum line_role role, int64_t for_ns,
						struct why *why);

/** A fault of a line (role) or of the lane; FAULT_NONE ends it. */
void yard_lane_fault_line(struct yard_lane *lane, enum line_role role,
			  enum fault_kind kind);
void yard_lane_fault(struct yard_lane *lane, enum fault_kind kind);

/** True when nobody is in the lane and nobody waits. */
bool yard_lane_is_finished(const struct yard_lane *lane);

#endif

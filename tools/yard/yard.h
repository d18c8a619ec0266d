/* SPDX-License-Identifier: MIT */
/*
 * The yard: all lanes and devices of a site, and how they hang together.
 *
 * Layer: tools. Threads: the yard's loop. No sockets: the servers look in.
 */
#ifndef KAKOU_TOOLS_YARD_YARD_H
#define KAKOU_TOOLS_YARD_YARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/config/site.h"
#include "hal/conf.h"
#include "hal/why.h"
#include "tools/scenario/trucks.h"
#include "tools/yard/devices.h"
#include "tools/yard/events.h"
#include "tools/yard/faults.h"
#include "tools/yard/lane.h"

enum {
	YARD_STEP_MS = 5,       /**< of the world, real time */
	YARD_CATCH_UP_MS = 200, /**< a longer pause of the program is not made up for */
	YARD_PACE_MAX = 5,
};

struct pictures_drawn; /* picture.h */

struct yard {
	const struct site *site;
	struct yard_events *events;
	struct pictures_drawn *pictures;
	int32_t pace;
	bool has_started;
	int64_t stepped_ns; /**< the world is as of this instant */
	struct yard_lane lanes[SITE_LANES_MAX];
	struct yard_device devices[SITE_DEVICES_MAX];
};

struct yard_config {
	const struct site *site;     /**< outlives the yard */
	const struct conf *scenario; /**< geometry and trucks are copied */
	struct yard_events *events;  /**< outlives the yard */
	int32_t pace;                /**< 1..YARD_PACE_MAX */
	int32_t relay_ms;            /**< of the heartbeat relays; 0 = ARM_HEARTBEAT_MS */
	uint64_t seed;
};

/** KAKOU_E_INVALID: a truck for a lane or with a fault the site does not have. */
KAKOU_MUST_CHECK enum kakou_err yard_create(struct yard **out,
					    const struct yard_config *config,
					    struct why *why);
void yard_destroy(struct yard *yard);

/** Steps the world on to now. */
void yard_step(struct yard *yard, int64_t now_ns);

/** The trucks of the scenario begin to come. */
void yard_start(struct yard *yard);

/** One more truck, at once. KAKOU_E_NOTFOUND: no such lane; KAKOU_E_INVALID: its fault. */
KAKOU_MUST_CHECK enum kakou_err yard_add_truck(struct yard *yard,
					       const struct scenario_truck *plan,
					       struct why *why);

/** Puts a fault on its target, FAULT_NONE takes it away. KAKOU_E_NOTFOUND: no such target. */
KAKOU_MUST_CHECK enum kakou_err yard_set_fault(struct yard *yard,
					       const struct fault_order *order,
					       struct why *why);

/** Takes all faults away. */
void yard_clear_faults(struct yard *yard);

/** A master has written to the device. */
void yard_take_writes(struct yard *yard, struct yard_device *device);

struct yard_lane *yard_find_lane(struct yard *yard, const char *name);
struct yard_device *yard_find_device(struct yard *yard, const char *name);

/** True when a truck of the scenario or the control socket is still to come or in a lane. */
bool yard_is_busy(const struct yard *yard);

#endif

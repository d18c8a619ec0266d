/* SPDX-License-Identifier: MIT */
/*
 * The instruments of a lane: what they have read, and how long they take for it.
 *
 * Layer: tools. Pure. Time is real monotonic milliseconds: instruments never run faster than
 * life.
 *
 * Assumptions (gate-domain section 7): plate camera 0.2 to 0.5 s after the plate is in view,
 * tag 0.5 s, box portal 1 to 3 s while rolling; the scale is stable 1.5 s after the last axle
 * stops. Inferred: seal reader 1 s after standing, scale division 20 kg, 10 weighings a second.
 */
#ifndef KAKOU_TOOLS_YARD_INSTRUMENTS_H
#define KAKOU_TOOLS_YARD_INSTRUMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/device/device.h"
#include "tools/yard/lane_world.h"
#include "tools/yard/random.h"
#include "tools/yard/vehicle.h"

enum {
	INSTRUMENT_CAMERA_MIN_MS = 200,
	INSTRUMENT_CAMERA_MAX_MS = 500,
	INSTRUMENT_TAG_MS = 500,
	INSTRUMENT_PORTAL_MIN_MS = 1000,
	INSTRUMENT_PORTAL_MAX_MS = 3000,
	INSTRUMENT_SEAL_MS = 1000,
	INSTRUMENT_SETTLE_MS = 1500,
	INSTRUMENT_WEIGHING_MS = 100,
	INSTRUMENT_HELP_MS = 1000, /**< the help button stays lit */
	INSTRUMENT_DIVISION_G = 20000,
	INSTRUMENT_AMBIENT_MDEG = 21500,
	INSTRUMENT_AMBIENT_MPCT = 63000,
};

/** What can be read; also bits of the mask of new reads. */
enum instrument {
	INSTRUMENT_PLATE_FRONT,
	INSTRUMENT_PLATE_REAR,
	INSTRUMENT_TAG,
	INSTRUMENT_BOXES,
	INSTRUMENT_SEAL,
	INSTRUMENT_CARD,
	INSTRUMENT_QR,
	INSTRUMENT_COUNT,
};

/** A read on its way. */
struct instrument_pending {
	int64_t due_ms; /**< -1 = none */
	struct scenario_truck plan;
};

struct instruments {
	struct random random;
	struct instrument_pending pending[INSTRUMENT_COUNT];
	struct instrument_pending last[INSTRUMENT_COUNT]; /**< for reading again */
	struct device_reads plates, tag, boxes;
	struct device_weight weight;
	struct device_post post;
	struct device_seal seal;
	struct device_climate climate;
	int64_t help_until_ms;
	int64_t moved_ms;    /**< when something last moved on the deck */
	int64_t weighing_ms; /**< when the next weighing is due */
	int64_t load_g;
};

void instruments_init(struct instruments *set, uint64_t seed, int64_t now_ms);

/** Looks at the vehicles and moves on to the instant. Returns the mask of `1 << enum
 *  instrument` that made a new read. */
uint32_t instruments_step(struct instruments *set, const struct lane_world *world,
			  struct vehicle *const vehicles[], size_t count, int64_t now_ms);

/** The driver's hands: card and code are read at once, help is lit. Returns a mask as above. */
uint32_t instruments_show_card(struct instruments *set,
			       const struct scenario_truck *plan);
void instruments_press_help(struct instruments *set, int64_t now_ms);

/** Reads again what was read last, after the usual time; nothing when there was none. */
void instruments_trigger(struct instruments *set, enum instrument instrument,
			 int64_t now_ms);

#endif

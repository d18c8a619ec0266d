/* SPDX-License-Identifier: MIT */
/*
 * The person at the wheel: drives to the post, shows card or code, waits for arm and light,
 * leaves; or does what the scenario's behaviour says.
 *
 * Layer: tools. Pure. Time is the yard's: real time multiplied by the pace.
 *
 * Assumptions (gate-domain section 7, inferred): 3 to 8 s to reach out with a card, 1 to 2 s
 * to react to what is seen.
 */
#ifndef KAKOU_TOOLS_YARD_DRIVER_H
#define KAKOU_TOOLS_YARD_DRIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "tools/scenario/trucks.h"
#include "tools/yard/geometry.h"
#include "tools/yard/random.h"
#include "tools/yard/truck.h"

enum {
	DRIVER_REACH_MIN_MS = 3000,
	DRIVER_REACH_MAX_MS = 8000,
	DRIVER_REACTION_MIN_MS = 1000,
	DRIVER_REACTION_MAX_MS = 2000,
	DRIVER_UP_PERMILLE = 950,    /**< from here a driver calls the arm up */
	DRIVER_QUEUE_MM = -500,      /**< where he waits, clear of the approach loop */
	DRIVER_QUEUE_MAX_MS = 20000, /**< then he drives on although the arm is up */
	/** Gap to the vehicle ahead: at pace 5 a loop of 2 m is clear for 0.2 s between two, and
	 *  no glitch to a controller. */
	DRIVER_KEEPS_MM = 5000,
	DRIVER_START_MM = -9000,     /**< where vehicles appear, rolling */
	DRIVER_GONE_BACK_MM = -2000, /**< front of one that has backed out */
};

enum driver_phase {
	DRIVER_QUEUES, /**< before the lane, until the arm comes down behind the one before */
	DRIVER_ARRIVES, /**< on the way to the post */
	DRIVER_STANDS,  /**< at the post, or before an arm that came down */
	DRIVER_REACTS,  /**< has seen that he may go, or must go back */
	DRIVER_LEAVES,
	DRIVER_STALLS,
	DRIVER_BACKS_OUT,
	DRIVER_FOLLOWS, /**< a tailgater's second vehicle: not stopped by light or post */
};

struct driver {
	enum scenario_behaviour behaviour;
	enum driver_phase phase;
	struct random random;
	int64_t stood_us;    /**< since he first stood at the post */
	int64_t reach_us;    /**< when the card is out, on the same clock; -1 = done */
	int64_t help_us;     /**< when help is pressed; -1 = never or done */
	int64_t barred_us;   /**< since he was sent to inspection before a closed arm */
	int64_t queued_us;   /**< since he came */
	int64_t timer_us;    /**< left of reaction or stall */
	bool goes_back;      /**< what the reaction leads to */
	bool was_told_ahead; /**< 请前行 was seen */
	bool has_stalled;
};

/** What he sees. */
struct driver_view {
	const struct geometry *geometry;
	const struct truck *truck;
	int32_t arm_permille;
	bool arm_lowers;
	int32_t gate_permille; /**< the entry arm, where the geometry has one */
	bool gate_lowers;
	bool is_green;
	const char *sign;          /**< UTF-8 */
	const struct truck *ahead; /**< nearest vehicle before him, or NULL */
	bool ahead_leaves;         /**< its driver has set off from the post */
};

/** What he does in this step. */
struct driver_act {
	struct truck_goal goal;
	bool shows_card;   /**< once */
	bool presses_help; /**< once */
	bool sets_off;     /**< once */
	bool turns_back;   /**< once */
};

/** A driver who comes, or (`follows`) the second one behind a tailgater's truck. */
void driver_init(struct driver *driver, const struct scenario_truck *plan, bool follows,
		 uint64_t seed);

void driver_step(struct driver *driver, const struct driver_view *view,
		 int32_t patience_ms, int64_t dt_us, struct driver_act *act);

const char *driver_phase_name(enum driver_phase phase);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The barrier: an arm that takes its time, limit switches, and the cabinet's drive relays.
 *
 * Layer: tools. Pure; real time only, whatever the pace.
 *
 * Raising and lowering at once stops the drive. Lowering needs the heartbeat relay, which
 * drops out 200 ms after the heartbeat line's last change (gate-domain S8). Travel 1.5 s:
 * within class O of GB/T 24973-2010.
 */
#ifndef KAKOU_TOOLS_YARD_ARM_H
#define KAKOU_TOOLS_YARD_ARM_H

#include <stdbool.h>
#include <stdint.h>

enum {
	ARM_TRAVEL_MS = 1500,
	ARM_HEARTBEAT_MS = 200,
	ARM_PASSABLE_PERMILLE = 700, /**< below this the arm would touch a truck */
	ARM_UP_PERMILLE = 990,       /**< where the limit switches work */
	ARM_DOWN_PERMILLE = 10,
};

enum arm_drive { ARM_STOPS, ARM_RAISES, ARM_LOWERS };

/** What the controller's outputs say. */
struct arm_command {
	bool raise, lower, heartbeat;
};

struct arm {
	int32_t travel_ms;
	int32_t relay_ms;     /**< the heartbeat relay drops out so long after a change */
	bool is_pulse_driven; /**< a pulse starts a movement that goes on to its limit */
	struct arm_command command;
	int64_t now_us, beat_us; /**< monotonic; last change of the heartbeat line */
	bool has_beaten;
	int32_t angle_ppm;      /**< 0 = down, 1,000,000 = up */
	enum arm_drive drive;   /**< of the motor now */
	enum arm_drive latched; /**< pulse-driven: the movement that goes on */
	bool lowering_is_cut;   /**< lowering is asked for, the relay has dropped out */
	bool is_stuck;          /**< fault: it does not move */
	bool is_reversed;       /**< fault: raise lowers, and the other way round */
	bool sinks;             /**< fault: without the motor it comes down, slowly */
	bool is_called_by_fob;  /**< fault: raised without a command, until it is up */
};

/** Down, at rest, nothing commanded; its relay drops out after ARM_HEARTBEAT_MS. */
void arm_init(struct arm *arm, int32_t travel_ms, bool is_pulse_driven, int64_t now_us);

/** Moves on to the instant. */
void arm_advance(struct arm *arm, int64_t now_us);

/** Moves on to the instant, then obeys the new command. */
void arm_command(struct arm *arm, const struct arm_command *command, int64_t now_us);

int32_t arm_permille(const struct arm *arm);
bool arm_is_up(const struct arm *arm);
bool arm_is_down(const struct arm *arm);

/** True while the heartbeat relay is held. */
bool arm_heartbeat_is_alive(const struct arm *arm);

#endif

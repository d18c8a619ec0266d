/* SPDX-License-Identifier: MIT */
/*
 * The arm and its relays.
 *
 * Layer: tools. Pure.
 */
#include "tools/yard/arm.h"

enum { UP_PPM = 1000000, PPM_PER_PERMILLE = 1000, US_PER_MS = 1000 };

/* An arm that sinks takes so many times its travel. */
enum { SINKS_SLOWER = 20 };

void arm_init(struct arm *arm, int32_t travel_ms, bool is_pulse_driven, int64_t now_us)
{
	*arm = (struct arm){
		.travel_ms = travel_ms,
		.relay_ms = ARM_HEARTBEAT_MS,
		.is_pulse_driven = is_pulse_driven,
		.now_us = now_us,
	};
}

int32_t arm_permille(const struct arm *arm)
{
	return arm->angle_ppm / PPM_PER_PERMILLE;
}

bool arm_is_up(const struct arm *arm)
{
	return arm_permille(arm) >= ARM_UP_PERMILLE;
}

bool arm_is_down(const struct arm *arm)
{
	return arm_permille(arm) <= ARM_DOWN_PERMILLE;
}

bool arm_heartbeat_is_alive(const struct arm *arm)
{
	return arm->has_beaten &&
	       arm->now_us - arm->beat_us <= (int64_t)arm->relay_ms * US_PER_MS;
}

/* The movement that is asked for, before the heartbeat relay has its say. */
static enum arm_drive asked_drive(struct arm *arm)
{
	const struct arm_command *command = &arm->command;

	if (command->raise && command->lower)
		arm->latched = ARM_STOPS;
	else if (command->raise)
		arm->latched = ARM_RAISES;
	else if (command->lower)
		arm->latched = ARM_LOWERS;
	else if (!arm->is_pulse_driven)
		arm->latched = ARM_STOPS;
	return arm->latched;
}

static void update_drive(struct arm *arm)
{
	enum arm_drive asked = asked_drive(arm);

	arm->lowering_is_cut =
		asked == ARM_LOWERS && arm->angle_ppm > 0 && !arm_heartbeat_is_alive(arm);
	if (arm->lowering_is_cut)
		arm->latched = asked = ARM_STOPS;
	if (arm->is_called_by_fob && asked == ARM_STOPS)
		asked = ARM_RAISES;
	arm->drive = arm->is_stuck ? ARM_STOPS : asked;
}

static void move(struct arm *arm, int64_t dt_us)
{
	int64_t angle = arm->angle_ppm;
	int64_t way = dt_us * UP_PPM / ((int64_t)arm->travel_ms * US_PER_MS);
	int64_t turn = arm->is_reversed ? -way : way;

	if (arm->drive == ARM_RAISES)
		angle += turn;
	else if (arm->drive == ARM_LOWERS)
		angle -= turn;
	else if (arm->sinks)
		angle -= way / SINKS_SLOWER;
	if (angle >= UP_PPM) {
		angle = UP_PPM;
		arm->is_called_by_fob = false;
	}
	if (angle < 0)
		angle = 0;
	if ((arm->drive == ARM_RAISES && angle == UP_PPM) ||
	    (arm->drive == ARM_LOWERS && angle == 0))
		arm->latched = ARM_STOPS;
	arm->angle_ppm = (int32_t)angle;
}

void arm_advance(struct arm *arm, int64_t now_us)
{
	int64_t dt_us = now_us - arm->now_us;

	if (dt_us < 0)
		return;
	move(arm, dt_us);
	arm->now_us = now_us;
	update_drive(arm);
}

void arm_command(struct arm *arm, const struct arm_command *command, int64_t now_us)
{
	arm_advance(arm, now_us);
	if (command->heartbeat != arm->command.heartbeat) {
		arm->beat_us = arm->now_us;
		arm->has_beaten = true;
	}
	arm->command = *command;
	update_drive(arm);
}

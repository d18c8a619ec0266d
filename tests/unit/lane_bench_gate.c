/* SPDX-License-Identifier: MIT */
/*
 * What the cabinet of a lane on the bench shows, and its arms.
 */
#include "tests/unit/lane_bench_internal.h"

#include "firmware/lane/wiring.h"

/* Where the sensors are, mm along the lane: approach loop, deck beams, loop and beam under the
 * arm, exit loop. */
static const struct {
	int32_t from_mm, to_mm;
} sensors[POSITION_SENSORS] = {
	[POSITION_APPROACH] = {0,     2000 },
	  [POSITION_GATE_LOOP] = {2200,  3800 },
	[POSITION_GATE_BEAM] = {3000,  3050 },
	  [POSITION_ENTRY] = {4000,  4050 },
	[POSITION_END] = {26000, 26050},
	  [POSITION_LOOP] = {30000, 32000},
	[POSITION_BEAM] = {31000, 31050},
	  [POSITION_EXIT] = {36000, 38000},
};

/* Without deck beams the waiting vehicle must cover the approach loop. */
enum { APPROACH_TO_STOP_MM = 25000 };

bool bench_touches(const struct bench_vehicle *vehicle, int32_t from_mm, int32_t to_mm)
{
	for (int i = 0; vehicle->is_here && i < vehicle->part_count; i++)
		if (vehicle->front_mm - vehicle->parts[i].from_mm >= from_mm &&
		    vehicle->front_mm - vehicle->parts[i].to_mm <= to_mm)
			return true;
	return false;
}

static bool sees(const struct bench *bench, int sensor)
{
	bool has_deck = bench->site.lanes[0].lines[LINE_SCALE_ENTRY].is_used;
	bool has_entry = bench->site.lanes[0].lines[LINE_ENTRY_RAISE].is_used;
	int32_t from_mm = sensors[sensor].from_mm, to_mm = sensors[sensor].to_mm;

	if ((bench->dead | bench->stuck) >> sensor & 1)
		return (bench->stuck >> sensor & 1) != 0;
	if (!has_entry && (sensor == POSITION_GATE_LOOP || sensor == POSITION_GATE_BEAM))
		return false;
	if (!has_deck && !has_entry && sensor == POSITION_APPROACH)
		to_mm = APPROACH_TO_STOP_MM;
	else if (!has_deck && (sensor == POSITION_ENTRY || sensor == POSITION_END))
		return false;
	return bench_touches(&bench->vehicle, from_mm, to_mm) ||
	       bench_touches(&bench->second, from_mm, to_mm);
}

static bool limit(int8_t stuck, bool is_there)
{
	return stuck != 0 ? stuck > 0 : is_there;
}

/* What a device reports: what it sees, and the echo of its test. */
static bool reports(const struct bench *bench, int sensor, int device)
{
	bool is_silent = device == 0 ? bench->loop_is_dead : bench->beam_is_dead;
	bool echoes =
		bench->motor.test[device] && !is_silent && !(bench->dead >> sensor & 1);

	return sees(bench, sensor) || echoes;
}

/* The lines of the entry barrier. */
static uint64_t read_entry_lines(const struct bench *bench)
{
	const bool *test = bench->lane.entry.outputs.test;
	bool loop = sees(bench, POSITION_GATE_LOOP) || test[0];
	bool beam = sees(bench, POSITION_GATE_BEAM) || test[1];
	bool up = limit(bench->entry_limit[1], bench->entry_arm == BENCH_UP);
	bool down = limit(bench->entry_limit[0], bench->entry_arm == 0);

	return (uint64_t)loop << LINE_ENTRY_LOOP | (uint64_t)beam << LINE_ENTRY_BEAM |
	       (uint64_t)up << LINE_ENTRY_LIMIT_UP |
	       (uint64_t)down << LINE_ENTRY_LIMIT_DOWN;
}

/* The lines as the lane's cabinet shows them. */
static uint64_t read_lines(const struct bench *bench)
{
	static const enum line_role firsts[INTERLOCK_CHANNELS] = {
		LINE_SAFETY_LOOP, LINE_BEAM, LINE_LIMIT_UP, LINE_LIMIT_DOWN,
		LINE_EMERGENCY};
	static const enum line_role seconds[INTERLOCK_CHANNELS] = {
		LINE_SAFETY_LOOP_NC, LINE_BEAM_NC, LINE_LIMIT_UP_NC, LINE_LIMIT_DOWN_NC,
		LINE_EMERGENCY_NC};
	const bool is_on[INTERLOCK_CHANNELS] = {
		reports(bench, POSITION_LOOP, 0),
		reports(bench, POSITION_BEAM, 1),
		limit(bench->limit[1], bench->arm == BENCH_UP),
		limit(bench->limit[0], bench->arm == 0),
		bench->emergency,
	};
	const int near = bench->is_mirrored ? POSITION_EXIT : POSITION_APPROACH;
	const int far = bench->is_mirrored ? POSITION_APPROACH : POSITION_EXIT;
	uint64_t levels = (uint64_t)bench->key_is_turned << LINE_RESET |
			  (uint64_t)bench->hold_raise << LINE_HOLD_RAISE |
			  (uint64_t)bench->hold_lower << LINE_HOLD_LOWER |
			  (uint64_t)bench->door_is_open << LINE_DOOR |
			  (uint64_t)sees(bench, near) << LINE_APPROACH |
			  (uint64_t)sees(bench, POSITION_ENTRY) << LINE_SCALE_ENTRY |
			  (uint64_t)sees(bench, POSITION_END) << LINE_SCALE_EXIT |
			  (uint64_t)sees(bench, far) << LINE_EXIT;

	for (int c = 0; c < INTERLOCK_CHANNELS; c++) {
		bool second = bench->second_contact[c] != 0 ? bench->second_contact[c] > 0
							    : !is_on[c];

		levels |= (uint64_t)is_on[c] << firsts[c];
		levels |= (uint64_t)second << seconds[c];
	}
	return levels;
}

struct lane_inputs bench_inputs(struct bench *bench)
{
	const uint32_t remote = 1u << POSITION_APPROACH | 1u << POSITION_EXIT;
	uint64_t levels = read_lines(bench) | read_entry_lines(bench);
	const struct wiring_levels seen = {
		.is_known = !bench->is_blind,
		.levels = levels,
		.was_on = levels,
		.was_off = ~levels,
	};
	struct lane_inputs in = {
		.now_ms = bench->now_ms,
		.wall_ms = 1795000000000 + bench->now_ms,
		.interlock = {.now_ms = bench->now_ms, .is_late = bench->is_late},
		.entry = {.now_ms = bench->now_ms, .is_late = bench->is_late},
		.position_is_stale = bench->loops_are_lost,
		.lights_are_lost = bench->lights_are_lost,
		.door_is_open = wiring_door_is_open(&seen),
		.record_is_well = !bench->record_fails,
		.numbers = &bench->numbers,
		.pairing = bench->pairing,
	};

	wiring_fill_interlock(bench->lane.config, &seen, &in.interlock);
	in.position = wiring_positions(levels, &in.interlock, &bench->lane.interlock);
	wiring_fill_entry(&seen, &in.entry);
	in.entry.emergency = in.interlock.emergency;
	in.position |= wiring_entry_positions(&in.entry, &bench->lane.entry.interlock);
	if (bench->loops_are_lost)
		in.position = (in.position & ~remote) | (bench->held & remote);
	bench->held = in.position;
	return in;
}

static void move_entry_arm(struct bench *bench)
{
	const struct interlock_outputs *motor = &bench->lane.entry.outputs;
	bool is_under =
		bench_touches(&bench->vehicle, BENCH_ENTRY_ARM_MM, BENCH_ENTRY_ARM_MM) ||
		bench_touches(&bench->second, BENCH_ENTRY_ARM_MM, BENCH_ENTRY_ARM_MM);

	if (bench->entry_is_stuck)
		return;
	bench->entry_arm += (motor->raise && bench->entry_arm < BENCH_UP) -
			    (motor->lower && bench->entry_arm > 0);
	bench->hits += motor->lower && is_under;
}

static void move_exit_arm(struct bench *bench)
{
	int step = bench->arm_step ? bench->arm_step : 1;
	bool is_under = bench_touches(&bench->vehicle, BENCH_ARM_MM, BENCH_ARM_MM) ||
			bench_touches(&bench->second, BENCH_ARM_MM, BENCH_ARM_MM);

	bool up = bench->drive_is_reversed ? bench->motor.lower : bench->motor.raise;
	bool down = bench->drive_is_reversed ? bench->motor.raise : bench->motor.lower;

	if (bench->arm_is_stuck)
		return;
	if (up)
		bench->arm = bench->arm + step < BENCH_UP ? bench->arm + step : BENCH_UP;
	if (down)
		bench->arm = bench->arm > step ? bench->arm - step : 0;
	bench->hits += bench->motor.lower && is_under;
}

void bench_move_arms(struct bench *bench)
{
	move_exit_arm(bench);
	move_entry_arm(bench);
}

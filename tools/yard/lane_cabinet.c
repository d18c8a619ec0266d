/* SPDX-License-Identifier: MIT */
/*
 * The cabinet of a lane: what its sensors show, what its outputs do to the arm, and the events
 * of both.
 *
 * Layer: tools.
 */
#include "tools/yard/lane_internal.h"

#include <string.h>

#include "hal/text.h"

enum { NS_PER_US = 1000 };

/* ---- sensors ----------------------------------------------------------------------------- */

static bool as_faulted(const struct yard_lane *lane, enum line_role role, bool level)
{
	switch (lane->line_faults[role]) {
	case FAULT_STUCK_ON: return true;
	case FAULT_STUCK_OFF: return false;
	default: return level;
	}
}

static void set_level(struct yard_lane *lane, enum line_role role, bool level,
		      int64_t now_ns)
{
	if (lane->touch_ns[role]) {
		lane->touched_until_ns[role] = now_ns + lane->touch_ns[role];
		lane->touch_ns[role] = 0;
	}
	level = level || now_ns < lane->touched_until_ns[role];
	lane->felt[role] = level;
	level = as_faulted(lane, role, level);
	if (lane->levels[role] == level)
		return;
	lane->levels[role] = level;
	lane->changed_ns[role] = now_ns;
}

/* A second contact shows what its sensor feels, not what the first contact says: each may be
 * stuck alone. */
static void set_second_contacts(struct yard_lane *lane, int64_t now_ns)
{
	for (enum line_role role = 0; role < LINE_ROLES; role++) {
		enum line_role first = line_role_first_contact(role);

		if (first != LINE_ROLES && lane->site->lines[role].is_used)
			set_level(lane, role, !lane->felt[first], now_ns);
	}
}

enum kakou_err yard_lane_touch(struct yard_lane *lane, enum line_role role,
			       int64_t for_ns, struct why *why)
{
	bool follows_arm = role == LINE_LIMIT_UP || role == LINE_LIMIT_DOWN;

	if (role >= LINE_ROLES || !lane->site->lines[role].is_used ||
	    line_role_is_output(role) || follows_arm ||
	    line_role_first_contact(role) != LINE_ROLES)
		return why_set(why, KAKOU_E_INVALID,
			       "line: expected a loop, a beam, a button, a key or the "
			       "door of lane %s",
			       lane->site->name);
	lane->touched_until_ns[role] = for_ns == INT64_MAX ? for_ns : 0;
	lane->touch_ns[role] = for_ns == INT64_MAX ? 0 : for_ns;
	return KAKOU_OK;
}

static void update_gate_levels(struct yard_lane *lane, int64_t now_ns)
{
	const struct lane_world *world = &lane->world;
	bool loop_test = as_faulted(lane, LINE_ENTRY_LOOP_TEST,
				    lane->outputs[LINE_ENTRY_LOOP_TEST]);
	bool beam_test = as_faulted(lane, LINE_ENTRY_BEAM_TEST,
				    lane->outputs[LINE_ENTRY_BEAM_TEST]);

	set_level(lane, LINE_ENTRY_LOOP, world->gate_loop || loop_test, now_ns);
	set_level(lane, LINE_ENTRY_BEAM, world->gate_beam || beam_test, now_ns);
	set_level(lane, LINE_ENTRY_LIMIT_UP, arm_is_up(&lane->gate), now_ns);
	set_level(lane, LINE_ENTRY_LIMIT_DOWN, arm_is_down(&lane->gate), now_ns);
}

/* A test output makes its sensor report a vehicle, as long as it is set. */
void yard_lane_update_levels(struct yard_lane *lane, int64_t now_ns)
{
	const struct lane_world *world = &lane->world;
	bool loop_test = as_faulted(lane, LINE_LOOP_TEST, lane->outputs[LINE_LOOP_TEST]);
	bool beam_test = as_faulted(lane, LINE_BEAM_TEST, lane->outputs[LINE_BEAM_TEST]);

	set_level(lane, LINE_SAFETY_LOOP, world->safety_loop || loop_test, now_ns);
	set_level(lane, LINE_BEAM, world->beam || beam_test, now_ns);
	set_level(lane, LINE_LIMIT_UP, arm_is_up(&lane->arm), now_ns);
	set_level(lane, LINE_LIMIT_DOWN, arm_is_down(&lane->arm), now_ns);
	/* What only hands move. */
	set_level(lane, LINE_EMERGENCY, false, now_ns);
	set_level(lane, LINE_RESET, false, now_ns);
	set_level(lane, LINE_HOLD_RAISE, false, now_ns);
	set_level(lane, LINE_HOLD_LOWER, false, now_ns);
	set_level(lane, LINE_DOOR, false, now_ns);
	set_second_contacts(lane, now_ns);
	if (lane->geometry.has_gate)
		update_gate_levels(lane, now_ns);
	set_level(lane, LINE_APPROACH, world->approach, now_ns);
	set_level(lane, LINE_SCALE_ENTRY, world->scale_entry, now_ns);
	set_level(lane, LINE_SCALE_EXIT, world->scale_exit, now_ns);
	set_level(lane, LINE_EXIT, world->exit, now_ns);
}

/* ---- the arm ----------------------------------------------------------------------------- */

/* Whom the arm stands before: the foremost that has not crossed, else the last that has. */
static const char *who_is_at_arm(const struct yard_lane *lane)
{
	const struct vehicle *who = NULL;

	for (size_t i = 0; i < lane->vehicle_count; i++) {
		const struct vehicle *vehicle = &lane->vehicles[i];

		if (vehicle->has_arrived && (!who || who->has_crossed))
			who = vehicle;
	}
	return who ? who->name : "";
}

static void report_arm(struct yard_lane *lane, const char *kind, const char *text)
{
	yard_events_add(lane->events, kind, lane->site->name, who_is_at_arm(lane), "%s",
			text);
}

static void report_movement(struct yard_lane *lane)
{
	bool is_down = arm_is_down(&lane->arm);
	bool is_up = arm_is_up(&lane->arm);

	if (lane->was_down && !is_down) {
		lane->lifts++;
		report_arm(lane, "arm_leaves_down",
			   arm_is_down(&lane->gate) ? "" : "both open");
		report_arm(lane, "lift",
			   lane->arm.is_called_by_fob ? "uncontrolled" : "commanded");
	}
	if (!lane->was_down && is_down)
		report_arm(lane, "arm_down", "");
	if (!lane->was_up && is_up)
		report_arm(lane, "arm_up", "");
	lane->was_down = is_down;
	lane->was_up = is_up;
}

/* The entry arm; both arms off their lower limits is what may never be. */
static void report_gate(struct yard_lane *lane)
{
	bool is_down = arm_is_down(&lane->gate);
	bool is_touched = lane->world.is_under_gate &&
			  arm_permille(&lane->gate) < ARM_PASSABLE_PERMILLE;

	if (!lane->geometry.has_gate)
		return;
	if (lane->gate_was_down != is_down)
		report_arm(lane, is_down ? "entry_closed" : "entry_opens",
			   arm_is_down(&lane->arm) ? "" : "both open");
	if (!lane->gate_is_touched && is_touched) {
		lane->collisions++;
		report_arm(lane, "collision", "the entry arm touches a vehicle");
	}
	lane->gate_was_down = is_down;
	lane->gate_is_touched = is_touched;
}

static void report_dangers(struct yard_lane *lane)
{
	bool is_alive = arm_heartbeat_is_alive(&lane->arm);
	bool is_touched = lane->world.is_under_arm &&
			  arm_permille(&lane->arm) < ARM_PASSABLE_PERMILLE;

	if (lane->was_alive && !is_alive)
		report_arm(lane, "heartbeat_lost", "");
	if (!lane->was_cut && lane->arm.lowering_is_cut)
		report_arm(lane, "closing_cut", "");
	if (!lane->is_touched && is_touched) {
		lane->collisions++;
		report_arm(lane, "collision", "the arm touches a vehicle");
	}
	lane->was_alive = is_alive;
	lane->was_cut = lane->arm.lowering_is_cut;
	lane->is_touched = is_touched;
}

/* Its own heartbeat line, or that of the exit arm. */
static void drive_gate(struct yard_lane *lane, int64_t now_ns)
{
	enum line_role beat = lane->site->lines[LINE_ENTRY_HEARTBEAT].is_used
				      ? LINE_ENTRY_HEARTBEAT
				      : LINE_HEARTBEAT;
	const struct arm_command command = {
		.raise = as_faulted(lane, LINE_ENTRY_RAISE,
				    lane->outputs[LINE_ENTRY_RAISE]),
		.lower = as_faulted(lane, LINE_ENTRY_LOWER,
				    lane->outputs[LINE_ENTRY_LOWER]),
		.heartbeat = as_faulted(lane, beat, lane->outputs[beat]),
	};

	arm_command(&lane->gate, &command, now_ns / NS_PER_US);
}

void yard_lane_drive_arm(struct yard_lane *lane, int64_t now_ns)
{
	const struct arm_command command = {
		.raise = as_faulted(lane, LINE_RAISE, lane->outputs[LINE_RAISE]),
		.lower = as_faulted(lane, LINE_LOWER, lane->outputs[LINE_LOWER]),
		.heartbeat =
			as_faulted(lane, LINE_HEARTBEAT, lane->outputs[LINE_HEARTBEAT]),
	};

	arm_command(&lane->arm, &command, now_ns / NS_PER_US);
	drive_gate(lane, now_ns);
}

void yard_lane_set_outputs(struct yard_lane *lane, uint64_t mask, uint64_t levels,
			   int64_t now_ns)
{
	for (enum line_role role = 0; role < LINE_ROLES; role++) {
		if (mask & LINE_BIT(role))
			lane->outputs[role] = levels >> role & 1;
	}
	yard_lane_drive_arm(lane, now_ns);
}

void yard_lane_report_arm(struct yard_lane *lane)
{
	report_movement(lane);
	report_gate(lane);
	report_dangers(lane);
}

/* ---- sign and faults --------------------------------------------------------------------- */

void yard_lane_show_sign(struct yard_lane *lane, const char *text)
{
	if (!strcmp(lane->sign, text))
		return;
	text_copy(lane->sign, sizeof(lane->sign), text);
	yard_events_add(lane->events, "sign", lane->site->name, who_is_at_arm(lane), "%s",
			text);
}

void yard_lane_fault_line(struct yard_lane *lane, enum line_role role,
			  enum fault_kind kind)
{
	lane->line_faults[role] = kind;
}

void yard_lane_fault(struct yard_lane *lane, enum fault_kind kind)
{
	lane->fault = kind;
	lane->arm.is_stuck = kind == FAULT_ARM_STUCK;
	lane->arm.is_reversed = kind == FAULT_ARM_REVERSED;
	lane->arm.sinks = kind == FAULT_ARM_SINKS;
	if (kind == FAULT_FOB)
		lane->arm.is_called_by_fob = true;
}

/* SPDX-License-Identifier: MIT */
/*
 * Vehicles: what loops, beams and scale say of who comes, goes and follows, as events of the table.
 *
 * Layer: firmware. Pure.
 */
#include "firmware/lane/lane_internal.h"
#include "firmware/lane/wiring.h"
#include "hal/text.h"

/* Contacts that disagree for a moment are changing; in which order faulty ones were left is not
 * known. */
void lane_look_at_positions(struct lane *lane, const struct lane_inputs *in)
{
	const struct interlock *lock = &lane->interlock;
	uint32_t unsure = wiring_unsure(&in->interlock, lock);
	bool is_faulty = lock->is_faulty[CHANNEL_LOOP] || lock->is_faulty[CHANNEL_BEAM];

	position_update(&lane->position, lane_positions_in_force(lane, in->position),
			unsure, in->now_ms);
	if (in->position_is_stale || (unsure != 0 && is_faulty))
		lane->position.was_lost = true;
}

/* True when loop or beam see something the arm must not come down on. */
static bool is_under_arm(const struct lane *lane)
{
	return position_is_on(&lane->position, POSITION_LOOP) ||
	       position_is_on(&lane->position, POSITION_BEAM);
}

static void step_exit(struct lane *lane)
{
	bool is_on = position_is_on(&lane->position, POSITION_EXIT);

	if (is_on && !lane->exit_was_on)
		lane_dispatch(lane, EV_WRONG_WAY);
	else if (!is_on && lane->state == LANE_IDLE &&
		 (lane->alarms & 1u << ALARM_WRONG_WAY)) {
		lane_end_alarm(lane, ALARM_WRONG_WAY);
		lane_enter(lane, LANE_IDLE);
	}
	lane->exit_was_on = is_on;
}

/* What stands on the scale: a vehicle, nothing, or not known. */
enum deck { DECK_UNKNOWN, DECK_EMPTY, DECK_LOADED };

static enum deck look_at_deck(const struct lane *lane)
{
	const struct evidence *weight = lane_evidence(lane, EVIDENCE_WEIGHT);

	if (!weight)
		return DECK_EMPTY;
	if (!weight->has_latest || weight->health != DEVICE_WELL)
		return DECK_UNKNOWN;
	return weight->latest.value.weight.gross_g >= EVIDENCE_VEHICLE_MIN_G ? DECK_LOADED
									     : DECK_EMPTY;
}

/* A short vehicle may be over the approach loop and on the deck before the arm is down behind the
 * one before, or before a locked lane is opened. */
static void note_arrival(struct lane *lane)
{
	int64_t edge_ms = lane->position.sensor[POSITION_APPROACH].on_at_ms;
	bool is_ending = lane->position.lifted_ms != 0 || lane->state == LANE_FOLLOWED ||
			 lane->state == LANE_CLOSING || lane->is_locked;

	if (edge_ms == lane->approach_seen_ms)
		return;
	lane->approach_seen_ms = edge_ms;
	lane->arrived_ms = is_ending ? edge_ms : 0;
}

/* Between two closed arms, and no passage that it belongs to: it could not get out. */
static bool is_shut_in(const struct lane *lane)
{
	static const enum position_sensor inside[] = {
		POSITION_GATE_LOOP, POSITION_GATE_BEAM, POSITION_ENTRY, POSITION_END};

	for (size_t i = 0; i < sizeof(inside) / sizeof(inside[0]); i++)
		if (lane->entry.exists && position_is_on(&lane->position, inside[i]))
			return true;
	return false;
}

/* A vehicle arrives over the approach loop; it may already stand on the deck, where no loop sees
 * it, when it came while the lane was closing, or before a restart. One that came is waited for as
 * long as it may be between loop and deck. */
static void step_idle(struct lane *lane)
{
	const struct position_state *approach = &lane->position.sensor[POSITION_APPROACH];
	enum deck deck = look_at_deck(lane);
	bool is_on_deck = (deck == DECK_LOADED && lane->has_restarted) ||
			  (deck != DECK_EMPTY && lane->arrived_ms != 0);

	if (!approach->is_on && is_shut_in(lane)) {
		lane->has_restarted = true; /* an officer's, as after a restart */
		lane_dispatch(lane, EV_APPROACH);
	} else if (approach->is_on || is_on_deck) {
		lane_dispatch(lane, EV_APPROACH);
	} else if (deck == DECK_EMPTY) {
		lane->has_restarted = false;
		if (lane->now_ms - approach->off_at_ms > lane->config->barrier.clear_ms)
			lane->arrived_ms = 0;
	}
}

static void step_crossing(struct lane *lane)
{
	lane->crossing_from =
		crossing_update(&lane->crossing, &lane->position, lane->now_ms);
	if (lane->crossing_from != CROSSING_NONE && !interlock_is_down(&lane->interlock))
		lane_dispatch(lane, EV_CROSSING);
}

/* Before a lift, a vehicle that was wholly on the deck and covers all up to the approach loop again
 * is on its way out. */
void lane_guide_backing(struct lane *lane)
{
	bool waits = lane->state == LANE_GATHERING || lane->state == LANE_ASKING ||
		     lane->state == LANE_SILENT || lane->state == LANE_HELD;

	if (waits && position_is_backing(&lane->position))
		text_copy(lane->sign, sizeof(lane->sign), "请退出");
}

/* Behind a closed entry arm, or on the scale while another one touched the approach loop: it has not
 * backed out, whatever the loops say. */
bool lane_keeps_vehicle(const struct lane *lane)
{
	return lane->entry.exists &&
	       (lane->entry.is_inside || look_at_deck(lane) == DECK_LOADED);
}

/* Green is for one vehicle: when it has gone through, the light invites no other, though the exit
 * loop may not have told. */
static void end_green(struct lane *lane)
{
	if (lane->state == LANE_PASSING && lane->position.was_under &&
	    position_is_clear(&lane->position, lane->now_ms))
		lane->light = LIGHT_RED;
}

static void step_position(struct lane *lane)
{
	step_crossing(lane);
	step_exit(lane);
	note_arrival(lane);
	switch (lane->state) {
	case LANE_IDLE: step_idle(lane); break;
	case LANE_FOLLOWED:
		if (position_is_clear(&lane->position, lane->now_ms))
			lane_dispatch(lane, EV_CLEAR);
		break;
	case LANE_CLOSING:
		/* A closed arm stays closed, whoever stands before it; so does one that nobody
		 * can see. */
		if (is_under_arm(lane) && lane->interlock.was_known &&
		    !interlock_is_down(&lane->interlock))
			lane_dispatch(lane, EV_FOLLOWER);
		break;
	case LANE_BLOCKED: break;
	default:
		if (position_has_follower(&lane->position))
			lane_dispatch(lane, EV_FOLLOWER);
		else if (position_has_passed(&lane->position, lane->now_ms))
			lane_dispatch(lane, EV_PASSED);
		else if (!lane_keeps_vehicle(lane) &&
			 position_has_backed_out(&lane->position, lane->now_ms))
			lane_dispatch(lane, EV_BACKED_OUT);
	}
}

void lane_step_vehicles(struct lane *lane)
{
	step_position(lane);
	end_green(lane);
}

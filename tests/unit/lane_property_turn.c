/* SPDX-License-Identifier: MIT */
/*
 * What must hold of a reversible lane after every scan, and the scripts that turn it.
 */
#include <string.h>

#include "tests/unit/lane_property_watch.h"
#include "tests/unit/lane_property_world.h"

void watch_turn_begin(void)
{
	memset(&watch.turn, 0, sizeof(watch.turn));
	watch.turn.in_force = lane_direction(&watch.bench->lane);
}

void watch_turn_event(const struct event *event)
{
	const char *to = "";

	if (event->kind == EVENT_LANE_TURN_WITHDRAWN) {
		watch.turn.ticket = 0;
		watch.hits->rules[RULE_TURN_WITHDRAWN]++;
		return;
	}
	expect(watch.turn.ticket == 0, "a turn begins while another is pending");
	expect(event_get_text(event, "to", &to), "a turn names no direction");
	watch.turn.ticket = event->ticket;
	watch.turn.to = to[0];
	watch.turn.is_committed = false;
}

void watch_turn_opened(const struct event *event)
{
	const char *direction = "";

	expect(watch.turn.ticket == 0, "a passage opens while a turn is pending");
	expect(event_get_text(event, "direction", &direction) &&
		       direction[0] == watch.turn.in_force,
	       "a passage opens in another direction than is in force");
}

void watch_turn_ack(const struct journal_ack *ack)
{
	if (ack->ticket == watch.turn.ticket)
		watch.turn.is_committed = ack->is_committed;
}

/* The direction changes in an empty lane, with the arm down, and as the record says. */
static void watch_change(const struct lane_inputs *in)
{
	expect(watch.turn.ticket != 0 && watch.turn.is_committed &&
		       lane_direction(&watch.bench->lane) == watch.turn.to,
	       "the direction changes before the record has it");
	expect(watch.open == 0, "the direction changes with a passage open");
	expect(in->position == 0 && !in->position_is_stale,
	       "the direction changes while something is seen, or not heard");
	/* Contacts that have just begun to disagree are where they were (S10). */
	expect(in->interlock.is_known && (in->interlock.limit_down ||
					  (in->interlock.disagrees[CHANNEL_LIMIT_DOWN] &&
					   !watch.is_faulty[CHANNEL_LIMIT_DOWN])),
	       "the direction changes with the arm not down");
	watch.turn.ticket = 0;
	watch.turn.in_force = watch.turn.to;
	watch.hits->rules[RULE_TURNED]++;
}

void watch_turn(const struct lane_inputs *in)
{
	const struct lane *lane = &watch.bench->lane;
	const struct interlock_outputs *motor = &watch.bench->motor;
	uint32_t closed = lane_is_turned(lane) ? GREEN_NEAR : GREEN_FAR;

	expect(!(lane_greens(lane) & closed), "the closed side is green");
	expect(watch.turn.ticket == 0 || lane_greens(lane) == 0,
	       "a light is green while a turn is pending");
	if (lane_direction(lane) != watch.turn.in_force)
		watch_change(in);
	if (lane_is_turned(lane) && lane->light == LIGHT_GREEN)
		watch.hits->rules[RULE_TURNED_GREEN]++;
	/* S11 acts first; without room in the record the turn is withdrawn afterwards. */
	watch.rises_for_emergency =
		motor->raise && (in->interlock.emergency || watch.rises_for_emergency);
	expect(watch.turn.ticket == 0 || !motor->raise || watch.exit.was_held ||
		       watch.rises_for_emergency || lane->state == LANE_BLOCKED,
	       "the arm rises while a turn is pending");
}

const char *world_direction(void)
{
	bool is_in = lane_direction(&world.bench.lane) == 'I';

	if (watch.acts % 5 == 4) /* the one it has */
		return is_in ? "I" : "E";
	return is_in ? "E" : "I";
}

void world_equip_reverse(void)
{
	struct site_lane *lane = &world.bench.site.lanes[0];

	bench_equip_reverse(&world.bench);
	for (enum line_role role = LINE_ENTRY_LOOP; role <= LINE_ENTRY_HEARTBEAT; role++)
		lane->lines[role].is_used = false;
	lane->gate = GATE_SINGLE;
}

void world_face(void)
{
	if (world_is_empty())
		world.bench.is_mirrored = lane_is_turned(&world.bench.lane);
}

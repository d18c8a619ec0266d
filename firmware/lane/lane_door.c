/* SPDX-License-Identifier: MIT */
/*
 * The door of the cabinet: who has it open has the wires of the arm. It moves and hinders nothing; it is an
 * event, and an alarm until it is shut again and a person has seen the alarm.
 *
 * Layer: firmware. Pure.
 */
#include "firmware/lane/lane_internal.h"

/* A contact that rattles is one opening: it may not fill the record. */
enum { SHUT_MS = 1000 };

void lane_look_at_door(struct lane *lane, const struct lane_inputs *in)
{
	if (!in->interlock.is_known || !in->door_is_open)
		return;
	lane->door.was_open = true;
	lane->door.last_open_ms = in->now_ms;
}

const char *lane_door_word(const struct lane *lane)
{
	return lane->door.was_open || lane->door.opened_ms != 0 ? "open" : "shut";
}

static void record_opened(struct lane *lane)
{
	lane->door.opened_ms = lane->now_ms;
	event_add_text(lane_record(lane, EVENT_DOOR), "what", "opened");
	(void)lane_raise_alarm(lane, ALARM_DOOR, "",
			       "the door of the cabinet was opened");
}

static void record_shut(struct lane *lane)
{
	struct event *event = lane_record(lane, EVENT_DOOR);

	event_add_text(event, "what", "shut");
	event_add_number(event, "open_ms",
			 lane->door.last_open_ms - lane->door.opened_ms);
	lane->door.opened_ms = 0;
}

void lane_step_door(struct lane *lane)
{
	struct lane_door *door = &lane->door;
	bool sees = lane->interlock.was_known;

	if (door->was_open && door->opened_ms == 0)
		record_opened(lane);
	else if (door->opened_ms != 0 && sees &&
		 lane->now_ms - door->last_open_ms > SHUT_MS)
		record_shut(lane);
	door->was_open = false;
	if (door->opened_ms == 0 && lane->acknowledged & 1u << ALARM_DOOR)
		lane_end_alarm(lane, ALARM_DOOR);
}

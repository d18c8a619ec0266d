/* SPDX-License-Identifier: MIT */
/*
 * Turning a reversible lane. The direction in force changes in one place, in an idle lane that is
 * empty, after the record has it; until then the lane takes nobody from either side.
 *
 * Layer: firmware. Pure.
 */
#include <stdio.h>
#include <string.h>

#include "firmware/lane/lane_internal.h"

char lane_direction(const struct lane *lane)
{
	return lane->direction;
}

bool lane_is_turned(const struct lane *lane)
{
	return lane->direction != lane->config->direction;
}

const char *lane_chnl_no(const struct lane *lane)
{
	return lane_is_turned(lane) ? lane->config->reverse_chnl_no
				    : lane->config->chnl_no;
}

static const char *word_of(char direction)
{
	return direction == 'I' ? "I" : "E";
}

const char *lane_direction_word(const struct lane *lane)
{
	return word_of(lane->direction);
}

void lane_start_direction(struct lane *lane, char direction)
{
	if (!lane->config->reverse_chnl_no[0])
		return;
	lane->turn.is_unknown = direction == '\0';
	if (direction != '\0')
		lane->direction = direction;
}

/* Whoever comes from the exit's side arrives there, and the loop before is where he leaves. */
uint32_t lane_positions_in_force(const struct lane *lane, uint32_t seen)
{
	const uint32_t ends = 1u << POSITION_APPROACH | 1u << POSITION_EXIT;
	uint32_t turned = seen & ~ends;

	if (!lane_is_turned(lane))
		return seen;
	turned |= (seen >> POSITION_EXIT & 1) << POSITION_APPROACH;
	return turned | (seen >> POSITION_APPROACH & 1) << POSITION_EXIT;
}

bool lane_is_turning(const struct lane *lane)
{
	return lane->turn.to != '\0';
}

/* Why the lane can't be turned now, with what is said after its name; REFUSAL_NONE when it can. */
static enum act_refusal find_hindrance(const struct lane *lane, const char **words)
{
	*words = "is not idle";
	if (lane->state != LANE_IDLE)
		return REFUSAL_BUSY;
	*words = "can't write its record";
	if (!lane->record_is_well || lane->turn.is_unrecorded)
		return REFUSAL_RECORD;
	*words = "is in emergency mode";
	if (lane->mode.until_ms != 0)
		return REFUSAL_MODE;
	*words = "has an output pulsed";
	if (lane->pulse.is_on)
		return REFUSAL_BUSY;
	*words = "does not hear a loop on remote I/O";
	if (lane->loops_lost_ms != 0)
		return REFUSAL_DEVICE;
	*words = "does not know its arm down";
	if (!interlock_is_down(&lane->interlock))
		return REFUSAL_BLIND;
	*words = "has a safety device that is faulty";
	if (interlock_has_fault(&lane->interlock))
		return REFUSAL_DEVICE;
	*words = "sees something, or did just now";
	return position_is_empty(&lane->position, lane->now_ms) ? REFUSAL_NONE
								: REFUSAL_OCCUPIED;
}

enum act_refusal lane_judge_turn(const struct lane *lane, const struct act *act,
				 char *why, size_t size)
{
	const char *name = lane->config->name;
	bool is_direction = !strcmp(act->value, "I") || !strcmp(act->value, "E");
	const char *words;
	enum act_refusal hindrance = find_hindrance(lane, &words);

	if (!lane->config->reverse_chnl_no[0])
		return lane_refuse(why, size, REFUSAL_ABSENT,
				   "lane %s has one direction only", name);
	if (!is_direction)
		return lane_refuse(why, size, REFUSAL_VALUE,
				   "got direction \"%.20s\", expected I or E",
				   act->value);
	if (lane_is_turning(lane))
		return lane_refuse(why, size, REFUSAL_ALREADY,
				   "lane %s is being turned already", name);
	if (act->value[0] == lane->direction && !lane->turn.is_unknown)
		return lane_refuse(why, size, REFUSAL_ALREADY,
				   "lane %s has direction %s already", name,
				   word_of(lane->direction));
	return hindrance ? lane_refuse(why, size, hindrance, "lane %s %s", name, words)
			 : REFUSAL_NONE;
}

/* Both lights are red in an idle lane, and lane_is_shut() lets nobody begin a passage. */
void lane_begin_turn(struct lane *lane, const struct act *act)
{
	struct event *event = lane_record(lane, EVENT_LANE_TURNED);

	event_add_text(event, "from",
		       lane->turn.is_unknown ? "" : word_of(lane->direction));
	event_add_text(event, "to", act->value);
	event_add_text(event, "actor", act->actor);
	event_add_text(event, "reason", act->reason);
	event->ticket = lane->turn.ticket = lane->numbers->next_ticket++;
	lane->turn.to = act->value[0];
	lane->turn.committed_ms = 0;
	lane_enter(lane, LANE_IDLE); /* the sign says it */
}

static void end_turn(struct lane *lane)
{
	lane->turn.to = '\0';
	lane->turn.ticket = 0;
	lane->turn.is_unrecorded = false;
	if (lane->state == LANE_IDLE)
		lane_enter(lane, LANE_IDLE);
}

/* The record says which direction stays in force; "" when nobody knows. */
static void withdraw(struct lane *lane, enum act_refusal refusal, const char *why)
{
	struct event *event = lane_record(lane, EVENT_LANE_TURN_WITHDRAWN);

	event_add_text(event, "to",
		       lane->turn.is_unknown ? "" : word_of(lane->direction));
	event_add_text(event, "reason", why);
	event_add_text(event, "code", act_refusal_name(refusal));
	end_turn(lane);
}

void lane_turn_is_recorded(struct lane *lane, const struct journal_ack *ack)
{
	if (!lane_is_turning(lane) || ack->ticket != lane->turn.ticket)
		return;
	if (ack->is_committed)
		lane->turn.committed_ms = lane->now_ms;
	else
		withdraw(lane, REFUSAL_RECORD, "the record could not be written");
}

/* The one place where the direction changes. What the sensors said before was said of the other
 * direction. */
static void take_effect(struct lane *lane)
{
	const struct position was = lane->position;

	lane->direction = lane->turn.to;
	lane->turn.is_unknown = false;
	position_init(&lane->position, was.has_deck, was.glitch_ms, was.clear_ms);
	memset(&lane->crossing, 0, sizeof(lane->crossing));
	lane->exit_was_on = false;
	lane->approach_seen_ms = lane->arrived_ms = 0;
	end_turn(lane);
}

void lane_step_turn(struct lane *lane)
{
	enum act_refusal hindrance;
	const char *words;

	if (!lane_is_turning(lane))
		return;
	hindrance = find_hindrance(lane, &words);
	if (hindrance)
		withdraw(lane, hindrance, words);
	else if (lane->turn.committed_ms != 0 &&
		 lane->now_ms - lane->turn.committed_ms >= lane->config->barrier.clear_ms)
		take_effect(lane);
}

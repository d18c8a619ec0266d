/* SPDX-License-Identifier: MIT */
/*
 * Position. Layer: firmware. Pure.
 */
#include "firmware/lane/position.h"

#include <string.h>

void position_init(struct position *position, bool has_deck, int32_t glitch_ms,
		   int32_t clear_ms)
{
	memset(position, 0, sizeof(*position));
	position->has_deck = has_deck;
	position->glitch_ms = glitch_ms;
	position->clear_ms = clear_ms;
}

/* A sensor whose contacts disagree says neither that a vehicle is there nor that none is: it stays
 * as it was, and is not clear. */
static void filter(struct position_state *sensor, bool raw, bool is_unsure,
		   int64_t now_ms, int32_t glitch_ms)
{
	sensor->is_unsure = is_unsure;
	if (is_unsure) {
		sensor->raw_since_ms = now_ms;
		return;
	}
	if (raw != sensor->raw) {
		sensor->raw = raw;
		sensor->raw_since_ms = now_ms;
	}
	if (raw == sensor->is_on || now_ms - sensor->raw_since_ms < glitch_ms)
		return;
	sensor->is_on = raw;
	if (raw)
		sensor->on_at_ms = sensor->raw_since_ms;
	else
		sensor->off_at_ms = sensor->raw_since_ms;
}

static bool is_under(const struct position *position)
{
	return position->sensor[POSITION_LOOP].is_on ||
	       position->sensor[POSITION_BEAM].is_on;
}

/* Nor is one who has just left, or whom contacts say no more that disagree since. */
static bool sees_under(const struct position *position)
{
	for (int i = POSITION_LOOP; i <= POSITION_BEAM; i++)
		if (position->sensor[i].raw && position->sensor[i].is_on &&
		    !position->sensor[i].is_unsure)
			return true;
	return false;
}

/* Whoever crosses the entry wholly after the lift is not the vehicle the lift was for. */
static void watch_follower(struct position *position)
{
	const struct position_state *entry = &position->sensor[POSITION_ENTRY];

	if (position->has_deck && entry->on_at_ms > position->lifted_ms &&
	    entry->off_at_ms > entry->on_at_ms)
		position->follower_entered = true;
	if (position->follower_entered && position->was_under && !is_under(position))
		position->was_clear_after = true;
}

void position_update(struct position *position, uint32_t on, uint32_t unsure,
		     int64_t now_ms)
{
	for (int i = 0; i < POSITION_SENSORS; i++)
		filter(&position->sensor[i], (on >> i & 1) != 0, (unsure >> i & 1) != 0,
		       now_ms, position->glitch_ms);
	/* The gap of an articulated vehicle at the entry beam looks whole; its trailer is then
	 * still over the approach loop. */
	if (position->opened_ms != 0 && position->has_deck &&
	    position_is_whole_on_deck(position) &&
	    !position->sensor[POSITION_APPROACH].is_on)
		position->was_on_deck = true;
	if (position->lifted_ms == 0)
		return;
	position->was_under = position->was_under || sees_under(position);
	watch_follower(position);
	/* Without the exit loop's word, who comes after all was clear is another vehicle. */
	if (position->was_lost && position->was_under &&
	    position_is_clear(position, now_ms))
		position->was_clear_after = true;
}

void position_open(struct position *position, int64_t now_ms)
{
	position_close(position);
	position->opened_ms = now_ms;
}

void position_lift(struct position *position, int64_t now_ms)
{
	position->lifted_ms = now_ms;
	position->was_under = sees_under(position);
	position->follower_entered = position->was_clear_after = false;
	position->was_lost = false;
}

void position_close(struct position *position)
{
	position->opened_ms = position->lifted_ms = 0;
	position->was_on_deck = false;
	position->was_under = position->follower_entered = position->was_clear_after =
		false;
}

bool position_is_on(const struct position *position, enum position_sensor sensor)
{
	return position->sensor[sensor].is_on;
}

bool position_is_whole_on_deck(const struct position *position)
{
	const struct position_state *entry = &position->sensor[POSITION_ENTRY];

	if (!position->has_deck)
		return true;
	return entry->off_at_ms >= position->opened_ms && !entry->is_on &&
	       entry->off_at_ms > 0 && !position->sensor[POSITION_END].is_on;
}

/* True when none of the sensors from `first` to `last` is on, nor was within `for_ms`. */
static bool is_clear(const struct position *position, int first, int last, int64_t now_ms,
		     int32_t for_ms)
{
	for (int i = first; i <= last; i++) {
		const struct position_state *sensor = &position->sensor[i];

		if (sensor->raw || sensor->is_on || sensor->is_unsure ||
		    now_ms - sensor->raw_since_ms < for_ms)
			return false;
	}
	return true;
}

bool position_is_backing(const struct position *position)
{
	return position->was_on_deck && position->lifted_ms == 0 &&
	       position->sensor[POSITION_APPROACH].is_on &&
	       position->sensor[POSITION_ENTRY].is_on &&
	       !position->sensor[POSITION_END].is_on;
}

bool position_has_backed_out(const struct position *position, int64_t now_ms)
{
	int64_t left_ms = position->sensor[POSITION_APPROACH].off_at_ms;
	int32_t for_ms = position->was_on_deck ? position->glitch_ms : position->clear_ms;

	/* In which order loops were left that were not heard is not known. */
	if (position->lifted_ms != 0 && position->was_lost)
		return false;
	if (left_ms < position->opened_ms ||
	    !is_clear(position, 0, POSITION_EXIT, now_ms, for_ms))
		return false;
	for (int i = POSITION_APPROACH + 1; i < POSITION_SENSORS; i++)
		if (position->sensor[i].off_at_ms > left_ms)
			return false;
	return position->sensor[POSITION_EXIT].on_at_ms < position->opened_ms;
}

bool position_has_passed(const struct position *position, int64_t now_ms)
{
	const struct position_state *exit = &position->sensor[POSITION_EXIT];

	return position->was_under && exit->on_at_ms > position->lifted_ms &&
	       exit->off_at_ms >= exit->on_at_ms && position_is_clear(position, now_ms);
}

bool position_has_follower(const struct position *position)
{
	return position->was_clear_after && is_under(position);
}

bool position_is_clear(const struct position *position, int64_t now_ms)
{
	return is_clear(position, POSITION_LOOP, POSITION_EXIT, now_ms,
			position->clear_ms);
}

bool position_is_empty(const struct position *position, int64_t now_ms)
{
	return is_clear(position, 0, POSITION_SENSORS - 1, now_ms, position->clear_ms);
}

bool position_gate_is_clear(const struct position *position, int64_t now_ms)
{
	return is_clear(position, POSITION_GATE_LOOP, POSITION_GATE_BEAM, now_ms,
			position->clear_ms);
}

/* SPDX-License-Identifier: MIT */
/*
 * What a gate says of itself in the record: its start and what the past left open, its stop.
 *
 * Layer: firmware. Threads: main, while no control thread runs.
 */
#include "firmware/care/notes.h"
#include "firmware/config/version.h"
#include "firmware/kakoud/gate_inside.h"
#include "hal/clock.h"
#include "hal/log.h"

enum {
	NOTES_SETTLED_MS = 5000,
	LAST_NOTES_MS = 1000, /* of a stop, for a disk that takes nothing */
};

/* Said anew at each start, so that it does not go with the old end of the record. */
static enum kakou_err record_locked(struct gate *gate, enum event_kind kind,
				    uint32_t lanes, struct why *why)
{
	struct event event;

	for (size_t i = 0; i < gate->site->lane_count; i++) {
		if (!(lanes >> i & 1))
			continue;
		event_begin(&event, kind, (uint8_t)i, 0);
		event_add_text(&event, "reason", "still locked at the start");
		if (journal_append(gate->journal, &event))
			return why_set(why, KAKOU_E_FULL,
				       "the journal's queue is full at the start");
	}
	return KAKOU_OK;
}

/* Said anew for the same reason. The first start of all takes the site file's; a record that does
 * not tell leaves the lane shut until an officer turns it. */
static enum kakou_err record_directions(struct gate *gate, struct why *why)
{
	for (size_t i = 0; i < gate->site->lane_count; i++) {
		const struct site_lane *lane = &gate->site->lanes[i];
		char to[2] = {gate->past.directions[i], '\0'};
		struct event event;

		if (!lane->reverse_chnl_no[0])
			continue;
		if (gate->past.last_seq == 0)
			to[0] = gate->past.directions[i] = lane->direction;
		if (to[0] == '\0')
			continue;
		event_begin(&event, EVENT_LANE_TURNED, (uint8_t)i, 0);
		event_add_text(&event, "to", to);
		event_add_text(&event, "reason", "in force at the start");
		if (journal_append(gate->journal, &event))
			return why_set(why, KAKOU_E_FULL,
				       "the journal's queue is full at the start");
	}
	return KAKOU_OK;
}

static enum kakou_err take_note(void *arg, const struct event *event)
{
	struct gate *gate = arg;

	return journal_append(gate->journal, event);
}

/* A person has to know of a note that can't be read; the gate works all the same. */
static void record_notes(struct gate *gate)
{
	struct why why = {""};

	gate->started_ms = clock_mono_ms();
	if (notes_read(gate->site->state_dir, take_note, gate, &gate->notes_taken, &why))
		log_warning("gate", "notes of what was done here are not taken: %s",
			    why.text);
}

/* They go when they are committed; a crash before that tells them twice, and none is lost. */
void gate_forget_notes(struct gate *gate)
{
	struct journal_health health;

	if (gate->notes_taken == 0 ||
	    clock_mono_ms() - gate->started_ms < NOTES_SETTLED_MS ||
	    !journal_read_health(gate->journal, 3, &health) || !health.is_well ||
	    health.waiting > 0 ||
	    health.last_seq <= gate->past.last_seq + (int64_t)gate->notes_taken)
		return;
	notes_forget(gate->site->state_dir);
	gate->notes_taken = 0;
}

/* What the past leaves open is said before anything new begins: a lift that was authorised and
 * not seen is unknown and is never repeated (doctrine 7). */
enum kakou_err gate_record_start(struct gate *gate, struct why *why)
{
	struct event event;
	enum kakou_err err;

	event_begin(&event, EVENT_STARTED, EVENT_NO_LANE, 0);
	event_add_text(&event, "version", KAKOU_VERSION);
	event_add_text(&event, "config_sha256", gate->site->config_sha256);
	event_add_text(&event, "site", gate->site->name);
	event_add_text(&event, "reason",
		       gate->past.last_seq == 0 ? "first start"
		       : gate->past.was_stopped
			       ? "start after stop"
			       : "restart: the last run did not end by itself");
	event_add_number(&event, "volatile", gate->site->allow_volatile_state);
	if (journal_append(gate->journal, &event))
		return why_set(why, KAKOU_E_FULL,
			       "the journal's queue is full at the start");
	record_notes(gate);
	if (guard_fill_event(gate->guard, &event) &&
	    journal_append(gate->journal, &event))
		return why_set(why, KAKOU_E_FULL,
			       "the journal's queue is full at the start");
	for (size_t i = 0; i < gate->past.unknown_count; i++) {
		event_begin(&event, EVENT_LIFT_UNKNOWN, gate->past.unknown[i].lane,
			    gate->past.unknown[i].passage);
		event_add_number(&event, "authorised",
				 gate->past.unknown[i].authorised_seq);
		if (journal_append(gate->journal, &event))
			return why_set(why, KAKOU_E_FULL,
				       "the journal's queue is full at the start");
	}
	err = record_locked(gate, EVENT_LANE_LOCKED, gate->past.locked_lanes, why);
	if (!err)
		err = record_locked(gate, EVENT_ARM_LOCKED, gate->past.locked_arms, why);
	return err ? err : record_directions(gate, why);
}

/* Waits for room while the writer makes some; nobody else takes its answers any more. */
static bool append_at_last(struct gate *gate, const struct event *event, int64_t until_ms)
{
	struct journal_ack ack;

	while (journal_append(gate->journal, event)) {
		while (journal_next_ack(gate->journal, &ack))
			;
		if (clock_mono_ms() >= until_ms)
			return false;
		clock_sleep_until_ms(clock_mono_ms() + 1);
	}
	return true;
}

/* What was taken from other threads after the last scan: who brought it was told that it is. */
static void record_queued(struct gate *gate)
{
	struct queue *queues[] = {gate->notes, gate->delivery_notes, gate->machine_notes};
	int64_t until_ms = clock_mono_ms() + LAST_NOTES_MS;
	struct event event;
	size_t lost = 0;

	for (size_t i = 0; i < sizeof(queues) / sizeof(queues[0]); i++)
		while (queues[i] && queue_pop(queues[i], &event))
			lost += !append_at_last(gate, &event, until_ms);
	if (lost > 0)
		log_error("gate",
			  "%zu events of the last moment are not in the record: "
			  "its disk takes nothing",
			  lost);
}

void gate_record_stop(struct gate *gate, const char *reason)
{
	struct event event;

	if (!gate->journal)
		return;
	record_queued(gate);
	event_begin(&event, EVENT_STOPPED, EVENT_NO_LANE, 0);
	event_add_text(&event, "reason", reason);
	/* A full queue means the record can't be written: then the next start says "restart". */
	if (journal_append(gate->journal, &event))
		return;
}

/* SPDX-License-Identifier: MIT */
/*
 * Feed: what one reader is told next.
 *
 * Layer: firmware. Threads: the loop's; allocates.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/console/feed_inside.h"
#include "hal/clock.h"

/* A message of the stream. Takes `data` over. Without an id the reader's last one stands. */
static char *write_message(const char *name, int64_t id, json_t *data)
{
	char *text = data ? json_dumps(data, JSON_COMPACT) : NULL;
	char *message = NULL;
	int len = -1;

	if (text && id >= 0)
		len = asprintf(&message, "event: %s\nid: %" PRId64 "\ndata: %s\n\n", name,
			       id, text);
	else if (text)
		len = asprintf(&message, "event: %s\ndata: %s\n\n", name, text);
	free(text);
	json_decref(data);
	return len < 0 ? NULL : message;
}

void feed_reader_init(struct feed *feed, struct feed_reader *reader, int64_t after)
{
	memset(reader, 0, sizeof(*reader));
	reader->after = after;
	feed->readers++;
	if (feed->readers == 1 && feed->is_live) /* somebody watches: no second's wait */
		loop_timer_set(feed->beat_timer, clock_mono_ms());
}

void feed_reader_end(struct feed *feed)
{
	feed->readers--;
}

static int64_t first_number(const struct feed *feed)
{
	return feed->last - (int64_t)feed->event_count + 1;
}

/* What it knew is of another record, or older than what is kept here: it asks for the rest. */
static char *take_gap(struct feed *feed, struct feed_reader *reader)
{
	int64_t first = first_number(feed), after = reader->after;

	if (after >= first - 1 && after <= feed->last)
		return NULL;
	reader->after = after > feed->last ? feed->last : first - 1;
	return write_message("missed", -1,
			     json_pack("{s:I, s:I}", "after",
				       (json_int_t)(after > feed->last ? 0 : after),
				       "until", (json_int_t)reader->after));
}

static char *take_event(struct feed *feed, struct feed_reader *reader)
{
	json_t *row;
	size_t at;

	if (reader->after >= feed->last)
		return NULL;
	at = (size_t)(reader->after + 1 - first_number(feed));
	row = feed->events[(feed->first_event + at) % FEED_EVENTS_MAX];
	reader->after++;
	return write_message("record", reader->after, json_incref(row));
}

/* The lanes that changed since the reader's version, or all of them now and then. */
static char *take_lanes(struct feed *feed, struct feed_reader *reader, int64_t now_ms)
{
	const json_t *lanes = json_object_get(feed->lanes, "lanes");
	bool is_whole =
		reader->version == 0 || now_ms - reader->whole_ms >= FEED_WHOLE_MS;
	json_t *some;

	if (!lanes || !feed->is_live || (!is_whole && reader->version == feed->version))
		return NULL;
	some = json_array();
	for (size_t i = 0; i < json_array_size(lanes) && i < FEED_LANES_MAX; i++)
		if (is_whole || feed->changed[i] > reader->version)
			(void)json_array_append(some, json_array_get(lanes, i));
	reader->version = feed->version;
	if (is_whole)
		reader->whole_ms = now_ms;
	return write_message("lanes", -1,
			     json_pack("{s:b, s:I, s:o}", "whole", is_whole, "age_ms",
				       (json_int_t)(now_ms - feed->lanes_ms), "lanes",
				       some));
}

static json_t *pack_beat(const struct feed *feed)
{
	return json_pack("{s:b, s:I, s:I}", "is_live", feed->is_live, "last",
			 (json_int_t)feed->last, "wall_ms", (json_int_t)clock_wall_ms());
}

static char *take_beat(struct feed *feed, struct feed_reader *reader, int64_t now_ms)
{
	bool is_turn = reader->gate_turns != feed->gate_turns || !reader->has_greeted;

	if (!is_turn && now_ms - reader->spoke_ms < FEED_BEAT_MS)
		return NULL;
	reader->gate_turns = feed->gate_turns;
	reader->has_greeted = true;
	reader->spoke_ms = now_ms;
	return write_message("beat", -1, pack_beat(feed));
}

char *feed_take(struct feed *feed, struct feed_reader *reader, int64_t now_ms)
{
	char *message = take_beat(feed, reader, now_ms);

	if (!message && feed->last >= 0) {
		if (reader->after < 0)
			reader->after = feed->last;
		message = take_gap(feed, reader);
		if (!message)
			message = take_event(feed, reader);
	}
	return message ? message : take_lanes(feed, reader, now_ms);
}

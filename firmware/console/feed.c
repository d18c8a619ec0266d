/* SPDX-License-Identifier: MIT */
/*
 * Feed: asking kakoud. Layer: firmware. Threads: the loop's.
 */
#include <stdlib.h>
#include <string.h>

#include "firmware/console/feed_inside.h"
#include "hal/clock.h"
#include "hal/log.h"

enum { FOLLOW_MS = 250, BACK_OFF_MS = 1000, FIRST_EVENTS = 200, EVENTS_EACH = 200 };

static void tell(struct feed *feed)
{
	feed->news(feed->news_arg);
}

static void set_live(struct feed *feed, bool is_live)
{
	if (feed->is_live == is_live)
		return;
	feed->is_live = is_live;
	feed->gate_turns++;
	log_info("feed", "kakoud %s", is_live ? "answers" : "does not answer");
}

/* ---- lanes -------------------------------------------------------------------------------- */

/* A clock that went on is no news. */
static bool is_clock(const char *key)
{
	size_t len = strlen(key);

	return (len >= 6 && !strcmp(key + len - 6, "age_ms")) || !strcmp(key, "left_ms");
}

static bool is_same_but_clocks(const json_t *a, const json_t *b)
{
	const char *key;
	json_t *value;
	size_t i;

	if (!a || !b || json_typeof(a) != json_typeof(b))
		return false;
	if (json_is_array(a)) {
		if (json_array_size(a) != json_array_size(b))
			return false;
		json_array_foreach(
			a, i, value) if (!is_same_but_clocks(value,
							     json_array_get(
								     b, i))) return false;
		return true;
	}
	if (!json_is_object(a))
		return json_equal(a, b);
	if (json_object_size(a) != json_object_size(b))
		return false;
	json_object_foreach(
		(json_t *)(uintptr_t)a, key,
		value) if (!is_clock(key) &&
			   !is_same_but_clocks(value,
					       json_object_get(b, key))) return false;
	return true;
}

static void take_lanes(struct feed *feed, json_t *result)
{
	const json_t *lanes = json_object_get(result, "lanes");
	const json_t *before = json_object_get(feed->lanes, "lanes");
	bool is_news = false;

	for (size_t i = 0; i < json_array_size(lanes) && i < FEED_LANES_MAX; i++) {
		if (is_same_but_clocks(json_array_get(lanes, i),
				       json_array_get(before, i)))
			continue;
		feed->changed[i] = feed->version + 1;
		is_news = true;
	}
	if (is_news)
		feed->version++;
	json_decref(feed->lanes);
	feed->lanes = json_incref(result);
	feed->lanes_ms = clock_mono_ms();
}

static void on_lanes(void *arg, const struct caller_answer *answer)
{
	struct feed *feed = arg;
	bool was_live = feed->is_live;
	int64_t pause_ms = feed->readers > 0 ? FEED_WATCHED_MS : FEED_ALONE_MS;

	set_live(feed, answer->result != NULL);
	if (answer->result)
		take_lanes(feed, answer->result);
	else
		pause_ms = BACK_OFF_MS;
	if (feed->is_live && !was_live)
		loop_timer_set(feed->follow_timer, clock_mono_ms());
	loop_timer_set(feed->lanes_timer, clock_mono_ms() + pause_ms);
	tell(feed);
}

static void ask_lanes(void *arg)
{
	struct feed *feed = arg;

	if (caller_ask(feed->caller, "lanes", NULL, on_lanes, feed))
		loop_timer_set(feed->lanes_timer, clock_mono_ms() + BACK_OFF_MS);
}

/* ---- events ------------------------------------------------------------------------------- */

static void forget_events(struct feed *feed)
{
	for (size_t i = 0; i < feed->event_count; i++)
		json_decref(feed->events[(feed->first_event + i) % FEED_EVENTS_MAX]);
	feed->event_count = 0;
	feed->first_event = 0;
}

static void add_event(struct feed *feed, json_t *row)
{
	int64_t seq = json_number_of(row, "seq");

	if (seq != feed->last + 1 && feed->event_count > 0)
		forget_events(feed); /* numbers have no gaps: this is another record */
	if (feed->event_count == FEED_EVENTS_MAX) {
		json_decref(feed->events[feed->first_event]);
		feed->first_event = (feed->first_event + 1) % FEED_EVENTS_MAX;
		feed->event_count--;
	}
	feed->events[(feed->first_event + feed->event_count++) % FEED_EVENTS_MAX] =
		json_incref(row);
	feed->last = seq;
	if (feed->listen)
		feed->listen(feed->listen_arg, row);
}

static void follow_later(struct feed *feed, int64_t pause_ms)
{
	loop_timer_set(feed->follow_timer, clock_mono_ms() + pause_ms);
}

static void on_events(void *arg, const struct caller_answer *answer)
{
	struct feed *feed = arg;
	const json_t *rows = json_object_get(answer->result, "events");
	size_t count = json_array_size(rows);

	if (!answer->result) {
		feed->is_known = false; /* it may come back with another record */
		follow_later(feed, BACK_OFF_MS);
		return;
	}
	for (size_t i = 0; i < count; i++)
		add_event(feed, json_array_get(rows, i));
	follow_later(feed, count == EVENTS_EACH ? 0 : FOLLOW_MS);
	if (count > 0)
		tell(feed);
}

/* The newest events, the newest first: where the record stands. */
static void on_newest(void *arg, const struct caller_answer *answer)
{
	struct feed *feed = arg;
	const json_t *rows = json_object_get(answer->result, "events");
	int64_t newest = json_number_of(json_array_get(rows, 0), "seq");

	if (!answer->result) {
		follow_later(feed, BACK_OFF_MS);
		return;
	}
	feed->is_known = true;
	if (feed->last < 0 || newest < feed->last) {
		forget_events(feed);
		feed->last = -1;
		for (size_t i = json_array_size(rows); i-- > 0;)
			add_event(feed, json_array_get(rows, i));
		feed->last = newest;
	}
	follow_later(feed, 0);
	tell(feed);
}

static void ask_events(void *arg)
{
	struct feed *feed = arg;
	json_t *params = feed->is_known
				 ? json_pack("{s:I, s:i}", "after",
					     (json_int_t)feed->last, "limit", EVENTS_EACH)
				 : json_pack("{s:b, s:i}", "newest_first", 1, "limit",
					     FIRST_EVENTS);

	if (caller_ask(feed->caller, "events.read", params,
		       feed->is_known ? on_events : on_newest, feed))
		follow_later(feed, BACK_OFF_MS);
}

/* ---- opening and closing --------------------------------------------------------------------- */

/* Readers hear from it even when nothing happens. A kakoud that stands still gives no answer for as
 * long as a question may take: nobody should look at an old picture until then. */
static void on_beat(void *arg)
{
	struct feed *feed = arg;

	if (feed->is_live && clock_mono_ms() - feed->lanes_ms > FEED_SILENT_MS)
		set_live(feed, false);
	loop_timer_set(feed->beat_timer, clock_mono_ms() + FEED_BEAT_MS / 2);
	tell(feed);
}

enum kakou_err feed_create(struct feed **out, struct loop *loop, const char *socket,
			   void (*news)(void *arg), void *arg)
{
	struct feed *feed = calloc(1, sizeof(*feed));

	if (!feed)
		return KAKOU_E_NOMEM;
	feed->news = news;
	feed->news_arg = arg;
	feed->last = -1;
	if (caller_create(&feed->caller, loop, socket, 2) ||
	    loop_timer_create(loop, ask_lanes, feed, &feed->lanes_timer) ||
	    loop_timer_create(loop, ask_events, feed, &feed->follow_timer) ||
	    loop_timer_create(loop, on_beat, feed, &feed->beat_timer)) {
		feed_destroy(feed);
		return KAKOU_E_NOMEM;
	}
	loop_timer_set(feed->lanes_timer, clock_mono_ms());
	loop_timer_set(feed->follow_timer, clock_mono_ms());
	loop_timer_set(feed->beat_timer, clock_mono_ms() + FEED_BEAT_MS / 2);
	*out = feed;
	return KAKOU_OK;
}

static void ignore(void *arg)
{
	(void)arg;
}

void feed_destroy(struct feed *feed)
{
	if (!feed)
		return;
	feed->news = ignore;
	caller_destroy(feed->caller);
	loop_timer_destroy(feed->lanes_timer);
	loop_timer_destroy(feed->follow_timer);
	loop_timer_destroy(feed->beat_timer);
	forget_events(feed);
	json_decref(feed->lanes);
	free(feed);
}

bool feed_is_live(const struct feed *feed)
{
	return feed->is_live;
}

const json_t *feed_lanes(const struct feed *feed)
{
	return feed->lanes;
}

int64_t feed_last(const struct feed *feed)
{
	return feed->last;
}

void feed_listen(struct feed *feed, void (*listen)(void *arg, const json_t *row),
		 void *arg)
{
	feed->listen = listen;
	feed->listen_arg = arg;
}

/* SPDX-License-Identifier: MIT */
/*
 * Events: the newest in a ring, all of them in the log.
 *
 * Layer: tools.
 */
#include "tools/yard/events.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "hal/clock.h"
#include "hal/text.h"

struct yard_events {
	FILE *log;
	int64_t last;
	struct {
		const char *kind;
		int64_t count;
	} counts[YARD_EVENT_KINDS_MAX];
	struct yard_event
		ring[YARD_EVENTS_KEPT]; /* number n is in n % YARD_EVENTS_KEPT */
};

enum kakou_err yard_events_create(struct yard_events **out, const char *log_path,
				  struct why *why)
{
	struct yard_events *events = calloc(1, sizeof(*events));

	if (!events)
		return why_set(why, KAKOU_E_NOMEM, "no memory for events");
	if (log_path) {
		events->log = fopen(log_path, "we");
		if (!events->log) {
			free(events);
			return why_set(why, KAKOU_E_IO, "%s: can't write it: %s",
				       log_path, strerror(errno));
		}
	}
	*out = events;
	return KAKOU_OK;
}

void yard_events_destroy(struct yard_events *events)
{
	if (!events)
		return;
	if (events->log)
		(void)fclose(events->log);
	free(events);
}

static void count_kind(struct yard_events *events, const char *kind)
{
	for (size_t i = 0; i < YARD_EVENT_KINDS_MAX; i++) {
		if (events->counts[i].kind && strcmp(events->counts[i].kind, kind))
			continue;
		events->counts[i].kind = kind;
		events->counts[i].count++;
		return;
	}
}

static void write_log(const struct yard_events *events, const struct yard_event *event)
{
	char *line = events->log ? yard_event_print(event) : NULL;

	if (!line)
		return;
	(void)fprintf(events->log, "%s\n", line);
	(void)fflush(events->log);
	free(line);
}

void yard_events_add(struct yard_events *events, const char *kind, const char *lane,
		     const char *truck, const char *format, ...)
{
	struct yard_event *event;
	va_list args;

	events->last++;
	event = &events->ring[events->last % YARD_EVENTS_KEPT];
	*event = (struct yard_event){
		.n = events->last,
		.wall_ms = clock_wall_ms(),
		.mono_ms = clock_mono_ms(),
		.kind = kind,
	};
	text_copy(event->lane, sizeof(event->lane), lane);
	text_copy(event->truck, sizeof(event->truck), truck);
	va_start(args, format);
	(void)vsnprintf(event->text, sizeof(event->text), format, args);
	va_end(args);
	count_kind(events, kind);
	write_log(events, event);
}

const struct yard_event *yard_events_next(const struct yard_events *events, int64_t after)
{
	int64_t n = after < 0 ? 1 : after + 1;

	if (n <= events->last - YARD_EVENTS_KEPT)
		n = events->last - YARD_EVENTS_KEPT + 1;
	return n > events->last ? NULL : &events->ring[n % YARD_EVENTS_KEPT];
}

int64_t yard_events_last(const struct yard_events *events)
{
	return events->last;
}

int64_t yard_events_count(const struct yard_events *events, const char *kind)
{
	for (size_t i = 0; i < YARD_EVENT_KINDS_MAX && events->counts[i].kind; i++) {
		if (!strcmp(events->counts[i].kind, kind))
			return events->counts[i].count;
	}
	return 0;
}

char *yard_event_print(const struct yard_event *event)
{
	json_t *object = json_pack("{s:I, s:I, s:I, s:s}", "n", (json_int_t)event->n,
				   "t_wall_ms", (json_int_t)event->wall_ms, "t_mono_ms",
				   (json_int_t)event->mono_ms, "kind", event->kind);
	char *text;

	if (!object)
		return NULL;
	if (event->lane[0])
		(void)json_object_set_new(object, "lane", json_string(event->lane));
	if (event->truck[0])
		(void)json_object_set_new(object, "truck", json_string(event->truck));
	if (event->text[0])
		(void)json_object_set_new(object, "text", json_string(event->text));
	text = json_dumps(object, JSON_COMPACT | JSON_PRESERVE_ORDER);
	json_decref(object);
	return text;
}

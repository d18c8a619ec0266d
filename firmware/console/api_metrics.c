/* SPDX-License-Identifier: MIT */
/*
 * API: what machines ask: whether the gate is reachable, and numbers in the text form of
 * Prometheus (exposition format 0.0.4).
 *
 * Layer: firmware. Threads: the loop's.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/console/api_inside.h"

void api_health(struct exchange *exchange)
{
	struct api *api = exchange->api;
	bool is_live = feed_is_live(api->feed);

	api_reply(exchange, is_live ? 200 : 503,
		  json_pack("{s:s, s:b, s:I, s:I}", "status",
			    is_live ? "ok" : "gate unreachable", "gate", is_live,
			    "last_event", (json_int_t)feed_last(api->feed), "search",
			    (json_int_t)search_followed(api->search)));
}

/* ---- lines of the format ----------------------------------------------------------------------------- */

static void head(FILE *to, const char *name, const char *type, const char *help)
{
	fprintf(to, "# HELP kakou_%s %s\n# TYPE kakou_%s %s\n", name, help, name, type);
}

static void one(FILE *to, const char *name, const char *type, const char *help,
		int64_t value)
{
	head(to, name, type, help);
	fprintf(to, "kakou_%s %" PRId64 "\n", name, value);
}

/* A label's value, with what the format asks to be escaped. */
static void label(FILE *to, const char *text)
{
	for (; *text; text++) {
		if (*text == '\\' || *text == '"')
			fputc('\\', to);
		fputc(*text == '\n' ? ' ' : *text, to);
	}
}

static void labelled(FILE *to, const char *name, const char *key, const char *text,
		     int64_t value)
{
	fprintf(to, "kakou_%s{%s=\"", name, key);
	label(to, text);
	fprintf(to, "\"} %" PRId64 "\n", value);
}

/* ---- what there is to tell ------------------------------------------------------------------------------ */

static void write_own(FILE *to, struct api *api)
{
	struct web_counts counts = {0};
	char class[2] = "1";
	unsigned sessions = 0;

	if (api->web)
		web_read_counts(api->web, &counts);
	for (size_t i = 0; i < SESSIONS_MAX; i++)
		sessions += api->sessions.session[i].number != 0;
	one(to, "console_requests_total", "counter", "HTTP requests",
	    (int64_t)counts.requests);
	head(to, "console_replies_total", "counter", "HTTP replies by class of status");
	for (int i = 1; i < 6; i++) {
		class[0] = (char)('0' + i);
		labelled(to, "console_replies_total", "class", class,
			 (int64_t)counts.replies[i]);
	}
	one(to, "console_connections", "gauge", "open connections", counts.connections);
	one(to, "console_streams", "gauge", "pages that watch", counts.streams);
	one(to, "console_sessions", "gauge", "people logged in", sessions);
	one(to, "console_search_followed", "gauge", "last event in the search database",
	    search_followed(api->search));
	one(to, "record_last_event", "gauge", "number of the newest event",
	    feed_last(api->feed));
	one(to, "up", "gauge", "kakoud answers", feed_is_live(api->feed));
}

static void write_lanes(FILE *to, const struct api *api)
{
	const json_t *lanes = json_object_get(feed_lanes(api->feed), "lanes");
	const json_t *lane;
	size_t i;

	head(to, "lane_alarms", "gauge", "standing alarms of the lane");
	json_array_foreach(lanes, i, lane)
		labelled(to, "lane_alarms", "lane", json_text_of(lane, "name"),
			 (int64_t)json_array_size(json_object_get(lane, "alarms")));
	head(to, "lane_locked", "gauge", "the lane takes no vehicle");
	json_array_foreach(lanes, i, lane)
		labelled(to, "lane_locked", "lane", json_text_of(lane, "name"),
			 json_is_true(json_object_get(lane, "is_locked")));
	head(to, "lane_state", "gauge", "1 for the state the lane is in");
	json_array_foreach(lanes, i, lane)
	{
		fputs("kakou_lane_state{lane=\"", to);
		label(to, json_text_of(lane, "name"));
		fputs("\",state=\"", to);
		label(to, json_text_of(lane, "state"));
		fputs("\"} 1\n", to);
	}
}

/* Every number and truth of one object of kakoud's status. */
static void write_object(FILE *to, const char *prefix, const json_t *object)
{
	const char *key;
	json_t *value;
	char name[96];

	json_object_foreach((json_t *)(uintptr_t)object, key, value)
	{
		if (!json_is_integer(value) && !json_is_boolean(value))
			continue;
		(void)snprintf(name, sizeof(name), "%s_%s", prefix, key);
		one(to, name, "untyped", "as in kakoud's status",
		    json_is_boolean(value) ? json_is_true(value)
					   : json_integer_value(value));
	}
}

static void write_units(FILE *to, const json_t *buses)
{
	static const char *const counters[] = {"requests", "errors", "failures_in_row"};
	const json_t *bus, *unit;
	size_t i, j;

	for (size_t c = 0; c < sizeof(counters) / sizeof(counters[0]); c++) {
		char name[48];

		(void)snprintf(name, sizeof(name), "unit_%s", counters[c]);
		head(to, name, c < 2 ? "counter" : "gauge", "of a unit on its port");
		json_array_foreach(buses, i, bus)
		{
			json_array_foreach(json_object_get(bus, "units"), j, unit)
				labelled(to, name, "device", json_text_of(unit, "device"),
					 json_number_of(unit, counters[c]));
		}
	}
	head(to, "port_cycle_ms", "gauge", "time of one round of the port");
	json_array_foreach(buses, i, bus)
		labelled(to, "port_cycle_ms", "port", json_text_of(bus, "port"),
			 json_number_of(bus, "cycle_ms"));
}

static void finish(struct exchange *exchange, const json_t *status, const json_t *buses)
{
	static const char *const parts[] = {"control", "record", "customs", "devices",
					    "registry"};
	size_t len = 0;
	char *text = NULL;
	FILE *to = open_memstream(&text, &len);

	if (!to) {
		api_fail(exchange, 500, "failed", "no memory");
		return;
	}
	write_own(to, exchange->api);
	write_lanes(to, exchange->api);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		write_object(to, parts[i], json_object_get(status, parts[i]));
	write_units(to, json_object_get(buses, "buses"));
	if (fclose(to)) {
		free(text);
		text = NULL;
		len = 0;
	}
	api_reply_text(exchange, 200, "text/plain; version=0.0.4; charset=utf-8", text,
		       len);
}

/* What can't be asked for is left out, and kakou_up says why. */
static void on_buses(void *arg, const struct caller_answer *answer)
{
	struct exchange *exchange = api_resume(arg);

	finish(exchange, json_object_get(exchange->params, "status"), answer->result);
}

static void on_status(void *arg, const struct caller_answer *answer)
{
	struct exchange *exchange = api_resume(arg);

	if (!answer->result) {
		finish(exchange, NULL, NULL);
		return;
	}
	(void)json_object_set(exchange->params, "status", answer->result);
	api_ask(exchange, "buses", NULL, on_buses);
}

void api_metrics(struct exchange *exchange)
{
	const char *allowed = exchange->api->settings->metrics_from;
	const char *address = web_address(exchange->request);
	const char *at = allowed;
	size_t len = strlen(address);

	while ((at = strstr(at, address))) {
		bool begins = at == allowed || at[-1] == ' ';

		if (begins && (at[len] == '\0' || at[len] == ' '))
			break;
		at += len;
	}
	if (!at || len == 0)
		api_fail(exchange, 403, "denied",
			 "%s may not ask for metrics: see metrics_from", address);
	else
		api_ask(exchange, "status", NULL, on_status);
}

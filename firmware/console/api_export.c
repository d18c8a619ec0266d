/* SPDX-License-Identifier: MIT */
/*
 * API: events as lines of JSON after a line with their checkpoint and what ties them to it, which
 * kakou log verify takes. The bytes are those of the record: RFC 8785 and jansson's compact form with
 * sorted keys are the same for what an event may hold (integers, and texts without control
 * characters); a line that were not the event's would not verify.
 *
 * Layer: firmware. Threads: the loop's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/console/api_inside.h"

enum { EVENTS_MAX = 10000, EVENTS_EACH = 500 };

static void on_rows(void *arg, const struct caller_answer *answer);

static int64_t number_of(const struct exchange *exchange, const char *key)
{
	return json_number_of(exchange->params, key);
}

static void ask_rows(struct exchange *exchange)
{
	int64_t after = number_of(exchange, "after");
	int64_t left = number_of(exchange, "last") - after;

	api_ask(exchange, "events.read",
		json_pack("{s:I, s:I}", "after", (json_int_t)after, "limit",
			  (json_int_t)(left < EVENTS_EACH ? left : EVENTS_EACH)),
		on_rows);
}

/* False: no memory. */
static bool add_line(struct exchange *exchange, const json_t *value)
{
	char *line = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS);
	size_t len = line ? strlen(line) : 0;
	char *longer =
		line ? realloc(exchange->text, exchange->text_len + len + 1) : NULL;

	if (longer) {
		/* NOLINTNEXTLINE(bugprone-not-null-terminated-result): the newline ends it */
		memcpy(longer + exchange->text_len, line, len);
		longer[exchange->text_len + len] = '\n';
		exchange->text = longer;
		exchange->text_len += len + 1;
	}
	free(line);
	return longer;
}

static void finish(struct exchange *exchange)
{
	char *text = exchange->text;

	exchange->text = NULL;
	if (exchange->request)
		web_add_header(exchange->request, "Content-Disposition",
			       "attachment; filename=\"events.jsonl\"");
	api_reply_text(exchange, 200, "application/jsonl", text, exchange->text_len);
}

static void on_rows(void *arg, const struct caller_answer *answer)
{
	struct exchange *exchange = api_resume(arg);
	const json_t *rows = json_object_get(answer->result, "events");
	const json_t *row = NULL;
	size_t i;

	if (!answer->result) {
		api_fail_as(exchange, answer);
		return;
	}
	json_array_foreach(rows, i, row)
	{
		if (!add_line(exchange, json_object_get(row, "bytes"))) {
			api_fail(exchange, 503, "full", "no memory for the export");
			return;
		}
	}
	row = json_array_get(rows, json_array_size(rows) - 1);
	if (!row) {
		api_fail(exchange, 404, "not_found", "the record does not go so far");
		return;
	}
	(void)json_object_set(exchange->params, "after", json_object_get(row, "seq"));
	if (number_of(exchange, "after") < number_of(exchange, "last"))
		ask_rows(exchange);
	else
		finish(exchange);
}

static void on_head(void *arg, const struct caller_answer *answer)
{
	struct exchange *exchange = api_resume(arg);
	json_t *last = json_object_get(answer->result, "last");

	if (!answer->result) {
		api_fail_as(exchange, answer);
		return;
	}
	if (json_integer_value(last) - number_of(exchange, "first") >= EVENTS_MAX) {
		api_fail(exchange, 400, "bad_request",
			 "more than %d events: ask for fewer", EVENTS_MAX);
		return;
	}
	(void)json_object_set(exchange->params, "last", last);
	(void)json_object_set_new(exchange->params, "after",
				  json_integer(number_of(exchange, "first") - 1));
	if (add_line(exchange, answer->result))
		ask_rows(exchange);
	else
		api_fail(exchange, 503, "full", "no memory for the export");
}

void api_export(struct exchange *exchange)
{
	api_ask(exchange, "log.range", json_copy(exchange->params), on_head);
}

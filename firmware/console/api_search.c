/* SPDX-License-Identifier: MIT */
/*
 * API: the past, out of the search database: passages, numbers, alarms; passages also as CSV. What passages
 * carried is counted by kakoud.
 *
 * Layer: firmware. Threads: the loop's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "firmware/console/api_inside.h"

enum { CSV_ROWS = SEARCH_ROWS_MAX };

static void fail_search(struct exchange *exchange, enum kakou_err err, const char *why)
{
	if (err == KAKOU_E_INVALID)
		api_fail(exchange, 400, "bad_request", "%s", why);
	else if (err == KAKOU_E_TIMEOUT)
		api_fail(exchange, 504, "late", "%s", why);
	else
		api_fail(exchange, 503, "failed", "%s", why);
}

static void on_found(void *arg, json_t *result, enum kakou_err err, const char *why)
{
	struct exchange *exchange = api_resume(arg);

	if (err)
		fail_search(exchange, err, why);
	else
		api_reply(exchange, 200, json_incref(result));
}

static void ask(struct exchange *exchange, enum search_verb verb, search_then *then)
{
	exchange->is_waiting = true;
	if (!search_ask(exchange->api->search, verb, json_incref(exchange->params), then,
			exchange))
		return;
	exchange->is_waiting = false;
	api_fail(exchange, 503, "full", "too many searches at once: try again");
}

void api_history(struct exchange *exchange)
{
	ask(exchange, SEARCH_HISTORY, on_found);
}

void api_statistics(struct exchange *exchange)
{
	ask(exchange, SEARCH_STATISTICS, on_found);
}

/* The hours at which shifts begin, as kakoud takes them: "0,8,16". */
static json_t *pack_shifts(const struct settings *settings)
{
	char text[SETTINGS_SHIFTS_MAX * 3 + 1] = "";
	size_t used = 0;

	for (size_t i = 0; i < settings->shift_count && used < sizeof(text); i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%d",
					 i > 0 ? "," : "", settings->shifts[i]);
	return json_string(text);
}

/* What kakou stats tells, by this console's shifts: kakoud counts it from the record. */
void api_tally(struct exchange *exchange)
{
	json_t *params = api_rpc_params(exchange);
	const char *by = json_text_of(params, "by");

	if (by[0] && strcmp(by, "day") != 0 && strcmp(by, "shift") != 0) {
		api_fail(exchange, 400, "bad_request",
			 "by: got \"%.20s\", expected day or shift", by);
		json_decref(params);
		return;
	}
	if (!strcmp(by, "shift"))
		(void)json_object_set_new(params, "shifts",
					  pack_shifts(exchange->api->settings));
	(void)json_object_del(params, "by");
	api_ask(exchange, "stats", params, api_hand_through);
}

void api_past_alarms(struct exchange *exchange)
{
	ask(exchange, SEARCH_ALARMS, on_found);
}

void api_baseline(struct exchange *exchange)
{
	ask(exchange, SEARCH_BASELINE, on_found);
}

/* The console's own, and nothing of the gate: so it looks at the role itself. */
void api_keep_baseline(struct exchange *exchange)
{
	const struct session *session = api_session(exchange);

	if (strcmp(session->role, "supervisor") != 0) {
		api_fail(exchange, 403, "denied",
			 "%s is %s, and a baseline asks for supervisor", session->name,
			 session->role);
		return;
	}
	(void)json_object_set_new(exchange->params, "person", json_string(session->name));
	ask(exchange, SEARCH_KEEP, on_found);
}

/* ---- CSV -------------------------------------------------------------------------------------------- */

/* RFC 4180. A field that a spreadsheet would take for a formula gets a quote before it. */
static void write_field(FILE *to, const char *text)
{
	fputc('"', to);
	if (text[0] && strchr("=+-@\t\r", text[0]) && strcmp(text, "-") != 0)
		fputc('\'', to);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', to);
		fputc(*text, to);
	}
	fputc('"', to);
}

static void write_time(FILE *to, int64_t wall_ms)
{
	time_t seconds = (time_t)(wall_ms / 1000);
	char text[40] = "";
	struct tm local;

	if (localtime_r(&seconds, &local))
		(void)strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S%z", &local);
	write_field(to, text);
}

static void write_row(FILE *to, const json_t *row, const char *const *columns,
		      size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const json_t *value = json_object_get(row, columns[i]);

		if (i > 0)
			fputc(',', to);
		if (!strcmp(columns[i], "opened_ms"))
			write_time(to, json_integer_value(value));
		else if (json_is_integer(value))
			fprintf(to, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		else
			write_field(to, json_is_string(value) ? json_string_value(value)
							      : "");
	}
	fputs("\r\n", to);
}

/* From malloc; NULL: no memory. */
static char *write_csv(const json_t *items, size_t *len)
{
	static const char *const columns[] = {
		"passage",  "opened_ms", "lane",    "direction", "plate",  "boxes",
		"order_no", "verdict",   "by",      "reason",    "hold",   "lift",
		"outcome",  "officer",   "gross_g", "gather_ms", "ask_ms", "record_ms",
		"lift_ms",  "leave_ms",  "own_ms",
	};
	const size_t count = sizeof(columns) / sizeof(columns[0]);
	char *text = NULL;
	FILE *to = open_memstream(&text, len);
	const json_t *row;
	size_t i;

	if (!to)
		return NULL;
	fputs("\xEF\xBB\xBF", to); /* or a spreadsheet takes UTF-8 for something else */
	for (i = 0; i < count; i++)
		fprintf(to, "%s%s", i > 0 ? "," : "",
			strcmp(columns[i], "opened_ms") ? columns[i] : "opened");
	fputs("\r\n", to);
	json_array_foreach(items, i, row) write_row(to, row, columns, count);
	if (fclose(to)) {
		free(text);
		return NULL;
	}
	return text;
}

static void on_csv(void *arg, json_t *result, enum kakou_err err, const char *why)
{
	struct exchange *exchange = api_resume(arg);
	size_t len = 0;
	char *text;

	if (err) {
		fail_search(exchange, err, why);
		return;
	}
	if (!json_is_null(json_object_get(result, "next"))) {
		api_fail(exchange, 400, "bad_request",
			 "more than %d passages: ask for less time", CSV_ROWS);
		return;
	}
	text = write_csv(json_object_get(result, "items"), &len);
	if (exchange->request)
		web_add_header(exchange->request, "Content-Disposition",
			       "attachment; filename=\"passages.csv\"");
	api_reply_text(exchange, 200, "text/csv; charset=utf-8", text, len);
}

void api_history_csv(struct exchange *exchange)
{
	(void)json_object_set_new(exchange->params, "limit", json_integer(CSV_ROWS));
	ask(exchange, SEARCH_HISTORY, on_csv);
}

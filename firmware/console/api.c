/* SPDX-License-Identifier: MIT */
/*
 * API: from a request to its route, and replies. Layer: firmware. Threads: the loop's.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/console/api_inside.h"
#include "hal/clock.h"
#include "hal/text.h"

static const char JSON_TYPE[] = "application/json";
static const char PREFIX[] = "/api/";

/* ---- replies ---------------------------------------------------------------------------------- */

static void release(struct exchange *exchange)
{
	if (exchange->kept)
		explicit_bzero(exchange->kept, strlen(exchange->kept));
	free(exchange->kept);
	free(exchange->text);
	json_decref(exchange->params);
	free(exchange);
}

void api_reply_text(struct exchange *exchange, unsigned status, const char *type,
		    char *text, size_t len)
{
	struct web_request *request = exchange->request;

	if (request) {
		web_add_header(request, "Cache-Control", "no-store");
		web_reply(request, status, type, text, len);
	} else {
		free(text);
		release(exchange);
	}
}

void api_reply(struct exchange *exchange, unsigned status, json_t *value)
{
	char *text = value ? json_dumps(value, JSON_COMPACT) : NULL;

	json_decref(value);
	api_reply_text(exchange, status, JSON_TYPE, text, text ? strlen(text) : 0);
}

void api_fail(struct exchange *exchange, unsigned status, const char *code,
	      const char *format, ...)
{
	char message[1024];
	va_list args;
	json_t *text;

	va_start(args, format);
	if (vsnprintf(message, sizeof(message), format, args) < 0)
		message[0] = '\0';
	va_end(args);
	text = json_string(message);
	/* What can't be quoted, or was cut within a character, is not repeated. */
	api_reply(exchange, status,
		  json_pack("{s:{s:s, s:o}}", "error", "code", code, "message",
			    text ? text : json_string("not what is expected")));
}

void api_fail_as(struct exchange *exchange, const struct caller_answer *answer)
{
	static const struct {
		int rpc;
		unsigned status;
		const char *code;
	} errors[] = {
		{CALLER_GONE,               503, "unreachable"  },
		{CALLER_LATE,               504, "late"         },
		{-32602,                    400, "bad_request"  },
		{-32600,                    400, "bad_request"  },
		{-32000 + KAKOU_E_TIMEOUT,  504, "late"         },
		{-32000 + KAKOU_E_REFUSED,  409, "refused"      },
		{-32000 + KAKOU_E_FULL,     503, "full"         },
		{-32000 + KAKOU_E_INVALID,  400, "bad_request"  },
		{-32000 + KAKOU_E_NOTFOUND, 404, "not_found"    },
		{-32000 + KAKOU_E_DENIED,   403, "denied"       },
		{-32000 + KAKOU_E_SECOND,   409, "second_needed"},
	};
	unsigned status = 502;
	const char *code = "failed";

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (errors[i].rpc == answer->code) {
			status = errors[i].status;
			code = errors[i].code;
		}
	}
	if (answer->refusal && answer->refusal[0])
		code = answer->refusal;
	api_fail(exchange, status, code, "%s", answer->message);
}

/* ---- questions to kakoud ------------------------------------------------------------------------ */

struct exchange *api_resume(void *arg)
{
	struct exchange *exchange = arg;

	exchange->is_waiting = false;
	return exchange;
}

void api_ask(struct exchange *exchange, const char *method, json_t *params,
	     caller_then *then)
{
	enum kakou_err err;

	exchange->is_waiting = true;
	err = caller_ask(exchange->api->caller, method, params, then, exchange);
	if (!err)
		return;
	exchange->is_waiting = false;
	api_fail(exchange, 503, "full", "%s",
		 err == KAKOU_E_FULL ? "too many questions wait for the gate: try again"
				     : "no memory for a question to the gate");
}

void api_hand_through(void *arg, const struct caller_answer *answer)
{
	struct exchange *exchange = api_resume(arg);
	struct session *session = api_session(exchange);

	if (answer->result) {
		api_reply(exchange, 200, json_incref(answer->result));
		return;
	}
	/* The person may have been locked, or the ticket have ended: look. */
	if (session && answer->code == -32000 + KAKOU_E_DENIED &&
	    (exchange->route->sends & SENDS_TICKET))
		api_check_sessions(exchange->api, session->name);
	api_fail_as(exchange, answer);
}

json_t *api_rpc_params(const struct exchange *exchange)
{
	const struct session *session = api_session(exchange);
	json_t *params = json_copy(exchange->params);

	if (!params)
		return NULL;
	if ((exchange->route->sends & SENDS_TICKET) && session)
		(void)json_object_set_new(params, "ticket", json_string(session->ticket));
	if (exchange->route->sends & SENDS_MUST_CHANGE)
		(void)json_object_set_new(params, "must_change", json_true());
	if (exchange->route->sends & SENDS_SCREEN)
		(void)json_object_set_new(params, "screen",
					  json_string(exchange->screen));
	return params;
}

/* ---- the page --------------------------------------------------------------------------------- */

static void send_asset(struct web_request *request, const struct asset *asset)
{
	const char *accepted = web_header(request, "Accept-Encoding");
	const char *known = web_header(request, "If-None-Match");
	bool is_packed = asset->packed && accepted && strstr(accepted, "gzip") &&
			 !strstr(accepted, "gzip;q=0");
	const char *etag = is_packed ? asset->packed_etag : asset->etag;

	web_add_header(request, "ETag", etag);
	web_add_header(request, "Vary", "Accept-Encoding");
	web_add_header(request, "Cache-Control", "no-cache");
	if (known && strstr(known, etag)) {
		web_reply_fixed(request, 304, NULL, "", 0);
		return;
	}
	if (is_packed)
		web_add_header(request, "Content-Encoding", "gzip");
	web_reply_fixed(request, 200, asset->type,
			is_packed ? asset->packed : asset->data,
			is_packed ? asset->packed_len : asset->len);
}

static void serve_asset(struct api *api, struct web_request *request)
{
	static const char NONE[] = "not found\n";
	static const char ONLY_GET[] = "only GET\n";
	const struct asset *asset =
		api->assets ? assets_find(api->assets, web_path(request)) : NULL;

	if (strcmp(web_method(request), "GET") != 0 &&
	    strcmp(web_method(request), "HEAD") != 0) {
		web_add_header(request, "Allow", "GET, HEAD");
		web_reply_fixed(request, 405, "text/plain", ONLY_GET,
				sizeof(ONLY_GET) - 1);
	} else if (!asset) {
		web_reply_fixed(request, 404, "text/plain", NONE, sizeof(NONE) - 1);
	} else {
		send_asset(request, asset);
	}
}

/* ---- who asks ----------------------------------------------------------------------------------- */

struct session *api_session(const struct exchange *exchange)
{
	return exchange->session ? session_by_number(&exchange->api->sessions,
						     exchange->session, clock_mono_ms())
				 : NULL;
}

static bool changes_something(const struct exchange *exchange)
{
	return strcmp(exchange->route->method, "GET") != 0;
}

/* A page of another place can neither read nor repeat what is asked for here. */
static bool is_from_here(const struct web_request *request)
{
	const char *origin = web_header(request, "Origin");
	const char *host = web_header(request, "Host");
	const char *site = web_header(request, "Sec-Fetch-Site");

	if (site && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0)
		return false;
	return !origin ||
	       (host && !strncmp(origin, "https://", 8) && !strcmp(origin + 8, host));
}

static bool check_limit(struct exchange *exchange, struct limit *limit, const char *key)
{
	int64_t wait_ms = limit_take(limit, key, clock_mono_ms());
	char seconds[16];

	if (wait_ms == 0)
		return true;
	(void)snprintf(seconds, sizeof(seconds), "%d", (int)(wait_ms / 1000 + 1));
	web_add_header(exchange->request, "Retry-After", seconds);
	api_fail(exchange, 429, "too_many", "too many requests: wait %s s", seconds);
	return false;
}

bool api_may_try(struct exchange *exchange)
{
	return check_limit(exchange, &exchange->api->logins,
			   web_address(exchange->request));
}

void api_tried_well(struct exchange *exchange)
{
	if (exchange->request)
		limit_give_back(&exchange->api->logins, web_address(exchange->request));
}

/* False: replied. */
static bool check_person(struct exchange *exchange)
{
	struct web_request *request = exchange->request;
	struct session *session;
	char key[16];

	session = session_find(&exchange->api->sessions,
			       web_cookie(request, "__Host-kakou"), clock_mono_ms());
	if (!session) {
		if (check_limit(exchange, &exchange->api->strangers,
				web_address(request)))
			api_fail(exchange, 401, "not_logged_in", "log in first");
		return false;
	}
	exchange->session = session->number;
	(void)snprintf(key, sizeof(key), "%u", session->number);
	if (!check_limit(exchange, &exchange->api->requests, key))
		return false;
	if (changes_something(exchange) &&
	    !session_csrf_is(session, web_header(request, "X-CSRF-Token"))) {
		api_fail(exchange, 403, "csrf",
			 "X-CSRF-Token: expected what the session was told at its login");
		return false;
	}
	if (session->must_change && exchange->route->needs != NEEDS_FRESH) {
		api_fail(exchange, 403, "must_change", "change the password first");
		return false;
	}
	/* A page that only watches does not keep a session alive. */
	if (!web_header(request, "X-Kakou-Background"))
		session_touch(session, clock_mono_ms());
	return true;
}

static bool check_access(struct exchange *exchange)
{
	if (changes_something(exchange) && !is_from_here(exchange->request)) {
		api_fail(exchange, 403, "csrf", "the request comes from another page");
		return false;
	}
	if (exchange->route->needs != NEEDS_NOBODY)
		return check_person(exchange);
	if (exchange->route->run == api_login)
		return api_may_try(exchange);
	return check_limit(exchange, &exchange->api->strangers,
			   web_address(exchange->request));
}

/* ---- requests ------------------------------------------------------------------------------------ */

static void run_route(struct exchange *exchange)
{
	if (!check_access(exchange) || !api_route_take(exchange))
		return;
	if (exchange->route->run)
		exchange->route->run(exchange);
	else
		api_ask(exchange, exchange->route->rpc, api_rpc_params(exchange),
			api_hand_through);
}

static void serve_api(struct api *api, struct web_request *request)
{
	struct exchange *exchange = calloc(1, sizeof(*exchange));
	bool is_known = false;

	if (exchange)
		exchange->params = json_object();
	if (!exchange || !exchange->params) {
		free(exchange);
		web_reply(request, 500, JSON_TYPE, NULL, 0);
		return;
	}
	exchange->api = api;
	exchange->request = request;
	(void)snprintf(exchange->screen, sizeof(exchange->screen), "web %.26s",
		       web_address(request));
	web_keep(request, exchange);
	exchange->route = api_route_find(web_method(request), web_path(request),
					 exchange->params, &is_known);
	if (exchange->route)
		run_route(exchange);
	else if (is_known)
		api_fail(exchange, 405, "method_not_allowed",
			 "another method is expected here");
	else
		api_fail(exchange, 404, "not_found", "no such resource");
}

void api_serve(void *arg, struct web_request *request)
{
	struct api *api = arg;
	const char *path = web_path(request);

	if (!strncmp(path, PREFIX, sizeof(PREFIX) - 1) || !strcmp(path, "/healthz") ||
	    !strcmp(path, "/metrics"))
		serve_api(api, request);
	else
		serve_asset(api, request);
}

void api_forget(void *arg, struct web_request *request)
{
	struct exchange *exchange = web_kept(request);

	(void)arg;
	if (!exchange)
		return;
	exchange->request = NULL;
	if (!exchange->is_waiting)
		release(exchange);
}

/* ---- opening and closing ---------------------------------------------------------------------------- */

static void on_event(void *arg, const json_t *row)
{
	struct api *api = arg;
	const json_t *event = json_object_get(row, "bytes");

	if (!strcmp(json_text_of(event, "kind"), "people_changed"))
		api_check_sessions(
			api, json_text_of(json_object_get(event, "data"), "person"));
}

static void on_news(void *arg)
{
	struct api *api = arg;
	bool is_live = feed_is_live(api->feed);

	if (is_live && !api->was_live)
		api_check_sessions(api, NULL); /* tickets end with kakoud's process */
	api->was_live = is_live;
	api_wake_streams(api);
}

enum kakou_err api_create(struct api **out, struct loop *loop,
			  const struct settings *settings, struct why *why)
{
	struct api *api = calloc(1, sizeof(*api));
	struct search_config search = {
		.loop = loop,
		.directory = settings->state_dir,
		.socket = settings->control_socket,
		.keep_days = settings->keep_days,
		.shift_count = settings->shift_count,
	};
	enum kakou_err err;

	if (!api)
		return why_set(why, KAKOU_E_NOMEM, "no memory for the console");
	memcpy(search.shifts, settings->shifts, sizeof(search.shifts));
	api->loop = loop;
	api->settings = settings;
	api->sessions.idle_ms = settings->idle_ms;
	limit_init(&api->logins, 10, 6000);
	limit_init(&api->strangers, 120, 100);
	limit_init(&api->requests, 200, 25);
	if (caller_create(&api->caller, loop, settings->control_socket, API_LINES) ||
	    feed_create(&api->feed, loop, settings->control_socket, on_news, api) ||
	    loop_timer_create(loop, api_sweep_sessions, api, &api->sweep)) {
		api_quiet(api);
		api_destroy(api);
		return why_set(why, KAKOU_E_NOMEM, "no memory for the console");
	}
	err = search_open(&api->search, &search, why);
	if (err) {
		api_quiet(api);
		api_destroy(api);
		return err;
	}
	feed_listen(api->feed, on_event, api);
	loop_timer_set(api->sweep, clock_mono_ms());
	*out = api;
	return KAKOU_OK;
}

void api_quiet(struct api *api)
{
	caller_destroy(api->caller);
	search_close(api->search);
	api->caller = NULL;
	api->search = NULL;
}

void api_destroy(struct api *api)
{
	if (!api)
		return;
	feed_destroy(api->feed);
	loop_timer_destroy(api->sweep);
	assets_free(api->assets);
	explicit_bzero(&api->sessions, sizeof(api->sessions));
	free(api);
}

void api_set_assets(struct api *api, struct assets *assets)
{
	assets_free(api->assets);
	api->assets = assets;
}

void api_set_web(struct api *api, struct web *web)
{
	api->web = web;
}

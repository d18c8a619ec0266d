/* SPDX-License-Identifier: MIT */
/*
 * API: logging in and out, passwords, the shift, and whether sessions still hold.
 *
 * Layer: firmware. Threads: the loop's.
 */
#include <stdlib.h>
#include <string.h>

#include "firmware/console/api_inside.h"
#include "hal/clock.h"

enum { SWEEP_MS = 5000 };

static const char COOKIE[] = "__Host-kakou";

/* ---- sessions and their cookies ------------------------------------------------------------------ */

static void set_cookie(struct exchange *exchange, const char *key)
{
	char text[160];

	if (!exchange->request)
		return;
	(void)snprintf(text, sizeof(text),
		       "%s=%s; Path=/; Secure; HttpOnly; SameSite=Strict%s", COOKIE, key,
		       key[0] ? "" : "; Max-Age=0");
	web_add_header(exchange->request, "Set-Cookie", text);
	explicit_bzero(text, sizeof(text));
}

static json_t *pack_session(const struct api *api, const struct session *session)
{
	int64_t now_ms = clock_mono_ms();

	return json_pack("{s:s, s:s, s:s, s:b, s:I, s:I}", "name", session->name, "role",
			 session->role, "csrf", session->csrf, "must_change",
			 session->must_change, "idle_ms",
			 (json_int_t)api->sessions.idle_ms, "ends_ms",
			 (json_int_t)(session->ends_ms - now_ms));
}

/* The result of kakoud's login becomes a session; the one before ends. */
static void begin_session(struct exchange *exchange, const json_t *result)
{
	struct api *api = exchange->api;
	struct session *before = api_session(exchange), *session;
	int64_t now_ms = clock_mono_ms();

	if (!exchange->request) { /* nobody gets the cookie */
		api_give_back(api, json_text_of(result, "ticket"));
		api_reply(exchange, 200, NULL);
		return;
	}
	if (before)
		session_end(before);
	if (session_make(&api->sessions, json_text_of(result, "ticket"),
			 json_text_of(result, "name"), json_text_of(result, "role"),
			 now_ms, now_ms + json_number_of(result, "ends_ms"), &session)) {
		api_fail(exchange, 500, "failed", "no session can be made");
		return;
	}
	session->must_change = json_is_true(json_object_get(result, "must_change"));
	set_cookie(exchange, session->key);
	api_reply(exchange, 200, pack_session(api, session));
}

/* ---- logging in -------------------------------------------------------------------------------------- */

static void on_login(void *arg, const struct caller_answer *answer)
{
	struct exchange *exchange = api_resume(arg);

	if (answer->result) {
		/* Only who guesses uses turns up, not everybody behind one address. */
		api_tried_well(exchange);
		begin_session(exchange, answer->result);
	} else if (answer->code == -32000 + KAKOU_E_REFUSED)
		api_fail(exchange, 401, "login_refused", "%s", answer->message);
	else
		api_fail_as(exchange, answer);
}

void api_login(struct exchange *exchange)
{
	struct session *before =
		session_find(&exchange->api->sessions,
			     web_cookie(exchange->request, COOKIE), clock_mono_ms());

	if (before)
		exchange->session = before->number; /* ends when the new one begins */
	api_ask(exchange, "login", api_rpc_params(exchange), on_login);
}

void api_show_session(struct exchange *exchange)
{
	api_reply(exchange, 200, pack_session(exchange->api, api_session(exchange)));
}

void api_logout(struct exchange *exchange)
{
	struct session *session = api_session(exchange);

	api_give_back(exchange->api, session->ticket);
	session_end(session);
	set_cookie(exchange, "");
	api_reply(exchange, 200, json_pack("{s:b}", "ended", 1));
	api_wake_streams(exchange->api);
}

/* ---- one's own password -------------------------------------------------------------------------------- */

static void on_password(void *arg, const struct caller_answer *answer)
{
	struct exchange *exchange = api_resume(arg);

	if (answer->result)
		begin_session(exchange, answer->result);
	else if (answer->code == -32000 + KAKOU_E_REFUSED)
		api_fail(exchange, 401, "login_refused", "%s", answer->message);
	else
		api_fail_as(exchange, answer);
}

void api_password(struct exchange *exchange)
{
	api_ask(exchange, "password", api_rpc_params(exchange), on_password);
}

/* ---- the shift ---------------------------------------------------------------------------------------------- */

static void on_handover(void *arg, const struct caller_answer *answer)
{
	struct exchange *exchange = api_resume(arg);
	struct api *api = exchange->api;
	struct session *before = api_session(exchange), *session;
	int64_t now_ms = clock_mono_ms();

	if (!answer->result) {
		api_give_back(api, exchange->kept);
		api_fail_as(exchange, answer);
		return;
	}
	if (before)
		session_end(before);
	if (!exchange->request ||
	    session_make(
		    &api->sessions, exchange->kept, json_text_of(answer->result, "to"),
		    json_text_of(exchange->params, "role"), now_ms,
		    now_ms + json_number_of(exchange->params, "ends_ms"), &session)) {
		api_give_back(api, exchange->kept);
		api_reply(exchange, 200, json_incref(answer->result));
		return;
	}
	set_cookie(exchange, session->key);
	api_reply(exchange, 200,
		  json_pack("{s:O, s:o}", "handover", answer->result, "session",
			    pack_session(api, session)));
}

/* Who takes over has logged in: now the two are known. */
static void on_incoming(void *arg, const struct caller_answer *answer)
{
	struct exchange *exchange = api_resume(arg);
	struct session *session = api_session(exchange);
	const char *ticket = json_text_of(answer->result, "ticket");

	if (!answer->result && answer->code == -32000 + KAKOU_E_REFUSED) {
		api_fail(exchange, 401, "login_refused", "%s", answer->message);
		return;
	}
	if (!answer->result) {
		api_fail_as(exchange, answer);
		return;
	}
	api_tried_well(exchange);
	exchange->kept = strdup(ticket);
	if (!session || !exchange->kept) {
		api_give_back(exchange->api, ticket);
		api_fail(exchange, 401, "not_logged_in", "the session has ended");
		return;
	}
	(void)json_object_set(exchange->params, "role",
			      json_object_get(answer->result, "role"));
	(void)json_object_set(exchange->params, "ends_ms",
			      json_object_get(answer->result, "ends_ms"));
	api_ask(exchange, "handover",
		json_pack("{s:s, s:s, s:O, s:s}", "ticket", session->ticket, "incoming",
			  exchange->kept, "reason",
			  json_object_get(exchange->params, "reason"), "screen",
			  exchange->screen),
		on_handover);
}

void api_handover(struct exchange *exchange)
{
	if (!api_may_try(exchange))
		return;
	api_ask(exchange, "login",
		json_pack("{s:O, s:O, s:s}", "name",
			  json_object_get(exchange->params, "name"), "password",
			  json_object_get(exchange->params, "password"), "screen",
			  exchange->screen),
		on_incoming);
}

/* ---- whether sessions still hold -------------------------------------------------------------------------- */

struct check {
	struct api *api;
	uint32_t session;
};

static void on_whoami(void *arg, const struct caller_answer *answer)
{
	struct check *check = arg;
	struct session *session =
		session_by_number(&check->api->sessions, check->session, clock_mono_ms());

	if (session && !answer->result && answer->code == -32000 + KAKOU_E_DENIED) {
		session_end(session);
		api_wake_streams(check->api);
	}
	free(check);
}

static void check_session(struct api *api, struct session *session)
{
	struct check *check = malloc(sizeof(*check));

	session->checked_ms = clock_mono_ms();
	if (!check)
		return; /* at the next sweep but a few */
	check->api = api;
	check->session = session->number;
	if (caller_ask(api->caller, "whoami",
		       json_pack("{s:s}", "ticket", session->ticket), on_whoami, check)) {
		session->checked_ms = 0;
		free(check);
	}
}

void api_check_sessions(struct api *api, const char *name)
{
	for (size_t i = 0; i < SESSIONS_MAX; i++) {
		struct session *session = &api->sessions.session[i];

		if (session->number && (!name || !strcmp(session->name, name)))
			check_session(api, session);
	}
}

/* Sessions that ended by rest give their ticket back; the others are looked at now and then. */
void api_sweep_sessions(void *arg)
{
	struct api *api = arg;
	int64_t now_ms = clock_mono_ms();

	for (size_t i = 0; i < SESSIONS_MAX; i++) {
		struct session *session = &api->sessions.session[i];

		if (session->number == 0)
			continue;
		if (session_is_over(&api->sessions, session, now_ms)) {
			api_give_back(api, session->ticket);
			session_end(session);
		} else if (now_ms - session->checked_ms >= SESSION_CHECK_MS) {
			check_session(api, session);
		}
	}
	loop_timer_set(api->sweep, now_ms + SWEEP_MS);
}

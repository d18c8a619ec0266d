/* SPDX-License-Identifier: MIT */
/*
 * What the files of the API share.
 *
 * Layer: firmware, inside console.
 */
#ifndef KAKOU_FIRMWARE_CONSOLE_API_INSIDE_H
#define KAKOU_FIRMWARE_CONSOLE_API_INSIDE_H

#include "firmware/console/api.h"
#include "firmware/console/caller.h"
#include "firmware/console/feed.h"
#include "firmware/console/limit.h"
#include "firmware/console/search.h"
#include "firmware/console/session.h"

enum {
	API_LINES = 4, /* connections to kakoud for people's questions */
	API_STREAMS_MAX = 128,
	API_STREAMS_EACH = 8, /* of a session */
	API_ROUTE_PARAMS_MAX = 16,
	API_PATH_PARTS_MAX = 8,
};

enum route_type { ROUTE_TEXT, ROUTE_NUMBER, ROUTE_FLAG, ROUTE_OBJECT };
enum route_place { IN_PATH, IN_QUERY, IN_BODY };

struct route_param {
	const char *name;
	enum route_type type;
	enum route_place place;
	bool is_required;
};

enum route_needs {
	NEEDS_NOBODY, /* no session */
	NEEDS_PERSON, /* a session, and of what changes something its second name too */
	NEEDS_FRESH,  /* the same; allowed before the first password is changed */
};

enum {
	SENDS_TICKET = 1,
	SENDS_SCREEN = 2,
	SENDS_MUST_CHANGE = 4, /* the password is the person's to replace */
};

struct exchange;

struct route {
	const char *method, *path; /* "/api/v1/lanes/{lane}" */
	enum route_needs needs;
	int sends;       /* to kakoud, besides the parameters */
	const char *rpc; /* kakoud's method that answers, or NULL with `run` */
	void (*run)(struct exchange *exchange);
	struct route_param params[API_ROUTE_PARAMS_MAX];
};

/* One request under way. */
struct exchange {
	struct api *api;
	struct web_request *request; /* NULL: its client has gone */
	const struct route *route;
	uint32_t session; /* its number; 0 = none */
	json_t *params;
	bool is_waiting; /* for kakoud */
	char *kept;      /* a ticket between two questions; wiped */
	char *text;      /* a picture or an export, as much of it as has come */
	size_t text_len;
	char screen[SESSION_SCREEN_MAX + 1];
};

struct stream;

struct api {
	struct loop *loop;
	const struct settings *settings;
	struct web *web;
	struct assets *assets;
	struct caller *caller;
	struct feed *feed;
	struct search *search;
	struct sessions sessions;
	struct limit logins, strangers, requests;
	struct loop_timer *sweep;
	struct stream *streams;
	unsigned stream_count;
	bool was_live;
};

/* ---- api.c ---------------------------------------------------------------------------------- */

/** The session of the exchange; NULL when it has ended meanwhile. */
struct session *api_session(const struct exchange *exchange);

/** Replies; an exchange whose client has gone is released instead. Takes `value` over. */
void api_reply(struct exchange *exchange, unsigned status, json_t *value);
/** The same with a text from malloc, which is taken over; NULL = no memory for it. */
void api_reply_text(struct exchange *exchange, unsigned status, const char *type,
		    char *text, size_t len);
KAKOU_PRINTF(4, 5)
void api_fail(struct exchange *exchange, unsigned status, const char *code,
	      const char *format, ...);
/** The error of kakoud as one of HTTP. */
void api_fail_as(struct exchange *exchange, const struct caller_answer *answer);

/** Asks kakoud; `then` gets the exchange, whose client may have gone. Takes `params` over. */
void api_ask(struct exchange *exchange, const char *method, json_t *params,
	     caller_then *then);

/** A password is going to be tried. False: replied, too many were wrong. */
bool api_may_try(struct exchange *exchange);
/** It was right. */
void api_tried_well(struct exchange *exchange);

/** First in every `then`. */
struct exchange *api_resume(void *arg);

/** The parameters with ticket and screen, as the route wants. */
json_t *api_rpc_params(const struct exchange *exchange);

/* ---- api_routes.c --------------------------------------------------------------------------- */

extern const struct route api_routes[];
extern const size_t api_route_count;

/** Finds the route and its parameters in the path. NULL: none; `is_known` when another method
 *  would be served. `path_values` are in the order of the path, in `scratch`. */
const struct route *api_route_find(const char *method, const char *path, json_t *params,
				   bool *is_known);

/** Add what the request gives to the parameters; pure. False: it is not what the route wants, and
 *  `why` says what was expected. */
bool api_route_take_query(const struct route *route, const char *name, const char *text,
			  json_t *params, struct why *why);
bool api_route_take_body(const struct route *route, const char *text, size_t len,
			 json_t *params, struct why *why);
bool api_route_has_all(const struct route *route, const json_t *params, struct why *why);

/** Checks query and body against the route and adds them to the parameters. False: replied. */
bool api_route_take(struct exchange *exchange);

/* ---- api_people.c --------------------------------------------------------------------------- */

void api_login(struct exchange *exchange);
void api_logout(struct exchange *exchange);
void api_show_session(struct exchange *exchange);
void api_password(struct exchange *exchange);
void api_handover(struct exchange *exchange);

/** Asks kakoud whether the tickets still hold: of this person, or of everybody (NULL). */
void api_check_sessions(struct api *api, const char *name);
void api_sweep_sessions(void *arg);

/* ---- api_act.c ------------------------------------------------------------------------------- */

void api_act(struct exchange *exchange);

/** A ticket that nobody uses any more. */
void api_give_back(struct api *api, const char *ticket);

/** kakoud's answer as it is. */
void api_hand_through(void *arg, const struct caller_answer *answer);

/* ---- api_search.c ---------------------------------------------------------------------------- */

void api_history(struct exchange *exchange);
void api_history_csv(struct exchange *exchange);
void api_statistics(struct exchange *exchange);
void api_tally(struct exchange *exchange);
void api_past_alarms(struct exchange *exchange);
void api_baseline(struct exchange *exchange);
void api_keep_baseline(struct exchange *exchange);

/* ---- api_picture.c --------------------------------------------------------------------------- */

void api_picture(struct exchange *exchange);

/* ---- api_export.c ---------------------------------------------------------------------------- */

void api_export(struct exchange *exchange);

/* ---- api_metrics.c --------------------------------------------------------------------------- */

void api_health(struct exchange *exchange);
void api_metrics(struct exchange *exchange);

/* ---- api_stream.c ---------------------------------------------------------------------------- */

void api_stream(struct exchange *exchange);
void api_show_state(struct exchange *exchange);
void api_wake_streams(void *arg);

#endif

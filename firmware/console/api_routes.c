/* SPDX-License-Identifier: MIT */
/*
 * API: the table of routes, and the check of what a request gives against it.
 *
 * Layer: firmware. Constant data; pure but for the reply to what is wrong.
 */
#include <stdlib.h>
#include <string.h>

#include "firmware/console/api_inside.h"
#include "hal/text.h"

/* clang-format off */
#define PATH_TEXT(name)   { name, ROUTE_TEXT, IN_PATH, true }
#define PATH_NUMBER(name) { name, ROUTE_NUMBER, IN_PATH, true }
#define ASK_TEXT(name)    { name, ROUTE_TEXT, IN_QUERY, false }
#define ASK_NUMBER(name)  { name, ROUTE_NUMBER, IN_QUERY, false }
#define MUST_ASK(name)    { name, ROUTE_NUMBER, IN_QUERY, true }
#define ASK_FLAG(name)    { name, ROUTE_FLAG, IN_QUERY, false }
#define TEXT(name)        { name, ROUTE_TEXT, IN_BODY, true }
#define MAY_TEXT(name)    { name, ROUTE_TEXT, IN_BODY, false }
#define NUMBER(name)      { name, ROUTE_NUMBER, IN_BODY, true }
#define MAY_NUMBER(name)  { name, ROUTE_NUMBER, IN_BODY, false }
#define OBJECT(name)      { name, ROUTE_OBJECT, IN_BODY, true }
#define MAY_OBJECT(name)  { name, ROUTE_OBJECT, IN_BODY, false }

/* What is known of a passage, to find it by. */
#define HISTORY \
	ASK_TEXT("plate"), ASK_TEXT("box"), ASK_TEXT("order"), ASK_TEXT("seal"), \
	ASK_TEXT("card"), ASK_TEXT("tag"), ASK_TEXT("officer"), ASK_TEXT("verdict"), \
	ASK_TEXT("lane"), ASK_TEXT("outcome"), ASK_TEXT("reason"), ASK_NUMBER("from"), \
	ASK_NUMBER("until")
#define SHOW(path, rpc, ...) \
	{ "GET", "/api/v1/" path, NEEDS_PERSON, 0, rpc, NULL, { __VA_ARGS__ } }
#define ACT(path, rpc, ...) \
	{ "POST", "/api/v1/" path, NEEDS_PERSON, SENDS_TICKET | SENDS_SCREEN, rpc, NULL, \
	  { __VA_ARGS__ } }
#define BRING(path, rpc, ...) \
	{ "POST", "/api/v1/" path, NEEDS_PERSON, SENDS_TICKET, rpc, NULL, { __VA_ARGS__ } }
#define GIVE(path, rpc, ...) \
	{ "POST", "/api/v1/" path, NEEDS_PERSON, \
	  SENDS_TICKET | SENDS_SCREEN | SENDS_MUST_CHANGE, rpc, NULL, { __VA_ARGS__ } }

const struct route api_routes[] = {
	{ "POST", "/api/v1/login", NEEDS_NOBODY, SENDS_SCREEN, NULL, api_login,
	  { TEXT("name"), TEXT("password") } },
	{ "GET", "/api/v1/session", NEEDS_FRESH, 0, NULL, api_show_session, { { 0 } } },
	{ "POST", "/api/v1/logout", NEEDS_FRESH, SENDS_TICKET, NULL, api_logout, { { 0 } } },
	{ "POST", "/api/v1/password", NEEDS_FRESH, SENDS_TICKET | SENDS_SCREEN, NULL,
	  api_password, { TEXT("password"), TEXT("fresh") } },
	{ "POST", "/api/v1/handover", NEEDS_PERSON, SENDS_TICKET | SENDS_SCREEN, NULL,
	  api_handover, { TEXT("name"), TEXT("password"), TEXT("reason") } },

	{ "GET", "/api/v1/stream", NEEDS_PERSON, 0, NULL, api_stream,
	  { ASK_NUMBER("after") } },
	{ "GET", "/api/v1/state", NEEDS_PERSON, 0, NULL, api_show_state, { { 0 } } },
	SHOW("status", "status", { 0 }),
	SHOW("lanes", "lanes", { 0 }),
	SHOW("lanes/{lane}", "lane", PATH_TEXT("lane")),
	SHOW("lanes/{lane}/lines", "lines", PATH_TEXT("lane")),
	{ "POST", "/api/v1/lanes/{lane}/acts", NEEDS_PERSON, SENDS_TICKET | SENDS_SCREEN,
	  NULL, api_act,
	  { PATH_TEXT("lane"), TEXT("act"), TEXT("reason"), MAY_NUMBER("passage"),
	    MAY_TEXT("subject"), MAY_TEXT("value"), MAY_OBJECT("second") } },
	SHOW("devices", "devices", { 0 }),
	SHOW("buses", "buses", { 0 }),
	SHOW("link", "link", { 0 }),

	SHOW("events", "events.read", ASK_NUMBER("after"), ASK_NUMBER("before"),
	     ASK_NUMBER("limit"), ASK_FLAG("newest_first"), ASK_NUMBER("passage"),
	     ASK_TEXT("kind"), ASK_TEXT("lane")),
	{ "GET", "/api/v1/events.jsonl", NEEDS_PERSON, 0, NULL, api_export,
	  { MUST_ASK("first"), ASK_NUMBER("last") } },
	SHOW("events/{seq}/proof", "log.prove", PATH_NUMBER("seq")),
	{ "GET", "/api/v1/history", NEEDS_PERSON, 0, NULL, api_history,
	  { HISTORY, ASK_NUMBER("before"), ASK_NUMBER("limit") } },
	{ "GET", "/api/v1/history.csv", NEEDS_PERSON, 0, NULL, api_history_csv, { HISTORY } },
	{ "GET", "/api/v1/statistics", NEEDS_PERSON, 0, NULL, api_statistics,
	  { MUST_ASK("from"), MUST_ASK("until"), ASK_TEXT("by"), ASK_TEXT("lane") } },
	{ "GET", "/api/v1/tally", NEEDS_PERSON, 0, NULL, api_tally,
	  { ASK_TEXT("from"), ASK_TEXT("to"), ASK_TEXT("by"), ASK_TEXT("lane") } },
	{ "GET", "/api/v1/baseline", NEEDS_PERSON, 0, NULL, api_baseline, { { 0 } } },
	{ "POST", "/api/v1/baseline", NEEDS_PERSON, 0, NULL, api_keep_baseline,
	  { TEXT("name"), NUMBER("from"), NUMBER("until") } },
	{ "GET", "/api/v1/alarms", NEEDS_PERSON, 0, NULL, api_past_alarms,
	  { ASK_TEXT("lane"), ASK_TEXT("code"), ASK_FLAG("open"), ASK_NUMBER("from"),
	    ASK_NUMBER("until"), ASK_NUMBER("before"), ASK_NUMBER("limit") } },
	{ "GET", "/api/v1/pictures/{sha256}", NEEDS_PERSON, 0, NULL, api_picture,
	  { PATH_TEXT("sha256") } },
	SHOW("passages", "passages", ASK_NUMBER("after"), ASK_NUMBER("limit"),
	     ASK_TEXT("lane"), ASK_FLAG("newest_first")),
	SHOW("passages/{passage}", "passage", PATH_NUMBER("passage")),
	SHOW("checkpoint", "log.checkpoint", { 0 }),

	SHOW("orders", "orders.list", ASK_TEXT("plate"), ASK_NUMBER("type"),
	     ASK_NUMBER("state"), ASK_TEXT("direction"), ASK_FLAG("in_use"),
	     ASK_TEXT("find"), ASK_TEXT("after"), ASK_NUMBER("limit")),
	SHOW("orders/{key}", "orders.show", PATH_TEXT("key")),
	ACT("orders", "orders.push", OBJECT("item"), TEXT("reason")),
	ACT("orders/{key}/changes", "orders.change", PATH_TEXT("key"), TEXT("change"),
	    TEXT("reason")),
	SHOW("vehicles", "vehicles.list", ASK_TEXT("plate"), ASK_TEXT("find"),
	     ASK_TEXT("after"), ASK_NUMBER("limit")),
	SHOW("vehicles/{key}", "vehicles.show", PATH_TEXT("key")),
	ACT("vehicles", "vehicles.push", OBJECT("item"), TEXT("reason")),
	ACT("vehicles/{key}/changes", "vehicles.change", PATH_TEXT("key"), TEXT("change"),
	    TEXT("reason")),
	BRING("imports", "import.begin", TEXT("what"), TEXT("file")),
	BRING("imports/{import}/lines", "import.lines", PATH_NUMBER("import"),
	      NUMBER("first"), TEXT("lines")),
	ACT("imports/{import}/commit", "import.commit", PATH_NUMBER("import"),
	    TEXT("reason")),
	BRING("imports/{import}/drop", "import.drop", PATH_NUMBER("import")),
	SHOW("tares", "tares.list", ASK_TEXT("plate"), ASK_NUMBER("limit")),
	SHOW("offline", "offline.list", ASK_FLAG("open"), ASK_NUMBER("before"),
	     ASK_NUMBER("limit")),
	ACT("offline/{passage}/settlement", "offline.settle", PATH_NUMBER("passage"),
	    TEXT("outcome"), TEXT("reason")),

	{ "GET", "/healthz", NEEDS_NOBODY, 0, NULL, api_health, { { 0 } } },
	{ "GET", "/metrics", NEEDS_NOBODY, 0, NULL, api_metrics, { { 0 } } },

	SHOW("people", "people", { 0 }),
	GIVE("people", "people.add", TEXT("name"), TEXT("role"), TEXT("password")),
	GIVE("people/{name}/password", "people.password", PATH_TEXT("name"),
	     TEXT("password")),
	ACT("people/{name}/role", "people.role", PATH_TEXT("name"), TEXT("role")),
	ACT("people/{name}/lock", "people.lock", PATH_TEXT("name")),
	ACT("people/{name}/unlock", "people.unlock", PATH_TEXT("name")),
	ACT("people/{name}/remove", "people.remove", PATH_TEXT("name")),
};
/* clang-format on */

const size_t api_route_count = sizeof(api_routes) / sizeof(api_routes[0]);

/* ---- values ------------------------------------------------------------------------------------ */

static const struct route_param *find_param(const struct route *route, const char *name,
					    size_t len, enum route_place place)
{
	for (size_t i = 0; i < API_ROUTE_PARAMS_MAX && route->params[i].name; i++) {
		const struct route_param *param = &route->params[i];

		if (param->place == place && strlen(param->name) == len &&
		    !memcmp(param->name, name, len))
			return param;
	}
	return NULL;
}

/* NULL: the text is no such value. */
static json_t *read_value(enum route_type type, const char *text)
{
	int64_t number;

	switch (type) {
	case ROUTE_NUMBER:
		return text_parse_integer(text, 0, INT64_MAX, &number)
			       ? NULL
			       : json_integer((json_int_t)number);
	case ROUTE_FLAG:
		if (!strcmp(text, "true") || !strcmp(text, "1"))
			return json_true();
		return !strcmp(text, "false") || !strcmp(text, "0") ? json_false() : NULL;
	case ROUTE_TEXT: return json_string(text);
	case ROUTE_OBJECT: break;
	}
	return NULL;
}

/* ---- the path ------------------------------------------------------------------------------------ */

/* Takes what stands between two slashes in the place of "{name}". */
static bool take_part(const struct route *route, const char *name, size_t name_len,
		      const char *at, size_t len, json_t *params)
{
	const struct route_param *param = find_param(route, name, name_len, IN_PATH);
	char text[256];
	json_t *value;

	if (!param || len == 0 || len >= sizeof(text))
		return false;
	memcpy(text, at, len);
	text[len] = '\0';
	value = read_value(param->type, text);
	return value && !json_object_set_new(params, param->name, value);
}

static bool matches(const struct route *route, const char *path, json_t *params)
{
	const char *pattern = route->path;

	while (*pattern && *path) {
		if (*pattern == '{') {
			size_t name_len = strcspn(pattern + 1, "}");
			size_t len = strcspn(path, "/");

			if (!take_part(route, pattern + 1, name_len, path, len, params))
				return false;
			pattern += name_len + 2;
			path += len;
		} else if (*pattern++ != *path++) {
			return false;
		}
	}
	return !*pattern && !*path;
}

const struct route *api_route_find(const char *method, const char *path, json_t *params,
				   bool *is_known)
{
	for (size_t i = 0; i < api_route_count; i++) {
		(void)json_object_clear(params);
		if (!matches(&api_routes[i], path, params))
			continue;
		if (!strcmp(api_routes[i].method, method))
			return &api_routes[i];
		*is_known = true;
	}
	return NULL;
}

/* ---- query and body ------------------------------------------------------------------------------- */

static const char *type_word(enum route_type type)
{
	static const char *const words[] = {"a text", "a whole number from 0 up",
					    "true or false", "an object"};

	return words[type];
}

bool api_route_take_query(const struct route *route, const char *name, const char *text,
			  json_t *params, struct why *why)
{
	const struct route_param *param = find_param(route, name, strlen(name), IN_QUERY);
	json_t *value = param ? read_value(param->type, text ? text : "") : NULL;

	if (value && !json_object_get(params, name))
		return !json_object_set_new(params, name, value);
	if (!param)
		(void)why_set(why, KAKOU_E_INVALID,
			      "%.40s: is not asked for here, expected other parameters",
			      name);
	else if (value)
		(void)why_set(why, KAKOU_E_INVALID, "%s: is given twice", name);
	else
		(void)why_set(why, KAKOU_E_INVALID, "%s: got \"%.60s\", expected %s",
			      name, text ? text : "", type_word(param->type));
	json_decref(value);
	return false;
}

static bool is_of_type(const json_t *value, enum route_type type)
{
	switch (type) {
	case ROUTE_TEXT: return json_is_string(value);
	case ROUTE_NUMBER:
		return json_is_integer(value) && json_integer_value(value) >= 0;
	case ROUTE_FLAG: return json_is_boolean(value);
	case ROUTE_OBJECT: return json_is_object(value);
	}
	return false;
}

/* Values are not repeated: one may be a password. */
static bool take_members(const struct route *route, json_t *body, json_t *params,
			 struct why *why)
{
	const char *name;
	json_t *value;

	json_object_foreach(body, name, value)
	{
		const struct route_param *param =
			find_param(route, name, strlen(name), IN_BODY);

		if (!param || !is_of_type(value, param->type)) {
			(void)why_set(why, KAKOU_E_INVALID, "%.40s: %s%s", name,
				      param ? "expected " : "is not asked for here",
				      param ? type_word(param->type) : "");
			return false;
		}
		(void)json_object_set(params, name, value);
	}
	return true;
}

bool api_route_take_body(const struct route *route, const char *text, size_t len,
			 json_t *params, struct why *why)
{
	json_t *body = len > 0 ? json_read_object(text, len) : json_object();
	bool is_taken;

	if (!body) {
		(void)why_set(why, KAKOU_E_INVALID, "the body: expected a JSON object");
		return false;
	}
	is_taken = take_members(route, body, params, why);
	json_decref(body);
	return is_taken;
}

bool api_route_has_all(const struct route *route, const json_t *params, struct why *why)
{
	for (size_t i = 0; i < API_ROUTE_PARAMS_MAX && route->params[i].name; i++) {
		if (!route->params[i].is_required ||
		    json_object_get(params, route->params[i].name))
			continue;
		(void)why_set(why, KAKOU_E_INVALID, "%s: is missing, expected %s",
			      route->params[i].name, type_word(route->params[i].type));
		return false;
	}
	return true;
}

/* ---- of a request --------------------------------------------------------------------------------- */

struct taking {
	struct exchange *exchange;
	struct why why;
	bool has_failed;
};

static bool take_query(void *arg, const char *name, const char *text)
{
	struct taking *taking = arg;

	taking->has_failed =
		!api_route_take_query(taking->exchange->route, name, text,
				      taking->exchange->params, &taking->why);
	return !taking->has_failed;
}

static bool is_json(const struct web_request *request)
{
	static const char wanted[] = "application/json";
	const char *type = web_header(request, "Content-Type");

	return type && !strncmp(type, wanted, sizeof(wanted) - 1) &&
	       (type[sizeof(wanted) - 1] == '\0' || type[sizeof(wanted) - 1] == ';');
}

bool api_route_take(struct exchange *exchange)
{
	const struct route *route = exchange->route;
	struct taking taking = {.exchange = exchange};
	bool has_body = strcmp(route->method, "GET") != 0;
	size_t len;
	const char *text = web_body(exchange->request, &len);

	if (has_body && !is_json(exchange->request)) {
		api_fail(exchange, 415, "wrong_type",
			 "Content-Type: expected application/json");
		return false;
	}
	web_each_query(exchange->request, take_query, &taking);
	if (!taking.has_failed &&
	    (!has_body ||
	     api_route_take_body(route, text, len, exchange->params, &taking.why)) &&
	    api_route_has_all(route, exchange->params, &taking.why))
		return true;
	api_fail(exchange, 400, "bad_request", "%s", taking.why.text);
	return false;
}

/* ---- the table, printed ------------------------------------------------------------------------------ */

static json_t *pack_params(const struct route *route)
{
	static const char *const types[] = {"string", "integer", "boolean", "object"};
	static const char *const places[] = {"path", "query", "body"};
	json_t *params = json_array();

	for (size_t i = 0; i < API_ROUTE_PARAMS_MAX && route->params[i].name; i++)
		(void)json_array_append_new(
			params,
			json_pack("{s:s, s:s, s:s, s:b}", "name", route->params[i].name,
				  "type", types[route->params[i].type], "in",
				  places[route->params[i].place], "required",
				  route->params[i].is_required));
	return params;
}

void api_print_routes(FILE *to)
{
	json_t *routes = json_array();

	for (size_t i = 0; i < api_route_count; i++)
		(void)json_array_append_new(
			routes,
			json_pack("{s:s, s:s, s:b, s:o}", "method", api_routes[i].method,
				  "path", api_routes[i].path, "needs_session",
				  api_routes[i].needs != NEEDS_NOBODY, "params",
				  pack_params(&api_routes[i])));
	(void)json_dumpf(routes, to, JSON_INDENT(1));
	fputc('\n', to);
	json_decref(routes);
}

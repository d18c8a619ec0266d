/* SPDX-License-Identifier: MIT */
/*
 * Requests: from a line to a method whose parameters are checked, or to an error that quotes
 * what came and says what was expected.
 *
 * Layer: firmware. Threads: the control-socket thread's.
 */
#include "firmware/rpc/rpc_internal.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/update/note.h"
#include "hal/text.h"

enum { QUOTE_MAX = 60, WORDS_BYTES = 760, EXPECTED_BYTES = WORDS_BYTES + 16 };

/* A value as JSON, cut to what an error can carry. */
static const char *quote(const json_t *value, char to[QUOTE_MAX + 4])
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

	if (!text_copy(to, QUOTE_MAX + 1, text ? text : "?"))
		memcpy(to + strlen(to), "...", sizeof("..."));
	free(text);
	return to;
}

/* ---- parameters ------------------------------------------------------------------------ */

static int find_word(const char *(*name_of)(int), int count, const char *word)
{
	for (int i = 0; i < count; i++) {
		if (name_of(i) && !strcmp(name_of(i), word))
			return i;
	}
	return -1;
}

static const char *kind_word(int kind)
{
	return event_kind_name(kind);
}

static const char *act_word(int verb)
{
	return act_verb_name(verb);
}

static const char *role_word(int i)
{
	return role_name((enum role)(ROLE_VIEWER + i));
}

int rpc_param_lane(const struct rpc *rpc, const json_t *params)
{
	const char *name = json_string_value(json_object_get(params, "lane"));
	const struct site *site = rpc->config.site;

	for (size_t i = 0; name && i < site->lane_count; i++) {
		if (!strcmp(site->lanes[i].name, name))
			return (int)i;
	}
	return -1;
}

int rpc_param_kind(const json_t *params)
{
	const char *word = json_string_value(json_object_get(params, "kind"));

	return word ? find_word(kind_word, EVENT_KIND_COUNT, word) : -1;
}

int rpc_param_act(const json_t *params)
{
	const char *word = json_string_value(json_object_get(params, "act"));

	return word ? find_word(act_word, ACT_VERBS, word) : -1;
}

int rpc_param_port(const struct rpc *rpc, const json_t *params)
{
	const char *name = json_string_value(json_object_get(params, "port"));
	const struct site *site = rpc->config.site;

	for (size_t i = 0; name && i < site->port_count; i++) {
		if (!strcmp(site->ports[i].name, name))
			return (int)i;
	}
	return -1;
}

int rpc_param_area(const json_t *params)
{
	const char *word = json_string_value(json_object_get(params, "area"));
	enum modbus_area area;

	return word && map_area_from_name(word, &area) ? (int)area : -1;
}

static const char *evidence_word(int kind)
{
	return evidence_kind_name((enum evidence_kind)kind);
}

int rpc_param_evidence(const json_t *params)
{
	const char *word = json_string_value(json_object_get(params, "subject"));

	return word ? find_word(evidence_word, EVIDENCE_KINDS, word) : -1;
}

enum role rpc_param_role(const json_t *params)
{
	const char *word = json_string_value(json_object_get(params, "role"));

	return word ? role_find(word) : ROLE_NONE;
}

int64_t rpc_param_integer(const json_t *params, const char *name, int64_t fallback)
{
	const json_t *value = json_object_get(params, name);

	return value ? json_integer_value(value) : fallback;
}

bool rpc_param_flag(const json_t *params, const char *name)
{
	return json_is_true(json_object_get(params, name));
}

const char *rpc_param_text(const json_t *params, const char *name)
{
	return json_string_value(json_object_get(params, name));
}

static bool is_text_between(const json_t *value, int64_t min, int64_t max)
{
	const char *text = json_string_value(value);
	bool is_blank = true;

	if (!text || (int64_t)strlen(text) < min || (int64_t)strlen(text) > max)
		return false;
	for (const char *c = text; *c; c++) {
		if ((unsigned char)*c < 0x20 || *c == 0x7F)
			return false;
		is_blank = is_blank && *c == ' ';
	}
	return !is_blank;
}

/* Lines may have what JSON may have; what they say is the registry's to check. */
static bool are_lines(const json_t *value, int64_t max)
{
	const char *text = json_string_value(value);

	return text && text[0] && (int64_t)strlen(text) <= max &&
	       strlen(text) == json_string_length(value);
}

static const char *import_word(int i)
{
	return i == 0 ? "orders" : "vehicles";
}

static const char *direction_word(int i)
{
	return i == 0 ? "I" : "E";
}

static const char *outcome_word(int i)
{
	return i == 0 ? "agreed" : "disputed";
}

static bool is_update_note(const json_t *value)
{
	const char *text = json_string_value(value);

	return text && find_word(update_note_word, UPDATE_NOTES, text) >= 0;
}

static bool is_one_of(const json_t *value, const char *(*word_of)(int))
{
	const char *text = json_string_value(value);

	return text && find_word(word_of, 2, text) >= 0;
}

static bool is_integer_between(const json_t *value, int64_t min, int64_t max)
{
	return json_is_integer(value) && json_integer_value(value) >= min &&
	       json_integer_value(value) <= max;
}

static bool is_allowed(const struct rpc *rpc, const json_t *params,
		       const struct rpc_param *param)
{
	const json_t *value = json_object_get(params, param->name);

	switch (param->type) {
	case PARAM_INTEGER: return is_integer_between(value, param->min, param->max);
	case PARAM_TEXT:
	case PARAM_SECRET: return is_text_between(value, param->min, param->max);
	case PARAM_FLAG: return json_is_boolean(value);
	case PARAM_LANE: return rpc_param_lane(rpc, params) >= 0;
	case PARAM_KIND: return rpc_param_kind(params) >= 0;
	case PARAM_ACT: return rpc_param_act(params) >= 0;
	case PARAM_PORT: return rpc_param_port(rpc, params) >= 0;
	case PARAM_AREA: return rpc_param_area(params) >= 0;
	case PARAM_ROLE: return rpc_param_role(params) != ROLE_NONE;
	case PARAM_DIRECTION: return is_one_of(value, direction_word);
	case PARAM_IMPORT: return is_one_of(value, import_word);
	case PARAM_OUTCOME: return is_one_of(value, outcome_word);
	case PARAM_UPDATE: return is_update_note(value);
	case PARAM_OBJECT: return json_is_object(value);
	case PARAM_LINES: return are_lines(value, param->max);
	case PARAM_EVIDENCE: return rpc_param_evidence(params) >= 0;
	case PARAM_HASH:
		return json_is_string(value) && picture_is_hash(json_string_value(value));
	}
	return false;
}

/* Appends one word of a list; false: it does not fit, and the list ends with "…". */
static bool list_word(char *to, size_t size, size_t *used, const char *word)
{
	size_t room = size - sizeof(", …") - *used;
	int n = snprintf(to + *used, room, "%s%s", *used ? ", " : "", word);

	if (n < 0 || (size_t)n >= room) {
		memcpy(to + *used, ", …", sizeof(", …"));
		return false;
	}
	*used += (size_t)n;
	return true;
}

/* "release, inspect": as many as fit. */
static void list_words(char *to, size_t size, const char *(*name_of)(int), int count)
{
	size_t used = 0;

	for (int i = 0; i < count; i++) {
		if (!list_word(to, size, &used, name_of(i)))
			return;
	}
}

static void list_lanes(char *to, size_t size, const struct site *site)
{
	size_t used = 0;

	for (size_t i = 0; i < site->lane_count; i++) {
		if (!list_word(to, size, &used, site->lanes[i].name))
			return;
	}
}

static void list_ports(char *to, size_t size, const struct site *site)
{
	size_t used = 0;

	for (size_t i = 0; i < site->port_count; i++) {
		if (!list_word(to, size, &used, site->ports[i].name))
			return;
	}
}

static const char *area_word(int area)
{
	return map_area_name((enum modbus_area)area);
}

static void describe(const struct rpc *rpc, const struct rpc_param *param, char *to,
		     size_t size)
{
	char words[WORDS_BYTES] = "";

	switch (param->type) {
	case PARAM_INTEGER:
		(void)snprintf(to, size, "an integer from %" PRId64 " to %" PRId64,
			       param->min, param->max);
		return;
	case PARAM_TEXT:
	case PARAM_SECRET:
		(void)snprintf(to, size, "a text of %" PRId64 " to %" PRId64 " bytes",
			       param->min, param->max);
		return;
	case PARAM_FLAG: text_copy(to, size, "true or false"); return;
	case PARAM_LANE: list_lanes(words, sizeof(words), rpc->config.site); break;
	case PARAM_KIND:
		list_words(words, sizeof(words), kind_word, EVENT_KIND_COUNT);
		break;
	case PARAM_ACT: list_words(words, sizeof(words), act_word, ACT_VERBS); break;
	case PARAM_PORT: list_ports(words, sizeof(words), rpc->config.site); break;
	case PARAM_AREA:
		list_words(words, sizeof(words), area_word, MODBUS_INPUT + 1);
		break;
	case PARAM_EVIDENCE:
		list_words(words, sizeof(words), evidence_word, EVIDENCE_KINDS);
		break;
	case PARAM_ROLE:
		list_words(words, sizeof(words), role_word, ROLE_COUNT - ROLE_VIEWER);
		break;
	case PARAM_DIRECTION: list_words(words, sizeof(words), direction_word, 2); break;
	case PARAM_IMPORT: list_words(words, sizeof(words), import_word, 2); break;
	case PARAM_OUTCOME: list_words(words, sizeof(words), outcome_word, 2); break;
	case PARAM_UPDATE:
		list_words(words, sizeof(words), update_note_word, UPDATE_NOTES);
		break;
	case PARAM_OBJECT: text_copy(to, size, "an object"); return;
	case PARAM_HASH: text_copy(to, size, "64 lower-case hexadecimal digits"); return;
	case PARAM_LINES:
		(void)snprintf(to, size, "lines of at most %" PRId64 " bytes together",
			       param->max);
		return;
	}
	(void)snprintf(to, size, "one of %s", words);
}

static bool is_known(const struct rpc_method *method, const char *name)
{
	for (size_t i = 0; i < method->param_count; i++) {
		if (!strcmp(method->params[i].name, name))
			return true;
	}
	return false;
}

static void refuse_unknown(struct rpc_client *client, const struct rpc_method *method,
			   const char *name)
{
	char words[200] = "";
	char shown[QUOTE_MAX + 1];
	size_t used = 0;

	text_copy(shown, sizeof(shown), name);
	for (size_t i = 0; i < method->param_count; i++)
		used += (size_t)snprintf(words + used, sizeof(words) - used, "%s%s",
					 i ? ", " : "", method->params[i].name);
	assert(used < sizeof(words));
	rpc_client_fail(client, RPC_BAD_PARAMS,
			"got a parameter \"%s\" for %s, expected %s%s", shown,
			method->name, used ? "only " : "none", words);
}

/* False: the reply, an error, is set. */
static bool check_params(struct rpc_client *client, const struct rpc_method *method,
			 json_t *params)
{
	char expected[EXPECTED_BYTES];
	char got[QUOTE_MAX + 4];
	const char *name;
	json_t *value;

	json_object_foreach(params, name, value)
	{
		if (!is_known(method, name)) {
			refuse_unknown(client, method, name);
			return false;
		}
	}
	for (size_t i = 0; i < method->param_count; i++) {
		const struct rpc_param *param = &method->params[i];

		value = json_object_get(params, param->name);
		if (!value && !param->is_required)
			continue;
		if (value && is_allowed(client->rpc, params, param))
			continue;
		describe(client->rpc, param, expected, sizeof(expected));
		rpc_client_fail(client, RPC_BAD_PARAMS, "%s: got %s, expected %s",
				param->name,
				!value                        ? "nothing"
				: param->type == PARAM_SECRET ? "another"
							      : quote(value, got),
				expected);
		return false;
	}
	return true;
}

/* ---- requests -------------------------------------------------------------------------- */

static bool take_id(struct rpc_client *client, const json_t *id)
{
	char *text;
	bool is_taken;

	if (!json_is_integer(id) && !json_is_string(id))
		return false;
	text = json_dumps(id, JSON_COMPACT | JSON_ENCODE_ANY);
	is_taken = text && text_copy(client->id, sizeof(client->id), text);
	if (!is_taken)
		memcpy(client->id, "null", sizeof("null"));
	free(text);
	return is_taken;
}

static const char *find_strange_member(json_t *request)
{
	static const char *const members[] = {"jsonrpc", "id", "method", "params"};
	const char *name;
	json_t *value;

	json_object_foreach(request, name, value)
	{
		size_t i = 0;

		while (i < 4 && strcmp(members[i], name) != 0)
			i++;
		if (i == 4)
			return name;
	}
	return NULL;
}

/* False: the reply, an error, is set. */
static bool check_request(struct rpc_client *client, json_t *request)
{
	const char *version = json_string_value(json_object_get(request, "jsonrpc"));
	const char *strange;
	char shown[QUOTE_MAX + 1];

	if (!json_is_object(request)) {
		rpc_client_fail(client, RPC_BAD_REQUEST,
				"got %s, expected one request object a line",
				json_is_array(request) ? "an array" : "a plain value");
		return false;
	}
	if (!take_id(client, json_object_get(request, "id"))) {
		rpc_client_fail(client, RPC_BAD_REQUEST,
				"id: expected an integer or a text of at most %d bytes",
				RPC_ID_MAX - 3);
		return false;
	}
	if (!version || strcmp(version, "2.0") != 0) {
		rpc_client_fail(client, RPC_BAD_REQUEST, "jsonrpc: expected \"2.0\"");
		return false;
	}
	strange = find_strange_member(request);
	if (strange) {
		text_copy(shown, sizeof(shown), strange);
		rpc_client_fail(client, RPC_BAD_REQUEST,
				"got a member \"%s\", expected jsonrpc, id, method and "
				"params only",
				shown);
		return false;
	}
	return true;
}

static void run_method(struct rpc_client *client, json_t *request)
{
	const json_t *name = json_object_get(request, "method");
	json_t *params = json_object_get(request, "params");
	const struct rpc_method *method;
	json_t *none = NULL;
	char got[QUOTE_MAX + 4];

	if (!json_is_string(name)) {
		rpc_client_fail(client, RPC_BAD_REQUEST, "method: expected a text");
		return;
	}
	method = rpc_method_find(json_string_value(name));
	if (!method) {
		rpc_client_fail(client, RPC_NO_METHOD, "method: got %s, which is none",
				quote(name, got));
		return;
	}
	if (!params)
		params = none = json_object();
	if (!json_is_object(params))
		rpc_client_fail(client, RPC_BAD_PARAMS,
				"params: got %s, expected an object", quote(params, got));
	else if (rpc_access_check(client, method, params) &&
		 check_params(client, method, params))
		method->run(client, params);
	json_decref(none);
}

void rpc_request_serve(struct rpc_client *client, const char *line, size_t len)
{
	json_t *request;
	json_error_t error;

	if (text_nests_deeper(line, len, RPC_NESTING_MAX)) {
		rpc_client_fail(client, RPC_BAD_REQUEST,
				"nested deeper than the %d levels that are expected",
				RPC_NESTING_MAX);
		return;
	}
	request = json_loadb(line, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (!request) {
		rpc_client_fail(client, RPC_PARSE_ERROR,
				"byte %d: %.100s; expected one JSON object a line",
				error.position, error.text);
		return;
	}
	if (check_request(client, request))
		run_method(client, request);
	json_decref(request);
}

/* SPDX-License-Identifier: MIT */
/*
 * API: an act on a lane, with the approval of a second person where one is given: who approves
 * logs in for this act alone, and out after it.
 *
 * Layer: firmware. Threads: the loop's.
 */
#include <stdlib.h>
#include <string.h>

#include "firmware/console/api_inside.h"

static void ignore_answer(void *arg, const struct caller_answer *answer)
{
	(void)arg;
	(void)answer;
}

void api_give_back(struct api *api, const char *ticket)
{
	if (caller_ask(api->caller, "logout", json_pack("{s:s}", "ticket", ticket),
		       ignore_answer, NULL))
		return; /* it ends by itself */
}

static void on_act(void *arg, const struct caller_answer *answer)
{
	struct exchange *exchange = arg;

	api_give_back(exchange->api, exchange->kept);
	api_hand_through(exchange, answer);
}

static void on_second(void *arg, const struct caller_answer *answer)
{
	struct exchange *exchange = api_resume(arg);
	json_t *params;

	if (!answer->result && answer->code == -32000 + KAKOU_E_REFUSED) {
		api_fail(exchange, 401, "login_refused", "second: %s", answer->message);
		return;
	}
	if (!answer->result) {
		api_fail_as(exchange, answer);
		return;
	}
	api_tried_well(exchange);
	exchange->kept = strdup(json_text_of(answer->result, "ticket"));
	params = api_rpc_params(exchange);
	if (!exchange->kept || !params || !api_session(exchange)) {
		api_give_back(exchange->api, json_text_of(answer->result, "ticket"));
		json_decref(params);
		api_fail(exchange, 401, "not_logged_in", "the session has ended");
		return;
	}
	(void)json_object_set_new(params, "second", json_string(exchange->kept));
	api_ask(exchange, "act", params, on_act);
}

void api_act(struct exchange *exchange)
{
	json_t *second = json_object_get(exchange->params, "second");
	const char *name = json_text_of(second, "name");
	const char *password = json_text_of(second, "password");

	if (!second)
		api_ask(exchange, "act", api_rpc_params(exchange), api_hand_through);
	else if (!name[0] || !password[0] || json_object_size(second) != 2)
		api_fail(exchange, 400, "bad_request",
			 "second: expected name and password of who approves");
	else if (api_may_try(exchange))
		api_ask(exchange, "login",
			json_pack("{s:s, s:s, s:s}", "name", name, "password", password,
				  "screen", exchange->screen),
			on_second);
}

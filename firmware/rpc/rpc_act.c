/* SPDX-License-Identifier: MIT */
/*
 * Acts: to the control thread, and its results back to who asked.
 *
 * Layer: firmware. Threads: the control-socket thread's.
 */
#include "firmware/rpc/rpc_internal.h"

#include <string.h>

#include "hal/clock.h"
#include "hal/text.h"

uint32_t rpc_next_token(struct rpc *rpc)
{
	if (++rpc->last_token == 0)
		rpc->last_token = 1; /* 0 means none */
	return rpc->last_token;
}

/* What an act is about is asked for by the act; what it has no use for is refused too. */
static bool has_what_it_needs(struct rpc_client *client, const json_t *params,
			      struct act *act)
{
	uint32_t needs = act_rule_of((enum act_verb)act->verb)->needs;
	const char *name = act_verb_name((enum act_verb)act->verb);
	const char *value = rpc_param_text(params, "value");
	int subject = rpc_param_evidence(params);

	if (act->passage == 0 && (needs & ACT_NEEDS_PASSAGE)) {
		rpc_client_fail(client, RPC_BAD_PARAMS,
				"passage: got %s, expected the passage that is meant",
				json_object_get(params, "passage") ? "0" : "nothing");
		return false;
	}
	if ((subject >= 0) != ((needs & ACT_NEEDS_SUBJECT) != 0)) {
		rpc_client_fail(client, RPC_BAD_PARAMS,
				"subject: got %s, expected %s for %s",
				subject >= 0 ? "one" : "nothing",
				subject >= 0 ? "none" : "a kind of evidence", name);
		return false;
	}
	if ((value != NULL) != ((needs & ACT_NEEDS_VALUE) != 0)) {
		rpc_client_fail(
			client, RPC_BAD_PARAMS, "value: got %s, expected %s for %s",
			value ? "one" : "nothing", value ? "none" : "a text", name);
		return false;
	}
	act->subject = (uint8_t)(subject >= 0 ? subject : 0);
	text_copy(act->value, sizeof(act->value), value ? value : "");
	return true;
}

/* Who approves a release besides: another person, a supervisor, by a ticket of their own. */
static bool take_second(struct rpc_client *client, const json_t *params, struct act *act)
{
	const char *text = rpc_param_text(params, "second");
	const struct ticket *second;
	const char *why = NULL;

	if (!text)
		return true;
	second = ticket_find(&client->rpc->tickets, text, clock_mono_ms());
	if (act->verb != ACT_RELEASE)
		why = "second: got one, expected none but for release";
	else if (!second)
		why = "second: the ticket is none or no more: log in first";
	else if (second->must_change || second->role != ROLE_SUPERVISOR)
		why = "second: expected a supervisor with a password of their own";
	else if (!strcmp(second->name, client->actor.name))
		why = "second: expected another person than who releases";
	if (why) {
		rpc_access_refuse(client, "act", params, why);
		return false;
	}
	text_copy(act->second, sizeof(act->second), second->name);
	return true;
}

void rpc_act_run(struct rpc_client *client, const json_t *params)
{
	struct rpc *rpc = client->rpc;
	struct act act = {
		.token = rpc_next_token(rpc),
		.verb = (uint8_t)rpc_param_act(params),
		.lane = (uint8_t)rpc_param_lane(rpc, params),
		.passage = rpc_param_integer(params, "passage", 0),
		.asked_ms = clock_mono_ms(),
	};

	if (!rpc_access_has_role(client, "act", params, act_verb_name(act.verb),
				 act_rule_of(act.verb)->roles))
		return;
	if (!has_what_it_needs(client, params, &act) ||
	    !take_second(client, params, &act))
		return;
	act.role = (uint8_t)client->actor.role;
	text_copy(act.actor, sizeof(act.actor), client->actor.name);
	text_copy(act.reason, sizeof(act.reason), rpc_param_text(params, "reason"));
	text_copy(act.screen, sizeof(act.screen), rpc_param_text(params, "screen"));
	client->token = act.token;
	client->waits_for_desk = false;
	rpc_client_wait(client, RPC_ACT_MS);
	if (queue_push(rpc->config.acts, &act))
		rpc_client_fail(client, rpc_code(KAKOU_E_FULL),
				"too many acts wait for the control thread; nothing was "
				"done");
}

struct rpc_client *rpc_find_waiting(struct rpc *rpc, uint32_t token)
{
	for (size_t i = 0; i < RPC_CLIENTS_MAX; i++) {
		if (rpc->clients[i].state == CLIENT_WAITING &&
		    rpc->clients[i].token == token)
			return &rpc->clients[i];
	}
	return NULL;
}

void rpc_act_take_results(struct rpc *rpc)
{
	struct act_result result;

	while (queue_pop(rpc->config.act_results, &result)) {
		struct rpc_client *client =
			result.token ? rpc_find_waiting(rpc, result.token) : NULL;

		if (!client)
			continue; /* gone, or told that it took too long; it is recorded */
		if (result.error)
			rpc_client_refuse(
				client, rpc_code(result.error),
				act_refusal_name((enum act_refusal)result.refusal), "%s",
				result.why[0] ? result.why
					      : kakou_err_name(result.error));
		else
			rpc_client_reply(client,
					 json_pack("{s:b, s:I}", "accepted", 1, "seq",
						   (json_int_t)result.seq));
		rpc_client_go_on(client);
	}
}

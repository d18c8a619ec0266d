/* SPDX-License-Identifier: MIT */
/*
 * Orders, registered vehicles and what was cleared offline: questions to the registry's thread,
 * and its answers back to who asked.
 *
 * Layer: firmware. Threads: the control-socket thread's.
 */
#include "firmware/rpc/rpc_internal.h"

#include <stdlib.h>

static void ask(struct rpc_client *client, enum registry_method method, const char *what,
		const json_t *params)
{
	json_t *whole = json_copy((json_t *)params); /* shallow; the original stays */
	struct registry_request request = {
		.method = (uint8_t)method,
		.slot = client->slot,
		.generation = client->generation,
	};

	if (whole && client->actor.name[0])
		(void)json_object_set_new(whole, "actor",
					  json_string(client->actor.name));
	if (whole && what)
		(void)json_object_set_new(whole, "what", json_string(what));
	request.params = whole ? json_dumps(whole, JSON_COMPACT) : NULL;
	json_decref(whole);
	if (!request.params) {
		rpc_client_fail(client, RPC_NO_MEMORY, "no memory to ask the registry");
		return;
	}
	client->waits_for_registry = true;
	rpc_client_wait(client, RPC_RECORD_MS);
	if (!registry_ask(client->rpc->config.registry, &request))
		return;
	free(request.params);
	client->waits_for_registry = false;
	rpc_client_fail(client, rpc_code(KAKOU_E_FULL),
			"too many questions wait for the registry; nothing was done");
}

void rpc_orders_list(struct rpc_client *client, const json_t *params)
{
	ask(client, REGISTRY_LIST, "orders", params);
}

void rpc_orders_show(struct rpc_client *client, const json_t *params)
{
	ask(client, REGISTRY_SHOW, "orders", params);
}

void rpc_orders_push(struct rpc_client *client, const json_t *params)
{
	ask(client, REGISTRY_PUSH, "orders", params);
}

void rpc_orders_change(struct rpc_client *client, const json_t *params)
{
	ask(client, REGISTRY_CHANGE, "orders", params);
}

void rpc_vehicles_list(struct rpc_client *client, const json_t *params)
{
	ask(client, REGISTRY_LIST, "vehicles", params);
}

void rpc_vehicles_show(struct rpc_client *client, const json_t *params)
{
	ask(client, REGISTRY_SHOW, "vehicles", params);
}

void rpc_vehicles_push(struct rpc_client *client, const json_t *params)
{
	ask(client, REGISTRY_PUSH, "vehicles", params);
}

void rpc_vehicles_change(struct rpc_client *client, const json_t *params)
{
	ask(client, REGISTRY_CHANGE, "vehicles", params);
}

void rpc_import_begin(struct rpc_client *client, const json_t *params)
{
	ask(client, REGISTRY_IMPORT_BEGIN, NULL, params);
}

void rpc_import_lines(struct rpc_client *client, const json_t *params)
{
	ask(client, REGISTRY_IMPORT_LINES, NULL, params);
}

void rpc_import_commit(struct rpc_client *client, const json_t *params)
{
	ask(client, REGISTRY_IMPORT_COMMIT, NULL, params);
	if (client->waits_for_registry)
		rpc_client_wait(client, RPC_COPY_MS);
}

void rpc_import_drop(struct rpc_client *client, const json_t *params)
{
	ask(client, REGISTRY_IMPORT_DROP, NULL, params);
}

void rpc_offline_list(struct rpc_client *client, const json_t *params)
{
	ask(client, REGISTRY_OFFLINE, NULL, params);
}

void rpc_offline_settle(struct rpc_client *client, const json_t *params)
{
	ask(client, REGISTRY_SETTLE, NULL, params);
}

void rpc_tares_list(struct rpc_client *client, const json_t *params)
{
	ask(client, REGISTRY_TARES, NULL, params);
}

static void reply(struct rpc_client *client, struct registry_answer *answer)
{
	if (!answer->err) {
		rpc_client_reply_text(client, "", answer->json, "}\n");
		return;
	}
	rpc_client_fail(client,
			answer->err == KAKOU_E_INVALID ? RPC_BAD_PARAMS
						       : rpc_code(answer->err),
			"%s", answer->why[0] ? answer->why : kakou_err_name(answer->err));
}

void rpc_registry_take_answers(struct rpc *rpc)
{
	struct registry_answer answer;

	while (registry_next_answer(rpc->config.registry, &answer)) {
		struct rpc_client *client = &rpc->clients[answer.slot];

		if (client->state != CLIENT_WAITING || !client->waits_for_registry ||
		    client->generation != answer.generation) {
			free(answer.json); /* gone, or told that it took too long */
			continue;
		}
		reply(client, &answer);
		rpc_client_go_on(client);
	}
}

json_t *rpc_registry_view(const struct rpc *rpc)
{
	struct registry_health health = {0};

	if (!rpc->config.registry || !registry_read_health(rpc->config.registry, &health))
		return json_null();
	return json_pack("{s:b, s:I, s:I, s:I, s:I, s:I, s:s}", "is_well", health.is_well,
			 "orders", (json_int_t)health.orders, "vehicles",
			 (json_int_t)health.vehicles, "offline_open",
			 (json_int_t)health.offline_open, "lookups",
			 (json_int_t)health.lookups, "failures",
			 (json_int_t)health.failures, "why", health.why);
}

/* SPDX-License-Identifier: MIT */
/*
 * Questions of a technician to the units of a Modbus port: asked by the port's own worker, so that
 * there is one master on the wire.
 *
 * Layer: firmware. Threads: the control-socket thread's; never blocks.
 */
#include "firmware/rpc/rpc_internal.h"

#include "hal/clock.h"

void rpc_bus_read(struct rpc_client *client, const json_t *params)
{
	struct rpc *rpc = client->rpc;
	int port = rpc_param_port(rpc, params);
	struct bus_question question = {
		.token = rpc_next_token(rpc),
		.unit = (uint8_t)rpc_param_integer(params, "unit", 0),
		.area = (uint8_t)rpc_param_area(params),
		.address = (uint16_t)rpc_param_integer(params, "address", 0),
		.count = (uint16_t)rpc_param_integer(params, "count", 1),
	};

	if (!rpc->config.buses[port]) {
		rpc_client_fail(
			client, rpc_code(KAKOU_E_NOTFOUND),
			"port %s has no device in the site, so kakoud does not open "
			"it: it can be asked directly",
			rpc->config.site->ports[port].name);
		return;
	}
	client->bus_token = question.token;
	rpc_client_wait(client, RPC_BUS_MS);
	if (bus_ask(rpc->config.buses[port], &question))
		rpc_client_fail(
			client, rpc_code(KAKOU_E_FULL),
			"%d questions wait for port %s already; nothing was asked",
			BUS_QUESTIONS, rpc->config.site->ports[port].name);
}

static struct rpc_client *find_client(struct rpc *rpc, uint32_t token)
{
	for (size_t i = 0; i < RPC_CLIENTS_MAX; i++) {
		if (rpc->clients[i].state == CLIENT_WAITING &&
		    rpc->clients[i].bus_token == token)
			return &rpc->clients[i];
	}
	return NULL;
}

/* What the unit did is the result, whatever it was: an error is only what kakoud could not do. */
static json_t *view_answer(const struct bus_answer *answer)
{
	json_t *values = json_array();
	int failed = values ? 0 : -1;

	for (size_t i = 0; i < answer->count; i++)
		failed |= json_array_append_new(values, json_integer(answer->values[i]));
	if (failed) {
		json_decref(values);
		return NULL;
	}
	return json_pack("{s:s, s:i, s:s, s:i, s:o, s:o}", "outcome",
			 kakou_err_name((enum kakou_err)answer->error), "exception",
			 answer->exception, "why", answer->why, "took_ms",
			 answer->took_ms, "age_ms",
			 rpc_age(answer->at_ms, clock_mono_ms()), "values", values);
}

void rpc_bus_take_answers(struct rpc *rpc)
{
	struct bus_answer answer;

	for (size_t port = 0; port < rpc->config.site->port_count; port++) {
		struct bus *bus = rpc->config.buses[port];

		if (!bus)
			continue;
		bus_quiet_answers(bus);
		while (bus_next_answer(bus, &answer)) {
			struct rpc_client *client = find_client(rpc, answer.token);

			if (!client)
				continue; /* gone, or told that it took too long */
			rpc_client_reply(client, view_answer(&answer));
			rpc_client_go_on(client);
		}
	}
}

void rpc_bus_maps(struct rpc_client *client, const json_t *params)
{
	const struct site *site = client->rpc->config.site;
	json_t *maps = json_array();
	int failed = maps ? 0 : -1;

	(void)params;
	for (size_t i = 0; i < site->map_count; i++)
		failed |= json_array_append_new(
			maps, json_pack("{s:s, s:s, s:s}", "map", site->map_names[i],
					"compatible", site->maps[i].compatible, "class",
					device_class_name(site->maps[i].class)));
	if (failed) {
		json_decref(maps);
		maps = NULL;
	}
	rpc_client_reply(client, json_pack("{s:s, s:o}", "maps_dir", site->maps_dir,
					   "maps", maps));
}

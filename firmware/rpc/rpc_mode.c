/* SPDX-License-Identifier: MIT */
/*
 * Emergency mode of a lane: an act like others, for so many minutes.
 *
 * Layer: firmware. Threads: the control-socket thread's.
 */
#include <inttypes.h>
#include <stdio.h>

#include "firmware/rpc/rpc_internal.h"
#include "hal/text.h"

void rpc_mode_run(struct rpc_client *client, const json_t *params)
{
	struct rpc *rpc = client->rpc;
	struct act act = {
		.token = rpc_next_token(rpc),
		.verb = ACT_MODE,
		.lane = (uint8_t)rpc_param_lane(rpc, params),
		.role = (uint8_t)client->actor.role,
	};

	(void)snprintf(act.value, sizeof(act.value), "%" PRId64,
		       rpc_param_integer(params, "minutes", 0));
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

/* SPDX-License-Identifier: MIT */
/*
 * Statistics of passages: the journal's reader thread counts a slice at a time, and between two of them
 * answers others.
 *
 * Layer: firmware. Threads: the control-socket thread's.
 */
#include "firmware/rpc/rpc_internal.h"

#include <stdlib.h>

#include "hal/clock.h"
#include "hal/text.h"

static void after_slice(struct rpc_client *client, enum kakou_err err, char *json,
			const char *why)
{
	if (err == KAKOU_E_AGAIN) {
		rpc_stats_go_on(client);
		return;
	}
	tally_destroy(client->tally);
	client->tally = NULL;
	if (err) {
		free(json);
		rpc_client_fail(client, rpc_code(err), "%s",
				why[0] ? why : kakou_err_name(err));
	} else {
		rpc_client_reply_text(client, "", json, "}\n");
	}
}

void rpc_stats_go_on(struct rpc_client *client)
{
	rpc_record_count(client, after_slice);
}

static const char *word_of(const json_t *params, const char *name)
{
	const char *text = rpc_param_text(params, name);

	return text ? text : "";
}

void rpc_stats_run(struct rpc_client *client, const json_t *params)
{
	int lane = rpc_param_lane(client->rpc, params);
	struct tally_query query;
	struct why why = {""};

	if (tally_query_read(&query, word_of(params, "from"), word_of(params, "to"),
			     word_of(params, "shifts"), clock_wall_ms(), &why)) {
		rpc_client_fail(client, RPC_BAD_PARAMS, "%s", why.text);
		return;
	}
	if (lane >= 0)
		(void)text_copy(query.lane, sizeof(query.lane),
				client->rpc->config.site->lanes[lane].name);
	tally_destroy(client->tally);
	client->tally = NULL;
	if (tally_create(&client->tally, &query)) {
		rpc_client_fail(client, RPC_NO_MEMORY, "no memory to count");
		return;
	}
	rpc_client_wait(client, RPC_STATS_MS);
	rpc_stats_go_on(client);
}

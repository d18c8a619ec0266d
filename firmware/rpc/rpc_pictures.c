/* SPDX-License-Identifier: MIT */
/*
 * Pieces of kept pictures: questions to the pictures' thread, and its answers back.
 *
 * Layer: firmware. Threads: the control-socket thread's.
 */
#include "firmware/rpc/rpc_internal.h"

#include <stdlib.h>

#include "hal/text.h"

void rpc_picture_read(struct rpc_client *client, const json_t *params)
{
	struct picture_request request = {
		.slot = client->slot,
		.generation = client->generation,
		.offset = rpc_param_integer(params, "offset", 0),
		.limit = (int32_t)rpc_param_integer(params, "limit", PICTURE_PIECE_MAX),
	};

	text_copy(request.hash, sizeof(request.hash), rpc_param_text(params, "sha256"));
	client->waits_for_picture = true;
	rpc_client_wait(client, RPC_RECORD_MS);
	if (!pictures_ask(client->rpc->config.pictures, &request))
		return;
	client->waits_for_picture = false;
	rpc_client_fail(client, rpc_code(KAKOU_E_FULL),
			"too many questions wait for pictures");
}

void rpc_pictures_take_answers(struct rpc *rpc)
{
	struct picture_answer answer;

	while (pictures_next_answer(rpc->config.pictures, &answer)) {
		struct rpc_client *client = &rpc->clients[answer.slot];

		if (client->state != CLIENT_WAITING || !client->waits_for_picture ||
		    client->generation != answer.generation) {
			free(answer.json); /* gone, or told that it took too long */
			continue;
		}
		if (answer.err)
			rpc_client_fail(client, rpc_code((enum kakou_err)answer.err),
					"%s", answer.why);
		else
			rpc_client_reply_text(client, "", answer.json, "}\n");
		rpc_client_go_on(client);
	}
}

json_t *rpc_pictures_view(const struct rpc *rpc)
{
	struct pictures_health health = {0};

	if (!rpc->config.pictures || !pictures_read_health(rpc->config.pictures, &health))
		return json_null();
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:s}", "kept",
			 (json_int_t)health.kept, "bytes", (json_int_t)health.bytes,
			 "taken", (json_int_t)health.taken, "missing",
			 (json_int_t)health.missing, "late", (json_int_t)health.late,
			 "nobodys", (json_int_t)health.nobodys, "why", health.why);
}

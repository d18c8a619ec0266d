/* SPDX-License-Identifier: MIT */
/*
 * Checkpoints that are kept elsewhere, and what of old events may go for it.
 *
 * Such a checkpoint comes back from where it is kept: so it is there. One of our keys has to have
 * signed it, and the record has to have that root; then it becomes an event.
 *
 * Layer: firmware. Threads: the control-socket thread's.
 */
#include "firmware/rpc/rpc_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/record/receipt.h"
#include "firmware/record/tree.h"

enum { KEYS_LOOKED_AT = 100 };

static void keep(struct rpc_client *client)
{
	struct receipt *held = client->receipt;

	if (rpc_access_note(client->rpc, &held->event)) {
		rpc_receipt_refuse(client, KAKOU_E_FULL,
				   "the record takes nothing now; nothing was done");
		return;
	}
	rpc_client_reply(client, json_pack("{s:b, s:I}", "accepted", 1, "size",
					   (json_int_t)held->checkpoint.size));
	free(held);
	client->receipt = NULL;
}

static void after_root(struct rpc_client *client, enum kakou_err err, char *json,
		       const char *why)
{
	(void)why;
	if (rpc_receipt_is_ours(client, "checkpoint", err, json))
		keep(client);
}

static bool is_signed_by_one(const struct receipt *held, const json_t *rows)
{
	const json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		const json_t *data =
			json_object_get(json_object_get(row, "bytes"), "data");
		const char *key = json_string_value(json_object_get(data, "public_key"));

		if (key && receipt_is_signed_by(held, key))
			return true;
	}
	return false;
}

static void after_keys(struct rpc_client *client, enum kakou_err err, char *json,
		       const char *why)
{
	json_t *rows = json ? json_loads(json, 0, NULL) : NULL;

	(void)why;
	free(json);
	if (err)
		rpc_receipt_refuse(client, err, "the journal can't say its keys");
	else if (!is_signed_by_one(client->receipt, rows))
		rpc_receipt_refuse(client, KAKOU_E_REFUSED,
				   "no key that the record names signed the checkpoint");
	else
		rpc_record_prove(client, JOURNAL_ROOT, client->receipt->checkpoint.size,
				 0, after_root);
	json_decref(rows);
}

void rpc_held_take(struct rpc_client *client, const json_t *params)
{
	const struct journal_query keys = {.limit = KEYS_LOOKED_AT,
					   .newest_first = true,
					   .kind = EVENT_SIGNING_KEY,
					   .lane = -1};
	struct why why = {""};
	enum kakou_err err;

	free(client->receipt);
	client->receipt = calloc(1, sizeof(*client->receipt));
	if (!client->receipt) {
		rpc_client_fail(client, RPC_NO_MEMORY, "no memory for a checkpoint");
		return;
	}
	err = receipt_take_held(rpc_param_text(params, "note"),
				client->rpc->config.site->name, client->receipt, &why);
	if (err) {
		rpc_receipt_refuse(client, err, why.text);
		return;
	}
	event_add_text(&client->receipt->event, "actor", client->actor.name);
	event_add_text(&client->receipt->event, "reason",
		       rpc_param_text(params, "reason"));
	event_add_text(&client->receipt->event, "screen",
		       rpc_param_text(params, "screen"));
	rpc_record_ask(client, &keys, after_keys);
}

/* Who asks does not wait for it: the status and the record say what went. */
void rpc_held_remove(struct rpc_client *client, const json_t *params)
{
	(void)params;
	if (client->rpc->config.site->retention_days == 0) {
		rpc_client_fail(client, rpc_code(KAKOU_E_REFUSED),
				"the site names no retention_days: nothing is removed");
		return;
	}
	journal_retain_soon(client->rpc->config.journal);
	rpc_client_reply(client, json_pack("{s:b}", "accepted", 1));
}

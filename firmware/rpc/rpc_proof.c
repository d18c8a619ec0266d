/* SPDX-License-Identifier: MIT */
/*
 * What can be proved of the record, and receipts for it.
 *
 * A receipt is looked at three times: who signed it; whether the record has a newer one
 * already; whether it is of this record. Only then it becomes an event.
 *
 * Layer: firmware. Threads: the control-socket thread's.
 */
#include "firmware/rpc/rpc_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/record/receipt.h"

/* ---- proofs --------------------------------------------------------------------------- */

static void reply_proof(struct rpc_client *client, enum kakou_err err, char *json,
			const char *why)
{
	(void)why;
	if (err == KAKOU_E_NOTFOUND)
		rpc_client_fail(client, rpc_code(err),
				"the record has no such event or checkpoint");
	else if (err)
		rpc_client_fail(client, rpc_code(err), "the journal: %s",
				kakou_err_name(err));
	else
		rpc_client_reply_text(client, "", json, "}\n");
}

void rpc_proof_checkpoint(struct rpc_client *client, const json_t *params)
{
	(void)params;
	rpc_record_prove(client, JOURNAL_CHECKPOINT, 0, 0, reply_proof);
}

void rpc_proof_event(struct rpc_client *client, const json_t *params)
{
	rpc_record_prove(client, JOURNAL_INCLUSION, rpc_param_integer(params, "seq", 0),
			 0, reply_proof);
}

void rpc_proof_growth(struct rpc_client *client, const json_t *params)
{
	rpc_record_prove(client, JOURNAL_CONSISTENCY, rpc_param_integer(params, "old", 0),
			 rpc_param_integer(params, "new", 0), reply_proof);
}

void rpc_proof_range(struct rpc_client *client, const json_t *params)
{
	rpc_record_prove(client, JOURNAL_RANGE, rpc_param_integer(params, "first", 0),
			 rpc_param_integer(params, "last", 0), reply_proof);
}

/* ---- receipts ------------------------------------------------------------------------- */

void rpc_receipt_refuse(struct rpc_client *client, enum kakou_err err, const char *why)
{
	free(client->receipt);
	client->receipt = NULL;
	rpc_client_fail(client, rpc_code(err), "%s", why);
}

static void keep_receipt(struct rpc_client *client)
{
	struct receipt *receipt = client->receipt;
	const char *by = "";

	(void)event_get_text(&receipt->event, "by", &by);
	if (rpc_access_note(client->rpc, &receipt->event)) {
		rpc_receipt_refuse(client, KAKOU_E_FULL,
				   "the record takes nothing now; nothing was done");
		return;
	}
	rpc_client_reply(client,
			 json_pack("{s:b, s:I, s:s}", "accepted", 1, "size",
				   (json_int_t)receipt->checkpoint.size, "by", by));
	free(receipt);
	client->receipt = NULL;
}

/* Somebody holds a checkpoint that our key is said to have signed, and the record is not its
 * record: one of both was written anew. */
bool rpc_receipt_is_ours(struct rpc_client *client, const char *what, enum kakou_err err,
			 char *json)
{
	char root[2 * TREE_BYTES + 1], said[160] = "";
	json_t *proof = json ? json_loads(json, 0, NULL) : NULL;
	const char *ours = json_string_value(json_object_get(proof, "root"));

	free(json);
	for (size_t i = 0; i < TREE_BYTES; i++)
		snprintf(root + 2 * i, 3, "%02x", client->receipt->checkpoint.root[i]);
	if (err == KAKOU_E_NOTFOUND)
		snprintf(said, sizeof(said),
			 "the %s counts events that the record does not have: they were "
			 "removed, or the record was cut or rolled back",
			 what);
	else if (!err && ours && strcmp(root, ours) != 0)
		snprintf(said, sizeof(said),
			 "the %s is of other events than the record has", what);
	if (said[0])
		rpc_receipt_refuse(client, KAKOU_E_REFUSED, said);
	else if (err || !ours)
		rpc_receipt_refuse(client, err ? err : KAKOU_E_NOMEM,
				   "the journal can't say its root");
	json_decref(proof);
	return client->receipt != NULL;
}

static void after_root(struct rpc_client *client, enum kakou_err err, char *json,
		       const char *why)
{
	(void)why;
	if (rpc_receipt_is_ours(client, "receipt", err, json))
		keep_receipt(client);
}

static void after_newest(struct rpc_client *client, enum kakou_err err, char *json,
			 const char *why)
{
	json_t *rows = json ? json_loads(json, 0, NULL) : NULL;
	json_t *data = json_object_get(json_object_get(json_array_get(rows, 0), "bytes"),
				       "data");
	int64_t newest = json_integer_value(json_object_get(data, "size"));
	int64_t size = client->receipt->checkpoint.size;
	char said[160];

	(void)why;
	free(json);
	json_decref(rows);
	if (err) {
		rpc_receipt_refuse(client, err,
				   "the journal can't say its newest receipt");
	} else if (size <= newest) {
		snprintf(said, sizeof(said),
			 "the receipt is of %lld events, the record has one of %lld",
			 (long long)size, (long long)newest);
		rpc_receipt_refuse(client, KAKOU_E_REFUSED, said);
	} else {
		rpc_record_prove(client, JOURNAL_ROOT, size, 0, after_root);
	}
}

void rpc_receipt_take(struct rpc_client *client, const json_t *params)
{
	const struct journal_query newest = {
		.limit = 1, .newest_first = true, .kind = EVENT_RECEIPT, .lane = -1};
	const struct site *site = client->rpc->config.site;
	struct why why = {""};
	enum kakou_err err;

	if (!client->rpc->receipt_key) {
		rpc_client_fail(client, rpc_code(KAKOU_E_REFUSED),
				"the site names no receipt_key_file: receipts are not "
				"taken");
		return;
	}
	free(client->receipt);
	client->receipt = calloc(1, sizeof(*client->receipt));
	if (!client->receipt) {
		rpc_client_fail(client, RPC_NO_MEMORY, "no memory for a receipt");
		return;
	}
	err = receipt_take(rpc_param_text(params, "note"), site->name, site->receipt_name,
			   client->rpc->receipt_key, client->receipt, &why);
	if (err)
		rpc_receipt_refuse(client, err, why.text);
	else
		rpc_record_ask(client, &newest, after_newest);
}

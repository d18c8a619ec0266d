/* SPDX-License-Identifier: MIT */
/*
 * The past: questions to the journal, whose reader thread answers through a letter box.
 *
 * Layer: firmware. Threads: the control-socket thread's, but for hand_over() and
 * hand_over_copy(), which the journal's reader thread calls.
 */
#include "firmware/rpc/rpc_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hal/clock.h"
#include "hal/log.h"
#include "hal/text.h"

/* More than can ever be under way: 16 clients, and what was asked by some that have gone. */
enum { ANSWERS_MAX = 64 };

/* Who asked; owned by the journal until it answers. */
struct question {
	struct rpc_box *box;
	uint8_t slot;
	uint32_t generation;
	struct tally *tally; /* of statistics; owned */
};

enum kakou_err rpc_box_create(struct rpc_box **out)
{
	struct rpc_box *box = calloc(1, sizeof(*box));
	enum kakou_err err;

	if (!box)
		return KAKOU_E_NOMEM;
	err = queue_create(&box->answers, sizeof(struct rpc_answer), ANSWERS_MAX, true);
	if (err) {
		free(box);
		return err;
	}
	atomic_init(&box->users, 1);
	*out = box;
	return KAKOU_OK;
}

static void release_answer(struct rpc_answer *answer)
{
	free(answer->json);
	tally_destroy(answer->tally);
}

void rpc_box_drop(struct rpc_box *box)
{
	struct rpc_answer answer;

	if (!box || atomic_fetch_sub(&box->users, 1) != 1)
		return;
	while (queue_pop(box->answers, &answer))
		release_answer(&answer);
	queue_destroy(box->answers);
	free(box);
}

static struct question *ask(struct rpc_client *client)
{
	struct question *question = calloc(1, sizeof(*question));

	if (!question)
		return NULL;
	question->box = client->rpc->box;
	question->slot = client->slot;
	question->generation = client->generation;
	atomic_fetch_add(&question->box->users, 1);
	return question;
}

static void forget(struct question *question)
{
	rpc_box_drop(question->box);
	tally_destroy(question->tally);
	free(question);
}

/* NOLINTNEXTLINE(readability-non-const-parameter): whoever takes the answer frees it */
static void put_answer(struct question *question, enum kakou_err err, char *json,
		       const char *why)
{
	struct rpc_answer answer = {
		.slot = question->slot,
		.generation = question->generation,
		.err = (int8_t)err,
		.json = json,
		.tally = question->tally,
	};

	question->tally = NULL;
	text_copy(answer.why, sizeof(answer.why), why);
	if (queue_push(question->box->answers, &answer)) {
		release_answer(&answer); /* who asked is told that it took too long */
		log_warning("rpc", "an answer of the journal was dropped");
	}
	forget(question);
}

static void hand_over(void *arg, enum kakou_err err, char *json)
{
	put_answer(arg, err, json, "");
}

static void hand_over_copy(void *arg, enum kakou_err err, const struct why *why)
{
	put_answer(arg, err, NULL, why ? why->text : "");
}

void rpc_record_take_answers(struct rpc *rpc)
{
	struct rpc_answer answer;

	while (queue_pop(rpc->box->answers, &answer)) {
		struct rpc_client *client = &rpc->clients[answer.slot];
		rpc_then *then = client->then;

		if (client->state != CLIENT_WAITING || !then ||
		    client->generation != answer.generation) {
			release_answer(&answer);
			continue;
		}
		client->then = NULL;
		client->tally = answer.tally;
		then(client, answer.err, answer.json, answer.why);
		rpc_client_go_on(client);
	}
}

void rpc_record_retry(struct rpc_client *client)
{
	struct question *question = ask(client);
	enum kakou_err err;

	if (!question) {
		rpc_client_fail(client, RPC_NO_MEMORY, "no memory to ask the journal");
		return;
	}
	err = journal_read(client->rpc->config.journal, &client->query, hand_over,
			   question);
	if (!err)
		return;
	forget(question);
	if (err == KAKOU_E_FULL)
		client->retry_ms = clock_mono_ms() + RPC_RETRY_MS;
	else
		rpc_client_fail(client, rpc_code(err), "the journal: %s",
				kakou_err_name(err));
}

void rpc_record_ask(struct rpc_client *client, const struct journal_query *query,
		    rpc_then *then)
{
	client->query = *query;
	client->then = then;
	if (client->state != CLIENT_WAITING)
		rpc_client_wait(client, RPC_RECORD_MS);
	rpc_record_retry(client);
}

void rpc_record_prove(struct rpc_client *client, enum journal_proof what, int64_t first,
		      int64_t second, rpc_then *then)
{
	struct question *question = ask(client);
	enum kakou_err err;

	if (!question) {
		rpc_client_fail(client, RPC_NO_MEMORY, "no memory to ask the journal");
		return;
	}
	client->then = then;
	if (client->state != CLIENT_WAITING)
		rpc_client_wait(client, RPC_RECORD_MS);
	err = journal_prove(client->rpc->config.journal, what, first, second, hand_over,
			    question);
	if (!err)
		return;
	forget(question);
	rpc_client_fail(client, rpc_code(err), "the journal: %s", kakou_err_name(err));
}

static void hand_over_count(void *arg, enum kakou_err err, char *json,
			    const struct why *why)
{
	put_answer(arg, err, json, why ? why->text : "");
}

void rpc_record_count(struct rpc_client *client, rpc_then *then)
{
	struct question *question = ask(client);
	enum kakou_err err;

	if (!question) {
		rpc_client_fail(client, RPC_NO_MEMORY, "no memory to ask the journal");
		return;
	}
	client->then = then;
	question->tally = client->tally;
	client->tally = NULL;
	err = journal_count(client->rpc->config.journal, question->tally, hand_over_count,
			    question);
	if (!err)
		return;
	client->tally = question->tally;
	question->tally = NULL;
	forget(question);
	if (err == KAKOU_E_FULL)
		client->retry_ms = clock_mono_ms() + RPC_RETRY_MS;
	else
		rpc_client_fail(client, rpc_code(err), "the journal: %s",
				kakou_err_name(err));
}

static void reply_events(struct rpc_client *client, enum kakou_err err, char *json,
			 const char *why)
{
	(void)why;
	if (err)
		rpc_client_fail(client, rpc_code(err), "the journal: %s",
				kakou_err_name(err));
	else
		rpc_client_reply_text(client, "{\"events\":", json, "}}\n");
}

void rpc_record_events(struct rpc_client *client, const json_t *params)
{
	const struct journal_query query = {
		.after = rpc_param_integer(params, "after", 0),
		.before = rpc_param_integer(params, "before", 0),
		.limit = (int32_t)rpc_param_integer(params, "limit", 100),
		.newest_first = rpc_param_flag(params, "newest_first"),
		.passage = rpc_param_integer(params, "passage", 0),
		.kind = rpc_param_kind(params),
		.lane = rpc_param_lane(client->rpc, params),
	};

	rpc_record_ask(client, &query, reply_events);
}

static void reply_copy(struct rpc_client *client, enum kakou_err err, char *json,
		       const char *why)
{
	free(json);
	if (err)
		rpc_client_fail(client, rpc_code(err), "%s",
				why[0] ? why : kakou_err_name(err));
	else
		rpc_client_reply(client, json_pack("{s:b}", "copied", 1));
}

void rpc_record_copy(struct rpc_client *client, const json_t *params)
{
	const char *path = rpc_param_text(params, "path");
	struct question *question;
	enum kakou_err err;

	if (path[0] != '/') {
		rpc_client_fail(client, RPC_BAD_PARAMS,
				"path: got \"%s\", expected an absolute one", path);
		return;
	}
	question = ask(client);
	if (!question) {
		rpc_client_fail(client, RPC_NO_MEMORY, "no memory to ask the journal");
		return;
	}
	client->then = reply_copy;
	rpc_client_wait(client, RPC_COPY_MS);
	err = journal_copy(client->rpc->config.journal, path, hand_over_copy, question);
	if (!err)
		return;
	forget(question);
	rpc_client_fail(client, rpc_code(err), "the journal: %s", kakou_err_name(err));
}

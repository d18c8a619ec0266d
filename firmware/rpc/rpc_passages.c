/* SPDX-License-Identifier: MIT */
/*
 * Passages: lists of summaries, and one passage with all its events, each made by a chain
 * of questions to the journal: where to begin, which passages, then one after the other.
 *
 * Layer: firmware. Threads: the control-socket thread's.
 */
#include "firmware/rpc/rpc_internal.h"

#include <stdlib.h>
#include <string.h>

enum { PASSAGES_MAX = 100, PASSAGE_EVENTS_MAX = 1000 };

struct rpc_passages {
	struct journal_query list;
	size_t count, at;
	int64_t numbers[PASSAGES_MAX];
	json_t *found;
};

void rpc_passages_release(struct rpc_passages *passages)
{
	if (!passages)
		return;
	json_decref(passages->found);
	free(passages);
}

static struct journal_query query_passage(int64_t passage)
{
	const struct journal_query query = {
		.limit = PASSAGE_EVENTS_MAX,
		.passage = passage,
		.kind = -1,
		.lane = -1,
	};

	return query;
}

/* The rows of an answer. NULL: the reply, an error, is set. Takes `json` over. */
static json_t *read_rows(struct rpc_client *client, enum kakou_err err, char *json)
{
	json_t *rows = json ? json_loads(json, 0, NULL) : NULL;

	free(json);
	if (err)
		rpc_client_fail(client, rpc_code(err), "the journal: %s",
				kakou_err_name(err));
	else if (!json_is_array(rows))
		rpc_client_fail(client, RPC_NO_MEMORY,
				"no memory to read the journal's answer");
	if (!err && json_is_array(rows))
		return rows;
	json_decref(rows);
	return NULL;
}

static void finish(struct rpc_client *client)
{
	json_t *found = client->passages->found;

	client->passages->found = NULL;
	rpc_passages_release(client->passages);
	client->passages = NULL;
	rpc_client_reply(client, json_pack("{s:o}", "passages", found));
}

static void take_passage(struct rpc_client *client, enum kakou_err err, char *json,
			 const char *why);

static void ask_next(struct rpc_client *client)
{
	struct rpc_passages *passages = client->passages;
	struct journal_query query;

	if (passages->at == passages->count) {
		finish(client);
		return;
	}
	query = query_passage(passages->numbers[passages->at]);
	rpc_record_ask(client, &query, take_passage);
}

static void take_passage(struct rpc_client *client, enum kakou_err err, char *json,
			 const char *why)
{
	struct rpc_passages *passages = client->passages;
	json_t *rows = read_rows(client, err, json);

	(void)why;
	if (!rows)
		return;
	err = json_array_append_new(passages->found,
				    rpc_summarise(passages->numbers[passages->at], rows));
	json_decref(rows);
	if (err) {
		rpc_client_fail(client, RPC_NO_MEMORY, "no memory for the summaries");
		return;
	}
	passages->at++;
	ask_next(client);
}

static void take_list(struct rpc_client *client, enum kakou_err err, char *json,
		      const char *why)
{
	struct rpc_passages *passages = client->passages;
	json_t *rows = read_rows(client, err, json);
	json_t *row;
	size_t i;

	(void)why;
	if (!rows)
		return;
	json_array_foreach(rows, i, row)
	{
		const json_t *event = json_object_get(row, "bytes");

		if (passages->count < PASSAGES_MAX)
			passages->numbers[passages->count++] =
				json_integer_value(json_object_get(event, "passage"));
	}
	json_decref(rows);
	ask_next(client);
}

/* The passage after which the list begins: its opening has the number to go on from. */
static void take_start(struct rpc_client *client, enum kakou_err err, char *json,
		       const char *why)
{
	struct rpc_passages *passages = client->passages;
	json_t *rows = read_rows(client, err, json);

	(void)why;
	if (!rows)
		return;
	passages->list.after =
		json_integer_value(json_object_get(json_array_get(rows, 0), "seq"));
	json_decref(rows);
	if (passages->list.after > 0)
		rpc_record_ask(client, &passages->list, take_list);
	else
		rpc_client_fail(client, rpc_code(KAKOU_E_NOTFOUND),
				"after: got a passage that is not in the record");
}

void rpc_passages_list(struct rpc_client *client, const json_t *params)
{
	struct rpc_passages *passages = calloc(1, sizeof(*passages));
	struct journal_query start = query_passage(rpc_param_integer(params, "after", 0));

	rpc_passages_release(client->passages);
	client->passages = passages;
	if (passages)
		passages->found = json_array();
	if (!passages || !passages->found) {
		rpc_client_fail(client, RPC_NO_MEMORY, "no memory for the summaries");
		return;
	}
	passages->list.kind = EVENT_PASSAGE_OPENED;
	passages->list.limit = (int32_t)rpc_param_integer(params, "limit", 20);
	passages->list.lane = rpc_param_lane(client->rpc, params);
	passages->list.newest_first = rpc_param_flag(params, "newest_first");
	start.kind = EVENT_PASSAGE_OPENED;
	start.limit = 1;
	if (start.passage > 0)
		rpc_record_ask(client, &start, take_start);
	else
		rpc_record_ask(client, &passages->list, take_list);
}

/* The summary with the events behind it, whose bytes stay as the record has them. */
static void reply_passage(struct rpc_client *client, int64_t passage, const json_t *rows,
			  char *events)
{
	static const char member[] = ",\"events\":";
	json_t *summary = rpc_summarise(passage, rows);
	char *text = summary ? json_dumps(summary, JSON_COMPACT) : NULL;
	char *before = NULL;
	size_t len;

	json_decref(summary);
	len = text ? strlen(text) - 1 : 0; /* without its last brace */
	if (text)
		before = realloc(text, len + sizeof(member));
	if (!before) {
		free(text);
		free(events);
		rpc_client_fail(client, RPC_NO_MEMORY, "no memory for the passage");
		return;
	}
	memcpy(before + len, member, sizeof(member));
	rpc_client_reply_text(client, before, events, "}}\n");
	free(before);
}

static void take_one(struct rpc_client *client, enum kakou_err err, char *json,
		     const char *why)
{
	int64_t passage = client->query.passage;
	char *events = json ? strdup(json) : NULL;
	json_t *rows = read_rows(client, err, json);

	(void)why;
	if (rows && json_array_size(rows) > 0) {
		reply_passage(client, passage, rows, events);
		events = NULL;
	} else if (rows) {
		rpc_client_fail(client, rpc_code(KAKOU_E_NOTFOUND),
				"passage: got %lld, which is not in the record",
				(long long)passage);
	}
	free(events);
	json_decref(rows);
}

void rpc_passages_one(struct rpc_client *client, const json_t *params)
{
	struct journal_query query =
		query_passage(rpc_param_integer(params, "passage", 0));

	rpc_record_ask(client, &query, take_one);
}

/* SPDX-License-Identifier: MIT */
/*
 * The journal's reader thread, and what it is asked.
 *
 * Layer: firmware.
 */
#include "firmware/record/journal.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/record/journal_inside.h"
#include "firmware/record/tally.h"

enum { LIMIT_MAX = 1000 };

static void answer_request(const struct journal_request *request, enum kakou_err err,
			   char *json, const struct why *why)
{
	if (request->copy_path)
		request->copy_done(request->arg, err, why);
	else if (request->tally)
		request->count_done(request->arg, err, json, why);
	else
		request->read_done(request->arg, err, json);
	free(request->copy_path);
}

/* Waits for a step of retention to end; then none begins. */
static void hold_retention(struct journal *journal, bool is_copying)
{
	pthread_mutex_lock(&journal->removing);
	journal->is_copying = is_copying;
	pthread_mutex_unlock(&journal->removing);
}

static void begin_copy(struct journal *journal, const struct journal_request *request)
{
	struct why why = {""};
	enum kakou_err err = KAKOU_E_FULL;

	if (journal->copy) {
		why_set(&why, err, "%s: another copy is being made", request->copy_path);
	} else {
		hold_retention(journal, true);
		err = reader_copy_begin(&journal->copy, journal->reading,
					request->copy_path, &why);
		hold_retention(journal, !err);
	}
	if (err)
		answer_request(request, err, NULL, &why);
	else
		journal->copy_request = *request;
}

static void go_on_copying(struct journal *journal)
{
	struct why why = {""};
	enum kakou_err err = reader_copy_go_on(journal->copy, &why);

	if (err == KAKOU_E_AGAIN)
		return;
	journal->copy = NULL;
	hold_retention(journal, false);
	answer_request(&journal->copy_request, err, NULL, &why);
}

static enum kakou_err count_slice(struct journal *journal, struct tally *tally,
				  char **json, struct why *why)
{
	enum kakou_err err = tally_step(tally, journal->reading, READER_SLICE_MS, why);

	return err ? err : tally_print(tally, json, why);
}

static void serve(struct journal *journal, const struct journal_request *request)
{
	struct why why = {""};
	char *json = NULL;
	enum kakou_err err;

	if (request->copy_path) {
		begin_copy(journal, request);
		return;
	}
	if (request->tally)
		err = count_slice(journal, request->tally, &json, &why);
	else if (request->is_proof)
		err = reader_prove(journal->reading, request->proof, request->first,
				   request->second, &json, &why);
	else
		err = reader_query(journal->reading, &request->query, &json, &why);
	answer_request(request, err, json, &why);
}

/* What is left at the end is answered, so that nobody keeps its argument for ever. */
static void refuse_requests(struct journal *journal)
{
	struct why why = {""};
	struct journal_request request;
	enum kakou_err err = why_set(&why, KAKOU_E_LINK, "the journal is closing");

	if (journal->copy) {
		reader_copy_abandon(journal->copy);
		journal->copy = NULL;
		answer_request(&journal->copy_request, err, NULL, &why);
	}
	while (queue_pop(journal->requests, &request))
		answer_request(&request, err, NULL, &why);
}

void journal_run_reader(void *arg)
{
	struct journal *journal = arg;
	struct journal_request request;
	bool has_more = false; /* one wake may stand for several requests */
	struct pollfd fds[] = {
		{.fd = queue_fd(journal->requests), .events = POLLIN},
		{.fd = journal->stop_fd,            .events = POLLIN},
	};

	while (!fds[1].revents) {
		int ready = poll(fds, 2, journal->copy || has_more ? 0 : -1);

		assert(ready >= 0 || errno == EINTR);
		queue_quiet(journal->requests);
		has_more = !fds[1].revents && queue_pop(journal->requests, &request);
		if (has_more)
			serve(journal, &request);
		if (journal->copy)
			go_on_copying(journal);
	}
	refuse_requests(journal);
}

/* ---- from other threads --------------------------------------------------------------- */

/* The queue has one producer; those who ask take turns. */
static enum kakou_err push_request(struct journal *journal,
				   const struct journal_request *request)
{
	enum kakou_err err;

	pthread_mutex_lock(&journal->asking);
	err = queue_push(journal->requests, request);
	pthread_mutex_unlock(&journal->asking);
	return err;
}

enum kakou_err journal_read(struct journal *journal, const struct journal_query *query,
			    void (*done)(void *arg, enum kakou_err err, char *json),
			    void *arg)
{
	struct journal_request request = {
		.query = {.after = query->after,
			  .before = query->before,
			  .limit = query->limit,
			  .newest_first = query->newest_first,
			  .passage = query->passage},
		.read_done = done,
		.arg = arg,
	};

	if (query->limit < 1 || query->limit > LIMIT_MAX || query->before < 0 ||
	    query->passage < 0 || query->kind >= EVENT_KIND_COUNT ||
	    (query->lane >= 0 && (size_t)query->lane >= journal->lane_count))
		return KAKOU_E_INVALID;
	if (query->kind >= 0)
		request.query.kind = event_kind_name((enum event_kind)query->kind);
	if (query->lane >= 0)
		request.query.lane = journal->lanes[query->lane];
	return push_request(journal, &request);
}

enum kakou_err journal_prove(struct journal *journal, enum journal_proof what,
			     int64_t first, int64_t second,
			     void (*done)(void *arg, enum kakou_err err, char *json),
			     void *arg)
{
	struct journal_request request = {
		.is_proof = true,
		.proof = what,
		.first = first,
		.second = second,
		.read_done = done,
		.arg = arg,
	};

	return push_request(journal, &request);
}

enum kakou_err journal_count(struct journal *journal, struct tally *tally,
			     void (*done)(void *arg, enum kakou_err err, char *json,
					  const struct why *why),
			     void *arg)
{
	struct journal_request request = {.tally = tally, .count_done = done, .arg = arg};

	return push_request(journal, &request);
}

enum kakou_err journal_copy(struct journal *journal, const char *path,
			    void (*done)(void *arg, enum kakou_err err,
					 const struct why *why),
			    void *arg)
{
	struct journal_request request = {
		.copy_path = strdup(path),
		.copy_done = done,
		.arg = arg,
	};
	enum kakou_err err;

	if (!request.copy_path)
		return KAKOU_E_NOMEM;
	err = push_request(journal, &request);
	if (err)
		free(request.copy_path);
	return err;
}

/* SPDX-License-Identifier: MIT */
/*
 * A page of events for a thread that may wait for it.
 *
 * Layer: firmware.
 */
#include "firmware/record/journal.h"

#include <errno.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

enum { PATIENCE_S = 30 };

/* One question; whoever comes last of asker and answerer releases it. */
struct question {
	sem_t answered;
	atomic_int users;
	enum kakou_err err;
	char *json;
};

static void drop(struct question *question)
{
	if (atomic_fetch_sub(&question->users, 1) != 1)
		return;
	sem_destroy(&question->answered);
	/* NOLINTNEXTLINE(-Wanalyzer-use-after-free): the last of two users */
	free(question->json);
	free(question);
}

static void on_answer(void *arg, enum kakou_err err, char *json)
{
	struct question *question = arg;

	question->err = err;
	question->json = json;
	sem_post(&question->answered);
	drop(question);
}

static bool wait_for(struct question *question)
{
	struct timespec until;
	int failed;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += PATIENCE_S;
	do
		failed = sem_clockwait(&question->answered, CLOCK_MONOTONIC, &until);
	while (failed && errno == EINTR);
	return !failed;
}

enum kakou_err journal_read_now(struct journal *journal,
				const struct journal_query *query, char **json,
				struct why *why)
{
	struct question *question = calloc(1, sizeof(*question));
	enum kakou_err err;

	if (!question)
		return why_set(why, KAKOU_E_NOMEM, "no memory to read the record");
	sem_init(&question->answered, 0, 0);
	atomic_init(&question->users, 2);
	err = journal_read(journal, query, on_answer, question);
	if (err)
		drop(question); /* nobody answers */
	else if (!wait_for(question))
		err = KAKOU_E_TIMEOUT;
	else
		err = question->err;
	if (!err) {
		*json = question->json;
		question->json = NULL;
	}
	/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): the first of two users has dropped it */
	drop(question);
	return err ? why_set(why, err, "the record can't be read: %s",
			     kakou_err_name(err))
		   : KAKOU_OK;
}

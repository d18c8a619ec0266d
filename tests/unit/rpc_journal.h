/* SPDX-License-Identifier: MIT */
/*
 * A journal for tests of the control socket: answers when and as the test says.
 *
 * These are definitions that take the place of the real journal's reading: include them once
 * in a program, in the test itself, so that no other test meets them.
 *
 * Layer: tests. Threads: asked by the server's, answered by the test's.
 */
#ifndef KAKOU_TESTS_RPC_JOURNAL_H
#define KAKOU_TESTS_RPC_JOURNAL_H

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "firmware/record/journal.h"
#include "hal/text.h"

enum { RPC_JOURNAL_QUESTIONS_MAX = 256, RPC_JOURNAL_PATIENCE_S = 5 };

struct rpc_journal_question {
	struct journal_query query;
	char copy_path[512];
	void (*read_done)(void *arg, enum kakou_err err, char *json);
	void (*copy_done)(void *arg, enum kakou_err err, const struct why *why);
	void (*count_done)(void *arg, enum kakou_err err, char *json,
			   const struct why *why);
	void *arg;
};

static pthread_mutex_t rpc_journal_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t rpc_journal_asked = PTHREAD_COND_INITIALIZER;
static struct {
	struct rpc_journal_question questions[RPC_JOURNAL_QUESTIONS_MAX];
	int first, count; /* of those that wait */
	int reached;
	int refusals;
	enum kakou_err refusal;
	struct journal_health health;
} rpc_journal;

/** Forgets everything; healthy, and questions wait for rpc_journal_answer(). */
static inline struct journal *rpc_journal_reset(void)
{
	pthread_mutex_lock(&rpc_journal_lock);
	memset(&rpc_journal, 0, sizeof(rpc_journal));
	pthread_mutex_unlock(&rpc_journal_lock);
	return (struct journal *)&rpc_journal;
}

/** The next `count` questions are refused with `err`. */
static inline void rpc_journal_refuse(enum kakou_err err, int count)
{
	pthread_mutex_lock(&rpc_journal_lock);
	rpc_journal.refusals = count;
	rpc_journal.refusal = err;
	pthread_mutex_unlock(&rpc_journal_lock);
}

static inline void rpc_journal_set_health(const struct journal_health *health)
{
	rpc_journal.health = *health;
}

/** Questions that reached the journal, the refused ones included. */
static inline int rpc_journal_count(void)
{
	int count;

	pthread_mutex_lock(&rpc_journal_lock);
	count = rpc_journal.reached;
	pthread_mutex_unlock(&rpc_journal_lock);
	return count;
}

static enum kakou_err rpc_journal_take(const struct rpc_journal_question *question)
{
	enum kakou_err err = KAKOU_OK;

	pthread_mutex_lock(&rpc_journal_lock);
	rpc_journal.reached++;
	if (rpc_journal.refusals > 0) {
		rpc_journal.refusals--;
		err = rpc_journal.refusal;
	} else {
		assert_true(rpc_journal.first + rpc_journal.count <
			    RPC_JOURNAL_QUESTIONS_MAX);
		rpc_journal.questions[rpc_journal.first + rpc_journal.count++] =
			*question;
		pthread_cond_signal(&rpc_journal_asked);
	}
	pthread_mutex_unlock(&rpc_journal_lock);
	return err;
}

enum kakou_err journal_read(struct journal *where, const struct journal_query *query,
			    void (*done)(void *arg, enum kakou_err err, char *json),
			    void *arg)
{
	const struct rpc_journal_question question = {
		.query = *query, .read_done = done, .arg = arg};

	(void)where;
	return rpc_journal_take(&question);
}

enum kakou_err journal_prove(struct journal *where, enum journal_proof what,
			     int64_t first, int64_t second,
			     void (*done)(void *arg, enum kakou_err err, char *json),
			     void *arg)
{
	const struct rpc_journal_question question = {
		.query = {.after = first, .before = second, .kind = (int32_t)what},
		.read_done = done,
		.arg = arg,
	};

	(void)where;
	return rpc_journal_take(&question);
}

enum kakou_err journal_copy(struct journal *where, const char *path,
			    void (*done)(void *arg, enum kakou_err err,
					 const struct why *why),
			    void *arg)
{
	struct rpc_journal_question question = {.copy_done = done, .arg = arg};

	(void)where;
	text_copy(question.copy_path, sizeof(question.copy_path), path);
	return rpc_journal_take(&question);
}

enum kakou_err journal_count(struct journal *where, struct tally *tally,
			     void (*done)(void *arg, enum kakou_err err, char *json,
					  const struct why *why),
			     void *arg)
{
	struct rpc_journal_question question = {.count_done = done, .arg = arg};

	(void)where;
	(void)tally;
	return rpc_journal_take(&question);
}

void journal_retain_soon(struct journal *where)
{
	(void)where;
}

bool journal_read_health(struct journal *where, int who, struct journal_health *out)
{
	(void)where;
	assert_int_equal(who, 1);
	*out = rpc_journal.health;
	return true;
}

/** Waits (at most 5 s) for a question that is not answered yet and shows it; a copy shows its
 *  path instead, NULL for a question. */
static inline struct journal_query rpc_journal_wait(const char **copy_path)
{
	struct timespec until;
	struct rpc_journal_question *question;
	int failed = 0;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += RPC_JOURNAL_PATIENCE_S;
	pthread_mutex_lock(&rpc_journal_lock);
	while (rpc_journal.count == 0 && !failed)
		failed = pthread_cond_timedwait(&rpc_journal_asked, &rpc_journal_lock,
						&until);
	question = &rpc_journal.questions[rpc_journal.first];
	pthread_mutex_unlock(&rpc_journal_lock);
	if (failed)
		fail_msg("no question reached the journal within %d s",
			 RPC_JOURNAL_PATIENCE_S);
	if (copy_path)
		*copy_path = question->copy_done ? question->copy_path : NULL;
	return question->query;
}

/** Answers the oldest question: with this JSON (copied), or with an error. */
static inline void rpc_journal_answer(const char *json, enum kakou_err err,
				      const char *why)
{
	struct rpc_journal_question question;
	struct why said = {""};

	(void)rpc_journal_wait(NULL);
	pthread_mutex_lock(&rpc_journal_lock);
	question = rpc_journal.questions[rpc_journal.first++];
	rpc_journal.count--;
	pthread_mutex_unlock(&rpc_journal_lock);
	text_copy(said.text, sizeof(said.text), why ? why : "");
	if (question.copy_done)
		question.copy_done(question.arg, err, &said);
	else if (question.count_done)
		question.count_done(question.arg, err, json ? strdup(json) : NULL, &said);
	else
		question.read_done(question.arg, err, json ? strdup(json) : NULL);
}

#endif

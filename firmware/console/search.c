/* SPDX-License-Identifier: MIT */
/*
 * Search: its thread, and the way of questions and answers.
 *
 * Layer: firmware.
 */
#include "firmware/console/search.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/console/caller.h"
#include "firmware/console/search_inside.h"
#include "hal/clock.h"
#include "hal/log.h"
#include "hal/queue.h"
#include "hal/text.h"
#include "hal/thread.h"

enum {
	STACK_BYTES = 262144,
	EVENTS_EACH = 500,
	PAUSE_MS = 5,     /* between two questions while much is to be read */
	FOLLOW_MS = 1000, /* when everything is */
	BACK_OFF_MS = 2000,
	TRIM_MS = 60000,
};

/* From who asks to the thread, and back with its answer. */
struct job {
	enum search_verb verb;
	json_t *question;
	search_then *then;
	void *arg;
	json_t *result;
	enum kakou_err err;
	struct why why;
};

struct search {
	struct search_config config;
	struct queue *jobs, *answers; /* of struct job * */
	unsigned waiting;             /* asked and not answered: of who asks */
	struct loop_watch *answers_watch;
	struct thread *thread;
	_Atomic int64_t followed;

	/* The thread's own. */
	struct loop *loop;
	struct loop_watch *jobs_watch;
	struct loop_timer *follow, *trim;
	struct caller *caller;
	struct search_base base;
	bool is_checked; /* the record is the one that was followed */
};

/* ---- following the record ------------------------------------------------------------------------ */

static void follow_later(struct search *search, int64_t pause_ms)
{
	loop_timer_set(search->follow, clock_mono_ms() + pause_ms);
}

static void on_rows(void *arg, const struct caller_answer *answer)
{
	struct search *search = arg;
	const json_t *rows = json_object_get(answer->result, "events");
	size_t count = json_array_size(rows);

	if (!answer->result || search_base_take(&search->base, rows)) {
		search->is_checked = search->is_checked && answer->result;
		follow_later(search, BACK_OFF_MS);
		return;
	}
	atomic_store(&search->followed, search->base.last);
	follow_later(search, count == EVENTS_EACH ? PAUSE_MS : FOLLOW_MS);
}

/* The last event that is known, as the record has it now. */
static void on_check(void *arg, const struct caller_answer *answer)
{
	struct search *search = arg;
	const json_t *row = json_array_get(json_object_get(answer->result, "events"), 0);

	if (!answer->result) {
		follow_later(search, BACK_OFF_MS);
		return;
	}
	search->is_checked = true;
	if (search->base.last > 0 &&
	    (json_number_of(row, "seq") != search->base.last ||
	     strcmp(json_text_of(row, "chain"), search->base.chain) != 0)) {
		log_warning("search", "the record is another one: made anew from it");
		search->is_checked = !search_base_clear(&search->base);
	}
	follow_later(search, 0);
}

static void on_follow(void *arg)
{
	struct search *search = arg;
	int64_t last = search->base.last;
	bool is_known = search->is_checked;
	json_t *params = json_pack("{s:I, s:i}", "after",
				   (json_int_t)(is_known || last == 0 ? last : last - 1),
				   "limit", is_known ? EVENTS_EACH : 1);

	if (caller_ask(search->caller, "events.read", params,
		       is_known ? on_rows : on_check, search))
		follow_later(search, BACK_OFF_MS);
}

static void on_trim(void *arg)
{
	struct search *search = arg;

	search_base_trim(&search->base, clock_wall_ms());
	loop_timer_set(search->trim, clock_mono_ms() + TRIM_MS);
}

/* ---- questions, in the thread ---------------------------------------------------------------------- */

static enum kakou_err answer_state(struct search_base *base, const json_t *question,
				   json_t **out, struct why *why)
{
	(void)question;
	(void)why;
	*out = json_pack("{s:I}", "followed", (json_int_t)base->last);
	return *out ? KAKOU_OK : KAKOU_E_NOMEM;
}

static void do_job(struct search *search, struct job *job)
{
	static search_answer *const answers[] = {
		[SEARCH_HISTORY] = search_history,
		[SEARCH_STATISTICS] = search_statistics,
		[SEARCH_ALARMS] = search_alarms,
		[SEARCH_BASELINE] = search_baseline,
		[SEARCH_KEEP] = search_keep_baseline,
		[SEARCH_STATE] = answer_state,
	};

	search->base.deadline_ms = clock_mono_ms() + SEARCH_MS;
	job->err =
		answers[job->verb](&search->base, job->question, &job->result, &job->why);
	search->base.deadline_ms = 0;
}

static void on_jobs(void *arg, int ready)
{
	struct search *search = arg;
	struct job *job;

	(void)ready;
	queue_quiet(search->jobs);
	while (queue_pop(search->jobs, &job)) {
		if (!job) { /* the end */
			loop_stop(search->loop);
			return;
		}
		do_job(search, job);
		if (queue_push(search->answers, &job))
			log_error("search", "nobody takes the answers: one is lost");
	}
}

static void run(void *arg)
{
	struct search *search = arg;

	if (loop_run(search->loop))
		log_error("search", "its loop failed");
}

/* ---- answers, where they were asked for --------------------------------------------------------------- */

static void finish(struct search *search, struct job *job)
{
	search->waiting--;
	job->then(job->arg, job->result, job->err, job->why.text);
	json_decref(job->result);
	json_decref(job->question);
	free(job);
}

static void on_answers(void *arg, int ready)
{
	struct search *search = arg;
	struct job *job;

	(void)ready;
	queue_quiet(search->answers);
	while (queue_pop(search->answers, &job))
		finish(search, job);
}

enum kakou_err search_ask(struct search *search, enum search_verb verb, json_t *question,
			  search_then *then, void *arg)
{
	struct job *job;

	if (search->waiting >= SEARCH_JOBS_MAX) {
		json_decref(question);
		return KAKOU_E_FULL;
	}
	job = calloc(1, sizeof(*job));
	if (!job) {
		json_decref(question);
		return KAKOU_E_NOMEM;
	}
	*job = (struct job){.verb = verb, .question = question, .then = then, .arg = arg};
	if (queue_push(search->jobs, &job)) {
		json_decref(question);
		free(job);
		return KAKOU_E_FULL;
	}
	search->waiting++;
	return KAKOU_OK;
}

int64_t search_followed(const struct search *search)
{
	return atomic_load(&search->followed);
}

/* ---- opening and closing ---------------------------------------------------------------------------------- */

/* The thread's own things, made before it starts. */
static enum kakou_err make_inside(struct search *search)
{
	if (loop_create(&search->loop) ||
	    caller_create(&search->caller, search->loop, search->config.socket, 1) ||
	    loop_timer_create(search->loop, on_follow, search, &search->follow) ||
	    loop_timer_create(search->loop, on_trim, search, &search->trim) ||
	    loop_watch_fd(search->loop, queue_fd(search->jobs), LOOP_IN, on_jobs, search,
			  &search->jobs_watch))
		return KAKOU_E_NOMEM;
	loop_timer_set(search->follow, clock_mono_ms());
	loop_timer_set(search->trim, clock_mono_ms() + TRIM_MS);
	return KAKOU_OK;
}

enum kakou_err search_open(struct search **out, const struct search_config *config,
			   struct why *why)
{
	struct search *search = calloc(1, sizeof(*search));
	const struct thread_config thread = {
		.name = "search", .stack_bytes = STACK_BYTES, .run = run, .arg = search};
	enum kakou_err err;

	if (!search)
		return why_set(why, KAKOU_E_NOMEM, "no memory for the search database");
	search->config = *config;
	err = search_base_open(&search->base, &search->config, why);
	if (err) {
		free(search);
		return err;
	}
	atomic_store(&search->followed, search->base.last);
	/* One more than jobs: the end has its place. */
	if (queue_create(&search->jobs, sizeof(struct job *), 2 * SEARCH_JOBS_MAX,
			 true) ||
	    queue_create(&search->answers, sizeof(struct job *), 2 * SEARCH_JOBS_MAX,
			 true) ||
	    make_inside(search) ||
	    loop_watch_fd(config->loop, queue_fd(search->answers), LOOP_IN, on_answers,
			  search, &search->answers_watch) ||
	    thread_start(&search->thread, &thread)) {
		search_close(search);
		return why_set(why, KAKOU_E_NOMEM, "no memory for the search database");
	}
	*out = search;
	return KAKOU_OK;
}

static void end_thread(struct search *search)
{
	struct job *last = NULL;

	if (!search->thread)
		return;
	if (queue_push(search->jobs, &last))
		loop_stop(search->loop); /* it holds more than can be asked */
	thread_join(search->thread);
}

void search_close(struct search *search)
{
	struct job *job;

	if (!search)
		return;
	end_thread(search);
	loop_unwatch(search->answers_watch);
	while (search->answers && queue_pop(search->answers, &job))
		finish(search, job);
	while (search->jobs && queue_pop(search->jobs, &job)) {
		job->err = why_set(&job->why, KAKOU_E_LINK, "the console ends");
		finish(search, job);
	}
	caller_destroy(search->caller);
	loop_unwatch(search->jobs_watch);
	loop_timer_destroy(search->follow);
	loop_timer_destroy(search->trim);
	loop_destroy(search->loop);
	queue_destroy(search->jobs);
	queue_destroy(search->answers);
	search_base_close(&search->base);
	free(search);
}

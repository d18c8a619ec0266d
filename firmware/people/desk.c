/* SPDX-License-Identifier: MIT */
/*
 * Desk: its thread and queues. Layer: firmware.
 */
#include "firmware/people/desk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/people/desk_internal.h"
#include "hal/log.h"
#include "hal/text.h"

enum {
	STACK_BYTES = 131072,
	ANSWERS_MAX = 2 * DESK_JOBS_MAX, /* who asks takes them soon, or has gone */
};

void desk_secret_free(struct desk_secret *secret)
{
	if (secret)
		explicit_bzero(secret, sizeof(*secret));
	free(secret);
}

static void publish(struct desk *desk)
{
	struct desk_view *view = &desk->shown;

	memset(view, 0, sizeof(*view));
	text_copy(view->damage, sizeof(view->damage), desk->damage);
	view->count = desk->people.count;
	for (size_t i = 0; i < view->count; i++) {
		const struct person *from = &desk->people.person[i];
		struct desk_person *to = &view->person[i];

		text_copy(to->name, sizeof(to->name), from->name);
		to->role = from->role;
		to->is_locked = from->is_locked;
		to->must_change = from->must_change;
		to->changed_wall_ms = from->changed_wall_ms;
		to->kept_out_until_ms = desk_failures_of(desk, from->name)->until_ms;
	}
	mailbox_put(desk->view, view);
}

static void serve(struct desk *desk, const struct desk_job *job)
{
	struct desk_answer answer = {
		.token = job->token, .verb = job->verb, .role = job->role};

	text_copy(answer.name, sizeof(answer.name), job->name);
	text_copy(answer.actor, sizeof(answer.actor), job->actor);
	text_copy(answer.screen, sizeof(answer.screen), job->screen);
	desk_do(desk, job, &answer);
	desk_secret_free(job->secret);
	publish(desk);
	if (queue_push(desk->answers, &answer))
		log_error("people", "nobody takes the answers: one is lost");
}

static void on_jobs(void *arg, int ready)
{
	struct desk *desk = arg;
	struct desk_job job;

	(void)ready;
	queue_quiet(desk->jobs);
	while (queue_pop(desk->jobs, &job))
		serve(desk, &job);
}

static void run(void *arg)
{
	struct desk *desk = arg;

	if (loop_run(desk->loop))
		log_error("people", "the loop failed: nobody can log in");
}

static void release(struct desk *desk)
{
	struct desk_job job;

	if (desk->jobs) {
		while (queue_pop(desk->jobs, &job))
			desk_secret_free(job.secret);
	}
	if (desk->loop) {
		loop_unwatch(desk->watch);
		loop_destroy(desk->loop);
	}
	queue_destroy(desk->jobs);
	queue_destroy(desk->answers);
	mailbox_destroy(desk->view);
	password_room_destroy(desk->room);
	free(desk);
}

static enum kakou_err create_parts(struct desk *desk)
{
	enum kakou_err err = password_room_create(&desk->room);

	if (!err)
		err = password_hash(desk->room, "nobody", desk->cost, desk->dummy,
				    sizeof(desk->dummy));
	if (!err)
		err = queue_create(&desk->jobs, sizeof(struct desk_job), DESK_JOBS_MAX,
				   true);
	if (!err)
		err = queue_create(&desk->answers, sizeof(struct desk_answer),
				   ANSWERS_MAX, true);
	if (!err)
		err = mailbox_create(&desk->view, sizeof(struct desk_view));
	if (!err)
		err = loop_create(&desk->loop);
	if (!err)
		err = loop_watch_fd(desk->loop, queue_fd(desk->jobs), LOOP_IN, on_jobs,
				    desk, &desk->watch);
	return err;
}

enum kakou_err desk_load(struct desk *desk, struct why *why)
{
	enum kakou_err err = people_load(desk->path, &desk->people, why);

	if (err == KAKOU_E_NOMEM)
		return err;
	if (err)
		memset(&desk->people, 0, sizeof(desk->people));
	text_copy(desk->damage, sizeof(desk->damage), err ? why->text : "");
	return KAKOU_OK;
}

enum kakou_err desk_open(struct desk **out, const char *directory, int cost,
			 struct why *why)
{
	struct desk *desk = calloc(1, sizeof(*desk));
	struct thread_config thread = {
		.name = "people", .stack_bytes = STACK_BYTES, .run = run, .arg = desk};
	enum kakou_err err;

	if (!desk)
		return why_set(why, KAKOU_E_NOMEM, "no memory for the people");
	desk->cost = cost;
	(void)snprintf(desk->path, sizeof(desk->path), "%s/people", directory);
	err = desk_load(desk, why);
	if (err)
		goto release;
	if (desk->damage[0])
		log_error("people", "%s: nobody can log in until root puts it right",
			  desk->damage);
	err = create_parts(desk);
	if (!err) {
		publish(desk);
		err = thread_start(&desk->thread, &thread);
	}
	if (err) {
		(void)why_set(why, err, "the thread of the people can't start: %s",
			      kakou_err_name(err));
		goto release;
	}
	*out = desk;
	return KAKOU_OK;

release:
	release(desk);
	return err;
}

void desk_close(struct desk *desk)
{
	if (!desk)
		return;
	loop_stop(desk->loop);
	thread_join(desk->thread);
	release(desk);
}

enum kakou_err desk_ask(struct desk *desk, const struct desk_job *job)
{
	enum kakou_err err = queue_push(desk->jobs, job);

	if (err)
		desk_secret_free(job->secret);
	return err;
}

int desk_fd(const struct desk *desk)
{
	return queue_fd(desk->answers);
}

void desk_quiet(struct desk *desk)
{
	queue_quiet(desk->answers);
}

bool desk_take(struct desk *desk, struct desk_answer *out)
{
	return queue_pop(desk->answers, out);
}

void desk_read(struct desk *desk, struct desk_view *out)
{
	memset(out, 0, sizeof(*out));
	(void)mailbox_get(desk->view, out); /* published before the thread began */
}

/* SPDX-License-Identifier: MIT */
/*
 * The pictures: queues and thread. Layer: firmware. Threads: see pictures.h.
 */
#include "firmware/pictures/pictures.h"

#include <stdio.h>
#include <stdlib.h>

#include "firmware/pictures/pictures_inside.h"
#include "hal/clock.h"
#include "hal/log.h"
#include "hal/text.h"

enum {
	ORDERS = 64,
	NEWS = 32,
	REQUESTS = 16,
	ANSWERS = 32,
	STACK_BYTES = 131072,
};

/* ---- the other threads' side ----------------------------------------------------------------- */

enum kakou_err pictures_want(struct pictures *pictures, const struct picture_read *read)
{
	struct picture_order order = {
		.kind = PICTURE_READ, .lane = read->lane, .read = *read};

	return queue_push(pictures->orders, &order);
}

enum kakou_err pictures_asked(struct pictures *pictures, uint8_t lane, int64_t passage,
			      const char *seq_no)
{
	struct picture_order order = {
		.kind = PICTURE_ASKED, .lane = lane, .passage = passage};

	text_copy(order.head.seq_no, sizeof(order.head.seq_no), seq_no);
	return queue_push(pictures->orders, &order);
}

enum kakou_err pictures_fetch(struct pictures *pictures, uint8_t lane,
			      const struct customs_head *head)
{
	struct picture_order order = {.kind = PICTURE_FETCH, .lane = lane, .head = *head};

	return queue_push(pictures->orders, &order);
}

bool pictures_next(struct pictures *pictures, struct event *out)
{
	return queue_pop(pictures->news, out);
}

enum kakou_err pictures_ask(struct pictures *pictures,
			    const struct picture_request *request)
{
	return queue_push(pictures->requests, request);
}

int pictures_answers_fd(const struct pictures *pictures)
{
	return queue_fd(pictures->answers);
}

void pictures_quiet(struct pictures *pictures)
{
	queue_quiet(pictures->answers);
}

bool pictures_next_answer(struct pictures *pictures, struct picture_answer *out)
{
	return queue_pop(pictures->answers, out);
}

bool pictures_read_health(struct pictures *pictures, struct pictures_health *out)
{
	return mailbox_get(pictures->health_box, out);
}

/* ---- the thread ------------------------------------------------------------------------------ */

static void on_orders(void *arg, int ready)
{
	struct pictures *pictures = arg;

	(void)ready;
	queue_quiet(pictures->orders);
	pictures_step(pictures);
}

static void on_requests(void *arg, int ready)
{
	struct pictures *pictures = arg;
	struct picture_request request;

	(void)ready;
	queue_quiet(pictures->requests);
	while (queue_pop(pictures->requests, &request)) {
		pictures_serve(pictures, &request);
		pictures_step(pictures); /* what cameras bring comes first */
	}
}

static void on_timer(void *arg)
{
	pictures_step(arg);
}

static void run(void *arg)
{
	struct pictures *pictures = arg;

	loop_timer_set(pictures->timer, clock_mono_ms());
	if (loop_run(pictures->loop))
		log_error("pictures", "the loop failed: no picture is kept any more");
}

/* ---- opening and closing --------------------------------------------------------------------- */

static enum kakou_err create_queues(struct pictures *pictures)
{
	if (queue_create(&pictures->orders, sizeof(struct picture_order), ORDERS, true) ||
	    queue_create(&pictures->news, sizeof(struct event), NEWS, false) ||
	    queue_create(&pictures->requests, sizeof(struct picture_request), REQUESTS,
			 true) ||
	    queue_create(&pictures->answers, sizeof(struct picture_answer), ANSWERS,
			 true) ||
	    mailbox_create(&pictures->health_box, sizeof(struct pictures_health)))
		return KAKOU_E_NOMEM;
	return KAKOU_OK;
}

static void list_cameras(struct pictures *pictures)
{
	for (size_t i = 0; i < pictures->site->device_count; i++) {
		if (!pictures->site->devices[i].pictures[0])
			continue;
		pictures->cameras[pictures->camera_count++] = (struct camera){
			.pictures = pictures,
			.device = (uint16_t)i,
		};
	}
}

enum kakou_err pictures_open(struct pictures **out, const struct site *site,
			     struct why *why)
{
	const struct picture_limits limits = {
		.days = site->pictures_days,
		.bytes = site->pictures_bytes,
	};
	struct pictures *pictures = calloc(1, sizeof(*pictures));
	enum kakou_err err;

	if (!pictures)
		return why_set(why, KAKOU_E_NOMEM, "no memory for the pictures");
	pictures->site = site;
	pictures->pairs.wait_ms = site->picture_wait_ms;
	list_cameras(pictures);
	(void)snprintf(pictures->directory, sizeof(pictures->directory), "%s/pictures",
		       site->state_dir);
	err = create_queues(pictures);
	if (err)
		(void)why_set(why, err, "no memory for the queues of the pictures");
	else
		err = picture_store_open(&pictures->store, pictures->directory, &limits,
					 why);
	if (err) {
		pictures_close(pictures);
		return err;
	}
	*out = pictures;
	return KAKOU_OK;
}

enum kakou_err pictures_start(struct pictures *pictures, struct customs_link *link,
			      struct why *why)
{
	const struct thread_config thread = {
		.name = "pictures",
		.stack_bytes = STACK_BYTES,
		.run = run,
		.arg = pictures,
	};
	enum kakou_err err = loop_create(&pictures->loop);

	pictures->link = link;
	if (!err)
		err = loop_watch_fd(pictures->loop, queue_fd(pictures->orders), LOOP_IN,
				    on_orders, pictures, &pictures->orders_watch);
	if (!err)
		err = loop_watch_fd(pictures->loop, queue_fd(pictures->requests), LOOP_IN,
				    on_requests, pictures, &pictures->requests_watch);
	if (!err)
		err = loop_timer_create(pictures->loop, on_timer, pictures,
					&pictures->timer);
	if (!err)
		err = thread_start(&pictures->thread, &thread);
	return err ? why_set(why, err, "the pictures can't start: %s",
			     kakou_err_name(err))
		   : KAKOU_OK;
}

static void release_queues(struct pictures *pictures)
{
	struct picture_answer answer;

	while (pictures->answers && queue_pop(pictures->answers, &answer))
		free(answer.json);
	queue_destroy(pictures->orders);
	queue_destroy(pictures->news);
	queue_destroy(pictures->requests);
	queue_destroy(pictures->answers);
	mailbox_destroy(pictures->health_box);
}

void pictures_close(struct pictures *pictures)
{
	if (!pictures)
		return;
	if (pictures->thread) {
		loop_stop(pictures->loop);
		thread_join(pictures->thread);
	}
	for (size_t i = 0; i < pictures->camera_count; i++) {
		loop_unwatch(pictures->cameras[i].watch);
		folder_close(pictures->cameras[i].folder);
	}
	if (pictures->loop) {
		loop_unwatch(pictures->orders_watch);
		loop_unwatch(pictures->requests_watch);
		loop_timer_destroy(pictures->timer);
		loop_destroy(pictures->loop);
	}
	picture_store_close(pictures->store);
	release_queues(pictures);
	free(pictures);
}

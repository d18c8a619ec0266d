/* SPDX-License-Identifier: MIT */
/*
 * The registry: queues and thread. Layer: firmware. Threads: see registry.h.
 */
#include "firmware/registry/registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "firmware/registry/registry_inside.h"
#include "hal/file.h"
#include "hal/log.h"
#include "hal/text.h"

enum {
	MESSAGES = 256,
	NEWS = 64,
	REQUESTS = 32,
	ANSWERS = 64,
	STACK_BYTES = 131072,
	PATH_BYTES = sizeof(((struct site *)NULL)->state_dir) + 16,
};

/* ---- the control thread's side ------------------------------------------------------------ */

enum kakou_err registry_look_up(struct registry *registry, const struct lookup *lookup)
{
	struct registry_message message = {.word = WORD_LOOK_UP, .u.lookup = *lookup};

	return queue_push(registry->messages, &message);
}

enum kakou_err registry_note(struct registry *registry, const struct order_note *note)
{
	struct registry_message message = {.word = WORD_NOTE, .u.note = *note};

	return queue_push(registry->messages, &message);
}

enum kakou_err registry_recorded(struct registry *registry, uint32_t change,
				 bool is_committed, int64_t seq)
{
	struct registry_message message = {
		.word = WORD_RECORDED,
		.change = change,
		.is_committed = is_committed,
		.seq = seq,
	};

	return queue_push(registry->messages, &message);
}

bool registry_next(struct registry *registry, struct registry_news *out)
{
	return queue_pop(registry->news, out);
}

/* ---- the control socket's side ------------------------------------------------------------- */

enum kakou_err registry_ask(struct registry *registry,
			    const struct registry_request *request)
{
	return queue_push(registry->requests, request);
}

int registry_answers_fd(const struct registry *registry)
{
	return queue_fd(registry->answers);
}

void registry_quiet(struct registry *registry)
{
	queue_quiet(registry->answers);
}

bool registry_next_answer(struct registry *registry, struct registry_answer *out)
{
	return queue_pop(registry->answers, out);
}

bool registry_read_health(struct registry *registry, struct registry_health *out)
{
	return mailbox_get(registry->health_box, out);
}

/* ---- the thread ----------------------------------------------------------------------------- */

void registry_answer(struct registry *registry, uint8_t slot, uint32_t generation,
		     enum kakou_err err, json_t *result, const struct why *why)
{
	struct registry_answer answer = {
		.slot = slot,
		.generation = generation,
		.err = (int8_t)err,
	};

	if (!err)
		answer.json = result ? json_dumps(result, JSON_COMPACT) : NULL;
	json_decref(result);
	if (!err && !answer.json)
		answer.err = KAKOU_E_NOMEM;
	text_copy(answer.why, sizeof(answer.why), why ? why->text : "");
	if (queue_push(registry->answers, &answer)) {
		free(answer.json); /* who asked is told that it took too long */
		log_warning("registry", "an answer was dropped");
	}
}

void registry_publish(struct registry *registry)
{
	struct registry_health *health = &registry->health;
	struct why why = {""};
	json_t *open = NULL;
	enum kakou_err err =
		base_count(registry->base, BASE_ORDERS, &health->orders, &why);

	if (!err)
		err = base_count(registry->base, BASE_VEHICLES, &health->vehicles, &why);
	if (!err)
		err = base_list_offline(registry->base, true, 0, 10000, &open, &why);
	health->offline_open = (int64_t)json_array_size(open);
	json_decref(open);
	health->is_well = !err;
	if (err)
		text_copy(health->why, sizeof(health->why), why.text);
	mailbox_put(registry->health_box, health);
}

static void fail(struct registry *registry, const struct why *why)
{
	if (registry->health.is_well)
		log_error("registry", "%s", why->text);
	registry->health.is_well = false;
	registry->health.failures++;
	text_copy(registry->health.why, sizeof(registry->health.why), why->text);
	mailbox_put(registry->health_box, &registry->health);
}

/* A lane that gets no answer goes on without, which opens nothing. */
static void look_up(struct registry *registry, const struct lookup *lookup)
{
	struct registry_news *news = &registry->out;
	struct why why = {""};

	memset(news, 0, sizeof(*news));
	news->kind = REGISTRY_FOUND;
	registry->health.lookups++;
	if (base_find(registry->base, lookup, &news->u.found, &why))
		fail(registry, &why);
	if (queue_push(registry->news, news))
		log_warning("registry", "an answer for lane %d was dropped",
			    lookup->lane);
}

static void take_note(struct registry *registry, const struct order_note *note)
{
	struct why why = {""};

	if (base_note(registry->base, note, &why))
		fail(registry, &why);
	else if (note->step == STEP_PASSED || note->is_offline)
		registry_publish(registry);
}

static void take_message(struct registry *registry,
			 const struct registry_message *message)
{
	switch ((enum registry_word)message->word) {
	case WORD_LOOK_UP: look_up(registry, &message->u.lookup); break;
	case WORD_NOTE: take_note(registry, &message->u.note); break;
	case WORD_RECORDED:
		registry_make_change(registry, message->change, message->is_committed,
				     message->seq);
		break;
	}
}

static void on_messages(void *arg, int ready)
{
	struct registry *registry = arg;
	struct registry_message message;

	(void)ready;
	queue_quiet(registry->messages);
	while (queue_pop(registry->messages, &message))
		take_message(registry, &message);
}

/* One request, then look-ups again: lanes come first. */
static void on_requests(void *arg, int ready)
{
	struct registry *registry = arg;
	struct registry_request request;

	(void)ready;
	queue_quiet(registry->requests);
	while (queue_pop(registry->requests, &request)) {
		json_t *params = json_loads(request.params, 0, NULL);

		free(request.params);
		registry_serve(registry, &request, params);
		on_messages(registry, LOOP_IN);
	}
}

static void run(void *arg)
{
	struct registry *registry = arg;

	if (loop_run(registry->loop))
		log_error("registry", "the loop failed: nothing is looked up any more");
}

/* ---- opening and closing ------------------------------------------------------------------- */

static enum kakou_err create_queues(struct registry *registry)
{
	if (queue_create(&registry->messages, sizeof(struct registry_message), MESSAGES,
			 true) ||
	    queue_create(&registry->news, sizeof(struct registry_news), NEWS, false) ||
	    queue_create(&registry->requests, sizeof(struct registry_request), REQUESTS,
			 true) ||
	    queue_create(&registry->answers, sizeof(struct registry_answer), ANSWERS,
			 true) ||
	    mailbox_create(&registry->health_box, sizeof(struct registry_health)))
		return KAKOU_E_NOMEM;
	return KAKOU_OK;
}

/* Keeps the damaged base for whoever can still read it; a log without its base is of no use. */
static enum kakou_err set_aside(struct registry *registry, const char *path,
				const struct why *damage, struct why *why)
{
	static const char *const logs[] = {"-wal", "-shm"};
	char aside[PATH_BYTES + 16];

	(void)snprintf(aside, sizeof(aside), "%s.damaged", path);
	if (rename(path, aside))
		return why_set(why, KAKOU_E_IO, "%s, and it can't be set aside",
			       damage->text);
	for (size_t i = 0; i < sizeof(logs) / sizeof(logs[0]); i++) {
		(void)snprintf(aside, sizeof(aside), "%s%s", path, logs[i]);
		(void)!unlink(aside);
	}
	log_error("registry",
		  "%s: set aside as registry.db.damaged; orders and vehicles "
		  "have to be imported again",
		  damage->text);
	text_copy(registry->damage, sizeof(registry->damage), damage->text);
	return KAKOU_OK;
}

/* A gate whose base is damaged clears with customs, lifts for officers and goes up in a fire. */
static enum kakou_err open_base(struct registry *registry, struct why *why)
{
	char path[PATH_BYTES];
	struct why damage = {""};
	enum kakou_err err;

	(void)snprintf(path, sizeof(path), "%s/registry.db", registry->site->state_dir);
	err = base_open(&registry->base, path, registry->site, &damage);
	if (err == KAKOU_E_INVALID) {
		err = set_aside(registry, path, &damage, why);
		if (!err)
			err = base_open(&registry->base, path, registry->site, why);
	} else if (err) {
		*why = damage;
	}
	/* SQLite does not sync the directory of a new file. */
	if (!err)
		err = file_sync_directory(registry->site->state_dir, why);
	return err;
}

enum kakou_err registry_open(struct registry **out, const struct site *site,
			     struct why *why)
{
	struct registry *registry = calloc(1, sizeof(*registry));
	enum kakou_err err;

	if (!registry)
		return why_set(why, KAKOU_E_NOMEM, "no memory for the registry");
	registry->site = site;
	err = create_queues(registry);
	if (err)
		(void)why_set(why, err, "no memory for the registry's queues");
	if (!err)
		err = open_base(registry, why);
	if (err) {
		registry_close(registry);
		return err;
	}
	registry_publish(registry);
	*out = registry;
	return KAKOU_OK;
}

enum kakou_err registry_start(struct registry *registry, struct why *why)
{
	struct thread_config thread = {
		.name = "registry",
		.stack_bytes = STACK_BYTES,
		.run = run,
		.arg = registry,
	};
	enum kakou_err err = loop_create(&registry->loop);

	if (!err)
		err = loop_watch_fd(registry->loop, queue_fd(registry->messages), LOOP_IN,
				    on_messages, registry, &registry->messages_watch);
	if (!err)
		err = loop_watch_fd(registry->loop, queue_fd(registry->requests), LOOP_IN,
				    on_requests, registry, &registry->requests_watch);
	if (!err)
		err = thread_start(&registry->thread, &thread);
	return err ? why_set(why, err, "the registry can't start: %s",
			     kakou_err_name(err))
		   : KAKOU_OK;
}

static void release_queues(struct registry *registry)
{
	struct registry_request request;
	struct registry_answer answer;

	while (registry->requests && queue_pop(registry->requests, &request))
		free(request.params);
	while (registry->answers && queue_pop(registry->answers, &answer))
		free(answer.json);
	queue_destroy(registry->messages);
	queue_destroy(registry->news);
	queue_destroy(registry->requests);
	queue_destroy(registry->answers);
	mailbox_destroy(registry->health_box);
}

void registry_close(struct registry *registry)
{
	if (!registry)
		return;
	if (registry->thread) {
		loop_stop(registry->loop);
		thread_join(registry->thread);
	}
	if (registry->base && registry->messages)
		on_messages(registry, LOOP_IN); /* what lanes noted at the end */
	if (registry->loop) {
		loop_unwatch(registry->messages_watch);
		loop_unwatch(registry->requests_watch);
		loop_destroy(registry->loop);
	}
	for (size_t i = 0; i < REGISTRY_PENDING_MAX; i++)
		json_decref(registry->pending[i].params);
	base_close(registry->base);
	release_queues(registry);
	free(registry);
}

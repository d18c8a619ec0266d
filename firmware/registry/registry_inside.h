/* SPDX-License-Identifier: MIT */
/*
 * What the files of the registry share. All of it is the registry thread's.
 *
 * Layer: firmware.
 */
#ifndef KAKOU_FIRMWARE_REGISTRY_INSIDE_H
#define KAKOU_FIRMWARE_REGISTRY_INSIDE_H

#include <stdatomic.h>

#include "firmware/registry/base.h"
#include "firmware/registry/registry.h"
#include "hal/loop.h"
#include "hal/mailbox.h"
#include "hal/queue.h"
#include "hal/thread.h"

enum {
	REGISTRY_PENDING_MAX = 8,   /* changes that wait for the record */
	REGISTRY_ERRORS_MAX = 20,   /* told of one import */
	REGISTRY_IMPORT_MS = 30000, /* an import without a further part is dropped */
};

/* From the control thread. */
enum registry_word { WORD_LOOK_UP, WORD_NOTE, WORD_RECORDED };

struct registry_message {
	uint8_t word;
	bool is_committed;
	uint32_t change;
	int64_t seq;
	union {
		struct lookup lookup;
		struct order_note note;
	} u;
};

/* A change whose event is on its way into the record. */
struct registry_pending {
	uint32_t change; /* 0 = free */
	uint8_t method;
	uint8_t slot;
	uint32_t generation;
	json_t *params; /* owned */
};

struct registry_import {
	uint32_t number; /* 0 = none is under way */
	enum base_what what;
	bool is_committing;
	int64_t last_ms; /* when its last part came */
	int64_t lines;
	int errors;
	char file[96];
};

struct registry {
	const struct site *site;
	struct base *base;
	struct queue *messages; /* control pushes */
	struct queue *news;     /* control pops */
	struct queue *requests; /* rpc pushes */
	struct queue *answers;  /* rpc pops */
	struct mailbox *health_box;
	struct registry_health health;
	struct loop *loop;
	struct loop_watch *messages_watch, *requests_watch;
	struct thread *thread;
	struct registry_pending pending[REGISTRY_PENDING_MAX];
	struct registry_import import;
	uint32_t last_change, last_import;
	char damage[160]; /* of the base that was set aside at the start; "" = none */
	struct registry_news out; /* scratch: too large for the stack of a callback */
};

/* registry.c */
/** Answers a request; `result` is taken over, NULL with an error. */
void registry_answer(struct registry *registry, uint8_t slot, uint32_t generation,
		     enum kakou_err err, json_t *result, const struct why *why);
void registry_publish(struct registry *registry);

/* registry_request.c */
/** Serves one request; `params` is taken over. */
void registry_serve(struct registry *registry, const struct registry_request *request,
		    json_t *params);
/** The record has answered for a change. */
void registry_make_change(struct registry *registry, uint32_t change, bool is_committed,
			  int64_t seq);

/* registry_import.c */
enum kakou_err registry_import_begin(struct registry *registry, const json_t *params,
				     json_t **result, struct why *why);
enum kakou_err registry_import_lines(struct registry *registry, const json_t *params,
				     json_t **result, struct why *why);
enum kakou_err registry_import_drop(struct registry *registry, const json_t *params,
				    json_t **result, struct why *why);
/** Checks that the import may be taken over and begins its event. */
enum kakou_err registry_import_check(struct registry *registry, const json_t *params,
				     struct event *event, struct why *why);
enum kakou_err registry_import_apply(struct registry *registry, json_t **result,
				     struct why *why);
void registry_import_forget(struct registry *registry);

enum base_what registry_what(const json_t *params);
void registry_begin_event(struct event *event, const char *what, const char *act);

#endif

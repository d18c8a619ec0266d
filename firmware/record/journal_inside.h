/* SPDX-License-Identifier: MIT */
/*
 * What the parts of a journal share; for journal*.c only.
 *
 * Layer: firmware.
 */
#ifndef KAKOU_FIRMWARE_JOURNAL_INSIDE_H
#define KAKOU_FIRMWARE_JOURNAL_INSIDE_H

#include <pthread.h>
#include <stdatomic.h>

#include "firmware/record/journal.h"
#include "firmware/record/reader.h"
#include "firmware/record/writer.h"
#include "hal/mailbox.h"
#include "hal/queue.h"
#include "hal/thread.h"

enum {
	/* Between control and writer: several times what one lane may say in one scan. */
	JOURNAL_EVENTS = 256,
	/* Between writer and control: an event with a ticket is taken when there is room. */
	JOURNAL_ANSWERS = 256,
	JOURNAL_REQUESTS = 8, /* between control socket and reader */
	JOURNAL_HEALTHS = 4,  /* readers of the health */
};

/* What the reader thread is asked. */
struct journal_request {
	struct store_query query;
	char *copy_path; /* NULL: a query or a proof; owned */
	bool is_proof;
	enum journal_proof proof;
	struct tally *tally;   /* NULL: none of statistics; the asker's */
	int64_t first, second; /* of the proof */
	void (*read_done)(void *arg, enum kakou_err err, char *json);
	void (*copy_done)(void *arg, enum kakou_err err, const struct why *why);
	void (*count_done)(void *arg, enum kakou_err err, char *json,
			   const struct why *why);
	void *arg;
};

struct journal {
	const char *const *lanes;
	size_t lane_count;
	int lock_fd;
	int stop_fd;   /* readable from journal_close() on */
	int retain_fd; /* readable when old events are to be looked at now */
	struct queue *events, *answers, *requests;
	pthread_mutex_t asking; /* the askers of the reader; never the control thread */
	struct mailbox *health[JOURNAL_HEALTHS];
	atomic_uint_least32_t pushed, popped; /* events */
	atomic_uint_least32_t answered, answers_read;
	atomic_int_least64_t cursors[JOURNAL_RECEIVERS];
	struct thread *writer_thread, *reader_thread;
	pthread_mutex_t removing; /* held for a step of retention */
	bool is_copying;          /* under it: nothing may go */

	/* Of the writer thread. */
	struct writer *writer;
	struct event incoming; /* popped, but not taken yet */
	bool has_incoming;
	bool is_paused; /* a bound is full: events may wait in the queue */
	bool is_stopping;
	int64_t retry_at_ms;

	/* Of the reader thread. */
	struct store *reading;
	struct reader_copy *copy;
	struct journal_request copy_request;
};

/** Events pushed and not yet popped. */
uint32_t journal_count_queued(const struct journal *journal);

/** Publishes the health; from the writer thread, or before it starts. */
void journal_put_health(struct journal *journal);

/** The writer's way of answering; `arg` is the journal. */
void journal_put_answer(void *arg, const struct journal_ack *ack);

/** The two threads; `arg` is the journal. */
void journal_run_writer(void *arg);
void journal_run_reader(void *arg);

#endif

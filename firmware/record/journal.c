/* SPDX-License-Identifier: MIT */
/*
 * The journal: a writer thread and a reader thread behind bounded queues.
 *
 * Layer:   firmware.
 * Threads: as journal.h says.
 */
#include "firmware/record/journal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "firmware/record/canonical.h"
#include "firmware/record/chain.h"
#include "firmware/record/journal_inside.h"
#include "firmware/record/place.h"

enum { PATH_BYTES = 1024, STACK_BYTES = 96 * 1024 };

/* ---- opening and closing -------------------------------------------------------------- */

static enum kakou_err make_queues(struct journal *journal)
{
	enum kakou_err err = queue_create(&journal->events, sizeof(struct event),
					  JOURNAL_EVENTS, true);

	if (!err)
		err = queue_create(&journal->answers, sizeof(struct journal_ack),
				   JOURNAL_ANSWERS, false);
	if (!err)
		err = queue_create(&journal->requests, sizeof(struct journal_request),
				   JOURNAL_REQUESTS, true);
	for (int i = 0; i < JOURNAL_HEALTHS && !err; i++)
		err = mailbox_create(&journal->health[i], sizeof(struct journal_health));
	if (err)
		return err;
	journal->stop_fd = eventfd(0, EFD_CLOEXEC);
	journal->retain_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return journal->stop_fd < 0 || journal->retain_fd < 0 ? KAKOU_E_IO : KAKOU_OK;
}

static enum kakou_err start_threads(struct journal *journal)
{
	struct thread_config writer = {
		.name = "record-write",
		.stack_bytes = STACK_BYTES,
		.run = journal_run_writer,
		.arg = journal,
	};
	struct thread_config reader = {
		.name = "record-read",
		.stack_bytes = STACK_BYTES,
		.run = journal_run_reader,
		.arg = journal,
	};
	enum kakou_err err = thread_start(&journal->writer_thread, &writer);

	if (!err)
		err = thread_start(&journal->reader_thread, &reader);
	return err;
}

static enum kakou_err open_files(struct journal *journal,
				 const struct journal_config *config,
				 struct journal_past *past, struct why *why)
{
	char path[PATH_BYTES];
	enum kakou_err err = place_claim(config->directory, config->allow_volatile, path,
					 sizeof(path), &journal->lock_fd, why);

	if (!err)
		err = writer_open(&journal->writer, path, config, journal_put_answer,
				  journal, past, why);
	if (!err)
		err = store_open(&journal->reading, path, STORE_READER, why);
	return err;
}

/* What goes into every event must be fit for it. */
static enum kakou_err check_names(const struct journal_config *config, struct why *why)
{
	if (strlen(config->origin) > CHAIN_ORIGIN_MAX)
		return why_set(why, KAKOU_E_INVALID,
			       "origin '%s' is longer than %d bytes", config->origin,
			       CHAIN_ORIGIN_MAX);
	for (size_t i = 0; i < config->lane_count; i++)
		if (!canonical_allows_word(config->lanes[i]))
			return why_set(why, KAKOU_E_INVALID,
				       "lane '%s': expected 1 to %d bytes of UTF-8 "
				       "without control characters",
				       config->lanes[i], CANONICAL_WORD_MAX);
	return KAKOU_OK;
}

enum kakou_err journal_open(struct journal **out, const struct journal_config *config,
			    struct journal_past *past, struct why *why)
{
	struct journal *journal;
	enum kakou_err err;

	err = check_names(config, why);
	if (err)
		return err;
	journal = calloc(1, sizeof(*journal));
	if (!journal)
		return why_set(why, KAKOU_E_NOMEM, "no memory for the journal");
	journal->lanes = config->lanes;
	journal->lane_count = config->lane_count;
	journal->lock_fd = -1;
	journal->stop_fd = -1;
	journal->retain_fd = -1;
	pthread_mutex_init(&journal->asking, NULL);
	pthread_mutex_init(&journal->removing, NULL);
	err = make_queues(journal);
	if (err)
		why_set(why, err, "no memory or descriptor for the journal's queues");
	if (!err)
		err = open_files(journal, config, past, why);
	if (!err) {
		for (int i = 0; i < JOURNAL_RECEIVERS; i++)
			atomic_init(
				&journal->cursors[i],
				writer_cursor(journal->writer, (enum journal_receiver)i));
		journal_put_health(journal);
		err = start_threads(journal);
		if (err)
			why_set(why, err, "can't start the journal's threads");
	}
	if (err) {
		journal_close(journal);
		return err;
	}
	*out = journal;
	return KAKOU_OK;
}

void journal_close(struct journal *journal)
{
	static const uint64_t one = 1;

	if (!journal)
		return;
	if (journal->stop_fd >= 0) {
		ssize_t written = write(journal->stop_fd, &one, sizeof(one));

		assert(written == (ssize_t)sizeof(one));
	}
	thread_join(journal->writer_thread);
	thread_join(journal->reader_thread);
	/* The writer's connection is the last one: it moves the log into the file. */
	store_close(journal->reading);
	writer_close(journal->writer);
	for (int i = 0; i < JOURNAL_HEALTHS; i++)
		mailbox_destroy(journal->health[i]);
	queue_destroy(journal->requests);
	queue_destroy(journal->answers);
	queue_destroy(journal->events);
	if (journal->stop_fd >= 0)
		close(journal->stop_fd);
	if (journal->retain_fd >= 0)
		close(journal->retain_fd);
	if (journal->lock_fd >= 0)
		close(journal->lock_fd);
	pthread_mutex_destroy(&journal->asking);
	pthread_mutex_destroy(&journal->removing);
	free(journal);
}

/* ---- from other threads --------------------------------------------------------------- */

enum kakou_err journal_append(struct journal *journal, const struct event *event)
{
	enum kakou_err err;

	assert(event->lane == EVENT_NO_LANE || event->lane < journal->lane_count);
	/* Counted first: the writer must never see more popped than pushed. */
	atomic_fetch_add_explicit(&journal->pushed, 1, memory_order_relaxed);
	err = queue_push(journal->events, event);
	if (err)
		atomic_fetch_sub_explicit(&journal->pushed, 1, memory_order_relaxed);
	return err;
}

void journal_set_cursor(struct journal *journal, enum journal_receiver receiver,
			int64_t seq)
{
	assert(receiver >= 0 && receiver < JOURNAL_RECEIVERS);
	atomic_store_explicit(&journal->cursors[receiver], seq, memory_order_release);
}

int64_t journal_cursor(const struct journal *journal, enum journal_receiver receiver)
{
	assert(receiver >= 0 && receiver < JOURNAL_RECEIVERS);
	return atomic_load_explicit(&journal->cursors[receiver], memory_order_acquire);
}

uint32_t journal_room(const struct journal *journal)
{
	return JOURNAL_EVENTS - journal_count_queued(journal);
}

bool journal_next_ack(struct journal *journal, struct journal_ack *out)
{
	if (!queue_pop(journal->answers, out))
		return false;
	atomic_fetch_add_explicit(&journal->answers_read, 1, memory_order_release);
	return true;
}

bool journal_read_health(struct journal *journal, int who, struct journal_health *out)
{
	assert(who >= 0 && who < JOURNAL_HEALTHS);
	return mailbox_get(journal->health[who], out);
}

void journal_retain_soon(struct journal *journal)
{
	static const uint64_t one = 1;

	/* It only fails when it was told often enough. */
	if (write(journal->retain_fd, &one, sizeof(one)) < 0)
		return;
}

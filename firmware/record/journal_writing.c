/* SPDX-License-Identifier: MIT */
/*
 * The journal's writer thread.
 *
 * Layer: firmware.
 */
#include "firmware/record/journal.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "firmware/record/journal_inside.h"
#include "hal/clock.h"

enum {
	RETRY_MS = 1000,
	PAUSE_MS = 10, /* until a full bound is looked at again */
	QUIET_MS = 200,
};

uint32_t journal_count_queued(const struct journal *journal)
{
	return atomic_load_explicit(&journal->pushed, memory_order_relaxed) -
	       atomic_load_explicit(&journal->popped, memory_order_acquire);
}

static uint32_t count_unread_answers(const struct journal *journal)
{
	return atomic_load_explicit(&journal->answered, memory_order_relaxed) -
	       atomic_load_explicit(&journal->answers_read, memory_order_acquire);
}

/* There is room: an event with a ticket is only taken when there is room for its answer.
 * At the end nobody reads any more. */
void journal_put_answer(void *arg, const struct journal_ack *ack)
{
	struct journal *journal = arg;

	if (queue_push(journal->answers, ack)) {
		assert(journal->is_stopping);
		return;
	}
	atomic_fetch_add_explicit(&journal->answered, 1, memory_order_relaxed);
}

void journal_put_health(struct journal *journal)
{
	struct journal_health health = *writer_health(journal->writer);

	health.waiting += journal_count_queued(journal) + journal->has_incoming;
	health.is_well = health.is_well && health.is_signed;
	for (int i = 0; i < JOURNAL_HEALTHS; i++)
		mailbox_put(journal->health[i], &health);
}

static bool has_room_for_answer(const struct journal *journal)
{
	return journal->is_stopping ||
	       writer_count_tickets(journal->writer) + count_unread_answers(journal) <
		       JOURNAL_ANSWERS;
}

/* Takes what is queued, up to one group; false when there was nothing. */
static bool take_waiting(struct journal *journal)
{
	int taken = 0;

	journal->is_paused = false;
	while (taken < WRITER_GROUP) {
		if (!has_room_for_answer(journal)) {
			journal->is_paused = true;
			break;
		}
		if (!journal->has_incoming) {
			if (!queue_pop(journal->events, &journal->incoming))
				break;
			atomic_fetch_add_explicit(&journal->popped, 1,
						  memory_order_release);
			journal->has_incoming = true;
		}
		if (writer_take(journal->writer, &journal->incoming)) {
			journal->is_paused = true;
			break;
		}
		journal->has_incoming = false;
		taken++;
	}
	return taken > 0;
}

static bool note_try(struct journal *journal, enum kakou_err err)
{
	if (err)
		journal->retry_at_ms = clock_mono_ms() + RETRY_MS;
	return !err;
}

static bool commit(struct journal *journal)
{
	bool is_early = !writer_health(journal->writer)->is_well &&
			clock_mono_ms() < journal->retry_at_ms;

	if (is_early && !journal->is_stopping)
		return false;
	for (int i = 0; i < JOURNAL_RECEIVERS; i++)
		writer_set_cursor(journal->writer, (enum journal_receiver)i,
				  journal_cursor(journal, (enum journal_receiver)i));
	return note_try(journal, writer_commit(journal->writer));
}

/* Takes and commits as long as one of them gets on. */
static void write_waiting(struct journal *journal)
{
	bool has_taken;
	bool has_committed;

	writer_watch_disk(journal->writer);
	writer_watch_signing(journal->writer);
	do {
		has_taken = take_waiting(journal);
		has_committed = writer_health(journal->writer)->waiting > 0;
		has_committed = commit(journal) && has_committed;
	} while (has_taken || has_committed);
	journal_put_health(journal);
}

static int choose_timeout(const struct journal *journal)
{
	int64_t left_ms = WRITER_DISK_MS;

	if (!writer_health(journal->writer)->is_well) {
		left_ms = journal->retry_at_ms - clock_mono_ms();
		if (left_ms < 0)
			left_ms = 0;
	} else if (writer_wants_rest(journal->writer)) {
		left_ms = QUIET_MS;
	} else if (writer_is_behind(journal->writer)) {
		left_ms = RETRY_MS;
	}
	if (left_ms > QUIET_MS && writer_wants_retain(journal->writer, true))
		left_ms = QUIET_MS;
	if (journal->is_paused && left_ms > PAUSE_MS)
		left_ms = PAUSE_MS;
	return (int)left_ms;
}

static void hurry_retention(struct journal *journal)
{
	uint64_t count;

	if (read(journal->retain_fd, &count, sizeof(count)) == (ssize_t)sizeof(count))
		writer_retain_soon(journal->writer);
}

/* Not while a copy is made: it would miss what goes meanwhile. */
static void retain(struct journal *journal, bool is_quiet)
{
	if (journal->is_stopping || !writer_wants_retain(journal->writer, is_quiet))
		return;
	pthread_mutex_lock(&journal->removing);
	if (!journal->is_copying)
		note_try(journal, writer_retain(journal->writer));
	pthread_mutex_unlock(&journal->removing);
}

void journal_run_writer(void *arg)
{
	struct journal *journal = arg;
	struct pollfd fds[] = {
		{.fd = queue_fd(journal->events),          .events = POLLIN},
		{.fd = journal->stop_fd,                   .events = POLLIN},
		{.fd = writer_signing_fd(journal->writer), .events = POLLIN},
		{.fd = journal->retain_fd,                 .events = POLLIN},
	};

	while (!journal->is_stopping) {
		int ready = poll(fds, 4, choose_timeout(journal));

		assert(ready >= 0 || errno == EINTR);
		journal->is_stopping = fds[1].revents != 0;
		queue_quiet(journal->events);
		if (fds[3].revents)
			hurry_retention(journal);
		if (ready == 0 && writer_wants_rest(journal->writer))
			note_try(journal, writer_rest(journal->writer));
		else
			retain(journal, ready == 0);
		write_waiting(journal);
	}
}

/* SPDX-License-Identifier: MIT */
/*
 * The writing side of the journal, without its thread: numbers events, keeps them until
 * they are committed, answers for them.
 *
 * An event gets its number, its bytes and its place in the chain when it is taken and keeps
 * them until a commit returns, however many tries that needs.
 *
 * Layer:   firmware. Blocks on the disk.
 * Threads: one at a time.
 */
#ifndef KAKOU_FIRMWARE_WRITER_H
#define KAKOU_FIRMWARE_WRITER_H

#include "firmware/record/journal.h"

enum {
	WRITER_KEEPS = 4096,   /**< events without a commit; then the queue backs up */
	WRITER_GROUP = 256,    /**< events in one commit */
	WRITER_UNSIGNED = 512, /**< events that power cuts may leave without signature */
	WRITER_REST_PAGES = 1500, /**< log that is moved when nothing is to be written */
	WRITER_FULL_PAGES = 4000, /**< log that is moved at once */
	WRITER_DISK_MS = 60000,   /**< between two looks at the disk */
	WRITER_LATE_MS = 10000,   /**< without a signature: an alarm */
	WRITER_UNSIGNED_MS = 60000, /**< nothing is cleared any more */
	WRITER_RETAIN_MS = 60000,   /**< between two looks at what is old */
};

struct writer; /* opaque */

/** Opens the journal at `path` (lanes and answer target outlive the writer) and fills
 *  `past`. Errors as journal_open(). `answer` is called for each event with a ticket,
 *  exactly once. A reader has to be open beside it from then on: with the last connection
 *  SQLite forgets which part of the log was committed, and takes a failed commit for one. */
KAKOU_MUST_CHECK enum kakou_err writer_open(
	struct writer **out, const char *path, const struct journal_config *config,
	void (*answer)(void *arg, const struct journal_ack *ack), void *arg,
	struct journal_past *past, struct why *why);

/** Closes; what is kept without a commit is lost and said in the log. NULL is legal. */
void writer_close(struct writer *writer);

/** Takes an event. While the journal is not well its ticket is answered at once with "not
 *  committed". KAKOU_E_FULL: WRITER_KEEPS are waiting; KAKOU_E_NOMEM. Then nothing was taken.
 */
KAKOU_MUST_CHECK enum kakou_err writer_take(struct writer *writer,
					    const struct event *event);

/** Commits what is kept, in groups; after a failure it first opens the file anew and
 *  verifies its tail. On failure every kept ticket is answered with "not committed", the
 *  events stay, and the caller tries again a second later. */
KAKOU_MUST_CHECK enum kakou_err writer_commit(struct writer *writer);

/** Looks once a minute at how full the disk is; a limit that is passed, or no more, becomes an
 *  event. */
void writer_watch_disk(struct writer *writer);

/** Whether something committed is without a signature: writer_commit() tries again when
 *  writer_signing_fd() (-1 = none) is readable, and at the latest after a second. */
bool writer_is_behind(const struct writer *writer);
int writer_signing_fd(const struct writer *writer);

/** A signature that is late becomes an event, and its coming another. */
void writer_watch_signing(struct writer *writer);

/** Whether the log is long enough to be moved in a quiet moment; and moving it. A failure
 *  is one of the disk and treated like that of a commit. */
bool writer_wants_rest(const struct writer *writer);
KAKOU_MUST_CHECK enum kakou_err writer_rest(struct writer *writer);

/** How far a receiver has got: stored with the next events. Beyond what is committed it counts as
 *  what is committed. */
void writer_set_cursor(struct writer *writer, enum journal_receiver receiver,
		       int64_t seq);

/** As it was set; it counts for the present only when its commit returned. */
int64_t writer_cursor(const struct writer *writer, enum journal_receiver receiver);

/** Whether old events are to be looked at or removed now, in a quiet moment or at last in any;
 *  and one step of it: a look, or a block of events that goes. A failure is one of the disk and
 *  treated like that of a commit. */
bool writer_wants_retain(const struct writer *writer, bool is_quiet);
KAKOU_MUST_CHECK enum kakou_err writer_retain(struct writer *writer);

/** The next look is due. */
void writer_retain_soon(struct writer *writer);

/** Kept events with a ticket: each will be answered once. */
uint32_t writer_count_tickets(const struct writer *writer);

/** Its part of the health: all but what waits in the queue. */
const struct journal_health *writer_health(struct writer *writer);

#endif

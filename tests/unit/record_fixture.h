/* SPDX-License-Identifier: MIT */
/*
 * Journals for tests: a private directory that goes again, and a writer without threads.
 *
 * Layer: tests.
 */
#ifndef KAKOU_TESTS_RECORD_FIXTURE_H
#define KAKOU_TESTS_RECORD_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "firmware/record/journal.h"
#include "firmware/record/store.h"
#include "firmware/record/writer.h"

enum { RECORD_ANSWERS_MAX = 8192 };

struct record_fixture {
	char directory[256];
	char path[300];               /**< of the file in it */
	char key_path[300];           /**< of its key, after record_use_key() */
	struct journal_config config; /**< origin "gate-1", lanes "in1" and "out1" */
	struct journal_past past;     /**< of the last opening */
	struct writer *writer;
	struct store *reader; /**< beside it, as in a journal */
	int lock_fd;
	struct journal_ack answers[RECORD_ANSWERS_MAX]; /**< in the order they came */
	size_t answer_count;
};

/** What the journal is told of its disk's use. */
extern int32_t record_disk_percent;

/** An empty directory. */
void record_make(struct record_fixture *fixture);

/** From now on its checkpoints are signed, with a key in the directory; the first event then
 *  introduces the key. */
void record_use_key(struct record_fixture *fixture);

/** Closes the writer if it is open, and removes the directory. */
void record_remove(struct record_fixture *fixture);

/** Opens the writer and the reader, closes them. */
enum kakou_err record_open(struct record_fixture *fixture, struct why *why);
void record_close(struct record_fixture *fixture);

/** An event of some kind that differs with `i`. */
void record_make_event(struct event *event, int i);

/** Opens, commits `count` events made by record_make_event(), closes; asserts all along. */
void record_fill(struct record_fixture *fixture, int count);

/** Runs SQL on the closed file; asserts that it works. */
void record_run_sql(const struct record_fixture *fixture, const char *sql);

/** The first column of the first row as a number. */
int64_t record_ask_sql(const struct record_fixture *fixture, const char *sql);

/** Flips a bit of a blob in the closed file; returns the blob's bytes. */
int record_flip_bit(const struct record_fixture *fixture, const char *column, int64_t seq,
		    int bit);

/** journal_verify() of the directory; asserts that it could look. */
void record_verify(const struct record_fixture *fixture, struct journal_verdict *out);

#endif

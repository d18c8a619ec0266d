/* SPDX-License-Identifier: MIT */
/*
 * A journal with its threads on a disk that stalls or fails when a test says so.
 *
 * Layer: tests. Failures are cmocka's.
 */
#ifndef KAKOU_TESTS_JOURNAL_RIG_H
#define KAKOU_TESTS_JOURNAL_RIG_H

#include <stdatomic.h>
#include <stdbool.h>

#include "firmware/record/journal.h"
#include "tests/unit/record_fixture.h"

enum {
	JOURNAL_RIG_PATIENCE_MS = 20000,
	JOURNAL_RIG_QUEUE = 256, /**< events that the journal takes ahead of the disk */
};

struct journal_rig {
	struct record_fixture record;
	struct journal *journal;
	struct journal_past past;
	atomic_bool is_disk_broken;
	atomic_int syncs;
};

extern struct journal_rig journal_rig;

/** Set-up and teardown of a test: an empty directory and a disk that is well. */
int journal_rig_set_up(void **state);
int journal_rig_tear_down(void **state);

void journal_rig_open(void);

/** Each sync waits from now on, or waits no more. */
void journal_rig_stall_disk(bool is_stalled);
void journal_rig_wait_until_in_sync(void);

/** Real time, not the fake clock's. */
void journal_rig_pause_ms(long ms);

enum kakou_err journal_rig_append(int i, uint64_t ticket);
struct journal_ack journal_rig_wait_for_answer(void);
struct journal_health journal_rig_wait_for_health(bool is_well);

/** Appends event `i`, or as many, and waits until it, or the last, is committed. */
void journal_rig_append_and_wait(int i);
void journal_rig_append_many(int count);

#endif

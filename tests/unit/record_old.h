/* SPDX-License-Identifier: MIT */
/*
 * Journals that are old enough for retention.
 *
 * Layer: tests.
 */
#ifndef KAKOU_TESTS_RECORD_OLD_H
#define KAKOU_TESTS_RECORD_OLD_H

#include "tests/unit/record_signed.h"

enum { OLD_DAYS = 30, OLD_DAY_MS = 86400000, OLD_MANY = 3000 };

/** A directory with a key and nothing else, at a set time; and the end of it. */
void old_set_up(struct record_fixture *fixture);
void old_tear_down(struct record_fixture *fixture);

/** Opens the signed journal, which keeps its events for OLD_DAYS. */
void old_open(struct record_fixture *fixture);

/** Takes and commits one event; its number. */
int64_t old_put(struct record_fixture *fixture, struct event *event);

/** Passages of eight events, closed, seven minutes apart, until the journal has `count` events or
 *  a few more. */
void old_fill(struct record_fixture *fixture, int64_t count);

/** A journal of OLD_MANY events, all older than is kept, whose newest checkpoint lies elsewhere. */
void old_make(struct record_fixture *fixture);

/** The last event that was removed, and the newest there is. */
int64_t old_removed_to(const struct record_fixture *fixture);
int64_t old_newest(const struct record_fixture *fixture);

/** The record hears that a checkpoint of `size` events lies elsewhere. */
void old_hold(struct record_fixture *fixture, int64_t size);

/** The record hears of a start: passages that are open then hold nothing back any more. */
void old_start(struct record_fixture *fixture);

/** Lets a look become due and makes steps until one finds nothing to do. */
void old_retain(struct record_fixture *fixture);

/** What holds back the rest has `word` in it. */
void old_expect_hold(struct record_fixture *fixture, const char *word);

/** Closes the journal, which verifies. */
void old_close_and_expect_whole(struct record_fixture *fixture);

#endif

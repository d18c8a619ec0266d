/* SPDX-License-Identifier: MIT */
/*
 * Journals that are old enough for retention.
 *
 * Layer: tests.
 */
#ifndef KAKOU_TESTS_RECORD_OLD_H
#define KAKOU_TESTS_RECORD_OLD_H

#include "tests/unit/record_signed.h"

enum { OLD_DAYS = 30 };

/** Opens the signed journal, which keeps its events for OLD_DAYS. */
void old_open(struct record_fixture *fixture);

/** Takes and commits one event; its number. */
int64_t old_put(struct record_fixture *fixture, struct event *event);

/** Passages of eight events, closed, seven minutes apart, until the journal has `count` events or
 *  a few more. */
void old_fill(struct record_fixture *fixture, int64_t count);

/** The record hears that a checkpoint of `size` events lies elsewhere. */
void old_hold(struct record_fixture *fixture, int64_t size);

/** The record hears of a start: passages that are open then hold nothing back any more. */
void old_start(struct record_fixture *fixture);

/** Lets a look become due and makes steps until one finds nothing to do. */
void old_retain(struct record_fixture *fixture);

/** What holds back the rest has `word` in it. */
void old_expect_hold(struct record_fixture *fixture, const char *word);

#endif

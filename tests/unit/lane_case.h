/* SPDX-License-Identifier: MIT */
/*
 * What the tests of one lane share: a bench, and the usual ways through a passage. Each test begins
 * with an idle lane and ends with nobody hit by the arm.
 */
#ifndef KAKOU_TESTS_LANE_CASE_H
#define KAKOU_TESTS_LANE_CASE_H

#include "tests/unit/lane_bench.h"

extern struct bench b;

/* Words of customs: released; refused. */
extern const char CASE_RELEASE[], CASE_REFUSE[];

/* Before and after each test. */
int case_set_up(void **state);
int case_nobody_was_hit(void **state);

#define LANE_TEST(name)                                                                  \
	cmocka_unit_test_setup_teardown(name, case_set_up, case_nobody_was_hit)

/* A truck on the deck whose sources say this. */
void case_bring(const char *plate, uint8_t confidence, const char *tag_plate,
		const char *box);

/* An ordinary truck is on the deck and customs has been asked. */
void case_ask(void);

/* The truck that was released goes through; the lane is idle again. */
void case_pass_through(void);

/* The truck backs out before a lift; the lane is idle again. */
void case_back_out(void);

/* Customs answers; the lane holds for this reason and nothing moves. */
void case_hold_with(const char *word, const char *hint, enum reason reason);

/* The one passage that was closed ended so. */
void case_expect_closed(const char *outcome, const char *verdict, const char *lift);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * What the tests of the right to pass share: a lane that looks up what is on file, with tolerances.
 */
#ifndef KAKOU_TESTS_LANE_RIGHT_CASE_H
#define KAKOU_TESTS_LANE_RIGHT_CASE_H

#include "tests/unit/lane_case.h"

enum { HOUR_MS = 3600 * 1000 };

int right_set_up(void **state);

#define RIGHT_TEST(name)                                                                 \
	cmocka_unit_test_setup_teardown(name, right_set_up, case_nobody_was_hit)

/* The i-th note to the registry is this step of the first order on file. */
void right_expect_note(int i, enum order_step step);

/* Every type of order may be cleared inwards while customs is silent. */
void right_allow_offline(void);

/* An ordinary truck is there, customs was asked and does not answer. */
void right_be_silent(void);

void right_expect_held(enum reason reason);

#endif

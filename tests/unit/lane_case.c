/* SPDX-License-Identifier: MIT */
/*
 * Cases of one lane on the bench.
 */
#include "tests/unit/lane_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

const char CASE_RELEASE[] = "00000000001002000000";
const char CASE_REFUSE[] = "11000000001002000000";
struct bench b;

int case_set_up(void **state)
{
	(void)state;
	bench_begin(&b);
	assert_int_equal(b.lane.state, LANE_IDLE);
	return 0;
}

int case_nobody_was_hit(void **state)
{
	(void)state;
	assert_int_equal(b.hits, 0);
	return 0;
}

void case_expect_closed(const char *outcome, const char *verdict, const char *lift)
{
	char text[96];

	snprintf(text, sizeof(text), "outcome=%s verdict=%s ", outcome, verdict);
	assert_int_equal(bench_count(&b, EVENT_PASSAGE_CLOSED, text), 1);
	snprintf(text, sizeof(text), "lift=%s", lift);
	assert_int_equal(bench_count(&b, EVENT_PASSAGE_CLOSED, text), 1);
}

void case_bring(const char *plate, uint8_t confidence, const char *tag_plate,
		const char *box)
{
	b.vehicle = bench_truck();
	bench_drive(&b, &b.vehicle, 3000);
	bench_read(&b, BENCH_PLATE, plate, "", confidence);
	bench_read(&b, BENCH_TAG, "E2003412AB000101", tag_plate, 100);
	bench_read(&b, BENCH_BOX, box, "", 98);
	bench_seal(&b, true, true, false);
	bench_drive(&b, &b.vehicle, BENCH_STOP_MM);
	bench_weigh(&b, 37000000, true);
	bench_read(&b, BENCH_CARD, "330102600101", "", 100);
}

void case_ask(void)
{
	bench_bring_truck(&b);
	assert_true(bench_run_until(&b, LANE_ASKING, 3000));
}

void case_pass_through(void)
{
	assert_true(bench_run_until(&b, LANE_PASSING, 3000));
	bench_drive(&b, &b.vehicle, BENCH_GONE_MM);
	b.vehicle.is_here = false;
	bench_weigh(&b, 0, true);
	assert_true(bench_run_until(&b, LANE_IDLE, 8000));
}

void case_back_out(void)
{
	bench_drive(&b, &b.vehicle, -1000);
	b.vehicle.is_here = false;
	bench_weigh(&b, 0, true);
	assert_true(bench_run_until(&b, LANE_IDLE, 4000));
}

void case_hold_with(const char *word, const char *hint, enum reason reason)
{
	bench_answer(&b, NULL, word, hint);
	assert_int_equal(b.lane.state, LANE_HELD);
	assert_int_equal(b.lane.reason, reason);
	bench_run(&b, 20000);
	assert_int_equal(b.arm, 0);
}

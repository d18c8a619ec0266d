/* SPDX-License-Identifier: MIT */
/*
 * How many scans lie between cause and effect: an edge on a safety input and the output, the last
 * required evidence and the lift. Counted, not timed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/lane/wiring.h"
#include "tests/unit/lane_case.h"

enum { EDGE_SCANS_MAX = 2, LIFT_SCANS_MAX = 3, COMMIT_SCANS = 1 };

static void begin_lowering(void)
{
	bench_begin(&b);
	case_ask();
	bench_answer(&b, NULL, CASE_RELEASE, "");
	assert_true(bench_run_until(&b, LANE_PASSING, 3000));
	bench_drive(&b, &b.vehicle, BENCH_GONE_MM);
	b.vehicle.is_here = false;
	bench_weigh(&b, 0, true);
	for (int i = 0; !b.motor.lower; i++) {
		assert_true(i < 500);
		bench_scan(&b);
	}
}

/* The edge may come just after a scan has read its inputs: that scan counts too. */
static int scans_until_raise(void)
{
	int scans = 1;

	while (!b.motor.raise) {
		assert_true(scans < 10);
		bench_scan(&b);
		scans++;
	}
	return scans;
}

static void from_an_edge_on_a_safety_input_to_the_output_are_two_scans_at_most(
	void **state)
{
	static const int sensors[] = {POSITION_LOOP, POSITION_BEAM};

	(void)state;
	for (size_t i = 0; i < sizeof(sensors) / sizeof(sensors[0]); i++) {
		begin_lowering();
		b.stuck = 1u << sensors[i];
		assert_in_range(scans_until_raise(), 1, EDGE_SCANS_MAX);
	}
	begin_lowering();
	b.emergency = true;
	assert_in_range(scans_until_raise(), 1, EDGE_SCANS_MAX);
	begin_lowering();
	b.hold_raise = true;
	while (b.arm == BENCH_UP)
		bench_scan(&b); /* at its limit there is nothing to raise */
	assert_in_range(scans_until_raise(), 1, EDGE_SCANS_MAX);
}

/* Everything but the card is there. */
static void wait_for_the_card(void)
{
	bench_begin(&b);
	b.vehicle = bench_truck();
	bench_drive(&b, &b.vehicle, 3000);
	bench_read(&b, BENCH_PLATE, "浙A12345", "浙A6101挂", 97);
	bench_read(&b, BENCH_TAG, "E2003412AB000101", "浙A12345", 100);
	bench_read(&b, BENCH_BOX, "CSQU3054383", "", 98);
	bench_seal(&b, true, true, false);
	bench_drive(&b, &b.vehicle, BENCH_STOP_MM);
	bench_weigh(&b, 37000000, true);
	bench_run(&b, 3000);
	assert_int_equal(b.lane.state, LANE_GATHERING);
	while (b.now_ms % 100 != 90)
		bench_scan(&b);
}

static void from_the_last_evidence_to_the_lift_are_three_scans_and_a_commit_at_most(
	void **state)
{
	int scans = 0;

	(void)state;
	wait_for_the_card();
	bench_read(&b, BENCH_CARD, "330102600101", "", 100);
	while (b.lifts_commanded == 0) {
		int asked = b.asks;

		assert_true(scans < 20);
		bench_scan(&b); /* the first brings the read */
		scans++;
		if (b.asks > asked) /* customs takes no time here */
			bench_answer(&b, NULL, CASE_RELEASE, "");
	}
	assert_in_range(scans, 1, LIFT_SCANS_MAX + COMMIT_SCANS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LANE_TEST(
			from_an_edge_on_a_safety_input_to_the_output_are_two_scans_at_most),
		LANE_TEST(
			from_the_last_evidence_to_the_lift_are_three_scans_and_a_commit_at_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

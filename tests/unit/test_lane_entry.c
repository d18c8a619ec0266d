/* SPDX-License-Identifier: MIT */
/*
 * A lane with two barriers: one is closed before the other opens.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/lane_case.h"

static int set_up(void **state)
{
	(void)state;
	bench_begin(&b);
	bench_equip_entry(&b);
	bench_restart(&b);
	bench_run(&b, 200);
	assert_int_equal(b.lane.state, LANE_IDLE);
	return 0;
}

/* After every scan: both arms are never off their lower limits together. */
static void scan(void)
{
	bench_scan(&b);
	if (!b.emergency)
		assert_true(b.arm == 0 || b.entry_arm == 0);
}

static void run(int32_t ms)
{
	for (; ms > 0; ms -= 10)
		scan();
}

static void drive(struct bench_vehicle *vehicle, int32_t to_mm)
{
	while (vehicle->front_mm != to_mm) {
		int32_t left = to_mm - vehicle->front_mm;

		vehicle->front_mm += left > 28 ? 28 : left < -28 ? -28 : left;
		scan();
	}
}

static bool run_until_entry(int arm, int32_t ms)
{
	for (; ms > 0 && b.entry_arm != arm; ms -= 10)
		scan();
	return b.entry_arm == arm;
}

static void arrive(void)
{
	b.vehicle = bench_truck();
	drive(&b.vehicle, BENCH_QUEUE_MM);
	assert_true(run_until_entry(BENCH_UP, 3000));
}

static void enter(void)
{
	arrive();
	bench_read(&b, BENCH_PLATE, "浙A12345", "浙A6101挂", 97);
	bench_read(&b, BENCH_TAG, "E2003412AB000101", "浙A12345", 100);
	bench_read(&b, BENCH_BOX, "CSQU3054383", "", 98);
	bench_seal(&b, true, true, false);
	drive(&b.vehicle, BENCH_STOP_MM);
}

static void be_asked(void)
{
	enter();
	bench_weigh(&b, 37000000, true);
	bench_read(&b, BENCH_CARD, "330102600101", "", 100);
	for (int i = 0; i < 300 && b.lane.state != LANE_ASKING; i++)
		scan();
	assert_int_equal(b.lane.state, LANE_ASKING);
}

static void leave(void)
{
	for (int i = 0; i < 600 && b.lane.state != LANE_PASSING; i++)
		scan();
	assert_int_equal(b.lane.state, LANE_PASSING);
	drive(&b.vehicle, BENCH_GONE_MM);
	b.vehicle.is_here = false;
	bench_weigh(&b, 0, true);
	run(5000);
	assert_int_equal(b.lane.state, LANE_IDLE);
	assert_int_equal(b.arm + b.entry_arm, 0);
}

static void a_truck_comes_in_the_entry_closes_behind_it_and_only_then_the_exit_opens(
	void **state)
{
	(void)state;
	be_asked();
	bench_answer(&b, NULL, CASE_RELEASE, "");
	leave();
	case_expect_closed("passed", "release", "00");
	assert_int_equal(bench_count(&b, EVENT_BARRIER, "what=opens arm=down"), 1);
	assert_int_equal(bench_count(&b, EVENT_BARRIER, "what=closed"), 1);
	assert_int_equal(bench_count(&b, EVENT_ALARM, NULL), 0);
}

static void a_release_that_comes_early_waits_for_the_entry_to_close(void **state)
{
	(void)state;
	arrive();
	bench_act(&b, ACT_RELEASE, b.lane.passage);
	run(3000);
	assert_int_equal(b.lane.state, LANE_LIFTING);
	assert_int_equal(b.arm, 0);
	drive(&b.vehicle, BENCH_STOP_MM);
	leave();
}

static void an_entry_that_does_not_close_calls_an_officer_and_nothing_lifts(void **state)
{
	(void)state;
	b.site.lanes[0].overstay_ms = 5000;
	arrive();
	bench_act(&b, ACT_RELEASE, b.lane.passage);
	drive(&b.vehicle, BENCH_QUEUE_MM + 5000);
	run(9000);
	assert_int_equal(b.lane.state, LANE_HELD);
	assert_int_equal(b.lane.reason, REASON_ENTRY_OPEN);
	assert_int_equal(b.arm, 0);
}

static void the_entry_does_not_come_down_into_the_gap_of_an_articulated_truck(
	void **state)
{
	(void)state;
	arrive();
	/* 1.2 m of gap around the arm, the trailer over the approach loop */
	b.vehicle.parts[1].from_mm = 9200;
	for (int32_t mm = 9000; mm <= 13000; mm += 200) {
		drive(&b.vehicle, mm);
		run(2500);
		assert_int_equal(b.entry_arm, BENCH_UP);
	}
}

static void a_truck_that_backs_out_before_the_verdict_finds_the_entry_open(void **state)
{
	(void)state;
	be_asked();
	assert_true(run_until_entry(0, 4000));
	drive(&b.vehicle, 20500); /* its rear is over the deck's entry beam again */
	assert_true(run_until_entry(BENCH_UP, 3000));
	assert_int_equal(bench_count(&b, EVENT_BARRIER, "what=opens to let it back"), 1);
	drive(&b.vehicle, -1000);
	b.vehicle.is_here = false;
	bench_weigh(&b, 0, true);
	run(5000);
	assert_int_equal(b.lane.state, LANE_IDLE);
	assert_int_equal(b.entry_arm, 0);
	case_expect_closed("not_passed", "none", "99");
}

static void a_truck_that_is_sent_back_finds_the_entry_open(void **state)
{
	(void)state;
	be_asked();
	assert_true(run_until_entry(0, 4000));
	bench_act(&b, ACT_RETURN, b.lane.passage);
	assert_true(run_until_entry(BENCH_UP, 3000));
	drive(&b.vehicle, -1000);
	b.vehicle.is_here = false;
	bench_weigh(&b, 0, true);
	run(5000);
	assert_int_equal(b.lane.state, LANE_IDLE);
	assert_int_equal(b.entry_arm, 0);
	case_expect_closed("returned", "return", "99");
}

static void one_who_turns_round_before_the_entry_leaves_it_closed(void **state)
{
	(void)state;
	arrive();
	drive(&b.vehicle, -1000);
	b.vehicle.is_here = false;
	run(5000);
	assert_int_equal(b.lane.state, LANE_IDLE);
	assert_int_equal(b.entry_arm, 0);
}

static void the_entry_reverses_off_who_comes_under_it(void **state)
{
	(void)state;
	enter();
	while (b.entry_arm > 100)
		scan();
	b.second = (struct bench_vehicle){
		.is_here = true, .front_mm = 2500, .part_count = 1, .parts = {{0, 2000}}};
	scan();
	scan();
	assert_true(b.lane.entry.outputs.raise);
	assert_int_equal(bench_count(&b, EVENT_SAFETY, "rule=S1"), 1);
	assert_int_equal(bench_count(&b, EVENT_SAFETY, "code=reversed"), 1);
	assert_int_equal(bench_count(&b, EVENT_SAFETY, "barrier=entry"), 1);
}

static void an_entry_arm_that_comes_down_on_somebody_is_not_recorded_as_closed(
	void **state)
{
	(void)state;
	enter();
	while (b.entry_arm > 1)
		scan();
	b.second = (struct bench_vehicle){
		.is_here = true, .front_mm = 2500, .part_count = 1, .parts = {{0, 2000}}};
	scan();
	assert_true(b.lane.entry.outputs.raise);
	assert_int_equal(bench_count(&b, EVENT_SAFETY, "rule=S1"), 1);
	assert_int_equal(bench_count(&b, EVENT_BARRIER, "what=closed"), 0);
}

static void an_entry_arm_found_open_at_the_start_stays_until_a_person_resets(void **state)
{
	(void)state;
	bench_restart(&b);
	b.entry_arm = BENCH_UP;
	run(10000);
	assert_int_equal(b.entry_arm, BENCH_UP);
	assert_int_equal(b.lane.state, LANE_BLOCKED);
	bench_act(&b, ACT_RESET, 0);
	run(5000);
	assert_int_equal(b.entry_arm, 0);
	assert_int_equal(b.lane.state, LANE_IDLE);
}

static void an_entry_arm_opened_by_hand_alarms_and_closes_after_a_reset(void **state)
{
	(void)state;
	b.entry_arm = BENCH_UP;
	run(8000);
	assert_int_equal(b.entry_arm, BENCH_UP);
	assert_int_equal(bench_count(&b, EVENT_ALARM,
				     "code=entry_fault detail=opened_uncommanded"),
			 1);
	bench_act(&b, ACT_RESET, 0);
	run(5000);
	assert_int_equal(b.entry_arm, 0);
	assert_int_equal(bench_count(&b, EVENT_ALARM_ENDED, "code=entry_fault"), 1);
}

static void an_entry_arm_opened_by_hand_does_not_close_behind_a_truck_either(void **state)
{
	(void)state;
	b.entry_arm = BENCH_UP;
	run(1000);
	be_asked();
	bench_answer(&b, NULL, CASE_RELEASE, "");
	run(b.site.lanes[0].overstay_ms + 1000);
	assert_int_equal(b.entry_arm, BENCH_UP);
	assert_int_equal(b.lane.state, LANE_HELD);
	assert_int_equal(b.lane.reason, REASON_ENTRY_OPEN);
	bench_act(&b, ACT_RELEASE, b.lane.passage); /* an officer has seen it */
	leave();
}

/* Whether it is still coming down, comes down in the very scan in which it is wanted, or is down. */
static void an_entry_arm_that_is_wanted_again_is_told_to_open_once(void **state)
{
	(void)state;
	for (int arm = 0; arm < 5; arm++) {
		set_up(state);
		be_asked();
		while (b.entry_arm != arm)
			scan();
		bench_act(&b, ACT_RETURN, b.lane.passage);
		assert_true(run_until_entry(BENCH_UP, 3000));
		assert_int_equal(bench_count(&b, EVENT_BARRIER, "what=opens"), 2);
	}
}

/* Its drive stops half-way; what an officer decides about the vehicle moves it again. */
static void an_entry_arm_that_did_not_arrive_is_tried_again_when_an_officer_acts(
	void **state)
{
	static const enum act_verb verbs[] = {ACT_RELEASE, ACT_RETURN};

	(void)state;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		set_up(state);
		b.vehicle = bench_truck();
		drive(&b.vehicle, BENCH_QUEUE_MM);
		assert_true(run_until_entry(60, 3000));
		b.entry_is_stuck = true;
		run(6000);
		assert_int_equal(bench_count(&b, EVENT_SAFETY, "rule=S7"), 1);
		b.entry_is_stuck = false;
		run(3000);
		assert_int_equal(b.entry_arm, 60);
		bench_act(&b, verbs[i], b.lane.passage);
		assert_true(run_until_entry(BENCH_UP, 3000));
	}
}

/* Its limits have one contact each: whichever of them breaks, the exit stays closed or the entry
 * does. */
static void a_limit_of_the_entry_that_is_broken_does_not_open_both(void **state)
{
	(void)state;
	for (int which = 0; which < 2; which++)
		for (int8_t stuck = -1; stuck <= 1; stuck += 2) {
			set_up(state);
			b.entry_limit[which] = stuck;
			b.vehicle = bench_truck();
			drive(&b.vehicle, BENCH_QUEUE_MM);
			run(6000);
			if (b.entry_arm == BENCH_UP)
				drive(&b.vehicle, BENCH_STOP_MM);
			run(6000);
			if (b.lane.passage != 0)
				bench_act(&b, ACT_RELEASE, b.lane.passage);
			run(b.site.lanes[0].overstay_ms + 3000); /* scan() looks */
			assert_int_equal(bench_count(&b, EVENT_ALARM, "code=entry_fault"),
					 1);
		}
}

static void an_emergency_raises_both_arms(void **state)
{
	(void)state;
	b.emergency = true;
	run(3000);
	assert_int_equal(b.arm, BENCH_UP);
	assert_int_equal(b.entry_arm, BENCH_UP);
}

static void nothing_of_the_entry_moves_when_lost_lines_come_back(void **state)
{
	int arm;

	(void)state;
	enter();
	while (b.entry_arm > 100)
		scan();
	b.is_blind = true;
	run(100);
	arm = b.entry_arm;
	b.is_blind = false;
	run(5000);
	assert_int_equal(b.entry_arm, arm);
	assert_int_equal(bench_count(&b, EVENT_ALARM, "code=entry_fault"), 1);
}

/* The way out closes so that the way back may open: not by itself once its lines were lost. */
static void the_way_out_is_not_closed_by_itself_when_lost_lines_come_back(void **state)
{
	int arm;

	(void)state;
	be_asked();
	bench_answer(&b, NULL, CASE_RELEASE, "");
	for (int i = 0; i < 600 && b.lane.state != LANE_PASSING; i++)
		scan();
	b.limit[0] = 1; /* says down for ever: both limits at once */
	run(100);
	assert_int_equal(b.lane.state, LANE_HELD);
	b.limit[0] = 0;
	run(500);
	bench_act(&b, ACT_RETURN, b.lane.passage);
	for (int i = 0; i < 300 && b.arm > 100; i++)
		scan();
	assert_int_equal(b.lane.state, LANE_LEAVING);
	b.is_blind = true;
	run(100);
	arm = b.arm;
	assert_true(arm > 0);
	b.is_blind = false;
	run(5000);
	assert_int_equal(b.arm, arm);
	bench_act(&b, ACT_RESET, b.lane.passage);
	run(8000);
	assert_int_equal(b.arm, 0);
}

static void an_act_that_means_nothing_in_an_idle_lane_is_refused_with_words(void **state)
{
	static const enum act_verb verbs[] = {ACT_HOLD, ACT_RESET};

	(void)state;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		bench_act(&b, verbs[i], 0);
		run(100);
		assert_int_equal(b.result.error, KAKOU_E_REFUSED);
		assert_non_null(strstr(b.result.why, "while lane in1 is idle"));
	}
	assert_int_equal(b.lane.state, LANE_IDLE);
}

#define ENTRY_TEST(name)                                                                 \
	cmocka_unit_test_setup_teardown(name, set_up, case_nobody_was_hit)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ENTRY_TEST(
			a_truck_comes_in_the_entry_closes_behind_it_and_only_then_the_exit_opens),
		ENTRY_TEST(a_release_that_comes_early_waits_for_the_entry_to_close),
		ENTRY_TEST(
			an_entry_that_does_not_close_calls_an_officer_and_nothing_lifts),
		ENTRY_TEST(
			the_entry_does_not_come_down_into_the_gap_of_an_articulated_truck),
		ENTRY_TEST(
			a_truck_that_backs_out_before_the_verdict_finds_the_entry_open),
		ENTRY_TEST(a_truck_that_is_sent_back_finds_the_entry_open),
		ENTRY_TEST(one_who_turns_round_before_the_entry_leaves_it_closed),
		ENTRY_TEST(the_entry_reverses_off_who_comes_under_it),
		ENTRY_TEST(
			an_entry_arm_found_open_at_the_start_stays_until_a_person_resets),
		ENTRY_TEST(an_entry_arm_opened_by_hand_alarms_and_closes_after_a_reset),
		ENTRY_TEST(
			an_entry_arm_opened_by_hand_does_not_close_behind_a_truck_either),
		ENTRY_TEST(an_entry_arm_that_is_wanted_again_is_told_to_open_once),
		ENTRY_TEST(
			an_entry_arm_that_comes_down_on_somebody_is_not_recorded_as_closed),
		ENTRY_TEST(
			an_entry_arm_that_did_not_arrive_is_tried_again_when_an_officer_acts),
		ENTRY_TEST(a_limit_of_the_entry_that_is_broken_does_not_open_both),
		ENTRY_TEST(an_emergency_raises_both_arms),
		ENTRY_TEST(nothing_of_the_entry_moves_when_lost_lines_come_back),
		ENTRY_TEST(
			an_act_that_means_nothing_in_an_idle_lane_is_refused_with_words),
		ENTRY_TEST(the_way_out_is_not_closed_by_itself_when_lost_lines_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * What a lane does about the time in which nobody could see the arm, or nothing could be recorded.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hal/text.h"
#include "tests/unit/lane_case.h"

static const struct bench_vehicle car = {
	.is_here = true, .front_mm = -500, .part_count = 1, .parts = {{0, 5000}}};

/* Doctrine 2: nothing closes when lost lines come back, also not for an act of before. */
static void a_reset_is_refused_while_nobody_can_see_the_arm(void **state)
{
	(void)state;
	b.emergency = true;
	bench_run(&b, 3000);
	b.emergency = false;
	b.is_blind = true;
	bench_run(&b, 1000);
	bench_act(&b, ACT_RESET, 0);
	bench_run(&b, 1000);
	assert_int_equal(b.result.error, KAKOU_E_REFUSED);
	b.is_blind = false;
	bench_run(&b, 10000);
	assert_int_equal(b.arm, BENCH_UP);
	bench_act(&b, ACT_RESET, 0);
	assert_true(bench_run_until(&b, LANE_IDLE, 5000));
}

static void follow(void)
{
	case_ask();
	bench_answer(&b, NULL, CASE_RELEASE, "");
	assert_true(bench_run_until(&b, LANE_PASSING, 3000));
	b.second = car;
	bench_drive(&b, &b.second, 5000);
	bench_drive(&b, &b.vehicle, BENCH_GONE_MM - 8000);
	bench_drive(&b, &b.second, 22000);
	b.vehicle.front_mm = 38000 + 16900;
	bench_drive(&b, &b.second, 31500);
	assert_int_equal(b.lane.state, LANE_FOLLOWED);
	b.vehicle.is_here = false;
}

static void an_arm_over_a_second_vehicle_stays_up_when_lost_lines_come_back(void **state)
{
	(void)state;
	follow();
	b.is_blind = true;
	bench_run(&b, 1000);
	b.second.is_here = false;
	bench_weigh(&b, 0, true);
	bench_run(&b, 1000);
	b.is_blind = false;
	bench_run(&b, 20000);
	assert_int_equal(b.arm, BENCH_UP);
	bench_act(&b, ACT_RESET, 0);
	assert_true(bench_run_until(&b, LANE_IDLE, 5000));
}

static void take_the_place_of_another(void)
{
	b.record_is_full = true;
	bench_run(&b, 200);
	bench_drive(&b, &b.vehicle, -1000);
	bench_run(&b, 1500);
	bench_drive(&b, &b.vehicle, BENCH_STOP_MM);
	b.record_is_full = false;
}

static void expect_officer_decides(void)
{
	bench_run(&b, 5000);
	assert_int_equal(b.lifts_commanded, 0);
	assert_int_equal(b.lane.state, LANE_HELD);
	assert_int_equal(b.lane.reason, REASON_RESTARTED);
	assert_int_equal(bench_count(&b, EVENT_PASSAGE_CLOSED, "outcome=not_passed"), 1);
	bench_act(&b, ACT_RELEASE, b.lane.passage);
	case_pass_through();
}

/* Who stands there after a time without room in the record need not be the one of before. */
static void an_answer_is_not_taken_for_who_came_while_nothing_could_be_recorded(
	void **state)
{
	(void)state;
	case_ask();
	take_the_place_of_another();
	bench_answer(&b, NULL, CASE_RELEASE, "");
	expect_officer_decides();
}

static void a_lift_is_not_for_who_came_while_nothing_could_be_recorded(void **state)
{
	(void)state;
	case_ask();
	b.record_stalls = true;
	bench_answer(&b, NULL, CASE_RELEASE, "");
	assert_int_equal(b.lane.state, LANE_RECORDING);
	take_the_place_of_another();
	b.record_stalls = false;
	expect_officer_decides();
}

static void who_waits_while_nothing_can_be_recorded_is_cleared_afterwards(void **state)
{
	(void)state;
	case_ask();
	b.record_is_full = true;
	bench_run(&b, 5000);
	b.record_is_full = false;
	bench_answer(&b, NULL, CASE_RELEASE, "");
	case_pass_through();
}

/* It waited for room in the record, and nobody looks any more. */
static void an_act_that_was_asked_long_ago_moves_nothing(void **state)
{
	(void)state;
	case_ask();
	b.act_asked_ms = b.now_ms - ACT_FRESH_MS - 10;
	bench_act(&b, ACT_RELEASE, b.lane.passage);
	bench_run(&b, 1000);
	assert_int_equal(b.result.error, KAKOU_E_REFUSED);
	assert_non_null(strstr(b.result.why, "asked 5 s ago"));
	assert_int_equal(b.lifts_commanded, 0);
	b.act_asked_ms = b.now_ms - ACT_FRESH_MS / 2;
	bench_act(&b, ACT_RELEASE, b.lane.passage);
	case_pass_through();
}

/* Safety acts first, and the record has it afterwards. A reset that had to wait ends nothing. */
static void an_emergency_raise_does_not_wait_for_room_in_the_record(void **state)
{
	struct act act = {.verb = ACT_EMERGENCY, .role = ROLE_OFFICER};

	(void)state;
	text_copy(act.actor, sizeof(act.actor), "li");
	text_copy(act.reason, sizeof(act.reason), "fire");
	case_ask();
	b.record_is_full = true;
	bench_run(&b, 100);
	b.act_asked_ms = b.now_ms;
	assert_null(lane_raise_unrecorded(&b.lane, &act, b.now_ms));
	assert_non_null(lane_raise_unrecorded(&b.lane, &act, b.now_ms));
	bench_run(&b, 3000);
	assert_int_equal(b.arm, BENCH_UP);
	b.record_is_full = false;
	bench_act(&b, ACT_RESET, b.lane.passage);
	bench_run(&b, 1000);
	assert_non_null(strstr(b.result.why, "raised for an emergency after that"));
	assert_int_equal(b.arm, BENCH_UP);
	assert_int_equal(b.lane.state, LANE_BLOCKED);
	assert_int_equal(bench_count(&b, EVENT_OFFICER_ACT, "emergency"), 1);
	b.act_asked_ms = 0;
	b.vehicle.is_here = false;
	bench_run(&b, 1000);
	bench_act(&b, ACT_RESET, b.lane.passage);
	assert_true(bench_run_until(&b, LANE_CLOSING, 1000));
}

/* There is room, but the disk is full: the arm rises, and so nobody is told that it failed. */
static void an_emergency_raise_that_can_t_be_recorded_is_no_failure(void **state)
{
	(void)state;
	case_ask();
	b.record_fails = true;
	bench_act(&b, ACT_EMERGENCY, 0);
	bench_run(&b, 3000);
	assert_int_equal(b.arm, BENCH_UP);
	assert_int_equal(b.result.error, KAKOU_OK);
	assert_int_equal(b.result.seq, 0);
	bench_act(&b, ACT_LOCK, 0);
	bench_run(&b, 100);
	assert_int_equal(b.result.error, KAKOU_E_IO);
}

static size_t most_events;

static void count_events(struct bench *bench, const struct lane_out *out)
{
	(void)bench;
	if (out->event_count > most_events)
		most_events = out->event_count;
}

static void pass_event(struct bench *bench, const struct event *event)
{
	(void)bench;
	(void)event;
}

static void pass_scan(struct bench *bench, const struct lane_inputs *in)
{
	(void)bench;
	(void)in;
}

static void ask_with_two_arms(void)
{
	bench_begin(&b);
	bench_equip_entry(&b);
	bench_use_registry(&b);
	bench_file_order(&b);
	bench_restart(&b);
	bench_run(&b, 200);
	b.vehicle = bench_truck();
	bench_drive(&b, &b.vehicle, BENCH_QUEUE_MM);
	bench_run(&b, 3000);
	bench_bring_truck(&b);
	assert_true(bench_run_until(&b, LANE_ASKING, 5000));
}

/* A brown-out while the disk hangs: all that both interlocks can tell, and what the lane lost and
 * has again, is told in the first scan afterwards. Without room for it the controller would end. */
static void all_that_happened_while_nothing_could_be_recorded_finds_room(void **state)
{
	static const struct bench_watch watch = {
		.out = count_events, .event = pass_event, .scan = pass_scan};
	const uint32_t all = (1u << NOTE_COUNT) - 1;

	(void)state;
	for (int in = 0; in < LANE_STATES; in++) {
		ask_with_two_arms();
		bench_answer(&b, NULL, CASE_RELEASE, "");
		assert_int_equal(b.lane.state, LANE_RECORDING);
		b.lane.state = (enum lane_state)in;
		for (int i = 0; i < BENCH_DEVICES; i++)
			b.lane.evidence[i].state = EVIDENCE_AWAITED;
		b.lane.kept_notes = b.lane.entry.kept_notes = all;
		b.lane.alarms = (1u << LANE_ALARMS) - 1 - (1u << ALARM_ENTRY) -
				(1u << ALARM_EMERGENCY);
		b.lane.mode.until_ms = 1;
		b.lane.help_is_pressed = true;
		b.lane.raise.is_unrecorded = true;
		b.lane.seen_ms = 0;
		b.watch = &watch;
		bench_scan(&b);
		b.watch = NULL;
	}
	assert_true(most_events > 32 && most_events <= LANE_OUT_EVENTS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LANE_TEST(a_reset_is_refused_while_nobody_can_see_the_arm),
		LANE_TEST(
			an_arm_over_a_second_vehicle_stays_up_when_lost_lines_come_back),
		LANE_TEST(
			an_answer_is_not_taken_for_who_came_while_nothing_could_be_recorded),
		LANE_TEST(a_lift_is_not_for_who_came_while_nothing_could_be_recorded),
		LANE_TEST(who_waits_while_nothing_can_be_recorded_is_cleared_afterwards),
		LANE_TEST(an_act_that_was_asked_long_ago_moves_nothing),
		LANE_TEST(an_emergency_raise_does_not_wait_for_room_in_the_record),
		LANE_TEST(an_emergency_raise_that_can_t_be_recorded_is_no_failure),
		LANE_TEST(all_that_happened_while_nothing_could_be_recorded_finds_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * A lane and what it does in every situation, in virtual time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hal/text.h"
#include "tests/unit/lane_bench.h"

static const char RELEASE[] = "00000000001002000000";
static const char REFUSE[] = "11000000001002000000";
static struct bench b;

static int set_up(void **state)
{
	(void)state;
	bench_begin(&b);
	assert_int_equal(b.lane.state, LANE_IDLE);
	return 0;
}

static int nobody_was_hit(void **state)
{
	(void)state;
	assert_int_equal(b.hits, 0);
	return 0;
}

static void expect_closed(const char *outcome, const char *verdict, const char *lift)
{
	char text[96];

	snprintf(text, sizeof(text), "outcome=%s verdict=%s ", outcome, verdict);
	assert_int_equal(bench_count(&b, EVENT_PASSAGE_CLOSED, text), 1);
	snprintf(text, sizeof(text), "lift=%s", lift);
	assert_int_equal(bench_count(&b, EVENT_PASSAGE_CLOSED, text), 1);
}

/* A truck on the deck whose sources say this. */
static void bring(const char *plate, uint8_t confidence, const char *tag_plate,
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

static void ask(void)
{
	bench_bring_truck(&b);
	assert_true(bench_run_until(&b, LANE_ASKING, 3000));
}

static void pass_through(void)
{
	assert_true(bench_run_until(&b, LANE_PASSING, 3000));
	bench_drive(&b, &b.vehicle, BENCH_GONE_MM);
	b.vehicle.is_here = false;
	bench_weigh(&b, 0, true);
	assert_true(bench_run_until(&b, LANE_IDLE, 8000));
}

static void hold_with(const char *word, const char *hint, enum reason reason)
{
	bench_answer(&b, NULL, word, hint);
	assert_int_equal(b.lane.state, LANE_HELD);
	assert_int_equal(b.lane.reason, reason);
	bench_run(&b, 20000);
	assert_int_equal(b.arm, 0);
}

static void an_ordinary_truck_is_cleared_and_the_arm_comes_down_behind_it(void **state)
{
	(void)state;
	ask();
	assert_string_equal(b.asked.plate, "浙A12345");
	assert_string_equal(b.asked.box_front, "CSQU3054383");
	assert_int_equal(b.asked.gross_g, 37000000);
	bench_answer(&b, NULL, RELEASE, "放行 请通过");
	pass_through();
	assert_int_equal(b.asks, 1);
	assert_int_equal(b.lifts_commanded, 1);
	assert_int_equal(b.arm, 0);
	expect_closed("passed", "release", "00");
	assert_int_equal(bench_count(&b, EVENT_ALARM, NULL), 0);
}

static void no_lift_before_the_record_has_it(void **state)
{
	(void)state;
	ask();
	b.record_stalls = true;
	bench_answer(&b, NULL, RELEASE, "");
	bench_run(&b, 3000);
	assert_int_equal(b.lane.state, LANE_RECORDING);
	assert_int_equal(b.arm, 0);
	assert_int_equal(b.lifts_commanded, 0);
	b.record_stalls = false;
	assert_true(bench_run_until(&b, LANE_PASSING, 3000));
}

static void a_record_that_fails_withdraws_the_lift_and_calls_an_officer(void **state)
{
	(void)state;
	ask();
	b.record_stalls = true;
	bench_answer(&b, NULL, RELEASE, "");
	bench_run(&b, 100);
	b.record_fails = true;
	b.record_stalls = false;
	bench_run(&b, 2000);
	assert_int_equal(b.lane.state, LANE_HELD);
	assert_int_equal(b.lane.reason, REASON_RECORD_FAILED);
	assert_int_equal(bench_count(&b, EVENT_LIFT_WITHDRAWN, NULL), 1);
	assert_int_equal(b.lifts_commanded, 0);
}

static void a_lane_without_a_record_asks_nobody(void **state)
{
	(void)state;
	b.record_fails = true;
	bench_bring_truck(&b);
	bench_run(&b, 3000);
	assert_int_equal(b.lane.state, LANE_HELD);
	assert_int_equal(b.lane.reason, REASON_RECORD_FAILED);
	assert_int_equal(b.asks, 0);
	bench_act(&b, ACT_RELEASE, b.lane.passage);
	bench_run(&b, 100);
	assert_int_not_equal(b.result.error, KAKOU_OK);
	assert_int_equal(b.arm, 0);
}

static void no_order_holds_with_its_sign(void **state)
{
	(void)state;
	ask();
	hold_with(REFUSE, "未关联单据", REASON_NO_ORDER);
	assert_string_equal(b.lane.sign, "未关联单据");
	assert_int_equal(bench_count(&b, EVENT_ALARM, "code=hold"), 1);
}

static void customs_refusals_are_named(void **state)
{
	static const struct {
		const char *word;
		enum reason reason;
	} cases[] = {
		{"v1v00000001002000000", REASON_SEVERAL_ORDERS},
		{"o100o000001002000000", REASON_WEIGHT_DIFFERS},
		{"z1z00000001002000000", REASON_BOX_DIFFERS   },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bench_begin(&b);
		ask();
		hold_with(cases[i].word, "", cases[i].reason);
	}
}

static void whatever_is_not_exactly_a_release_holds(void **state)
{
	static const char *const words[] = {
		"",
		"0",
		"0000000000100200000",
		"000000000010020000000",
		"01000000001002000000",
		"02000000001002000000",
		"X0000000001002000000",
		"0000000000100200000?",
		"N",
		"yes",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		bench_begin(&b);
		ask();
		bench_answer(&b, NULL, words[i], "");
		assert_int_equal(b.lane.state, LANE_HELD);
		bench_run(&b, 3000);
		assert_int_equal(b.arm, 0);
	}
}

static void a_targeted_truck_goes_to_inspection_without_a_lift(void **state)
{
	(void)state;
	ask();
	bench_answer(&b, NULL, "w1w00000001002000000", "请到查验区");
	assert_int_equal(b.lane.state, LANE_LEAVING);
	assert_string_equal(b.lane.sign, "请到查验区");
	bench_drive(&b, &b.vehicle, -1000);
	b.vehicle.is_here = false;
	bench_weigh(&b, 0, true);
	bench_run(&b, 2000);
	assert_int_equal(b.lane.state, LANE_IDLE);
	expect_closed("to_inspection", "inspection", "99");
	assert_int_equal(b.lifts_commanded, 0);
}

static void a_doubtful_plate_is_outvoted_by_a_certain_tag(void **state)
{
	(void)state;
	bring("浙A12S45", 45, "浙A12345", "CSQU3054383");
	assert_true(bench_run_until(&b, LANE_ASKING, 3000));
	assert_string_equal(b.asked.plate, "浙A12345");
	assert_int_equal(bench_count(&b, EVENT_VOTE, "source=tag"), 1);
}

static void two_certain_plates_that_differ_hold_and_nobody_is_asked(void **state)
{
	(void)state;
	bring("浙A12345", 97, "浙A54321", "CSQU3054383");
	assert_true(bench_run_until(&b, LANE_HELD, 3000));
	assert_int_equal(b.lane.reason, REASON_PLATE_DIFFERS);
	assert_int_equal(b.asks, 0);
	assert_int_equal(bench_count(&b, EVENT_VOTE, "camera=浙A12345 tag=浙A54321"), 1);
}

static void a_wrong_check_digit_holds_and_nobody_is_asked(void **state)
{
	(void)state;
	bring("浙A12345", 97, "浙A12345", "CSQU3054384");
	assert_true(bench_run_until(&b, LANE_HELD, 3000));
	assert_int_equal(b.lane.reason, REASON_BOX_CHECK);
	assert_int_equal(b.asks, 0);
	bench_act(&b, ACT_RELEASE, b.lane.passage);
	pass_through();
	assert_int_equal(b.result.error, KAKOU_OK);
	expect_closed("passed", "release", "10");
}

static void a_bad_seal_is_told_to_customs_and_holds_against_a_release(void **state)
{
	static const struct {
		bool present, sealed, low;
		enum reason reason;
	} cases[] = {
		{true,  false, false, REASON_SEAL_BROKEN     },
		{false, false, false, REASON_SEAL_ABSENT     },
		{true,  true,  true,  REASON_SEAL_LOW_BATTERY},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bench_begin(&b);
		bench_bring_truck(&b);
		bench_seal(&b, cases[i].present, cases[i].sealed, cases[i].low);
		assert_true(bench_run_until(&b, LANE_ASKING, 3000));
		hold_with(RELEASE, "", cases[i].reason);
		assert_int_equal(b.asks, 1);
	}
}

static void a_silent_customs_holds_and_its_later_answer_clears(void **state)
{
	(void)state;
	ask();
	assert_true(bench_run_until(&b, LANE_SILENT, 6000));
	assert_string_equal(b.lane.sign, "网络等待中");
	assert_int_equal(b.arm, 0);
	bench_answer(&b, NULL, RELEASE, "");
	pass_through();
	assert_int_equal(bench_count(&b, EVENT_PASSAGE_CLOSED, "reason=customs_silent"),
			 1);
	assert_int_equal(b.asks, 1);
}

static void late_repeated_and_foreign_answers_do_nothing(void **state)
{
	char first[CUSTOMS_SEQ_MAX + 1];

	(void)state;
	ask();
	memcpy(first, b.lane.inquiry.seq_no, sizeof(first));
	bench_answer(&b, "20260101000000999999", RELEASE, "");
	assert_int_equal(b.lane.state, LANE_ASKING);
	bench_answer(&b, NULL, REFUSE, "");
	bench_answer(&b, NULL, RELEASE, "");
	bench_run(&b, 2000);
	assert_int_equal(b.lane.state, LANE_HELD);
	bench_drive(&b, &b.vehicle, -1000);
	b.vehicle.is_here = false;
	bench_weigh(&b, 0, true);
	assert_true(bench_run_until(&b, LANE_IDLE, 4000));
	bench_answer(&b, first, RELEASE, "");
	bench_bring_truck(&b);
	assert_true(bench_run_until(&b, LANE_ASKING, 3000));
	assert_string_not_equal(first, b.lane.inquiry.seq_no);
	bench_answer(&b, first, RELEASE, "");
	bench_run(&b, 2000);
	assert_int_equal(b.lane.state, LANE_ASKING);
	assert_int_equal(bench_count(&b, EVENT_ANSWER, "effect=foreign"), 1);
	assert_int_equal(bench_count(&b, EVENT_ANSWER, "effect=repeated"), 1);
	assert_int_equal(bench_count(&b, EVENT_ANSWER, "effect=late"), 2);
	assert_int_equal(b.lifts_commanded, 0);
}

static void back_out(void)
{
	bench_drive(&b, &b.vehicle, -1000);
	b.vehicle.is_here = false;
	bench_weigh(&b, 0, true);
	assert_true(bench_run_until(&b, LANE_IDLE, 4000));
}

static void a_late_answer_is_kept_with_its_passage_when_others_came_between(void **state)
{
	char first[CUSTOMS_SEQ_MAX + 1];

	(void)state;
	ask();
	memcpy(first, b.lane.inquiry.seq_no, sizeof(first));
	back_out();
	ask();
	back_out();
	ask();
	bench_answer(&b, first, RELEASE, "");
	bench_run(&b, 2000);
	assert_int_equal(b.lane.state, LANE_ASKING);
	assert_int_equal(bench_count(&b, EVENT_ANSWER, "effect=late"), 1);
	for (int i = 0; i < b.log_count; i++) {
		if (b.log[i].kind == EVENT_ANSWER)
			assert_int_equal(b.log[i].passage, 1);
	}
}

static void read_only(int device, int which, const char *text)
{
	struct device_read *read = device == BENCH_CARD
					   ? b.samples[device].value.post.cards.read
					   : b.samples[device].value.reads.read;

	read[which].sequence++;
	read[which].confidence = 97;
	text_copy(read[which].text, sizeof(read[which].text), text);
}

static void what_readers_still_show_of_an_earlier_vehicle_is_not_asked(void **state)
{
	(void)state;
	bench_bring_truck(&b);
	bench_read(&b, BENCH_BOX, "CSQU3054383", "CBHU3202732", 98);
	assert_true(bench_run_until(&b, LANE_ASKING, 3000));
	assert_string_equal(b.asked.trailer_plate, "浙A6101挂");
	back_out();
	b.vehicle = bench_truck();
	bench_drive(&b, &b.vehicle, 3000);
	read_only(BENCH_PLATE, 0, "浙B20416");
	read_only(BENCH_TAG, 0, "E2003412AB000102");
	read_only(BENCH_TAG, 1, "浙B20416");
	read_only(BENCH_BOX, 0, "HLXU4074106");
	bench_seal(&b, true, true, false);
	bench_drive(&b, &b.vehicle, BENCH_STOP_MM);
	bench_weigh(&b, 37000000, true);
	read_only(BENCH_CARD, 1, "Z3111I261101000000000001");
	assert_true(bench_run_until(&b, LANE_ASKING, 3000));
	assert_string_equal(b.asked.plate, "浙B20416");
	assert_string_equal(b.asked.trailer_plate, "");
	assert_string_equal(b.asked.box_front, "HLXU4074106");
	assert_string_equal(b.asked.box_rear, "");
	assert_string_equal(b.asked.card_no, "");
	assert_string_equal(b.asked.bar_code, "Z3111I261101000000000001");
}

/* A handcart's length, so that it is off the approach loop before the arm is down. */
static void a_short_vehicle_that_came_while_the_arm_was_closing_is_seen(void **state)
{
	(void)state;
	ask();
	bench_answer(&b, NULL, RELEASE, "");
	assert_true(bench_run_until(&b, LANE_PASSING, 3000));
	while (b.lane.state != LANE_CLOSING)
		bench_drive(&b, &b.vehicle, b.vehicle.front_mm + 28);
	b.vehicle = (struct bench_vehicle){
		.is_here = true, .part_count = 1, .parts = {{0, 1000}}};
	bench_drive(&b, &b.vehicle, 3200);
	assert_int_equal(b.lane.state, LANE_CLOSING);
	bench_read(&b, BENCH_PLATE, "浙B20416", "", 97);
	bench_weigh(&b, 1500000, false);
	assert_true(bench_run_until(&b, LANE_IDLE, 3000));
	bench_scan(&b);
	assert_int_equal(b.lane.state, LANE_GATHERING);
	assert_int_equal(b.lane.passage, 2);
	bench_run(&b, 100);
	assert_int_equal(b.lane.evidence[BENCH_PLATE].state, EVIDENCE_COLLECTED);
}

static void an_empty_deck_opens_no_passage_whatever_came_before(void **state)
{
	(void)state;
	ask();
	bench_answer(&b, NULL, RELEASE, "");
	assert_true(bench_run_until(&b, LANE_PASSING, 3000));
	bench_drive(&b, &b.vehicle, -1000);
	b.vehicle.is_here = false;
	bench_weigh(&b, 0, true);
	assert_true(bench_run_until(&b, LANE_IDLE, 8000));
	bench_run(&b, 1000);
	assert_int_equal(b.lane.state, LANE_IDLE);
	bench_weigh(&b, 1500000, true);
	bench_run(&b, 1000);
	assert_int_equal(b.lane.state, LANE_IDLE);
}

static void an_interim_answer_waits_for_the_final_one(void **state)
{
	(void)state;
	ask();
	bench_answer(&b, NULL, "V0000000001002000000", "");
	bench_run(&b, 1000);
	assert_int_equal(b.lane.state, LANE_ASKING);
	bench_answer(&b, NULL, RELEASE, "");
	pass_through();
	expect_closed("passed", "release", "00");
}

static void backing_out_before_the_verdict_withdraws_the_question(void **state)
{
	(void)state;
	ask();
	bench_drive(&b, &b.vehicle, -1000);
	b.vehicle.is_here = false;
	bench_run(&b, 2000);
	assert_int_equal(b.lane.state, LANE_IDLE);
	assert_string_not_equal(b.cancelled, "");
	expect_closed("not_passed", "none", "99");
}

static void the_next_truck_may_follow_close_behind_one_that_backed_out(void **state)
{
	(void)state;
	ask();
	bench_answer(&b, NULL, "w1w00000001002000000", "请到查验区");
	bench_drive(&b, &b.vehicle, -100);
	bench_run(&b, 200);
	b.vehicle = bench_truck();
	bench_drive(&b, &b.vehicle, 3000);
	expect_closed("to_inspection", "inspection", "99");
	assert_int_equal(b.lane.state, LANE_GATHERING);
	assert_int_equal(bench_count(&b, EVENT_PASSAGE_OPENED, NULL), 2);
}

static void the_next_truck_may_drive_onto_the_deck_while_the_arm_comes_down(void **state)
{
	(void)state;
	ask();
	bench_answer(&b, NULL, RELEASE, "");
	assert_true(bench_run_until(&b, LANE_PASSING, 3000));
	bench_drive(&b, &b.vehicle, 48000);
	b.second = bench_truck();
	bench_drive(&b, &b.second, 3000);
	bench_read(&b, BENCH_PLATE, "浙B20416", "", 97);
	bench_read(&b, BENCH_TAG, "E2003412AB000102", "浙B20416", 100);
	bench_read(&b, BENCH_BOX, "CSQU3054383", "", 98);
	b.vehicle.front_mm = BENCH_GONE_MM;
	bench_weigh(&b, 20000000, false);
	bench_drive(&b, &b.second, 22000);
	bench_drive(&b, &b.second, BENCH_STOP_MM);
	bench_weigh(&b, 37000000, true);
	bench_read(&b, BENCH_CARD, "330102600101", "", 100);
	assert_true(bench_run_until(&b, LANE_ASKING, 9000));
	assert_string_equal(b.asked.plate, "浙B20416");
	assert_int_equal(bench_count(&b, EVENT_ALARM, NULL), 0);
	expect_closed("passed", "release", "00");
}

static void a_van_that_stops_before_the_deck_has_not_left(void **state)
{
	(void)state;
	b.vehicle = (struct bench_vehicle){
		.is_here = true, .front_mm = -500, .part_count = 1, .parts = {{0, 1700}}};
	bench_drive(&b, &b.vehicle, 3800);
	bench_run(&b, 500);
	assert_int_equal(b.lane.state, LANE_GATHERING);
}

static void backing_out_after_the_lift_closes_and_alarms(void **state)
{
	(void)state;
	ask();
	bench_answer(&b, NULL, RELEASE, "");
	assert_true(bench_run_until(&b, LANE_PASSING, 3000));
	bench_drive(&b, &b.vehicle, -1000);
	b.vehicle.is_here = false;
	bench_weigh(&b, 0, true);
	assert_true(bench_run_until(&b, LANE_IDLE, 8000));
	assert_int_equal(b.arm, 0);
	expect_closed("lifted_not_passed", "release", "00");
	assert_int_equal(bench_count(&b, EVENT_ALARM, "code=lifted_not_passed"), 1);
}

static void a_tailgater_is_alarmed_and_the_arm_waits_for_it(void **state)
{
	(void)state;
	ask();
	bench_answer(&b, NULL, RELEASE, "");
	assert_true(bench_run_until(&b, LANE_PASSING, 3000));
	b.second = bench_truck();
	b.second.front_mm = -20000;
	while (b.vehicle.front_mm < 90000) {
		b.vehicle.front_mm += 28;
		b.second.front_mm =
			b.vehicle.front_mm - 19500 < 31000 || b.vehicle.front_mm > 80000
				? b.vehicle.front_mm - 19500
				: b.second.front_mm;
		bench_scan(&b);
	}
	bench_drive(&b, &b.second, 90000);
	assert_int_equal(bench_count(&b, EVENT_ALARM, "code=tailgate"), 1);
	assert_true(bench_run_until(&b, LANE_IDLE, 8000));
	assert_int_equal(b.lifts_commanded, 1);
}

static void the_gap_of_an_articulated_truck_is_no_second_vehicle(void **state)
{
	(void)state;
	ask();
	bench_answer(&b, NULL, RELEASE, "");
	assert_true(bench_run_until(&b, LANE_PASSING, 3000));
	/* stops with the gap under the arm: 0.6 m clear on either side */
	bench_drive(&b, &b.vehicle, 31000 + 6600);
	bench_run(&b, 5000);
	assert_int_equal(b.lane.state, LANE_PASSING);
	assert_int_equal(b.arm, 150);
	pass_through();
	assert_int_equal(bench_count(&b, EVENT_ALARM, "code=tailgate"), 0);
}

static void a_stalled_truck_keeps_the_arm_up_and_alarms(void **state)
{
	(void)state;
	ask();
	bench_answer(&b, NULL, RELEASE, "");
	assert_true(bench_run_until(&b, LANE_PASSING, 3000));
	bench_drive(&b, &b.vehicle, 33000);
	bench_run(&b, 60000);
	assert_int_equal(b.arm, 150);
	assert_int_equal(bench_count(&b, EVENT_ALARM, "code=overstay"), 1);
	assert_string_equal(b.lane.sign, "请尽快通过");
}

static void a_dead_optional_device_is_left_out(void **state)
{
	(void)state;
	bench_lose(&b, BENCH_SEAL);
	ask();
	assert_string_equal(b.asked.seal_id, "");
	bench_answer(&b, NULL, RELEASE, "");
	pass_through();
	expect_closed("passed", "release", "00");
}

static void a_dead_required_device_holds_at_once_and_goes_on_when_it_is_back(void **state)
{
	(void)state;
	bench_lose(&b, BENCH_WEIGHT);
	bench_bring_truck(&b);
	b.samples[BENCH_WEIGHT].has_value = false;
	assert_true(bench_run_until(&b, LANE_HELD, 4000));
	assert_int_equal(b.lane.reason, REASON_DEVICE_DEAD);
	assert_int_equal(b.asks, 0);
	b.samples[BENCH_WEIGHT].has_value = true;
	b.samples[BENCH_WEIGHT].health = DEVICE_WELL;
	assert_true(bench_run_until(&b, LANE_ASKING, 4000));
}

static void a_truck_not_wholly_on_the_scale_is_guided_then_held(void **state)
{
	(void)state;
	b.vehicle = bench_truck();
	bench_drive(&b, &b.vehicle, 3000);
	bench_read(&b, BENCH_PLATE, "浙A12345", "", 97);
	bench_read(&b, BENCH_TAG, "E2003412AB000101", "浙A12345", 100);
	bench_read(&b, BENCH_BOX, "CSQU3054383", "", 98);
	bench_drive(&b, &b.vehicle, 18000);
	bench_read(&b, BENCH_CARD, "330102600101", "", 100);
	bench_weigh(&b, 21000000, true);
	bench_run(&b, 1000);
	assert_string_equal(b.lane.sign, "请前行");
	bench_run(&b, 25000);
	assert_int_equal(b.lane.state, LANE_HELD);
	assert_int_equal(b.lane.reason, REASON_NOT_ON_SCALE);
	assert_int_equal(b.asks, 0);
}

static void a_read_for_the_truck_before_is_not_taken_for_this_one(void **state)
{
	(void)state;
	bench_read(&b, BENCH_PLATE, "浙B99999", "", 99);
	bench_run(&b, 2000);
	b.vehicle = bench_truck();
	bench_drive(&b, &b.vehicle, 3000);
	bench_run(&b, 1000);
	assert_int_equal(b.lane.evidence[BENCH_PLATE].state, EVIDENCE_AWAITED);
}

static void an_act_for_a_truck_that_has_gone_is_refused_and_recorded(void **state)
{
	(void)state;
	ask();
	bench_answer(&b, NULL, REFUSE, "");
	bench_act(&b, ACT_RELEASE, b.lane.passage + 1);
	bench_run(&b, 2000);
	assert_int_equal(b.results, 1);
	assert_int_equal(b.result.error, KAKOU_E_REFUSED);
	assert_int_equal(bench_count(&b, EVENT_ACT_REFUSED, "actor=wang"), 1);
	assert_int_equal(b.arm, 0);
}

static void a_customs_officer_releases_only_the_current_inquiry(void **state)
{
	(void)state;
	ask();
	bench_answer(&b, NULL, REFUSE, "");
	bench_operate(&b, '0', "01000000000000000000");
	bench_run(&b, 500);
	assert_int_equal(b.lane.state, LANE_HELD);
	assert_int_equal(b.report[0], '9');
	bench_operate(&b, '0', RELEASE);
	assert_int_equal(b.report[0], '0');
	pass_through();
	expect_closed("passed", "release", "10");
	assert_int_equal(b.reports, 2);
}

static void customs_is_told_when_its_command_was_refused(void **state)
{
	(void)state;
	ask();
	bench_answer(&b, NULL, RELEASE, "");
	assert_true(bench_run_until(&b, LANE_PASSING, 3000));
	bench_operate(&b, '1', RELEASE);
	bench_run(&b, 100);
	assert_int_equal(bench_count(&b, EVENT_ACT_REFUSED, "act=hold"), 1);
	assert_int_equal(b.report[0], '9');
	assert_int_equal(b.results, 0); /* nobody at the control socket asked */
}

static void an_arm_that_does_not_rise_holds_and_an_officer_tries_again(void **state)
{
	(void)state;
	ask();
	b.arm_is_stuck = true;
	bench_answer(&b, NULL, RELEASE, "");
	bench_run(&b, 5000);
	assert_int_equal(b.lane.state, LANE_HELD);
	assert_int_equal(b.lane.reason, REASON_ARM_FAULT);
	b.arm_is_stuck = false;
	bench_act(&b, ACT_RELEASE, b.lane.passage);
	pass_through();
	assert_int_equal(b.lifts_commanded, 2);
}

static void a_release_after_a_fault_passes_when_the_arm_is_up_already(void **state)
{
	(void)state;
	ask();
	bench_answer(&b, NULL, RELEASE, "");
	assert_true(bench_run_until(&b, LANE_LIFTING, 1000));
	bench_run(&b, 500);
	b.limit[0] = 1; /* says down for ever: both limits at once */
	assert_true(bench_run_until(&b, LANE_HELD, 3000));
	b.limit[0] = 0;
	bench_run(&b, 500);
	bench_act(&b, ACT_RELEASE, b.lane.passage);
	pass_through();
}

static void close_by_hand_and_reset(bool is_blind)
{
	b.emergency = true;
	bench_run(&b, 1000);
	b.emergency = false;
	b.arm_is_stuck = true;
	bench_run(&b, 5000);
	b.arm = 0;
	b.vehicle = bench_truck();
	b.vehicle.front_mm = 30500;
	bench_run(&b, 1000);
	b.is_blind = is_blind;
	bench_run(&b, 100);
	bench_act(&b, ACT_RESET, 0);
	bench_run(&b, 100);
	b.arm_is_stuck = b.is_blind = false;
	bench_run(&b, 3000);
}

static void a_reset_does_not_open_a_closed_arm_for_who_stands_before_it(void **state)
{
	(void)state;
	for (int is_blind = 0; is_blind < 2; is_blind++) {
		bench_begin(&b);
		close_by_hand_and_reset(is_blind);
		assert_int_equal(b.arm, 0);
		assert_int_equal(b.lifts_commanded, 0);
	}
}

static void a_reset_ends_a_passage_whose_end_no_sensor_shows(void **state)
{
	(void)state;
	b.dead = 1u << POSITION_EXIT;
	ask();
	bench_answer(&b, NULL, RELEASE, "");
	assert_true(bench_run_until(&b, LANE_PASSING, 3000));
	bench_drive(&b, &b.vehicle, BENCH_GONE_MM);
	b.vehicle.is_here = false;
	bench_weigh(&b, 0, true);
	bench_run(&b, 5000);
	assert_int_equal(b.lane.state, LANE_PASSING);
	assert_int_equal(b.lane.light, LIGHT_RED);
	bench_act(&b, ACT_RESET, b.lane.passage + 1);
	bench_run(&b, 100);
	assert_int_equal(b.lane.state, LANE_PASSING);
	bench_act(&b, ACT_RESET, b.lane.passage);
	assert_true(bench_run_until(&b, LANE_IDLE, 5000));
	expect_closed("passed", "release", "00");
}

static void a_reset_lets_go_of_a_vehicle_that_no_sensor_sees_leave(void **state)
{
	(void)state;
	ask();
	bench_answer(&b, NULL, REFUSE, "");
	bench_act(&b, ACT_RETURN, b.lane.passage);
	b.stuck = 1u << POSITION_ENTRY;
	b.vehicle.is_here = false;
	bench_weigh(&b, 0, true);
	bench_run(&b, 20000);
	assert_int_equal(b.lane.state, LANE_LEAVING);
	bench_act(&b, ACT_RESET, b.lane.passage);
	assert_true(bench_run_until(&b, LANE_IDLE, 1000));
	expect_closed("returned", "return", "99");
	assert_int_equal(b.arm, 0);
}

static void nothing_moves_when_lost_lines_come_back(void **state)
{
	int arm;

	(void)state;
	ask();
	b.is_blind = true;
	bench_answer(&b, NULL, RELEASE, "");
	assert_true(bench_run_until(&b, LANE_HELD, 1000));
	b.is_blind = false;
	bench_run(&b, 10000);
	assert_int_equal(b.arm, 0);
	bench_act(&b, ACT_RELEASE, b.lane.passage);
	assert_true(bench_run_until(&b, LANE_PASSING, 3000));
	bench_drive(&b, &b.vehicle, BENCH_GONE_MM);
	b.vehicle.is_here = false;
	bench_weigh(&b, 0, true);
	assert_true(bench_run_until(&b, LANE_CLOSING, 3000));
	bench_run(&b, 500);
	b.is_blind = true;
	bench_run(&b, 100);
	arm = b.arm;
	b.is_blind = false;
	bench_run(&b, 10000);
	assert_int_equal(b.arm, arm);
	bench_act(&b, ACT_RESET, 0);
	assert_true(bench_run_until(&b, LANE_IDLE, 5000));
}

static void an_arm_that_sinks_and_sticks_before_the_truck_has_gone_calls_an_officer(
	void **state)
{
	(void)state;
	ask();
	bench_answer(&b, NULL, RELEASE, "");
	assert_true(bench_run_until(&b, LANE_PASSING, 3000));
	b.arm = 60;
	b.arm_is_stuck = true;
	assert_true(bench_run_until(&b, LANE_HELD, 6000));
	assert_int_equal(b.lane.reason, REASON_ARM_FAULT);
	b.arm_is_stuck = false;
	bench_run(&b, 100);
	bench_act(&b, ACT_RELEASE, b.lane.passage);
	pass_through();
}

static void an_emergency_while_the_arm_is_about_to_come_down_keeps_it_up(void **state)
{
	(void)state;
	for (int scans = 0; scans < 8; scans++) {
		bench_begin(&b);
		ask();
		bench_answer(&b, NULL, RELEASE, "");
		assert_true(bench_run_until(&b, LANE_PASSING, 3000));
		bench_drive(&b, &b.vehicle, BENCH_GONE_MM);
		b.vehicle.is_here = false;
		assert_true(bench_run_until(&b, LANE_CLOSING, 3000));
		bench_run(&b, 10 * scans);
		b.emergency = true;
		for (int i = 0; i < 20; i++) {
			bench_scan(&b);
			assert_false(b.motor.lower);
		}
	}
}

/* The truck leaves some scans before or after the motor is told to raise. */
static void an_arm_that_has_just_begun_to_rise_is_not_down(void **state)
{
	(void)state;
	for (int scans = 0; scans < 8; scans++) {
		bench_begin(&b);
		ask();
		b.record_stalls = true;
		bench_answer(&b, NULL, RELEASE, "");
		bench_drive(&b, &b.vehicle, 100);
		b.vehicle.is_here = false;
		bench_weigh(&b, 0, true);
		bench_run(&b, 10 * scans);
		b.record_stalls = false;
		bench_run(&b, 5000);
		assert_int_equal(b.lane.state, LANE_IDLE);
		assert_int_equal(b.arm, 0);
	}
}

static void an_arm_opened_by_hand_blocks_until_it_is_closed(void **state)
{
	(void)state;
	b.arm = 40;
	bench_run(&b, 1000);
	assert_int_equal(b.lane.state, LANE_BLOCKED);
	assert_int_equal(bench_count(&b, EVENT_ALARM, "code=uncontrolled_opening"), 1);
	b.vehicle = bench_truck();
	bench_drive(&b, &b.vehicle, BENCH_GONE_MM);
	b.vehicle.is_here = false;
	assert_int_equal(bench_count(&b, EVENT_SAFETY, "crosses"), 1);
	assert_int_equal(bench_count(&b, EVENT_PASSAGE_OPENED, NULL), 0);
	b.arm = 0;
	bench_run(&b, 1000);
	assert_int_equal(b.lane.state, LANE_IDLE);
}

static void an_arm_opened_while_the_inputs_were_unknown_blocks(void **state)
{
	(void)state;
	b.is_blind = true;
	bench_run(&b, 500);
	b.arm = 40;
	bench_run(&b, 500);
	b.is_blind = false;
	bench_run(&b, 500);
	assert_int_equal(b.lane.state, LANE_BLOCKED);
	assert_int_equal(bench_count(&b, EVENT_ALARM, "code=uncontrolled_opening"), 1);
}

static void an_arm_opened_while_both_limits_spoke_blocks(void **state)
{
	(void)state;
	b.limit[1] = 1;
	bench_run(&b, 500);
	b.limit[1] = 0;
	b.arm = 40;
	bench_run(&b, 500);
	assert_int_equal(b.lane.state, LANE_BLOCKED);
}

static void a_truck_that_backs_out_under_an_open_arm_leaves_a_closing_lane(void **state)
{
	(void)state;
	ask();
	bench_answer(&b, NULL, RELEASE, "");
	assert_true(bench_run_until(&b, LANE_LIFTING, 1000));
	bench_run(&b, 1000);
	b.arm_is_stuck = true;
	assert_true(bench_run_until(&b, LANE_HELD, 6000));
	b.arm_is_stuck = false;
	b.record_stalls = true;
	bench_act(&b, ACT_RELEASE, b.lane.passage);
	bench_drive(&b, &b.vehicle, -1000);
	b.vehicle.is_here = false;
	bench_weigh(&b, 0, true);
	b.record_stalls = false;
	assert_true(bench_run_until(&b, LANE_IDLE, 8000));
	assert_int_equal(b.arm, 0);
}

static void an_arm_opened_unseen_while_closing_is_not_closed_by_itself(void **state)
{
	(void)state;
	ask();
	bench_act(&b, ACT_RETURN, b.lane.passage);
	b.is_blind = true;
	bench_drive(&b, &b.vehicle, -1000);
	b.vehicle.is_here = false;
	bench_weigh(&b, 0, true);
	assert_true(bench_run_until(&b, LANE_CLOSING, 3000));
	b.arm = 100;
	b.is_blind = false;
	bench_run(&b, 5000);
	assert_int_equal(b.lane.state, LANE_BLOCKED);
	assert_int_equal(b.arm, 100);
}

/* Its lower limit lied during the lift; somebody on the approach loop looked like a truck that
 * backed out. */
static void an_arm_that_turns_out_to_be_open_without_a_lift_blocks(void **state)
{
	(void)state;
	ask();
	bench_answer(&b, NULL, RELEASE, "");
	assert_true(bench_run_until(&b, LANE_LIFTING, 1000));
	b.limit[0] = 1;
	bench_run(&b, 300);
	b.second = (struct bench_vehicle){
		.is_here = true, .front_mm = 1000, .part_count = 1, .parts = {{0, 600}}};
	bench_run(&b, 100);
	b.second.is_here = false;
	bench_run(&b, 200);
	b.limit[0] = 0;
	bench_run(&b, 300);
	assert_true(b.arm > 0);
	assert_int_equal(b.lane.state, LANE_BLOCKED);
}

static void somebody_on_the_exit_loop_is_not_the_truck_that_was_released(void **state)
{
	(void)state;
	ask();
	bench_answer(&b, NULL, RELEASE, "");
	assert_true(bench_run_until(&b, LANE_PASSING, 3000));
	b.second = (struct bench_vehicle){.is_here = true,
					  .front_mm = 45000,
					  .part_count = 1,
					  .parts = {{0, 4500}}};
	bench_drive(&b, &b.second, 40000);
	bench_drive(&b, &b.second, 45000);
	bench_run(&b, 3000);
	assert_int_equal(b.lane.state, LANE_PASSING);
	pass_through();
	expect_closed("passed", "release", "00");
}

static void the_wrong_way_is_no_passage(void **state)
{
	(void)state;
	b.second = bench_truck();
	b.second.front_mm = 55000;
	bench_drive(&b, &b.second, 40000);
	bench_run(&b, 500);
	assert_int_equal(b.lane.state, LANE_IDLE);
	assert_int_equal(bench_count(&b, EVENT_ALARM, "code=wrong_way"), 1);
	assert_int_equal(bench_count(&b, EVENT_PASSAGE_OPENED, NULL), 0);
	bench_drive(&b, &b.second, 60000);
	bench_run(&b, 500);
	assert_int_equal(bench_count(&b, EVENT_ALARM_ENDED, "code=wrong_way"), 1);
}

static void an_emergency_raises_stays_up_and_needs_a_reset(void **state)
{
	(void)state;
	ask();
	b.emergency = true;
	bench_run(&b, 3000);
	assert_int_equal(b.arm, 150);
	assert_int_equal(b.lane.state, LANE_BLOCKED);
	assert_string_equal(b.lane.sign, "紧急开启");
	bench_act(&b, ACT_RESET, 0);
	bench_run(&b, 2000);
	assert_int_equal(b.arm, 150);
	b.emergency = false;
	bench_run(&b, 20000);
	assert_int_equal(b.arm, 150);
	bench_act(&b, ACT_RESET, 0);
	bench_run(&b, 5000);
	assert_int_equal(b.arm, 0);
}

static void an_emergency_while_the_record_has_no_room_is_told_afterwards(void **state)
{
	(void)state;
	ask();
	b.record_is_full = true;
	b.emergency = true;
	bench_run(&b, 3000);
	assert_int_equal(b.arm, 150);
	b.emergency = false;
	bench_run(&b, 500);
	b.record_is_full = false;
	bench_run(&b, 100);
	assert_int_equal(bench_count(&b, EVENT_ALARM, "code=emergency"), 1);
	assert_int_equal(b.lane.state, LANE_BLOCKED);
	assert_int_equal(b.arm, 150);
}

static void a_truck_found_at_the_start_is_held_for_an_officer(void **state)
{
	(void)state;
	bench_begin(&b);
	lane_init(&b.lane, &b.site, 0);
	b.vehicle = bench_truck();
	b.vehicle.front_mm = BENCH_STOP_MM;
	bench_weigh(&b, 37000000, true);
	bench_run(&b, 1000);
	assert_int_equal(b.lane.state, LANE_HELD);
	assert_int_equal(b.lane.reason, REASON_RESTARTED);
	assert_int_equal(b.asks, 0);
	bench_run(&b, 30000);
	assert_int_equal(b.arm, 0);
}

static void an_arm_found_open_at_the_start_stays_until_a_person_resets(void **state)
{
	(void)state;
	lane_init(&b.lane, &b.site, 0);
	b.arm = 150;
	bench_run(&b, 30000);
	assert_int_equal(b.arm, 150);
	assert_int_equal(b.lane.state, LANE_BLOCKED);
	assert_int_equal(bench_count(&b, EVENT_ALARM, "code=restarted"), 1);
	bench_act(&b, ACT_RESET, 0);
	bench_run(&b, 5000);
	assert_int_equal(b.arm, 0);
	assert_int_equal(b.lane.state, LANE_IDLE);
}

static void something_light_without_identity_is_void(void **state)
{
	(void)state;
	b.vehicle = (struct bench_vehicle){
		.is_here = true, .front_mm = -500, .part_count = 1, .parts = {{0, 600}}};
	bench_drive(&b, &b.vehicle, 1500);
	bench_drive(&b, &b.vehicle, -1500);
	bench_run(&b, 2000);
	expect_closed("void", "none", "99");
}

static void a_lift_is_withdrawn_when_the_truck_leaves_while_it_is_recorded(void **state)
{
	(void)state;
	ask();
	b.record_stalls = true;
	bench_answer(&b, NULL, RELEASE, "");
	bench_drive(&b, &b.vehicle, -1000);
	b.vehicle.is_here = false;
	bench_run(&b, 2000);
	b.record_stalls = false;
	bench_run(&b, 3000);
	assert_int_equal(b.lifts_commanded, 0);
	assert_int_equal(b.arm, 0);
	assert_int_equal(bench_count(&b, EVENT_LIFT_WITHDRAWN, NULL), 1);
}

static void the_number_of_an_inquiry_is_a_time_in_china_and_a_counter(void **state)
{
	(void)state;
	ask();
	/* 1795001000000 ms and some seconds are 2026-11-18 20:03 UTC */
	assert_int_equal(strlen(b.asked.head.seq_no), 20);
	assert_memory_equal(b.asked.head.seq_no, "20261118", 8);
	assert_string_equal(b.asked.head.seq_no + 14, "000000");
}

#define LANE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, nobody_was_hit)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LANE_TEST(an_ordinary_truck_is_cleared_and_the_arm_comes_down_behind_it),
		LANE_TEST(no_lift_before_the_record_has_it),
		LANE_TEST(a_record_that_fails_withdraws_the_lift_and_calls_an_officer),
		LANE_TEST(a_lane_without_a_record_asks_nobody),
		LANE_TEST(no_order_holds_with_its_sign),
		LANE_TEST(customs_refusals_are_named),
		LANE_TEST(whatever_is_not_exactly_a_release_holds),
		LANE_TEST(a_targeted_truck_goes_to_inspection_without_a_lift),
		LANE_TEST(a_doubtful_plate_is_outvoted_by_a_certain_tag),
		LANE_TEST(two_certain_plates_that_differ_hold_and_nobody_is_asked),
		LANE_TEST(a_wrong_check_digit_holds_and_nobody_is_asked),
		LANE_TEST(a_bad_seal_is_told_to_customs_and_holds_against_a_release),
		LANE_TEST(a_silent_customs_holds_and_its_later_answer_clears),
		LANE_TEST(late_repeated_and_foreign_answers_do_nothing),
		LANE_TEST(
			a_late_answer_is_kept_with_its_passage_when_others_came_between),
		LANE_TEST(a_short_vehicle_that_came_while_the_arm_was_closing_is_seen),
		LANE_TEST(an_empty_deck_opens_no_passage_whatever_came_before),
		LANE_TEST(what_readers_still_show_of_an_earlier_vehicle_is_not_asked),
		LANE_TEST(an_interim_answer_waits_for_the_final_one),
		LANE_TEST(backing_out_before_the_verdict_withdraws_the_question),
		LANE_TEST(the_next_truck_may_follow_close_behind_one_that_backed_out),
		LANE_TEST(
			the_next_truck_may_drive_onto_the_deck_while_the_arm_comes_down),
		LANE_TEST(a_van_that_stops_before_the_deck_has_not_left),
		LANE_TEST(backing_out_after_the_lift_closes_and_alarms),
		LANE_TEST(a_tailgater_is_alarmed_and_the_arm_waits_for_it),
		LANE_TEST(the_gap_of_an_articulated_truck_is_no_second_vehicle),
		LANE_TEST(a_stalled_truck_keeps_the_arm_up_and_alarms),
		LANE_TEST(a_dead_optional_device_is_left_out),
		LANE_TEST(
			a_dead_required_device_holds_at_once_and_goes_on_when_it_is_back),
		LANE_TEST(a_truck_not_wholly_on_the_scale_is_guided_then_held),
		LANE_TEST(a_read_for_the_truck_before_is_not_taken_for_this_one),
		LANE_TEST(an_act_for_a_truck_that_has_gone_is_refused_and_recorded),
		LANE_TEST(a_customs_officer_releases_only_the_current_inquiry),
		LANE_TEST(customs_is_told_when_its_command_was_refused),
		LANE_TEST(an_arm_that_does_not_rise_holds_and_an_officer_tries_again),
		LANE_TEST(a_release_after_a_fault_passes_when_the_arm_is_up_already),
		LANE_TEST(a_reset_does_not_open_a_closed_arm_for_who_stands_before_it),
		LANE_TEST(a_reset_ends_a_passage_whose_end_no_sensor_shows),
		LANE_TEST(a_reset_lets_go_of_a_vehicle_that_no_sensor_sees_leave),
		LANE_TEST(nothing_moves_when_lost_lines_come_back),
		LANE_TEST(
			an_arm_that_sinks_and_sticks_before_the_truck_has_gone_calls_an_officer),
		LANE_TEST(an_emergency_while_the_arm_is_about_to_come_down_keeps_it_up),
		LANE_TEST(an_arm_that_has_just_begun_to_rise_is_not_down),
		LANE_TEST(an_arm_opened_by_hand_blocks_until_it_is_closed),
		LANE_TEST(an_arm_opened_while_the_inputs_were_unknown_blocks),
		LANE_TEST(an_arm_opened_while_both_limits_spoke_blocks),
		LANE_TEST(a_truck_that_backs_out_under_an_open_arm_leaves_a_closing_lane),
		LANE_TEST(an_arm_opened_unseen_while_closing_is_not_closed_by_itself),
		LANE_TEST(an_arm_that_turns_out_to_be_open_without_a_lift_blocks),
		LANE_TEST(somebody_on_the_exit_loop_is_not_the_truck_that_was_released),
		LANE_TEST(the_wrong_way_is_no_passage),
		LANE_TEST(an_emergency_raises_stays_up_and_needs_a_reset),
		LANE_TEST(an_emergency_while_the_record_has_no_room_is_told_afterwards),
		LANE_TEST(a_truck_found_at_the_start_is_held_for_an_officer),
		LANE_TEST(an_arm_found_open_at_the_start_stays_until_a_person_resets),
		LANE_TEST(something_light_without_identity_is_void),
		LANE_TEST(a_lift_is_withdrawn_when_the_truck_leaves_while_it_is_recorded),
		LANE_TEST(the_number_of_an_inquiry_is_a_time_in_china_and_a_counter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

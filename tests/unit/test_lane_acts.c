/* SPDX-License-Identifier: MIT */
/*
 * What a person does with a lane beside clearing: values, questions, locks, alarms.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hal/text.h"
#include "tests/unit/lane_case.h"

static const char *seq_no(void)
{
	static char kept[CUSTOMS_SEQ_MAX + 1];

	text_copy(kept, sizeof(kept), b.lane.inquiry.seq_no);
	return kept;
}

static void act(enum act_verb verb)
{
	bench_act(&b, verb, b.lane.passage);
	bench_run(&b, 50);
}

static void act_on(enum act_verb verb, enum evidence_kind kind, const char *value)
{
	bench_act_on(&b, verb, b.lane.passage, kind, value);
	bench_run(&b, 50);
}

static void expect_refused(enum act_refusal refusal, const char *part)
{
	assert_int_equal(b.result.error, KAKOU_E_REFUSED);
	assert_int_equal(b.result.refusal, refusal);
	if (!strstr(b.result.why, part))
		fail_msg("%s, expected %s", b.result.why, part);
}

static void a_corrected_plate_asks_customs_anew_under_a_new_number(void **state)
{
	const char *before;

	(void)state;
	case_bring("浙A12345", 99, "浙B77777", "CSQU3054383");
	assert_true(bench_run_until(&b, LANE_HELD, 8000));
	assert_int_equal(b.lane.reason, REASON_PLATE_DIFFERS);
	before = seq_no();
	act_on(ACT_CORRECT, EVIDENCE_PLATE, "浙A12346");
	assert_int_equal(b.result.error, KAKOU_OK);
	assert_int_equal(b.lane.state, LANE_ASKING);
	assert_string_equal(b.asked.plate, "浙A12346");
	assert_int_equal(b.asked.mode, 'M');
	assert_string_equal(b.asked.operator_id, "wang");
	assert_string_not_equal(b.asked.head.seq_no, before);
	/* The read itself stays in the record. */
	assert_int_equal(bench_count(&b, EVENT_EVIDENCE, "text=浙A12345"), 1);
	assert_int_equal(bench_count(&b, EVENT_EVIDENCE, "text=浙A12346"), 1);
	bench_answer(&b, NULL, CASE_RELEASE, "");
	case_pass_through();
	case_expect_closed("passed", "release", "00");
}

static void the_answer_to_the_question_before_a_correction_does_nothing(void **state)
{
	const char *before;

	(void)state;
	case_ask();
	before = seq_no();
	act_on(ACT_CORRECT, EVIDENCE_BOX, "HLXU4074106");
	assert_string_equal(b.asked.box_front, "HLXU4074106");
	assert_string_equal(b.cancelled, before);
	bench_answer(&b, before, CASE_RELEASE, "");
	bench_run(&b, 200);
	assert_int_equal(b.lane.state, LANE_ASKING);
	assert_int_equal(b.lifts_commanded, 0);
	assert_int_equal(bench_count(&b, EVENT_ANSWER, "effect=late"), 1);
	bench_answer(&b, NULL, CASE_RELEASE, "");
	case_pass_through();
}

static void a_value_is_entered_for_a_device_that_is_dead(void **state)
{
	(void)state;
	bench_lose(&b, BENCH_WEIGHT);
	case_bring("浙A12345", 99, "浙A12345", "CSQU3054383");
	assert_true(bench_run_until(&b, LANE_HELD, 20000));
	assert_int_equal(b.lane.reason, REASON_DEVICE_DEAD);
	act_on(ACT_CORRECT, EVIDENCE_WEIGHT, "36400");
	expect_refused(REFUSAL_ABSENT,
		       "no weight was read that could be corrected: enter it");
	act_on(ACT_ENTER, EVIDENCE_WEIGHT, "36400.5");
	assert_int_equal(b.lane.state, LANE_ASKING);
	assert_true(b.asked.has_weight);
	assert_int_equal(b.asked.gross_g, 36400500);
	assert_int_equal(b.asked.mode, 'B');
	bench_answer(&b, NULL, CASE_RELEASE, "");
	case_pass_through();
}

static void an_idle_lane_with_both_arms_closed_has_nothing_to_reset(void **state)
{
	(void)state;
	bench_equip_entry(&b);
	bench_restart(&b);
	bench_run(&b, 2500);
	assert_int_equal(b.lane.state, LANE_IDLE);
	act(ACT_RESET);
	expect_refused(REFUSAL_NOT_NOW, "reset is not possible while lane in1 is idle");
	act(ACT_HOLD);
	expect_refused(REFUSAL_NOT_NOW, "hold is not possible while lane in1 is idle");
}

static void a_tag_that_is_not_there_is_said_to_be_none(void **state)
{
	(void)state;
	b.samples[BENCH_TAG].health = DEVICE_LOST;
	bench_lose(&b, BENCH_TAG);
	case_bring("浙A12345", 99, "", "CSQU3054383");
	if (b.lane.state != LANE_HELD && !bench_run_until(&b, LANE_ASKING, 20000))
		assert_int_equal(b.lane.state, LANE_HELD);
	act_on(ACT_ENTER, EVIDENCE_TAG, "none");
	assert_true(bench_run_until(&b, LANE_ASKING, 1000));
	assert_string_equal(b.asked.tag, "");
	assert_int_equal(b.asked.mode, 'B');
	case_back_out();
}

static void what_is_no_such_value_is_refused_with_what_was_expected(void **state)
{
	/* clang-format off */
	static const struct {
		enum evidence_kind kind;
		const char *value, *part;
	} cases[] = {
		{ EVIDENCE_PLATE,  "12345",       "plate: got \"12345\", expected a plate" },
		{ EVIDENCE_PLATE,  "浙A1234挂",    "expected a plate that an order can name" },
		{ EVIDENCE_BOX,    "CSQU3054384", "expected a box number with its check digit" },
		{ EVIDENCE_BOX,    "CSQU3054383 X", "expected a box number" },
		{ EVIDENCE_WEIGHT, "heavy",       "expected the gross weight in kg" },
		{ EVIDENCE_WEIGHT, "-1",          "expected the gross weight in kg" },
		{ EVIDENCE_WEIGHT, "999999",      "expected the gross weight in kg" },
		{ EVIDENCE_SEAL,   "HYT-7 open",  "seal: got \"HYT-7 open\", expected" },
		{ EVIDENCE_SEAL,   " broken",     "expected the seal's number" },
		{ EVIDENCE_CLIMATE, "4",          "lane in1 gathers no climate" },
	};
	/* clang-format on */

	(void)state;
	case_ask();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		act_on(ACT_CORRECT, cases[i].kind, cases[i].value);
		expect_refused(i + 1 < sizeof(cases) / sizeof(cases[0]) ? REFUSAL_VALUE
									: REFUSAL_ABSENT,
			       cases[i].part);
	}
	assert_int_equal(b.asks, 1);
	act_on(ACT_ENTER, EVIDENCE_PLATE, "浙A12345");
	expect_refused(REFUSAL_ALREADY, "the plate was read: correct it");
	case_back_out();
}

static void a_corrected_seal_is_believed(void **state)
{
	(void)state;
	case_ask();
	act_on(ACT_CORRECT, EVIDENCE_SEAL, "HYT-7 broken");
	assert_string_equal(b.asked.seal_id, "HYT-7");
	case_hold_with(CASE_RELEASE, "", REASON_SEAL_BROKEN);
	act_on(ACT_CORRECT, EVIDENCE_SEAL, "HYT-7");
	bench_answer(&b, NULL, CASE_RELEASE, "");
	case_pass_through();
}

static void the_chosen_order_goes_with_the_next_question(void **state)
{
	(void)state;
	case_ask();
	case_hold_with("v1v00000001002000000", "", REASON_SEVERAL_ORDERS);
	act_on(ACT_CHOOSE, EVIDENCE_PLATE, "Z3111I261101000000000001");
	assert_int_equal(b.lane.state, LANE_ASKING);
	assert_string_equal(b.asked.form_id, "Z3111I261101000000000001");
	bench_answer(&b, NULL, CASE_RELEASE, "");
	case_pass_through();
	/* The next vehicle's question does not have it. */
	case_ask();
	assert_string_equal(b.asked.form_id, "");
	assert_int_equal(b.asked.mode, 'A');
	case_back_out();
}

static void regathering_takes_newer_reads_and_forgets_what_a_person_said(void **state)
{
	(void)state;
	case_ask();
	act_on(ACT_CORRECT, EVIDENCE_PLATE, "浙A99999");
	assert_string_equal(b.asked.plate, "浙A99999");
	bench_weigh(&b, 40000 * 1000, true);
	act(ACT_REGATHER);
	assert_true(bench_run_until(&b, LANE_ASKING, 3000));
	assert_string_equal(b.asked.plate, "浙A12345");
	assert_int_equal(b.asked.gross_g, 40000 * 1000);
	assert_int_equal(b.asked.mode, 'M');
	case_back_out();
}

static void asking_again_keeps_the_number_while_there_is_no_answer(void **state)
{
	const char *before;

	(void)state;
	case_ask();
	before = seq_no();
	assert_true(bench_run_until(&b, LANE_SILENT, 30000));
	act(ACT_ASK);
	assert_int_equal(b.lane.state, LANE_ASKING);
	assert_string_equal(b.asked.head.seq_no, before);
	assert_int_equal(b.asks, 2);
	bench_answer(&b, NULL, CASE_RELEASE, "");
	case_pass_through();
}

static void asking_again_after_an_answer_is_a_new_question(void **state)
{
	const char *before;

	(void)state;
	case_ask();
	before = seq_no();
	case_hold_with(CASE_REFUSE, "未关联单据", REASON_NO_ORDER);
	act(ACT_ASK);
	assert_int_equal(b.lane.state, LANE_ASKING);
	assert_string_not_equal(b.asked.head.seq_no, before);
	bench_answer(&b, NULL, CASE_RELEASE, "");
	case_pass_through();
	assert_int_equal(bench_count(&b, EVENT_LIFT_COMMANDED, NULL), 1);
}

static void nobody_asks_again_once_the_arm_was_lifted(void **state)
{
	static const enum act_verb verbs[] = {ACT_CORRECT, ACT_ENTER, ACT_CHOOSE,
					      ACT_REGATHER, ACT_ASK};

	(void)state;
	case_ask();
	bench_answer(&b, NULL, CASE_RELEASE, "");
	assert_true(bench_run_until(&b, LANE_LIFTING, 1000));
	b.arm_is_stuck = true;
	assert_true(bench_run_until(&b, LANE_HELD, 20000));
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		act_on(verbs[i], EVIDENCE_PLATE, "浙A12346");
		assert_int_equal(b.result.error, KAKOU_E_REFUSED);
	}
	assert_int_equal(b.asks, 1);
	b.arm_is_stuck = false;
	act(ACT_RELEASE);
	case_pass_through();
}

/* The hold for want of evidence ends by itself; an officer's does not. */
static void who_is_held_by_an_officer_is_not_cleared_by_what_is_read_later(void **state)
{
	(void)state;
	b.vehicle = bench_truck();
	bench_drive(&b, &b.vehicle, 3000);
	bench_read(&b, BENCH_PLATE, "浙A12345", "", 99);
	bench_read(&b, BENCH_TAG, "E2003412AB000101", "浙A12345", 100);
	bench_seal(&b, true, true, false);
	bench_drive(&b, &b.vehicle, BENCH_STOP_MM);
	bench_weigh(&b, 37000000, true);
	bench_read(&b, BENCH_CARD, "330102600101", "", 100);
	assert_true(bench_run_until(&b, LANE_HELD, 30000));
	assert_int_equal(b.lane.reason, REASON_BOX_MISSING);
	act(ACT_HOLD);
	assert_int_equal(b.result.error, KAKOU_OK);
	bench_read(&b, BENCH_BOX, "CSQU3054383", "", 98);
	bench_run(&b, 5000);
	assert_int_equal(b.lane.state, LANE_HELD);
	assert_int_equal(b.asks, 0);
	assert_int_equal(b.lane.reason, REASON_OFFICER);
	case_back_out();
}

static void an_act_for_a_truck_that_has_gone_is_refused(void **state)
{
	int64_t gone;

	(void)state;
	case_ask();
	gone = b.lane.passage;
	case_back_out();
	for (int verb = 0; verb < ACT_VERBS; verb++) {
		bench_act_on(&b, (enum act_verb)verb, gone, EVIDENCE_PLATE, "浙A12346");
		bench_run(&b, 50);
		if (verb == ACT_RESET) /* means the lane, where nobody is */
			continue;
		expect_refused(REFUSAL_GONE, "is not in lane in1, where none is");
	}
	assert_int_equal(bench_count(&b, EVENT_OFFICER_ACT, NULL), 0);
	assert_int_equal(bench_count(&b, EVENT_ACT_REFUSED, NULL), ACT_VERBS);
}

static void a_locked_lane_takes_no_truck_until_it_is_opened(void **state)
{
	(void)state;
	act(ACT_LOCK);
	assert_string_equal(b.lane.sign, "通道关闭");
	assert_int_equal(bench_count(&b, EVENT_LANE_LOCKED, "actor=wang"), 1);
	b.vehicle = bench_truck();
	bench_drive(&b, &b.vehicle, 12000);
	bench_weigh(&b, 15000 * 1000, false);
	bench_drive(&b, &b.vehicle, BENCH_STOP_MM);
	bench_run(&b, 10000);
	assert_int_equal(b.lane.state, LANE_IDLE);
	assert_int_equal(b.lane.light, LIGHT_RED);
	act(ACT_LOCK);
	expect_refused(REFUSAL_ALREADY, "is locked already");
	act(ACT_OPEN);
	assert_int_equal(b.lane.state, LANE_GATHERING);
	act(ACT_OPEN);
	expect_refused(REFUSAL_ALREADY, "is not locked");
	case_back_out();
	assert_string_equal(b.lane.sign, "欢迎");
}

static void who_is_in_a_lane_that_is_locked_is_still_cleared(void **state)
{
	(void)state;
	case_ask();
	act(ACT_LOCK);
	assert_int_equal(b.lane.state, LANE_ASKING);
	bench_answer(&b, NULL, CASE_RELEASE, "");
	case_pass_through();
	assert_string_equal(b.lane.sign, "通道关闭");
}

static void a_lane_that_was_locked_starts_locked(void **state)
{
	(void)state;
	bench_restart(&b);
	lane_start_locked(&b.lane);
	assert_true(bench_run_until(&b, LANE_IDLE, 1000));
	assert_string_equal(b.lane.sign, "通道关闭");
}

static void an_emergency_raise_goes_up_and_stays_until_a_person_ends_it(void **state)
{
	(void)state;
	act(ACT_EMERGENCY);
	assert_int_equal(b.lane.state, LANE_BLOCKED);
	assert_string_equal(b.lane.sign, "紧急开启");
	bench_run(&b, 60000);
	assert_int_equal(b.arm, BENCH_UP);
	assert_int_equal(b.lane.state, LANE_BLOCKED);
	assert_int_equal(bench_count(&b, EVENT_SAFETY, "S11"), 1);
	act(ACT_EMERGENCY);
	expect_refused(REFUSAL_ALREADY, "is raised already");
	b.vehicle = bench_truck();
	bench_drive(&b, &b.vehicle, BENCH_GONE_MM);
	assert_int_equal(bench_count(&b, EVENT_CROSSING, NULL), 1);
	b.vehicle.is_here = false;
	act(ACT_RESET);
	assert_true(bench_run_until(&b, LANE_IDLE, 20000));
	assert_int_equal(b.arm, 0);
	assert_int_equal(b.lifts_commanded, 0);
}

static void an_emergency_raise_is_no_stronger_than_the_input_on_site(void **state)
{
	(void)state;
	act(ACT_EMERGENCY);
	b.emergency = true;
	bench_run(&b, 5000);
	act(ACT_RESET);
	expect_refused(REFUSAL_NOT_NOW,
		       "reset is not possible while lane in1 is blocked");
	b.emergency = false;
	bench_run(&b, 50);
	act(ACT_RESET);
	assert_true(bench_run_until(&b, LANE_IDLE, 20000));
}

static void a_shelved_alarm_stands_and_comes_back_to_be_seen(void **state)
{
	struct snapshot_lane shown;

	(void)state;
	case_ask();
	case_hold_with(CASE_REFUSE, "未关联单据", REASON_NO_ORDER);
	act_on(ACT_SHELVE, EVIDENCE_PLATE, "hold");
	expect_refused(REFUSAL_VALUE, "expected an alarm's code and 0 to 480 minutes");
	act_on(ACT_SHELVE, EVIDENCE_PLATE, "hold 481");
	expect_refused(REFUSAL_VALUE, "0 to 480 minutes");
	act_on(ACT_SHELVE, EVIDENCE_PLATE, "overstay 5");
	expect_refused(REFUSAL_ABSENT, "has no such alarm");
	act_on(ACT_SHELVE, EVIDENCE_PLATE, "hold 0");
	expect_refused(REFUSAL_ALREADY, "has it not shelved");
	act_on(ACT_SHELVE, EVIDENCE_PLATE, "hold 2");
	assert_int_equal(b.result.error, KAKOU_OK);
	assert_int_equal(bench_count(&b, EVENT_OFFICER_ACT, "act=shelve"), 1);
	memset(&shown, 0, sizeof(shown));
	lane_fill_snapshot(&b.lane, &shown);
	assert_int_equal(shown.alarm_count, 1);
	assert_true(shown.is_acknowledged[0]);
	assert_true(shown.shelved_until_ms[0] > b.lane.now_ms);
	bench_run(&b, 119000);
	assert_true(b.lane.acknowledged & 1u << ALARM_HOLD);
	bench_run(&b, 1100);
	assert_true(b.lane.alarms & 1u << ALARM_HOLD);
	assert_false(b.lane.acknowledged & 1u << ALARM_HOLD);
	assert_int_equal(b.lane.shelved_until_ms[ALARM_HOLD], 0);
}

static void an_alarm_is_acknowledged_once_and_stays_until_its_cause_ends(void **state)
{
	(void)state;
	case_ask();
	case_hold_with(CASE_REFUSE, "未关联单据", REASON_NO_ORDER);
	act_on(ACT_ACK, EVIDENCE_PLATE, "overstay");
	expect_refused(REFUSAL_ABSENT, "has no such alarm");
	act_on(ACT_ACK, EVIDENCE_PLATE, "hold");
	assert_int_equal(b.result.error, KAKOU_OK);
	assert_true(b.lane.alarms & 1u << ALARM_HOLD);
	assert_true(b.lane.acknowledged & 1u << ALARM_HOLD);
	act_on(ACT_ACK, EVIDENCE_PLATE, "hold");
	expect_refused(REFUSAL_ALREADY, "has it acknowledged already");
	/* The next hold is to be seen anew. */
	act(ACT_ASK);
	bench_answer(&b, NULL, CASE_REFUSE, "");
	assert_true(bench_run_until(&b, LANE_HELD, 1000));
	assert_false(b.lane.acknowledged & 1u << ALARM_HOLD);
	case_back_out();
}

static void a_call_for_help_stays_until_it_is_answered(void **state)
{
	(void)state;
	case_ask();
	act(ACT_ANSWER);
	expect_refused(REFUSAL_ABSENT, "has no open call for help");
	b.samples[BENCH_CARD].value.post.help_is_pressed = true;
	bench_run(&b, 500);
	b.samples[BENCH_CARD].value.post.help_is_pressed = false;
	bench_run(&b, 5000);
	assert_true(b.lane.help_is_called);
	act(ACT_ANSWER);
	assert_false(b.lane.help_is_called);
	assert_int_equal(bench_count(&b, EVENT_CALL, "what=help"), 1);
	assert_int_equal(bench_count(&b, EVENT_OFFICER_ACT, "act=answer"), 1);
	case_back_out();
}

static void what_customs_operates_obeys_the_interlock(void **state)
{
	(void)state;
	case_ask();
	case_hold_with(CASE_REFUSE, "未关联单据", REASON_NO_ORDER);
	b.loop_is_dead = b.beam_is_dead = true;
	bench_operate(&b, '0', "00000000001002000000");
	bench_run(&b, 10000);
	assert_int_equal(b.arm, 0);
	assert_int_equal(b.lane.state, LANE_HELD);
	assert_int_equal(bench_count(&b, EVENT_SAFETY, "S4"), 1);
	b.loop_is_dead = b.beam_is_dead = false;
	bench_operate(&b, '0', "00000000001002000000");
	case_pass_through();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LANE_TEST(a_corrected_plate_asks_customs_anew_under_a_new_number),
		LANE_TEST(the_answer_to_the_question_before_a_correction_does_nothing),
		LANE_TEST(a_value_is_entered_for_a_device_that_is_dead),
		LANE_TEST(an_idle_lane_with_both_arms_closed_has_nothing_to_reset),
		LANE_TEST(a_tag_that_is_not_there_is_said_to_be_none),
		LANE_TEST(what_is_no_such_value_is_refused_with_what_was_expected),
		LANE_TEST(a_corrected_seal_is_believed),
		LANE_TEST(the_chosen_order_goes_with_the_next_question),
		LANE_TEST(regathering_takes_newer_reads_and_forgets_what_a_person_said),
		LANE_TEST(asking_again_keeps_the_number_while_there_is_no_answer),
		LANE_TEST(asking_again_after_an_answer_is_a_new_question),
		LANE_TEST(nobody_asks_again_once_the_arm_was_lifted),
		LANE_TEST(who_is_held_by_an_officer_is_not_cleared_by_what_is_read_later),
		LANE_TEST(an_act_for_a_truck_that_has_gone_is_refused),
		LANE_TEST(a_locked_lane_takes_no_truck_until_it_is_opened),
		LANE_TEST(who_is_in_a_lane_that_is_locked_is_still_cleared),
		LANE_TEST(a_lane_that_was_locked_starts_locked),
		LANE_TEST(an_emergency_raise_goes_up_and_stays_until_a_person_ends_it),
		LANE_TEST(an_emergency_raise_is_no_stronger_than_the_input_on_site),
		LANE_TEST(a_shelved_alarm_stands_and_comes_back_to_be_seen),
		LANE_TEST(an_alarm_is_acknowledged_once_and_stays_until_its_cause_ends),
		LANE_TEST(a_call_for_help_stays_until_it_is_answered),
		LANE_TEST(what_customs_operates_obeys_the_interlock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

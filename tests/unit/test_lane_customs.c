/* SPDX-License-Identifier: MIT */
/*
 * What a lane makes of customs: answers, silence and commands.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/lane_case.h"

static void no_order_holds_with_its_sign(void **state)
{
	(void)state;
	case_ask();
	case_hold_with(CASE_REFUSE, "未关联单据", REASON_NO_ORDER);
	assert_string_equal(b.lane.sign, "未关联单据");
	assert_int_equal(bench_count(&b, EVENT_ALARM, "code=hold detail="), 1);
}

static void a_release_against_customs_needs_a_second_person_where_the_site_says_so(
	void **state)
{
	(void)state;
	b.site.lanes[0].release_needs_second = true;
	case_ask();
	case_hold_with(CASE_REFUSE, "未关联单据", REASON_NO_ORDER);
	bench_act(&b, ACT_RELEASE, b.lane.passage);
	assert_int_equal(b.lane.state, LANE_HELD);
	assert_int_equal(bench_count(&b, EVENT_ACT_REFUSED, "approval besides"), 1);
	bench_run(&b, 500);
	assert_int_equal(b.result.error, KAKOU_E_SECOND);
	assert_int_equal(bench_count(&b, EVENT_ACT_REFUSED, "code=second_needed"), 1);
	/* Asking anew is no way around it. */
	bench_act(&b, ACT_ASK, b.lane.passage);
	bench_run(&b, 500);
	assert_int_equal(b.lane.state, LANE_ASKING);
	bench_act(&b, ACT_RELEASE, b.lane.passage);
	assert_int_equal(bench_count(&b, EVENT_ACT_REFUSED, "approval besides"), 2);
	b.act_second = "chief";
	bench_act(&b, ACT_RELEASE, b.lane.passage);
	b.act_second = NULL;
	assert_int_equal(bench_count(&b, EVENT_OFFICER_ACT, "second=chief"), 1);
	assert_int_equal(bench_count(&b, EVENT_LIFT_AUTHORISED, ""), 1);
}

static void nobody_is_called_to_approve_a_release_that_would_be_refused_anyway(
	void **state)
{
	(void)state;
	b.site.lanes[0].release_needs_second = true;
	case_ask();
	case_hold_with(CASE_REFUSE, "未关联单据", REASON_NO_ORDER);
	bench_act(&b, ACT_RELEASE, b.lane.passage + 1);
	bench_run(&b, 500);
	assert_int_equal(b.result.error, KAKOU_E_REFUSED);
	b.lane.state = LANE_BLOCKED;
	bench_act(&b, ACT_RELEASE, b.lane.passage);
	bench_run(&b, 500);
	assert_int_equal(b.result.error, KAKOU_E_REFUSED);
	assert_int_equal(bench_count(&b, EVENT_ACT_REFUSED, "not possible while"), 1);
	assert_int_equal(bench_count(&b, EVENT_ACT_REFUSED, "approval besides"), 0);
}

static void a_hold_that_customs_did_not_order_needs_no_second_person(void **state)
{
	(void)state;
	b.site.lanes[0].release_needs_second = true;
	case_ask();
	bench_act(&b, ACT_RELEASE, b.lane.passage);
	assert_int_equal(bench_count(&b, EVENT_LIFT_AUTHORISED, ""), 1);
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
		case_ask();
		case_hold_with(cases[i].word, "", cases[i].reason);
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
		case_ask();
		bench_answer(&b, NULL, words[i], "");
		assert_int_equal(b.lane.state, LANE_HELD);
		bench_run(&b, 3000);
		assert_int_equal(b.arm, 0);
	}
}

static void a_targeted_truck_goes_to_inspection_without_a_lift(void **state)
{
	(void)state;
	case_ask();
	bench_answer(&b, NULL, "w1w00000001002000000", "请到查验区");
	assert_int_equal(b.lane.state, LANE_LEAVING);
	assert_string_equal(b.lane.sign, "请到查验区");
	bench_drive(&b, &b.vehicle, -1000);
	b.vehicle.is_here = false;
	bench_weigh(&b, 0, true);
	bench_run(&b, 2000);
	assert_int_equal(b.lane.state, LANE_IDLE);
	case_expect_closed("to_inspection", "inspection", "99");
	assert_int_equal(b.lifts_commanded, 0);
}

static void a_silent_customs_holds_and_its_later_answer_clears(void **state)
{
	(void)state;
	case_ask();
	assert_true(bench_run_until(&b, LANE_SILENT, 6000));
	assert_string_equal(b.lane.sign, "网络等待中");
	assert_int_equal(b.arm, 0);
	bench_answer(&b, NULL, CASE_RELEASE, "");
	case_pass_through();
	assert_int_equal(bench_count(&b, EVENT_PASSAGE_CLOSED, "reason=customs_silent"),
			 1);
	assert_int_equal(b.asks, 1);
}

static void late_repeated_and_foreign_answers_do_nothing(void **state)
{
	char first[CUSTOMS_SEQ_MAX + 1];

	(void)state;
	case_ask();
	memcpy(first, b.lane.inquiry.seq_no, sizeof(first));
	bench_answer(&b, "20260101000000999999", CASE_RELEASE, "");
	assert_int_equal(b.lane.state, LANE_ASKING);
	bench_answer(&b, NULL, CASE_REFUSE, "");
	bench_answer(&b, NULL, CASE_RELEASE, "");
	bench_run(&b, 2000);
	assert_int_equal(b.lane.state, LANE_HELD);
	bench_drive(&b, &b.vehicle, -1000);
	b.vehicle.is_here = false;
	bench_weigh(&b, 0, true);
	assert_true(bench_run_until(&b, LANE_IDLE, 4000));
	bench_answer(&b, first, CASE_RELEASE, "");
	bench_bring_truck(&b);
	assert_true(bench_run_until(&b, LANE_ASKING, 3000));
	assert_string_not_equal(first, b.lane.inquiry.seq_no);
	bench_answer(&b, first, CASE_RELEASE, "");
	bench_run(&b, 2000);
	assert_int_equal(b.lane.state, LANE_ASKING);
	assert_int_equal(bench_count(&b, EVENT_ANSWER, "effect=foreign"), 1);
	assert_int_equal(bench_count(&b, EVENT_ANSWER, "effect=repeated"), 1);
	assert_int_equal(bench_count(&b, EVENT_ANSWER, "effect=late"), 2);
	assert_int_equal(b.lifts_commanded, 0);
}

static void a_late_answer_is_kept_with_its_passage_when_others_came_between(void **state)
{
	char first[CUSTOMS_SEQ_MAX + 1];

	(void)state;
	case_ask();
	memcpy(first, b.lane.inquiry.seq_no, sizeof(first));
	case_back_out();
	case_ask();
	case_back_out();
	case_ask();
	bench_answer(&b, first, CASE_RELEASE, "");
	bench_run(&b, 2000);
	assert_int_equal(b.lane.state, LANE_ASKING);
	assert_int_equal(bench_count(&b, EVENT_ANSWER, "effect=late"), 1);
	for (int i = 0; i < b.log_count; i++) {
		if (b.log[i].kind == EVENT_ANSWER)
			assert_int_equal(b.log[i].passage, 1);
	}
}

static void an_interim_answer_waits_for_the_final_one(void **state)
{
	(void)state;
	case_ask();
	bench_answer(&b, NULL, "V0000000001002000000", "");
	bench_run(&b, 1000);
	assert_int_equal(b.lane.state, LANE_ASKING);
	bench_answer(&b, NULL, CASE_RELEASE, "");
	case_pass_through();
	case_expect_closed("passed", "release", "00");
}

static void a_customs_officer_releases_only_the_current_inquiry(void **state)
{
	(void)state;
	case_ask();
	bench_answer(&b, NULL, CASE_REFUSE, "");
	bench_operate(&b, '0', "01000000000000000000");
	bench_run(&b, 500);
	assert_int_equal(b.lane.state, LANE_HELD);
	assert_int_equal(b.report[0], '9');
	bench_operate(&b, '0', CASE_RELEASE);
	assert_int_equal(b.report[0], '0');
	case_pass_through();
	case_expect_closed("passed", "release", "10");
	assert_int_equal(b.reports, 2);
}

static void customs_is_told_when_its_command_was_refused(void **state)
{
	(void)state;
	case_ask();
	bench_answer(&b, NULL, CASE_RELEASE, "");
	assert_true(bench_run_until(&b, LANE_PASSING, 3000));
	bench_operate(&b, '1', CASE_RELEASE);
	bench_run(&b, 100);
	assert_int_equal(bench_count(&b, EVENT_ACT_REFUSED, "act=hold"), 1);
	assert_int_equal(b.report[0], '9');
	assert_int_equal(b.results, 0); /* nobody at the control socket asked */
}

/* Between two scans: the first is done, the second comes too late, and each is answered. */
static void two_commands_in_one_scan_are_each_answered(void **state)
{
	(void)state;
	case_ask();
	bench_operate(&b, '0', CASE_RELEASE);
	assert_int_equal(b.report[0], '0');
	bench_operate(&b, '3', "");
	assert_int_equal(b.report[0], '9');
	assert_int_equal(b.reports, 2);
	assert_int_equal(bench_count(&b, EVENT_COMMAND_RESULT, NULL), 2);
	assert_true(bench_run_until(&b, LANE_PASSING, 3000));
	assert_int_equal(b.lifts_commanded, 1);
}

static void a_seal_or_gps_that_was_asked_for_is_answered_as_not_done(void **state)
{
	(void)state;
	case_ask();
	bench_answer(&b, NULL, "00000002101002000000", "");
	assert_string_equal(b.report, "90000009900000000000");
	assert_true(bench_run_until(&b, LANE_PASSING, 3000)); /* it opens all the same */
	bench_begin(&b);
	case_ask();
	bench_operate(&b, '0', "00000001000000000000");
	assert_string_equal(b.report, "90000009000000000000");
	assert_true(bench_run_until(&b, LANE_PASSING, 3000));
}

static void an_officer_of_the_platform_sends_to_inspection(void **state)
{
	(void)state;
	case_ask();
	bench_operate(&b, '3', "");
	assert_int_equal(bench_count(&b, EVENT_OFFICER_ACT, "act=inspect"), 1);
	bench_run(&b, 2000);
	assert_int_equal(b.lifts_commanded, 0);
}

/* Whose word it is, and what the arm does for inspection and return. */
enum sender { BY_CUSTOMS, BY_OFFICER };

static void send_away(enum act_verb verb, enum sender sender, bool lifts)
{
	bench_begin(&b);
	b.site.lanes[0].on_inspection =
		verb == ACT_INSPECT && lifts ? STEEL_LIFTS : STEEL_STAYS;
	b.site.lanes[0].on_return =
		verb == ACT_RETURN && lifts ? STEEL_LIFTS : STEEL_STAYS;
	case_ask();
	if (sender == BY_OFFICER)
		bench_act(&b, verb, b.lane.passage);
	else if (verb == ACT_INSPECT)
		bench_answer(&b, NULL, "w1w00000001002000000", "");
	else
		bench_answer_verdict(&b, b.lane.inquiry.seq_no, VERDICT_RETURN);
}

static void inspection_and_return_are_in_steel_what_the_lane_says(void **state)
{
	static const struct {
		enum act_verb verb;
		const char *outcome, *verdict, *sign_up, *sign_down;
	} cases[] = {
		{ACT_INSPECT, "to_inspection", "inspection", "请到查验区",    "请到查验区"},
		{ACT_RETURN,  "returned",      "return",     "请驶入返回道", "请退出"      },
	};

	(void)state;
	for (int i = 0; i < 8; i++) {
		enum sender sender = i & 1 ? BY_OFFICER : BY_CUSTOMS;
		bool lifts = i & 2;
		int which = i >> 2;

		send_away(cases[which].verb, sender, lifts);
		if (lifts) {
			assert_true(bench_run_until(&b, LANE_PASSING, 3000));
			assert_string_equal(b.lane.sign, cases[which].sign_up);
			case_pass_through();
		} else {
			assert_int_equal(b.lane.state, LANE_LEAVING);
			assert_string_equal(b.lane.sign, cases[which].sign_down);
			case_back_out();
		}
		case_expect_closed(cases[which].outcome, cases[which].verdict,
				   !lifts                 ? "99"
				   : sender == BY_OFFICER ? "10"
							  : "00");
		assert_int_equal(b.lifts_commanded, lifts);
		assert_int_equal(bench_count(&b, EVENT_PASSAGE_CLOSED, "outcome=passed"),
				 0);
	}
}

static void a_lane_that_cannot_record_lifts_for_no_return_either(void **state)
{
	(void)state;
	b.site.lanes[0].on_return = STEEL_LIFTS;
	case_ask();
	b.record_fails = true;
	bench_run(&b, 100);
	bench_act(&b, ACT_RETURN, b.lane.passage);
	bench_run(&b, 100);
	assert_int_not_equal(b.result.error, KAKOU_OK);
	bench_answer_verdict(&b, b.lane.inquiry.seq_no, VERDICT_RETURN);
	bench_run(&b, 2000);
	assert_int_equal(b.lane.state, LANE_HELD);
	assert_int_equal(b.arm, 0);
}

static void a_lane_that_cannot_record_lifts_for_no_inspection_either(void **state)
{
	(void)state;
	b.site.lanes[0].on_inspection = STEEL_LIFTS;
	case_ask();
	b.record_fails = true;
	bench_run(&b, 100);
	bench_act(&b, ACT_INSPECT, b.lane.passage);
	bench_run(&b, 100);
	assert_int_not_equal(b.result.error, KAKOU_OK);
	bench_answer(&b, NULL, "w1w00000001002000000", "");
	bench_run(&b, 2000);
	assert_int_equal(b.lane.state, LANE_HELD);
	assert_int_equal(b.arm, 0);
}

/* The arm sticks on its way up; the vehicle goes all the same. */
static void a_truck_on_its_way_to_inspection_is_not_booked_after_a_fault_either(
	void **state)
{
	(void)state;
	b.site.lanes[0].on_inspection = STEEL_LIFTS;
	case_ask();
	bench_answer(&b, NULL, "w1w00000001002000000", "");
	assert_true(bench_run_until(&b, LANE_LIFTING, 1000));
	bench_run(&b, 1200);
	b.arm_is_stuck = true;
	assert_true(bench_run_until(&b, LANE_HELD, 6000));
	bench_drive(&b, &b.vehicle, BENCH_GONE_MM);
	b.vehicle.is_here = false;
	bench_run(&b, 2000);
	assert_int_equal(bench_count(&b, EVENT_PASSAGE_CLOSED, "outcome=to_inspection"),
			 1);
}

static void what_customs_said_against_a_truck_is_not_shown_when_an_officer_lets_it_go(
	void **state)
{
	(void)state;
	case_ask();
	bench_answer(&b, NULL, CASE_REFUSE, "未关联单据");
	bench_act(&b, ACT_RELEASE, b.lane.passage);
	assert_true(bench_run_until(&b, LANE_PASSING, 3000));
	assert_string_equal(b.lane.sign, "放行 请通过");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LANE_TEST(no_order_holds_with_its_sign),
		LANE_TEST(
			a_release_against_customs_needs_a_second_person_where_the_site_says_so),
		LANE_TEST(
			nobody_is_called_to_approve_a_release_that_would_be_refused_anyway),
		LANE_TEST(a_hold_that_customs_did_not_order_needs_no_second_person),
		LANE_TEST(customs_refusals_are_named),
		LANE_TEST(whatever_is_not_exactly_a_release_holds),
		LANE_TEST(a_targeted_truck_goes_to_inspection_without_a_lift),
		LANE_TEST(a_silent_customs_holds_and_its_later_answer_clears),
		LANE_TEST(late_repeated_and_foreign_answers_do_nothing),
		LANE_TEST(
			a_late_answer_is_kept_with_its_passage_when_others_came_between),
		LANE_TEST(an_interim_answer_waits_for_the_final_one),
		LANE_TEST(a_customs_officer_releases_only_the_current_inquiry),
		LANE_TEST(customs_is_told_when_its_command_was_refused),
		LANE_TEST(two_commands_in_one_scan_are_each_answered),
		LANE_TEST(a_seal_or_gps_that_was_asked_for_is_answered_as_not_done),
		LANE_TEST(an_officer_of_the_platform_sends_to_inspection),
		LANE_TEST(inspection_and_return_are_in_steel_what_the_lane_says),
		LANE_TEST(a_lane_that_cannot_record_lifts_for_no_return_either),
		LANE_TEST(a_lane_that_cannot_record_lifts_for_no_inspection_either),
		LANE_TEST(
			a_truck_on_its_way_to_inspection_is_not_booked_after_a_fault_either),
		LANE_TEST(
			what_customs_said_against_a_truck_is_not_shown_when_an_officer_lets_it_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * What is cleared while customs is silent, and what becomes of it afterwards.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "hal/text.h"
#include "tests/unit/lane_right_case.h"

static void silence_without_a_policy_clears_nobody(void **state)
{
	(void)state;
	bench_file_order(&b);
	right_be_silent();
	assert_int_equal(b.lane.state, LANE_SILENT);
	bench_run(&b, 20000);
	assert_int_equal(b.lifts_commanded, 0);
}

static void what_the_policy_names_is_cleared_by_offline_with_its_order(void **state)
{
	(void)state;
	right_allow_offline();
	bench_file_order(&b);
	right_be_silent();
	assert_int_equal(bench_count(&b, EVENT_VERDICT, "verdict=release by=offline"), 1);
	right_expect_note(0, STEP_IN_USE);
	assert_true(b.notes[0].is_offline);
	assert_true(b.notes[0].age_ms >= 0);
	assert_int_equal(bench_count(&b, EVENT_INQUIRY_WITHDRAWN, "cleared offline"), 1);
	case_pass_through();
	case_expect_closed("passed", "release", "00");
	right_expect_note(1, STEP_PASSED);
}

static void hold_silent(void)
{
	right_be_silent();
	assert_int_equal(b.lane.state, LANE_SILENT);
	assert_int_equal(bench_count(&b, EVENT_LIFT_AUTHORISED, NULL), 0);
}

static void an_order_type_that_the_policy_does_not_name_is_not_cleared(void **state)
{
	(void)state;
	right_allow_offline();
	b.site.offline.types = 1u << 5;
	bench_file_order(&b);
	hold_silent();
}

static void a_direction_that_the_policy_does_not_name_is_not_cleared(void **state)
{
	(void)state;
	right_allow_offline();
	b.site.offline.in = false;
	b.site.offline.out = true;
	bench_file_order(&b);
	hold_silent();
}

static void an_order_that_is_too_old_is_not_cleared(void **state)
{
	(void)state;
	right_allow_offline();
	bench_file_order(&b)->approved_ms -= 25 * (int64_t)HOUR_MS;
	hold_silent();
}

static void an_order_of_unknown_age_is_not_cleared(void **state)
{
	(void)state;
	right_allow_offline();
	bench_file_order(&b)->approved_ms = 0;
	hold_silent();
}

static void an_order_approved_in_the_future_is_not_cleared(void **state)
{
	(void)state;
	right_allow_offline();
	bench_file_order(&b)->approved_ms += 10 * (int64_t)HOUR_MS;
	hold_silent();
}

static void a_weight_that_differs_is_not_cleared_offline_also_where_it_is_only_reported(
	void **state)
{
	(void)state;
	right_allow_offline();
	bench_file_order(&b)->weights.goods_g = 8400000;
	hold_silent();
}

static void another_box_is_not_cleared_offline(void **state)
{
	(void)state;
	right_allow_offline();
	text_copy(bench_file_order(&b)->boxes[0], BOX_NUMBER_LENGTH + 1, "CBHU3202732");
	hold_silent();
}

static void another_seal_is_not_cleared_offline(void **state)
{
	(void)state;
	right_allow_offline();
	text_copy(bench_file_order(&b)->seal, ORDER_SEAL_MAX + 1, "HYT-2");
	hold_silent();
}

static void an_order_that_another_lane_used_meanwhile_is_not_cleared(void **state)
{
	struct lane_used *used = &b.numbers.used[0];

	(void)state;
	right_allow_offline();
	bench_file_order(&b);
	text_copy(used->number, sizeof(used->number), "Z3111I261101000000000001");
	text_copy(used->who, sizeof(used->who), "浙A12345");
	used->passage = 77;
	hold_silent();
}

static void no_order_is_not_cleared_offline(void **state)
{
	(void)state;
	right_allow_offline();
	hold_silent();
}

static void fail_attempt(void)
{
	struct customs_news news = {.kind = CUSTOMS_NEWS_FAILED, .error = KAKOU_E_LINK};
	struct lane_inputs in = {.now_ms = b.now_ms,
				 .wall_ms = 1795000000000 + b.now_ms,
				 .record_is_well = true,
				 .numbers = &b.numbers};

	text_copy(news.seq_no, sizeof(news.seq_no), b.lane.inquiry.seq_no);
	lane_feed_news(&b.lane, &news, &in, &b.out);
	bench_run(&b, 10);
}

static void a_link_that_is_down_is_not_waited_for(void **state)
{
	(void)state;
	right_allow_offline();
	bench_file_order(&b);
	case_ask();
	fail_attempt();
	assert_int_equal(b.lane.state, LANE_ASKING);
	fail_attempt();
	assert_int_equal(bench_count(&b, EVENT_VERDICT, "by=offline"), 1);
	case_pass_through();
}

static void a_late_release_settles_what_was_cleared_offline(void **state)
{
	char seq_no[CUSTOMS_SEQ_MAX + 1];

	(void)state;
	right_allow_offline();
	b.site.offline.is_asked_after = true;
	bench_file_order(&b);
	case_ask();
	text_copy(seq_no, sizeof(seq_no), b.lane.inquiry.seq_no);
	bench_run(&b, 5100);
	case_pass_through();
	assert_int_equal(bench_count(&b, EVENT_INQUIRY_WITHDRAWN, NULL), 0);
	bench_answer(&b, seq_no, CASE_RELEASE, "");
	assert_int_equal(bench_count(&b, EVENT_ANSWER, "effect=reconciles"), 1);
	assert_int_equal(b.notes[2].step, STEP_AGREED);
	assert_int_equal(bench_count(&b, EVENT_ALARM, "offline_disputed"), 0);
	assert_int_equal(b.lifts_commanded, 1);
	/* and only once */
	bench_answer(&b, seq_no, CASE_RELEASE, "");
	assert_int_equal(b.note_count, 3);
}

static void a_late_refusal_of_what_was_cleared_offline_alarms(void **state)
{
	char seq_no[CUSTOMS_SEQ_MAX + 1];

	(void)state;
	right_allow_offline();
	bench_file_order(&b);
	case_ask();
	text_copy(seq_no, sizeof(seq_no), b.lane.inquiry.seq_no);
	bench_run(&b, 5100);
	case_pass_through();
	bench_answer(&b, seq_no, CASE_REFUSE, "未关联单据");
	assert_int_equal(b.notes[2].step, STEP_DISPUTED);
	assert_int_equal(bench_count(&b, EVENT_ALARM, "offline_disputed"), 1);
}

static void who_backed_out_is_not_reconciled(void **state)
{
	char seq_no[CUSTOMS_SEQ_MAX + 1];

	(void)state;
	right_allow_offline();
	bench_file_order(&b);
	case_ask();
	text_copy(seq_no, sizeof(seq_no), b.lane.inquiry.seq_no);
	bench_run(&b, 5100);
	assert_true(bench_run_until(&b, LANE_PASSING, 3000));
	bench_drive(&b, &b.vehicle, -500);
	b.vehicle.is_here = false;
	bench_weigh(&b, 0, true);
	assert_true(bench_run_until(&b, LANE_IDLE, 8000));
	bench_answer(&b, seq_no, CASE_REFUSE, "");
	assert_int_equal(bench_count(&b, EVENT_ALARM, "offline_disputed"), 0);
}

/* The lane does not know the number any more: the record does. */
static void an_answer_of_long_ago_settles_its_order_and_opens_nothing(void **state)
{
	static const char long_ago[] = "20251101080000000001";

	(void)state;
	case_ask();
	bench_answer_past(&b, long_ago, 4711, "Z3111I251101000000000001",
			  VERDICT_RELEASE);
	assert_int_equal(bench_count(&b, EVENT_ANSWER, "effect=reconciles"), 1);
	assert_int_equal(b.note_count, 1);
	assert_int_equal(b.notes[0].step, STEP_AGREED);
	assert_int_equal(b.notes[0].passage, 4711);
	assert_string_equal(b.notes[0].number, "Z3111I251101000000000001");
	bench_answer_past(&b, long_ago, 4711, "", VERDICT_RELEASE);
	assert_int_equal(bench_count(&b, EVENT_ANSWER, "effect=late"), 1);
	bench_answer_past(&b, long_ago, 0, "Z3111I251101000000000001", VERDICT_RELEASE);
	assert_int_equal(bench_count(&b, EVENT_ANSWER, "effect=foreign"), 1);
	assert_int_equal(b.note_count, 1);
	assert_int_equal(b.lane.state, LANE_ASKING);
	assert_int_equal(b.lifts_commanded, 0);
	bench_answer(&b, NULL, CASE_RELEASE, "");
	case_pass_through();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIGHT_TEST(silence_without_a_policy_clears_nobody),
		RIGHT_TEST(what_the_policy_names_is_cleared_by_offline_with_its_order),
		RIGHT_TEST(an_order_type_that_the_policy_does_not_name_is_not_cleared),
		RIGHT_TEST(a_direction_that_the_policy_does_not_name_is_not_cleared),
		RIGHT_TEST(an_order_that_is_too_old_is_not_cleared),
		RIGHT_TEST(an_order_of_unknown_age_is_not_cleared),
		RIGHT_TEST(an_order_approved_in_the_future_is_not_cleared),
		RIGHT_TEST(
			a_weight_that_differs_is_not_cleared_offline_also_where_it_is_only_reported),
		RIGHT_TEST(another_box_is_not_cleared_offline),
		RIGHT_TEST(another_seal_is_not_cleared_offline),
		RIGHT_TEST(an_order_that_another_lane_used_meanwhile_is_not_cleared),
		RIGHT_TEST(no_order_is_not_cleared_offline),
		RIGHT_TEST(a_link_that_is_down_is_not_waited_for),
		RIGHT_TEST(a_late_release_settles_what_was_cleared_offline),
		RIGHT_TEST(a_late_refusal_of_what_was_cleared_offline_alarms),
		RIGHT_TEST(who_backed_out_is_not_reconciled),
		RIGHT_TEST(an_answer_of_long_ago_settles_its_order_and_opens_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Orders on file: in use, chosen, confirming what was read with doubt, and whether the vehicle fits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "firmware/lane/lane_internal.h"
#include "hal/text.h"
#include "tests/unit/lane_right_case.h"

static void an_order_is_in_use_with_the_lift_and_passed_with_the_vehicle(void **state)
{
	(void)state;
	bench_file_order(&b);
	case_ask();
	bench_answer(&b, NULL, CASE_RELEASE, "");
	right_expect_note(0, STEP_IN_USE);
	case_pass_through();
	right_expect_note(1, STEP_PASSED);
	assert_int_equal(b.note_count, 2);
	assert_false(b.notes[1].is_offline);
	assert_int_equal(bench_count(&b, EVENT_ORDER, "step=in_use"), 1);
	assert_int_equal(bench_count(&b, EVENT_ORDER, "step=passed"), 1);
}

static void an_order_is_free_again_when_the_vehicle_backs_out(void **state)
{
	(void)state;
	bench_file_order(&b);
	case_ask();
	bench_answer(&b, NULL, CASE_RELEASE, "");
	assert_true(bench_run_until(&b, LANE_PASSING, 3000));
	bench_drive(&b, &b.vehicle, -500);
	b.vehicle.is_here = false;
	bench_weigh(&b, 0, true);
	assert_true(bench_run_until(&b, LANE_IDLE, 8000));
	case_expect_closed("lifted_not_passed", "release", "00");
	right_expect_note(1, STEP_FREED);
}

static void an_order_whose_lift_the_record_does_not_take_is_free_again(void **state)
{
	(void)state;
	bench_file_order(&b);
	case_ask();
	b.record_stalls = true;
	bench_answer(&b, NULL, CASE_RELEASE, "");
	bench_run(&b, 100);
	b.record_fails = true;
	b.record_stalls = false;
	bench_run(&b, 500);
	right_expect_note(1, STEP_FREED);
}

static void an_inspection_does_not_use_the_order(void **state)
{
	(void)state;
	b.site.lanes[0].on_inspection = STEEL_LIFTS;
	bench_file_order(&b);
	case_ask();
	bench_answer(&b, NULL, "w1w00000001002000000", "");
	case_pass_through();
	assert_int_equal(b.note_count, 0);
}

static void several_open_orders_hold_without_asking_and_are_listed(void **state)
{
	(void)state;
	bench_file_order(&b);
	bench_file_order(&b);
	bench_bring_truck(&b);
	bench_run(&b, 3000);
	right_expect_held(REASON_SEVERAL_ORDERS);
	assert_int_equal(b.asks, 0);
	assert_int_equal(bench_count(&b, EVENT_CALL,
				     "choice1=Z3111I261101000000000001 "
				     "choice2=Z3111I261101000000000002"),
			 1);
	assert_string_equal(b.lane.sign, "请等候人工");
}

static void a_chosen_order_is_asked_for(void **state)
{
	(void)state;
	bench_file_order(&b);
	bench_file_order(&b);
	bench_bring_truck(&b);
	text_copy(b.lane.chosen_order, sizeof(b.lane.chosen_order),
		  "Z3111I261101000000000002");
	assert_true(bench_run_until(&b, LANE_ASKING, 3000));
	bench_answer(&b, NULL, CASE_RELEASE, "");
	assert_string_equal(b.notes[0].number, "Z3111I261101000000000002");
}

static void orders_of_another_vehicle_are_no_choice(void **state)
{
	(void)state;
	bench_file_order(&b);
	text_copy(bench_file_order(&b)->matched.plate, PLATE_BYTES_MAX + 1, "浙B20416");
	case_ask();
	bench_answer(&b, NULL, CASE_RELEASE, "");
	right_expect_note(0, STEP_IN_USE);
}

static void a_registry_that_does_not_answer_is_not_waited_for(void **state)
{
	(void)state;
	b.registry_scans = -1;
	bench_file_order(&b);
	bench_bring_truck(&b);
	assert_true(bench_run_until(&b, LANE_ASKING, 3000));
	assert_true(bench_count(&b, EVENT_LOOKUP, "effect=not_known") > 0);
	bench_answer(&b, NULL, CASE_RELEASE, "");
	case_pass_through();
	assert_int_equal(b.note_count, 0);
}

static void an_answer_about_other_reads_does_not_count(void **state)
{
	struct found stale;

	(void)state;
	bench_file_order(&b);
	b.registry_scans = -1;
	bench_bring_truck(&b);
	stale = b.on_file;
	stale.token = b.looked_up.token - 1;
	assert_true(bench_run_until(&b, LANE_ASKING, 3000));
	lane_feed_found(&b.lane, &stale,
			&(struct lane_inputs){.now_ms = b.now_ms, .numbers = &b.numbers},
			&b.out);
	assert_null(lane_bound_order(&b.lane));
}

static void a_doubtful_plate_is_confirmed_by_the_orders(void **state)
{
	(void)state;
	bench_file_order(&b);
	b.vehicle = bench_truck();
	bench_drive(&b, &b.vehicle, 3000);
	bench_read(&b, BENCH_PLATE, "浙A1Z345", "", 40);
	bench_lose(&b, BENCH_TAG);
	bench_read(&b, BENCH_BOX, "CSQU3054383", "", 98);
	bench_drive(&b, &b.vehicle, BENCH_STOP_MM);
	bench_weigh(&b, 37000000, true);
	bench_read(&b, BENCH_CARD, "330102600101", "", 100);
	assert_true(bench_run_until(&b, LANE_ASKING, 10000));
	assert_true(b.looked_up.plate_is_doubtful);
	assert_string_equal(b.asked.plate, "浙A12345");
	assert_int_equal(bench_count(&b, EVENT_VOTE, "source=camera+order"), 1);
}

static void bring_box(const char *front, const char *rear, uint8_t confidence)
{
	b.vehicle = bench_truck();
	bench_drive(&b, &b.vehicle, 3000);
	bench_read(&b, BENCH_PLATE, "浙A12345", "", 97);
	bench_read(&b, BENCH_TAG, "E2003412AB000101", "浙A12345", 100);
	bench_read(&b, BENCH_BOX, front, rear, confidence);
	bench_seal(&b, true, true, false);
	bench_drive(&b, &b.vehicle, BENCH_STOP_MM);
	bench_weigh(&b, 37000000, true);
	bench_read(&b, BENCH_CARD, "330102600101", "", 100);
	bench_run(&b, 3000);
}

static void a_box_that_fails_its_check_digit_is_confirmed_by_the_order(void **state)
{
	(void)state;
	bench_file_order(&b);
	bring_box("CSQU3054384", "", 98);
	assert_int_equal(b.lane.state, LANE_ASKING);
	assert_string_equal(b.asked.box_front, "CSQU3054383");
	assert_int_equal(bench_count(&b, EVENT_EVIDENCE, "text=CSQU3054384"), 1);
	assert_int_equal(bench_count(&b, EVENT_WEIGHT_CHECK, "the order's confirms it"),
			 1);
}

static void a_box_that_no_order_confirms_holds_for_correction(void **state)
{
	(void)state;
	bench_file_order(&b);
	bring_box("CSQU3054884", "", 98); /* two characters off */
	right_expect_held(REASON_BOX_CHECK);
	assert_int_equal(b.asks, 0);
}

static void a_valid_number_of_another_box_is_not_taken_for_the_orders(void **state)
{
	(void)state;
	text_copy(bench_file_order(&b)->boxes[0], BOX_NUMBER_LENGTH + 1, "CBHU3202732");
	bring_box("CSQU3054383", "", 40);
	right_expect_held(REASON_BOX_CHECK);
}

static void two_doubtful_boxes_are_not_confirmed_by_one(void **state)
{
	(void)state;
	bench_file_order(&b);
	bring_box("CSQU3054384", "CSQU3054385", 98);
	right_expect_held(REASON_BOX_CHECK);
}

static void a_weight_that_differs_is_reported_and_customs_decides(void **state)
{
	(void)state;
	bench_file_order(&b)->weights.goods_g = 8400000;
	case_ask();
	assert_int_equal(bench_count(&b, EVENT_WEIGHT_CHECK, "effect=differs"), 1);
	bench_answer(&b, NULL, CASE_RELEASE, "");
	case_pass_through();
}

static void a_weight_that_differs_holds_where_the_site_says_so(void **state)
{
	(void)state;
	b.site.lanes[0].tolerances[1].on_difference = DIFFERENCE_HOLD;
	bench_file_order(&b)->weights.goods_g = 8400000;
	case_ask();
	case_hold_with(CASE_RELEASE, "", REASON_WEIGHT_DIFFERS);
	assert_string_equal(b.lane.sign, "重量不符 请等候");
	bench_act(&b, ACT_RELEASE, b.lane.passage);
	case_pass_through();
	right_expect_note(1, STEP_PASSED);
}

static struct order *file_empty(void)
{
	struct order *order = bench_file_order(&b);

	order->type = ORDER_TYPE_EMPTY;
	order->box_count = 0;
	order->weights = (struct order_weights){.vehicle_g = 8600000, .frame_g = 6200000};
	return order;
}

static void bring_empty(const char *box, int64_t gross_g)
{
	b.vehicle = bench_truck();
	bench_drive(&b, &b.vehicle, 3000);
	bench_read(&b, BENCH_PLATE, "浙A12345", "", 97);
	bench_read(&b, BENCH_TAG, "E2003412AB000101", "浙A12345", 100);
	bench_read(&b, BENCH_BOX, box, "", 98);
	bench_drive(&b, &b.vehicle, BENCH_STOP_MM);
	bench_weigh(&b, gross_g, true);
	bench_read(&b, BENCH_CARD, "330102600101", "", 100);
	assert_true(bench_run_until(&b, LANE_ASKING, 3000));
}

static void an_empty_vehicle_at_its_tare_passes_and_its_weight_is_learned(void **state)
{
	(void)state;
	file_empty();
	bring_empty("", 14900000);
	bench_answer(&b, NULL, CASE_RELEASE, "");
	case_pass_through();
	assert_int_equal(b.notes[1].empty_g, 14900000);
}

static void an_empty_vehicle_that_is_too_heavy_is_held_whatever_customs_says(void **state)
{
	(void)state;
	file_empty();
	bring_empty("", 15300001);
	assert_int_equal(b.asked.gross_g, 15300001);
	case_hold_with(CASE_RELEASE, "", REASON_EMPTY_DIFFERS);
}

static void an_empty_vehicle_with_a_box_is_held(void **state)
{
	(void)state;
	file_empty();
	bring_empty("CSQU3054383", 14800000);
	case_hold_with(CASE_RELEASE, "", REASON_EMPTY_DIFFERS);
}

static void a_tare_that_is_not_the_learned_one_holds_type_6_where_the_site_says_so(
	void **state)
{
	(void)state;
	b.site.lanes[0].tare_limit_g = 500000;
	b.site.lanes[0].on_tare_difference = DIFFERENCE_HOLD;
	b.on_file.tare = (struct tare){.median_g = 14000000, .count = 5};
	file_empty();
	bring_empty("", 14800000);
	assert_int_equal(bench_count(&b, EVENT_WEIGHT_CHECK, "tare=differs"), 1);
	case_hold_with(CASE_RELEASE, "", REASON_EMPTY_DIFFERS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIGHT_TEST(an_order_is_in_use_with_the_lift_and_passed_with_the_vehicle),
		RIGHT_TEST(an_order_is_free_again_when_the_vehicle_backs_out),
		RIGHT_TEST(an_order_whose_lift_the_record_does_not_take_is_free_again),
		RIGHT_TEST(an_inspection_does_not_use_the_order),
		RIGHT_TEST(several_open_orders_hold_without_asking_and_are_listed),
		RIGHT_TEST(a_chosen_order_is_asked_for),
		RIGHT_TEST(orders_of_another_vehicle_are_no_choice),
		RIGHT_TEST(a_registry_that_does_not_answer_is_not_waited_for),
		RIGHT_TEST(an_answer_about_other_reads_does_not_count),
		RIGHT_TEST(a_doubtful_plate_is_confirmed_by_the_orders),
		RIGHT_TEST(a_box_that_fails_its_check_digit_is_confirmed_by_the_order),
		RIGHT_TEST(a_box_that_no_order_confirms_holds_for_correction),
		RIGHT_TEST(a_valid_number_of_another_box_is_not_taken_for_the_orders),
		RIGHT_TEST(two_doubtful_boxes_are_not_confirmed_by_one),
		RIGHT_TEST(a_weight_that_differs_is_reported_and_customs_decides),
		RIGHT_TEST(a_weight_that_differs_holds_where_the_site_says_so),
		RIGHT_TEST(an_empty_vehicle_at_its_tare_passes_and_its_weight_is_learned),
		RIGHT_TEST(
			an_empty_vehicle_that_is_too_heavy_is_held_whatever_customs_says),
		RIGHT_TEST(an_empty_vehicle_with_a_box_is_held),
		RIGHT_TEST(
			a_tare_that_is_not_the_learned_one_holds_type_6_where_the_site_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

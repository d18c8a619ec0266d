/* SPDX-License-Identifier: MIT */
/*
 * Who may pass: orders and vehicles on file, and what is cleared while customs is silent.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/lane/lane_internal.h"
#include "hal/text.h"
#include "tests/unit/lane_case.h"

enum { HOUR_MS = 3600 * 1000 };

static int set_up(void **state)
{
	struct site_lane *lane = &b.site.lanes[0];

	case_set_up(state);
	bench_use_registry(&b);
	lane->empty_tolerance_g = 500000;
	for (int i = 0; i < SITE_ORDER_TYPES; i++)
		lane->tolerances[i] = (struct site_tolerance){.percent = 5, .g = 100000};
	return 0;
}

static void expect_note(int i, enum order_step step)
{
	assert_true(i < b.note_count);
	assert_int_equal(b.notes[i].step, step);
	assert_int_equal(b.notes[i].nth, i + 1);
	assert_string_equal(b.notes[i].number, "Z3111I261101000000000001");
	assert_string_equal(b.notes[i].who, "浙A12345");
}

static void allow_offline(void)
{
	b.site.offline = (struct site_offline){
		.types = 0x3F, .max_age_ms = 24 * (int64_t)HOUR_MS, .in = true};
}

static void be_silent(void)
{
	case_ask();
	bench_run(&b, 5100);
}

static void expect_held(enum reason reason)
{
	assert_int_equal(b.lane.state, LANE_HELD);
	assert_int_equal(b.lane.reason, reason);
	assert_int_equal(b.lifts_commanded, 0);
}

/* ---- orders ------------------------------------------------------------------------------ */

static void an_order_is_in_use_with_the_lift_and_passed_with_the_vehicle(void **state)
{
	(void)state;
	bench_file_order(&b);
	case_ask();
	bench_answer(&b, NULL, CASE_RELEASE, "");
	expect_note(0, STEP_IN_USE);
	case_pass_through();
	expect_note(1, STEP_PASSED);
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
	expect_note(1, STEP_FREED);
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
	expect_note(1, STEP_FREED);
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
	expect_held(REASON_SEVERAL_ORDERS);
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
	expect_note(0, STEP_IN_USE);
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
	expect_held(REASON_BOX_CHECK);
	assert_int_equal(b.asks, 0);
}

static void a_valid_number_of_another_box_is_not_taken_for_the_orders(void **state)
{
	(void)state;
	text_copy(bench_file_order(&b)->boxes[0], BOX_NUMBER_LENGTH + 1, "CBHU3202732");
	bring_box("CSQU3054383", "", 40);
	expect_held(REASON_BOX_CHECK);
}

static void two_doubtful_boxes_are_not_confirmed_by_one(void **state)
{
	(void)state;
	bench_file_order(&b);
	bring_box("CSQU3054384", "CSQU3054385", 98);
	expect_held(REASON_BOX_CHECK);
}

/* ---- doubtful reads ---------------------------------------------------------------------- */

static void give_trigger(int device)
{
	struct map *map = &b.site.maps[1];

	b.site.map_count = 2;
	map->point_count = 1;
	text_copy(map->points[0].name, sizeof(map->points[0].name), "trigger");
	b.site.devices[device].map = 1;
}

static void bring_doubtful_plate(void)
{
	bench_lose(&b, BENCH_TAG);
	b.vehicle = bench_truck();
	bench_drive(&b, &b.vehicle, 3000);
	bench_read(&b, BENCH_BOX, "CSQU3054383", "", 98);
	bench_drive(&b, &b.vehicle, BENCH_STOP_MM);
	bench_weigh(&b, 37000000, true);
	bench_read(&b, BENCH_CARD, "330102600101", "", 100);
	bench_run(&b, 1000);
	bench_read(&b, BENCH_PLATE, "浙A12345", "", 40);
	bench_run(&b, 300);
}

static void a_doubtful_plate_is_read_again_and_the_better_read_counts(void **state)
{
	(void)state;
	b.site.lanes[0].evidence[BENCH_PLATE].deadline_ms = 20000;
	give_trigger(BENCH_PLATE);
	bring_doubtful_plate();
	assert_int_equal(b.triggers, 1u << BENCH_PLATE);
	assert_int_equal(b.lane.state, LANE_GATHERING);
	bench_read(&b, BENCH_PLATE, "浙A12345", "", 97);
	assert_true(bench_run_until(&b, LANE_ASKING, 1000));
	assert_int_equal(b.trigger_count, 1);
}

static void a_plate_that_stays_doubtful_holds_and_is_not_asked_for_for_ever(void **state)
{
	(void)state;
	b.site.lanes[0].evidence[BENCH_PLATE].deadline_ms = 20000;
	give_trigger(BENCH_PLATE);
	bring_doubtful_plate();
	for (int i = 0; i < 5; i++) {
		bench_read(&b, BENCH_PLATE, i & 1 ? "浙A12345" : "浙A12346", "", 40);
		bench_run(&b, 500);
	}
	bench_run(&b, 2000);
	expect_held(REASON_PLATE_MISSING);
	assert_int_equal(b.trigger_count, 2);
}

static void a_camera_without_a_trigger_is_given_a_moment(void **state)
{
	(void)state;
	b.site.lanes[0].evidence[BENCH_PLATE].deadline_ms = 20000;
	bring_doubtful_plate();
	assert_int_equal(b.lane.state, LANE_GATHERING);
	bench_read(&b, BENCH_PLATE, "浙A12345", "", 97);
	assert_true(bench_run_until(&b, LANE_ASKING, 1000));
	assert_int_equal(b.trigger_count, 0);
}

static void a_doubtful_plate_that_the_tag_settles_is_not_waited_for(void **state)
{
	(void)state;
	give_trigger(BENCH_PLATE);
	case_bring("浙A12345", 40, "浙A12345", "CSQU3054383");
	assert_true(bench_run_until(&b, LANE_ASKING, 3000));
	assert_int_equal(b.trigger_count, 0);
}

static void nothing_is_retried_beyond_the_deadline(void **state)
{
	(void)state;
	b.site.lanes[0].evidence[BENCH_PLATE].deadline_ms = 500;
	give_trigger(BENCH_PLATE);
	b.vehicle = bench_truck();
	bench_lose(&b, BENCH_TAG);
	bench_drive(&b, &b.vehicle, 3000);
	bench_run(&b, 600);
	bench_read(&b, BENCH_PLATE, "浙A12345", "", 40);
	bench_run(&b, 2000);
	assert_int_equal(b.trigger_count, 0);
}

/* ---- weight ------------------------------------------------------------------------------ */

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
	expect_note(1, STEP_PASSED);
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

/* ---- offline ----------------------------------------------------------------------------- */

static void silence_without_a_policy_clears_nobody(void **state)
{
	(void)state;
	bench_file_order(&b);
	be_silent();
	assert_int_equal(b.lane.state, LANE_SILENT);
	bench_run(&b, 20000);
	assert_int_equal(b.lifts_commanded, 0);
}

static void what_the_policy_names_is_cleared_by_offline_with_its_order(void **state)
{
	(void)state;
	allow_offline();
	bench_file_order(&b);
	be_silent();
	assert_int_equal(bench_count(&b, EVENT_VERDICT, "verdict=release by=offline"), 1);
	expect_note(0, STEP_IN_USE);
	assert_true(b.notes[0].is_offline);
	assert_true(b.notes[0].age_ms >= 0);
	assert_int_equal(bench_count(&b, EVENT_INQUIRY_WITHDRAWN, "cleared offline"), 1);
	case_pass_through();
	case_expect_closed("passed", "release", "00");
	expect_note(1, STEP_PASSED);
}

static void hold_silent(void)
{
	be_silent();
	assert_int_equal(b.lane.state, LANE_SILENT);
	assert_int_equal(bench_count(&b, EVENT_LIFT_AUTHORISED, NULL), 0);
}

static void an_order_type_that_the_policy_does_not_name_is_not_cleared(void **state)
{
	(void)state;
	allow_offline();
	b.site.offline.types = 1u << 5;
	bench_file_order(&b);
	hold_silent();
}

static void a_direction_that_the_policy_does_not_name_is_not_cleared(void **state)
{
	(void)state;
	allow_offline();
	b.site.offline.in = false;
	b.site.offline.out = true;
	bench_file_order(&b);
	hold_silent();
}

static void an_order_that_is_too_old_is_not_cleared(void **state)
{
	(void)state;
	allow_offline();
	bench_file_order(&b)->approved_ms -= 25 * (int64_t)HOUR_MS;
	hold_silent();
}

static void an_order_of_unknown_age_is_not_cleared(void **state)
{
	(void)state;
	allow_offline();
	bench_file_order(&b)->approved_ms = 0;
	hold_silent();
}

static void an_order_approved_in_the_future_is_not_cleared(void **state)
{
	(void)state;
	allow_offline();
	bench_file_order(&b)->approved_ms += 10 * (int64_t)HOUR_MS;
	hold_silent();
}

static void a_weight_that_differs_is_not_cleared_offline_also_where_it_is_only_reported(
	void **state)
{
	(void)state;
	allow_offline();
	bench_file_order(&b)->weights.goods_g = 8400000;
	hold_silent();
}

static void another_box_is_not_cleared_offline(void **state)
{
	(void)state;
	allow_offline();
	text_copy(bench_file_order(&b)->boxes[0], BOX_NUMBER_LENGTH + 1, "CBHU3202732");
	hold_silent();
}

static void another_seal_is_not_cleared_offline(void **state)
{
	(void)state;
	allow_offline();
	text_copy(bench_file_order(&b)->seal, ORDER_SEAL_MAX + 1, "HYT-2");
	hold_silent();
}

static void an_order_that_another_lane_used_meanwhile_is_not_cleared(void **state)
{
	struct lane_used *used = &b.numbers.used[0];

	(void)state;
	allow_offline();
	bench_file_order(&b);
	text_copy(used->number, sizeof(used->number), "Z3111I261101000000000001");
	text_copy(used->who, sizeof(used->who), "浙A12345");
	used->passage = 77;
	hold_silent();
}

static void no_order_is_not_cleared_offline(void **state)
{
	(void)state;
	allow_offline();
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
	allow_offline();
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
	allow_offline();
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
	allow_offline();
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
	allow_offline();
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

/* ---- registered vehicles ----------------------------------------------------------------- */

static struct registered *file_vehicle(void)
{
	struct registered *vehicle = &b.on_file.vehicle;

	b.site.lanes[0].rights |= RIGHT_REGISTERED;
	b.on_file.has_vehicle = true;
	*vehicle = (struct registered){.valid_to_ms = INT64_MAX, .way = WAY_BOTH};
	text_copy(vehicle->plate, sizeof(vehicle->plate), "浙A12345");
	text_copy(vehicle->approver, sizeof(vehicle->approver), "li");
	return vehicle;
}

/* No box, no card: a car. */
static void bring_car(const char *tag_plate)
{
	b.vehicle = bench_truck();
	bench_drive(&b, &b.vehicle, 3000);
	bench_read(&b, BENCH_PLATE, "浙A12345", "", 97);
	bench_read(&b, BENCH_TAG, "E2003412AB000101", tag_plate, 100);
	bench_drive(&b, &b.vehicle, BENCH_STOP_MM);
	bench_weigh(&b, 2000000, true);
	bench_run(&b, 1000);
}

static void a_registered_vehicle_passes_without_customs_box_or_card(void **state)
{
	(void)state;
	file_vehicle();
	bring_car("浙A12345");
	assert_int_equal(bench_count(&b, EVENT_LOOKUP, "vehicle=浙A12345 approver=li"),
			 1);
	case_pass_through();
	assert_int_equal(b.asks, 0);
	assert_int_equal(bench_count(&b, EVENT_VERDICT, "by=registered"), 1);
	case_expect_closed("passed", "release", "00");
}

static void a_registered_vehicle_has_no_right_where_the_lane_gives_none(void **state)
{
	(void)state;
	file_vehicle();
	b.site.lanes[0].rights = RIGHT_ORDER;
	bring_car("浙A12345");
	bench_run(&b, 5000);
	assert_int_equal(b.lifts_commanded, 0);
}

static void refuse_registered(enum reason reason)
{
	b.site.lanes[0].rights = RIGHT_REGISTERED;
	bench_bring_truck(&b);
	bench_run(&b, 3000);
	expect_held(reason);
	assert_int_equal(b.asks, 0);
}

static void a_registration_that_has_ended_holds(void **state)
{
	(void)state;
	file_vehicle()->valid_to_ms = 1;
	refuse_registered(REASON_REGISTRATION);
	assert_true(bench_count(&b, EVENT_LOOKUP, "refusal=expired") > 0);
}

static void a_registration_for_another_lane_or_way_holds(void **state)
{
	(void)state;
	text_copy(file_vehicle()->lanes, 8, "in11 x");
	refuse_registered(REASON_REGISTRATION);
	assert_true(bench_count(&b, EVENT_LOOKUP, "refusal=lane") > 0);
}

static void a_registration_for_the_other_way_holds(void **state)
{
	(void)state;
	file_vehicle()->way = WAY_OUT;
	refuse_registered(REASON_REGISTRATION);
}

static void a_registered_vehicle_that_is_too_heavy_holds(void **state)
{
	(void)state;
	file_vehicle()->max_g = 3500000;
	refuse_registered(REASON_REGISTRATION);
}

static void who_is_not_registered_has_no_right_where_orders_give_none(void **state)
{
	(void)state;
	refuse_registered(REASON_NO_RIGHT);
	assert_string_equal(b.lane.sign, "未登记 请等候");
}

static void a_registered_plate_with_another_tag_holds(void **state)
{
	(void)state;
	file_vehicle();
	bring_car("浙B20416");
	bench_run(&b, 40000);
	assert_int_equal(b.lifts_commanded, 0);
	assert_int_equal(b.lane.state, LANE_HELD);
}

static void customs_decides_about_registered_vehicles_where_the_site_says_so(void **state)
{
	(void)state;
	file_vehicle();
	b.site.lanes[0].asks_registered = true;
	case_ask();
	case_hold_with(CASE_REFUSE, "未关联单据", REASON_NO_ORDER);
}

/* ---- emergency mode ---------------------------------------------------------------------- */

static void set_mode(const char *minutes)
{
	struct act act = {.token = 7, .verb = ACT_MODE};
	struct lane_inputs in = {.now_ms = b.now_ms,
				 .wall_ms = 1795000000000 + b.now_ms,
				 .record_is_well = !b.record_fails,
				 .numbers = &b.numbers};

	text_copy(act.actor, sizeof(act.actor), "wang");
	text_copy(act.reason, sizeof(act.reason), "flood");
	text_copy(act.screen, sizeof(act.screen), "kakou");
	text_copy(act.value, sizeof(act.value), minutes);
	lane_feed_act(&b.lane, &act, &in, &b.out);
	bench_run(&b, 30);
}

static void begin_mode(const char *minutes)
{
	b.site.lanes[0].rights |= RIGHT_MODE;
	b.site.lanes[0].mode_hours = 4;
	set_mode(minutes);
	assert_int_equal(b.result.error, KAKOU_OK);
	assert_int_equal(
		bench_count(&b, EVENT_EMERGENCY_MODE, "what=on actor=wang reason=flood"),
		1);
}

static void in_emergency_mode_vehicles_pass_one_by_one_with_the_officers_name(
	void **state)
{
	(void)state;
	begin_mode("60");
	for (int i = 1; i <= 2; i++) {
		b.vehicle = bench_truck();
		bench_drive(&b, &b.vehicle, 3000);
		bench_read(&b, BENCH_PLATE, "浙A12345", "", 97);
		bench_drive(&b, &b.vehicle, BENCH_STOP_MM);
		bench_weigh(&b, 37000000, true);
		case_pass_through();
		assert_int_equal(b.arm, 0);
		assert_int_equal(b.lifts_commanded, i);
	}
	assert_int_equal(b.asks, 0);
	assert_int_equal(bench_count(&b, EVENT_PASSAGE_CLOSED, "by=emergency actor=wang"),
			 2);
	assert_int_equal(bench_count(&b, EVENT_PASSAGE_CLOSED, "lift=10"), 2);
	assert_int_equal(b.lane.mode.crossings, 2);
}

static void emergency_mode_ends_by_itself(void **state)
{
	(void)state;
	begin_mode("1");
	bench_run(&b, 61000);
	assert_int_equal(bench_count(&b, EVENT_EMERGENCY_MODE, "what=over"), 1);
	bench_bring_truck(&b);
	bench_run(&b, 3000);
	assert_int_equal(b.lane.state, LANE_ASKING);
	assert_int_equal(b.lifts_commanded, 0);
}

static void an_officer_ends_emergency_mode(void **state)
{
	(void)state;
	begin_mode("60");
	set_mode("0");
	assert_int_equal(b.result.error, KAKOU_OK);
	assert_int_equal(bench_count(&b, EVENT_EMERGENCY_MODE, "what=off actor=wang"), 1);
	bench_bring_truck(&b);
	bench_run(&b, 3000);
	assert_int_equal(b.lane.state, LANE_ASKING);
}

static void emergency_mode_is_refused_where_it_is_no_right_or_too_long(void **state)
{
	(void)state;
	set_mode("60");
	assert_int_equal(b.result.error, KAKOU_E_REFUSED);
	b.site.lanes[0].rights |= RIGHT_MODE;
	b.site.lanes[0].mode_hours = 4;
	set_mode("241");
	assert_int_equal(b.result.error, KAKOU_E_REFUSED);
	set_mode("");
	assert_int_equal(b.result.error, KAKOU_E_REFUSED);
	set_mode("0");
	assert_int_equal(b.result.error, KAKOU_E_REFUSED);
	assert_int_equal(bench_count(&b, EVENT_EMERGENCY_MODE, NULL), 0);
	assert_int_equal(bench_count(&b, EVENT_ACT_REFUSED, "act=emergency-mode"), 4);
}

static void emergency_mode_ends_with_the_controller(void **state)
{
	(void)state;
	begin_mode("60");
	bench_restart(&b);
	bench_run(&b, 500);
	bench_bring_truck(&b);
	bench_run(&b, 3000);
	assert_int_equal(b.lifts_commanded, 0);
}

static void nobody_passes_in_emergency_mode_without_a_record(void **state)
{
	(void)state;
	begin_mode("60");
	b.record_fails = true;
	bench_bring_truck(&b);
	bench_run(&b, 5000);
	assert_int_equal(b.lifts_commanded, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, case_nobody_was_hit)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_order_is_in_use_with_the_lift_and_passed_with_the_vehicle),
		TEST(an_order_is_free_again_when_the_vehicle_backs_out),
		TEST(an_order_whose_lift_the_record_does_not_take_is_free_again),
		TEST(an_inspection_does_not_use_the_order),
		TEST(several_open_orders_hold_without_asking_and_are_listed),
		TEST(a_chosen_order_is_asked_for),
		TEST(orders_of_another_vehicle_are_no_choice),
		TEST(a_registry_that_does_not_answer_is_not_waited_for),
		TEST(an_answer_about_other_reads_does_not_count),
		TEST(a_doubtful_plate_is_confirmed_by_the_orders),
		TEST(a_doubtful_plate_is_read_again_and_the_better_read_counts),
		TEST(a_plate_that_stays_doubtful_holds_and_is_not_asked_for_for_ever),
		TEST(a_camera_without_a_trigger_is_given_a_moment),
		TEST(a_doubtful_plate_that_the_tag_settles_is_not_waited_for),
		TEST(nothing_is_retried_beyond_the_deadline),
		TEST(a_box_that_fails_its_check_digit_is_confirmed_by_the_order),
		TEST(a_box_that_no_order_confirms_holds_for_correction),
		TEST(a_valid_number_of_another_box_is_not_taken_for_the_orders),
		TEST(two_doubtful_boxes_are_not_confirmed_by_one),
		TEST(a_weight_that_differs_is_reported_and_customs_decides),
		TEST(a_weight_that_differs_holds_where_the_site_says_so),
		TEST(an_empty_vehicle_at_its_tare_passes_and_its_weight_is_learned),
		TEST(an_empty_vehicle_that_is_too_heavy_is_held_whatever_customs_says),
		TEST(an_empty_vehicle_with_a_box_is_held),
		TEST(a_tare_that_is_not_the_learned_one_holds_type_6_where_the_site_says_so),
		TEST(silence_without_a_policy_clears_nobody),
		TEST(what_the_policy_names_is_cleared_by_offline_with_its_order),
		TEST(an_order_type_that_the_policy_does_not_name_is_not_cleared),
		TEST(a_direction_that_the_policy_does_not_name_is_not_cleared),
		TEST(an_order_that_is_too_old_is_not_cleared),
		TEST(an_order_of_unknown_age_is_not_cleared),
		TEST(an_order_approved_in_the_future_is_not_cleared),
		TEST(a_weight_that_differs_is_not_cleared_offline_also_where_it_is_only_reported),
		TEST(another_box_is_not_cleared_offline),
		TEST(another_seal_is_not_cleared_offline),
		TEST(an_order_that_another_lane_used_meanwhile_is_not_cleared),
		TEST(no_order_is_not_cleared_offline),
		TEST(a_link_that_is_down_is_not_waited_for),
		TEST(a_late_release_settles_what_was_cleared_offline),
		TEST(a_late_refusal_of_what_was_cleared_offline_alarms),
		TEST(who_backed_out_is_not_reconciled),
		TEST(a_registered_vehicle_passes_without_customs_box_or_card),
		TEST(a_registered_vehicle_has_no_right_where_the_lane_gives_none),
		TEST(a_registration_that_has_ended_holds),
		TEST(a_registration_for_another_lane_or_way_holds),
		TEST(a_registration_for_the_other_way_holds),
		TEST(a_registered_vehicle_that_is_too_heavy_holds),
		TEST(who_is_not_registered_has_no_right_where_orders_give_none),
		TEST(a_registered_plate_with_another_tag_holds),
		TEST(customs_decides_about_registered_vehicles_where_the_site_says_so),
		TEST(in_emergency_mode_vehicles_pass_one_by_one_with_the_officers_name),
		TEST(emergency_mode_ends_by_itself),
		TEST(an_officer_ends_emergency_mode),
		TEST(emergency_mode_is_refused_where_it_is_no_right_or_too_long),
		TEST(emergency_mode_ends_with_the_controller),
		TEST(nobody_passes_in_emergency_mode_without_a_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Who passes without an order: registered vehicles, emergency mode.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "hal/text.h"
#include "tests/unit/lane_right_case.h"

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
	right_expect_held(reason);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIGHT_TEST(a_registered_vehicle_passes_without_customs_box_or_card),
		RIGHT_TEST(a_registered_vehicle_has_no_right_where_the_lane_gives_none),
		RIGHT_TEST(a_registration_that_has_ended_holds),
		RIGHT_TEST(a_registration_for_another_lane_or_way_holds),
		RIGHT_TEST(a_registration_for_the_other_way_holds),
		RIGHT_TEST(a_registered_vehicle_that_is_too_heavy_holds),
		RIGHT_TEST(who_is_not_registered_has_no_right_where_orders_give_none),
		RIGHT_TEST(a_registered_plate_with_another_tag_holds),
		RIGHT_TEST(
			customs_decides_about_registered_vehicles_where_the_site_says_so),
		RIGHT_TEST(
			in_emergency_mode_vehicles_pass_one_by_one_with_the_officers_name),
		RIGHT_TEST(emergency_mode_ends_by_itself),
		RIGHT_TEST(an_officer_ends_emergency_mode),
		RIGHT_TEST(emergency_mode_is_refused_where_it_is_no_right_or_too_long),
		RIGHT_TEST(emergency_mode_ends_with_the_controller),
		RIGHT_TEST(nobody_passes_in_emergency_mode_without_a_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

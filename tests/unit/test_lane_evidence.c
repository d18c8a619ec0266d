/* SPDX-License-Identifier: MIT */
/*
 * What a lane makes of its evidence: votes, doubts, devices that are dead, reads of others.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "hal/text.h"
#include "tests/unit/lane_case.h"

static void a_doubtful_plate_is_outvoted_by_a_certain_tag(void **state)
{
	(void)state;
	case_bring("浙A12S45", 45, "浙A12345", "CSQU3054383");
	assert_true(bench_run_until(&b, LANE_ASKING, 3000));
	assert_string_equal(b.asked.plate, "浙A12345");
	assert_int_equal(bench_count(&b, EVENT_VOTE, "source=tag"), 1);
}

static void two_certain_plates_that_differ_hold_and_nobody_is_asked(void **state)
{
	(void)state;
	case_bring("浙A12345", 97, "浙A54321", "CSQU3054383");
	assert_true(bench_run_until(&b, LANE_HELD, 3000));
	assert_int_equal(b.lane.reason, REASON_PLATE_DIFFERS);
	assert_int_equal(b.asks, 0);
	assert_int_equal(bench_count(&b, EVENT_VOTE, "camera=浙A12345 tag=浙A54321"), 1);
}

static void a_wrong_check_digit_holds_and_nobody_is_asked(void **state)
{
	(void)state;
	case_bring("浙A12345", 97, "浙A12345", "CSQU3054384");
	assert_true(bench_run_until(&b, LANE_HELD, 3000));
	assert_int_equal(b.lane.reason, REASON_BOX_CHECK);
	assert_int_equal(b.asks, 0);
	bench_act(&b, ACT_RELEASE, b.lane.passage);
	case_pass_through();
	assert_int_equal(b.result.error, KAKOU_OK);
	case_expect_closed("passed", "release", "10");
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
		case_hold_with(CASE_RELEASE, "", cases[i].reason);
		assert_int_equal(b.asks, 1);
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
	case_back_out();
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

static void a_dead_optional_device_is_left_out(void **state)
{
	(void)state;
	bench_lose(&b, BENCH_SEAL);
	case_ask();
	assert_string_equal(b.asked.seal_id, "");
	bench_answer(&b, NULL, CASE_RELEASE, "");
	case_pass_through();
	case_expect_closed("passed", "release", "00");
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		LANE_TEST(a_doubtful_plate_is_outvoted_by_a_certain_tag),
		LANE_TEST(two_certain_plates_that_differ_hold_and_nobody_is_asked),
		LANE_TEST(a_wrong_check_digit_holds_and_nobody_is_asked),
		LANE_TEST(a_bad_seal_is_told_to_customs_and_holds_against_a_release),
		LANE_TEST(what_readers_still_show_of_an_earlier_vehicle_is_not_asked),
		LANE_TEST(a_dead_optional_device_is_left_out),
		LANE_TEST(
			a_dead_required_device_holds_at_once_and_goes_on_when_it_is_back),
		LANE_TEST(a_truck_not_wholly_on_the_scale_is_guided_then_held),
		LANE_TEST(a_read_for_the_truck_before_is_not_taken_for_this_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

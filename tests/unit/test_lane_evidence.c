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
	assert_int_equal(bench_count(&b, EVENT_POSITION, "beam=scale_entry sign=请前行"),
			 1);
	bench_run(&b, 25000);
	assert_int_equal(b.lane.state, LANE_HELD);
	assert_int_equal(b.lane.reason, REASON_NOT_ON_SCALE);
	assert_int_equal(b.asks, 0);
	bench_weigh(&b, 30000000, false);
	bench_drive(&b, &b.vehicle, 26500);
	assert_string_equal(b.lane.sign, "请后退");
	bench_drive(&b, &b.vehicle, BENCH_STOP_MM);
	bench_weigh(&b, 37000000, true);
	assert_true(bench_run_until(&b, LANE_ASKING, 3000));
	assert_int_equal(bench_count(&b, EVENT_POSITION, NULL), 1);
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

/* What the devices say of an ordinary truck that stands at the stop line. */
static void bring_to(uint32_t devices)
{
	b.vehicle = bench_truck();
	bench_drive(&b, &b.vehicle, 3000);
	for (int i = 0; i < BENCH_DEVICES; i++)
		b.samples[i].has_value = (devices >> i & 1) != 0;
	bench_read(&b, BENCH_PLATE, "浙A12345", "", 97);
	bench_read(&b, BENCH_TAG, "E2003412AB000101", "浙A12345", 100);
	bench_read(&b, BENCH_BOX, "CSQU3054383", "", 98);
	bench_seal(&b, true, true, false);
	bench_drive(&b, &b.vehicle, BENCH_STOP_MM);
	bench_weigh(&b, 37000000, true);
	bench_read(&b, BENCH_CARD, "330102600101", "", 100);
}

/* As the site check allows them: one that says who it is, and a scale only with deck beams. */
static bool is_allowed(uint32_t devices, bool has_deck)
{
	uint32_t identity = 1u << BENCH_PLATE | 1u << BENCH_TAG | 1u << BENCH_CARD;

	return (devices & identity) != 0 && (has_deck || !(devices >> BENCH_WEIGHT & 1));
}

static void every_choice_of_devices_and_deck_beams_clears_a_truck(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 2 << BENCH_DEVICES; i++) {
		uint32_t devices = i >> 1;
		bool has_deck = i & 1;

		if (!is_allowed(devices, has_deck))
			continue;
		bench_begin(&b);
		bench_equip(&b, devices, has_deck);
		b.site.lanes[0].answer_ms = 60000; /* some ask while it still rolls */
		bench_restart(&b);
		bench_run(&b, 200);
		bring_to(devices);
		if (!bench_run_until(&b, LANE_ASKING, 12000))
			fail_msg("devices %x, deck %d: %s", devices, has_deck,
				 lane_state_name(b.lane.state));
		assert_int_equal(b.asked.has_weight, devices >> BENCH_WEIGHT & 1);
		assert_int_equal(b.asked.box_count, devices >> BENCH_BOX & 1);
		assert_int_equal(b.asked.card_no[0] != 0, devices >> BENCH_CARD & 1);
		bench_answer(&b, NULL, CASE_RELEASE, "");
		case_pass_through();
		case_expect_closed("passed", "release", "00");
		assert_int_equal(bench_count(&b, EVENT_ALARM, NULL), 0);
		assert_int_equal(b.hits, 0);
	}
}

static void a_lane_that_reads_plates_holds_without_one_whatever_else_it_has(void **state)
{
	(void)state;
	bench_equip(&b, 1u << BENCH_PLATE | 1u << BENCH_CARD, false);
	bench_restart(&b);
	bench_run(&b, 200);
	b.vehicle = bench_truck();
	bench_drive(&b, &b.vehicle, 3000);
	bench_read(&b, BENCH_PLATE, "浙A12S45", "", 30);
	bench_drive(&b, &b.vehicle, BENCH_STOP_MM);
	bench_read(&b, BENCH_CARD, "330102600101", "", 100);
	assert_true(bench_run_until(&b, LANE_HELD, 12000));
	assert_int_equal(b.lane.reason, REASON_PLATE_MISSING);
}

static void a_driver_who_calls_is_answered_and_the_time_is_kept(void **state)
{
	(void)state;
	case_ask();
	bench_answer(&b, NULL, CASE_REFUSE, "");
	b.samples[BENCH_CARD].value.post.help_is_pressed = true;
	bench_run(&b, 200);
	assert_string_equal(b.lane.sign, "请等候人工");
	assert_int_equal(bench_count(&b, EVENT_CALL, "what=help"), 1);
	b.samples[BENCH_CARD].value.post.help_is_pressed = false;
	bench_run(&b, 9000);
	bench_act(&b, ACT_RELEASE, b.lane.passage);
	assert_int_equal(bench_count(&b, EVENT_OFFICER_ACT, "help_answered_ms"), 1);
	assert_int_equal(b.lane.state, LANE_RECORDING);
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
		LANE_TEST(a_driver_who_calls_is_answered_and_the_time_is_kept),
		LANE_TEST(every_choice_of_devices_and_deck_beams_clears_a_truck),
		LANE_TEST(
			a_lane_that_reads_plates_holds_without_one_whatever_else_it_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Instruments of the yard: what they read, and when.
 */
#include "tests/unit/yard_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "hal/text.h"

static struct yard_rig rig;
static struct scenario_truck truck;

static int start_at_pace(int32_t pace)
{
	yard_rig_open(&rig, pace);
	truck = yard_rig_truck(BODY_ARTICULATED, BEHAVIOUR_NORMAL);
	text_copy(truck.trailer_plate, sizeof(truck.trailer_plate), "浙A6101挂");
	text_copy(truck.tag, sizeof(truck.tag), "E2003412AB000101");
	text_copy(truck.tag_plate, sizeof(truck.tag_plate), "浙A12345");
	return 0;
}

static int start(void **state)
{
	(void)state;
	return start_at_pace(1);
}

static int start_fast(void **state)
{
	(void)state;
	return start_at_pace(5);
}

static int stop(void **state)
{
	(void)state;
	yard_rig_close(&rig);
	return 0;
}

static const struct instruments *set(void)
{
	return &rig.lane.instruments;
}

/* Milliseconds until the instrument has made a read. */
static int32_t wait_for(enum instrument instrument, int32_t within_ms)
{
	int32_t ms = 0;

	while (!(rig.reads & 1U << instrument)) {
		if (ms > within_ms)
			fail_msg("instrument %d read nothing within %d ms", instrument,
				 within_ms);
		yard_rig_run_ms(&rig, 5);
		ms += 5;
	}
	return ms;
}

/* Runs until the vehicle's front is at the place. */
static void drive_to(int32_t front_mm)
{
	while (rig.lane.vehicle_count == 0 ||
	       rig.lane.vehicles[0].truck.front_um < (int64_t)front_mm * UM_PER_MM)
		yard_rig_run_ms(&rig, 5);
}

static void a_camera_reads_in_real_time_at_any_pace(void **state)
{
	(void)state;
	yard_rig_send(&rig, &truck);
	drive_to(rig.lane.geometry.camera_begin_mm);
	assert_in_range(wait_for(INSTRUMENT_PLATE_FRONT, 600), INSTRUMENT_CAMERA_MIN_MS,
			INSTRUMENT_CAMERA_MAX_MS + 5);
	assert_string_equal(set()->plates.read[0].text, "浙A12345");
	assert_int_equal(set()->plates.read[0].sequence, 1);
	assert_int_equal(set()->plates.read[0].confidence, 97);
	assert_int_equal(set()->plates.read[1].sequence, 0);
	wait_for(INSTRUMENT_PLATE_REAR, 30000);
	assert_string_equal(set()->plates.read[1].text, "浙A6101挂");
}

static void a_misread_is_read_as_the_scenario_says(void **state)
{
	(void)state;
	text_copy(truck.camera_reads, sizeof(truck.camera_reads), "浙AB2345");
	truck.camera_confidence = 41;
	yard_rig_send(&rig, &truck);
	wait_for(INSTRUMENT_PLATE_FRONT, 20000);
	assert_string_equal(set()->plates.read[0].text, "浙AB2345");
	assert_int_equal(set()->plates.read[0].confidence, 41);
}

static void a_plate_that_is_not_read_makes_no_read(void **state)
{
	(void)state;
	truck.camera_reads[0] = '\0';
	truck.tag[0] = '\0';
	yard_rig_send(&rig, &truck);
	yard_rig_run_until(&rig, "truck_stands", 1, 30000);
	yard_rig_run_ms(&rig, 1000);
	assert_int_equal(set()->plates.read[0].sequence, 0);
	assert_int_equal(set()->tag.read[0].sequence, 0);
}

static void a_tag_is_read_with_the_plate_that_is_written_on_it(void **state)
{
	(void)state;
	yard_rig_send(&rig, &truck);
	wait_for(INSTRUMENT_TAG, 20000);
	assert_string_equal(set()->tag.read[0].text, "E2003412AB000101");
	assert_string_equal(set()->tag.read[1].text, "浙A12345");
}

static void a_portal_reads_both_boxes_once_the_rear_has_passed(void **state)
{
	(void)state;
	truck.box_count = 2;
	text_copy(truck.box_reads[0], sizeof(truck.box_reads[0]), "CBHU3202732");
	text_copy(truck.box_reads[1], sizeof(truck.box_reads[1]), "HLXU4074106");
	yard_rig_send(&rig, &truck);
	wait_for(INSTRUMENT_BOXES, 30000);
	assert_true(truck_rear_um(&rig.lane.vehicles[0].truck) >
		    (int64_t)rig.lane.geometry.portal_mm * UM_PER_MM);
	assert_string_equal(set()->boxes.read[0].text, "CBHU3202732");
	assert_int_equal(set()->boxes.read[0].kind, 1);
	assert_string_equal(set()->boxes.read[1].text, "HLXU4074106");
	assert_int_equal(set()->boxes.read[1].kind, 2);
}

static void a_portal_reports_an_empty_vehicle_too(void **state)
{
	(void)state;
	yard_rig_send(&rig, &truck);
	wait_for(INSTRUMENT_BOXES, 30000);
	assert_int_equal(set()->boxes.read[0].sequence, 1);
	assert_string_equal(set()->boxes.read[0].text, "");
	assert_int_equal(set()->boxes.read[0].confidence, 0);
}

static void a_scale_is_stable_only_when_the_vehicle_has_stood_long_enough(void **state)
{
	(void)state;
	yard_rig_send(&rig, &truck);
	yard_rig_run_until(&rig, "truck_stands", 1, 30000);
	assert_false(set()->weight.is_stable);
	yard_rig_run_ms(&rig, INSTRUMENT_SETTLE_MS - 100);
	assert_false(set()->weight.is_stable);
	yard_rig_run_ms(&rig, 2 * INSTRUMENT_WEIGHING_MS + 100);
	assert_true(set()->weight.is_stable);
	assert_int_equal(set()->weight.gross_g, 34500000);
}

static void a_scale_is_restless_while_a_vehicle_rolls_on_it(void **state)
{
	int64_t least = INT64_MAX, most = 0;

	(void)state;
	yard_rig_send(&rig, &truck);
	drive_to(20100); /* five of six axles are on the deck, the last is not */
	for (int i = 0; i < 10; i++) {
		yard_rig_run_ms(&rig, 40);
		assert_false(set()->weight.is_stable);
		least = set()->weight.gross_g < least ? set()->weight.gross_g : least;
		most = set()->weight.gross_g > most ? set()->weight.gross_g : most;
	}
	assert_true(most - least >= INSTRUMENT_DIVISION_G);
}

static void an_empty_deck_shows_nothing_and_is_stable(void **state)
{
	(void)state;
	yard_rig_run_ms(&rig, 1000);
	assert_true(set()->weight.is_stable);
	assert_int_equal(set()->weight.gross_g, 0);
}

static void a_seal_reader_says_what_the_seal_is(void **state)
{
	static const struct {
		enum scenario_seal state;
		bool is_present, is_sealed, battery_is_low;
	} cases[] = {
		{SEAL_SEALED,      true,  true,  false},
		{SEAL_BROKEN,      true,  false, false},
		{SEAL_ABSENT,      false, false, false},
		{SEAL_LOW_BATTERY, true,  true,  true },
	};

	(void)state;
	text_copy(truck.seal, sizeof(truck.seal), "HYT-24100101");
	for (size_t i = 0; i < 4; i++) {
		rig.reads = 0;
		truck.seal_state = cases[i].state;
		truck.behaviour = BEHAVIOUR_BACKS_OUT_BEFORE_VERDICT;
		yard_rig_send(&rig, &truck);
		wait_for(INSTRUMENT_SEAL, 60000);
		assert_int_equal(set()->seal.sequence, i + 1);
		assert_int_equal(set()->seal.is_present, cases[i].is_present);
		assert_int_equal(set()->seal.is_sealed, cases[i].is_sealed);
		assert_int_equal(set()->seal.battery_is_low, cases[i].battery_is_low);
		assert_string_equal(set()->seal.id,
				    cases[i].is_present ? "HYT-24100101" : "");
		yard_rig_run_until(&rig, "truck_backed_out", (int64_t)i + 1, 60000);
	}
}

static void a_card_takes_a_human_reach(void **state)
{
	int32_t ms = 0;

	(void)state;
	yard_rig_send(&rig, &truck);
	yard_rig_run_until(&rig, "truck_stands", 1, 30000);
	while (set()->post.cards.read[0].sequence == 0) {
		yard_rig_run_ms(&rig, 5);
		ms += 5;
	}
	assert_in_range(ms, DRIVER_REACH_MIN_MS, DRIVER_REACH_MAX_MS + 5);
	assert_string_equal(set()->post.cards.read[0].text, "330100000001");
	assert_int_equal(set()->post.cards.read[1].sequence, 0);
}

static void a_help_button_stays_lit_for_a_real_second(void **state)
{
	int32_t ms = 0;

	(void)state;
	truck.behaviour = BEHAVIOUR_PRESSES_HELP;
	yard_rig_send(&rig, &truck);
	yard_rig_run_until(&rig, "help_pressed", 1, 30000);
	yard_rig_run_ms(&rig, 5);
	while (set()->post.help_is_pressed) {
		yard_rig_run_ms(&rig, 5);
		ms += 5;
	}
	assert_in_range(ms, INSTRUMENT_HELP_MS - 20, INSTRUMENT_HELP_MS + 5);
}

static void a_reefer_is_felt_while_it_is_in_the_lane(void **state)
{
	(void)state;
	truck.has_reefer_temp = true;
	truck.reefer_mdeg = -18500;
	truck.behaviour = BEHAVIOUR_BACKS_OUT_BEFORE_VERDICT;
	assert_int_equal(set()->climate.temperature_mdeg, INSTRUMENT_AMBIENT_MDEG);
	yard_rig_send(&rig, &truck);
	yard_rig_run_until(&rig, "truck_arrives", 1, 30000);
	yard_rig_run_ms(&rig, 5);
	assert_int_equal(set()->climate.temperature_mdeg, -18500);
	yard_rig_run_until(&rig, "truck_backed_out", 1, 60000);
	yard_rig_run_ms(&rig, 5);
	assert_int_equal(set()->climate.temperature_mdeg, INSTRUMENT_AMBIENT_MDEG);
}

static void a_trigger_reads_the_same_again(void **state)
{
	(void)state;
	instruments_trigger(&rig.lane.instruments, INSTRUMENT_PLATE_FRONT, 0);
	yard_rig_run_ms(&rig, 1000);
	assert_int_equal(set()->plates.read[0].sequence, 0);
	yard_rig_send(&rig, &truck);
	wait_for(INSTRUMENT_PLATE_FRONT, 20000);
	rig.reads = 0;
	instruments_trigger(&rig.lane.instruments, INSTRUMENT_PLATE_FRONT,
			    rig.now_ns / 1000000);
	wait_for(INSTRUMENT_PLATE_FRONT, 600);
	assert_int_equal(set()->plates.read[0].sequence, 2);
	assert_string_equal(set()->plates.read[0].text, "浙A12345");
}

int main(void)
{
#define AT_PACE_1(name) cmocka_unit_test_setup_teardown(name, start, stop)
#define AT_PACE_5(name) cmocka_unit_test_setup_teardown(name, start_fast, stop)
	const struct CMUnitTest tests[] = {
		AT_PACE_1(a_camera_reads_in_real_time_at_any_pace),
		AT_PACE_5(a_camera_reads_in_real_time_at_any_pace),
		AT_PACE_1(a_misread_is_read_as_the_scenario_says),
		AT_PACE_1(a_plate_that_is_not_read_makes_no_read),
		AT_PACE_1(a_tag_is_read_with_the_plate_that_is_written_on_it),
		AT_PACE_1(a_portal_reads_both_boxes_once_the_rear_has_passed),
		AT_PACE_5(a_portal_reads_both_boxes_once_the_rear_has_passed),
		AT_PACE_1(a_portal_reports_an_empty_vehicle_too),
		AT_PACE_1(a_scale_is_stable_only_when_the_vehicle_has_stood_long_enough),
		AT_PACE_5(a_scale_is_stable_only_when_the_vehicle_has_stood_long_enough),
		AT_PACE_1(a_scale_is_restless_while_a_vehicle_rolls_on_it),
		AT_PACE_1(an_empty_deck_shows_nothing_and_is_stable),
		AT_PACE_1(a_seal_reader_says_what_the_seal_is),
		AT_PACE_1(a_card_takes_a_human_reach),
		AT_PACE_1(a_help_button_stays_lit_for_a_real_second),
		AT_PACE_5(a_help_button_stays_lit_for_a_real_second),
		AT_PACE_1(a_reefer_is_felt_while_it_is_in_the_lane),
		AT_PACE_1(a_trigger_reads_the_same_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

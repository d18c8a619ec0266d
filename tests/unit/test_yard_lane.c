/* SPDX-License-Identifier: MIT */
/*
 * A lane of the yard: the order of edges, and what drivers do and never do.
 */
#include "tests/unit/yard_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "hal/text.h"

static struct yard_rig rig;

static int start(void **state)
{
	(void)state;
	yard_rig_open(&rig, 1);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	yard_rig_close(&rig);
	return 0;
}

static void send(enum scenario_body body, enum scenario_behaviour behaviour)
{
	struct scenario_truck truck = yard_rig_truck(body, behaviour);

	yard_rig_send(&rig, &truck);
}

static void expect_edges(const char *expected)
{
	char edges[4096];

	yard_rig_print_edges(&rig, edges, sizeof(edges));
	assert_string_equal(edges, expected);
}

static void a_truck_makes_the_edges_of_a_passage_in_order(void **state)
{
	(void)state;
	send(BODY_RIGID, BEHAVIOUR_NORMAL);
	yard_rig_run_until(&rig, "truck_stands", 1, 30000);
	expect_edges("+approach +scale_entry -approach -scale_entry");
	yard_rig_forget_edges(&rig);
	yard_rig_run_until(&rig, "card_shown", 1, 9000);
	yard_rig_lift(&rig);
	yard_rig_run_until(&rig, "truck_left", 1, 60000);
	expect_edges("+scale_exit +safety_loop +beam +exit -scale_exit "
		     "-beam -safety_loop -exit");
	assert_int_equal(yard_rig_count(&rig, "collision"), 0);
	assert_true(yard_lane_is_finished(&rig.lane));
}

static void the_gap_of_a_semi_trailer_opens_beams_but_no_loop(void **state)
{
	(void)state;
	send(BODY_ARTICULATED, BEHAVIOUR_NORMAL);
	yard_rig_run_until(&rig, "truck_stands", 1, 30000);
	expect_edges("+approach +scale_entry -scale_entry +scale_entry -approach "
		     "-scale_entry");
}

static void a_long_gap_opens_beam_and_loop_while_the_tractor_is_on_the_exit_loop(
	void **state)
{
	bool under = false, gap = false;

	(void)state;
	send(BODY_LONG_ARTICULATED, BEHAVIOUR_NORMAL);
	yard_rig_run_until(&rig, "truck_stands", 1, 30000);
	yard_rig_lift(&rig);
	while (yard_rig_count(&rig, "truck_left") == 0) {
		bool is_clear =
			!rig.lane.levels[LINE_SAFETY_LOOP] && !rig.lane.levels[LINE_BEAM];

		under |= !is_clear;
		if (is_clear && under &&
		    rig.lane.vehicles[0].truck.front_um < INT64_C(42000000)) {
			gap = true;
			assert_true(rig.lane.levels[LINE_EXIT]);
		}
		yard_rig_run_ms(&rig, 5);
	}
	assert_true(gap);
}

static void a_truck_that_backs_out_leaves_the_approach_loop_last(void **state)
{
	(void)state;
	send(BODY_RIGID, BEHAVIOUR_BACKS_OUT_BEFORE_VERDICT);
	yard_rig_run_until(&rig, "truck_stands", 1, 30000);
	yard_rig_forget_edges(&rig);
	yard_rig_run_until(&rig, "truck_backed_out", 1, 60000);
	expect_edges("+scale_entry +approach -scale_entry -approach");
	assert_int_equal(yard_rig_count(&rig, "lift"), 0);
}

static void a_driver_may_back_out_after_the_lift(void **state)
{
	(void)state;
	send(BODY_RIGID, BEHAVIOUR_BACKS_OUT_AFTER_LIFT);
	yard_rig_run_until(&rig, "truck_stands", 1, 30000);
	yard_rig_run_ms(&rig, 20000);
	assert_int_equal(yard_rig_count(&rig, "truck_turns_back"), 0);
	yard_rig_lift(&rig);
	yard_rig_run_until(&rig, "truck_backed_out", 1, 60000);
	assert_int_equal(yard_rig_count(&rig, "truck_crosses"), 0);
}

static void a_driver_backs_out_when_the_sign_sends_him_back(void **state)
{
	(void)state;
	send(BODY_ARTICULATED, BEHAVIOUR_NORMAL);
	yard_rig_run_until(&rig, "truck_stands", 1, 30000);
	yard_lane_show_sign(&rig.lane, "请退出");
	yard_rig_run_until(&rig, "truck_backed_out", 1, 60000);
}

static void a_driver_sent_to_inspection_backs_out_when_the_arm_stays_down(void **state)
{
	(void)state;
	send(BODY_RIGID, BEHAVIOUR_NORMAL);
	yard_rig_run_until(&rig, "truck_stands", 1, 30000);
	yard_lane_show_sign(&rig.lane, "请到查验区");
	yard_rig_run_ms(&rig, 5000);
	assert_int_equal(yard_rig_count(&rig, "truck_turns_back"), 0);
	yard_rig_run_until(&rig, "truck_backed_out", 1, 60000);
}

static void a_driver_sent_to_inspection_drives_through_when_the_arm_opens(void **state)
{
	(void)state;
	send(BODY_RIGID, BEHAVIOUR_NORMAL);
	yard_rig_run_until(&rig, "truck_stands", 1, 30000);
	yard_lane_show_sign(&rig.lane, "请到查验区");
	yard_rig_run_ms(&rig, 1000);
	yard_rig_lift(&rig);
	yard_rig_run_until(&rig, "truck_left", 1, 60000);
}

static void a_driver_waits_for_the_green_light(void **state)
{
	(void)state;
	send(BODY_RIGID, BEHAVIOUR_NORMAL);
	yard_rig_run_until(&rig, "truck_stands", 1, 30000);
	yard_rig_lift(&rig);
	yard_rig_set(&rig, LINE_GREEN, false);
	yard_rig_run_ms(&rig, 20000);
	assert_int_equal(yard_rig_count(&rig, "truck_sets_off"), 0);
	yard_rig_set(&rig, LINE_GREEN, true);
	yard_rig_run_ms(&rig, 900);
	assert_int_equal(yard_rig_count(&rig, "truck_sets_off"), 0);
	yard_rig_run_until(&rig, "truck_sets_off", 1, 1200);
}

static void a_driver_stops_before_an_arm_that_comes_down(void **state)
{
	(void)state;
	send(BODY_ARTICULATED, BEHAVIOUR_NORMAL);
	yard_rig_run_until(&rig, "truck_stands", 1, 30000);
	yard_rig_lift(&rig);
	yard_rig_run_until(&rig, "truck_sets_off", 1, 3000);
	yard_rig_run_ms(&rig, 2500);
	yard_rig_lower(&rig);
	yard_rig_run_ms(&rig, 10000);
	assert_int_equal(yard_rig_count(&rig, "truck_crosses"), 0);
	assert_int_equal(yard_rig_count(&rig, "collision"), 0);
	yard_rig_lift(&rig);
	yard_rig_run_until(&rig, "truck_left", 1, 60000);
}

static void a_tailgater_crosses_behind_the_first_vehicle(void **state)
{
	struct scenario_truck truck = yard_rig_truck(BODY_RIGID, BEHAVIOUR_TAILGATER);

	(void)state;
	text_copy(truck.follower_plate, sizeof(truck.follower_plate), "浙B00001");
	yard_rig_send(&rig, &truck);
	yard_rig_run_until(&rig, "truck_stands", 1, 30000);
	yard_rig_run_ms(&rig, 10000);
	assert_int_equal(yard_rig_count(&rig, "truck_arrives"), 1);
	yard_rig_forget_edges(&rig);
	yard_rig_lift(&rig);
	yard_rig_run_until(&rig, "truck_left", 2, 60000);
	assert_int_equal(yard_rig_count(&rig, "truck_crosses"), 2);
	assert_int_equal(yard_rig_count(&rig, "collision"), 0);
	assert_int_equal(rig.lane.done_count, 1);
	assert_string_equal(rig.lane.instruments.plates.read[0].text, "浙B00001");
}

static void a_truck_may_stall_under_the_arm(void **state)
{
	(void)state;
	send(BODY_ARTICULATED, BEHAVIOUR_STALLS);
	yard_rig_run_until(&rig, "truck_stands", 1, 30000);
	yard_rig_lift(&rig);
	yard_rig_run_until(&rig, "truck_crosses", 1, 30000);
	yard_rig_run_ms(&rig, 5000);
	assert_int_equal(rig.lane.vehicles[0].truck.speed_um_s, 0);
	assert_true(rig.lane.levels[LINE_BEAM]);
	yard_rig_run_until(&rig, "truck_left", 1, 60000);
}

static void an_arm_that_touches_a_truck_is_a_collision(void **state)
{
	(void)state;
	send(BODY_ARTICULATED, BEHAVIOUR_STALLS);
	yard_rig_run_until(&rig, "truck_stands", 1, 30000);
	yard_rig_lift(&rig);
	yard_rig_run_until(&rig, "truck_crosses", 1, 30000);
	yard_rig_lower(&rig);
	assert_int_equal(yard_rig_count(&rig, "collision"), 1);
}

static void a_truck_that_stops_short_goes_on_when_it_is_told(void **state)
{
	(void)state;
	send(BODY_ARTICULATED, BEHAVIOUR_STOPS_SHORT);
	yard_rig_run_until(&rig, "truck_stands", 1, 30000);
	assert_true(rig.lane.levels[LINE_SCALE_ENTRY]);
	yard_lane_show_sign(&rig.lane, "请前行");
	yard_rig_run_until(&rig, "truck_stands", 2, 30000);
	assert_false(rig.lane.levels[LINE_SCALE_ENTRY]);
}

static void the_next_truck_waits_until_the_arm_comes_down(void **state)
{
	(void)state;
	send(BODY_RIGID, BEHAVIOUR_NORMAL);
	send(BODY_RIGID, BEHAVIOUR_NORMAL);
	yard_rig_run_until(&rig, "truck_stands", 1, 30000);
	yard_rig_run_ms(&rig, 5000);
	assert_int_equal(yard_rig_count(&rig, "truck_comes"), 1);
	yard_rig_lift(&rig);
	yard_rig_run_until(&rig, "truck_left", 1, 60000);
	yard_rig_run_ms(&rig, 5000);
	assert_int_equal(yard_rig_count(&rig, "truck_comes"), 2);
	assert_int_equal(yard_rig_count(&rig, "truck_arrives"), 1);
	yard_rig_lower(&rig);
	yard_rig_run_until(&rig, "truck_arrives", 2, 5000);
}

static void a_test_output_makes_its_sensor_report_within_a_step(void **state)
{
	(void)state;
	yard_rig_set(&rig, LINE_BEAM_TEST, true);
	yard_rig_run_ms(&rig, 5);
	assert_true(rig.lane.levels[LINE_BEAM]);
	assert_false(rig.lane.levels[LINE_SAFETY_LOOP]);
	yard_rig_set(&rig, LINE_BEAM_TEST, false);
	yard_rig_set(&rig, LINE_LOOP_TEST, true);
	yard_rig_run_ms(&rig, 5);
	assert_false(rig.lane.levels[LINE_BEAM]);
	assert_true(rig.lane.levels[LINE_SAFETY_LOOP]);
}

static void a_dead_beam_answers_no_test(void **state)
{
	(void)state;
	yard_lane_fault_line(&rig.lane, LINE_BEAM, FAULT_STUCK_OFF);
	yard_rig_set(&rig, LINE_BEAM_TEST, true);
	yard_rig_run_ms(&rig, 100);
	assert_false(rig.lane.levels[LINE_BEAM]);
	yard_lane_fault_line(&rig.lane, LINE_BEAM, FAULT_NONE);
	yard_rig_run_ms(&rig, 5);
	assert_true(rig.lane.levels[LINE_BEAM]);
}

static void a_second_contact_shows_the_contrary_of_what_its_sensor_feels(void **state)
{
	(void)state;
	for (enum line_role role = 0; role < LINE_ROLES; role++)
		rig.site.lines[role].is_used = true;
	yard_rig_run_ms(&rig, 5);
	assert_true(rig.lane.levels[LINE_BEAM_NC] && rig.lane.levels[LINE_LIMIT_UP_NC]);
	assert_false(rig.lane.levels[LINE_LIMIT_DOWN_NC]);
	yard_rig_set(&rig, LINE_BEAM_TEST, true);
	yard_rig_run_ms(&rig, 5);
	assert_false(rig.lane.levels[LINE_BEAM_NC]);
	/* Each contact may be stuck alone. */
	yard_lane_fault_line(&rig.lane, LINE_BEAM, FAULT_STUCK_OFF);
	yard_rig_run_ms(&rig, 5);
	assert_false(rig.lane.levels[LINE_BEAM] || rig.lane.levels[LINE_BEAM_NC]);
	yard_lane_fault_line(&rig.lane, LINE_BEAM, FAULT_NONE);
	yard_lane_fault_line(&rig.lane, LINE_BEAM_NC, FAULT_STUCK_ON);
	yard_rig_run_ms(&rig, 5);
	assert_true(rig.lane.levels[LINE_BEAM] && rig.lane.levels[LINE_BEAM_NC]);
}

static void a_lift_is_counted_when_the_arm_leaves_its_lower_limit(void **state)
{
	(void)state;
	yard_rig_lift(&rig);
	yard_rig_lower(&rig);
	assert_int_equal(yard_rig_count(&rig, "lift"), 1);
	assert_int_equal(yard_rig_count(&rig, "arm_up"), 1);
	assert_int_equal(yard_rig_count(&rig, "arm_down"), 1);
	yard_lane_fault(&rig.lane, FAULT_FOB);
	yard_rig_run_ms(&rig, 2000);
	assert_int_equal(rig.lane.lifts, 2);
}

static void a_lost_heartbeat_and_a_cut_closing_are_reported(void **state)
{
	(void)state;
	yard_rig_lift(&rig);
	rig.beats = false;
	yard_rig_run_ms(&rig, 300);
	assert_int_equal(yard_rig_count(&rig, "heartbeat_lost"), 1);
	yard_rig_lower(&rig);
	assert_int_equal(yard_rig_count(&rig, "closing_cut"), 1);
	assert_true(rig.lane.levels[LINE_LIMIT_UP]);
}

static void a_fault_comes_and_goes_with_its_truck(void **state)
{
	struct scenario_truck truck =
		yard_rig_truck(BODY_RIGID, BEHAVIOUR_BACKS_OUT_BEFORE_VERDICT);

	(void)state;
	text_copy(truck.fault, sizeof(truck.fault), "reefer-in1 silent");
	yard_rig_send(&rig, &truck);
	yard_rig_run_until(&rig, "truck_arrives", 1, 10000);
	assert_int_equal(rig.faults, 1);
	yard_rig_run_until(&rig, "truck_backed_out", 1, 60000);
	assert_int_equal(rig.faults, 0);
}

static void a_hand_on_a_sensor_is_felt_until_it_is_taken_away(void **state)
{
	struct why why;

	(void)state;
	assert_int_equal(yard_lane_touch(&rig.lane, LINE_BEAM, INT64_MAX, &why), 0);
	yard_rig_run_ms(&rig, 50);
	assert_int_equal(
		yard_lane_touch(&rig.lane, LINE_APPROACH, 20 * INT64_C(1000000), &why),
		0);
	yard_rig_run_ms(&rig, 50);
	assert_int_equal(yard_lane_touch(&rig.lane, LINE_BEAM, 0, &why), 0);
	yard_rig_run_ms(&rig, 50);
	expect_edges("+beam +approach -approach -beam");
	assert_int_equal(yard_lane_touch(&rig.lane, LINE_LIMIT_UP, INT64_MAX, &why),
			 KAKOU_E_INVALID);
	assert_int_equal(yard_lane_touch(&rig.lane, LINE_RAISE, INT64_MAX, &why),
			 KAKOU_E_INVALID);
}

/* The loops, safety loop and beam of a lane without deck, as who comes from the other end meets them. */
static void who_comes_from_the_far_end_meets_the_exit_loop_first(void **state)
{
	struct scenario_truck truck = yard_rig_truck(BODY_RIGID, BEHAVIOUR_NORMAL);
	char edges[512];

	(void)state;
	rig.site.lines[LINE_SCALE_ENTRY].is_used = false;
	yard_lane_init(&rig.lane, 7, rig.now_ns);
	truck.is_from_far = true;
	yard_rig_send(&rig, &truck);
	yard_rig_run_until(&rig, "truck_stands", 1, 60000);
	assert_true(rig.lane.levels[LINE_EXIT]);
	assert_false(rig.lane.levels[LINE_SAFETY_LOOP]);
	assert_true(rig.reads & 1u << INSTRUMENT_PLATE_FRONT);
	yard_rig_lift(&rig); /* it looks at the light of its own side */
	yard_rig_run_ms(&rig, 5000);
	assert_int_equal(yard_rig_count(&rig, "truck_sets_off"), 0);
	yard_rig_set(&rig, LINE_GREEN_FAR, true);
	yard_rig_run_until(&rig, "truck_left", 1, 60000);
	assert_int_equal(yard_rig_count(&rig, "collision"), 0);
	yard_rig_print_edges(&rig, edges, sizeof(edges));
	assert_string_equal(edges, "+exit +safety_loop +beam -exit -beam -safety_loop "
				   "+approach -approach");
}

static void nobody_comes_towards_one_who_is_in_the_lane(void **state)
{
	struct scenario_truck truck = yard_rig_truck(BODY_RIGID, BEHAVIOUR_NORMAL);

	(void)state;
	rig.site.lines[LINE_SCALE_ENTRY].is_used = false;
	yard_lane_init(&rig.lane, 7, rig.now_ns);
	yard_rig_send(&rig, &truck);
	truck.is_from_far = true;
	yard_rig_send(&rig, &truck);
	yard_rig_run_ms(&rig, 60000);
	assert_int_equal(yard_rig_count(&rig, "truck_comes"), 1);
	yard_rig_lift(&rig);
	yard_rig_run_until(&rig, "truck_left", 1, 60000);
	yard_rig_run_until(&rig, "truck_comes", 2, 1000);
}

int main(void)
{
#define LANE_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		LANE_TEST(a_truck_makes_the_edges_of_a_passage_in_order),
		LANE_TEST(the_gap_of_a_semi_trailer_opens_beams_but_no_loop),
		LANE_TEST(
			a_long_gap_opens_beam_and_loop_while_the_tractor_is_on_the_exit_loop),
		LANE_TEST(a_truck_that_backs_out_leaves_the_approach_loop_last),
		LANE_TEST(a_driver_may_back_out_after_the_lift),
		LANE_TEST(a_driver_backs_out_when_the_sign_sends_him_back),
		LANE_TEST(a_driver_sent_to_inspection_backs_out_when_the_arm_stays_down),
		LANE_TEST(a_driver_sent_to_inspection_drives_through_when_the_arm_opens),
		LANE_TEST(a_driver_waits_for_the_green_light),
		LANE_TEST(a_driver_stops_before_an_arm_that_comes_down),
		LANE_TEST(a_tailgater_crosses_behind_the_first_vehicle),
		LANE_TEST(a_truck_may_stall_under_the_arm),
		LANE_TEST(an_arm_that_touches_a_truck_is_a_collision),
		LANE_TEST(a_truck_that_stops_short_goes_on_when_it_is_told),
		LANE_TEST(the_next_truck_waits_until_the_arm_comes_down),
		LANE_TEST(who_comes_from_the_far_end_meets_the_exit_loop_first),
		LANE_TEST(nobody_comes_towards_one_who_is_in_the_lane),
		LANE_TEST(a_test_output_makes_its_sensor_report_within_a_step),
		LANE_TEST(a_dead_beam_answers_no_test),
		LANE_TEST(a_second_contact_shows_the_contrary_of_what_its_sensor_feels),
		LANE_TEST(a_lift_is_counted_when_the_arm_leaves_its_lower_limit),
		LANE_TEST(a_lost_heartbeat_and_a_cut_closing_are_reported),
		LANE_TEST(a_fault_comes_and_goes_with_its_truck),
		LANE_TEST(a_hand_on_a_sensor_is_felt_until_it_is_taken_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Vehicles of the yard: motion, segments, axles.
 */
#include "tools/yard/truck.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { STEP_US = 5000, MM = 1000 };

static struct truck truck;

static int start(void **state)
{
	(void)state;
	truck = (struct truck){
		.body = truck_body_of(BODY_ARTICULATED),
		.gross_g = INT64_C(40000000),
	};
	return 0;
}

static struct truck_goal ahead(int32_t acceleration_mm_s2)
{
	return (struct truck_goal){
		.direction = 1,
		.speed_mm_s = TRUCK_SPEED_MM_S,
		.acceleration_mm_s2 = acceleration_mm_s2,
	};
}

static void move(const struct truck_goal *goal, int32_t ms)
{
	for (int32_t us = 0; us < ms * 1000; us += STEP_US)
		truck_move(&truck, goal, STEP_US);
}

static void a_truck_accelerates_to_its_speed_and_keeps_it(void **state)
{
	const struct truck_goal goal = ahead(400);

	(void)state;
	move(&goal, 2000);
	assert_in_range(truck.speed_um_s, 795 * MM, 805 * MM);
	assert_in_range(truck.front_um, 795 * MM, 805 * MM); /* a t² / 2 */
	move(&goal, 10000);
	assert_int_equal(truck.speed_um_s, TRUCK_SPEED_MM_S * MM);
}

static void a_truck_stops_where_it_was_told_to(void **state)
{
	struct truck_goal goal = ahead(800);
	int64_t last, hardest = 0;

	(void)state;
	goal.has_stop = true;
	goal.stop_um = 20000 * MM;
	for (int i = 0; i < 4000; i++) {
		last = truck.speed_um_s;
		truck_move(&truck, &goal, STEP_US);
		if (last - truck.speed_um_s > hardest)
			hardest = last - truck.speed_um_s;
	}
	assert_int_equal(truck.front_um, goal.stop_um);
	assert_int_equal(truck.speed_um_s, 0);
	assert_true(hardest <= (int64_t)TRUCK_BRAKING_MM_S2 * MM * STEP_US / 1000000);
}

static void a_stop_that_is_too_near_is_overrun_by_the_braking_distance(void **state)
{
	struct truck_goal goal = ahead(800);

	(void)state;
	truck.speed_um_s = TRUCK_SPEED_MM_S * MM;
	goal.has_stop = true;
	goal.stop_um = 500 * MM;
	move(&goal, 5000);
	assert_int_equal(truck.speed_um_s, 0);
	/* v² / 2a = 3215 mm */
	assert_in_range(truck.front_um, 3150 * MM, 3280 * MM);
}

static void a_truck_that_rolls_ahead_brakes_before_it_backs(void **state)
{
	const struct truck_goal back = {
		.direction = -1,
		.speed_mm_s = TRUCK_BACK_SPEED_MM_S,
		.acceleration_mm_s2 = 400,
	};

	(void)state;
	truck.speed_um_s = 1200 * MM;
	move(&back, 900);
	assert_true(truck.speed_um_s > 0);
	move(&back, 9000);
	assert_int_equal(truck.speed_um_s, -TRUCK_BACK_SPEED_MM_S * MM);
}

static void a_gap_lets_a_beam_through_and_spares_a_loop(void **state)
{
	(void)state;
	truck.front_um = (10000 + 4400) * MM; /* the gap is from 4000 to 4800 */
	assert_false(truck_covers(&truck, 10000, 10000));
	assert_true(truck_covers(&truck, 9000, 11000));
}

static void a_long_gap_opens_a_loop_of_two_metres(void **state)
{
	(void)state;
	truck.body = truck_body_of(BODY_LONG_ARTICULATED);
	truck.front_um = (10000 + 6800) * MM; /* from 5200 to 8400 */
	assert_false(truck_covers(&truck, 9000, 11000));
	truck.front_um = (10000 + 9000) * MM;
	assert_true(truck_covers(&truck, 9000, 11000));
}

static void nothing_is_felt_before_and_behind_the_vehicle(void **state)
{
	(void)state;
	truck.front_um = 10000 * MM;
	assert_true(truck_covers(&truck, 10000, 10000));
	assert_false(truck_covers(&truck, 10001, 12000));
	assert_true(truck_covers(&truck, -7100, -7100));
	assert_false(truck_covers(&truck, -9000, -7101));
}

static void the_axles_share_the_whole_weight(void **state)
{
	static const enum scenario_body bodies[] = {BODY_ARTICULATED, BODY_RIGID,
						    BODY_LONG_ARTICULATED};

	(void)state;
	truck.front_um = 20000 * MM;
	for (size_t i = 0; i < 3; i++) {
		truck.body = truck_body_of(bodies[i]);
		assert_int_equal(truck_load_g(&truck, 0, 20000), truck.gross_g);
	}
	truck.body = truck_body_of_van();
	assert_int_equal(truck_load_g(&truck, 0, 20000), truck.gross_g);
}

static void a_deck_carries_only_the_axles_on_it(void **state)
{
	(void)state;
	truck.front_um = 10000 * MM; /* axles at 8600, 6300, 5000 … */
	assert_int_equal(truck_load_g(&truck, 8000, 29000), truck.gross_g * 130 / 1000);
	assert_true(truck_has_axle_on(&truck, 8000, 29000));
	assert_false(truck_has_axle_on(&truck, 8700, 29000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_truck_accelerates_to_its_speed_and_keeps_it,
				       start),
		cmocka_unit_test_setup(a_truck_stops_where_it_was_told_to, start),
		cmocka_unit_test_setup(
			a_stop_that_is_too_near_is_overrun_by_the_braking_distance,
			start),
		cmocka_unit_test_setup(a_truck_that_rolls_ahead_brakes_before_it_backs,
				       start),
		cmocka_unit_test_setup(a_gap_lets_a_beam_through_and_spares_a_loop,
				       start),
		cmocka_unit_test_setup(a_long_gap_opens_a_loop_of_two_metres, start),
		cmocka_unit_test_setup(nothing_is_felt_before_and_behind_the_vehicle,
				       start),
		cmocka_unit_test_setup(the_axles_share_the_whole_weight, start),
		cmocka_unit_test_setup(a_deck_carries_only_the_axles_on_it, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

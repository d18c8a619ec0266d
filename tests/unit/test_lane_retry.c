/* SPDX-License-Identifier: MIT */
/*
 * A doubtful read is tried again before anybody is called.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "hal/text.h"
#include "tests/unit/lane_right_case.h"

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
	right_expect_held(REASON_PLATE_MISSING);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIGHT_TEST(a_doubtful_plate_is_read_again_and_the_better_read_counts),
		RIGHT_TEST(
			a_plate_that_stays_doubtful_holds_and_is_not_asked_for_for_ever),
		RIGHT_TEST(a_camera_without_a_trigger_is_given_a_moment),
		RIGHT_TEST(a_doubtful_plate_that_the_tag_settles_is_not_waited_for),
		RIGHT_TEST(nothing_is_retried_beyond_the_deadline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

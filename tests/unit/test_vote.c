/* SPDX-License-Identifier: MIT */
/*
 * Which plate the sources give together, and whether what was measured fits an order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/lane/fit.h"
#include "firmware/lane/vote.h"
#include "hal/text.h"

#define CERTAIN(plate)                                                                   \
	{                                                                                \
		VOTE_CERTAIN, (plate)                                                    \
	}
#define DOUBTFUL(plate)                                                                  \
	{                                                                                \
		VOTE_DOUBTFUL, (plate)                                                   \
	}
#define ABSENT                                                                           \
	{                                                                                \
		VOTE_ABSENT, ""                                                          \
	}

static void expect(struct vote_input in, const char *plate, const char *source)
{
	struct vote_result result = vote(&in);

	assert_string_equal(result.plate, plate);
	assert_string_equal(result.source, source);
	assert_non_null(result.rule);
}

static void certain_sources_that_agree_are_both_named(void **state)
{
	(void)state;
	expect((struct vote_input){.camera = CERTAIN("浙A12345"),
				   .tag = CERTAIN("浙A12345")},
	       "浙A12345", "camera+tag");
	expect((struct vote_input){.camera = CERTAIN("浙A12345"), .tag = ABSENT},
	       "浙A12345", "camera");
	expect((struct vote_input){.camera = CERTAIN("浙A12345"),
				   .tag = DOUBTFUL("浙B20416")},
	       "浙A12345", "camera");
}

static void certain_sources_that_differ_give_no_plate(void **state)
{
	struct vote_input in = {.camera = CERTAIN("浙A12345"),
				.tag = CERTAIN("浙B20416")};

	(void)state;
	assert_true(vote(&in).differs);
	expect(in, "", "");
	/* even where an order is for one of the two */
	in.order_count = 1;
	in.orders[0] = "浙A12345";
	assert_true(vote(&in).differs);
	expect(in, "", "");
}

static void a_certain_tag_decides_about_a_doubtful_camera(void **state)
{
	(void)state;
	expect((struct vote_input){.camera = DOUBTFUL("浙A1Z345"),
				   .tag = CERTAIN("浙A12345")},
	       "浙A12345", "tag");
	expect((struct vote_input){.camera = ABSENT, .tag = CERTAIN("浙A12345")},
	       "浙A12345", "tag");
}

static void an_order_confirms_a_doubtful_camera_that_is_one_character_off(void **state)
{
	struct vote_input in = {.camera = DOUBTFUL("浙A1Z345"),
				.tag = ABSENT,
				.order_count = 1,
				.orders = {"浙A12345"}};

	(void)state;
	expect(in, "浙A12345", "camera+order");
	in.orders[0] = "浙A1Z345";
	expect(in, "浙A1Z345", "camera+order");
	in.orders[0] = "浙A12346"; /* 5 is not taken for 6 */
	expect(in, "", "");
	in.orders[0] = "浙A1234S"; /* two places */
	expect(in, "", "");
}

static void two_orders_that_a_doubtful_camera_may_mean_confirm_nothing(void **state)
{
	struct vote_input in = {
		.camera = DOUBTFUL("浙A1B345"),
		.tag = ABSENT,
		.order_count = 2,
		.orders = {"浙A1B345", "浙A18345"}
	};

	(void)state;
	expect(in, "", "");
	in.orders[1] = "浙A1B345"; /* two orders for one vehicle do */
	expect(in, "浙A1B345", "camera+order");
}

static void a_rear_plate_or_what_is_none_says_nothing(void **state)
{
	(void)state;
	expect((struct vote_input){.camera = CERTAIN("浙A6101挂"), .tag = ABSENT}, "",
	       "");
	expect((struct vote_input){.camera = CERTAIN("浙A6101挂"),
				   .tag = CERTAIN("浙A12345")},
	       "浙A12345", "tag");
	expect((struct vote_input){.camera = CERTAIN("12345"), .tag = ABSENT}, "", "");
	expect((struct vote_input){.camera = ABSENT, .tag = CERTAIN("")}, "", "");
}

static void a_card_names_the_plate_only_where_nothing_else_could(void **state)
{
	struct vote_input in = {.camera = ABSENT,
				.tag = ABSENT,
				.order_count = 1,
				.orders = {"浙A12345"},
				.has_card_only = true};

	(void)state;
	expect(in, "浙A12345", "card+order");
	in.has_card_only = false;
	expect(in, "", "");
}

/* ---- fit ------------------------------------------------------------------------------- */

static struct site_lane lane;
static struct order order;
static struct tare tare;

static int set_up(void **state)
{
	(void)state;
	memset(&lane, 0, sizeof(lane));
	memset(&order, 0, sizeof(order));
	memset(&tare, 0, sizeof(tare));
	for (int i = 0; i < SITE_ORDER_TYPES; i++)
		lane.tolerances[i] = (struct site_tolerance){.percent = 5, .g = 100000};
	lane.empty_tolerance_g = 500000;
	order.type = 2;
	order.weights = (struct order_weights){8600000, 6200000, 3800000, 18400000};
	order.box_count = 1;
	text_copy(order.boxes[0], sizeof(order.boxes[0]), "CSQU3054383");
	return 0;
}

static struct fit fit(int64_t gross_g, const char *first, const char *second)
{
	struct fit_input in = {.order = &order,
			       .tare = &tare,
			       .has_weight = gross_g > 0,
			       .gross_g = gross_g};

	if (first)
		in.boxes[in.box_count++] = first;
	if (second)
		in.boxes[in.box_count++] = second;
	return fit_judge(&lane, &in);
}

static void a_weight_differs_beyond_the_larger_of_percent_and_kilograms(void **state)
{
	(void)state;
	assert_int_equal(fit(37000000, "CSQU3054383", NULL).weight, FIT_WELL);
	assert_int_equal(fit(38850000, "CSQU3054383", NULL).weight, FIT_WELL);
	assert_int_equal(fit(38850001, "CSQU3054383", NULL).weight, FIT_WEIGHT_DIFFERS);
	assert_int_equal(fit(35149999, "CSQU3054383", NULL).weight, FIT_WEIGHT_DIFFERS);
	assert_int_equal(fit(38850001, NULL, NULL).difference_g, 1850001);
	lane.tolerances[1] = (struct site_tolerance){.percent = 1, .g = 2000000};
	assert_int_equal(fit(38850001, NULL, NULL).weight, FIT_WELL);
	assert_int_equal(fit(39000001, NULL, NULL).weight, FIT_WEIGHT_DIFFERS);
}

static void not_weighed_is_not_0_kg(void **state)
{
	(void)state;
	assert_int_equal(fit(0, NULL, NULL).weight, FIT_NOT_WEIGHED);
	memset(&order.weights, 0, sizeof(order.weights));
	assert_int_equal(fit(37000000, NULL, NULL).weight, FIT_NOT_WEIGHED);
}

static void every_box_that_was_read_is_on_the_order_and_the_other_way_round(void **state)
{
	(void)state;
	assert_false(fit(37000000, "CSQU3054383", NULL).box_differs);
	assert_true(fit(37000000, NULL, NULL).box_differs);
	assert_true(fit(37000000, "CBHU3202732", NULL).box_differs);
	assert_true(fit(37000000, "CSQU3054383", "CBHU3202732").box_differs);
	order.box_count = 2;
	text_copy(order.boxes[1], sizeof(order.boxes[1]), "CBHU3202732");
	assert_false(fit(37000000, "CBHU3202732", "CSQU3054383").box_differs);
	assert_true(fit(37000000, "CSQU3054383", NULL).box_differs);
}

static void an_empty_vehicle_is_compared_with_its_tare(void **state)
{
	(void)state;
	order.type = ORDER_TYPE_EMPTY;
	order.box_count = 0;
	order.weights = (struct order_weights){.vehicle_g = 8600000, .frame_g = 6200000};
	assert_int_equal(fit(15300000, NULL, NULL).weight, FIT_WELL);
	assert_int_equal(fit(15300001, NULL, NULL).weight, FIT_WEIGHT_DIFFERS);
	/* and with the learned one where the order says none */
	memset(&order.weights, 0, sizeof(order.weights));
	assert_int_equal(fit(14800000, NULL, NULL).weight, FIT_NOT_WEIGHED);
	tare = (struct tare){.median_g = 14800000, .count = 3};
	assert_int_equal(fit(14800000, NULL, NULL).weight, FIT_WELL);
	tare.count = 2; /* too few to go by */
	assert_int_equal(fit(14800000, NULL, NULL).weight, FIT_NOT_WEIGHED);
}

static void an_orders_tare_is_compared_with_the_learned_one(void **state)
{
	(void)state;
	tare = (struct tare){.median_g = 14000000, .count = 5};
	assert_false(fit(37000000, NULL, NULL).tare_differs); /* no limit */
	lane.tare_limit_g = 500000;
	assert_true(fit(37000000, NULL, NULL).tare_differs);
	assert_int_equal(fit(37000000, NULL, NULL).tare_difference_g, 800000);
	tare.median_g = 14400000;
	assert_false(fit(37000000, NULL, NULL).tare_differs);
}

#define FIT_TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(certain_sources_that_agree_are_both_named),
		cmocka_unit_test(certain_sources_that_differ_give_no_plate),
		cmocka_unit_test(a_certain_tag_decides_about_a_doubtful_camera),
		cmocka_unit_test(
			an_order_confirms_a_doubtful_camera_that_is_one_character_off),
		cmocka_unit_test(
			two_orders_that_a_doubtful_camera_may_mean_confirm_nothing),
		cmocka_unit_test(a_rear_plate_or_what_is_none_says_nothing),
		cmocka_unit_test(a_card_names_the_plate_only_where_nothing_else_could),
		FIT_TEST(a_weight_differs_beyond_the_larger_of_percent_and_kilograms),
		FIT_TEST(not_weighed_is_not_0_kg),
		FIT_TEST(every_box_that_was_read_is_on_the_order_and_the_other_way_round),
		FIT_TEST(an_empty_vehicle_is_compared_with_its_tare),
		FIT_TEST(an_orders_tare_is_compared_with_the_learned_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

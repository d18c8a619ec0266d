/* SPDX-License-Identifier: MIT */
/*
 * What a vehicle carried, in the end of its passage: what is known, and nothing that is not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "firmware/lane/lane_internal.h"
#include "hal/text.h"
#include "tests/unit/lane_right_case.h"

static void pass(void)
{
	case_ask();
	bench_answer(&b, NULL, CASE_RELEASE, "");
	case_pass_through();
}

static void expect_closed(const char *words)
{
	if (bench_count(&b, EVENT_PASSAGE_CLOSED, words) != 1)
		fail_msg("no end of a passage with '%s'", words);
}

static void expect_not_closed(const char *word)
{
	if (bench_count(&b, EVENT_PASSAGE_CLOSED, word) != 0)
		fail_msg("the end of a passage has '%s'", word);
}

static void what_an_order_and_the_devices_say_is_recorded(void **state)
{
	(void)state;
	bench_file_order(&b);
	text_copy(b.samples[BENCH_BOX].value.reads.read[0].size, DEVICE_SIZE_MAX + 1,
		  "22G1");
	pass();
	expect_closed("gross_g=37000000 direction=I order_type=2 boxes=1 size_front=22G1 "
		      "load=loaded");
	expect_not_closed("size_rear");
}

static void what_nobody_said_is_not_in_the_record(void **state)
{
	(void)state;
	pass();
	expect_closed("direction=I boxes=1");
	expect_not_closed("order_type");
	expect_not_closed("size_front");
	expect_not_closed("load=");
}

static void a_lane_without_box_reader_and_scale_counts_neither(void **state)
{
	(void)state;
	bench_equip(&b, 1u << BENCH_PLATE | 1u << BENCH_CARD, false);
	bench_restart(&b);
	pass();
	expect_closed("direction=I");
	expect_not_closed("boxes=");
	expect_not_closed("gross_g");
}

/* ---- loaded or empty ---------------------------------------------------------------------- */

static struct order order;
static struct tare tare;
static struct load_input in;

static int load_set_up(void **state)
{
	right_set_up(state);
	order = (struct order){
		.type = 2, .weights = {8600000, 6200000, 3800000, 18400000}
	};
	tare = (struct tare){.median_g = 15000000, .count = 3};
	in = (struct load_input){
		.order = &order, .tare = &tare, .has_weight = true, .box_count = 1};
	return 0;
}

static void expect_load(int64_t gross_g, enum fit_load load)
{
	in.gross_g = gross_g;
	assert_int_equal(fit_judge_load(&b.site.lanes[0], &in), load);
}

static void the_scale_and_not_the_order_says_whether_there_are_goods(void **state)
{
	(void)state;
	expect_load(37000000, LOAD_GOODS);
	expect_load(18600000, LOAD_EMPTY);
	expect_load(19100000, LOAD_EMPTY); /* within the lane's tolerance */
	expect_load(19100001, LOAD_GOODS);
	expect_load(18099999, LOAD_UNKNOWN); /* lighter than the vehicle is */
	in.has_weight = false;
	expect_load(37000000, LOAD_UNKNOWN);
}

static void a_box_of_unknown_weight_leaves_it_open(void **state)
{
	(void)state;
	order.weights.container_g = 0;
	expect_load(37000000, LOAD_UNKNOWN);
	in.order = NULL;
	expect_load(37000000, LOAD_UNKNOWN);
	expect_load(15000000,
		    LOAD_UNKNOWN); /* and yet it has a box: something is wrong */
	in.box_count = -1;
	expect_load(37000000, LOAD_UNKNOWN); /* nobody looked for one */
	expect_load(15000000, LOAD_EMPTY);
	in.box_count = 0;
	expect_load(37000000, LOAD_GOODS);
	tare.count = 2;
	expect_load(37000000, LOAD_UNKNOWN); /* seen too seldom */
}

int main(void)
{
#define LOAD_TEST(name)                                                                  \
	cmocka_unit_test_setup_teardown(name, load_set_up, case_nobody_was_hit)
	const struct CMUnitTest tests[] = {
		RIGHT_TEST(what_an_order_and_the_devices_say_is_recorded),
		RIGHT_TEST(what_nobody_said_is_not_in_the_record),
		RIGHT_TEST(a_lane_without_box_reader_and_scale_counts_neither),
		LOAD_TEST(the_scale_and_not_the_order_says_whether_there_are_goods),
		LOAD_TEST(a_box_of_unknown_weight_leaves_it_open),
	};

	return cmocka_run_group_tests_name("lane_carried", tests, NULL, NULL);
}

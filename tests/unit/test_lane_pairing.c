/* SPDX-License-Identifier: MIT */
/*
 * Two gates in series on one controller: the first hands a vehicle over, the second takes it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hal/text.h"
#include "tests/unit/lane_case.h"

enum { BETWEEN_S = 600 };

/* The first gate; `b` is the second one. */
static struct bench first;

/* Both have been there for so long that nobody on the way came before the start. */
static int set_up(void **state)
{
	struct site *site = &b.site;

	(void)state;
	bench_begin(&first);
	bench_begin(&b);
	first.pairing = b.pairing;
	site->lane_count = 2;
	site->lanes[1] = site->lanes[0];
	text_copy(site->lanes[1].name, sizeof(site->lanes[1].name), "in0");
	site->lanes[1].gate = GATE_FIRST;
	site->lanes[0].gate = GATE_SECOND;
	site->lanes[0].between_s = BETWEEN_S;
	first.site.lanes[1] = site->lanes[1];
	first.site.lane_count = 2;
	lane_init(&first.lane, &first.site, 1);
	b.pairing->since_ms = b.now_ms - 1000 * (BETWEEN_S + 1);
	return 0;
}

/* An ordinary truck passes the first gate; the second one's time goes on as the first one's. */
static void pass_first(void)
{
	bench_run(&first, 200);
	bench_bring_truck(&first);
	assert_true(bench_run_until(&first, LANE_ASKING, 3000));
	bench_answer(&first, NULL, CASE_RELEASE, "");
	assert_true(bench_run_until(&first, LANE_PASSING, 3000));
	bench_drive(&first, &first.vehicle, BENCH_GONE_MM);
	first.vehicle.is_here = false;
	bench_weigh(&first, 0, true);
	assert_true(bench_run_until(&first, LANE_IDLE, 8000));
	b.now_ms = first.now_ms;
}

static void expect_hold(enum reason reason)
{
	bench_bring_truck(&b);
	assert_true(bench_run_until(&b, LANE_HELD, 3000));
	assert_int_equal(b.lane.reason, reason);
	assert_string_equal(b.lane.sign, "请等候人工");
	assert_int_equal(b.asks, 0);
	assert_int_equal(bench_count(&b, EVENT_ALARM, reason_text(reason)), 1);
}

static void a_truck_that_passed_the_first_gate_is_asked_for_at_the_second(void **state)
{
	(void)state;
	pass_first();
	assert_int_equal(bench_count(&first, EVENT_HANDED_OVER, "plate=浙A12345"), 1);
	case_ask();
	assert_int_equal(
		bench_count(&b, EVENT_TAKEN_OVER, "first_passage=1 first_lane=in0"), 1);
	bench_answer(&b, NULL, CASE_RELEASE, "");
	case_pass_through();
	case_expect_closed("passed", "release", "00");
}

static void one_passage_of_the_first_gate_is_good_for_one_of_the_second(void **state)
{
	(void)state;
	pass_first();
	case_ask();
	case_back_out(); /* it did not pass: it may come again */
	case_ask();
	bench_answer(&b, NULL, CASE_RELEASE, "");
	case_pass_through();
	b.asks = 0;
	expect_hold(REASON_FIRST_GATE_MISSED);
}

static void a_truck_that_never_passed_the_first_gate_is_held(void **state)
{
	(void)state;
	expect_hold(REASON_FIRST_GATE_MISSED);
	bench_act(&b, ACT_RELEASE, b.lane.passage);
	case_pass_through();
	case_expect_closed("passed", "release", "10");
}

static void a_truck_that_took_too_long_between_the_gates_is_held(void **state)
{
	(void)state;
	pass_first();
	b.now_ms += 1000 * BETWEEN_S;
	bench_run(&b, 200);
	expect_hold(REASON_FIRST_GATE_LATE);
}

static void soon_after_a_start_the_officer_is_told_that_it_is_not_known(void **state)
{
	(void)state;
	b.pairing->since_ms = b.now_ms;
	expect_hold(REASON_FIRST_GATE_UNKNOWN);
}

static void a_truck_that_was_sent_to_inspection_was_not_handed_over(void **state)
{
	(void)state;
	first.site.lanes[1].on_inspection = STEEL_LIFTS;
	bench_run(&first, 200);
	bench_bring_truck(&first);
	assert_true(bench_run_until(&first, LANE_ASKING, 3000));
	bench_answer(&first, NULL, "w1w00000001002000000", "");
	assert_true(bench_run_until(&first, LANE_PASSING, 3000));
	bench_drive(&first, &first.vehicle, BENCH_GONE_MM);
	bench_run(&first, 3000);
	assert_int_equal(bench_count(&first, EVENT_PASSAGE_CLOSED, "to_inspection"), 1);
	assert_int_equal(bench_count(&first, EVENT_HANDED_OVER, NULL), 0);
	expect_hold(REASON_FIRST_GATE_MISSED);
}

static void without_a_first_gate_of_its_own_direction_customs_decides(void **state)
{
	(void)state;
	b.site.lanes[1].direction = 'E';
	case_ask();
	bench_answer(&b, NULL, CASE_RELEASE, "");
	case_pass_through();
	assert_int_equal(bench_count(&b, EVENT_TAKEN_OVER, NULL), 0);
}

static struct pairing_entry entry_of(int64_t at_ms, const char *plate, const char *tag)
{
	struct pairing_entry entry = {.at_ms = at_ms, .direction = 'I', .passage = at_ms};

	text_copy(entry.plate, sizeof(entry.plate), plate);
	text_copy(entry.tag, sizeof(entry.tag), tag);
	return entry;
}

static void a_vehicle_is_known_by_its_plate_or_its_tag_and_in_its_direction(void **state)
{
	static struct pairing pairing;
	const struct pairing_entry *found;
	struct pairing_entry entry = entry_of(100, "浙A12345", "T1");

	(void)state;
	pairing_init(&pairing, 1);
	pairing_note(&pairing, &entry);
	assert_int_equal(pairing_find(&pairing, 'I', "浙A12345", "", 200, 100, &found),
			 PAIRING_FOUND);
	assert_int_equal(pairing_find(&pairing, 'I', "", "T1", 200, 100, &found),
			 PAIRING_FOUND);
	assert_int_equal(pairing_find(&pairing, 'I', "浙A12345", "", 201, 100, &found),
			 PAIRING_LATE);
	assert_int_equal(found->passage, 100);
	assert_int_equal(pairing_find(&pairing, 'E', "浙A12345", "T1", 200, 100, &found),
			 PAIRING_NEVER);
	assert_int_equal(pairing_find(&pairing, 'I', "", "", 200, 100, &found),
			 PAIRING_NEVER);
}

static void what_a_full_table_has_forgotten_is_not_called_never(void **state)
{
	static struct pairing pairing;
	const struct pairing_entry *found;
	char plate[8] = "P000";

	(void)state;
	pairing_init(&pairing, 1);
	for (int i = 0; i <= PAIRING_KEPT; i++) {
		struct pairing_entry entry;

		plate[1] = (char)('0' + i / 100);
		plate[2] = (char)('0' + i / 10 % 10);
		plate[3] = (char)('0' + i % 10);
		entry = entry_of(1000 + i, plate, "");
		pairing_note(&pairing, &entry);
	}
	assert_int_equal(pairing_find(&pairing, 'I', "P001", "", 1500, 1000, &found),
			 PAIRING_FOUND);
	assert_int_equal(pairing_find(&pairing, 'I', "P000", "", 1500, 1000, &found),
			 PAIRING_UNKNOWN);
}

#define PAIR_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, case_nobody_was_hit)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PAIR_TEST(a_truck_that_passed_the_first_gate_is_asked_for_at_the_second),
		PAIR_TEST(one_passage_of_the_first_gate_is_good_for_one_of_the_second),
		PAIR_TEST(a_truck_that_never_passed_the_first_gate_is_held),
		PAIR_TEST(a_truck_that_took_too_long_between_the_gates_is_held),
		PAIR_TEST(soon_after_a_start_the_officer_is_told_that_it_is_not_known),
		PAIR_TEST(a_truck_that_was_sent_to_inspection_was_not_handed_over),
		PAIR_TEST(without_a_first_gate_of_its_own_direction_customs_decides),
		cmocka_unit_test(
			a_vehicle_is_known_by_its_plate_or_its_tag_and_in_its_direction),
		cmocka_unit_test(what_a_full_table_has_forgotten_is_not_called_never),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

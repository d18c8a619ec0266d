/* SPDX-License-Identifier: MIT */
/*
 * The door of the cabinet: it is an event and an alarm, and hinders nobody.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/lane_case.h"

static int set_up(void **state)
{
	if (case_set_up(state))
		return -1;
	b.site.lanes[0].lines[LINE_DOOR].is_used = true;
	return 0;
}

#define DOOR_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, case_nobody_was_hit)

static void open_for(int32_t ms)
{
	b.door_is_open = true;
	bench_run(&b, ms);
	b.door_is_open = false;
}

static void acknowledge(void)
{
	bench_act_on(&b, ACT_ACK, 0, EVIDENCE_KINDS, "cabinet_open");
	assert_int_equal(b.result.error, KAKOU_OK);
	bench_run(&b, 50);
}

static void expect_alarms(int begun, int ended)
{
	assert_int_equal(bench_count(&b, EVENT_ALARM, "code=cabinet_open"), begun);
	assert_int_equal(bench_count(&b, EVENT_ALARM_ENDED, "code=cabinet_open"), ended);
}

static void an_opened_cabinet_alarms_in_the_scan_that_sees_it(void **state)
{
	(void)state;
	b.door_is_open = true;
	bench_scan(&b);
	assert_int_equal(bench_count(&b, EVENT_DOOR, "what=opened"), 1);
	expect_alarms(1, 0);
}

static void the_alarm_stands_until_the_cabinet_is_shut_and_a_person_has_seen_it(
	void **state)
{
	(void)state;
	open_for(5000);
	bench_run(&b, 3000);
	assert_int_equal(bench_count(&b, EVENT_DOOR, "what=shut open_ms=49"), 1);
	expect_alarms(1, 0); /* it was opened, and nobody knows */
	acknowledge();
	expect_alarms(1, 1);
}

static void an_alarm_that_was_seen_ends_when_the_cabinet_is_shut(void **state)
{
	(void)state;
	b.door_is_open = true;
	bench_run(&b, 100);
	acknowledge();
	bench_run(&b, 5000);
	expect_alarms(1, 0);
	b.door_is_open = false;
	bench_run(&b, 1500);
	expect_alarms(1, 1);
	open_for(100);
	expect_alarms(2, 1); /* one that comes again is a new one */
}

static void a_contact_that_rattles_is_one_opening(void **state)
{
	(void)state;
	for (int i = 0; i < 100; i++) {
		open_for(20);
		bench_run(&b, 200);
	}
	assert_int_equal(bench_count(&b, EVENT_DOOR, NULL), 1);
	bench_run(&b, 1500);
	assert_int_equal(bench_count(&b, EVENT_DOOR, NULL), 2);
	expect_alarms(1, 0);
}

static void an_opening_while_the_record_has_no_room_is_recorded_afterwards(void **state)
{
	(void)state;
	b.record_is_full = true;
	open_for(100);
	bench_run(&b, 3000);
	assert_int_equal(bench_count(&b, EVENT_DOOR, NULL), 0);
	b.record_is_full = false;
	bench_run(&b, 100);
	assert_int_equal(bench_count(&b, EVENT_DOOR, "what=opened"), 1);
	assert_int_equal(bench_count(&b, EVENT_DOOR, "what=shut"), 1);
	expect_alarms(1, 0);
}

static void lines_that_are_lost_neither_open_nor_shut_the_cabinet(void **state)
{
	(void)state;
	b.is_blind = true;
	open_for(2000);
	bench_run(&b, 2000);
	assert_int_equal(bench_count(&b, EVENT_DOOR, NULL), 0);
	b.is_blind = false;
	bench_run(&b, 100);
	assert_int_equal(bench_count(&b, EVENT_OBSERVED, "door=shut"), 1);
	b.door_is_open = true;
	bench_run(&b, 100);
	b.is_blind = true;
	b.door_is_open = false;
	bench_run(&b, 4000);
	assert_int_equal(bench_count(&b, EVENT_DOOR, "what=shut"), 0);
	b.is_blind = false;
	bench_run(&b, 100);
	assert_int_equal(bench_count(&b, EVENT_DOOR, "what=shut"), 1);
}

static void a_start_says_how_it_found_the_cabinet(void **state)
{
	(void)state;
	b.door_is_open = true;
	bench_run(&b, 100);
	bench_restart(&b);
	bench_run(&b, 500);
	assert_int_equal(bench_count(&b, EVENT_OBSERVED, "door=open"), 1);
	assert_int_equal(bench_count(&b, EVENT_DOOR, "what=opened"), 2);
	expect_alarms(2, 0);
}

static void a_truck_passes_while_the_cabinet_is_open(void **state)
{
	(void)state;
	b.door_is_open = true;
	case_ask();
	bench_answer(&b, NULL, CASE_RELEASE, "");
	case_pass_through();
	case_expect_closed("passed", "release", "00");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DOOR_TEST(an_opened_cabinet_alarms_in_the_scan_that_sees_it),
		DOOR_TEST(
			the_alarm_stands_until_the_cabinet_is_shut_and_a_person_has_seen_it),
		DOOR_TEST(an_alarm_that_was_seen_ends_when_the_cabinet_is_shut),
		DOOR_TEST(a_contact_that_rattles_is_one_opening),
		DOOR_TEST(an_opening_while_the_record_has_no_room_is_recorded_afterwards),
		DOOR_TEST(lines_that_are_lost_neither_open_nor_shut_the_cabinet),
		DOOR_TEST(a_start_says_how_it_found_the_cabinet),
		DOOR_TEST(a_truck_passes_while_the_cabinet_is_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * The demonstration's book: trucks and passages, holds and the officer, lifts and the events
 * before them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tools/demo/book.h"

enum { WALL = 1800000000 };

static struct book *book;
static int64_t seq;

static int set_up(void **state)
{
	(void)state;
	seq = 0;
	return book_create(&book);
}

static int tear_down(void **state)
{
	(void)state;
	book_destroy(book);
	return 0;
}

static void add(const char *n, const char *lane, const char *officer)
{
	struct book_truck truck = {
		.expect = {.verdict = "release",
			   .by = "customs",
			   .reason = "-",
			   .lift = "00"}
	};
	struct why why;

	(void)snprintf(truck.n, sizeof(truck.n), "%s", n);
	(void)snprintf(truck.lane, sizeof(truck.lane), "%s", lane);
	(void)snprintf(truck.officer, sizeof(truck.officer), "%s", officer);
	assert_int_equal(book_add(book, &truck, &why), KAKOU_OK);
}

static int64_t note(const char *kind, const char *lane, int64_t passage, int64_t ms)
{
	struct book_event event = {
		.seq = ++seq, .passage = passage, .mono_ms = ms, .wall_ms = WALL + ms};

	(void)snprintf(event.kind, sizeof(event.kind), "%s", kind);
	(void)snprintf(event.lane, sizeof(event.lane), "%s", lane);
	assert_int_equal(book_note_event(book, &event), KAKOU_OK);
	return seq;
}

static void command(const char *lane, int64_t authorised, int64_t ms)
{
	struct book_event event = {.seq = ++seq,
				   .mono_ms = ms,
				   .authorised = authorised,
				   .kind = "lift_commanded"};

	(void)snprintf(event.lane, sizeof(event.lane), "%s", lane);
	assert_int_equal(book_note_event(book, &event), KAKOU_OK);
}

static void lift(const char *lane, int64_t ms)
{
	struct book_lift seen = {.mono_ms = ms};

	(void)snprintf(seen.lane, sizeof(seen.lane), "%s", lane);
	assert_int_equal(book_note_lift(book, &seen), KAKOU_OK);
}

static int64_t passage_of(const char *n)
{
	return book_find(book, n)->passage;
}

/* ---- matching ------------------------------------------------------------------------- */

static void a_truck_and_a_passage_match_by_lane_and_time_in_either_order(void **state)
{
	(void)state;
	add("01", "in1", "");
	add("02", "out1", "");
	book_note_arrival(book, "01", WALL + 1000, 1000);
	note("passage_opened", "in1", 1, 1060);
	note("passage_opened", "out1", 2, 1200);
	book_note_arrival(book, "02", WALL + 1150, 1150);
	assert_int_equal(passage_of("01"), 1);
	assert_int_equal(passage_of("02"), 2);
}

static void a_passage_of_another_lane_never_matches(void **state)
{
	(void)state;
	add("01", "in1", "");
	book_note_arrival(book, "01", WALL + 1000, 1000);
	note("passage_opened", "out1", 1, 1000);
	assert_int_equal(passage_of("01"), 0);
}

static void a_passage_may_wait_for_the_arm_to_come_down(void **state)
{
	(void)state;
	add("01", "in1", "");
	add("02", "in1", "");
	book_note_arrival(book, "01", WALL + 1000, 1000);
	note("passage_opened", "in1", 1, 1050);
	book_note_arrival(book, "02", WALL + 20000, 20000);
	note("passage_opened", "in1", 2, 23500);
	assert_int_equal(passage_of("02"), 2);
}

static void a_passage_opened_before_the_truck_came_is_another_vehicle(void **state)
{
	(void)state;
	add("01", "in1", "");
	note("passage_opened", "in1", 1, 5000);
	book_note_arrival(book, "01", WALL + 6000, 6000);
	note("passage_opened", "in1", 2, 6040);
	assert_int_equal(passage_of("01"), 2);
}

static void a_truck_that_has_gone_gets_no_later_passage(void **state)
{
	(void)state;
	add("01", "in1", "");
	book_note_arrival(book, "01", WALL + 1000, 1000);
	book_note_departure(book, "01", WALL + 3000, 3000);
	note("passage_opened", "in1", 1, 4000);
	assert_int_equal(passage_of("01"), 0);
	assert_null(book_judge_lost(book, 3000 + BOOK_NO_PASSAGE_MS - 1));
	assert_non_null(book_judge_lost(book, 3000 + BOOK_NO_PASSAGE_MS));
	assert_false(book_find(book, "01")->is_ok);
	assert_null(book_judge_lost(book, 3000 + BOOK_NO_PASSAGE_MS));
}

/* ---- judging ---------------------------------------------------------------------------- */

static void a_report_is_fetched_when_the_passage_is_closed_and_the_truck_is_gone(
	void **state)
{
	(void)state;
	add("01", "in1", "");
	book_note_arrival(book, "01", WALL + 1000, 1000);
	note("passage_opened", "in1", 1, 1050);
	assert_null(book_next_to_ask(book, 2000));
	note("passage_closed", "in1", 1, 9000);
	assert_null(book_next_to_ask(book, 9000));
	book_note_departure(book, "01", WALL + 9500, 9500);
	assert_ptr_equal(book_next_to_ask(book, 9500), book_find(book, "01"));
	assert_null(book_next_to_ask(book, 9500));
}

static struct report good_report(void)
{
	return (struct report){.passage = 1,
			       .verdict = "release",
			       .by = "customs",
			       .reason = "-",
			       .lift = "00"};
}

static void lines_are_printed_in_the_order_of_the_trucks(void **state)
{
	struct report report = good_report();

	(void)state;
	add("01", "in1", "");
	add("02", "out1", "");
	book_judge(book_find(book, "02"), &report, 0);
	assert_null(book_next_to_print(book));
	assert_false(book_is_full(book));
	book_judge(book_find(book, "01"), &report, 0);
	assert_string_equal(book_next_to_print(book)->n, "01");
	assert_string_equal(book_next_to_print(book)->n, "02");
	assert_null(book_next_to_print(book));
	assert_true(book_is_full(book));
}

static void a_note_that_may_still_come_is_waited_for_but_not_for_ever(void **state)
{
	struct report report = good_report();
	struct book_truck *truck;

	(void)state;
	add("14", "in1", "");
	truck = book_find(book, "14");
	truck->expect.note_count = 1;
	(void)snprintf(truck->expect.notes[0], sizeof(truck->expect.notes[0]),
		       "answer late");
	book_note_arrival(book, "14", WALL + 1000, 1000);
	note("passage_opened", "in1", 1, 1050);
	note("passage_closed", "in1", 1, 9000);
	book_note_departure(book, "14", WALL + 9500, 9500);
	assert_non_null(book_next_to_ask(book, 9500));
	book_judge(truck, &report, 9600);
	assert_false(truck->is_judged);
	assert_null(book_next_to_ask(book, 9700));
	assert_non_null(book_next_to_ask(book, 9600 + BOOK_ASK_AGAIN_MS));
	book_judge(truck, &report, 9500 + BOOK_NOTES_MS);
	assert_true(truck->is_judged);
	assert_false(truck->is_ok);
}

static void endless_traffic_forgets_what_is_printed(void **state)
{
	struct report report = good_report();
	char n[8];

	(void)state;
	for (int i = 1; i <= 20; i++) {
		(void)snprintf(n, sizeof(n), "%02d", i);
		add(n, "in1", "");
	}
	for (int i = 1; i <= 10; i++) {
		(void)snprintf(n, sizeof(n), "%02d", i);
		book_judge(book_find(book, n), &report, 0);
		assert_non_null(book_next_to_print(book));
	}
	book_forget(book, 4);
	assert_int_equal(book_count(book), 14);
	assert_null(book_find(book, "06"));
	assert_non_null(book_find(book, "07"));
}

/* ---- the officer ------------------------------------------------------------------------ */

static void a_hold_is_handed_out_once_when_it_is_old_enough(void **state)
{
	struct book_hold hold;

	(void)state;
	add("05", "in1", "return");
	book_note_arrival(book, "05", WALL + 1000, 1000);
	note("passage_opened", "in1", 1, 1050);
	note("hold", "in1", 1, 4000);
	assert_false(book_next_hold(book, 4000 + BOOK_OFFICER_MS - 1, &hold));
	assert_true(book_next_hold(book, 4000 + BOOK_OFFICER_MS, &hold));
	assert_int_equal(hold.passage, 1);
	assert_string_equal(hold.truck->officer, "return");
	assert_false(book_next_hold(book, 4000 + 2 * BOOK_OFFICER_MS, &hold));
}

static void a_hold_that_ended_by_itself_needs_no_officer(void **state)
{
	struct book_hold hold;

	(void)state;
	note("passage_opened", "in1", 1, 1050);
	note("hold", "in1", 1, 4000);
	note("lift_authorised", "in1", 1, 6000);
	assert_false(book_next_hold(book, 20000, &hold));
	note("passage_opened", "in1", 2, 21000);
	note("hold", "in1", 2, 22000);
	note("passage_closed", "in1", 2, 23000);
	assert_false(book_next_hold(book, 40000, &hold));
}

static void note_act(const char *act, int64_t passage)
{
	struct book_event event = {.seq = ++seq,
				   .passage = passage,
				   .mono_ms = 5000,
				   .wall_ms = WALL + 5000,
				   .kind = "officer_act",
				   .lane = "in1"};

	(void)snprintf(event.act, sizeof(event.act), "%s", act);
	assert_int_equal(book_note_event(book, &event), KAKOU_OK);
}

static void somebody_else_s_act_ends_a_hold_only_when_it_is_about_the_vehicle(
	void **state)
{
	struct book_hold hold;

	(void)state;
	note("passage_opened", "in1", 1, 1050);
	note("hold", "in1", 1, 4000);
	note_act("ack", 1);
	note_act("emergency-mode", 1);
	assert_true(book_next_hold(book, 20000, &hold));
	note("hold", "in1", 1, 21000);
	note_act("return", 1);
	assert_false(book_next_hold(book, 40000, &hold));
}

/* ---- lifts -------------------------------------------------------------------------------- */

static void a_lift_with_its_command_before_it_is_recorded(void **state)
{
	(void)state;
	command("in1", note("lift_authorised", "in1", 1, 1000), 1020);
	lift("in1", 1100);
	book_settle_lifts(book, 5000);
	assert_int_equal(book_lifts(book), 1);
	assert_int_equal(book_yard_lifts(book), 1);
	assert_int_equal(book_unrecorded(book), 0);
}

static void lifts_are_settled_only_up_to_the_instant(void **state)
{
	(void)state;
	lift("in1", 6000);
	book_settle_lifts(book, 5999);
	assert_int_equal(book_yard_lifts(book), 0);
	command("in1", note("lift_authorised", "in1", 1, 5900), 5950);
	book_settle_lifts(book, 6000);
	assert_int_equal(book_yard_lifts(book), 1);
	assert_int_equal(book_unrecorded(book), 0);
}

static void a_lift_before_its_command_is_unrecorded(void **state)
{
	(void)state;
	lift("in1", 1000);
	command("in1", note("lift_authorised", "in1", 1, 990), 1001);
	book_settle_lifts(book, 5000);
	assert_int_equal(book_unrecorded(book), 1);
}

static void a_command_whose_authorisation_is_not_in_the_record_permits_nothing(
	void **state)
{
	(void)state;
	command("in1", 77, 1000);
	lift("in1", 1100);
	book_settle_lifts(book, 5000);
	assert_int_equal(book_unrecorded(book), 1);
}

static void an_authorisation_alone_permits_nothing(void **state)
{
	(void)state;
	note("lift_authorised", "in1", 1, 1000);
	lift("in1", 1100);
	book_settle_lifts(book, 5000);
	assert_int_equal(book_unrecorded(book), 1);
}

static void one_command_explains_one_lift_of_its_own_lane(void **state)
{
	(void)state;
	command("in1", note("lift_authorised", "in1", 1, 1000), 1020);
	lift("in1", 1100);
	lift("in1", 1200);
	lift("out1", 1100);
	book_settle_lifts(book, 5000);
	assert_int_equal(book_yard_lifts(book), 3);
	assert_int_equal(book_unrecorded(book), 2);
}

static void a_raise_for_safety_is_explained_by_its_event(void **state)
{
	struct book_event event = {
		.seq = 1, .mono_ms = 1000, .kind = "safety", .lane = "in1", .rule = "S1"};

	(void)state;
	assert_int_equal(book_note_event(book, &event), KAKOU_OK);
	lift("in1", 1100);
	book_settle_lifts(book, 5000);
	assert_int_equal(book_lifts(book), 0);
	assert_int_equal(book_unrecorded(book), 0);
}

static void an_endless_run_of_lifts_keeps_the_account_small(void **state)
{
	(void)state;
	for (int64_t ms = 10000; ms < 10000 + 5000 * 10000LL; ms += 10000) {
		command("in1", note("lift_authorised", "in1", ms, ms), ms + 20);
		lift("in1", ms + 100);
		book_settle_lifts(book, ms + 8000);
	}
	assert_int_equal(book_yard_lifts(book), 5000);
	assert_int_equal(book_unrecorded(book), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_truck_and_a_passage_match_by_lane_and_time_in_either_order),
		TEST(a_passage_of_another_lane_never_matches),
		TEST(a_passage_may_wait_for_the_arm_to_come_down),
		TEST(a_passage_opened_before_the_truck_came_is_another_vehicle),
		TEST(a_truck_that_has_gone_gets_no_later_passage),
		TEST(a_report_is_fetched_when_the_passage_is_closed_and_the_truck_is_gone),
		TEST(lines_are_printed_in_the_order_of_the_trucks),
		TEST(a_note_that_may_still_come_is_waited_for_but_not_for_ever),
		TEST(endless_traffic_forgets_what_is_printed),
		TEST(a_hold_is_handed_out_once_when_it_is_old_enough),
		TEST(a_hold_that_ended_by_itself_needs_no_officer),
		TEST(somebody_else_s_act_ends_a_hold_only_when_it_is_about_the_vehicle),
		TEST(a_lift_with_its_command_before_it_is_recorded),
		TEST(lifts_are_settled_only_up_to_the_instant),
		TEST(a_lift_before_its_command_is_unrecorded),
		TEST(a_command_whose_authorisation_is_not_in_the_record_permits_nothing),
		TEST(an_authorisation_alone_permits_nothing),
		TEST(one_command_explains_one_lift_of_its_own_lane),
		TEST(a_raise_for_safety_is_explained_by_its_event),
		TEST(an_endless_run_of_lifts_keeps_the_account_small),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

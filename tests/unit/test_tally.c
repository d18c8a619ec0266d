/* SPDX-License-Identifier: MIT */
/*
 * Statistics: what is counted, for which day and shift, and what is not known.
 *
 * Layer: tests.
 */
#include "firmware/record/tally.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "hal/fake/fake.h"
#include "hal/log.h"
#include "hal/text.h"
#include "tests/unit/record_fixture.h"

enum { SECOND = 1000, HOUR = 3600 * SECOND, DAY = 24 * HOUR };

/* 2026-11-27 00:00 in China. */
static const int64_t midnight_ms = INT64_C(1795708800) * SECOND;

static struct record_fixture record;
static int64_t passages;

/* ---- a record ----------------------------------------------------------------------------- */

static int set_up(void **state)
{
	struct why why = {""};

	(void)state;
	setenv("TZ", "CST-8", 1);
	tzset();
	log_set_level((enum log_level)0);
	fake_clock_set(5000);
	passages = 0;
	record_make(&record);
	if (record_open(&record, &why))
		fail_msg("%s", why.text);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	record_remove(&record);
	return 0;
}

static void put(struct event *event, int64_t wall_ms)
{
	fake_clock_set_wall(wall_ms);
	event->wall_ms = wall_ms;
	assert_int_equal(writer_take(record.writer, event), KAKOU_OK);
	assert_int_equal(writer_commit(record.writer), KAKOU_OK);
}

/* The end of a passage that passed; more may be added before put(). */
static void begin_passage(struct event *event, const char *direction, const char *lift)
{
	event_begin(event, EVENT_PASSAGE_CLOSED, 0, ++passages);
	event_add_text(event, "outcome", strcmp(lift, "99") ? "passed" : "not_passed");
	event_add_text(event, "lift", lift);
	event_add_text(event, "direction", direction);
}

static void put_passage(int64_t wall_ms, const char *direction, const char *lift)
{
	struct event event;

	begin_passage(&event, direction, lift);
	put(&event, wall_ms);
}

/* ---- counting ------------------------------------------------------------------------------ */

static struct tally_query query_of(const char *from, const char *to, const char *shifts)
{
	struct tally_query query;
	struct why why = {""};

	if (tally_query_read(&query, from, to, shifts, midnight_ms + HOUR, &why))
		fail_msg("%s", why.text);
	return query;
}

/* In the smallest slices there are; how many, when asked for. */
static char *count(const struct tally_query *query, int *slices)
{
	struct why why = {""};
	struct tally *tally;
	enum kakou_err err = KAKOU_E_AGAIN;
	char *json = NULL;
	int steps = 0;

	assert_int_equal(tally_create(&tally, query), KAKOU_OK);
	for (; err == KAKOU_E_AGAIN; steps++)
		err = tally_step(tally, record.reader, 0, &why);
	if (err || tally_print(tally, &json, &why))
		fail_msg("%s", why.text);
	tally_destroy(tally);
	if (slices)
		*slices = steps;
	return json;
}

static void expect(const char *json, const char *words)
{
	if (!strstr(json, words))
		fail_msg("no %s in %s", words, json);
}

static void expect_counted(const struct tally_query *query, const char *words)
{
	char *json = count(query, NULL);

	expect(json, words);
	free(json);
}

static void passages_are_counted_by_day_and_direction(void **state)
{
	struct tally_query query = query_of("2026-11-26", "2026-11-27", "");
	char *json;

	(void)state;
	put_passage(midnight_ms - DAY - 1, "I", "00"); /* the day before */
	put_passage(midnight_ms - DAY, "I", "00");
	put_passage(midnight_ms - 1, "E", "10");
	put_passage(midnight_ms, "E", "00");
	put_passage(midnight_ms + 12 * HOUR, "E", "99");
	put_passage(midnight_ms + DAY, "E", "00"); /* the day after */
	json = count(&query, NULL);
	expect(json, "{\"day\":\"2026-11-26\",\"shift\":null,\"direction\":\"I\","
		     "\"passages\":1,\"automatic\":1,\"manual\":0,\"not_lifted\":0,"
		     "\"automatic_permille\":1000,\"passed\":1,");
	expect(json, "{\"day\":\"2026-11-26\",\"shift\":null,\"direction\":\"E\","
		     "\"passages\":1,\"automatic\":0,\"manual\":1,\"not_lifted\":0,"
		     "\"automatic_permille\":0,\"passed\":1,");
	expect(json, "{\"day\":\"2026-11-27\",\"shift\":null,\"direction\":\"E\","
		     "\"passages\":2,\"automatic\":1,\"manual\":0,\"not_lifted\":1,"
		     "\"automatic_permille\":1000,\"passed\":1,");
	expect(json, "\"whole\":{\"passages\":4,\"automatic\":2,\"manual\":1,"
		     "\"not_lifted\":1,\"automatic_permille\":666,");
	free(json);
}

static void a_day_of_shifts_begins_with_the_first_and_ends_with_the_next_days(
	void **state)
{
	struct tally_query query = query_of("2026-11-26", "", "8,20");
	char *json;

	(void)state;
	put_passage(midnight_ms - DAY + 8 * HOUR - 1, "I", "00");
	put_passage(midnight_ms - DAY + 8 * HOUR, "I", "00");
	put_passage(midnight_ms - DAY + 20 * HOUR, "I", "00");
	put_passage(midnight_ms + 3 * HOUR, "I",
		    "00"); /* still yesterday's night shift */
	put_passage(midnight_ms + 8 * HOUR, "I", "00");
	json = count(&query, NULL);
	expect(json, "\"rows\":[{\"day\":\"2026-11-26\",\"shift\":\"08-20\","
		     "\"direction\":\"I\",\"passages\":1,");
	expect(json, "{\"day\":\"2026-11-26\",\"shift\":\"20-08\",\"direction\":\"I\","
		     "\"passages\":2,");
	expect(json, "\"whole\":{\"passages\":3,");
	free(json);
}

static void what_a_passage_carried_counts_when_it_passed(void **state)
{
	struct tally_query query = query_of("2026-11-27", "", "");
	struct event event;
	char *json;

	(void)state;
	begin_passage(&event, "I", "00");
	event_add_number(&event, "order_type", 2);
	event_add_number(&event, "boxes", 2);
	event_add_text(&event, "size_front", "22G1");
	event_add_text(&event, "size_rear", "2210");
	event_add_text(&event, "load", "loaded");
	event_add_number(&event, "gross_g", 37000400);
	put(&event, midnight_ms);
	begin_passage(&event, "I", "00");
	event_add_number(&event, "order_type", 2);
	event_add_number(&event, "boxes", 1);
	event_add_text(&event, "size_front", "L5G1");
	event_add_text(&event, "load", "loaded");
	event_add_number(&event, "gross_g", 20000600);
	put(&event, midnight_ms);
	begin_passage(&event, "I", "00");
	event_add_number(&event, "order_type", 6);
	event_add_number(&event, "boxes", 0);
	event_add_text(&event, "load", "empty");
	event_add_number(&event, "gross_g", 15000000);
	put(&event, midnight_ms);
	begin_passage(&event, "I",
		      "99"); /* it was sent away, and carried nothing through */
	event_add_number(&event, "order_type", 1);
	event_add_number(&event, "boxes", 1);
	event_add_number(&event, "gross_g", 99000000);
	put(&event, midnight_ms);
	json = count(&query, NULL);
	expect(json, "\"passed\":3,\"loaded\":2,\"empty\":1,\"load_unknown\":0,"
		     "\"boxes\":3,\"boxes_unknown\":0,\"teu\":4,"
		     "\"boxes_without_size\":0,\"gross_kg\":72001,\"not_weighed\":0,"
		     "\"order_types\":{\"2\":2,\"6\":1,\"unknown\":0}}");
	expect(json, "{\"order_type\":2,\"direction\":\"I\",\"passages\":2,");
	expect(json, "{\"order_type\":6,\"direction\":\"I\",\"passages\":1,");
	free(json);
}

static void what_is_not_known_is_counted_as_that(void **state)
{
	struct tally_query query = query_of("2026-11-27", "", "");
	struct event event;
	char *json;

	(void)state;
	begin_passage(&event, "I", "00"); /* nobody looked */
	put(&event, midnight_ms);
	begin_passage(&event, "I",
		      "00"); /* two boxes, one with a size of another length */
	event_add_number(&event, "boxes", 2);
	event_add_text(&event, "size_front", "22G1");
	event_add_text(&event, "size_rear", "M5G1");
	put(&event, midnight_ms);
	json = count(&query, NULL);
	expect(json, "\"passed\":2,\"loaded\":0,\"empty\":0,\"load_unknown\":2,"
		     "\"boxes\":2,\"boxes_unknown\":1,\"teu\":1,"
		     "\"boxes_without_size\":1,\"gross_kg\":0,\"not_weighed\":2,"
		     "\"order_types\":{\"unknown\":2}}");
	expect(json, "\"by_order_type\":[{\"order_type\":null,\"direction\":\"I\",");
	free(json);
}

static void lifts_by_hand_are_counted_by_officer_and_reason(void **state)
{
	static const char *const who[][2] = {
		{"wang", "weight_differs"},
		{"li",   "weight_differs"},
		{"wang", "no_plate"      },
		{"wang", "weight_differs"}
	};
	struct tally_query query = query_of("2026-11-27", "", "");
	struct event event;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		begin_passage(&event, "I", "10");
		event_add_text(&event, "actor", who[i][0]);
		event_add_text(&event, "reason", who[i][1]);
		put(&event, midnight_ms);
	}
	begin_passage(&event, "I", "00"); /* held, and then released by customs */
	event_add_text(&event, "actor", "li");
	put(&event, midnight_ms);
	expect_counted(&query, "\"manual_lifts\":[{\"officer\":\"wang\",\"reason\":"
			       "\"weight_differs\",\"count\":2},{\"officer\":\"li\","
			       "\"reason\":\"weight_differs\",\"count\":1},{\"officer\":"
			       "\"wang\",\"reason\":\"no_plate\",\"count\":1}]");
}

static void more_officers_than_there_is_room_for_are_counted_together(void **state)
{
	struct tally_query query = query_of("2026-11-27", "", "");
	struct event event;
	char name[16];

	(void)state;
	for (int i = 0; i < TALLY_MANUAL_MAX + 3; i++) {
		snprintf(name, sizeof(name), "o%d", i);
		begin_passage(&event, "I", "10");
		event_add_text(&event, "actor", name);
		event_add_text(&event, "reason", "no_plate");
		event.wall_ms = midnight_ms;
		assert_int_equal(writer_take(record.writer, &event), KAKOU_OK);
	}
	assert_int_equal(writer_commit(record.writer), KAKOU_OK);
	expect_counted(&query, "\"manual_lifts\":[{\"officer\":\"…\",\"reason\":\"…\","
			       "\"count\":3},");
}

static void the_record_of_an_older_version_is_counted_by_what_it_says(void **state)
{
	struct tally_query query = query_of("2026-11-27", "", "");
	struct event event;

	(void)state;
	event_begin(&event, EVENT_PASSAGE_OPENED, 0, 1);
	event_add_text(&event, "direction", "E");
	put(&event, midnight_ms);
	event_begin(&event, EVENT_INQUIRY, 0, 1);
	event_add_text(&event, "box_front", "CSQU3054383");
	event_add_text(&event, "box_rear", "");
	put(&event, midnight_ms);
	event_begin(&event, EVENT_PASSAGE_CLOSED, 0, 1);
	event_add_text(&event, "outcome", "passed");
	event_add_text(&event, "lift", "00");
	put(&event, midnight_ms);
	expect_counted(&query, "\"direction\":\"E\",\"passages\":1,");
	expect_counted(&query, "\"boxes\":1,\"boxes_unknown\":0,\"teu\":0,"
			       "\"boxes_without_size\":1,");
}

static void one_lane_is_counted_alone(void **state)
{
	struct tally_query query = query_of("2026-11-27", "", "");
	struct event event;

	(void)state;
	put_passage(midnight_ms, "I", "00");
	event_begin(&event, EVENT_PASSAGE_CLOSED, 1, 9);
	event_add_text(&event, "direction", "E");
	put(&event, midnight_ms);
	text_copy(query.lane, sizeof(query.lane), "out1");
	expect_counted(&query, "\"whole\":{\"passages\":1,\"automatic\":0,");
	text_copy(query.lane, sizeof(query.lane), "in1");
	expect_counted(&query, "\"whole\":{\"passages\":1,\"automatic\":1,");
}

/* Starts before their clock was set: 1970 in the middle, where the first half falls. */
static void a_clock_that_was_not_set_yet_hides_nothing(void **state)
{
	enum { EVENTS = 10020, EACH_MS = 20 * SECOND };
	struct tally_query query = query_of("2026-11-27", "", "");
	char words[64];
	int expected = 0;

	(void)state;
	for (int i = 0; i < EVENTS; i++) {
		bool is_unset = i % 100 < 40;
		int64_t wall_ms = midnight_ms - 2 * HOUR + (int64_t)i * EACH_MS;
		struct event event;

		event_begin(&event, i % 10 == 9 ? EVENT_PASSAGE_CLOSED : EVENT_DEVICE,
			    EVENT_NO_LANE, 0);
		event_add_text(&event, "direction", "I");
		event.wall_ms = is_unset ? 1000 : wall_ms;
		fake_clock_set_synchronised(!is_unset);
		fake_clock_advance(2 * SECOND); /* it is asked for once a second */
		fake_clock_set_wall(event.wall_ms);
		assert_int_equal(writer_take(record.writer, &event), KAKOU_OK);
		if (i % 100 == 39 || i % 100 == 99)
			assert_int_equal(writer_commit(record.writer), KAKOU_OK);
		expected += !is_unset && i % 10 == 9 && wall_ms >= midnight_ms &&
			    wall_ms < midnight_ms + DAY;
	}
	assert_int_equal(writer_commit(record.writer), KAKOU_OK);
	fake_clock_set_synchronised(true);
	assert_true(expected > 200);
	snprintf(words, sizeof(words), "\"whole\":{\"passages\":%d,", expected);
	expect_counted(&query, words);
}

/* Two days of which one is asked for: what is beyond its ends is hardly touched. */
static void what_is_read_is_of_the_time_that_is_asked_for(void **state)
{
	struct tally_query query = query_of("2026-11-27", "", "");
	struct tally_query both = query_of("2026-11-01", "2026-11-30", "");
	int few, all;

	(void)state;
	for (int i = 0; i < 10000; i++) {
		struct event event;

		begin_passage(&event, "I", "00");
		event.wall_ms = midnight_ms - 5 * DAY + (int64_t)i * 60 * SECOND;
		fake_clock_set_wall(event.wall_ms);
		assert_int_equal(writer_take(record.writer, &event), KAKOU_OK);
		if (i % 200 == 199)
			assert_int_equal(writer_commit(record.writer), KAKOU_OK);
	}
	free(count(&query, &few));
	free(count(&both, &all));
	expect_counted(&query, "\"whole\":{\"passages\":1440,");
	expect_counted(&both, "\"whole\":{\"passages\":10000,");
	assert_true(all >= 10000); /* in the smallest slices, one event each */
	assert_true(few < 1440 + 2 * 2000 + 2 * 32);
}

static void a_row_too_many_is_refused_with_words(void **state)
{
	struct tally_query query = query_of("2020-01-01", "2026-12-31", "");
	struct why why = {""};
	struct tally *tally;
	enum kakou_err err;

	(void)state;
	for (int i = 0; i <= TALLY_ROWS_MAX; i++) {
		struct event event;

		event_begin(&event, EVENT_PASSAGE_CLOSED, 0, i + 1);
		event_add_text(&event, "direction", "I");
		event.wall_ms = midnight_ms - (TALLY_ROWS_MAX - i) * (int64_t)DAY;
		fake_clock_set_wall(event.wall_ms);
		assert_int_equal(writer_take(record.writer, &event), KAKOU_OK);
	}
	assert_int_equal(writer_commit(record.writer), KAKOU_OK);
	assert_int_equal(tally_create(&tally, &query), KAKOU_OK);
	err = tally_step(tally, record.reader, INT32_MAX, &why);
	assert_int_equal(err, KAKOU_E_FULL);
	assert_non_null(strstr(why.text, "ask for fewer days"));
	tally_destroy(tally);
}

static void an_empty_record_has_no_rows(void **state)
{
	struct tally_query query = query_of("", "", "");

	(void)state;
	expect_counted(&query, "\"rows\":[],\"by_order_type\":[],\"manual_lifts\":[]}");
	expect_counted(&query, "\"automatic_permille\":null,");
}

/* ---- words -------------------------------------------------------------------------------- */

static void refuse(const char *from, const char *to, const char *shifts,
		   const char *words)
{
	struct tally_query query;
	struct why why = {""};

	assert_int_equal(tally_query_read(&query, from, to, shifts, midnight_ms, &why),
			 KAKOU_E_INVALID);
	if (!strstr(why.text, words))
		fail_msg("'%s' lacks '%s'", why.text, words);
}

static void days_and_shifts_that_are_none_are_refused(void **state)
{
	(void)state;
	refuse("2026-1x", "", "", "from: got \"2026-1x\", expected a day");
	refuse("2026-02-30", "", "", "from: got \"2026-02-30\"");
	refuse("2026-11-7", "", "", "from: got \"2026-11-7\"");
	refuse("2026-11-27 ", "", "", "from: got");
	refuse("2026-11-27", "yesterday", "", "to: got \"yesterday\"");
	refuse("2026-11-27", "2026-11-26", "", "expected no day before \"2026-11-27\"");
	refuse("", "2026-11-26", "", "expected no day before \"today\"");
	refuse("", "", "8,7", "shifts: got \"8,7\", expected at most 6 hours");
	refuse("", "", "8,8", "shifts: got");
	refuse("", "", "8,24", "shifts: got");
	refuse("", "", "8,", "shifts: got");
	refuse("", "", "-1", "shifts: got");
	refuse("", "", "1,2,3,4,5,6,7", "shifts: got");
}

int main(void)
{
#define WITH_RECORD(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		WITH_RECORD(passages_are_counted_by_day_and_direction),
		WITH_RECORD(
			a_day_of_shifts_begins_with_the_first_and_ends_with_the_next_days),
		WITH_RECORD(what_a_passage_carried_counts_when_it_passed),
		WITH_RECORD(what_is_not_known_is_counted_as_that),
		WITH_RECORD(lifts_by_hand_are_counted_by_officer_and_reason),
		WITH_RECORD(more_officers_than_there_is_room_for_are_counted_together),
		WITH_RECORD(the_record_of_an_older_version_is_counted_by_what_it_says),
		WITH_RECORD(one_lane_is_counted_alone),
		WITH_RECORD(a_clock_that_was_not_set_yet_hides_nothing),
		WITH_RECORD(what_is_read_is_of_the_time_that_is_asked_for),
		WITH_RECORD(a_row_too_many_is_refused_with_words),
		WITH_RECORD(an_empty_record_has_no_rows),
		WITH_RECORD(days_and_shifts_that_are_none_are_refused),
	};

	return cmocka_run_group_tests_name("tally", tests, NULL, NULL);
}

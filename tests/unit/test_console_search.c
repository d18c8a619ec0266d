/* SPDX-License-Identifier: MIT */
/*
 * Console: the search database, from events to what is found.
 *
 * Layer: tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "firmware/console/search_inside.h"
#include "tests/unit/site_file.h"

enum { DAY_MS = 86400000 };

static struct search_base base;
static struct search_config config;
static char *directory;
static int64_t seq;

static void open_base(void)
{
	struct why why = {""};

	if (search_base_open(&base, &config, &why))
		fail_msg("%s", why.text);
}

static int start(void **state)
{
	(void)state;
	directory = site_file_make_directory();
	config = (struct search_config){
		.directory = directory,
		.keep_days = 10,
		.shifts = {0, 8, 16},
		.shift_count = 3
	};
	seq = 0;
	open_base();
	return 0;
}

static int stop(void **state)
{
	(void)state;
	search_base_close(&base);
	site_file_remove_directory(directory);
	return 0;
}

/* One event into the base; `data` is JSON with ' for ". */
static void take(const char *kind, int64_t passage, int64_t wall_ms, const char *data)
{
	char quoted[600];
	json_t *rows;

	seq++;
	(void)snprintf(quoted, sizeof(quoted), "%s", data);
	for (char *c = quoted; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	rows = json_pack("[{s:I, s:s, s:{s:s, s:s, s:I, s:I, s:I, s:o}}]", "seq",
			 (json_int_t)seq, "chain", "c", "bytes", "kind", kind, "lane",
			 "in1", "passage", (json_int_t)passage, "seq", (json_int_t)seq,
			 "wall_ms", (json_int_t)wall_ms, "data",
			 json_loads(quoted, 0, NULL));
	assert_non_null(rows);
	assert_int_equal(search_base_take(&base, rows), 0);
	json_decref(rows);
}

/* A passage that took so long in all, of which nothing else is said. */
static void pass(int64_t passage, int64_t wall_ms, int64_t ms)
{
	char data[200];

	(void)snprintf(data, sizeof(data),
		       "{'lift':'00','verdict':'release','by':'customs','reason':'-',"
		       "'outcome':'passed','gather_ms':%lld}",
		       (long long)ms);
	take("passage_opened", passage, wall_ms, "{'direction':'I'}");
	take("passage_closed", passage, wall_ms + ms, data);
}

static json_t *ask(search_answer *how, const char *question)
{
	struct why why = {""};
	char quoted[300];
	json_t *asked, *result = NULL;

	(void)snprintf(quoted, sizeof(quoted), "%s", question);
	for (char *c = quoted; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	asked = json_loads(quoted, 0, NULL);
	assert_non_null(asked);
	if (how(&base, asked, &result, &why))
		fail_msg("%s", why.text);
	json_decref(asked);
	return result;
}

static size_t count_found(const char *question)
{
	json_t *result = ask(search_history, question);
	size_t count = json_array_size(json_object_get(result, "items"));

	json_decref(result);
	return count;
}

static void both_boxes_of_a_truck_are_found(void **state)
{
	(void)state;
	pass(1, 1000, 10);
	take("evidence", 1, 1000,
	     "{'slot':'box','device':'d','state':'collected','text':'CSQU3054383 "
	     "CBHU3202732'}");
	assert_int_equal(count_found("{'box':'CSQU3054383'}"), 1);
	assert_int_equal(count_found("{'box':'cbhu 320'}"), 1);
	assert_int_equal(count_found("{'box':'3054383 CBHU'}"), 0);
}

static void every_read_of_a_corrected_plate_is_found(void **state)
{
	(void)state;
	pass(1, 1000, 10);
	take("evidence", 1, 1000,
	     "{'slot':'plate','device':'d','state':'collected','text':'浙A1234S'}");
	take("evidence", 1, 1000,
	     "{'slot':'plate','device':'','state':'collected','text':'浙A12345'}");
	take("vote", 1, 1000, "{'plate':'浙A12345','source':'hand'}");
	assert_int_equal(count_found("{'plate':'1234S'}"), 1);
	assert_int_equal(count_found("{'plate':'浙A·12345'}"), 1);
	assert_int_equal(count_found("{'plate':'浙B'}"), 0);
}

static void median_and_percentile_are_of_the_nearest_rank(void **state)
{
	json_t *result, *total;

	(void)state;
	for (int i = 1; i <= 20; i++)
		pass(i, 1000 * i, 100 * (21 - i));
	result = ask(search_statistics, "{'from':0,'until':100000}");
	total = json_object_get(
		json_object_get(json_object_get(result, "whole"), "stages"), "total");
	assert_int_equal(json_number_of(total, "count"), 20);
	assert_int_equal(json_number_of(total, "median_ms"), 1000);
	assert_int_equal(json_number_of(total, "p95_ms"), 1900);
	json_decref(result);
}

static void each_day_and_shift_has_its_own(void **state)
{
	const int64_t hour_ms = 3600000;
	json_t *result, *rows;

	(void)state;
	setenv("TZ", "UTC", 1);
	pass(1, 7 * hour_ms, 10);
	pass(2, 8 * hour_ms, 10);
	pass(3, 15 * hour_ms, 10);
	pass(4, DAY_MS + hour_ms, 10);
	result = ask(search_statistics, "{'from':0,'until':999999999,'by':'shift'}");
	rows = json_object_get(result, "rows");
	assert_int_equal(json_array_size(rows), 3);
	assert_int_equal(json_number_of(json_array_get(rows, 1), "begin_ms"),
			 8 * hour_ms);
	assert_int_equal(json_number_of(json_array_get(rows, 1), "passages"), 2);
	json_decref(result);
	config.shifts[0] = 6; /* before six it is still the night's */
	result = ask(search_statistics, "{'from':0,'until':999999999,'by':'shift'}");
	rows = json_object_get(result, "rows");
	assert_int_equal(json_number_of(json_array_get(rows, 2), "begin_ms"),
			 16 * hour_ms);
	json_decref(result);
	result = ask(search_statistics, "{'from':0,'until':999999999,'by':'day'}");
	assert_int_equal(json_array_size(json_object_get(result, "rows")), 2);
	json_decref(result);
}

static void an_alarm_ends_once_and_keeps_who_saw_it(void **state)
{
	json_t *result, *item;

	(void)state;
	take("alarm", 3, 1000, "{'code':'hold','text':'t'}");
	take("officer_act", 3, 2000, "{'act':'ack','value':'hold','actor':'li'}");
	take("alarm_ended", 3, 3000, "{'code':'hold'}");
	take("alarm", 4, 4000, "{'code':'hold','text':'t'}");
	result = ask(search_alarms, "{'open':true}");
	assert_int_equal(json_array_size(json_object_get(result, "items")), 1);
	json_decref(result);
	result = ask(search_alarms, "{'until':4000}");
	item = json_array_get(json_object_get(result, "items"), 0);
	assert_string_equal(json_text_of(item, "acknowledged_by"), "li");
	assert_int_equal(json_number_of(item, "ended_ms"), 3000);
	json_decref(result);
	take("started", 0, 5000, "{}");
	result = ask(search_alarms, "{'open':true}");
	assert_int_equal(json_array_size(json_object_get(result, "items")), 0);
	json_decref(result);
}

static void what_is_older_than_is_kept_is_forgotten(void **state)
{
	(void)state;
	pass(1, DAY_MS, 10);
	take("evidence", 1, DAY_MS,
	     "{'slot':'card','device':'d','state':'collected','text':'77'}");
	pass(2, 12 * (int64_t)DAY_MS, 10);
	search_base_trim(&base, 12 * (int64_t)DAY_MS);
	assert_int_equal(count_found("{}"), 1);
	assert_int_equal(count_found("{'card':'77'}"), 0);
}

static void what_was_taken_is_there_after_a_restart_and_goes_on(void **state)
{
	(void)state;
	pass(1, 1000, 10);
	search_base_close(&base);
	open_base();
	assert_int_equal(base.last, seq);
	assert_string_equal(base.chain, "c");
	pass(2, 2000, 10);
	assert_int_equal(count_found("{}"), 2);
}

static void a_damaged_base_is_made_anew(void **state)
{
	FILE *file;

	(void)state;
	pass(1, 1000, 10);
	search_base_close(&base);
	file = fopen(base.path, "w");
	assert_non_null(file);
	(void)fputs("PRAGMA this is no database at all, and long enough to be one", file);
	(void)fclose(file);
	open_base();
	assert_int_equal(base.last, 0);
	seq = 0;
	pass(1, 1000, 10);
	assert_int_equal(count_found("{}"), 1);
}

static void a_search_that_takes_too_long_is_ended(void **state)
{
	struct why why = {""};
	json_t *question = json_pack("{s:i, s:i}", "from", 0, "until", 9999);
	json_t *result = NULL;

	(void)state;
	for (int i = 1; i <= 300; i++)
		pass(i, 1000, 10);
	base.deadline_ms = 1; /* long ago */
	assert_int_equal(search_statistics(&base, question, &result, &why),
			 KAKOU_E_TIMEOUT);
	assert_null(result);
	json_decref(question);
}

int main(void)
{
#define WITH_BASE(test) cmocka_unit_test_setup_teardown(test, start, stop)
	const struct CMUnitTest tests[] = {
		WITH_BASE(both_boxes_of_a_truck_are_found),
		WITH_BASE(every_read_of_a_corrected_plate_is_found),
		WITH_BASE(median_and_percentile_are_of_the_nearest_rank),
		WITH_BASE(each_day_and_shift_has_its_own),
		WITH_BASE(an_alarm_ends_once_and_keeps_who_saw_it),
		WITH_BASE(what_is_older_than_is_kept_is_forgotten),
		WITH_BASE(what_was_taken_is_there_after_a_restart_and_goes_on),
		WITH_BASE(a_damaged_base_is_made_anew),
		WITH_BASE(a_search_that_takes_too_long_is_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

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

/* ---- how much of the history a question touches ------------------------------------------------ */

/* Of the questions since touched_begin(): steps of SQLite's machine, and rows that it went through
 * one by one because no index led to them. */
static struct {
	int64_t steps, scanned;
} touched;

static int on_profile(unsigned what, void *arg, void *statement, void *ns)
{
	(void)what;
	(void)arg;
	(void)ns;
	touched.steps += sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 0);
	touched.scanned +=
		sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_FULLSCAN_STEP, 0);
	return 0;
}

static void touched_begin(void)
{
	touched.steps = touched.scanned = 0;
	sqlite3_trace_v2(base.db, SQLITE_TRACE_PROFILE, on_profile, NULL);
}

/* Passages of all kinds, one of which has a verdict and an officer of its own. */
static void fill_history(int64_t first, int64_t last)
{
	for (int64_t i = first; i <= last; i++) {
		char data[240];

		pass(i, i * 1000, 10);
		(void)snprintf(
			data, sizeof(data),
			"{'plate':'浙A%05d','box_front':'CSQU%07d','seal':'SEAL-%d',"
			"'card':'3301%08d','tag':'E200%012d'}",
			(int)i, (int)i, (int)i, (int)i, (int)i);
		take("inquiry", i, i * 1000, data);
		(void)snprintf(data, sizeof(data), "{'form_id':'Z3111I261101%012d'}",
			       (int)i);
		take("answer", i, i * 1000, data);
		if (i == 500)
			take("verdict", i, i * 1000,
			     "{'verdict':'return','by':'officer','reason':'-'}");
		if (i == 500)
			take("officer_act", i, i * 1000, "{'act':'return','actor':'li'}");
	}
}

static const char *const by_key[] = {
	"{'plate':'浙A00500'}",           "{'plate':'浙A005','before':501}",
	"{'box':'CSQU0000500'}",          "{'order':'Z3111I261101000000000500'}",
	"{'verdict':'return','limit':1}", "{'officer':'li','limit':1}",
	"{'lane':'in1','limit':1}",       "{'lane':'in1','verdict':'return','limit':1}",
	"{'outcome':'passed','limit':1}", "{'from':500000,'until':501000}",
	"{'before':501,'limit':1}",       "{}",
};

static int64_t steps_of(const char *question)
{
	touched_begin();
	if (count_found(question) == 0)
		fail_msg("%s found nothing", question);
	if (touched.scanned > 51)
		fail_msg("%s went through %d rows", question, (int)touched.scanned);
	return touched.steps;
}

/* A history four times as long costs a question by a key no more than before. */
static void a_search_by_a_key_touches_what_it_shows_and_no_more(void **state)
{
	enum { KEYS = sizeof(by_key) / sizeof(by_key[0]), SHORT = 1000, LONG = 4000 };
	int64_t before[KEYS];

	(void)state;
	config.keep_days = 3650;
	fill_history(1, SHORT);
	for (size_t i = 0; i < KEYS; i++)
		before[i] = steps_of(by_key[i]);
	fill_history(SHORT + 1, LONG);
	for (size_t i = 0; i < KEYS; i++) {
		int64_t after = steps_of(by_key[i]);

		if (after > before[i] + before[i] / 2 + 200)
			fail_msg("%s: %d steps, %d in a quarter of the history",
				 by_key[i], (int)after, (int)before[i]);
	}
}

/* Nothing but the words of its kind. */
static void a_part_of_a_word_touches_no_passage_that_has_it_not(void **state)
{
	static const char *const parts[] = {
		"{'plate':'00500'}",   "{'box':'0000500'}",       "{'order':'000000500'}",
		"{'seal':'SEAL-500'}", "{'card':'330100000500'}", "{'tag':'00000500'}",
		"{'plate':'挂'}"};

	(void)state;
	config.keep_days = 3650;
	fill_history(1, 1000);
	take("inquiry", 500, 500000, "{'trailer_plate':'浙A6101挂'}");
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		(void)steps_of(parts[i]);
}

static void the_thousandth_page_is_there_and_none_is_shown_twice(void **state)
{
	int64_t before = 0, pages = 0, last = 2001;
	char question[80] = "{'limit':2}";

	(void)state;
	config.keep_days = 3650;
	for (int64_t i = 1; i <= 2000; i++)
		pass(i, i * 1000, 10);
	do {
		json_t *page = ask(search_history, question);
		const json_t *items = json_object_get(page, "items");

		for (size_t i = 0; i < json_array_size(items); i++) {
			int64_t passage =
				json_number_of(json_array_get(items, i), "passage");

			assert_int_equal(passage, last - 1);
			last = passage;
		}
		before = json_number_of(page, "next");
		json_decref(page);
		(void)snprintf(question, sizeof(question), "{'limit':2,'before':%d}",
			       (int)before);
		pages++;
	} while (before > 0 && pages < 2000);
	assert_int_equal(pages, 1000);
	assert_int_equal(last, 1);
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
		WITH_BASE(a_search_by_a_key_touches_what_it_shows_and_no_more),
		WITH_BASE(a_part_of_a_word_touches_no_passage_that_has_it_not),
		WITH_BASE(the_thousandth_page_is_there_and_none_is_shown_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * What the journal is asked: queries, pages and copies.
 *
 * Layer: tests.
 */
#include "firmware/record/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "hal/fake/fake.h"
#include "tests/unit/journal_rig.h"

struct reply {
	atomic_bool is_there;
	enum kakou_err err;
	json_t *json;
	char why[240];
};

static void take_page(void *arg, enum kakou_err err, char *text)
{
	struct reply *reply = arg;

	reply->err = err;
	reply->json = text ? json_loads(text, 0, NULL) : NULL;
	free(text);
	reply->is_there = true;
}

static void take_copy(void *arg, enum kakou_err err, const struct why *why)
{
	struct reply *reply = arg;

	reply->err = err;
	snprintf(reply->why, sizeof(reply->why), "%s", why->text);
	reply->is_there = true;
}

static void wait_for_reply(struct reply *reply)
{
	for (int i = 0; i < JOURNAL_RIG_PATIENCE_MS && !reply->is_there; i++)
		journal_rig_pause_ms(1);
	assert_true(reply->is_there);
}

static struct journal_query all(int32_t limit)
{
	return (struct journal_query){.limit = limit, .kind = -1, .lane = -1};
}

/* The numbers of the events that come back, as "1 2 3". */
static const char *ask(struct journal_query query)
{
	static char numbers[8192];
	struct reply reply = {0};
	size_t used = 0;
	json_t *row;
	size_t i;

	assert_int_equal(journal_read(journal_rig.journal, &query, take_page, &reply),
			 KAKOU_OK);
	wait_for_reply(&reply);
	assert_int_equal(reply.err, KAKOU_OK);
	assert_true(json_is_array(reply.json));
	numbers[0] = '\0';
	json_array_foreach(reply.json, i, row) used += (size_t)snprintf(
		numbers + used, sizeof(numbers) - used, "%s%lld", i ? " " : "",
		(long long)json_integer_value(json_object_get(row, "seq")));
	json_decref(reply.json);
	return numbers;
}

static void every_filter_filters(void **state)
{
	struct journal_query query;

	(void)state;
	journal_rig_open();
	journal_rig_append_many(48);
	assert_string_equal(ask(all(5)), "1 2 3 4 5");

	query = all(3);
	query.after = 10;
	assert_string_equal(ask(query), "11 12 13");
	query.before = 13;
	assert_string_equal(ask(query), "11 12");
	query.newest_first = true;
	assert_string_equal(ask(query), "12 11");
	query = all(3);
	query.newest_first = true;
	assert_string_equal(ask(query), "48 47 46");

	query = all(1000);
	query.passage = 2;
	assert_string_equal(ask(query), "9 10 11 12 13 14");
	query.kind = EVENT_VOTE;
	assert_string_equal(ask(query), "11");
	query.lane = 0;
	assert_string_equal(ask(query), "");
	query.lane = 1;
	assert_string_equal(ask(query), "11");

	query = all(1000);
	query.kind = EVENT_VERDICT;
	assert_string_equal(ask(query), "6 14 22 30 38 46");
	query.lane = 1;
	assert_string_equal(ask(query), "14 30 46");
	query.newest_first = true;
	query.limit = 2;
	assert_string_equal(ask(query), "46 30");

	query = all(1000);
	query.lane = 1;
	query.after = 30;
	assert_string_equal(ask(query), "41 42 43 44 45 46");
	query.after = 48;
	assert_string_equal(ask(query), "");
}

static void a_row_is_the_event_with_its_hashes(void **state)
{
	struct journal_query query = all(1);
	struct reply reply = {0};
	json_t *row;
	json_t *bytes;

	(void)state;
	journal_rig_open();
	journal_rig_append_many(1);
	assert_int_equal(journal_read(journal_rig.journal, &query, take_page, &reply),
			 KAKOU_OK);
	wait_for_reply(&reply);
	row = json_array_get(reply.json, 0);
	bytes = json_object_get(row, "bytes");
	assert_int_equal(json_integer_value(json_object_get(bytes, "seq")), 1);
	assert_string_equal(json_string_value(json_object_get(bytes, "kind")),
			    "passage_opened");
	assert_int_equal(json_string_length(json_object_get(row, "leaf")), 64);
	assert_int_equal(json_string_length(json_object_get(row, "chain")), 64);
	assert_int_equal(json_object_size(row), 4);
	json_decref(reply.json);
}

static void senseless_queries_are_refused(void **state)
{
	struct journal_query query;
	struct reply reply = {0};

	(void)state;
	journal_rig_open();
#define REFUSES(change)                                                                  \
	do {                                                                             \
		query = all(10);                                                         \
		change;                                                                  \
		assert_int_equal(                                                        \
			journal_read(journal_rig.journal, &query, take_page, &reply),    \
			KAKOU_E_INVALID);                                                \
	} while (0)
	REFUSES(query.limit = 0);
	REFUSES(query.limit = 1001);
	REFUSES(query.before = -1);
	REFUSES(query.passage = -1);
	REFUSES(query.kind = EVENT_KIND_COUNT);
	REFUSES(query.lane = 2);
#undef REFUSES
	assert_false(reply.is_there);
}

static void long_answers_come_in_several_pages(void **state)
{
	enum { COUNT = 1000 };
	struct journal_query query = all(1000);
	char text[EVENT_TEXT_MAX];
	int64_t seen = 0;
	int pages = 0;

	(void)state;
	journal_rig_open();
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	for (int i = 0; i < COUNT; i++) {
		struct event event;

		event_begin(&event, EVENT_ALARM, EVENT_NO_LANE, 0);
		event_add_text(&event, "text", text);
		event.ticket = i == COUNT - 1;
		while (journal_append(journal_rig.journal, &event))
			journal_rig_pause_ms(1);
	}
	journal_rig_wait_for_answer();
	for (;;) {
		const char *numbers = ask(query);

		if (!*numbers)
			break;
		assert_int_equal(strtoll(numbers, NULL, 10), seen + 1);
		seen = strtoll(strrchr(numbers, ' ') + 1, NULL, 10);
		query.after = seen;
		pages++;
	}
	assert_int_equal(seen, COUNT);
	assert_in_range(pages, 2, 4);
}

static void a_query_without_time_says_so(void **state)
{
	struct store_query query = {.limit = 10};
	struct store *store = NULL;
	struct why why = {""};
	struct store_row row;

	(void)state;
	journal_rig_open();
	journal_rig_append_many(2000);
	assert_int_equal(store_open(&store, journal_rig.record.path, STORE_READER, &why),
			 KAKOU_OK);
	store_set_deadline(store, 0);
	query.limit = -1;
	query.lane = "nowhere";
	query.kind = "vote";
	query.after = -1;
	assert_int_equal(store_select(store, &query, &why), KAKOU_OK);
	assert_int_equal(store_next(store, &row, &why), KAKOU_E_TIMEOUT);
	store_end_select(store);
	store_close(store);
}

static void a_reader_never_writes(void **state)
{
	struct store *store = NULL;
	struct why why = {""};

	(void)state;
	journal_rig_open();
	journal_rig_append_many(3);
	assert_int_equal(store_open(&store, journal_rig.record.path, STORE_READER, &why),
			 KAKOU_OK);
	assert_int_equal(store_put_number(store, "counter_end", 1, &why), KAKOU_E_DENIED);
	store_close(store);
}

/* ---- copies --------------------------------------------------------------------------- */

static void copy_to(const char *path, struct reply *reply)
{
	*reply = (struct reply){0};
	assert_int_equal(journal_copy(journal_rig.journal, path, take_copy, reply),
			 KAKOU_OK);
	wait_for_reply(reply);
}

static void a_copy_of_a_running_journal_is_whole(void **state)
{
	struct journal_verdict verdict;
	struct reply reply;
	struct why why;
	struct stat is;
	char path[400];

	(void)state;
	journal_rig_open();
	journal_rig_append_many(2000);
	snprintf(path, sizeof(path), "%s/copy ?#%%.db", journal_rig.record.directory);
	copy_to(path, &reply);
	assert_string_equal(reply.why, "");
	assert_int_equal(reply.err, KAKOU_OK);
	assert_int_equal(stat(path, &is), 0);
	assert_int_equal(is.st_mode & 0777, 0600);
	assert_int_equal(journal_verify(path, NULL, &verdict, &why), KAKOU_OK);
	assert_string_equal(verdict.finding, "");
	assert_true(verdict.is_whole);
	assert_int_equal(verdict.events, 2000);

	copy_to(path, &reply);
	assert_int_equal(reply.err, KAKOU_E_INVALID);
	assert_non_null(strstr(reply.why, "exists"));
	copy_to("/nowhere/at/all.db", &reply);
	assert_int_equal(reply.err, KAKOU_E_IO);
	journal_rig_append_and_wait(2000);
}

static void a_copy_of_an_empty_journal_is_whole(void **state)
{
	struct journal_verdict verdict;
	struct reply reply;
	struct why why;
	char path[400];

	(void)state;
	journal_rig_open();
	snprintf(path, sizeof(path), "%s/copy.db", journal_rig.record.directory);
	copy_to(path, &reply);
	assert_int_equal(reply.err, KAKOU_OK);
	assert_int_equal(journal_verify(path, NULL, &verdict, &why), KAKOU_OK);
	assert_true(verdict.is_whole);
	assert_int_equal(verdict.events, 0);
}

static void a_failed_copy_leaves_nothing(void **state)
{
	struct reply reply;
	char path[400];

	(void)state;
	journal_rig_open();
	journal_rig_append_many(100);
	snprintf(path, sizeof(path), "%s/copy.db", journal_rig.record.directory);
	journal_rig.is_disk_broken = true;
	copy_to(path, &reply);
	journal_rig.is_disk_broken = false;
	assert_int_not_equal(reply.err, KAKOU_OK);
	assert_int_not_equal(access(path, F_OK), 0);
	copy_to(path, &reply);
	assert_int_equal(reply.err, KAKOU_OK);
}

/* A copy that hides damage would be worth nothing. */
static void a_copy_of_a_damaged_journal_shows_the_damage(void **state)
{
	struct journal_verdict verdict;
	struct reply reply;
	struct why why;
	char path[400];

	(void)state;
	record_fill(&journal_rig.record, 100);
	record_run_sql(&journal_rig.record,
		       "UPDATE events SET leaf = x'00' WHERE seq = 7");
	journal_rig_open();
	snprintf(path, sizeof(path), "%s/copy.db", journal_rig.record.directory);
	copy_to(path, &reply);
	assert_int_equal(reply.err, KAKOU_OK);
	assert_int_equal(journal_verify(path, NULL, &verdict, &why), KAKOU_OK);
	assert_int_equal(verdict.first_bad, 7);
}

static void requests_that_come_together_are_all_answered(void **state)
{
	enum { TOGETHER = 6, ROUNDS = 50 };
	struct journal_query query = all(1);

	(void)state;
	journal_rig_open();
	journal_rig_append_many(1);
	for (int round = 0; round < ROUNDS; round++) {
		struct reply replies[TOGETHER] = {0};

		for (int i = 0; i < TOGETHER; i++)
			assert_int_equal(journal_read(journal_rig.journal, &query,
						      take_page, &replies[i]),
					 KAKOU_OK);
		for (int i = 0; i < TOGETHER; i++) {
			wait_for_reply(&replies[i]);
			assert_int_equal(replies[i].err, KAKOU_OK);
			json_decref(replies[i].json);
		}
	}
}

static void requests_too_many_are_refused_and_the_rest_answered_at_the_end(void **state)
{
	enum { MANY = 40 };
	struct journal_query query = all(1000);
	struct reply replies[MANY] = {0};
	bool is_waiting[MANY];
	int refused = 0;

	(void)state;
	journal_rig_open();
	journal_rig_append_many(1000);
	for (int i = 0; i < MANY; i++) {
		is_waiting[i] = !journal_read(journal_rig.journal, &query, take_page,
					      &replies[i]);
		refused += !is_waiting[i];
	}
	assert_true(refused > 0);
	journal_close(journal_rig.journal);
	journal_rig.journal = NULL;
	for (int i = 0; i < MANY; i++) {
		assert_int_equal(replies[i].is_there, is_waiting[i]);
		if (is_waiting[i] && replies[i].err)
			assert_int_equal(replies[i].err, KAKOU_E_LINK);
		json_decref(replies[i].json);
	}
}

int main(void)
{
#define WITH_DISK(test)                                                                  \
	cmocka_unit_test_setup_teardown(test, journal_rig_set_up, journal_rig_tear_down)
	const struct CMUnitTest tests[] = {
		WITH_DISK(every_filter_filters),
		WITH_DISK(a_row_is_the_event_with_its_hashes),
		WITH_DISK(senseless_queries_are_refused),
		WITH_DISK(long_answers_come_in_several_pages),
		WITH_DISK(a_query_without_time_says_so),
		WITH_DISK(a_reader_never_writes),
		WITH_DISK(a_copy_of_a_running_journal_is_whole),
		WITH_DISK(a_copy_of_an_empty_journal_is_whole),
		WITH_DISK(a_failed_copy_leaves_nothing),
		WITH_DISK(a_copy_of_a_damaged_journal_shows_the_damage),
		WITH_DISK(requests_that_come_together_are_all_answered),
		WITH_DISK(requests_too_many_are_refused_and_the_rest_answered_at_the_end),
	};
#undef WITH_DISK

	return cmocka_run_group_tests_name("journal_reader", tests, NULL, NULL);
}

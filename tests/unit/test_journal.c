/* SPDX-License-Identifier: MIT */
/*
 * The journal with its threads: answers, bounds, queries, copies, ends.
 *
 * Layer: tests.
 */
#include "firmware/record/journal.h"

#include <pthread.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "firmware/record/reader.h"
#include "hal/fake/fake.h"
#include "hal/log.h"
#include "tests/fault/disk.h"
#include "tests/unit/record_fixture.h"

enum { PATIENCE_MS = 20000, QUEUE = 256 };

static struct record_fixture record;
static struct journal *journal;
static struct journal_past past;

/* ---- a disk that stalls or fails ------------------------------------------------------ */

static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool is_stalled, is_in_sync;
	atomic_bool is_broken;
	atomic_int syncs;
} disk = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static int decide(void *arg, const struct disk_event *event)
{
	(void)arg;
	if (event->op != DISK_SYNC)
		return disk.is_broken ? SQLITE_FULL : SQLITE_OK;
	pthread_mutex_lock(&disk.lock);
	while (disk.is_stalled) {
		disk.is_in_sync = true;
		pthread_cond_broadcast(&disk.changed);
		pthread_cond_wait(&disk.changed, &disk.lock);
	}
	disk.is_in_sync = false;
	pthread_mutex_unlock(&disk.lock);
	atomic_fetch_add(&disk.syncs, 1);
	return disk.is_broken ? SQLITE_IOERR_FSYNC : DISK_SKIP;
}

static void stall_disk(bool is_stalled)
{
	pthread_mutex_lock(&disk.lock);
	disk.is_stalled = is_stalled;
	pthread_cond_broadcast(&disk.changed);
	pthread_mutex_unlock(&disk.lock);
}

static void wait_until_in_sync(void)
{
	pthread_mutex_lock(&disk.lock);
	while (!disk.is_in_sync)
		pthread_cond_wait(&disk.changed, &disk.lock);
	pthread_mutex_unlock(&disk.lock);
}

/* ---- helpers -------------------------------------------------------------------------- */

static void pause_ms(long ms)
{
	struct timespec left = {.tv_nsec = ms * 1000000};

	nanosleep(&left, NULL);
}

static int set_up(void **state)
{
	(void)state;
	log_set_level((enum log_level)0);
	fake_clock_set(5000);
	disk.is_broken = false;
	disk.is_stalled = false;
	disk_install(decide, NULL);
	record_make(&record);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	disk.is_broken = false;
	stall_disk(false);
	journal_close(journal);
	journal = NULL;
	record_remove(&record);
	disk_remove();
	return 0;
}

static void open_journal(void)
{
	struct why why = {""};

	if (journal_open(&journal, &record.config, &past, &why))
		fail_msg("%s", why.text);
}

static enum kakou_err append(int i, uint64_t ticket)
{
	struct event event;

	record_make_event(&event, i);
	event.ticket = ticket;
	return journal_append(journal, &event);
}

static struct journal_ack wait_for_answer(void)
{
	struct journal_ack ack = {0};

	for (int i = 0; i < PATIENCE_MS; i++) {
		if (journal_next_ack(journal, &ack))
			return ack;
		pause_ms(1);
	}
	fail_msg("no answer");
	return ack;
}

static struct journal_health wait_for_health(bool is_well)
{
	struct journal_health health = {.is_well = !is_well};

	for (int i = 0; i < PATIENCE_MS && health.is_well != is_well; i++, pause_ms(1))
		assert_true(journal_read_health(journal, 1, &health));
	assert_int_equal(health.is_well, is_well);
	return health;
}

static void append_and_wait(int i)
{
	struct journal_ack ack;

	while (append(i, (uint64_t)i + 1) == KAKOU_E_FULL)
		pause_ms(1);
	ack = wait_for_answer();
	assert_int_equal(ack.ticket, i + 1);
	assert_true(ack.is_committed);
}

static void append_many(int count)
{
	for (int i = 0; i < count - 1; i++)
		while (append(i, 0) == KAKOU_E_FULL)
			pause_ms(1);
	append_and_wait(count - 1);
}

/* ---- queries -------------------------------------------------------------------------- */

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
	for (int i = 0; i < PATIENCE_MS && !reply->is_there; i++)
		pause_ms(1);
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

	assert_int_equal(journal_read(journal, &query, take_page, &reply), KAKOU_OK);
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

/* ---- answers and bounds --------------------------------------------------------------- */

static void no_answer_comes_before_the_sync_returns(void **state)
{
	struct journal_ack ack;

	(void)state;
	open_journal();
	append_and_wait(0);
	stall_disk(true);
	assert_int_equal(append(1, 77), KAKOU_OK);
	wait_until_in_sync();
	pause_ms(50);
	assert_false(journal_next_ack(journal, &ack));
	fake_clock_advance(3000);
	stall_disk(false);
	ack = wait_for_answer();
	assert_int_equal(ack.ticket, 77);
	assert_int_equal(ack.seq, 2);
	assert_true(ack.is_committed);
	assert_int_equal(ack.at_ms, 8000);
}

static void a_full_queue_says_so_and_loses_nothing_it_took(void **state)
{
	struct journal_health health;
	int taken = 0;

	(void)state;
	open_journal();
	stall_disk(true);
	assert_int_equal(append(0, 0), KAKOU_OK);
	wait_until_in_sync();
	assert_int_equal(journal_room(journal), QUEUE);
	while (append(taken + 1, 0) == KAKOU_OK)
		taken++;
	assert_int_equal(taken, QUEUE);
	assert_int_equal(journal_room(journal), 0);
	assert_int_equal(append(taken + 1, 0), KAKOU_E_FULL);
	stall_disk(false);
	append_many(1);
	assert_true(journal_read_health(journal, 0, &health));
	assert_int_equal(health.last_seq, 1 + QUEUE + 1);
	assert_int_equal(journal_room(journal), QUEUE);
}

static void what_piled_up_is_committed_together(void **state)
{
	int before;

	(void)state;
	open_journal();
	stall_disk(true);
	assert_int_equal(append(0, 0), KAKOU_OK);
	wait_until_in_sync();
	for (int i = 1; i <= QUEUE; i++)
		assert_int_equal(append(i, i == QUEUE ? 5 : 0), KAKOU_OK);
	before = disk.syncs;
	stall_disk(false);
	assert_int_equal(wait_for_answer().seq, QUEUE + 1);
	/* The stalled one, and one for all the others. */
	assert_int_equal(disk.syncs - before, 2);
}

static void answers_that_nobody_reads_hold_the_writer_and_are_not_lost(void **state)
{
	enum { TICKETS = 800 };
	struct journal_ack ack;
	int sent = 0;
	int read = 0;

	(void)state;
	open_journal();
	for (int idle = 0; idle < 100; idle++, pause_ms(1))
		while (sent < TICKETS && !append(sent, (uint64_t)sent + 1)) {
			sent++;
			idle = 0;
		}
	/* 256 answers, the queue, and one event between them. */
	assert_int_equal(sent, 256 + QUEUE);
	while (read < TICKETS) {
		ack = wait_for_answer();
		assert_int_equal(ack.ticket, ++read);
		assert_int_equal(ack.seq, read);
		assert_true(ack.is_committed);
		if (sent < TICKETS && !append(sent, (uint64_t)sent + 1))
			sent++;
	}
}

static void a_failing_disk_is_answered_and_tried_again(void **state)
{
	struct journal_health health;
	struct journal_ack ack;

	(void)state;
	open_journal();
	append_and_wait(0);
	disk.is_broken = true;
	assert_int_equal(append(1, 9), KAKOU_OK);
	ack = wait_for_answer();
	assert_int_equal(ack.ticket, 9);
	assert_false(ack.is_committed);
	health = wait_for_health(false);
	assert_int_equal(health.waiting, 1);
	assert_string_not_equal(health.why, "");
	assert_int_equal(append(2, 10), KAKOU_OK);
	assert_false(wait_for_answer().is_committed);

	disk.is_broken = false;
	fake_clock_advance(1000);
	assert_int_equal(append(3, 0), KAKOU_OK);
	health = wait_for_health(true);
	assert_int_equal(health.last_seq, 4);
	append_and_wait(4);
	assert_false(journal_next_ack(journal, &ack));
}

static void a_long_log_is_moved_in_a_quiet_moment(void **state)
{
	int before;

	(void)state;
	open_journal();
	for (int i = 0; i < WRITER_REST_PAGES / 4; i++)
		append_and_wait(i);
	before = disk.syncs;
	for (int i = 0; i < PATIENCE_MS && disk.syncs == before; i++)
		pause_ms(1);
	assert_true(disk.syncs > before);
	append_and_wait(WRITER_REST_PAGES);
}

static void closing_commits_what_is_queued(void **state)
{
	struct journal_verdict verdict;

	(void)state;
	open_journal();
	stall_disk(true);
	assert_int_equal(append(0, 0), KAKOU_OK);
	wait_until_in_sync();
	for (int i = 1; i <= QUEUE; i++)
		assert_int_equal(append(i, (uint64_t)i), KAKOU_OK);
	stall_disk(false);
	journal_close(journal);
	journal = NULL;
	record_verify(&record, &verdict);
	assert_true(verdict.is_whole);
	assert_int_equal(verdict.events, 1 + QUEUE);
	assert_int_equal(access(record.path, F_OK), 0);
	open_journal();
	assert_int_equal(past.last_seq, 1 + QUEUE);
}

static void closing_on_a_dead_disk_ends(void **state)
{
	(void)state;
	open_journal();
	append_and_wait(0);
	disk.is_broken = true;
	for (int i = 0; i < 10; i++)
		assert_int_equal(append(i, (uint64_t)i + 1), KAKOU_OK);
	journal_close(journal);
	disk.is_broken = false;
	open_journal();
	assert_int_equal(past.last_seq, 1);
}

static void a_second_journal_in_the_directory_is_refused(void **state)
{
	struct journal *second = NULL;
	struct journal_past other;
	struct why why = {""};

	(void)state;
	open_journal();
	assert_int_equal(journal_open(&second, &record.config, &other, &why),
			 KAKOU_E_DENIED);
	assert_null(second);
	append_and_wait(0);
}

static void names_that_events_can_t_hold_are_refused(void **state)
{
	static const char *const names[] = {"in\n1", "", "in\xff", NULL};
	char origin[300];
	struct why why = {""};

	(void)state;
	for (int i = 0; names[i]; i++) {
		record.config.lanes = &names[i];
		record.config.lane_count = 1;
		assert_int_equal(journal_open(&journal, &record.config, &past, &why),
				 KAKOU_E_INVALID);
		assert_non_null(strstr(why.text, "lane '"));
	}
	record.config.lane_count = 0;
	memset(origin, 'o', sizeof(origin));
	origin[sizeof(origin) - 1] = '\0';
	record.config.origin = origin;
	assert_int_equal(journal_open(&journal, &record.config, &past, &why),
			 KAKOU_E_INVALID);
}

/* ---- reading -------------------------------------------------------------------------- */

static void every_filter_filters(void **state)
{
	struct journal_query query;

	(void)state;
	open_journal();
	append_many(48);
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
	open_journal();
	append_many(1);
	assert_int_equal(journal_read(journal, &query, take_page, &reply), KAKOU_OK);
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
	open_journal();
#define REFUSES(change)                                                                  \
	do {                                                                             \
		query = all(10);                                                         \
		change;                                                                  \
		assert_int_equal(journal_read(journal, &query, take_page, &reply),       \
				 KAKOU_E_INVALID);                                       \
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
	open_journal();
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	for (int i = 0; i < COUNT; i++) {
		struct event event;

		event_begin(&event, EVENT_ALARM, EVENT_NO_LANE, 0);
		event_add_text(&event, "text", text);
		event.ticket = i == COUNT - 1;
		while (journal_append(journal, &event))
			pause_ms(1);
	}
	wait_for_answer();
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
	open_journal();
	append_many(2000);
	assert_int_equal(store_open(&store, record.path, STORE_READER, &why), KAKOU_OK);
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
	open_journal();
	append_many(3);
	assert_int_equal(store_open(&store, record.path, STORE_READER, &why), KAKOU_OK);
	assert_int_equal(store_put_number(store, "counter_end", 1, &why), KAKOU_E_DENIED);
	store_close(store);
}

/* ---- copies --------------------------------------------------------------------------- */

static void copy_to(const char *path, struct reply *reply)
{
	*reply = (struct reply){0};
	assert_int_equal(journal_copy(journal, path, take_copy, reply), KAKOU_OK);
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
	open_journal();
	append_many(2000);
	snprintf(path, sizeof(path), "%s/copy ?#%%.db", record.directory);
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
	append_and_wait(2000);
}

static void a_copy_of_an_empty_journal_is_whole(void **state)
{
	struct journal_verdict verdict;
	struct reply reply;
	struct why why;
	char path[400];

	(void)state;
	open_journal();
	snprintf(path, sizeof(path), "%s/copy.db", record.directory);
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
	open_journal();
	append_many(100);
	snprintf(path, sizeof(path), "%s/copy.db", record.directory);
	disk.is_broken = true;
	copy_to(path, &reply);
	disk.is_broken = false;
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
	record_fill(&record, 100);
	record_run_sql(&record, "UPDATE events SET leaf = x'00' WHERE seq = 7");
	open_journal();
	snprintf(path, sizeof(path), "%s/copy.db", record.directory);
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
	open_journal();
	append_many(1);
	for (int round = 0; round < ROUNDS; round++) {
		struct reply replies[TOGETHER] = {0};

		for (int i = 0; i < TOGETHER; i++)
			assert_int_equal(
				journal_read(journal, &query, take_page, &replies[i]),
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
	open_journal();
	append_many(1000);
	for (int i = 0; i < MANY; i++) {
		is_waiting[i] = !journal_read(journal, &query, take_page, &replies[i]);
		refused += !is_waiting[i];
	}
	assert_true(refused > 0);
	journal_close(journal);
	journal = NULL;
	for (int i = 0; i < MANY; i++) {
		assert_int_equal(replies[i].is_there, is_waiting[i]);
		if (is_waiting[i] && replies[i].err)
			assert_int_equal(replies[i].err, KAKOU_E_LINK);
		json_decref(replies[i].json);
	}
}

int main(void)
{
#define WITH_DISK(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		WITH_DISK(no_answer_comes_before_the_sync_returns),
		WITH_DISK(a_full_queue_says_so_and_loses_nothing_it_took),
		WITH_DISK(what_piled_up_is_committed_together),
		WITH_DISK(answers_that_nobody_reads_hold_the_writer_and_are_not_lost),
		WITH_DISK(a_failing_disk_is_answered_and_tried_again),
		WITH_DISK(a_long_log_is_moved_in_a_quiet_moment),
		WITH_DISK(closing_commits_what_is_queued),
		WITH_DISK(closing_on_a_dead_disk_ends),
		WITH_DISK(a_second_journal_in_the_directory_is_refused),
		WITH_DISK(names_that_events_can_t_hold_are_refused),
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

	return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}

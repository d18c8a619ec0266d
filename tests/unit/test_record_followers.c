/* SPDX-License-Identifier: MIT */
/*
 * Followers change nothing: the same events make the same commits and the same write-ahead log, to the
 * byte, whoever reads beside them. Real threads of journal and control socket, real sockets.
 *
 * The log is not moved here (that needs 1,500 pages): when it is, a reader's transaction of at most 50 ms
 * can keep it from beginning anew once. tests/system/test_record_followers.py has the bound on that.
 *
 * Layer: tests.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "hal/fake/fake.h"
#include "tests/unit/record_fixture.h"
#include "tests/unit/rpc_healths.h"
#include "tests/unit/rpc_rig.h"

enum { BEFORE = 1200, EVENTS = 100, STALLED = 6, PATIENCE_MS = 30000, LEAST = 5 };

static const char question[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"events.read\","
			       "\"params\":{\"limit\":1000}}\n";

static struct record_fixture record;
static struct journal *journal;
static struct rpc_rig rig;
static atomic_bool is_over;
static atomic_int rounds; /* of the followers */

/* What the record became. */
struct outcome {
	uint64_t commits, failures;
	int64_t last_seq;
	off_t log_bytes, file_bytes;
};

/* ---- followers ---------------------------------------------------------------------------- */

static int ask(void)
{
	int fd = rpc_rig_connect(&rig);

	(void)!send(fd, question, sizeof(question) - 1, MSG_NOSIGNAL);
	return fd;
}

static void *flood(void *arg)
{
	char answer[65536];

	(void)arg;
	while (!atomic_load(&is_over)) {
		int fd = ask();
		bool has_come = false;

		while (!has_come) {
			ssize_t got = recv(fd, answer, sizeof(answer), 0);

			has_come = got <= 0 || answer[got - 1] == '\n';
		}
		close(fd);
		atomic_fetch_add(&rounds, 1);
	}
	return NULL;
}

/* In the middle of its question, or of its answer. */
static void *die(void *arg)
{
	(void)arg;
	while (!atomic_load(&is_over)) {
		int fd = ask();

		if (atomic_fetch_add(&rounds, 1) % 2)
			(void)!recv(fd, (char[16]){0}, 16, 0);
		close(fd);
		fd = rpc_rig_connect(&rig);
		(void)!send(fd, question, 20, MSG_NOSIGNAL);
		close(fd);
	}
	return NULL;
}

/* Asks for more than a socket holds, and never reads. */
static void *stall(void *arg)
{
	int fds[STALLED];

	(void)arg;
	for (int i = 0; i < STALLED; i++)
		fds[i] = ask();
	atomic_fetch_add(&rounds, LEAST);
	while (!atomic_load(&is_over))
		usleep(1000);
	for (int i = 0; i < STALLED; i++)
		close(fds[i]);
	return NULL;
}

/* ---- the record --------------------------------------------------------------------------- */

static void wait_for_ack(uint64_t ticket)
{
	struct journal_ack ack;

	for (int i = 0; i < PATIENCE_MS; i++) {
		if (journal_next_ack(journal, &ack)) {
			assert_int_equal(ack.ticket, ticket);
			assert_true(ack.is_committed);
			return;
		}
		usleep(1000);
	}
	fail_msg("event %d was not committed", (int)ticket);
}

/* Each event in a commit of its own. */
static void append_all(void)
{
	for (int i = 0; i < EVENTS; i++) {
		struct event event;

		record_make_event(&event, BEFORE + i);
		event.ticket = (uint64_t)i + 1;
		assert_int_equal(journal_append(journal, &event), KAKOU_OK);
		wait_for_ack(event.ticket);
	}
}

static off_t size_of(const char *suffix)
{
	char path[400];
	struct stat is;

	snprintf(path, sizeof(path), "%s%s", record.path, suffix);
	return stat(path, &is) ? -1 : is.st_size;
}

static struct journal_health health_of(void)
{
	struct journal_health health;

	assert_true(journal_read_health(journal, 0, &health));
	return health;
}

static struct outcome run(void *(*follower)(void *arg), int count)
{
	struct journal_health before, after;
	pthread_t threads[4];
	struct outcome out;
	struct why why = {""};

	fake_clock_set(5000);
	record_make(&record);
	record_fill(&record, BEFORE);
	if (journal_open(&journal, &record.config, &record.past, &why))
		fail_msg("%s", why.text);
	rpc_healths_reset();
	rpc_rig_set_up(&rig, journal);
	rpc_rig_start(&rig);
	atomic_store(&is_over, false);
	atomic_store(&rounds, 0);
	for (int i = 0; i < count; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, follower, NULL), 0);
	while (count > 0 && atomic_load(&rounds) < LEAST)
		usleep(1000);
	before = health_of();
	append_all();
	while (health_of().last_seq < before.last_seq + EVENTS)
		usleep(1000);
	after = health_of();
	out = (struct outcome){
		.commits = after.commits - before.commits,
		.failures = after.failures,
		.last_seq = after.last_seq,
		.log_bytes = size_of("-wal"),
		.file_bytes = size_of(""),
	};
	atomic_store(&is_over, true);
	for (int i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	rpc_rig_tear_down(&rig);
	journal_close(journal);
	record_remove(&record);
	return out;
}

static void expect_same(void *(*follower)(void *arg), int count)
{
	static struct outcome alone;
	struct outcome beside;

	if (alone.commits == 0)
		alone = run(NULL, 0);
	beside = run(follower, count);
	assert_int_equal(alone.commits, EVENTS);
	assert_int_equal(beside.commits, alone.commits);
	assert_int_equal(beside.failures, 0);
	assert_int_equal(beside.last_seq, alone.last_seq);
	assert_true(alone.log_bytes > EVENTS * 4096);
	assert_int_equal(beside.log_bytes, alone.log_bytes);
	assert_int_equal(beside.file_bytes, alone.file_bytes);
}

static void followers_that_stall_change_neither_commits_nor_the_log(void **state)
{
	(void)state;
	expect_same(stall, 1);
}

static void followers_that_flood_change_neither_commits_nor_the_log(void **state)
{
	(void)state;
	expect_same(flood, 4);
}

static void followers_that_die_change_neither_commits_nor_the_log(void **state)
{
	(void)state;
	expect_same(die, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(followers_that_stall_change_neither_commits_nor_the_log),
		cmocka_unit_test(followers_that_flood_change_neither_commits_nor_the_log),
		cmocka_unit_test(followers_that_die_change_neither_commits_nor_the_log),
	};

	return cmocka_run_group_tests_name("record_followers", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Commits on a model disk whose every sync takes 5 ms: how near the writer comes to one commit a
 * sync, with a signing key and without, one event a commit and sixteen (make bench).
 *
 * Rounds are interleaved with rounds of bare syncs, and each ratio is one of two neighbours: what
 * else the machine does meets both. The median of nine is printed.
 *
 * Layer: tests.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "hal/log.h"
#include "tests/unit/record_fixture.h"

enum { SYNC_MS = 5, COMMITS = 60, ROUNDS = 9, PERCENT_LEAST = 85 };

static int syncs;

int fsync(int fd);
int fdatasync(int fd);

static int sync_slowly(void)
{
	struct timespec left = {.tv_nsec = SYNC_MS * 1000000};

	syncs++;
	while (nanosleep(&left, &left))
		;
	return 0;
}

int fsync(int fd)
{
	(void)fd;
	return sync_slowly();
}

int fdatasync(int fd)
{
	(void)fd;
	return sync_slowly();
}

static int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

struct run {
	const char *name;
	bool is_signed;
	int group;
	struct record_fixture record;
	double ratios[ROUNDS]; /* of the bare syncs' time to that of as many commits */
	double syncs_per_event;
};

static struct run runs[] = {
	{.name = "no key, 1 event a commit", .is_signed = false, .group = 1 },
	{.name = "no key, 16",               .is_signed = false, .group = 16},
	{.name = "signed, 1 event a commit", .is_signed = true,  .group = 1 },
	{.name = "signed, 16",               .is_signed = true,  .group = 16},
};
enum { RUNS = sizeof(runs) / sizeof(runs[0]) };

static int64_t sync_bare(void)
{
	int64_t began = now_us();

	for (int i = 0; i < COMMITS; i++)
		(void)fdatasync(-1);
	return now_us() - began;
}

static int64_t commit(struct run *run)
{
	int64_t began = now_us();
	int before = syncs;
	struct event event;

	for (int i = 0; i < COMMITS; i++) {
		for (int n = 0; n < run->group; n++) {
			record_make_event(&event, i * run->group + n);
			assert_int_equal(writer_take(run->record.writer, &event), 0);
		}
		assert_int_equal(writer_commit(run->record.writer), 0);
		if (writer_wants_rest(run->record.writer))
			assert_int_equal(writer_rest(run->record.writer), 0);
	}
	run->syncs_per_event += (double)(syncs - before) / COMMITS / run->group / ROUNDS;
	return now_us() - began;
}

static int compare(const void *a, const void *b)
{
	double first = *(const double *)a;
	double second = *(const double *)b;

	return (first > second) - (first < second);
}

static bool tell(struct run *run)
{
	double median;

	qsort(run->ratios, ROUNDS, sizeof(run->ratios[0]), compare);
	median = run->ratios[ROUNDS / 2];
	printf("%-26s %6.3f  (%.3f to %.3f)   %.3f syncs an event\n", run->name, median,
	       run->ratios[0], run->ratios[ROUNDS - 1], run->syncs_per_event);
	return median * 100 >= PERCENT_LEAST;
}

static void a_commit_costs_little_more_than_its_sync(void **state)
{
	struct why why = {""};
	bool is_good = true;

	(void)state;
	log_set_level((enum log_level)0);
	for (int i = 0; i < RUNS; i++) {
		record_make(&runs[i].record);
		if (runs[i].is_signed)
			record_use_key(&runs[i].record);
		if (record_open(&runs[i].record, &why))
			fail_msg("%s", why.text);
	}
	for (int round = 0; round < ROUNDS; round++)
		for (int i = 0; i < RUNS; i++) {
			double bare = (double)sync_bare();

			runs[i].ratios[round] = bare / (double)commit(&runs[i]);
		}
	printf("commits by syncs of %d ms, median of %d pairs (least and most):\n",
	       SYNC_MS, ROUNDS);
	for (int i = 0; i < RUNS; i++) {
		is_good = tell(&runs[i]) && is_good;
		record_remove(&runs[i].record);
	}
	fflush(stdout);
	assert_true(is_good);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_commit_costs_little_more_than_its_sync),
	};

	return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}

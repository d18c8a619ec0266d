/* SPDX-License-Identifier: MIT */
/*
 * A record of a million events: how long a start, pages of history and the statistics of a day take, and
 * what memory (make bench). The best of five, in milliseconds, on this machine at this moment; beside them
 * the same with 10,000 events, which should not be much less.
 *
 * Nothing is synced: the file is only made.
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
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "firmware/record/reader.h"
#include "firmware/record/tally.h"
#include "hal/clock.h"
#include "hal/fake/fake.h"
#include "hal/log.h"
#include "tests/unit/record_fixture.h"

enum { FEW = 10000, MANY = 1000000, TRIES = 5, PAGE = 100, PASSAGE_MS = 60000, EACH = 8 };

static struct record_fixture record;

int fsync(int fd);
int fdatasync(int fd);

int fsync(int fd)
{
	(void)fd;
	return 0;
}

int fdatasync(int fd)
{
	(void)fd;
	return 0;
}

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static long anonymous_kb(void)
{
	FILE *status = fopen("/proc/self/status", "re");
	char line[128];
	long kb = 0;

	while (status && fgets(line, sizeof(line), status))
		if (!strncmp(line, "RssAnon:", 8))
			kb = strtol(line + 8, NULL, 10);
	if (status)
		fclose(status);
	return kb;
}

static void open_record(void)
{
	struct why why = {""};

	if (record_open(&record, &why))
		fail_msg("%s", why.text);
}

/* Passages of eight events, a minute apart. */
static void grow(int from, int to)
{
	static const enum event_kind kinds[EACH] = {
		EVENT_PASSAGE_OPENED,  EVENT_EVIDENCE,       EVENT_INQUIRY,
		EVENT_LIFT_AUTHORISED, EVENT_LIFT_COMMANDED, EVENT_LIFT_OBSERVED,
		EVENT_ARM_LOWERED,     EVENT_PASSAGE_CLOSED,
	};
	struct event event;

	open_record();
	for (int i = from; i < to; i++) {
		event_begin(&event, kinds[i % EACH], (uint8_t)(i / EACH % 2),
			    i / EACH + 1);
		event_add_text(&event, "plate", "浙A12345");
		event_add_text(&event, "direction", "I");
		event_add_text(&event, "lift", "00");
		assert_int_equal(writer_take(record.writer, &event), KAKOU_OK);
		if (i % EACH == EACH - 1)
			fake_clock_advance(PASSAGE_MS);
		if (i % WRITER_GROUP == 0)
			assert_int_equal(writer_commit(record.writer), KAKOU_OK);
		record.answer_count = 0;
	}
	assert_int_equal(writer_commit(record.writer), KAKOU_OK);
	record_close(&record);
}

/* ---- what is timed ------------------------------------------------------------------------- */

static void start(void)
{
	record_close(&record);
	open_record();
}

static void read_page(const struct store_query *query)
{
	struct why why = {""};
	char *json = NULL;

	if (reader_query(record.reader, query, &json, &why) || strlen(json) < 3)
		fail_msg("%s", why.text);
	free(json);
}

static void read_newest(void)
{
	read_page(&(struct store_query){.limit = PAGE, .newest_first = true});
}

static void read_lane_in_the_middle(void)
{
	read_page(&(struct store_query){
		.limit = PAGE, .after = FEW / 2, .kind = "evidence", .lane = "out1"});
}

static void read_passage(void)
{
	read_page(&(struct store_query){.limit = PAGE, .passage = FEW / EACH / 2});
}

static void count_a_day(void)
{
	const int64_t day_ms = 86400000;
	struct tally_query query = {.from_ms = clock_wall_ms() - day_ms,
				    .until_ms = clock_wall_ms()};
	struct why why = {""};
	struct tally *tally;
	enum kakou_err err = tally_create(&tally, &query);

	while (!err || err == KAKOU_E_AGAIN) {
		err = tally_step(tally, record.reader, INT32_MAX, &why);
		if (!err)
			break;
	}
	if (err)
		fail_msg("%s", why.text);
	tally_destroy(tally);
}

static const struct {
	const char *name;
	void (*run)(void);
} parts[] = {
	{"start",				  start                  },
	{"page of the newest 100",                 read_newest            },
	{"page of a kind and lane, in the middle", read_lane_in_the_middle},
	{"all events of a passage",                read_passage           },
	{"statistics of a day",                    count_a_day            },
};
enum { PARTS = sizeof(parts) / sizeof(parts[0]) };

static void time_all(double best[PARTS])
{
	open_record();
	for (int i = 0; i < PARTS; i++) {
		best[i] = 1e9;
		for (int n = 0; n < TRIES; n++) {
			double began = now_ms();

			parts[i].run();
			began = now_ms() - began;
			if (began < best[i])
				best[i] = began;
		}
	}
}

static void a_long_record_is_read_like_a_short_one(void **state)
{
	double few[PARTS];
	double many[PARTS];
	long before_kb;

	(void)state;
	log_set_level((enum log_level)0);
	fake_clock_set(5000);
	record_make(&record);
	before_kb = anonymous_kb();
	grow(0, FEW);
	time_all(few);
	record_close(&record);
	grow(FEW, MANY);
	time_all(many);
	printf("ms, best of %d, with %d and %d events:\n", TRIES, FEW, MANY);
	for (int i = 0; i < PARTS; i++)
		printf("%-40s %7.2f %7.2f\n", parts[i].name, few[i], many[i]);
	printf("anonymous memory of both connections after that: %ld KB\n",
	       anonymous_kb() - before_kb);
	fflush(stdout);
	record_remove(&record);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_long_record_is_read_like_a_short_one),
	};

	return cmocka_run_group_tests_name("history", tests, NULL, NULL);
}

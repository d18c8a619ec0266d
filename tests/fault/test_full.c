/* SPDX-License-Identifier: MIT */
/*
 * A disk with little room: without retention it fills and the record stops until there is room,
 * with everything it took; with retention the same disk lasts.
 *
 * Layer: tests.
 */
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hal/fake/fake.h"
#include "hal/log.h"
#include "tests/fault/disk.h"
#include "tests/unit/record_old.h"

enum { DAY_MS = 86400000, FIRST = 2500, MORE = 800, ROUNDS = 5, GROUP = 32 };

static struct record_fixture record;

/* The journal and its log, as large as they became, and what they may be together. */
static struct {
	int64_t sizes[2];
	int64_t room;
	int refused;
} disk;

static int decide(void *arg, const struct disk_event *event)
{
	int64_t *size = &disk.sizes[strstr(event->path, "-wal") != NULL];
	int64_t end = event->offset + event->len;

	(void)arg;
	switch (event->op) {
	case DISK_WRITE:
		if (end <= *size)
			break;
		if (disk.sizes[0] + disk.sizes[1] - *size + end > disk.room) {
			disk.refused++;
			return SQLITE_FULL;
		}
		*size = end;
		break;
	case DISK_TRUNCATE: *size = event->offset; break;
	case DISK_CREATE:
	case DISK_DELETE: *size = 0; break;
	case DISK_SYNC: return DISK_SKIP;
	}
	return SQLITE_OK;
}

static int set_up(void **state)
{
	(void)state;
	log_set_level((enum log_level)0);
	fake_clock_set(5000);
	memset(&disk, 0, sizeof(disk));
	disk.room = INT64_MAX;
	disk_install(decide, NULL);
	record_make(&record);
	record_use_key(&record);
	old_open(&record);
	old_fill(&record, FIRST);
	assert_int_equal(writer_rest(record.writer), KAKOU_OK);
	/* A third more than the record has had until now. */
	disk.room = (disk.sizes[0] + disk.sizes[1]) * 4 / 3;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	disk.room = INT64_MAX;
	record_remove(&record);
	disk_remove();
	return 0;
}

static int64_t newest(void)
{
	return writer_health(record.writer)->last_seq;
}

static void expect_whole(int64_t last)
{
	struct journal_verdict verdict;

	record_close(&record);
	record_verify(&record, &verdict);
	if (!verdict.is_whole)
		fail_msg("%s", verdict.finding);
	assert_int_equal(verdict.removed_to + verdict.events - verdict.kept, last);
}

static void a_disk_that_is_full_stops_the_record_until_there_is_room(void **state)
{
	enum kakou_err err = KAKOU_OK;
	struct event event;
	int64_t taken = newest();

	(void)state;
	while (!err) {
		for (int i = 0; i < GROUP; i++, taken++) {
			event_begin(&event, EVENT_DEVICE, EVENT_NO_LANE, 0);
			event_add_text(&event, "device", "plate");
			assert_int_equal(writer_take(record.writer, &event), KAKOU_OK);
		}
		err = writer_commit(record.writer);
		if (!err && writer_wants_rest(record.writer))
			err = writer_rest(record.writer);
		assert_true(taken < 20 * FIRST);
	}
	assert_int_equal(err, KAKOU_E_FULL);
	assert_true(disk.refused > 0);
	assert_false(writer_health(record.writer)->is_well);
	assert_false(writer_wants_retain(record.writer, true));
	disk.room = INT64_MAX;
	assert_int_equal(writer_commit(record.writer), KAKOU_OK);
	assert_true(writer_health(record.writer)->is_well);
	assert_int_equal(newest(), taken);
	expect_whole(taken);
}

/* More than the disk has room for, and nothing is ever refused. */
static void a_disk_on_which_old_events_go_never_fills(void **state)
{
	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		old_hold(&record, newest());
		fake_clock_advance((int64_t)(OLD_DAYS + 1) * DAY_MS);
		old_retain(&record);
		assert_int_equal(writer_rest(record.writer), KAKOU_OK);
		old_fill(&record, newest() + MORE);
		assert_int_equal(writer_rest(record.writer), KAKOU_OK);
	}
	assert_int_equal(disk.refused, 0);
	assert_true(newest() >= FIRST + ROUNDS * MORE);
	assert_true(writer_health(record.writer)->removed_to > FIRST);
	expect_whole(newest());
}

int main(void)
{
#define ON_DISK(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		ON_DISK(a_disk_that_is_full_stops_the_record_until_there_is_room),
		ON_DISK(a_disk_on_which_old_events_go_never_fills),
	};
#undef ON_DISK

	return cmocka_run_group_tests_name("full", tests, NULL, NULL);
}

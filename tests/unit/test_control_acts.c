/* SPDX-License-Identifier: MIT */
/*
 * Acts while the record has no room: they wait in their order, a raise for safety does not.
 *
 * Layer: tests.
 */
#include <pthread.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "firmware/control/control_internal.h"
#include "hal/fake/fake.h"
#include "hal/log.h"
#include "hal/text.h"
#include "tests/fault/disk.h"
#include "tests/unit/lane_bench.h"
#include "tests/unit/record_fixture.h"

static struct record_fixture record;
static struct journal *journal;
static struct bench bench;
static struct control control;
static struct queue *acts, *results;

/* ---- a disk that hangs ------------------------------------------------------------------ */

static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool hangs, is_in_sync;
} disk = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static int decide(void *arg, const struct disk_event *event)
{
	(void)arg;
	if (event->op != DISK_SYNC)
		return SQLITE_OK;
	pthread_mutex_lock(&disk.lock);
	while (disk.hangs) {
		disk.is_in_sync = true;
		pthread_cond_broadcast(&disk.changed);
		pthread_cond_wait(&disk.changed, &disk.lock);
	}
	disk.is_in_sync = false;
	pthread_mutex_unlock(&disk.lock);
	return DISK_SKIP;
}

static void set_hanging(bool hangs)
{
	pthread_mutex_lock(&disk.lock);
	disk.hangs = hangs;
	pthread_cond_broadcast(&disk.changed);
	pthread_mutex_unlock(&disk.lock);
}

/* The writer hangs with an event of its own before the rest comes: it makes no room any more. */
static void fill_record(void)
{
	struct event event;

	set_hanging(true);
	record_make_event(&event, 0);
	assert_int_equal(journal_append(journal, &event), KAKOU_OK);
	pthread_mutex_lock(&disk.lock);
	while (!disk.is_in_sync)
		pthread_cond_wait(&disk.changed, &disk.lock);
	pthread_mutex_unlock(&disk.lock);
	for (int i = 1; control_has_room(&control); i++) {
		record_make_event(&event, i);
		assert_int_equal(journal_append(journal, &event), KAKOU_OK);
	}
}

static void wait_for_room(void)
{
	set_hanging(false);
	while (!control_has_room(&control))
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

/* ---- helpers ------------------------------------------------------------------------------ */

static int set_up(void **state)
{
	struct journal_past past;
	struct why why;

	(void)state;
	log_set_level((enum log_level)0);
	fake_clock_set(5000);
	bench_begin(&bench);
	disk_install(decide, NULL);
	record_make(&record);
	assert_int_equal(journal_open(&journal, &record.config, &past, &why), KAKOU_OK);
	assert_int_equal(queue_create(&acts, sizeof(struct act), 64, false), KAKOU_OK);
	assert_int_equal(queue_create(&results, sizeof(struct act_result), 64, false),
			 KAKOU_OK);
	memset(&control, 0, sizeof(control));
	control.config.journal = journal;
	control.config.acts = acts;
	control.config.act_results = results;
	control.site = &bench.site;
	control.lane_count = 1;
	control.lanes[0] = bench.lane;
	control.numbers = bench.numbers;
	control.now_ms = bench.now_ms;
	control.record.is_well = true;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	set_hanging(false);
	journal_close(journal);
	queue_destroy(acts);
	queue_destroy(results);
	record_remove(&record);
	disk_remove();
	return 0;
}

static void ask(enum act_verb verb, uint32_t token)
{
	struct act act = {.verb = (uint8_t)verb, .token = token, .role = ROLE_OFFICER};

	text_copy(act.actor, sizeof(act.actor), "li");
	text_copy(act.reason, sizeof(act.reason), "fire");
	text_copy(act.screen, sizeof(act.screen), "test");
	assert_int_equal(queue_push(acts, &act), KAKOU_OK);
}

static void expect_result(uint32_t token, enum kakou_err err)
{
	struct act_result result;

	assert_true(queue_pop(results, &result));
	assert_int_equal(result.token, token);
	assert_int_equal(result.error, err);
	assert_int_equal(result.seq, 0);
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void a_raise_acts_at_once_and_passes_those_who_wait(void **state)
{
	struct act_result result;

	(void)state;
	fill_record();
	ask(ACT_LOCK, 1);
	ask(ACT_EMERGENCY, 2);
	ask(ACT_EMERGENCY, 3);
	control_take_acts(&control);
	assert_true(control.lanes[0].is_raised_by_hand);
	expect_result(2, KAKOU_OK);
	expect_result(3, KAKOU_E_REFUSED);
	assert_false(queue_pop(results, &result));
	assert_false(control.lanes[0].is_locked);
	wait_for_room();
	control_take_acts(&control);
	assert_true(control.lanes[0].is_locked);
	assert_int_equal(control.acts.count, 0);
	assert_false(control.lanes[0].raise.is_unrecorded); /* the record has it now */
}

static void more_than_can_wait_are_told_so_and_a_raise_behind_them_acts(void **state)
{
	(void)state;
	fill_record();
	for (uint32_t i = 1; i <= CONTROL_ACTS_MAX + 1; i++)
		ask(ACT_HOLD, i);
	ask(ACT_EMERGENCY, 99);
	control_take_acts(&control);
	expect_result(CONTROL_ACTS_MAX + 1, KAKOU_E_FULL);
	expect_result(99, KAKOU_OK);
	assert_true(control.lanes[0].is_raised_by_hand);
}

static void acts_that_waited_are_taken_in_their_order(void **state)
{
	(void)state;
	fill_record();
	ask(ACT_LOCK, 1);
	control_take_acts(&control);
	ask(ACT_OPEN, 2); /* came later, and is taken later */
	wait_for_room();
	control_take_acts(&control);
	assert_false(control.lanes[0].is_locked);
	assert_int_equal(control.lanes[0].pending[0].token, 1);
	assert_int_equal(control.lanes[0].pending[0].refusal, REFUSAL_NONE);
	assert_int_equal(control.lanes[0].pending[1].refusal, REFUSAL_NONE);
}

int main(void)
{
#define WITH_RECORD(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		WITH_RECORD(a_raise_acts_at_once_and_passes_those_who_wait),
		WITH_RECORD(more_than_can_wait_are_told_so_and_a_raise_behind_them_acts),
		WITH_RECORD(acts_that_waited_are_taken_in_their_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

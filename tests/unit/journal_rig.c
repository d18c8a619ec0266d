/* SPDX-License-Identifier: MIT */
/*
 * A journal on a disk that stalls or fails. Layer: tests.
 */
#include "tests/unit/journal_rig.h"

#include <pthread.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <time.h>

#include <cmocka.h>

#include "hal/fake/fake.h"
#include "hal/log.h"
#include "tests/fault/disk.h"

struct journal_rig journal_rig;

static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool is_stalled, is_in_sync;
} disk = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static int decide(void *arg, const struct disk_event *event)
{
	(void)arg;
	if (event->op != DISK_SYNC)
		return journal_rig.is_disk_broken ? SQLITE_FULL : SQLITE_OK;
	pthread_mutex_lock(&disk.lock);
	while (disk.is_stalled) {
		disk.is_in_sync = true;
		pthread_cond_broadcast(&disk.changed);
		pthread_cond_wait(&disk.changed, &disk.lock);
	}
	disk.is_in_sync = false;
	pthread_mutex_unlock(&disk.lock);
	atomic_fetch_add(&journal_rig.syncs, 1);
	return journal_rig.is_disk_broken ? SQLITE_IOERR_FSYNC : DISK_SKIP;
}

void journal_rig_stall_disk(bool is_stalled)
{
	pthread_mutex_lock(&disk.lock);
	disk.is_stalled = is_stalled;
	pthread_cond_broadcast(&disk.changed);
	pthread_mutex_unlock(&disk.lock);
}

void journal_rig_wait_until_in_sync(void)
{
	pthread_mutex_lock(&disk.lock);
	while (!disk.is_in_sync)
		pthread_cond_wait(&disk.changed, &disk.lock);
	pthread_mutex_unlock(&disk.lock);
}

void journal_rig_pause_ms(long ms)
{
	struct timespec left = {.tv_nsec = ms * 1000000};

	nanosleep(&left, NULL);
}

int journal_rig_set_up(void **state)
{
	(void)state;
	log_set_level((enum log_level)0);
	fake_clock_set(5000);
	journal_rig.is_disk_broken = false;
	disk.is_stalled = false;
	disk_install(decide, NULL);
	record_make(&journal_rig.record);
	return 0;
}

int journal_rig_tear_down(void **state)
{
	(void)state;
	journal_rig.is_disk_broken = false;
	journal_rig_stall_disk(false);
	journal_close(journal_rig.journal);
	journal_rig.journal = NULL;
	record_remove(&journal_rig.record);
	disk_remove();
	return 0;
}

void journal_rig_open(void)
{
	struct why why = {""};

	if (journal_open(&journal_rig.journal, &journal_rig.record.config,
			 &journal_rig.past, &why))
		fail_msg("%s", why.text);
}

enum kakou_err journal_rig_append(int i, uint64_t ticket)
{
	struct event event;

	record_make_event(&event, i);
	event.ticket = ticket;
	return journal_append(journal_rig.journal, &event);
}

struct journal_ack journal_rig_wait_for_answer(void)
{
	struct journal_ack ack = {0};

	for (int i = 0; i < JOURNAL_RIG_PATIENCE_MS; i++) {
		if (journal_next_ack(journal_rig.journal, &ack))
			return ack;
		journal_rig_pause_ms(1);
	}
	fail_msg("no answer");
	return ack;
}

struct journal_health journal_rig_wait_for_health(bool is_well)
{
	struct journal_health health = {.is_well = !is_well};

	for (int i = 0; i < JOURNAL_RIG_PATIENCE_MS && health.is_well != is_well;
	     i++, journal_rig_pause_ms(1))
		assert_true(journal_read_health(journal_rig.journal, 1, &health));
	assert_int_equal(health.is_well, is_well);
	return health;
}

void journal_rig_append_and_wait(int i)
{
	struct journal_ack ack;

	while (journal_rig_append(i, (uint64_t)i + 1) == KAKOU_E_FULL)
		journal_rig_pause_ms(1);
	ack = journal_rig_wait_for_answer();
	assert_int_equal(ack.ticket, i + 1);
	assert_true(ack.is_committed);
}

void journal_rig_append_many(int count)
{
	for (int i = 0; i < count - 1; i++)
		while (journal_rig_append(i, 0) == KAKOU_E_FULL)
			journal_rig_pause_ms(1);
	journal_rig_append_and_wait(count - 1);
}

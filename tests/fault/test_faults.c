/* SPDX-License-Identifier: MIT */
/*
 * A disk that fails once, or for a while, at any operation: nothing that was acknowledged is
 * lost, the health says what happened, and the journal goes on when the disk does.
 *
 * KAKOU_LONG=1 breaks every operation of a signed journal; otherwise every one of an unsigned.
 *
 * Layer: tests.
 */
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/record/writer.h"
#include "hal/fake/fake.h"
#include "hal/log.h"
#include "tests/fault/disk.h"
#include "tests/unit/record_fixture.h"

enum { ROUNDS = 9, TRIES = 40 };

static struct record_fixture record;

/* Operations `fails_at` and the `fails_for` - 1 after it fail as `fault` says. */
static struct {
	int count, fails_at, fails_for;
	int fault;
	bool has_failed;
} disk;

enum fault { FAULT_EIO, FAULT_FULL, FAULT_TEAR, FAULT_SYNC, FAULTS };

static const char *const fault_names[] = {"EIO", "ENOSPC", "short write", "failed sync"};

static int code_of(enum disk_op op)
{
	switch (op) {
	case DISK_WRITE:
		return disk.fault == FAULT_FULL   ? SQLITE_FULL
		       : disk.fault == FAULT_TEAR ? (int)DISK_TEAR
						  : SQLITE_IOERR_WRITE;
	case DISK_SYNC: return SQLITE_IOERR_FSYNC;
	case DISK_CREATE: return SQLITE_CANTOPEN;
	case DISK_DELETE:
	case DISK_TRUNCATE: break;
	}
	return SQLITE_IOERR;
}

/* What each fault can do to an operation. */
static bool applies(enum disk_op op)
{
	switch ((enum fault)disk.fault) {
	case FAULT_SYNC: return op == DISK_SYNC;
	case FAULT_FULL:
	case FAULT_TEAR: return op == DISK_WRITE;
	default: return true;
	}
}

static int decide(void *arg, const struct disk_event *event)
{
	int otherwise = event->op == DISK_SYNC ? (int)DISK_SKIP : SQLITE_OK;
	int number;

	(void)arg;
	if (!applies(event->op))
		return otherwise;
	number = disk.count++;
	if (number < disk.fails_at || number >= disk.fails_at + disk.fails_for)
		return otherwise;
	disk.has_failed = true;
	return code_of(event->op);
}

/* ---- a day on that disk --------------------------------------------------------------- */

static int64_t acknowledged; /* the newest event that was answered with "committed" */
static int64_t taken;

static void open_at_last(void)
{
	struct why why = {""};

	for (int i = 0; i < TRIES; i++)
		if (!record_open(&record, &why))
			return;
	fail_msg("never opens: %s", why.text);
}

/* The rule of the writer thread: after a failure it tries again. */
static void commit_at_last(void)
{
	for (int i = 0; i < TRIES; i++) {
		if (!writer_commit(record.writer))
			return;
		assert_false(writer_health(record.writer)->is_well);
		assert_true(writer_health(record.writer)->why[0] != '\0');
		fake_clock_advance(1000);
	}
	fail_msg("never commits: %s", writer_health(record.writer)->why);
}

static void append(int round)
{
	size_t answered = record.answer_count;
	struct event event;

	for (int i = 0; i <= round % 3; i++) {
		record_make_event(&event, (int)taken);
		event.ticket = (uint64_t)++taken;
		assert_int_equal(writer_take(record.writer, &event), KAKOU_OK);
	}
	commit_at_last();
	assert_true(writer_health(record.writer)->is_well);
	assert_int_equal(writer_count_tickets(record.writer), 0);
	/* Each ticket is answered, and only once. */
	assert_int_equal(record.answer_count - answered, 1 + round % 3);
	for (; answered < record.answer_count; answered++)
		if (record.answers[answered].is_committed)
			acknowledged = record.answers[answered].seq;
}

static void live(void)
{
	record.answer_count = 0;
	acknowledged = 0;
	taken = 0;
	open_at_last();
	for (int round = 0; round < ROUNDS; round++) {
		append(round);
		if (round == 4 && writer_rest(record.writer))
			assert_false(writer_health(record.writer)->is_well);
		if (round == 6) {
			record_close(&record);
			open_at_last();
		}
	}
	record_close(&record);
}

static int64_t expect_everything(void)
{
	struct journal_verdict verdict;

	record_verify(&record, &verdict);
	if (!verdict.is_whole)
		fail_msg("%s at operation %d: %s", fault_names[disk.fault], disk.fails_at,
			 verdict.finding);
	/* What was taken while the disk failed is there too, in its order. */
	assert_int_equal(record_ask_sql(&record,
					"SELECT count(*) FROM events WHERE kind NOT IN"
					" ('signing_key', 'signed_late')"),
			 taken);
	assert_true(verdict.events >= acknowledged);
	return verdict.events;
}

static void make_record(void)
{
	fake_clock_set(5000);
	record_make(&record);
	if (getenv("KAKOU_LONG"))
		record_use_key(&record);
}

/* One life for each operation that can fail; the last is one in which none did. */
static void break_each(enum fault fault, int fails_for)
{
	int lives = 0;

	disk.fault = (int)fault;
	do {
		disk.fails_at = lives++;
		disk.fails_for = fails_for;
		disk.count = 0;
		disk.has_failed = false;
		disk_install(decide, NULL);
		make_record();
		live();
		disk.fails_for = 0;
		expect_everything();
		record_remove(&record);
		disk_remove();
	} while (disk.has_failed);
	print_message("%s for %d: %d operations, nothing lost\n", fault_names[fault],
		      fails_for, lives - 1);
	assert_true(lives > 10);
}

static void break_in_every_way(int fails_for)
{
	log_set_level((enum log_level)0);
	for (int fault = 0; fault < FAULTS; fault++)
		break_each((enum fault)fault, fails_for);
}

static void an_operation_that_fails_once_loses_nothing(void **state)
{
	(void)state;
	break_in_every_way(1);
}

static void a_disk_that_fails_for_a_while_loses_nothing(void **state)
{
	(void)state;
	break_in_every_way(7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_operation_that_fails_once_loses_nothing),
		cmocka_unit_test(a_disk_that_fails_for_a_while_loses_nothing),
	};

	return cmocka_run_group_tests_name("faults", tests, NULL, NULL);
}

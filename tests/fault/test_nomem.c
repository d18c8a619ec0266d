/* SPDX-License-Identifier: MIT */
/*
 * Every allocation of the journal's two sides fails once: nothing crashes, nothing that was
 * acknowledged is lost, and the next try finds a whole record.
 *
 * The allocator is this program's own, so that the libraries' allocations fail too. Under the
 * address sanitizer, which has one of its own, there is nothing to see.
 *
 * Layer: tests.
 */
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "firmware/record/reader.h"
#include "firmware/record/writer.h"
#include "hal/fake/fake.h"
#include "hal/log.h"
#include "tests/unit/record_fixture.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_OWN_ALLOCATOR 1
#endif
#endif

enum { EVENTS = 8, LIVES_SHORT = 120 };

static struct record_fixture record;

static struct {
	bool is_armed, has_failed;
	bool is_writing; /* jansson's reader asserts that it gets its memory: not ours to mend */
	long count, fails_at;
} memory;

#ifndef HAS_OWN_ALLOCATOR

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *at, size_t size);

static bool fails(void)
{
	if (!memory.is_armed || memory.count++ != memory.fails_at)
		return false;
	memory.has_failed = true;
	errno = ENOMEM;
	return true;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *at, size_t size)
{
	return fails() ? NULL : __libc_realloc(at, size);
}

static void *malloc_for_json(size_t size)
{
	return memory.is_writing && fails() ? NULL : __libc_malloc(size);
}

#else

static void *malloc_for_json(size_t size)
{
	return malloc(size);
}

#endif

/* ---- a short life, in which anything may fail ------------------------------------------ */

static int64_t acknowledged;

static void read_all(void)
{
	const struct store_query query = {.limit = 100};
	struct reader_copy *copy = NULL;
	struct why why = {""};
	char *json = NULL;
	char path[400];

	if (!reader_query(record.reader, &query, &json, &why))
		free(json);
	json = NULL;
	if (!reader_prove(record.reader, JOURNAL_INCLUSION, 3, 0, &json, &why))
		free(json);
	snprintf(path, sizeof(path), "%s/copy.db", record.directory);
	if (!reader_copy_begin(&copy, record.reader, path, &why))
		while (reader_copy_go_on(copy, &why) == KAKOU_E_AGAIN)
			;
}

static void live(void)
{
	struct journal_verdict verdict;
	struct why why = {""};
	struct event event;

	record.answer_count = 0;
	if (record_open(&record, &why))
		return;
	for (int i = 0; i < EVENTS; i++) {
		record_make_event(&event, i);
		event.ticket = (uint64_t)i + 1;
		memory.is_writing = true;
		if (writer_take(record.writer, &event))
			event.ticket = 0; /* the journal's thread would offer it again */
		memory.is_writing = false;
		if (i % 4 == 3 && writer_commit(record.writer))
			fake_clock_advance(1000);
	}
	if (writer_commit(record.writer))
		fake_clock_advance(1000);
	for (size_t i = 0; i < record.answer_count; i++)
		if (record.answers[i].is_committed)
			acknowledged = record.answers[i].seq;
	read_all();
	record_close(&record);
	if (journal_verify(record.directory, NULL, &verdict, &why))
		return;
}

static void expect_whole(void)
{
	struct journal_verdict verdict;
	struct why why = {""};

	if (record_open(&record, &why))
		fail_msg("allocation %ld: %s", memory.fails_at, why.text);
	record_close(&record);
	record_verify(&record, &verdict);
	if (!verdict.is_whole || verdict.events < acknowledged)
		fail_msg("allocation %ld: %lld events of %lld, %s", memory.fails_at,
			 (long long)verdict.events, (long long)acknowledged,
			 verdict.finding);
}

static void any_allocation_may_fail(void **state)
{
	bool is_long = getenv("KAKOU_LONG") != NULL;
	long step = 1;
	long lives = 0;

	(void)state;
#ifdef HAS_OWN_ALLOCATOR
	print_message("the sanitizer's allocator does not fail\n");
	skip();
#endif
	log_set_level((enum log_level)0);
	json_set_alloc_funcs(malloc_for_json, free);
	/* The first life counts. */
	for (memory.fails_at = LONG_MAX;; memory.fails_at += step, lives++) {
		fake_clock_set(5000);
		record_make(&record);
		record_use_key(&record);
		acknowledged = 0;
		memory.count = 0;
		memory.has_failed = false;
		memory.is_armed = true;
		live();
		memory.is_armed = false;
		expect_whole();
		record_remove(&record);
		if (lives == 0) {
			step = is_long ? 1 : memory.count / LIVES_SHORT + 1;
			memory.fails_at = -step;
		} else if (!memory.has_failed) {
			break;
		}
	}
	print_message("%ld of %ld allocations failed, one a life\n", lives - 1,
		      memory.count);
	assert_true(lives > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_allocation_may_fail),
	};

	return cmocka_run_group_tests_name("nomem", tests, NULL, NULL);
}

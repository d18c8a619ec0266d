/* SPDX-License-Identifier: MIT */
/*
 * What shows of a journal whose old events were removed when somebody changes what stayed, or
 * removes more and lets it look like retention. A second verifier agrees.
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
#include <unistd.h>

#include <cmocka.h>

#include "firmware/record/retain.h"
#include "hal/fake/fake.h"
#include "hal/log.h"
#include "tests/unit/record_old.h"

enum { DAY_MS = 86400000, EVENTS = 2600, SQL_BYTES = 400 };

static const char verifier[] = "tests/verifier.py";

static struct record_fixture record;
static struct sign_public *key;
static char public_path[320], kept_path[320];

/* Ends with what the second verifier says: 0 = whole, 1 = not. */
static int ask_verifier(void)
{
	char command[1024];
	int status;

	if (access(verifier, R_OK) || access("/usr/bin/python3", X_OK))
		return -1;
	snprintf(command, sizeof(command), "/usr/bin/python3 %s --key %s %s >/dev/null",
		 verifier, public_path, record.directory);
	status = system(command);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void write_public_key(void)
{
	unsigned char der[SIGN_PUBLIC_BYTES];
	char pem[SIGN_PUBLIC_PEM_MAX];
	struct sign_key *private = NULL;
	struct why why;
	FILE *to;

	assert_int_equal(sign_key_load(&private, record.config.key_file, &why), KAKOU_OK);
	sign_key_get_public(private, der);
	sign_key_destroy(private);
	sign_print_public(der, pem);
	snprintf(public_path, sizeof(public_path), "%s/public.pem", record.directory);
	to = fopen(public_path, "we");
	assert_non_null(to);
	fputs(pem, to);
	assert_int_equal(fclose(to), 0);
}

static void copy_file(const char *from, const char *to);

/* Removed are two blocks at least, with a locked lane, the key and a held checkpoint in them. */
static int make_once(void **state)
{
	struct event event;

	(void)state;
	log_set_level((enum log_level)0);
	fake_clock_set(5000);
	record_make(&record);
	record_use_key(&record);
	old_open(&record);
	old_fill(&record, 290);
	event_begin(&event, EVENT_LANE_LOCKED, 1, 0);
	(void)old_put(&record, &event);
	old_fill(&record, 700);
	old_hold(&record, 613);
	old_fill(&record, EVENTS);
	old_hold(&record, writer_health(record.writer)->last_seq);
	fake_clock_advance((int64_t)(OLD_DAYS + 1) * DAY_MS);
	old_retain(&record);
	record_close(&record);
	key = signed_get_public(&record);
	write_public_key();
	snprintf(kept_path, sizeof(kept_path), "%s/kept", record.directory);
	copy_file(record.path, kept_path);
	return 0;
}

static int remove_once(void **state)
{
	(void)state;
	sign_public_destroy(key);
	record_remove(&record);
	return 0;
}

static void copy_file(const char *from, const char *to)
{
	static char bytes[1 << 16];
	FILE *in = fopen(from, "re");
	FILE *out = fopen(to, "we");
	size_t len;

	assert_non_null(in);
	assert_non_null(out);
	while ((len = fread(bytes, 1, sizeof(bytes), in)) > 0)
		assert_int_equal(fwrite(bytes, 1, len, out), len);
	fclose(in);
	assert_int_equal(fclose(out), 0);
}

/* Changes the file, expects that both verifiers notice, and puts it back. */
static void expect_noticed(const char *change, const char *word)
{
	record_run_sql(&record, change);
	signed_expect_finding(&record, key, NULL, word);
	if (ask_verifier() == 0)
		fail_msg("the second verifier does not notice: %s", change);
	copy_file(kept_path, record.path);
}

static void what_is_left_is_whole_to_both_verifiers(void **state)
{
	struct journal_verdict verdict;

	(void)state;
	signed_expect_whole(&record, key, NULL);
	record_verify(&record, &verdict);
	assert_true(verdict.removed_to >= 5 * RETAIN_BLOCK);
	assert_int_equal(verdict.kept, 2);
	assert_true(ask_verifier() <= 0);
}

/* Each node and each leaf that stayed. */
static void another_hash_in_the_place_of_any_that_stayed_is_noticed(void **state)
{
	int64_t rows = record_ask_sql(&record, "SELECT count(*) FROM tree");
	struct journal_verdict verdict;
	char change[SQL_BYTES];

	(void)state;
	assert_true(rows > 40);
	for (int64_t i = 0; i < rows; i++) {
		snprintf(change, sizeof(change),
			 "UPDATE tree SET hash = zeroblob(32) WHERE (level, place) ="
			 " (SELECT level, place FROM tree ORDER BY level, place"
			 " LIMIT 1 OFFSET %lld)",
			 (long long)i);
		record_run_sql(&record, change);
		signed_verify(&record, key, NULL, &verdict);
		if (verdict.is_whole)
			fail_msg("row %lld of the tree", (long long)i);
		copy_file(kept_path, record.path);
	}
	expect_noticed(
		"UPDATE tree SET hash = zeroblob(32) WHERE level = 0 AND place = 5",
		"tree");
	expect_noticed(
		"UPDATE tree SET hash = zeroblob(32) WHERE level = 4 AND place = 9",
		"tree");
}

static void hashes_that_are_missing_or_too_many_are_noticed(void **state)
{
	(void)state;
	expect_noticed("DELETE FROM tree WHERE level = 0 AND place = 5", "stayed");
	expect_noticed("DELETE FROM tree WHERE level = 8 AND place = 1", "stayed");
	expect_noticed("INSERT INTO tree VALUES (0, 800, zeroblob(32))",
		       "nodes lie above");
}

static void an_event_that_should_have_stayed_is_noticed_when_it_goes(void **state)
{
	(void)state;
	expect_noticed("DELETE FROM events WHERE seq = 1", "event 1");
	/* One that stayed, in other words. */
	expect_noticed("UPDATE events SET bytes = CAST(replace(CAST(bytes AS TEXT),"
		       " '\"mono_ms\":', '\"mono_ms\":1') AS BLOB)"
		       " WHERE kind = 'lane_locked'",
		       "leaf");
}

static void a_run_that_is_changed_is_noticed(void **state)
{
	(void)state;
	expect_noticed("UPDATE removed SET chain = zeroblob(32) WHERE first = 2",
		       "chain");
	expect_noticed("UPDATE removed SET last = last - 1 WHERE first = 2", "event");
	expect_noticed("UPDATE removed SET last = last + 1 WHERE first = 2", "event");
	expect_noticed("DELETE FROM removed WHERE first = 2", "event 2");
	expect_noticed("UPDATE removed SET last = last + 256 ORDER BY first DESC LIMIT 1",
		       "missing");
	expect_noticed("UPDATE state SET value = value - 256 WHERE key = 'removed_to'",
		       "event");
	expect_noticed("DELETE FROM state WHERE key = 'removed_to'", "event");
}

/* Somebody without the key removes more, and leaves everything as retention would. */
static void events_that_nobody_said_would_go_are_noticed(void **state)
{
	int64_t to = record_ask_sql(&record,
				    "SELECT value FROM state WHERE key = 'removed_to'");
	struct why why = {""};
	struct store *store = NULL;
	int kept;

	(void)state;
	assert_int_equal(store_open(&store, record.path, STORE_WRITER, &why), KAKOU_OK);
	assert_int_equal(store_begin(store, &why), KAKOU_OK);
	assert_int_equal(retain_remove_block(store, to, &kept, &why), KAKOU_OK);
	assert_int_equal(store_commit(store, &why), KAKOU_OK);
	store_close(store);
	signed_expect_finding(&record, key, NULL, "does not say that it removed them");
	assert_true(ask_verifier() != 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_left_is_whole_to_both_verifiers),
		cmocka_unit_test(another_hash_in_the_place_of_any_that_stayed_is_noticed),
		cmocka_unit_test(hashes_that_are_missing_or_too_many_are_noticed),
		cmocka_unit_test(
			an_event_that_should_have_stayed_is_noticed_when_it_goes),
		cmocka_unit_test(events_that_nobody_said_would_go_are_noticed),
		cmocka_unit_test(a_run_that_is_changed_is_noticed),
	};

	return cmocka_run_group_tests_name("retain_tamper", tests, make_once,
					   remove_once);
}

/* SPDX-License-Identifier: MIT */
/*
 * Power cuts: whatever a cut leaves of the journal's files, it opens, is whole, and holds
 * every event that was acknowledged.
 *
 * KAKOU_CUTS=n looks at every cut with n seeds (of make test 3, more than 10,000 images),
 * KAKOU_LONG=1 with five; otherwise at a part of them, and at those where most goes on: after
 * an answer, and while the journal finds back from a failed sync.
 *
 * Layer: tests.
 */
#include "tests/fault/recorder.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "firmware/record/audit.h"
#include "firmware/record/retain.h"
#include "firmware/record/store.h"
#include "firmware/record/writer.h"
#include "hal/fake/fake.h"
#include "hal/log.h"
#include "tests/unit/record_old.h"

enum {
	EVENTS_MAX = 4096,
	CUTS_MAX = 2048,
	CUTS_LOOKED_AT = 60,
	OLD_CUTS_LOOKED_AT = 20,
	SEEDS_MAX = 5,
	DAY_MS = 86400000,
};

/* Events of its own in a start: its key, and what it found unsigned. */
enum { STARTS_SAY = 2 };

static struct record_fixture record; /* the journal whose power is cut */
static struct record_fixture image;  /* what is left of it */

/* The chain as it was, by number. */
static unsigned char chains[EVENTS_MAX + 1][CHAIN_BYTES];
static int64_t appended;
static int64_t largest_group;

static struct {
	int cuts, images, lost, broken;
	char first[300];
} found;

static int images_in_all; /* of the tests that must lose nothing */

/* Cuts that are looked at in any case: the moment after each group was answered, and all while
 * the journal finds back from a failure. */
static struct {
	size_t at[CUTS_MAX];
	size_t count;
} always;

static void always_look_at(size_t cut)
{
	assert_true(always.count < CUTS_MAX);
	always.at[always.count++] = cut;
}

/* ---- what is done to files without SQLite --------------------------------------------- */

int fsync(int fd);
int fdatasync(int fd);

/* Of directories: SQLite's own are skipped. */
int fsync(int fd)
{
	(void)fd;
	recorder_note_directory();
	return 0;
}

int fdatasync(int fd)
{
	(void)fd;
	return recorder_note_sync() ? 0 : -1;
}

int rename(const char *from, const char *to)
{
	recorder_note_replace(from, to);
	return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

/* ---- the journal ---------------------------------------------------------------------- */

static void open_journal(void)
{
	struct why why = {""};

	if (record_open(&record, &why))
		fail_msg("%s", why.text);
}

/* Takes `count` events, commits them together and acknowledges what was answered. */
static void append(int count)
{
	size_t answered = record.answer_count;
	int64_t before = writer_health(record.writer)->last_seq;
	struct event event;

	for (int i = 0; i < count; i++) {
		record_make_event(&event, (int)appended);
		event.ticket = (uint64_t)++appended;
		assert_int_equal(writer_take(record.writer, &event), KAKOU_OK);
	}
	if (writer_commit(record.writer))
		assert_false(writer_health(record.writer)->is_well);
	if (writer_health(record.writer)->last_seq - before > largest_group)
		largest_group = writer_health(record.writer)->last_seq - before;
	for (; answered < record.answer_count; answered++)
		if (record.answers[answered].is_committed)
			recorder_mark(record.answers[answered].seq);
	always_look_at(recorder_count());
}

/* The next `fails` syncs fail, and the group after them is taken. */
static void append_in_trouble(int fails)
{
	size_t from = recorder_count();

	recorder_fail_syncs(0, fails);
	for (int i = 0; i < 3; i++)
		append(1);
	while (++from < recorder_count())
		always_look_at(from);
}

/* A day in short: commits, moves of the log, an orderly end, another start. */
static void live(void)
{
	open_journal();
	for (int i = 0; i < 24; i++) {
		append(1 + i % 3);
		if (i % 7 == 6)
			assert_int_equal(writer_rest(record.writer), KAKOU_OK);
	}
	record_close(&record);
	open_journal();
	for (int i = 0; i < 6; i++)
		append(2);
}

static void keep_chains(void)
{
	struct store_query query = {.limit = -1};
	struct store *store = NULL;
	struct why why = {""};
	struct store_row row;

	memset(chains, 0, sizeof(chains));
	assert_int_equal(store_open(&store, record.path, STORE_EVIDENCE, &why), KAKOU_OK);
	assert_int_equal(store_select(store, &query, &why), KAKOU_OK);
	while (!store_next(store, &row, &why)) {
		assert_true(row.seq <= EVENTS_MAX);
		memcpy(chains[row.seq], row.chain, CHAIN_BYTES);
	}
	store_end_select(store);
	store_close(store);
}

/* ---- what is left --------------------------------------------------------------------- */

static void complain(bool is_loss, size_t at, int kind, unsigned seed, const char *text)
{
	if (is_loss)
		found.lost++;
	else
		found.broken++;
	if (!found.first[0])
		snprintf(found.first, sizeof(found.first), "cut %zu image %d seed %u: %s",
			 at, kind, seed, text);
}

static void judge_verdict(size_t at, int kind, unsigned seed)
{
	struct journal_verdict verdict;
	char text[240];
	int64_t newest;

	record_verify(&image, &verdict);
	newest = verdict.removed_to + verdict.events - verdict.kept;
	if (!verdict.is_whole)
		complain(false, at, kind, seed, verdict.finding);
	else if (verdict.unsigned_events >
		 (image.config.key_file ? 0 : largest_group + STARTS_SAY))
		complain(false, at, kind, seed, "more than a group is unsigned");
	else if (!image.config.key_file && newest > 0 &&
		 memcmp(verdict.head, chains[newest], CHAIN_BYTES))
		complain(false, at, kind, seed, "other events than were appended");
	if (image.past.last_seq < recorder_marked_at(at)) {
		snprintf(text, sizeof(text), "%lld events, %lld were acknowledged",
			 (long long)image.past.last_seq,
			 (long long)recorder_marked_at(at));
		complain(true, at, kind, seed, text);
	}
}

/* Opened, as a start does, and closed, the image must be a whole journal. */
static void judge(size_t at, enum recorder_image kind, unsigned seed)
{
	struct why why = {""};

	found.images++;
	record_make(&image);
	/* Where most is missing, the start has its key, and signs what it finds unsigned. */
	if (kind == RECORDER_NOTHING)
		image.config.key_file = record.key_path;
	recorder_build(at, kind, seed, image.directory);
	if (record_open(&image, &why)) {
		complain(false, at, (int)kind, seed, why.text);
	} else {
		record_close(&image);
		judge_verdict(at, (int)kind, seed);
	}
	record_remove(&image);
}

/* 0: only some cuts, with one seed each. */
static int choose_seeds(void)
{
	const char *cuts = getenv("KAKOU_CUTS");

	if (getenv("KAKOU_LONG"))
		return SEEDS_MAX;
	return cuts ? (int)strtol(cuts, NULL, 10) : 0;
}

static void judge_cut(size_t at, int seeds)
{
	found.cuts++;
	judge(at, RECORDER_NOTHING, 0);
	judge(at, RECORDER_EVERYTHING, 0);
	for (int seed = 1; seed == 1 || seed <= seeds; seed++) {
		judge(at, RECORDER_SUBSET, (unsigned)seed + (unsigned)at);
		judge(at, RECORDER_TORN, (unsigned)seed + (unsigned)at);
	}
}

static void judge_from(size_t from, int cuts, int seeds)
{
	size_t step = seeds > 0 ? 1 : (recorder_count() - from) / (size_t)cuts + 1;

	memset(&found, 0, sizeof(found));
	recorder_pause();
	for (size_t at = from + (recorder_count() - from) % step; at <= recorder_count();
	     at += step)
		judge_cut(at, seeds);
	for (size_t i = 0; step > 1 && i < always.count; i++)
		if (always.at[i] >= from)
			judge_cut(always.at[i], seeds);
	images_in_all += found.images;
	print_message("%d cuts, %d images: %d lost, %d broken %s\n", found.cuts,
		      found.images, found.lost, found.broken, found.first);
}

/* ---- the tests ------------------------------------------------------------------------ */

static int set_up(void **state)
{
	(void)state;
	log_set_level((enum log_level)0);
	fake_clock_set(5000);
	appended = 0;
	largest_group = 1;
	always.count = 0;
	record_make(&record);
	record_use_key(&record);
	recorder_start();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	recorder_pause();
	record_remove(&record);
	recorder_stop();
	return 0;
}

static void finish(int seeds)
{
	recorder_pause();
	record_close(&record);
	keep_chains();
	judge_from(0, CUTS_LOOKED_AT, seeds);
}

static void a_power_cut_loses_nothing_that_was_acknowledged(void **state)
{
	(void)state;
	live();
	finish(choose_seeds());
	assert_int_equal(found.lost, 0);
	assert_int_equal(found.broken, 0);
}

/* The sync of a commit fails once; the disk forgets what it should have written. */
static void a_power_cut_after_a_failed_sync_loses_nothing_that_was_acknowledged(
	void **state)
{
	(void)state;
	open_journal();
	for (int round = 0; round < 4; round++) {
		append(2);
		append_in_trouble(1 + round % 2);
		append(3);
		if (round == 2)
			assert_int_equal(writer_rest(record.writer), KAKOU_OK);
	}
	finish(choose_seeds());
	assert_int_equal(found.lost, 0);
	assert_int_equal(found.broken, 0);
}

/* The same, and the process ends before it can try again: what the next one finds in the log
 * is shown by the kernel, but not on the disk. */
static void a_power_cut_after_a_failed_sync_and_a_restart_loses_nothing(void **state)
{
	(void)state;
	for (int round = 0; round < 3; round++) {
		open_journal();
		appended = record.past.last_seq;
		append(2);
		append(1);
		recorder_fail_syncs(0, 100);
		append(2);
		record_close(&record);
		recorder_fail_syncs(0, 0);
		open_journal();
		appended = record.past.last_seq;
		append(1);
		append(2);
		record_close(&record);
	}
	finish(choose_seeds());
	assert_int_equal(found.lost, 0);
	assert_int_equal(found.broken, 0);
}

/* Steps of retention among commits and moves of the log. */
static void remove_among_commits(void)
{
	writer_retain_soon(record.writer);
	for (int i = 0; i < 8; i++) {
		assert_int_equal(writer_retain(record.writer), KAKOU_OK);
		append(1 + i % 2);
		if (i % 3 == 2)
			assert_int_equal(writer_rest(record.writer), KAKOU_OK);
	}
}

/* Before a block goes, while it goes, and after: what is left is whole, and so is all that came
 * meanwhile. */
static void a_power_cut_while_old_events_go_loses_nothing(void **state)
{
	size_t from;

	(void)state;
	record.config.retention.days = OLD_DAYS;
	old_open(&record);
	for (int i = 0; i < 8; i++)
		append(WRITER_GROUP);
	old_hold(&record, writer_health(record.writer)->last_seq);
	old_start(&record);
	fake_clock_advance((int64_t)(OLD_DAYS + 1) * DAY_MS);
	assert_int_equal(writer_rest(record.writer), KAKOU_OK);
	from = recorder_count();
	remove_among_commits();
	assert_true(writer_health(record.writer)->removed_to >= 3 * RETAIN_BLOCK);
	recorder_pause();
	record_close(&record);
	keep_chains();
	judge_from(from, OLD_CUTS_LOOKED_AT, choose_seeds());
	assert_int_equal(found.lost, 0);
	assert_int_equal(found.broken, 0);
}

/* Otherwise the tests above would prove nothing. */
static void a_disk_that_lies_about_its_syncs_is_caught(void **state)
{
	(void)state;
	recorder_lie();
	live();
	finish(0);
	assert_true(found.lost > 0);
	/* What make test promises of the others. */
	if (choose_seeds() >= 3)
		assert_true(images_in_all - found.images >= 10000);
}

int main(void)
{
#define ON_RECORDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		ON_RECORDER(a_power_cut_loses_nothing_that_was_acknowledged),
		ON_RECORDER(
			a_power_cut_after_a_failed_sync_loses_nothing_that_was_acknowledged),
		ON_RECORDER(a_power_cut_after_a_failed_sync_and_a_restart_loses_nothing),
		ON_RECORDER(a_power_cut_while_old_events_go_loses_nothing),
		ON_RECORDER(a_disk_that_lies_about_its_syncs_is_caught),
	};
#undef ON_RECORDER

	return cmocka_run_group_tests_name("powercut", tests, NULL, NULL);
}

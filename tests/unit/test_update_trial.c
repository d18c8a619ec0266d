/* SPDX-License-Identifier: MIT */
/*
 * When a new version is kept, and what is remembered until then.
 *
 * Layer: tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/update/memory.h"
#include "firmware/update/trial.h"
#include "hal/file.h"
#include "hal/text.h"
#include "tests/unit/site_file.h"

enum { HEALTHY_MS = 120000, WITHIN_MS = 600000, LOOK_MS = 2000 };

static struct trial trial;
static struct trial_sight sight;
static int64_t now_ms;

static int begin(void **state)
{
	(void)state;
	now_ms = 20000;
	sight = (struct trial_sight){
		.answers = true,
		.started_wall_ms = 1800000000000,
		.record_is_well = true,
		.has_site = true,
	};
	trial_begin(&trial, HEALTHY_MS, WITHIN_MS, true, now_ms);
	return 0;
}

/* Looks for so long; the verdict of the last look, or the first that is one. */
static enum trial_verdict look_for(int64_t ms)
{
	enum trial_verdict verdict = TRIAL_GOES_ON;

	for (int64_t end_ms = now_ms + ms; now_ms < end_ms && verdict == TRIAL_GOES_ON;) {
		now_ms += LOOK_MS;
		sight.scans += 200;
		verdict = trial_look(&trial, &sight, now_ms);
	}
	return verdict;
}

static void a_kakoud_that_is_healthy_for_the_whole_time_passes(void **state)
{
	(void)state;
	assert_int_equal(look_for(HEALTHY_MS), TRIAL_GOES_ON);
	assert_int_equal(look_for(2 * LOOK_MS), TRIAL_PASSED);
}

static void each_break_begins_the_time_anew(void **state)
{
	(void)state;
	assert_int_equal(look_for(HEALTHY_MS - 10000), TRIAL_GOES_ON);
	sight.record_is_well = false;
	assert_int_equal(look_for(LOOK_MS), TRIAL_GOES_ON);
	assert_string_equal(trial.why, "the record can't be written");
	sight.record_is_well = true;
	assert_int_equal(look_for(HEALTHY_MS), TRIAL_GOES_ON);
	assert_int_equal(look_for(LOOK_MS), TRIAL_PASSED);
}

static void a_run_that_ends_in_between_is_a_break(void **state)
{
	(void)state;
	assert_int_equal(look_for(HEALTHY_MS - 10000), TRIAL_GOES_ON);
	sight.started_wall_ms += 1000;
	sight.scans = 0;
	assert_int_equal(look_for(HEALTHY_MS), TRIAL_GOES_ON);
	assert_int_equal(look_for(2 * LOOK_MS), TRIAL_PASSED);
}

static void who_never_answers_fails_at_the_end(void **state)
{
	(void)state;
	sight.answers = false;
	assert_int_equal(look_for(WITHIN_MS - LOOK_MS), TRIAL_GOES_ON);
	assert_int_equal(look_for(LOOK_MS), TRIAL_FAILED);
	assert_string_equal(trial.why, "kakoud does not answer");
}

static void a_loop_that_makes_no_scans_fails(void **state)
{
	(void)state;
	for (int i = 0; i < WITHIN_MS / LOOK_MS - 1; i++) {
		now_ms += LOOK_MS;
		assert_int_equal(trial_look(&trial, &sight, now_ms), TRIAL_GOES_ON);
	}
	now_ms += LOOK_MS;
	assert_int_equal(trial_look(&trial, &sight, now_ms), TRIAL_FAILED);
	assert_string_equal(trial.why, "its control loop makes no scans");
	begin(NULL);
	sight.is_hung = true;
	assert_int_equal(look_for(WITHIN_MS), TRIAL_FAILED);
}

/* Nobody waits ten minutes for what is clear after one. */
static void a_crash_loop_fails_before_the_end(void **state)
{
	(void)state;
	for (int i = 1; i < TRIAL_STARTS_MAX; i++) {
		assert_int_equal(look_for(10000), TRIAL_GOES_ON);
		sight.started_wall_ms += 5000;
		sight.scans = 0;
	}
	assert_int_equal(look_for(10000), TRIAL_FAILED);
	assert_string_equal(trial.why, "kakoud crashes again and again");
	assert_true(now_ms < WITHIN_MS / 2);
}

static void a_board_without_a_site_has_nothing_to_run_but_one_that_lost_it_fails(
	void **state)
{
	(void)state;
	sight.has_site = sight.answers = false;
	trial_begin(&trial, HEALTHY_MS, WITHIN_MS, false, now_ms);
	assert_int_equal(look_for(HEALTHY_MS + 2 * LOOK_MS), TRIAL_PASSED);
	trial_begin(&trial, HEALTHY_MS, WITHIN_MS, true, now_ms);
	assert_int_equal(look_for(WITHIN_MS), TRIAL_FAILED);
	assert_string_equal(trial.why, "the site file is gone");
}

static void what_is_remembered_comes_back_as_it_was(void **state)
{
	struct update_memory memory = {
		.phase = UPDATE_ON_TRIAL, .restarts = 2, .had_site = true};
	struct update_memory back;
	struct why why = {""};
	char *directory = site_file_make_directory();

	(void)state;
	text_copy(memory.slot, sizeof(memory.slot), "B");
	text_copy(memory.version, sizeof(memory.version), "0.2.0");
	text_copy(memory.why, sizeof(memory.why), "kakoud does not answer");
	assert_int_equal(update_memory_read(&back, directory, &why), KAKOU_OK);
	assert_int_equal(back.phase, UPDATE_NONE);
	assert_int_equal(update_memory_write(&memory, directory, &why), KAKOU_OK);
	assert_int_equal(update_memory_read(&back, directory, &why), KAKOU_OK);
	assert_memory_equal(&back, &memory, sizeof(back));
	site_file_remove_directory(directory);
}

static void what_is_damaged_is_said_and_a_later_version_s_lines_are_not_damage(
	void **state)
{
	static const struct {
		const char *text;
		enum kakou_err err;
	} cases[] = {
		{"phase waits\nslot B\nlater 7\n", KAKOU_OK       },
		{"phase gone\n",                   KAKOU_E_INVALID},
		{"phase waits\nrestarts x\n",      KAKOU_E_INVALID},
		{"phase waits",                    KAKOU_E_INVALID},
		{"slot B\n",                       KAKOU_E_INVALID},
		{"phase\n",                        KAKOU_E_INVALID},
	};
	char *directory = site_file_make_directory(), path[300];
	struct update_memory back;
	struct why why = {""};

	(void)state;
	snprintf(path, sizeof(path), "%s/update", directory);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(file_write_atomic(path, cases[i].text,
						   strlen(cases[i].text), 0600, &why),
				 KAKOU_OK);
		assert_int_equal(update_memory_read(&back, directory, &why),
				 cases[i].err);
		assert_int_equal(back.phase, cases[i].err ? UPDATE_NONE : UPDATE_WAITS);
	}
	site_file_remove_directory(directory);
}

#define TEST(name) cmocka_unit_test_setup(name, begin)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_kakoud_that_is_healthy_for_the_whole_time_passes),
		TEST(each_break_begins_the_time_anew),
		TEST(a_run_that_ends_in_between_is_a_break),
		TEST(who_never_answers_fails_at_the_end),
		TEST(a_loop_that_makes_no_scans_fails),
		TEST(a_crash_loop_fails_before_the_end),
		TEST(a_board_without_a_site_has_nothing_to_run_but_one_that_lost_it_fails),
		TEST(what_is_remembered_comes_back_as_it_was),
		TEST(what_is_damaged_is_said_and_a_later_version_s_lines_are_not_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

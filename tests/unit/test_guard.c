/* SPDX-License-Identifier: MIT */
/*
 * The guard: when it kicks, why the machine began anew, and that a watchdog never makes a reboot
 * loop.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "firmware/kakoud/guard.h"
#include "firmware/kakoud/guard_judge.h"
#include "hal/fake/fake.h"
#include "hal/file.h"
#include "hal/text.h"
#include "hal/watchdog.h"
#include "tests/unit/site_file.h"

static struct site site;
static struct mailbox *view;
static char *directory;

static int set_up(void **state)
{
	(void)state;
	directory = site_file_make_directory();
	memset(&site, 0, sizeof(site));
	text_copy(site.state_dir, sizeof(site.state_dir), directory);
	text_copy(site.watchdog, sizeof(site.watchdog), "sim_wdt");
	site.watchdog_s = 30;
	fake_watchdog_set("sim_wdt", 0);
	return mailbox_create(&view, sizeof(struct snapshot_guard));
}

static int tear_down(void **state)
{
	(void)state;
	mailbox_destroy(view);
	site_file_remove_directory(directory);
	return 0;
}

static struct snapshot_guard shown(void)
{
	struct snapshot_guard shot;

	assert_true(mailbox_get(view, &shot));
	return shot;
}

static struct guard *begin(bool was_stopped)
{
	struct guard *guard;

	assert_int_equal(guard_open(&guard, &site, was_stopped, view), KAKOU_OK);
	return guard;
}

/* As left by a run of another boot. */
static void leave(int resets, bool was_armed, const char *reason)
{
	struct guard_memory memory = {.resets = resets, .was_armed = was_armed};
	struct why why;

	text_copy(memory.boot, sizeof(memory.boot), "another-boot");
	text_copy(memory.reason, sizeof(memory.reason), reason);
	assert_int_equal(guard_memory_write(&memory, directory, &why), KAKOU_OK);
}

static struct guard_memory left(void)
{
	struct guard_memory memory;
	struct why why;

	assert_int_equal(guard_memory_read(&memory, directory, &why), KAKOU_OK);
	return memory;
}

static void it_is_armed_once_all_has_started_and_stopped_in_good_order(void **state)
{
	struct guard *guard = begin(false);

	(void)state;
	assert_false(fake_watchdog_is_armed());
	guard_arm(guard, 0, 1000);
	assert_true(fake_watchdog_is_armed());
	assert_string_equal(shown().state, "armed");
	assert_int_equal(shown().timeout_s, 30);
	assert_true(left().was_armed);
	guard_disarm(guard);
	assert_false(fake_watchdog_is_armed());
	guard_close(guard);
	assert_false(left().was_armed);
}

static void a_start_that_fails_never_arms_it(void **state)
{
	struct guard *guard = begin(false);

	(void)state;
	guard_disarm(guard);
	guard_close(guard);
	assert_false(fake_watchdog_is_armed());
}

static void it_is_kicked_once_a_second_while_scans_go_on(void **state)
{
	struct guard *guard = begin(false);
	int64_t now_ms = 1000;

	(void)state;
	guard_arm(guard, 0, now_ms);
	for (uint64_t scans = 20; scans <= 20 * 50; scans += 20)
		guard_step(guard, scans, now_ms += 200);
	assert_in_range(fake_watchdog_kicks(), 9, 11);
	guard_disarm(guard);
	guard_close(guard);
}

static void a_loop_that_hangs_is_not_kicked_and_the_reason_is_kept(void **state)
{
	struct guard *guard = begin(false);
	int64_t now_ms = 1000;
	int kicks;

	(void)state;
	guard_arm(guard, 0, now_ms);
	guard_step(guard, 20, now_ms += 1200);
	kicks = fake_watchdog_kicks();
	for (int i = 0; i < 100; i++) {
		guard_step(guard, 20, now_ms += 200);
		assert_int_equal(shown().is_hung, (i + 1) * 200 > GUARD_HUNG_MS);
	}
	assert_int_equal(fake_watchdog_kicks(), kicks);
	assert_string_equal(left().reason, "the control loop hung");
	/* It was a long hiccup: all goes on. */
	guard_step(guard, 21, now_ms += 200);
	assert_int_equal(fake_watchdog_kicks(), kicks + 1);
	assert_false(shown().is_hung);
	assert_string_equal(left().reason, "");
	guard_disarm(guard);
	guard_close(guard);
}

static void a_full_disk_does_not_end_the_kicks(void **state)
{
	struct guard *guard = begin(false);
	int64_t now_ms = 1000;

	(void)state;
	text_copy(site.state_dir, sizeof(site.state_dir), "/nonexistent");
	guard_arm(guard, 0, now_ms);
	for (uint64_t scans = 1; scans <= 100; scans++)
		guard_step(guard, scans, now_ms += 1000);
	assert_in_range(fake_watchdog_kicks(), 99, 100);
	guard_disarm(guard);
	guard_close(guard);
}

static void expect_cause(bool was_stopped, const char *by, const char *why, int resets)
{
	struct guard *guard = begin(was_stopped);
	struct event event;
	const char *text;
	int64_t number;

	assert_true(guard_fill_event(guard, &event));
	assert_int_equal(event.kind, EVENT_RESET);
	assert_true(event_get_text(&event, "by", &text));
	assert_string_equal(text, by);
	assert_true(event_get_text(&event, "why", &text));
	if (!strstr(text, why))
		fail_msg("\"%s\", expected \"%s\" in it", text, why);
	assert_true(event_get_number(&event, "resets", &number));
	assert_int_equal(number, resets);
	assert_string_equal(shown().reset_by, by);
	guard_disarm(guard);
	guard_close(guard);
}

static void the_reason_of_the_last_reset_is_told(void **state)
{
	(void)state;
	fake_watchdog_set("sim_wdt", WATCHDOG_CAUSE_WATCHDOG);
	leave(0, true, "the control loop hung");
	expect_cause(false, "watchdog", "the control loop hung", 1);
	leave(1, true, "");
	expect_cause(false, "watchdog", "left no reason", 2);
	fake_watchdog_set("sim_wdt", WATCHDOG_CAUSE_HEAT);
	leave(2, true, "");
	expect_cause(false, "heat", "too hot", 0);
	fake_watchdog_set("sim_wdt", WATCHDOG_CAUSE_POWER);
	leave(2, true, "");
	expect_cause(false, "power", "voltage", 0);
	/* Hardware that remembers nothing: what kakoud wrote before. */
	fake_watchdog_set("sim_wdt", 0);
	leave(0, true, "the control loop hung");
	expect_cause(false, "watchdog", "the control loop hung", 1);
	leave(0, true, "");
	expect_cause(false, "unknown", "power, kernel or button", 0);
	leave(0, false, "");
	expect_cause(true, "order", "after a stop", 0);
}

static void a_first_start_and_a_plain_restart_tell_of_no_reset(void **state)
{
	struct guard *guard = begin(false);
	struct event event;

	(void)state;
	assert_false(guard_fill_event(guard, &event));
	guard_arm(guard, 0, 0);
	guard_disarm(guard);
	guard_close(guard);
	guard = begin(true);
	assert_false(guard_fill_event(guard, &event));
	guard_disarm(guard);
	guard_close(guard);
}

static void a_restart_of_kakoud_alone_tells_that_its_loop_hung(void **state)
{
	struct guard *guard = begin(false);
	struct guard_memory memory;
	struct why why;

	(void)state;
	guard_arm(guard, 0, 0);
	memory = left();
	text_copy(memory.reason, sizeof(memory.reason), "the control loop hung");
	guard_disarm(guard);
	guard_close(guard);
	assert_int_equal(guard_memory_write(&memory, directory, &why), KAKOU_OK);
	expect_cause(false, "supervisor", "the control loop hung", 0);
}

static void after_three_resets_in_a_row_it_is_not_armed(void **state)
{
	struct guard *guard;

	(void)state;
	fake_watchdog_set("sim_wdt", WATCHDOG_CAUSE_WATCHDOG);
	for (int resets = 0; resets < 3; resets++) {
		leave(resets, true, "");
		guard = begin(false);
		guard_arm(guard, 0, 0);
		assert_int_equal(fake_watchdog_is_armed(), resets < 2);
		guard_disarm(guard);
		guard_close(guard);
	}
	assert_string_equal(shown().state, "withheld");
	assert_non_null(strstr(shown().why, "three times"));
}

static void a_run_of_ten_minutes_ends_the_row(void **state)
{
	struct guard *guard;

	(void)state;
	leave(1, true, "the control loop hung");
	guard = begin(false);
	guard_arm(guard, 0, 0);
	guard_step(guard, 1, GUARD_SETTLED_MS - 1);
	assert_int_equal(left().resets, 2);
	guard_step(guard, 2, GUARD_SETTLED_MS);
	assert_int_equal(left().resets, 0);
	guard_disarm(guard);
	guard_close(guard);
}

static void what_is_missing_or_taken_is_shown_and_stops_nothing(void **state)
{
	struct guard *guard;

	(void)state;
	fake_watchdog_set_busy(true);
	guard = begin(false);
	guard_arm(guard, 0, 0);
	assert_string_equal(shown().state, "refused");
	guard_step(guard, 1, 1000);
	guard_disarm(guard);
	guard_close(guard);
	fake_watchdog_set("other_wdt", 0);
	guard = begin(false);
	guard_arm(guard, 0, 0);
	assert_string_equal(shown().state, "missing");
	assert_non_null(strstr(shown().why, "\"other_wdt\""));
	guard_disarm(guard);
	guard_close(guard);
	site.watchdog[0] = '\0';
	guard = begin(false);
	guard_arm(guard, 0, 0);
	assert_string_equal(shown().state, "none");
	guard_disarm(guard);
	guard_close(guard);
}

static void a_memory_that_is_damaged_is_no_memory(void **state)
{
	static const char *const damaged[] = {
		"",
		"boot x\n",
		"boot x\nresets 1\narmed 2\nreason \n",
		"boot x\nresets -1\narmed 1\nreason \n",
		"boot x\nresets 1\narmed 1\nreason no end",
	};
	struct guard_memory memory;
	char path[300];
	struct why why;

	(void)state;
	snprintf(path, sizeof(path), "%s/last-boot", directory);
	assert_int_equal(guard_memory_read(&memory, directory, &why), KAKOU_E_NOTFOUND);
	for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
		struct guard *guard;
		struct event event;

		assert_int_equal(file_write_atomic(path, damaged[i], strlen(damaged[i]),
						   0600, &why),
				 KAKOU_OK);
		assert_int_equal(guard_memory_read(&memory, directory, &why),
				 KAKOU_E_INVALID);
		guard = begin(false);
		assert_false(guard_fill_event(guard, &event));
		guard_disarm(guard);
		guard_close(guard);
	}
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		EACH(it_is_armed_once_all_has_started_and_stopped_in_good_order),
		EACH(a_start_that_fails_never_arms_it),
		EACH(it_is_kicked_once_a_second_while_scans_go_on),
		EACH(a_loop_that_hangs_is_not_kicked_and_the_reason_is_kept),
		EACH(a_full_disk_does_not_end_the_kicks),
		EACH(the_reason_of_the_last_reset_is_told),
		EACH(a_first_start_and_a_plain_restart_tell_of_no_reset),
		EACH(a_restart_of_kakoud_alone_tells_that_its_loop_hung),
		EACH(after_three_resets_in_a_row_it_is_not_armed),
		EACH(a_run_of_ten_minutes_ends_the_row),
		EACH(what_is_missing_or_taken_is_shown_and_stops_nothing),
		EACH(a_memory_that_is_damaged_is_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * What every watchdog does.
 */
#include "hal/watchdog.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/contract/watchdog_rig.h"

static struct watchdog *open_it(int32_t timeout_s)
{
	struct watchdog_found info;
	struct watchdog *watchdog = NULL;
	struct why why = {""};

	assert_int_equal(watchdog_find(&info, "sim_wdt", &why), KAKOU_OK);
	if (watchdog_open(&watchdog, &info, timeout_s, &why))
		fail_msg("%s", why.text);
	return watchdog;
}

static int set_up(void **state)
{
	(void)state;
	watchdog_rig_set("sim_wdt", 0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	watchdog_rig_clean();
	return 0;
}

static void finding_one_by_its_identity_does_not_start_it(void **state)
{
	struct watchdog_found info;
	struct why why;

	(void)state;
	assert_int_equal(watchdog_find(&info, "sim_wdt", &why), KAKOU_OK);
	assert_string_equal(info.identity, "sim_wdt");
	assert_false(watchdog_rig_is_armed());
}

static void one_that_is_not_there_is_refused_with_those_that_are(void **state)
{
	struct watchdog_found info;
	struct why why;

	(void)state;
	assert_int_equal(watchdog_find(&info, "other_wdt", &why), KAKOU_E_NOTFOUND);
	assert_non_null(strstr(why.text, "\"other_wdt\""));
	assert_non_null(strstr(why.text, "\"sim_wdt\""));
}

static void it_remembers_why_the_machine_started(void **state)
{
	static const uint32_t all[] = {0, WATCHDOG_CAUSE_WATCHDOG, WATCHDOG_CAUSE_HEAT,
				       WATCHDOG_CAUSE_POWER};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct watchdog_found info;
		struct why why;

		watchdog_rig_set("sim_wdt", all[i]);
		assert_int_equal(watchdog_find(&info, "sim_wdt", &why), KAKOU_OK);
		assert_int_equal(info.causes, all[i]);
	}
}

static void it_is_armed_from_opening_to_closing_and_counts_kicks(void **state)
{
	struct watchdog *watchdog = open_it(30);

	(void)state;
	assert_int_equal(watchdog_timeout_s(watchdog), 30);
	assert_true(watchdog_rig_is_armed());
	for (int i = 1; i <= 3; i++) {
		assert_int_equal(watchdog_kick(watchdog), KAKOU_OK);
		assert_int_equal(watchdog_rig_kicks(), i);
	}
	assert_true(watchdog_rig_is_armed());
	watchdog_close(watchdog);
	assert_false(watchdog_rig_is_armed());
}

static void it_says_what_it_makes_of_a_timeout_it_does_not_have(void **state)
{
	struct watchdog *watchdog = open_it(100);

	(void)state;
	assert_int_equal(watchdog_timeout_s(watchdog), 63);
	watchdog_close(watchdog);
}

static void one_that_somebody_else_has_is_refused(void **state)
{
	struct watchdog_found info;
	struct watchdog *watchdog;
	struct why why;

	(void)state;
	watchdog_rig_set_busy(true);
	assert_int_equal(watchdog_find(&info, "sim_wdt", &why), KAKOU_OK);
	assert_int_equal(watchdog_open(&watchdog, &info, 30, &why), KAKOU_E_DENIED);
	assert_non_null(strstr(why.text, "somebody else"));
}

static void closing_nothing_is_legal(void **state)
{
	(void)state;
	watchdog_close(NULL);
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		EACH(finding_one_by_its_identity_does_not_start_it),
		EACH(one_that_is_not_there_is_refused_with_those_that_are),
		EACH(it_remembers_why_the_machine_started),
		EACH(it_is_armed_from_opening_to_closing_and_counts_kicks),
		EACH(it_says_what_it_makes_of_a_timeout_it_does_not_have),
		EACH(one_that_somebody_else_has_is_refused),
		EACH(closing_nothing_is_legal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

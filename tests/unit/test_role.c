/* SPDX-License-Identifier: MIT */
/*
 * Roles, and which of them may do which act.
 *
 * Layer: tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "firmware/control/act.h"
#include "firmware/people/role.h"

static void a_word_that_is_no_role_is_nobody(void **state)
{
	(void)state;
	assert_int_equal(role_find("officer"), ROLE_OFFICER);
	assert_int_equal(role_find("none"), ROLE_NONE);
	assert_int_equal(role_find("Officer"), ROLE_NONE);
	assert_null(role_name(ROLE_COUNT));
}

static void nobody_is_only_in_the_set_that_asks_for_no_role(void **state)
{
	(void)state;
	assert_true(role_is_in(ROLE_NONE, ROLES_LOCAL));
	assert_false(role_is_in(ROLE_NONE, ROLES_ANY));
	assert_true(role_is_in(ROLE_SUPERVISOR, ROLES_OFFICER));
	assert_false(role_is_in(ROLE_TECHNICIAN, ROLES_OFFICER));
}

static void a_set_is_said_in_words(void **state)
{
	char words[ROLE_WORDS_MAX];

	(void)state;
	assert_string_equal(role_list(ROLES_OFFICER, words), "officer or supervisor");
	assert_string_equal(role_list(ROLES_ANY, words),
			    "viewer or officer or supervisor or technician");
}

static void no_act_is_open_to_a_viewer_or_to_nobody(void **state)
{
	(void)state;
	for (int verb = 0; verb < ACT_VERBS; verb++) {
		const struct act_rule *rule = act_rule_of((enum act_verb)verb);

		assert_non_null(rule->name);
		assert_false(role_is_in(ROLE_NONE, rule->roles));
		assert_false(role_is_in(ROLE_VIEWER, rule->roles));
		/* What tries outputs and reports on a lane is a technician's alone. */
		assert_int_equal(role_is_in(ROLE_SUPERVISOR, rule->roles),
				 verb != ACT_PULSE && verb != ACT_COMMISSION);
	}
	assert_null(act_rule_of(ACT_VERBS));
}

static void a_technician_clears_nobody(void **state)
{
	static const enum act_verb clearing[] = {ACT_RELEASE, ACT_INSPECT, ACT_RETURN,
						 ACT_HOLD};

	(void)state;
	for (size_t i = 0; i < sizeof(clearing) / sizeof(clearing[0]); i++)
		assert_false(
			role_is_in(ROLE_TECHNICIAN, act_rule_of(clearing[i])->roles));
	assert_true(role_is_in(ROLE_TECHNICIAN, act_rule_of(ACT_RESET)->roles));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_word_that_is_no_role_is_nobody),
		cmocka_unit_test(nobody_is_only_in_the_set_that_asks_for_no_role),
		cmocka_unit_test(a_set_is_said_in_words),
		cmocka_unit_test(no_act_is_open_to_a_viewer_or_to_nobody),
		cmocka_unit_test(a_technician_clears_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

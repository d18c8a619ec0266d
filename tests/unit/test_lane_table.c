/* SPDX-License-Identifier: MIT */
/*
 * The lane's table as a graph: complete, reachable, able to come to rest.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/lane/lane.h"

static bool is_listed(enum lane_state state, enum lane_event event)
{
	for (size_t i = 0; i < lane_rule_count; i++)
		if (lane_rules[i].from == state && lane_rules[i].on == event)
			return true;
	return false;
}

static void every_pair_is_listed_or_ignored_and_never_both(void **state)
{
	(void)state;
	for (int s = 0; s < LANE_STATES; s++)
		for (int e = 0; e < LANE_EVENTS; e++) {
			bool listed = is_listed((enum lane_state)s, (enum lane_event)e);
			bool ignored =
				lane_ignores((enum lane_state)s, (enum lane_event)e);

			if (listed == ignored)
				print_error("%s, %s: listed %d, ignored %d\n",
					    lane_state_name((enum lane_state)s),
					    lane_event_name((enum lane_event)e), listed,
					    ignored);
			assert_true(listed != ignored);
		}
}

static void no_row_stands_behind_one_without_a_guard(void **state)
{
	(void)state;
	for (size_t i = 0; i < lane_rule_count; i++)
		for (size_t j = 0; j < i; j++) {
			bool same_pair = lane_rules[i].from == lane_rules[j].from &&
					 lane_rules[i].on == lane_rules[j].on;

			assert_false(same_pair && lane_rules[j].when == NULL);
		}
}

/* Spreads reachability along the rows (or against them) until nothing changes. */
static void spread(bool reached[LANE_STATES], bool backwards)
{
	bool has_changed = true;

	while (has_changed) {
		has_changed = false;
		for (size_t i = 0; i < lane_rule_count; i++) {
			int from = backwards ? lane_rules[i].to : lane_rules[i].from;
			int to = backwards ? lane_rules[i].from : lane_rules[i].to;

			if (reached[from] && !reached[to])
				has_changed = reached[to] = true;
		}
	}
}

static void every_state_is_reached_from_the_start(void **state)
{
	bool reached[LANE_STATES] = {[LANE_BLOCKED] = true};

	(void)state;
	spread(reached, false);
	for (int s = 0; s < LANE_STATES; s++)
		assert_true(reached[s]);
}

static void every_state_can_come_to_rest(void **state)
{
	bool reaches_idle[LANE_STATES] = {[LANE_IDLE] = true};

	(void)state;
	spread(reaches_idle, true);
	for (int s = 0; s < LANE_STATES; s++)
		assert_true(reaches_idle[s]);
}

static void an_officer_can_resolve_every_hold(void **state)
{
	static const enum lane_state waiting[] = {LANE_GATHERING, LANE_ASKING,
						  LANE_SILENT,    LANE_HELD,
						  LANE_LEAVING,   LANE_BLOCKED};

	(void)state;
	for (size_t i = 0; i < sizeof(waiting) / sizeof(waiting[0]); i++)
		assert_true(is_listed(waiting[i], EV_ACT));
}

static void only_a_commit_leads_to_a_lift(void **state)
{
	(void)state;
	for (size_t i = 0; i < lane_rule_count; i++) {
		if (lane_rules[i].to != LANE_LIFTING)
			continue;
		assert_int_equal(lane_rules[i].from, LANE_RECORDING);
		assert_int_equal(lane_rules[i].on, EV_COMMITTED);
	}
}

static void the_scan_can_tell_every_row_it_took(void **state)
{
	static struct lane_out out;

	(void)state;
	assert_true(lane_rule_count <= 8 * sizeof(out.rules));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_pair_is_listed_or_ignored_and_never_both),
		cmocka_unit_test(no_row_stands_behind_one_without_a_guard),
		cmocka_unit_test(every_state_is_reached_from_the_start),
		cmocka_unit_test(every_state_can_come_to_rest),
		cmocka_unit_test(an_officer_can_resolve_every_hold),
		cmocka_unit_test(only_a_commit_leads_to_a_lift),
		cmocka_unit_test(the_scan_can_tell_every_row_it_took),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

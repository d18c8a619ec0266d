/* SPDX-License-Identifier: MIT */
/*
 * A lane that looks up what is on file.
 */
#include "tests/unit/lane_right_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

int right_set_up(void **state)
{
	struct site_lane *lane = &b.site.lanes[0];

	case_set_up(state);
	bench_use_registry(&b);
	lane->empty_tolerance_g = 500000;
	for (int i = 0; i < SITE_ORDER_TYPES; i++)
		lane->tolerances[i] = (struct site_tolerance){.percent = 5, .g = 100000};
	return 0;
}

void right_expect_note(int i, enum order_step step)
{
	assert_true(i < b.note_count);
	assert_int_equal(b.notes[i].step, step);
	assert_int_equal(b.notes[i].nth, i + 1);
	assert_string_equal(b.notes[i].number, "Z3111I261101000000000001");
	assert_string_equal(b.notes[i].who, "浙A12345");
}

void right_allow_offline(void)
{
	b.site.offline = (struct site_offline){
		.types = 0x3F, .max_age_ms = 24 * (int64_t)HOUR_MS, .in = true};
}

void right_be_silent(void)
{
	case_ask();
	bench_run(&b, 5100);
}

void right_expect_held(enum reason reason)
{
	assert_int_equal(b.lane.state, LANE_HELD);
	assert_int_equal(b.lane.reason, reason);
	assert_int_equal(b.lifts_commanded, 0);
}

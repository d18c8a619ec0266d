/* SPDX-License-Identifier: MIT */
/*
 * The wall clock that steps becomes an event; one that is slewed does not.
 *
 * Layer: tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/kakoud/clock_watch.h"
#include "firmware/record/event.h"
#include "hal/clock.h"
#include "hal/fake/fake.h"
#include "hal/log.h"

enum { START_MS = 5000, LOOK_MS = 200 };

static const int64_t noon = INT64_C(1795780800000);
static struct clock_watch watch;
static struct queue *notes;

static int set_up(void **state)
{
	(void)state;
	log_set_level((enum log_level)0);
	fake_clock_set(START_MS);
	fake_clock_set_wall(noon);
	watch = (struct clock_watch){0};
	return queue_create(&notes, sizeof(struct event), 2, false);
}

static int tear_down(void **state)
{
	(void)state;
	queue_destroy(notes);
	return 0;
}

static void look(void)
{
	fake_clock_advance(LOOK_MS);
	clock_watch_step(&watch, notes);
}

static int64_t number_of(const struct event *event, const char *key)
{
	for (size_t i = 0; i < event->field_count; i++)
		if (!strcmp(event->fields[i].key, key))
			return event->fields[i].number;
	fail_msg("no %s", key);
	return 0;
}

/* Asserts that the next event is one step by so much. */
static void expect_step(int64_t by_ms)
{
	struct event event;

	assert_true(queue_pop(notes, &event));
	assert_int_equal(event.kind, EVENT_CLOCK_STEP);
	assert_int_equal(number_of(&event, "by_ms"), by_ms);
	assert_int_equal(number_of(&event, "was_wall_ms"), clock_wall_ms() - by_ms);
}

static void expect_nothing(void)
{
	struct event event;

	assert_false(queue_pop(notes, &event));
}

static void the_first_look_and_time_that_passes_say_nothing(void **state)
{
	(void)state;
	for (int i = 0; i < 50; i++)
		look();
	expect_nothing();
}

static void a_step_is_told_once_either_way(void **state)
{
	(void)state;
	look();
	fake_clock_set_wall(clock_wall_ms() + 3600000);
	look();
	expect_step(3600000);
	look();
	fake_clock_set_wall(clock_wall_ms() - 1000);
	look();
	expect_step(-1000);
	look();
	expect_nothing();
}

static void a_clock_that_is_slewed_is_not_one_that_steps(void **state)
{
	(void)state;
	look();
	for (int i = 0; i < 5000; i++) {
		fake_clock_set_wall(clock_wall_ms() + 1);
		look();
	}
	expect_nothing();
}

static void what_finds_no_room_is_told_at_the_next_look(void **state)
{
	struct event event;

	(void)state;
	look();
	event_begin(&event, EVENT_ALARM, EVENT_NO_LANE, 0);
	while (!queue_push(notes, &event))
		;
	fake_clock_set_wall(clock_wall_ms() + 7000);
	look();
	while (queue_pop(notes, &event))
		assert_int_equal(event.kind, EVENT_ALARM);
	look();
	expect_step(7000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			the_first_look_and_time_that_passes_say_nothing, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(a_step_is_told_once_either_way, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(
			a_clock_that_is_slewed_is_not_one_that_steps, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_finds_no_room_is_told_at_the_next_look, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("clock_watch", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * The event loop, under the virtual clock: a callback moves the time on.
 */
#include "hal/loop.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "hal/clock.h"
#include "hal/fake/fake.h"
#include "hal/thread.h"

enum { TRACE_MAX = 32 };

/* What happened, in order, and what callbacks may touch. */
struct scene {
	struct loop *loop;
	int fds[2];
	struct loop_watch *watch;
	struct loop_watch *other;
	struct loop_timer *timers[3];
	int ready;
	int trace[TRACE_MAX];
	size_t length;
};

static void note(struct scene *scene, int what)
{
	assert_true(scene->length < TRACE_MAX);
	scene->trace[scene->length++] = what;
}

static int open_scene(void **state)
{
	static struct scene scene;

	scene = (struct scene){0};
	fake_clock_set(1000);
	if (loop_create(&scene.loop) ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, scene.fds))
		return -1;
	*state = &scene;
	return 0;
}

static int close_scene(void **state)
{
	struct scene *scene = *state;

	loop_destroy(scene->loop);
	close(scene->fds[0]);
	if (scene->fds[1] >= 0)
		close(scene->fds[1]);
	return 0;
}

static void run(struct scene *scene)
{
	alarm(10);
	assert_int_equal(loop_run(scene->loop), KAKOU_OK);
	alarm(0);
}

static void read_and_stop(void *arg, int ready)
{
	struct scene *scene = arg;
	char byte;

	scene->ready = ready;
	note(scene, (int)read(scene->fds[0], &byte, 1));
	loop_stop(scene->loop);
}

static void a_readable_descriptor_calls_its_watch(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(loop_watch_fd(scene->loop, scene->fds[0], LOOP_IN, read_and_stop,
				       scene, &scene->watch),
			 KAKOU_OK);
	assert_int_equal(write(scene->fds[1], "x", 1), 1);
	run(scene);
	assert_int_equal(scene->length, 1);
	assert_int_equal(scene->trace[0], 1);
	assert_int_equal(scene->ready, LOOP_IN);
	loop_unwatch(scene->watch);
	loop_unwatch(NULL);
}

static void a_hang_up_counts_as_both(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(loop_watch_fd(scene->loop, scene->fds[0], LOOP_IN, read_and_stop,
				       scene, &scene->watch),
			 KAKOU_OK);
	close(scene->fds[1]);
	scene->fds[1] = -1;
	run(scene);
	assert_int_equal(scene->ready, LOOP_IN | LOOP_OUT);
	assert_int_equal(scene->trace[0], 0);
}

static void write_then_listen(void *arg, int ready)
{
	struct scene *scene = arg;

	note(scene, ready);
	if (ready & LOOP_OUT) {
		assert_int_equal(loop_watch_change(scene->watch, LOOP_IN), KAKOU_OK);
		assert_int_equal(write(scene->fds[1], "x", 1), 1);
	} else {
		loop_stop(scene->loop);
	}
}

static void a_watch_can_be_changed_in_its_callback(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(loop_watch_fd(scene->loop, scene->fds[0], LOOP_OUT,
				       write_then_listen, scene, &scene->watch),
			 KAKOU_OK);
	run(scene);
	assert_int_equal(scene->length, 2);
	assert_int_equal(scene->trace[0], LOOP_OUT);
	assert_int_equal(scene->trace[1], LOOP_IN);
}

/* Whichever of two ready watches comes first removes both. */
static void remove_both(void *arg, int ready)
{
	struct scene *scene = arg;

	note(scene, ready);
	loop_unwatch(scene->watch);
	loop_unwatch(scene->other);
	loop_stop(scene->loop);
}

static void a_watch_removed_by_another_is_not_called(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(loop_watch_fd(scene->loop, scene->fds[0], LOOP_IN, remove_both,
				       scene, &scene->watch),
			 KAKOU_OK);
	assert_int_equal(loop_watch_fd(scene->loop, scene->fds[1], LOOP_IN, remove_both,
				       scene, &scene->other),
			 KAKOU_OK);
	assert_int_equal(write(scene->fds[0], "x", 1), 1);
	assert_int_equal(write(scene->fds[1], "x", 1), 1);
	run(scene);
	assert_int_equal(scene->length, 1);
}

static void stop_at_once(void *arg)
{
	struct scene *scene = arg;

	loop_stop(scene->loop);
}

static void never_called(void *arg, int ready)
{
	(void)arg;
	(void)ready;
	fail();
}

static void a_watch_for_nothing_stays_silent_even_on_hang_up(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(loop_watch_fd(scene->loop, scene->fds[0], LOOP_IN, never_called,
				       scene, &scene->watch),
			 KAKOU_OK);
	assert_int_equal(loop_watch_change(scene->watch, 0), KAKOU_OK);
	close(scene->fds[1]);
	scene->fds[1] = -1;
	assert_int_equal(
		loop_timer_create(scene->loop, stop_at_once, scene, &scene->timers[0]),
		KAKOU_OK);
	loop_timer_set(scene->timers[0], clock_mono_ms());
	run(scene);
}

static void note_0(void *arg)
{
	note(arg, 0);
}

static void note_1(void *arg)
{
	note(arg, 1);
}

static void note_2_and_stop(void *arg)
{
	note(arg, 2);
	stop_at_once(arg);
}

static void make_timers(struct scene *scene, void (*a)(void *), void (*b)(void *),
			void (*c)(void *))
{
	void (*const fns[])(void *) = {a, b, c};

	for (size_t i = 0; i < 3; i++)
		assert_int_equal(
			loop_timer_create(scene->loop, fns[i], scene, &scene->timers[i]),
			KAKOU_OK);
}

static void timers_fire_earliest_first_and_once(void **state)
{
	struct scene *scene = *state;

	make_timers(scene, note_0, note_1, note_2_and_stop);
	loop_timer_set(scene->timers[0], 1040);
	loop_timer_set(scene->timers[1], 1010);
	loop_timer_set(scene->timers[2], 1050);
	fake_clock_advance(60);
	run(scene);
	assert_int_equal(scene->length, 3);
	assert_int_equal(scene->trace[0], 1);
	assert_int_equal(scene->trace[1], 0);
	assert_int_equal(scene->trace[2], 2);
}

static void a_timer_that_is_moved_or_unset_forgets_its_old_instant(void **state)
{
	struct scene *scene = *state;

	make_timers(scene, note_0, note_1, note_2_and_stop);
	loop_timer_set(scene->timers[0], 1001);
	loop_timer_set(scene->timers[0], 5000);
	loop_timer_set(scene->timers[1], 1001);
	loop_timer_set(scene->timers[1], -1);
	loop_timer_set(scene->timers[2], 1002);
	fake_clock_advance(10);
	run(scene);
	assert_int_equal(scene->length, 1);
	assert_int_equal(scene->trace[0], 2);
}

/* Sets itself into the past for ever; descriptors must still be served. */
static void insist(void *arg)
{
	struct scene *scene = arg;

	loop_timer_set(scene->timers[0], 1);
}

static void a_timer_in_the_past_cannot_starve_descriptors(void **state)
{
	struct scene *scene = *state;

	make_timers(scene, insist, note_1, note_1);
	loop_timer_set(scene->timers[0], 1);
	assert_int_equal(loop_watch_fd(scene->loop, scene->fds[0], LOOP_IN, read_and_stop,
				       scene, &scene->watch),
			 KAKOU_OK);
	assert_int_equal(write(scene->fds[1], "x", 1), 1);
	run(scene);
	assert_int_equal(scene->trace[0], 1);
}

static void destroy_all(void *arg)
{
	struct scene *scene = arg;

	note(scene, 7);
	for (size_t i = 0; i < 3; i++)
		loop_timer_destroy(scene->timers[i]);
	loop_timer_destroy(NULL);
	loop_stop(scene->loop);
}

static void a_timer_may_destroy_itself_and_the_others(void **state)
{
	struct scene *scene = *state;

	make_timers(scene, destroy_all, destroy_all, destroy_all);
	for (size_t i = 0; i < 3; i++)
		loop_timer_set(scene->timers[i], 1000);
	run(scene);
	assert_int_equal(scene->length, 1);
}

static void stop_later(void *arg)
{
	loop_stop(arg);
}

static void another_thread_can_stop_the_loop(void **state)
{
	struct scene *scene = *state;
	struct thread_config config = {.name = "stopper",
				       .stack_bytes = 65536,
				       .run = stop_later,
				       .arg = scene->loop};
	struct thread *thread;

	assert_int_equal(thread_start(&thread, &config), KAKOU_OK);
	run(scene);
	thread_join(thread);
}

static void a_stop_before_the_run_ends_it_and_the_next_run_is_a_new_one(void **state)
{
	struct scene *scene = *state;

	loop_stop(scene->loop);
	run(scene);
	make_timers(scene, note_0, note_1, note_2_and_stop);
	loop_timer_set(scene->timers[2], 1000);
	run(scene);
	assert_int_equal(scene->length, 1);
}

#define ON_SCENE(test) cmocka_unit_test_setup_teardown(test, open_scene, close_scene)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_SCENE(a_readable_descriptor_calls_its_watch),
		ON_SCENE(a_hang_up_counts_as_both),
		ON_SCENE(a_watch_can_be_changed_in_its_callback),
		ON_SCENE(a_watch_removed_by_another_is_not_called),
		ON_SCENE(a_watch_for_nothing_stays_silent_even_on_hang_up),
		ON_SCENE(timers_fire_earliest_first_and_once),
		ON_SCENE(a_timer_that_is_moved_or_unset_forgets_its_old_instant),
		ON_SCENE(a_timer_in_the_past_cannot_starve_descriptors),
		ON_SCENE(a_timer_may_destroy_itself_and_the_others),
		ON_SCENE(another_thread_can_stop_the_loop),
		ON_SCENE(a_stop_before_the_run_ends_it_and_the_next_run_is_a_new_one),
	};

	return cmocka_run_group_tests_name("loop", tests, NULL, NULL);
}

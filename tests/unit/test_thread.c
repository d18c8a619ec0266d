/* SPDX-License-Identifier: MIT */
/*
 * Threads: their name, stack and signals; locked memory.
 */
#include "hal/thread.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct seen {
	char name[32];
	size_t stack_bytes;
	int policy;
	bool blocks_all;
};

static void look_around(void *arg)
{
	struct seen *seen = arg;
	pthread_attr_t attr;
	struct sched_param param;
	sigset_t blocked;

	pthread_getname_np(pthread_self(), seen->name, sizeof(seen->name));
	pthread_getattr_np(pthread_self(), &attr);
	pthread_attr_getstacksize(&attr, &seen->stack_bytes);
	pthread_attr_destroy(&attr);
	pthread_getschedparam(pthread_self(), &seen->policy, &param);
	pthread_sigmask(SIG_SETMASK, NULL, &blocked);
	seen->blocks_all =
		sigismember(&blocked, SIGTERM) && sigismember(&blocked, SIGINT) &&
		sigismember(&blocked, SIGUSR1) && sigismember(&blocked, SIGHUP);
}

static void a_thread_has_the_name_and_stack_it_was_given(void **state)
{
	struct seen seen = {.name = ""};
	struct thread_config config = {.name = "lane-control",
				       .stack_bytes = 131072,
				       .run = look_around,
				       .arg = &seen};
	struct thread *thread;
	sigset_t before;
	sigset_t after;

	(void)state;
	pthread_sigmask(SIG_SETMASK, NULL, &before);
	assert_int_equal(thread_start(&thread, &config), KAKOU_OK);
	pthread_sigmask(SIG_SETMASK, NULL, &after);
	assert_false(thread_is_realtime(thread));
	thread_join(thread);
	assert_string_equal(seen.name, "lane-control");
	assert_in_range(seen.stack_bytes, 131072, 1048576);
	assert_true(seen.blocks_all);
	assert_int_equal(sigismember(&before, SIGTERM), sigismember(&after, SIGTERM));
	thread_join(NULL);
}

static void a_realtime_thread_is_one_or_says_it_is_not(void **state)
{
	struct seen seen = {.name = ""};
	struct thread_config config = {.name = "rt",
				       .stack_bytes = 65536,
				       .fifo_priority = 10,
				       .run = look_around,
				       .arg = &seen};
	struct thread *thread;
	bool is_realtime;

	(void)state;
	assert_int_equal(thread_start(&thread, &config), KAKOU_OK);
	is_realtime = thread_is_realtime(thread);
	thread_join(thread);
	assert_int_equal(seen.policy == SCHED_FIFO, is_realtime);
}

static void a_wrong_configuration_starts_nothing(void **state)
{
	const struct thread_config good = {
		.name = "t", .stack_bytes = 65536, .run = look_around};
	struct thread_config config = good;
	struct thread *thread = NULL;

	(void)state;
	config.stack_bytes = 65535;
	assert_int_equal(thread_start(&thread, &config), KAKOU_E_INVALID);
	config.stack_bytes = 262145;
	assert_int_equal(thread_start(&thread, &config), KAKOU_E_INVALID);
	config = good;
	config.name = "sixteen-bytes-xx";
	assert_int_equal(thread_start(&thread, &config), KAKOU_E_INVALID);
	config = good;
	config.fifo_priority = 100;
	assert_int_equal(thread_start(&thread, &config), KAKOU_E_INVALID);
	config = good;
	config.run = NULL;
	assert_int_equal(thread_start(&thread, &config), KAKOU_E_INVALID);
	assert_null(thread);
}

/* In a process of its own, because it can't be undone. Root may lock whatever the limit says,
 * so the child gives up root first. */
static void locking_memory_past_the_limit_is_denied_and_said(void **state)
{
	int status;
	pid_t child = fork();

	(void)state;
	if (child == 0) {
		struct rlimit small;
		struct why why = {.text = ""};
		enum kakou_err err;

		if (getrlimit(RLIMIT_MEMLOCK, &small))
			_exit(2);
		if (small.rlim_max > MEMORY_LOCK_BYTES / 2)
			small.rlim_max = MEMORY_LOCK_BYTES / 2;
		small.rlim_cur = small.rlim_max;
		if (setrlimit(RLIMIT_MEMLOCK, &small) ||
		    (geteuid() == 0 && setuid(65534)))
			_exit(2);
		err = memory_lock(&why);
		/* Half of what is needed: that would fail later, where nobody expects it. */
		_exit(err == KAKOU_E_DENIED && strstr(why.text, "RLIMIT_MEMLOCK is ")
			      ? 0
			      : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/* What descriptors_allow() says to nobody in particular under these limits, and whether the process
 * may open so many files then. */
static int allow_under(rlim_t soft, rlim_t hard)
{
	struct rlimit limit = {.rlim_cur = soft, .rlim_max = hard};
	struct why why = {.text = ""};
	enum kakou_err err;

	if (setrlimit(RLIMIT_NOFILE, &limit) || (geteuid() == 0 && setuid(65534)))
		return 2;
	err = descriptors_allow(&why);
	if (getrlimit(RLIMIT_NOFILE, &limit))
		return 2;
	if (err)
		return err == KAKOU_E_DENIED && limit.rlim_cur == soft &&
				       strstr(why.text, "RLIMIT_NOFILE is 32 open files")
			       ? 1
			       : 2;
	return limit.rlim_cur >= DESCRIPTORS_NEEDED ? 0 : 2;
}

static int in_a_child(rlim_t soft, rlim_t hard)
{
	int status;
	pid_t child = fork();

	if (child == 0)
		_exit(allow_under(soft, hard));
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void a_low_limit_of_open_files_is_raised_or_denied_and_said(void **state)
{
	(void)state;
	assert_int_equal(in_a_child(32, DESCRIPTORS_NEEDED), 0);
	assert_int_equal(in_a_child(32, 32), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_thread_has_the_name_and_stack_it_was_given),
		cmocka_unit_test(a_realtime_thread_is_one_or_says_it_is_not),
		cmocka_unit_test(a_wrong_configuration_starts_nothing),
		cmocka_unit_test(locking_memory_past_the_limit_is_denied_and_said),
		cmocka_unit_test(a_low_limit_of_open_files_is_raised_or_denied_and_said),
	};

	return cmocka_run_group_tests_name("thread", tests, NULL, NULL);
}

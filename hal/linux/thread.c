/* SPDX-License-Identifier: MIT */
/*
 * POSIX threads with explicit stacks, and locked memory.
 *
 * Layer: hal.
 */
#include "hal/thread.h"

#include <assert.h>
#include <errno.h>
#include <linux/capability.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { STACK_MIN_BYTES = 65536, STACK_MAX_BYTES = 262144, NAME_BYTES = 16 };

/* The sanitizers' frames and shadow calls need several times the stack of the product. */
#ifdef __has_feature
#define HAS_FEATURE(f) __has_feature(f)
#else
#define HAS_FEATURE(f) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) ||                     \
	HAS_FEATURE(address_sanitizer) || HAS_FEATURE(thread_sanitizer)
enum { STACK_EXTRA_BYTES = 524288 };
#else
enum { STACK_EXTRA_BYTES = 0 };
#endif

struct thread {
	pthread_t handle;
	char name[NAME_BYTES];
	bool is_realtime;
	void (*run)(void *);
	void *arg;
};

static void *run_thread(void *arg)
{
	struct thread *thread = arg;

	(void)pthread_setname_np(pthread_self(), thread->name);
	thread->run(thread->arg);
	return NULL;
}

static int use_fifo(pthread_attr_t *attr, int priority)
{
	struct sched_param param = {.sched_priority = priority};
	int failed = pthread_attr_setinheritsched(attr, PTHREAD_EXPLICIT_SCHED);

	if (!failed)
		failed = pthread_attr_setschedpolicy(attr, SCHED_FIFO);
	if (!failed)
		failed = pthread_attr_setschedparam(attr, &param);
	return failed;
}

/* arm64's C library refuses less than 128 KB, amd64's is content with 16. */
static size_t least_stack_bytes(void)
{
	long least = sysconf(_SC_THREAD_STACK_MIN);

	return least > 0 ? (size_t)least : 0;
}

/* Creates the thread with every signal blocked from its first instruction on. */
static int create_blocked(struct thread *thread, size_t stack_bytes, int priority)
{
	pthread_attr_t attr;
	sigset_t all;
	sigset_t before;
	int failed = pthread_attr_init(&attr);

	if (failed)
		return failed;
	if (stack_bytes < least_stack_bytes())
		stack_bytes = least_stack_bytes();
	failed = pthread_attr_setstacksize(&attr, stack_bytes + STACK_EXTRA_BYTES);
	if (!failed && priority > 0)
		failed = use_fifo(&attr, priority);
	if (!failed) {
		sigfillset(&all);
		pthread_sigmask(SIG_SETMASK, &all, &before);
		failed = pthread_create(&thread->handle, &attr, run_thread, thread);
		pthread_sigmask(SIG_SETMASK, &before, NULL);
	}
	pthread_attr_destroy(&attr);
	return failed;
}

enum kakou_err thread_start(struct thread **out, const struct thread_config *config)
{
	struct thread *thread;
	int failed;

	if (!config->run || !config->name || strlen(config->name) >= NAME_BYTES ||
	    config->stack_bytes < STACK_MIN_BYTES ||
	    config->stack_bytes > STACK_MAX_BYTES || config->fifo_priority < 0 ||
	    config->fifo_priority > 99)
		return KAKOU_E_INVALID;
	thread = calloc(1, sizeof(*thread));
	if (!thread)
		return KAKOU_E_NOMEM;
	memcpy(thread->name, config->name, strlen(config->name) + 1);
	thread->run = config->run;
	thread->arg = config->arg;
	thread->is_realtime = config->fifo_priority > 0;
	failed = create_blocked(thread, config->stack_bytes, config->fifo_priority);
	if (failed == EPERM && thread->is_realtime) {
		thread->is_realtime = false;
		failed = create_blocked(thread, config->stack_bytes, 0);
	}
	if (failed) {
		free(thread);
		return failed == EINVAL ? KAKOU_E_INVALID : KAKOU_E_NOMEM;
	}
	*out = thread;
	return KAKOU_OK;
}

void thread_join(struct thread *thread)
{
	int failed;

	if (!thread)
		return;
	failed = pthread_join(thread->handle, NULL);
	assert(!failed);
	free(thread);
}

bool thread_is_realtime(const struct thread *thread)
{
	return thread->is_realtime;
}

/* Privileged to lock as much as there is, whatever the limit. */
static bool may_lock_anything(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};

	return syscall(SYS_capget, &header, data) == 0 &&
	       (data[CAP_TO_INDEX(CAP_IPC_LOCK)].effective & CAP_TO_MASK(CAP_IPC_LOCK));
}

enum kakou_err memory_lock(struct why *why)
{
	struct rlimit limit = {.rlim_cur = 0};
	bool is_enough;

	/* One arena and no trimming: what was touched once stays, and costs no page fault. An
	 * allocator that is not glibc's (a sanitizer's) has nothing to set, and refuses. */
	(void)mallopt(M_ARENA_MAX, 1);
	(void)mallopt(M_TRIM_THRESHOLD, -1);
	(void)getrlimit(RLIMIT_MEMLOCK, &limit);
	/* Under a limit that is small now, what is mapped later fails: the record's index first. */
	is_enough = limit.rlim_cur == RLIM_INFINITY ||
		    limit.rlim_cur >= MEMORY_LOCK_BYTES || may_lock_anything();
	if (is_enough && !mlockall(MCL_CURRENT | MCL_FUTURE))
		return KAKOU_OK;
	if (is_enough && errno != EPERM && errno != ENOMEM)
		return why_set(why, KAKOU_E_IO, "mlockall: %s", strerror(errno));
	return why_set(why, KAKOU_E_DENIED,
		       "RLIMIT_MEMLOCK is %llu bytes, expected "
		       "unlimited or "
		       "%d at least",
		       (unsigned long long)limit.rlim_cur, MEMORY_LOCK_BYTES);
}

enum kakou_err descriptors_allow(struct why *why)
{
	struct rlimit limit = {.rlim_cur = 0};
	rlim_t was;

	(void)getrlimit(RLIMIT_NOFILE, &limit);
	was = limit.rlim_max;
	if (limit.rlim_cur >= DESCRIPTORS_NEEDED)
		return KAKOU_OK;
	limit.rlim_cur = DESCRIPTORS_NEEDED;
	if (limit.rlim_max < DESCRIPTORS_NEEDED)
		limit.rlim_max = DESCRIPTORS_NEEDED;
	if (setrlimit(RLIMIT_NOFILE, &limit) == 0)
		return KAKOU_OK;
	return why_set(why, KAKOU_E_DENIED,
		       "RLIMIT_NOFILE is %llu open files, expected %d at least",
		       (unsigned long long)was, DESCRIPTORS_NEEDED);
}

/* SPDX-License-Identifier: MIT */
/*
 * A wall clock that is set while a program runs: preloaded into it, the real-time clock is ahead of
 * the machine's by as many seconds as the control file says, a signed 64-bit number in the
 * machine's order. Only the wall clock: the monotonic one goes on as it does.
 *
 *   LD_PRELOAD=.../shifted_clock.so KAKOU_CLOCK_FILE=/path kakoud ...
 *
 * The file is mapped at the start, so that reading the clock needs no system call: the control
 * thread is allowed few.
 *
 * Layer: tests. Threads: any.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

typedef int (*clock_function)(clockid_t clock, struct timespec *out);

int clock_gettime(clockid_t clock, struct timespec *out);
int gettimeofday(struct timeval *restrict out, void *restrict zone);
time_t time(time_t *out);

static const volatile int64_t *shift;
static clock_function real;

__attribute__((constructor)) static void begin(void)
{
	const char *path = getenv("KAKOU_CLOCK_FILE");
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	void *at = MAP_FAILED;

	real = (clock_function)dlsym(RTLD_NEXT, "clock_gettime");
	if (fd >= 0) {
		at = mmap(NULL, sizeof(*shift), PROT_READ, MAP_SHARED, fd, 0);
		close(fd);
	}
	if (at != MAP_FAILED)
		shift = at;
}

int clock_gettime(clockid_t clock, struct timespec *out)
{
	int failed;

	if (!real) /* before begin(), in another library's constructor */
		real = (clock_function)dlsym(RTLD_NEXT, "clock_gettime");
	failed = real(clock, out);
	if (!failed && shift &&
	    (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
		out->tv_sec += (time_t)*shift;
	return failed;
}

int gettimeofday(struct timeval *restrict out, void *restrict zone)
{
	struct timespec now;

	(void)zone;
	if (clock_gettime(CLOCK_REALTIME, &now))
		return -1;
	out->tv_sec = now.tv_sec;
	out->tv_usec = now.tv_nsec / 1000;
	return 0;
}

time_t time(time_t *out)
{
	struct timespec now;

	if (clock_gettime(CLOCK_REALTIME, &now))
		return (time_t)-1;
	if (out)
		*out = now.tv_sec;
	return now.tv_sec;
}

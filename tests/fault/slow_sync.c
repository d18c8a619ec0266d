/* SPDX-License-Identifier: MIT */
/*
 * A disk whose syncs take their time: preloaded into a program, it makes fsync() and
 * fdatasync() return late.
 *
 *   LD_PRELOAD=.../slow_sync.so KAKOU_SLOW_SYNC_MS=5 kakoud ...
 *   LD_PRELOAD=.../slow_sync.so KAKOU_SLOW_SYNC_FILE=/path/control kakoud ...
 *
 * The control file, when it exists, holds the milliseconds as text and is read before each
 * sync: the stall can be switched on and off while the program runs. It goes before
 * KAKOU_SLOW_SYNC_MS. The sync itself happens first, the wait after it. With
 * KAKOU_SLOW_SYNC_LOG=/path each sync appends a line "BEGIN_MS END_MS" of the monotonic
 * clock.
 *
 * Layer: tests. Threads: any.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

typedef int (*sync_function)(int fd);

int fsync(int fd);
int fdatasync(int fd);

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static long read_control(const char *path, long otherwise)
{
	char text[24] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		return otherwise;
	got = read(fd, text, sizeof(text) - 1);
	close(fd);
	return got > 0 ? strtol(text, NULL, 10) : 0;
}

static void wait_ms(long ms)
{
	struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

	while (ms > 0 && nanosleep(&left, &left))
		;
}

static void write_line(const char *path, int64_t began_ms)
{
	char line[64];
	int len = snprintf(line, sizeof(line), "%lld %lld\n", (long long)began_ms,
			   (long long)now_ms());
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	if (fd < 0)
		return;
	if (write(fd, line, (size_t)len) != len)
		abort();
	close(fd);
}

static int sync_slowly(const char *name, int fd)
{
	const char *fixed = getenv("KAKOU_SLOW_SYNC_MS");
	const char *control = getenv("KAKOU_SLOW_SYNC_FILE");
	const char *log = getenv("KAKOU_SLOW_SYNC_LOG");
	long ms = fixed ? strtol(fixed, NULL, 10) : 0;
	int64_t began_ms = now_ms();
	sync_function real;
	int result;

	*(void **)&real = dlsym(RTLD_NEXT, name);
	result = real(fd);
	if (control)
		ms = read_control(control, ms);
	wait_ms(ms);
	if (log)
		write_line(log, began_ms);
	return result;
}

int fsync(int fd)
{
	return sync_slowly("fsync", fd);
}

int fdatasync(int fd)
{
	return sync_slowly("fdatasync", fd);
}

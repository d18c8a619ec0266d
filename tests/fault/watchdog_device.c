/* SPDX-License-Identifier: MIT */
/*
 * A watchdog made of files: preloaded into a program, or linked with it, it answers for
 * /dev/watchdogN and /sys/class/watchdog/ from the folder KAKOU_WATCHDOG_DIR:
 *
 *   watchdogN.identity    its name; without this file there is no such watchdog
 *   watchdogN.bootstatus  why the machine started: WDIOF_* as a number
 *   watchdogN.busy        when it is there, somebody else has the device
 *   watchdogN.kicks       what was written to the device: a byte a kick, V for the magic close
 *   watchdogN.timeout     the timeout that was set, in seconds; 63 at most
 *
 * Layer: tests. Threads: one.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/watchdog.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, TIMEOUT_MAX_S = 63 };

static int device_fd = -1, device_number, device_timeout_s = 10;

int open(const char *path, int flags, ...);
int open64(const char *path, int flags, ...);
int ioctl(int fd, unsigned long request, ...);

static void place(char *to, int number, const char *name)
{
	const char *folder = getenv("KAKOU_WATCHDOG_DIR");

	snprintf(to, PATH_BYTES, "%s/watchdog%d.%s", folder ? folder : "/nonexistent",
		 number, name);
}

static int open_really(const char *path, int flags, mode_t mode)
{
	int (*real)(const char *, int, ...);

	*(void **)&real = dlsym(RTLD_NEXT, "open");
	return real(path, flags, mode);
}

static int open_device(int number)
{
	char path[PATH_BYTES];

	place(path, number, "identity");
	if (access(path, F_OK)) {
		errno = ENOENT;
		return -1;
	}
	place(path, number, "busy");
	if (!access(path, F_OK)) {
		errno = EBUSY;
		return -1;
	}
	place(path, number, "kicks");
	device_number = number;
	device_fd = open_really(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	return device_fd;
}

static int open_any(const char *path, int flags, mode_t mode)
{
	char mine[PATH_BYTES], name[32];
	int number;

	if (sscanf(path, "/dev/watchdog%d", &number) == 1)
		return open_device(number);
	if (sscanf(path, "/sys/class/watchdog/watchdog%d/%31s", &number, name) == 2) {
		place(mine, number, name);
		return open_really(mine, O_RDONLY | O_CLOEXEC, 0);
	}
	return open_really(path, flags, mode);
}

static mode_t mode_of(int flags, va_list rest)
{
	return flags & (O_CREAT | O_TMPFILE) ? (mode_t)va_arg(rest, int) : 0;
}

int open(const char *path, int flags, ...)
{
	va_list rest;
	int fd;

	va_start(rest, flags);
	fd = open_any(path, flags, mode_of(flags, rest));
	va_end(rest);
	return fd;
}

int open64(const char *path, int flags, ...)
{
	va_list rest;
	int fd;

	va_start(rest, flags);
	fd = open_any(path, flags, mode_of(flags, rest));
	va_end(rest);
	return fd;
}

static void note_timeout(void)
{
	char path[PATH_BYTES];
	FILE *file;

	place(path, device_number, "timeout");
	file = fopen(path, "w");
	if (file) {
		fprintf(file, "%d\n", device_timeout_s);
		fclose(file);
	}
}

int ioctl(int fd, unsigned long request, ...)
{
	int (*real)(int, unsigned long, ...);
	va_list rest;
	void *arg;

	va_start(rest, request);
	arg = va_arg(rest, void *);
	va_end(rest);
	if (fd < 0 || fd != device_fd) {
		*(void **)&real = dlsym(RTLD_NEXT, "ioctl");
		return real(fd, request, arg);
	}
	if (request == WDIOC_SETTIMEOUT) {
		device_timeout_s = *(int *)arg;
		if (device_timeout_s > TIMEOUT_MAX_S)
			device_timeout_s = TIMEOUT_MAX_S;
		note_timeout();
	} else if (request != WDIOC_GETTIMEOUT) {
		errno = ENOTTY;
		return -1;
	}
	*(int *)arg = device_timeout_s;
	return 0;
}

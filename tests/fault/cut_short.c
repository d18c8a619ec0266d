/* SPDX-License-Identifier: MIT */
/*
 * The power goes in the midst: preloaded into a program, it ends it before the nth change of a name on
 * the disk, where n is KAKOU_CUT_AT, or lets that one fail as on a full disk, where KAKOU_CUT_FULL is
 * set. A change is a rename(2), an unlink(2) or a new folder.
 *
 * Layer: tests. Threads: one.
 */
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static long count;

/* Whether this change fails; it may not return. */
static bool strike(void)
{
	const char *at = getenv("KAKOU_CUT_AT");

	if (!at || ++count != strtol(at, NULL, 10))
		return false;
	fputs("cut_short: now\n", stderr);
	if (!getenv("KAKOU_CUT_FULL"))
		raise(SIGKILL);
	errno = ENOSPC;
	return true;
}

int rename(const char *from, const char *to)
{
	int (*real)(const char *, const char *);

	*(void **)&real = dlsym(RTLD_NEXT, "rename");
	return strike() ? -1 : real(from, to);
}

int unlink(const char *path)
{
	int (*real)(const char *);

	*(void **)&real = dlsym(RTLD_NEXT, "unlink");
	return strike() ? -1 : real(path);
}

int mkdir(const char *path, mode_t mode)
{
	int (*real)(const char *, mode_t);

	*(void **)&real = dlsym(RTLD_NEXT, "mkdir");
	return strike() ? -1 : real(path, mode);
}

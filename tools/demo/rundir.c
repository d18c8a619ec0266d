/* SPDX-License-Identifier: MIT */
/*
 * The run folder of one demonstration.
 *
 * Layer: tools.
 */
#include "tools/demo/rundir.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hal/text.h"

static const char PREFIX[] = "demo-";
static const char LOCK[] = "lock";
static const char LINK_PREFIX[] = "/tmp/kakou-demo-";

enum { SLOT_FIRST = 1, SLOT_LAST = 250, LONGEST_SOCKET_NAME = 16, FOUND_MAX = 256 };

/* ---- folders of dead demonstrations ---------------------------------------------------- */

struct found {
	char name[64];
	int64_t ended_s;
};

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static void join(char *to, size_t size, const char *folder, const char *name)
{
	if (snprintf(to, size, "%s/%s", folder, name) >= (int)size)
		to[0] = '\0'; /* nothing has this name */
}

/* A folder whose lock can be had is one of nobody alive. */
static bool is_dead(const char *folder, int64_t *ended_s)
{
	char path[RUNDIR_PATH_MAX + 1];
	struct stat st;
	bool is_free;
	int fd;

	join(path, sizeof(path), folder, LOCK);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return false; /* just being made, or not ours */
	is_free = flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &st) == 0;
	if (is_free)
		*ended_s = st.st_mtime;
	close(fd);
	return is_free;
}

static int newest_first(const void *a, const void *b)
{
	const struct found *x = a;
	const struct found *y = b;

	return (x->ended_s < y->ended_s) - (x->ended_s > y->ended_s);
}

static size_t find_dead(const char *parent, struct found *found, size_t max)
{
	DIR *listing = opendir(parent);
	const struct dirent *entry;
	size_t count = 0;

	while (listing && count < max && (entry = readdir(listing))) {
		char path[RUNDIR_PATH_MAX + 1];

		if (strncmp(entry->d_name, PREFIX, sizeof(PREFIX) - 1) != 0)
			continue;
		join(path, sizeof(path), parent, entry->d_name);
		if (text_copy(found[count].name, sizeof(found[0].name), entry->d_name) &&
		    is_dead(path, &found[count].ended_s))
			count++;
	}
	if (listing)
		closedir(listing);
	return count;
}

static void remove_dead(const char *parent)
{
	static struct found found[FOUND_MAX];
	size_t count = find_dead(parent, found, FOUND_MAX);

	qsort(found, count, sizeof(found[0]), newest_first);
	for (size_t i = RUNDIR_DEAD_KEPT; i < count; i++) {
		char path[RUNDIR_PATH_MAX + 1];

		join(path, sizeof(path), parent, found[i].name);
		if (path[0])
			nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	}
}

/* ---- this demonstration's ---------------------------------------------------------------- */

static enum kakou_err make_folder(const char *path, struct why *why)
{
	if (mkdir(path, 0700) == 0 || errno == EEXIST)
		return KAKOU_OK;
	return why_set(why, KAKOU_E_IO, "could not make %s: %s", path, strerror(errno));
}

static enum kakou_err take_lock(struct rundir *dir, struct why *why)
{
	char path[RUNDIR_PATH_MAX + 1];

	join(path, sizeof(path), dir->path, LOCK);
	dir->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (dir->lock_fd < 0 || flock(dir->lock_fd, LOCK_EX | LOCK_NB))
		return why_set(why, KAKOU_E_IO, "could not lock %s: %s", path,
			       strerror(errno));
	return KAKOU_OK;
}

/* Bound, never listening: enough to keep others away. */
static int take_slot(int n)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
				 .sin_port = htons(RUNDIR_SLOT_PORT)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	at.sin_addr.s_addr = htonl(127U << 24 | 77U << 16 | (uint32_t)n << 8 | 250U);
	if (fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static enum kakou_err take_net(struct rundir *dir, struct why *why)
{
	for (int n = SLOT_FIRST; n <= SLOT_LAST; n++) {
		dir->slot_fd = take_slot(n);
		if (dir->slot_fd >= 0) {
			snprintf(dir->net, sizeof(dir->net), "127.77.%d", n);
			return KAKOU_OK;
		}
	}
	return why_set(why, KAKOU_E_FULL,
		       "all address ranges 127.77.%d to 127.77.%d are taken", SLOT_FIRST,
		       SLOT_LAST);
}

static enum kakou_err shorten(struct rundir *dir, struct why *why)
{
	text_copy(dir->short_path, sizeof(dir->short_path), dir->path);
	if (strlen(dir->path) + 1 + LONGEST_SOCKET_NAME <= RUNDIR_SOCKET_PATH_MAX)
		return KAKOU_OK;
	snprintf(dir->short_path, sizeof(dir->short_path), "%s%ld", LINK_PREFIX,
		 (long)getpid());
	unlink(dir->short_path);
	if (symlink(dir->path, dir->short_path))
		return why_set(why, KAKOU_E_IO, "could not link %s to %s: %s",
			       dir->short_path, dir->path, strerror(errno));
	return KAKOU_OK;
}

enum kakou_err rundir_open(struct rundir *dir, const char *build, struct why *why)
{
	char parent[RUNDIR_PATH_MAX + 1];
	enum kakou_err err;

	memset(dir, 0, sizeof(*dir));
	dir->lock_fd = -1;
	dir->slot_fd = -1;
	join(parent, sizeof(parent), build, "run");
	if (snprintf(dir->path, sizeof(dir->path), "%s/run/%s%ld", build, PREFIX,
		     (long)getpid()) >= (int)sizeof(dir->path))
		return why_set(why, KAKOU_E_INVALID,
			       "the path %s is longer than this program can handle",
			       build);
	err = make_folder(parent, why);
	if (err)
		return err;
	remove_dead(parent);
	/* What is left of an earlier process of the same number. */
	nftw(dir->path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	err = make_folder(dir->path, why);
	if (!err)
		err = take_lock(dir, why);
	if (!err)
		err = take_net(dir, why);
	if (!err)
		err = shorten(dir, why);
	if (err)
		rundir_close(dir);
	return err;
}

static void remove_sockets(const char *folder)
{
	DIR *listing = opendir(folder);
	const struct dirent *entry;

	while (listing && (entry = readdir(listing))) {
		if (entry->d_type == DT_SOCK)
			unlinkat(dirfd(listing), entry->d_name, 0);
	}
	if (listing)
		closedir(listing);
}

void rundir_close(struct rundir *dir)
{
	if (dir->lock_fd >= 0) {
		remove_sockets(dir->path);
		futimens(dir->lock_fd, NULL); /* when it ended */
		close(dir->lock_fd);
	}
	if (dir->slot_fd >= 0)
		close(dir->slot_fd);
	if (strcmp(dir->short_path, dir->path) != 0 && dir->short_path[0])
		unlink(dir->short_path);
	dir->lock_fd = -1;
	dir->slot_fd = -1;
	dir->short_path[0] = '\0';
}

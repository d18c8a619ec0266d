/* SPDX-License-Identifier: MIT */
/*
 * Where a journal lies.
 *
 * Layer: firmware. Blocks on the disk.
 */
#include "firmware/record/place.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "hal/file.h"

enum { PATH_BYTES = 1024, COPY_BYTES = 4096 };

static enum kakou_err fail(struct why *why, const char *path, const char *what)
{
	enum kakou_err err =
		errno == EACCES || errno == EPERM ? KAKOU_E_DENIED : KAKOU_E_IO;

	return why_set(why, err, "%s: can't %s: %s", path, what, strerror(errno));
}

/* "DIRECTORY/name" of the file beside `path`, or of `path` itself as the directory. */
static bool join(const char *directory, size_t len, const char *name, char *out,
		 size_t size)
{
	int printed = snprintf(out, size, "%.*s%s%s", (int)len, directory,
			       len > 0 && directory[len - 1] != '/' ? "/" : "", name);

	return printed > 0 && (size_t)printed < size;
}

static enum kakou_err refuse_memory(const char *directory, struct why *why)
{
	struct statfs is;

	if (statfs(directory, &is))
		return fail(why, directory, "look at its file system");
	if (is.f_type == TMPFS_MAGIC || is.f_type == RAMFS_MAGIC)
		return why_set(why, KAKOU_E_DENIED,
			       "%s: lies in memory (file system 0x%lx), expected a disk",
			       directory, (unsigned long)is.f_type);
	return KAKOU_OK;
}

static enum kakou_err lock(const char *path, int flags, int operation, int *lock_fd,
			   struct why *why)
{
	int fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return fail(why, path, "open");
	if (flock(fd, operation | LOCK_NB)) {
		enum kakou_err err =
			errno == EWOULDBLOCK
				? why_set(why, KAKOU_E_DENIED,
					  "%s: another process holds the journal", path)
				: fail(why, path, "lock");

		close(fd);
		return err;
	}
	*lock_fd = fd;
	return KAKOU_OK;
}

enum kakou_err place_sync_parent(const char *path, struct why *why)
{
	const char *slash = strrchr(path, '/');
	char parent[PATH_BYTES];

	if (!slash)
		return file_sync_directory(".", why);
	if (!join(path, (size_t)(slash - path), "", parent, sizeof(parent)))
		return why_set(why, KAKOU_E_INVALID, "%s: path longer than %d bytes",
			       path, PATH_BYTES - 1);
	return file_sync_directory(parent, why);
}

/* SQLite would make a file that others may read. */
enum kakou_err place_make_file(const char *path, struct why *why)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0 && errno == EEXIST)
		return why_set(why, KAKOU_E_INVALID, "%s: exists, expected a new name",
			       path);
	if (fd < 0)
		return fail(why, path, "make");
	close(fd);
	return KAKOU_OK;
}

static bool copy_bytes(int from, int to)
{
	char page[COPY_BYTES];
	ssize_t got;

	while ((got = read(from, page, sizeof(page))) > 0)
		if (write(to, page, (size_t)got) != got)
			return false;
	return got == 0 && !fdatasync(to);
}

/* After a failed sync the kernel takes the pages off its list of what is to be written but
 * still shows them: a log that reads well may not be on the disk, and the next sync says that
 * all is well. What a new process reads it therefore writes first, as a file of its own. */
static enum kakou_err renew_log(const char *path, struct why *why)
{
	char log[PATH_BYTES + 8];
	char copy[PATH_BYTES + 16];
	enum kakou_err err = KAKOU_OK;
	int from;
	int to;

	snprintf(log, sizeof(log), "%s-wal", path);
	snprintf(copy, sizeof(copy), "%s-wal-new", path);
	(void)unlink(copy); /* of a start that was cut off */
	from = open(log, O_RDONLY | O_CLOEXEC);
	if (from < 0)
		return errno == ENOENT ? KAKOU_OK : fail(why, log, "open");
	to = open(copy, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (to < 0) {
		err = fail(why, copy, "make");
		goto close_log;
	}
	if (!copy_bytes(from, to) || rename(copy, log)) {
		err = fail(why, log, "renew");
		(void)unlink(copy);
	}
	close(to);
close_log:
	close(from);
	return err;
}

enum kakou_err place_claim(const char *directory, bool allow_volatile, char *path,
			   size_t size, int *lock_fd, struct why *why)
{
	char lock_path[PATH_BYTES];
	enum kakou_err err = file_ensure_private_directory(directory, why);

	*lock_fd = -1;
	if (err)
		return err;
	if (!join(directory, strlen(directory), PLACE_LOCK, lock_path,
		  sizeof(lock_path)) ||
	    !join(directory, strlen(directory), PLACE_FILE, path, size))
		return why_set(why, KAKOU_E_INVALID, "%s: path longer than %d bytes",
			       directory, PATH_BYTES - 16);
	if (!allow_volatile)
		err = refuse_memory(directory, why);
	if (!err)
		err = lock(lock_path, O_RDWR | O_CREAT, LOCK_EX, lock_fd, why);
	if (!err && access(path, F_OK))
		err = place_make_file(path, why);
	if (!err)
		err = renew_log(path, why);
	/* SQLite leaves the name of a new main file unsynced, and an earlier start may have
	 * ended before it came to this. */
	if (!err)
		err = place_sync_parent(path, why);
	if (err && *lock_fd >= 0) {
		close(*lock_fd);
		*lock_fd = -1;
	}
	return err;
}

enum kakou_err place_hold(const char *path, int *lock_fd, struct why *why)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	char lock_path[PATH_BYTES];

	*lock_fd = -1;
	if (strcmp(name, PLACE_FILE))
		return KAKOU_OK;
	if (!join(path, (size_t)(name - path), PLACE_LOCK, lock_path, sizeof(lock_path)))
		return why_set(why, KAKOU_E_INVALID, "%s: path longer than %d bytes",
			       path, PATH_BYTES - 16);
	if (access(lock_path, F_OK))
		return KAKOU_OK;
	return lock(lock_path, O_RDONLY, LOCK_SH, lock_fd, why);
}

/* SPDX-License-Identifier: MIT */
/*
 * Whole reads, atomic writes, private directories.
 *
 * Layer: hal. Blocks on the disk.
 */
#include "hal/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hal/text.h"

enum { FIRST_READ_BYTES = 4096 };

static enum kakou_err explain_errno(struct why *why, const char *path, const char *what)
{
	enum kakou_err err = KAKOU_E_IO;

	if (errno == ENOENT || errno == ENOTDIR)
		err = KAKOU_E_NOTFOUND;
	else if (errno == EACCES || errno == EPERM || errno == EROFS)
		err = KAKOU_E_DENIED;
	return why_set(why, err, "%s: can't %s: %s", path, what, strerror(errno));
}

/* read(2) until `size` bytes or the end; -1 with errno on failure. */
static ssize_t read_fully(int fd, char *to, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t got = read(fd, to + done, size - done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

/* Reads to the end of `fd` into a buffer that grows to at most `max` + 1 bytes: a file
 * that is larger shows itself by filling that last byte. */
static enum kakou_err read_to_end(int fd, const char *path, size_t max, char **out,
				  size_t *len, struct why *why)
{
	size_t room = FIRST_READ_BYTES < max ? FIRST_READ_BYTES : max + 1;
	size_t have = 0;
	char *buffer = NULL;

	for (;;) {
		char *larger = realloc(buffer, room + 1);
		ssize_t got;

		if (!larger) {
			free(buffer);
			return why_set(why, KAKOU_E_NOMEM, "%s: no memory for %zu bytes",
				       path, room);
		}
		buffer = larger;
		got = read_fully(fd, buffer + have, room - have);
		if (got < 0) {
			free(buffer);
			return explain_errno(why, path, "read");
		}
		have += (size_t)got;
		if (have < room)
			break;
		if (have > max) {
			free(buffer);
			return why_set(why, KAKOU_E_FULL, "%s: larger than %zu bytes",
				       path, max);
		}
		room = room > max / 2 ? max + 1 : room * 2;
	}
	buffer[have] = '\0';
	*out = buffer;
	*len = have;
	return KAKOU_OK;
}

enum kakou_err file_read_whole(const char *path, size_t max, char **out, size_t *len,
			       struct why *why)
{
	enum kakou_err err;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return explain_errno(why, path, "open");
	err = read_to_end(fd, path, max, out, len, why);
	close(fd);
	return err;
}

static enum kakou_err check_is_secret(int fd, const char *path, uid_t owner,
				      struct why *why)
{
	struct stat is;

	if (fstat(fd, &is))
		return explain_errno(why, path, "look at");
	if (!S_ISREG(is.st_mode))
		return why_set(why, KAKOU_E_DENIED, "%s: expected a plain file", path);
	if (is.st_mode & 077)
		return why_set(
			why, KAKOU_E_DENIED,
			"%s: mode is %04o, expected a key that only its owner may read",
			path, (unsigned)is.st_mode & 07777);
	if (is.st_uid != owner && is.st_uid != 0)
		return why_set(why, KAKOU_E_DENIED,
			       "%s: belongs to user %u, expected %u or root", path,
			       (unsigned)is.st_uid, (unsigned)owner);
	return KAKOU_OK;
}

/* One buffer from the start: one that grows leaves copies behind. */
static enum kakou_err read_secret(int fd, const char *path, size_t max, char **out,
				  size_t *len, struct why *why)
{
	char *buffer = malloc(max + 2);
	ssize_t got;

	if (!buffer)
		return why_set(why, KAKOU_E_NOMEM, "%s: no memory for %zu bytes", path,
			       max);
	got = read_fully(fd, buffer, max + 1);
	if (got >= 0 && (size_t)got <= max) {
		buffer[got] = '\0';
		*out = buffer;
		*len = (size_t)got;
		return KAKOU_OK;
	}
	explicit_bzero(buffer, max + 1);
	free(buffer);
	return got < 0 ? explain_errno(why, path, "read")
		       : why_set(why, KAKOU_E_FULL, "%s: larger than %zu bytes", path,
				 max);
}

enum kakou_err file_read_secret_of(const char *path, uid_t owner, size_t max, char **out,
				   size_t *len, struct why *why)
{
	/* A pipe in its place must not hold us up. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	enum kakou_err err;

	if (fd < 0)
		return explain_errno(why, path, "open");
	err = check_is_secret(fd, path, owner, why);
	if (!err)
		err = read_secret(fd, path, max, out, len, why);
	close(fd);
	return err;
}

enum kakou_err file_read_secret(const char *path, size_t max, char **out, size_t *len,
				struct why *why)
{
	return file_read_secret_of(path, geteuid(), max, out, len, why);
}

static bool write_fully(int fd, const char *from, size_t len)
{
	while (len > 0) {
		ssize_t put = write(fd, from, len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return false;
		from += put;
		len -= (size_t)put;
	}
	return true;
}

static bool split_directory(const char *path, char *directory, size_t size)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : 0;

	if (!slash)
		return text_copy(directory, size, ".");
	if (len == 0)
		return text_copy(directory, size, "/");
	if (len >= size)
		return false;
	memcpy(directory, path, len);
	directory[len] = '\0';
	return true;
}

enum kakou_err file_write_owned(const char *path, const void *data, size_t len,
				mode_t mode, uid_t owner, gid_t group, struct why *why)
{
	char temporary[PATH_MAX];
	char directory[PATH_MAX];
	enum kakou_err err;
	int fd;
	int printed = snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path);

	if (printed < 0 || (size_t)printed >= sizeof(temporary) ||
	    !split_directory(path, directory, sizeof(directory)))
		return why_set(why, KAKOU_E_INVALID, "%s: path longer than %d bytes",
			       path, PATH_MAX - 8);
	/* A name of its own for each writer: two never share a half-written file. */
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return explain_errno(why, temporary, "create");
	if (((owner != geteuid() || group != getegid()) && fchown(fd, owner, group)) ||
	    !write_fully(fd, data, len) || fchmod(fd, mode) || fsync(fd)) {
		err = explain_errno(why, temporary, "write");
		close(fd);
		goto remove_temporary;
	}
	if (close(fd)) {
		err = explain_errno(why, temporary, "close");
		goto remove_temporary;
	}
	if (rename(temporary, path)) {
		err = explain_errno(why, path, "replace");
		goto remove_temporary;
	}
	return file_sync_directory(directory, why);

remove_temporary:
	(void)unlink(temporary);
	return err;
}

enum kakou_err file_write_atomic(const char *path, const void *data, size_t len,
				 mode_t mode, struct why *why)
{
	return file_write_owned(path, data, len, mode, geteuid(), getegid(), why);
}

static enum kakou_err check_private(int fd, const char *path, struct why *why)
{
	struct stat is;

	if (fstat(fd, &is))
		return explain_errno(why, path, "look at");
	if (is.st_uid != geteuid())
		return why_set(why, KAKOU_E_DENIED, "%s: belongs to user %u, expected %u",
			       path, (unsigned)is.st_uid, (unsigned)geteuid());
	if (is.st_mode & 077)
		return why_set(why, KAKOU_E_DENIED, "%s: mode is %04o, expected 0700",
			       path, (unsigned)is.st_mode & 07777);
	return KAKOU_OK;
}

enum kakou_err file_ensure_private_directory(const char *path, struct why *why)
{
	char parent[PATH_MAX];
	enum kakou_err err;
	int fd;

	if (!mkdir(path, 0700)) {
		if (!split_directory(path, parent, sizeof(parent)))
			return why_set(why, KAKOU_E_INVALID, "%s: path too long", path);
		err = file_sync_directory(parent, why);
		if (err)
			return err;
	} else if (errno != EEXIST) {
		return explain_errno(why, path, "make the directory");
	}
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return explain_errno(why, path, "open the directory");
	err = check_private(fd, path, why);
	close(fd);
	return err;
}

enum kakou_err file_sync_directory(const char *path, struct why *why)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum kakou_err err = KAKOU_OK;

	if (fd < 0)
		return explain_errno(why, path, "open the directory");
	if (fsync(fd))
		err = explain_errno(why, path, "sync the directory");
	close(fd);
	return err;
}

/* SPDX-License-Identifier: MIT */
/*
 * Listening Unix sockets.
 *
 * Layer: tools.
 */
#include "tools/yard/unix_socket.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "hal/text.h"

enum { BACKLOG = 16 };

/* A socket that refuses connections was left behind by a process that is gone. */
static bool is_left_behind(const struct sockaddr_un *address, int type)
{
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	struct stat found;
	bool is_dead;

	if (fd < 0)
		return false;
	is_dead = connect(fd, (const struct sockaddr *)address, sizeof(*address)) &&
		  errno == ECONNREFUSED && !lstat(address->sun_path, &found) &&
		  S_ISSOCK(found.st_mode);
	close(fd);
	return is_dead;
}

static enum kakou_err listen_at(int *out, const char *path, int type, struct why *why)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd;

	if (!text_copy(address.sun_path, sizeof(address.sun_path), path))
		return why_set(
			why, KAKOU_E_INVALID,
			"%s: got a socket's path of %zu bytes, expected at most %zu",
			path, strlen(path), sizeof(address.sun_path) - 1);
	if (is_left_behind(&address, type))
		(void)unlink(path);
	fd = socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd >= 0 && !bind(fd, (struct sockaddr *)&address, sizeof(address)) &&
	    !listen(fd, BACKLOG)) {
		*out = fd;
		return KAKOU_OK;
	}
	why_set(why, KAKOU_E_LINK, "%s: can't listen there: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return KAKOU_E_LINK;
}

static void on_connection(void *arg, int ready)
{
	struct unix_listener *listener = arg;
	int fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)ready;
	if (fd >= 0 && !listener->take(listener->arg, fd))
		close(fd);
}

enum kakou_err unix_listener_open(struct unix_listener *out, const char *path, int type,
				  struct loop *loop, bool (*take)(void *arg, int fd),
				  void *arg, struct why *why)
{
	enum kakou_err err;

	*out = (struct unix_listener){.fd = -1, .loop = loop, .take = take, .arg = arg};
	err = listen_at(&out->fd, path, type, why);
	if (err)
		return err;
	text_copy(out->path, sizeof(out->path), path);
	err = loop_watch_fd(loop, out->fd, LOOP_IN, on_connection, out, &out->watch);
	if (err) {
		unix_listener_close(out);
		return why_set(why, err, "%s: no memory to listen there", path);
	}
	return KAKOU_OK;
}

void unix_listener_close(struct unix_listener *listener)
{
	if (listener->fd < 0)
		return;
	loop_unwatch(listener->watch);
	close(listener->fd);
	(void)unlink(listener->path);
	listener->fd = -1;
}

/* SPDX-License-Identifier: MIT */
/*
 * Folders by inotify; a scan when it begins, and after the kernel's queue ran over.
 *
 * Layer: hal.
 */
#include "hal/folder.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "hal/text.h"

enum { EVENTS_BYTES = 8192 };

struct folder {
	int fd;
	DIR *scan; /* under way, or NULL */
	char path[PATH_MAX];
	size_t at, len; /* in events */
	bool is_gone;
	_Alignas(struct inotify_event) char events[EVENTS_BYTES];
};

static enum kakou_err fail(struct why *why, const char *path)
{
	enum kakou_err err = KAKOU_E_IO;

	if (errno == ENOENT || errno == ENOTDIR)
		err = KAKOU_E_NOTFOUND;
	else if (errno == EACCES)
		err = KAKOU_E_DENIED;
	return why_set(why, err, "%s: %s", path, strerror(errno));
}

enum kakou_err folder_open(struct folder **out, const char *path, struct why *why)
{
	struct folder *folder = calloc(1, sizeof(*folder));
	enum kakou_err err;

	if (!folder)
		return why_set(why, KAKOU_E_NOMEM, "no memory for a folder");
	text_copy(folder->path, sizeof(folder->path), path);
	folder->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (folder->fd < 0 ||
	    inotify_add_watch(folder->fd, path,
			      IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE_SELF |
				      IN_MOVE_SELF | IN_ONLYDIR) < 0)
		goto close;
	folder->scan = opendir(path);
	if (!folder->scan)
		goto close;
	*out = folder;
	return KAKOU_OK;
close:
	err = fail(why, path);
	folder_close(folder);
	return err;
}

void folder_close(struct folder *folder)
{
	if (!folder)
		return;
	if (folder->scan)
		closedir(folder->scan);
	if (folder->fd >= 0)
		close(folder->fd);
	free(folder);
}

int folder_fd(const struct folder *folder)
{
	return folder->fd;
}

static bool next_of_scan(struct folder *folder, char name[FOLDER_NAME_MAX + 1])
{
	const struct dirent *entry;

	while (folder->scan && (entry = readdir(folder->scan))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		text_copy(name, FOLDER_NAME_MAX + 1, entry->d_name);
		return true;
	}
	if (folder->scan)
		closedir(folder->scan);
	folder->scan = NULL;
	return false;
}

static void take_event(struct folder *folder, const struct inotify_event *event)
{
	if (event->mask & IN_Q_OVERFLOW && !folder->scan)
		folder->scan = opendir(folder->path);
	if (event->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT))
		folder->is_gone = true;
}

static bool next_of_events(struct folder *folder, char name[FOLDER_NAME_MAX + 1])
{
	while (folder->at < folder->len) {
		const struct inotify_event *event =
			(const void *)(folder->events + folder->at);

		folder->at += sizeof(*event) + event->len;
		take_event(folder, event);
		if (event->len == 0 || event->mask & IN_ISDIR)
			continue;
		text_copy(name, FOLDER_NAME_MAX + 1, event->name);
		return true;
	}
	return false;
}

enum kakou_err folder_next(struct folder *folder, char name[FOLDER_NAME_MAX + 1])
{
	for (;;) {
		ssize_t got;

		if (next_of_events(folder, name) || next_of_scan(folder, name))
			return KAKOU_OK;
		if (folder->is_gone)
			return KAKOU_E_NOTFOUND;
		got = read(folder->fd, folder->events, sizeof(folder->events));
		if (got <= 0)
			return KAKOU_E_AGAIN;
		folder->at = 0;
		folder->len = (size_t)got;
	}
}

/* SPDX-License-Identifier: MIT */
/*
 * A disk in the hands of a test: SQLite's own VFS with a hook before every operation that
 * changes something, which can look, wait, or make it fail.
 *
 * Layer: tests.
 */
#ifndef KAKOU_TESTS_DISK_H
#define KAKOU_TESTS_DISK_H

#include <stddef.h>
#include <stdint.h>

enum disk_op { DISK_CREATE, DISK_DELETE, DISK_WRITE, DISK_TRUNCATE, DISK_SYNC };

struct disk_event {
	enum disk_op op;
	const char *path;
	int64_t offset; /**< DISK_WRITE; DISK_TRUNCATE: the new size */
	const void *data;
	int len;
};

/** What a hook may answer beside SQLITE_OK (do it) and an SQLite error code (it fails). */
enum {
	DISK_TEAR = -1, /**< half of the write reaches the file, then the disk fails */
	DISK_SKIP = -2, /**< of a sync: nothing is done, and it succeeds */
};

/** Called in the thread that uses the disk. */
typedef int (*disk_hook)(void *arg, const struct disk_event *event);

/** All connections opened from now on go through the hook. */
void disk_install(disk_hook hook, void *arg);

/** Back to the real disk; no connection of the hooked one may be open. */
void disk_remove(void);

#endif

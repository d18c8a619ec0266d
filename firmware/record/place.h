/* SPDX-License-Identifier: MIT */
/*
 * Where a journal lies: a private directory on a disk, with a lock beside the file.
 *
 * Layer: firmware. Blocks on the disk.
 */
#ifndef KAKOU_FIRMWARE_PLACE_H
#define KAKOU_FIRMWARE_PLACE_H

#include <stdbool.h>
#include <stddef.h>

#include "hal/err.h"
#include "hal/why.h"

#define PLACE_FILE "journal.db"
#define PLACE_LOCK "journal.lock"

/** Makes or checks the directory, takes the lock (`*lock_fd`, the caller closes it after the
 *  last connection), makes the file when it is missing and gives its path. KAKOU_E_DENIED:
 *  others may enter the directory, it lies in memory (and `allow_volatile` is false), or
 *  another process holds the journal. */
KAKOU_MUST_CHECK enum kakou_err place_claim(const char *directory, bool allow_volatile,
					    char *path, size_t size, int *lock_fd,
					    struct why *why);

/** Takes a lock that keeps a kakoud from starting on the stopped journal `path`; -1 where no
 *  lock lies beside it (a copy). KAKOU_E_DENIED: a running process holds it. */
KAKOU_MUST_CHECK enum kakou_err place_hold(const char *path, int *lock_fd,
					   struct why *why);

/** Makes the empty file with mode 0600. KAKOU_E_INVALID: it exists. */
KAKOU_MUST_CHECK enum kakou_err place_make_file(const char *path, struct why *why);

/** Makes the name `path` durable. */
KAKOU_MUST_CHECK enum kakou_err place_sync_parent(const char *path, struct why *why);

#endif

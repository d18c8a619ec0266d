/* SPDX-License-Identifier: MIT */
/*
 * Files: whole reads with a bound, atomic writes, private directories.
 *
 * Layer: hal. All functions block on the disk: never from the control thread.
 */
#ifndef KAKOU_HAL_FILE_H
#define KAKOU_HAL_FILE_H

#include <stddef.h>
#include <sys/types.h>

#include "hal/err.h"
#include "hal/why.h"

/** Reads the whole file; `*out` is terminated by a NUL that `*len` does not count; the caller
 *  frees it. KAKOU_E_FULL when it is larger than `max`. */
KAKOU_MUST_CHECK enum kakou_err file_read_whole(const char *path, size_t max, char **out,
						size_t *len, struct why *why);

/** The same of a key or a PIN. KAKOU_E_DENIED: others than its owner may do anything with it, it is
 *  neither ours nor root's, or it is no plain file. The caller wipes `len` bytes before the free;
 *  no other copy is left in memory. */
KAKOU_MUST_CHECK enum kakou_err file_read_secret(const char *path, size_t max, char **out,
						 size_t *len, struct why *why);

/** The same of a key that belongs to `owner`, or root: for root, who looks after another's files. */
KAKOU_MUST_CHECK enum kakou_err file_read_secret_of(const char *path, uid_t owner,
						    size_t max, char **out, size_t *len,
						    struct why *why);

/** Writes a temporary file beside `path`, syncs it, renames it over `path`, syncs the
 *  directory: after a power cut either the old or the new content is there. */
KAKOU_MUST_CHECK enum kakou_err file_write_atomic(const char *path, const void *data,
						  size_t len, mode_t mode,
						  struct why *why);

/** The same for a file that another user is to own from its first moment. */
KAKOU_MUST_CHECK enum kakou_err file_write_owned(const char *path, const void *data,
						 size_t len, mode_t mode, uid_t owner,
						 gid_t group, struct why *why);

/** Makes the directory with mode 0700 if it is missing. KAKOU_E_DENIED when it exists and
 *  others than its owner may enter it, or it belongs to another user. */
KAKOU_MUST_CHECK enum kakou_err file_ensure_private_directory(const char *path,
							      struct why *why);

/** fsync of the directory itself, so that new names in it survive. */
KAKOU_MUST_CHECK enum kakou_err file_sync_directory(const char *path, struct why *why);

#endif

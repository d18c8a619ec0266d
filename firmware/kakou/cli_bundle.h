/* SPDX-License-Identifier: MIT */
/*
 * A bundle: a folder of files that becomes one compressed archive, or was one. It is packed and
 * unpacked by tar, in a private folder that goes away again.
 *
 * Layer: firmware. Blocks on the disk.
 */
#ifndef KAKOU_FIRMWARE_CLI_BUNDLE_H
#define KAKOU_FIRMWARE_CLI_BUNDLE_H

#include <stddef.h>

#include "hal/err.h"
#include "hal/why.h"

enum { BUNDLE_NAME_MAX = 95, BUNDLE_PATH_MAX = 255 };

struct bundle {
	char scratch[BUNDLE_PATH_MAX + 1]; /**< the private folder */
	char folder[BUNDLE_PATH_MAX +
		    1]; /**< the files, in a folder of the bundle's name */
	char name[BUNDLE_NAME_MAX + 1];
};

/** An empty one; `scratch` is where its folder is made, NULL for $TMPDIR or /tmp. Close with
 *  bundle_close(). */
KAKOU_MUST_CHECK enum kakou_err bundle_open(struct bundle *out, const char *scratch,
					    const char *name, struct why *why);

/** Removes the folder and all that is in it. */
void bundle_close(struct bundle *bundle);

/** The path of a file in it. */
void bundle_path(const struct bundle *bundle, const char *file,
		 char to[BUNDLE_PATH_MAX + 1]);

/** Writes a file into it, mode 0600. */
KAKOU_MUST_CHECK enum kakou_err bundle_put(const struct bundle *bundle, const char *file,
					   const void *data, size_t len, struct why *why);

/** Packs it into `path`, which must not exist; mode 0600. */
KAKOU_MUST_CHECK enum kakou_err bundle_pack(const struct bundle *bundle, const char *path,
					    struct why *why);

/** Unpacks an archive into an empty bundle; its name becomes that of the folder in it. KAKOU_E_INVALID:
 *  it is none, or has something else in it than files in one folder. */
KAKOU_MUST_CHECK enum kakou_err bundle_unpack(struct bundle *bundle, const char *path,
					      struct why *why);

#endif

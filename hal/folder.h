/* SPDX-License-Identifier: MIT */
/*
 * A folder that somebody else fills: names of files as they become whole, that is closed after
 * writing or moved in.
 *
 * Layer: hal. Blocks on the disk as reading a directory does. Threads: one.
 */
#ifndef KAKOU_HAL_FOLDER_H
#define KAKOU_HAL_FOLDER_H

#include <stdbool.h>

#include "hal/err.h"
#include "hal/why.h"

struct folder; /* opaque */

enum { FOLDER_NAME_MAX = 255 };

/** Watches the folder; what lies in it already is told first. KAKOU_E_NOTFOUND: there is no such
 *  folder, KAKOU_E_DENIED, KAKOU_E_IO (no watch left), KAKOU_E_NOMEM. */
KAKOU_MUST_CHECK enum kakou_err folder_open(struct folder **out, const char *path,
					    struct why *why);

/** NULL is legal. */
void folder_close(struct folder *folder);

/** Readable when there may be more names. */
int folder_fd(const struct folder *folder);

/** The next name. KAKOU_E_AGAIN: none now. KAKOU_E_NOTFOUND: the folder is gone; close it. A name
 *  may be told more than once: so often as it was written, and again after the kernel lost count. */
KAKOU_MUST_CHECK enum kakou_err folder_next(struct folder *folder,
					    char name[FOLDER_NAME_MAX + 1]);

#endif

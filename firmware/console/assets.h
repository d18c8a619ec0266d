/* SPDX-License-Identifier: MIT */
/*
 * Assets: the files of the page, all of them in memory. A request can ask for nothing that was
 * not read at the start, so no path leads out of the directory.
 *
 * Layer: firmware. Blocks on the disk when it loads; then pure.
 */
#ifndef KAKOU_FIRMWARE_CONSOLE_ASSETS_H
#define KAKOU_FIRMWARE_CONSOLE_ASSETS_H

#include <stddef.h>

#include "hal/err.h"
#include "hal/why.h"

struct assets; /* opaque */

enum { ASSETS_MAX = 256, ASSETS_BYTES_MAX = 8 * 1048576, ASSETS_DEPTH_MAX = 3 };

struct asset {
	char *path;       /**< "/index.html" */
	const char *type; /**< of its content */
	char *data;
	size_t len;
	char etag[40]; /**< with its quotes */
	char *packed;  /**< the same as gzip; NULL: it would not be smaller */
	size_t packed_len;
	char packed_etag[40];
};

/** Reads what has a known ending; the rest, and what begins with a dot, is left out.
 *  KAKOU_E_IO, KAKOU_E_FULL; KAKOU_E_NOTFOUND: there is no index.html. */
KAKOU_MUST_CHECK enum kakou_err assets_load(struct assets **out, const char *directory,
					    struct why *why);

/** NULL is legal. */
void assets_free(struct assets *assets);

/** NULL when there is none; "/" is "/index.html". */
const struct asset *assets_find(const struct assets *assets, const char *path);

#endif

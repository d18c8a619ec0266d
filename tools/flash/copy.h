/* SPDX-License-Identifier: MIT */
/*
 * One run of bmaptool: some ranges of an image to a disk, with their checksums.
 *
 * Layer: tools. Blocks until it has ended; bmaptool ends with this process, however that ends.
 */
#ifndef KAKOU_TOOLS_FLASH_COPY_H
#define KAKOU_TOOLS_FLASH_COPY_H

#include "tools/flash/image.h"
#include "tools/flash/progress.h"
#include "tools/flash/target.h"

/** Copies `count` ranges from `first`. `stop` ends it early. KAKOU_E_AGAIN: stopped; KAKOU_E_IO:
 *  bmaptool has failed, `why` has its last words; KAKOU_E_NOTFOUND: there is no bmaptool. */
KAKOU_MUST_CHECK enum kakou_err copy_ranges(const struct image *image,
					    const struct target *target,
					    const struct flash_world *world, size_t first,
					    size_t count, struct progress *progress,
					    const volatile int *stop, struct why *why);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The disk that is written: claimed, marked as not complete, read back.
 *
 * While an image is written, the place of its partition table holds a sentence instead; the table
 * comes last, when everything else was read back. So a disk whose write was interrupted, in
 * whatever way, does not boot, and says what it is.
 *
 * Layer: tools. Blocks on the disk.
 */
#ifndef KAKOU_TOOLS_FLASH_DEVICE_H
#define KAKOU_TOOLS_FLASH_DEVICE_H

#include "tools/flash/bmap.h"
#include "tools/flash/progress.h"
#include "tools/flash/target.h"

struct device {
	const struct target *target;
	int fd; /* -1: closed */
};

/** Claims the disk for this process: no other kakou-flash, and nobody who has it mounted, even where
 *  that can't be seen. KAKOU_E_DENIED, KAKOU_E_IO. Close with device_close(). */
KAKOU_MUST_CHECK enum kakou_err device_open(struct device *out,
					    const struct target *target, struct why *why);
void device_close(struct device *device);

/** Puts the sentence where the partition table was, and nothing where its copy is. Durable when it
 *  returns. KAKOU_E_IO. */
KAKOU_MUST_CHECK enum kakou_err device_mark(struct device *device, const char *image,
					    struct why *why);

/** The sentence of an interrupted write into target->state, if there is one and it can be read. */
void device_read_state(struct target *target);

/** Reads `count` ranges from `first` from the disk itself, past the cache, and compares. `stop` ends
 *  it early. KAKOU_E_GARBLED: another content; KAKOU_E_IO; KAKOU_E_AGAIN: stopped. */
KAKOU_MUST_CHECK enum kakou_err device_read_back(struct device *device,
						 const struct bmap *map, size_t first,
						 size_t count, struct progress *progress,
						 const volatile int *stop,
						 struct why *why);

/** Has the kernel look at the new partition table; it does so by itself at the next plug. */
void device_look_again(struct device *device);

#endif

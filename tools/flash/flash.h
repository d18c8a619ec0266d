/* SPDX-License-Identifier: MIT */
/*
 * The whole of it: from an image to a disk that holds it, and nothing in between.
 *
 * Layer: tools.
 */
#ifndef KAKOU_TOOLS_FLASH_FLASH_H
#define KAKOU_TOOLS_FLASH_FLASH_H

#include "tools/flash/image.h"
#include "tools/flash/target.h"

struct flash_wish {
	struct image_files files;
	const char *target; /**< NULL: the only one that is ready */
	bool allows_fixed;
	bool says_yes;    /**< asks nothing */
	bool only_checks; /**< compares, writes nothing */
};

/** Does it, says what it does on standard error, and in which state the disk is when it fails.
 *  Returns an exit status. `stop` becomes other than 0 when a signal came. */
int flash_run(const struct flash_wish *wish, const struct flash_world *world,
	      const volatile int *stop);

#endif

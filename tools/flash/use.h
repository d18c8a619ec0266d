/* SPDX-License-Identifier: MIT */
/*
 * Who uses a disk: mounts, swap, and what is built on it (LVM, device mapper, RAID).
 *
 * Layer: tools. Blocks on sysfs and proc.
 */
#ifndef KAKOU_TOOLS_FLASH_USE_H
#define KAKOU_TOOLS_FLASH_USE_H

#include "tools/flash/target.h"

/** Fills target->use from its disk and each of its partitions. */
void use_find(struct target *target, const struct flash_world *world);

#endif

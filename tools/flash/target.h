/* SPDX-License-Identifier: MIT */
/*
 * Disks that an image could be written to: what they are, and who uses them.
 *
 * Layer:   tools. Blocks on sysfs and proc.
 * Threads: one.
 */
#ifndef KAKOU_TOOLS_FLASH_TARGET_H
#define KAKOU_TOOLS_FLASH_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hal/err.h"
#include "hal/why.h"

enum { TARGET_NAME_MAX = 31, TARGETS_MAX = 64 };

/** Where the kernel tells of itself; tests have folders of their own. */
struct flash_world {
	const char *sys;  /**< "/sys" */
	const char *proc; /**< "/proc" */
	const char *dev;  /**< "/dev" */
};

struct target {
	char name[TARGET_NAME_MAX + 1]; /**< the kernel's, "sdb" */
	char path[64];                  /**< "/dev/sdb" */
	uint64_t bytes;
	char model[64];
	char serial[64];
	char bus[16]; /**< usb, mmc, nvme, ata, virtio, loop, scsi; "?" */
	bool is_removable; /**< may be pulled out: so the kernel says, or on USB, or an SD card */
	bool is_read_only;
	char use[160]; /**< who has it, "mounted on /, swap"; "" = nobody */
	char state
		[160]; /**< what an interrupted write left; "" = nothing that is known */
};

/** The disk `name` of the kernel. KAKOU_E_NOTFOUND. `state` stays empty. */
KAKOU_MUST_CHECK enum kakou_err target_read(struct target *out,
					    const struct flash_world *world,
					    const char *name, struct why *why);

/** The disk that a path in /dev means, links followed. KAKOU_E_INVALID for a partition and for what
 *  is no block device. */
KAKOU_MUST_CHECK enum kakou_err target_find(struct target *out,
					    const struct flash_world *world,
					    const char *path, struct why *why);

/** All disks with a medium in them, by name; returns how many, at most `max`. */
size_t target_list(struct target *out, size_t max, const struct flash_world *world);

/** Whether `bytes` may be written to it. KAKOU_E_REFUSED: `why` says what is against it.
 *  `allows_fixed`: the user said that it need not be removable. */
KAKOU_MUST_CHECK enum kakou_err target_check(const struct target *target, uint64_t bytes,
					     bool allows_fixed, struct why *why);

/** Sectors of 512 bytes written to it since the boot; 0 when it has gone. */
uint64_t target_count_written(const struct target *target,
			      const struct flash_world *world);

/** "31.9 GB", in powers of ten as on the package. */
const char *target_print_size(uint64_t bytes, char to[24]);

/** First line of a small file of sysfs, without the blanks around it; false without it. */
bool target_read_word(char *to, size_t size, const char *path);

#endif

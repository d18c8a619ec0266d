/* SPDX-License-Identifier: MIT */
/*
 * What the guard remembers over restarts and resets: the file "last-boot" in the state directory.
 *
 * Layer: firmware. Blocks on the disk; from main only.
 */
#ifndef KAKOU_FIRMWARE_GUARD_MEMORY_H
#define KAKOU_FIRMWARE_GUARD_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "hal/err.h"
#include "hal/why.h"

enum { GUARD_BOOT_MAX = 47, GUARD_REASON_MAX = 119 };

struct guard_memory {
	char boot[GUARD_BOOT_MAX +
		  1];   /**< the kernel's name for the boot it was written in */
	int32_t resets; /**< by the watchdog, one after the other */
	bool was_armed; /**< the watchdog ran, and was not stopped in good order */
	char reason[GUARD_REASON_MAX +
		    1]; /**< why kakoud stopped kicking it; "" = it did not */
};

/** KAKOU_E_NOTFOUND: there is none yet; KAKOU_E_INVALID: it is damaged; KAKOU_E_IO. */
KAKOU_MUST_CHECK enum kakou_err guard_memory_read(struct guard_memory *out,
						  const char *directory, struct why *why);

/** After a power cut either the old or the new one is there. */
KAKOU_MUST_CHECK enum kakou_err guard_memory_write(const struct guard_memory *memory,
						   const char *directory,
						   struct why *why);

#endif

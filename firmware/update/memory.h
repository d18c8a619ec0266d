/* SPDX-License-Identifier: MIT */
/*
 * What is remembered of an update over the restart that it needs: the file "update" in a directory
 * on the data partition, which both versions see.
 *
 * Layer: firmware. Blocks on the disk.
 */
#ifndef KAKOU_FIRMWARE_UPDATE_MEMORY_H
#define KAKOU_FIRMWARE_UPDATE_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/update/version.h"
#include "hal/err.h"
#include "hal/why.h"

enum { UPDATE_BOOT_MAX = 47, UPDATE_SLOT_MAX = 15, UPDATE_WHY_MAX = 199 };

enum update_phase {
	UPDATE_NONE,
	UPDATE_COPYING,   /**< the other slot is being written */
	UPDATE_WAITS,     /**< it is whole, and the next start takes it */
	UPDATE_ON_TRIAL,  /**< the machine came up with it */
	UPDATE_ABANDONED, /**< it was not healthy: the machine was told to go back */
	UPDATE_PHASES,
};

struct update_memory {
	enum update_phase phase;
	char slot[UPDATE_SLOT_MAX + 1];       /**< the new version's, as the boot loader
						  names it */
	char version[UPDATE_VERSION_MAX + 1]; /**< that is in it */
	char running[UPDATE_VERSION_MAX +
		     1];                /**< that was there before; "" = not known */
	char boot[UPDATE_BOOT_MAX + 1]; /**< the kernel's name for the boot that
						  changed the phase last */
	char told[UPDATE_BOOT_MAX + 1]; /**< the boot that the record knows of */
	int32_t restarts;               /**< that were ordered because of it */
	bool had_site;                  /**< the gate had a site file before */
	char why[UPDATE_WHY_MAX + 1];   /**< it was abandoned; "" = no reason yet */
};

/** "none", "copying", "waits", "on_trial", "abandoned". */
const char *update_phase_word(enum update_phase phase);

/** No file is one without an update. KAKOU_E_INVALID: it is damaged; KAKOU_E_IO. */
KAKOU_MUST_CHECK enum kakou_err update_memory_read(struct update_memory *out,
						   const char *directory,
						   struct why *why);

/** After a power cut either the old or the new one is there. */
KAKOU_MUST_CHECK enum kakou_err update_memory_write(const struct update_memory *memory,
						    const char *directory,
						    struct why *why);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Which machine this is, as its device tree says.
 *
 * Layer: hal. Blocks on sysfs; start only.
 */
#ifndef KAKOU_HAL_DEVICETREE_H
#define KAKOU_HAL_DEVICETREE_H

#include "hal/err.h"
#include "hal/why.h"

/** The kernel's file of compatible machines; a test has another. */
extern const char *devicetree_compatible_file;

/** Whether the machine says that it is compatible with this one ("raspberrypi,4-compute-module").
 *  KAKOU_E_INVALID when it is another, or has no device tree: `why` says what it is. */
KAKOU_MUST_CHECK enum kakou_err devicetree_check_compatible(const char *compatible,
							    struct why *why);

#endif

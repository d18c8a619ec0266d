/* SPDX-License-Identifier: MIT */
/*
 * The list of disks, for people and for scripts.
 *
 * Layer: tools.
 */
#ifndef KAKOU_TOOLS_FLASH_LIST_H
#define KAKOU_TOOLS_FLASH_LIST_H

#include <stdio.h>

#include "tools/flash/target.h"

/** A table; those that may be written first. */
void list_print(FILE *to, const struct target *targets, size_t count);

/** A JSON array of all of them. */
void list_print_json(FILE *to, const struct target *targets, size_t count);

/** "SanDisk Ultra, 31.9 GB, usb, serial 4C5300": what the question names it by. */
const char *list_describe(const struct target *target, char to[200]);

#endif

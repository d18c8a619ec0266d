/* SPDX-License-Identifier: MIT */
/*
 * What the commands about orders, vehicles and offline clearances share.
 *
 * Layer: firmware. One thread.
 */
#ifndef KAKOU_FIRMWARE_CMD_REGISTRY_H
#define KAKOU_FIRMWARE_CMD_REGISTRY_H

#include "firmware/kakou/cli.h"

/** Imports the file ("-": standard input) as "orders" or "vehicles". */
int cli_import(struct cli *cli, const char *what, const char *path, const char *reason);

#endif

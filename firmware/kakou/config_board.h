/* SPDX-License-Identifier: MIT */
/*
 * kakou config board.
 *
 * Layer: firmware.
 */
#ifndef KAKOU_FIRMWARE_CONFIG_BOARD_H
#define KAKOU_FIRMWARE_CONFIG_BOARD_H

#include "firmware/kakou/cli.h"

/** Reads a board file and prints its terminals, or what is wrong. Returns an exit status. */
int config_show_board(struct cli *cli, const char *path);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The line of the board that asks for a factory reset: which one it is, and whether a hand was on it.
 *
 * Layer: firmware. One thread.
 */
#ifndef KAKOU_FIRMWARE_RESET_LINE_H
#define KAKOU_FIRMWARE_RESET_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/config/site.h"
#include "firmware/kakou/cli.h"
#include "hal/gpio.h"

enum { RESET_RELEASE_S = 20, RESET_PATH_MAX = 255 };

struct reset_line {
	char where[RESET_PATH_MAX + 1]; /**< as for gpio_open() */
	struct gpio_line line;
	int64_t hold_s;
};

/** What the command line says of it; NULL where it says nothing. */
struct reset_line_words {
	const char *where, *name, *board;
	bool active_low;
};

/** By name, by the board that is named, or by that of the site (NULL: none that is valid).
 *  *has_line: false when there is none, which is no failure. Otherwise CLI_DONE, CLI_USAGE or
 *  CLI_FAILED: complained. Blocks on the disk. */
int reset_line_find(struct cli *cli, const struct reset_line_words *words,
		    const struct site *site, struct reset_line *out, bool *has_line);

/** Whether it is held without a pause for hold_s and then let go within RESET_RELEASE_S: one that stays
 *  is stuck, or wired to something else, and no wish of anybody. A line that can't be read asks for
 *  nothing. CLI_FAILED: complained, and nothing was asked for. */
int reset_line_watch(struct cli *cli, const struct reset_line *reset, bool *is_asked);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Running other programs and taking what they say.
 *
 * Layer: firmware. Blocks until the program ends.
 */
#ifndef KAKOU_FIRMWARE_CLI_RUN_H
#define KAKOU_FIRMWARE_CLI_RUN_H

#include <stdio.h>

enum { CLI_WHY_MAX = 200 };

/** What a program said and how it ended; released with cli_said_release(). */
struct cli_said {
	int status; /**< 0 = done; 128 and more: by a signal; 127: it could not be started */
	int failed;      /**< an errno: why it could not be started */
	char *out, *err; /**< at most 256 KB each */
};

/** Runs a program that is looked for in PATH, with nothing to read; `argv` ends with NULL. What it
 *  says is also written to `echo` as it comes, unless that is NULL. */
void cli_run_program(const char *const *argv, FILE *echo, struct cli_said *out);
void cli_said_release(struct cli_said *said);

/** Why it failed, in one line: the last error that RAUC tells, or the last line at all. */
const char *cli_said_why(const struct cli_said *said, char to[CLI_WHY_MAX]);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Runs of the command kakou inside a test.
 *
 * Layer: tests. Failures are cmocka's.
 */
#ifndef KAKOU_TESTS_CLI_RIG_H
#define KAKOU_TESTS_CLI_RIG_H

#include "firmware/kakou/cli.h"

struct cli_rig_outcome {
	int exit;
	char *out, *err;
};

/** Runs "kakou --socket SOCKET words...", ended by NULL; without a socket only "kakou
 *  words...". Release with cli_rig_release(). */
struct cli_rig_outcome cli_rig_run(const char *socket, ...);
void cli_rig_release(struct cli_rig_outcome *outcome);

/** Runs as above and expects the exit status and parts of both outputs (NULL: an empty one). */
void cli_rig_expect(int exit, const char *out, const char *err, const char *socket, ...);

#endif

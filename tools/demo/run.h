/* SPDX-License-Identifier: MIT */
/*
 * The demonstration from its first child process to its last.
 *
 * Layer: tools. Blocks until it is over.
 */
#ifndef KAKOU_TOOLS_DEMO_RUN_H
#define KAKOU_TOOLS_DEMO_RUN_H

#include <stdbool.h>

enum {
	RUN_TRUCKS_MAX = 500,
	RUN_PACE_MIN = 2, /**< slower, and the late answer would not be late */
	RUN_PACE_MAX = 5, /**< people and vehicles; steel and instruments never */
	RUN_PACE = 5,
};

struct run_config {
	const char *programs; /**< folder of kakoud and its kin */
	const char *build;    /**< folder in which run/ is made */
	const char *root;     /**< the project: board/ and tools/certs/ */
	const char *scenario; /**< file */
	int trucks;           /**< that come, 1..RUN_TRUCKS_MAX */
	int pace;
	bool is_live; /**< goes on with ordinary traffic until a signal ends it */
};

/** Runs it. True when everything was as it must be; what was not is said. */
bool run_demonstration(const struct run_config *config);

#endif

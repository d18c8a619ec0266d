/* SPDX-License-Identifier: MIT */
/*
 * The run folder of one demonstration, and its own range of loopback addresses, so that
 * several run side by side.
 *
 * A folder demo-PID below the build's run/ is locked as long as its demonstration lives.
 * Those of dead ones stay for a look at what happened, the newest few of them.
 *
 * Layer: tools. Blocks on the disk; start and end only.
 */
#ifndef KAKOU_TOOLS_DEMO_RUNDIR_H
#define KAKOU_TOOLS_DEMO_RUNDIR_H

#include "hal/err.h"
#include "hal/why.h"

enum {
	RUNDIR_PATH_MAX = 255,
	RUNDIR_DEAD_KEPT = 3,
	RUNDIR_SOCKET_PATH_MAX = 99, /**< what every program can bind */
	RUNDIR_SLOT_PORT = 47777,    /**< 127.77.N.250 with this port bound: N is taken */
};

struct rundir {
	char path[RUNDIR_PATH_MAX + 1]; /**< absolute */
	/** The same folder by a name short enough for sockets: `path` itself, or a link in
	 *  /tmp that rundir_close() removes. */
	char short_path[RUNDIR_PATH_MAX + 1];
	char net[16]; /**< "127.77.N" */
	int lock_fd, slot_fd;
};

/** Makes build/run/demo-PID below `build`, locks it, takes an address range, and removes
 *  the folders of dead demonstrations. KAKOU_E_IO, KAKOU_E_FULL (no range is free). */
KAKOU_MUST_CHECK enum kakou_err rundir_open(struct rundir *dir, const char *build,
					    struct why *why);

/** Removes sockets and the link, gives up range and lock; the folder stays. Idempotent. */
void rundir_close(struct rundir *dir);

#endif

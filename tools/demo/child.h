/* SPDX-License-Identifier: MIT */
/*
 * Child processes: started in process groups of their own, told to end when we end, and
 * never left behind.
 *
 * Layer: tools. Threads: the loop's.
 */
#ifndef KAKOU_TOOLS_DEMO_CHILD_H
#define KAKOU_TOOLS_DEMO_CHILD_H

#include <stdbool.h>
#include <stddef.h>

#include "hal/err.h"
#include "hal/loop.h"
#include "hal/why.h"

struct child; /* opaque */

enum { CHILD_OUTPUT_MAX = 4 << 20, CHILD_ARGS_MAX = 20 };

struct child_config {
	const char *name;
	const char *const *argv; /**< argv[0] is the program's path; ends with NULL */
	const char *directory;   /**< its working folder */
	const char *log;         /**< file that its standard error is appended to */
	bool keeps_output; /**< collect standard output; otherwise it goes to the log */
	/** Ended, by itself or not, and its output is complete. May destroy the child. */
	void (*on_end)(void *arg, struct child *child);
	void *arg;
};

/** Starts it. It gets SIGTERM when this process dies. KAKOU_E_IO. */
KAKOU_MUST_CHECK enum kakou_err child_start(struct child **out, struct loop *loop,
					    const struct child_config *config,
					    struct why *why);

/** Sends the signal to its whole process group. Nothing when it has ended. */
void child_signal(struct child *child, int number);

bool child_has_ended(const struct child *child);

/** Exit status, or 128 + signal; only after the end. */
int child_status(const struct child *child);

/** What it wrote to standard output, terminated. */
const char *child_output(const struct child *child);

/** Kills the whole group if it is still there, waits for it, releases. NULL is legal. */
void child_destroy(struct child *child);

/** The last lines of a log, each after "  | ", for a complaint. */
void child_read_tail(const char *log, char *to, size_t size);

#endif

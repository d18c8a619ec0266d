/* SPDX-License-Identifier: MIT */
/*
 * The terminal on standard error: a page redrawn in place, with whatever is printed for
 * good scrolling away above it.
 *
 * Layer: tools. Threads: one. Writes block as long as the terminal does.
 */
#ifndef KAKOU_TOOLS_DEMO_TERMINAL_H
#define KAKOU_TOOLS_DEMO_TERMINAL_H

#include <stdbool.h>

#include "tools/demo/screen.h"

struct terminal {
	bool is_there;         /**< standard error is a terminal that understands codes */
	bool is_output_shared; /**< standard output is a terminal too */
	bool has_colour;       /**< and NO_COLOR is not set */
	int columns, rows;
	int drawn; /**< lines of the page on the screen now */
};

/** Looks at the descriptors and the environment (TERM, NO_COLOR). */
void terminal_open(struct terminal *terminal);

/** Reads the size again, after SIGWINCH. */
void terminal_measure(struct terminal *terminal);

/** Draws the page over the one before. Nothing when no terminal is there. */
void terminal_draw(struct terminal *terminal, const struct screen *screen);

/** Takes the page away, so that lines can be printed in its place. */
void terminal_erase(struct terminal *terminal);

/** Leaves the page standing: what is printed from now on comes below it. */
void terminal_keep(struct terminal *terminal);

/** Leaves the last page standing and gives the cursor back. Idempotent. */
void terminal_close(struct terminal *terminal);

#endif

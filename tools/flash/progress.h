/* SPDX-License-Identifier: MIT */
/*
 * How far a long step is: a bar with rate and time left on a terminal, lines anywhere else.
 *
 * Layer: tools. Pure but for what it prints; the caller brings the time.
 */
#ifndef KAKOU_TOOLS_FLASH_PROGRESS_H
#define KAKOU_TOOLS_FLASH_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct progress {
	FILE *to;
	bool is_terminal;
	const char *what; /* "writing"; NULL: nothing is shown */
	uint64_t total;   /* bytes */
	int64_t began_ms, shown_ms;
	int shown_percent;
};

void progress_begin(struct progress *progress, FILE *to, bool is_terminal,
		    const char *what, uint64_t total, int64_t now_ms);

/** On a terminal at most five times a second; elsewhere a line every ten percent. */
void progress_show(struct progress *progress, uint64_t done, int64_t now_ms);

/** The last word: all of it, with its time and rate. */
void progress_end(struct progress *progress, int64_t now_ms);

/** Leaves the line of a bar that will not be finished. */
void progress_break(struct progress *progress);

#endif

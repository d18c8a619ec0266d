/* SPDX-License-Identifier: MIT */
/*
 * What is shown: records on standard output, everything else on standard error, as a table
 * where that is a terminal.
 *
 * Layer: tools.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "hal/clock.h"
#include "hal/text.h"
#include "tools/demo/run_internal.h"

void run_say(struct run *run, const char *format, ...)
{
	va_list args;

	terminal_erase(&run->terminal);
	va_start(args, format);
	(void)vfprintf(stderr, format, args);
	va_end(args);
	(void)fputc('\n', stderr);
}

/* Endless traffic is to be watched: its records would push the table away. */
void run_print(struct run *run, const char *line)
{
	if (run->config->is_live && run->terminal.is_output_shared)
		return;
	if (run->terminal.is_output_shared)
		terminal_erase(&run->terminal);
	(void)puts(line);
	(void)fflush(stdout);
}

static void show_lines(struct run *run)
{
	for (size_t i = 0; i < run->view.lane_count; i++) {
		char line[sizeof(run->lane_lines[0])];

		view_write_lane(&run->view.lanes[i], line, sizeof(line));
		if (strcmp(line, run->lane_lines[i]) == 0)
			continue;
		text_copy(run->lane_lines[i], sizeof(run->lane_lines[i]), line);
		if (line[0])
			run_say(run, "%5.1f s  %s", (double)run->view.elapsed_ms / 1000.0,
				line);
	}
}

void run_show(struct run *run, int64_t now_ms)
{
	bool is_live = run->phase == PHASE_TRUCKS || run->phase == PHASE_TRAFFIC;

	if (!run->terminal.is_there) {
		show_lines(run);
		return;
	}
	if (!is_live || run->view.lane_count == 0)
		return;
	if (now_ms - run->lanes_news_ms > 5 * RUN_LANES_MS)
		run->view.gate_answers = false;
	screen_begin(&run->screen, run->terminal.columns, run->terminal.has_colour);
	text_copy(run->view.site, sizeof(run->view.site), "sim-gate");
	view_draw(&run->view, &run->screen, run->terminal.rows);
	terminal_draw(&run->terminal, &run->screen);
}

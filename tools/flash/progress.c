/* SPDX-License-Identifier: MIT */
/*
 * How far a long step is.
 *
 * Layer: tools.
 */
#include "tools/flash/progress.h"

#include <inttypes.h>

#include "tools/flash/target.h"

enum { BAR = 30, PAUSE_MS = 200, STEP_PERCENT = 10 };

void progress_begin(struct progress *progress, FILE *to, bool is_terminal,
		    const char *what, uint64_t total, int64_t now_ms)
{
	*progress = (struct progress){
		.to = to,
		.is_terminal = is_terminal,
		.what = what,
		.total = total ? total : 1,
		.began_ms = now_ms,
		.shown_ms = now_ms - PAUSE_MS,
	};
}

/* Bytes in a second since the beginning. */
static uint64_t rate_of(const struct progress *progress, uint64_t done, int64_t now_ms)
{
	int64_t took_ms = now_ms - progress->began_ms;

	return took_ms > 0 ? done * 1000 / (uint64_t)took_ms : 0;
}

/* "12.3 MB/s, 0:31 left"; nothing can be said before the first second. */
static void print_pace(const struct progress *progress, uint64_t done, int64_t now_ms)
{
	uint64_t rate = rate_of(progress, done, now_ms);
	uint64_t left_s;
	char text[24];

	if (rate == 0 || now_ms - progress->began_ms < 1000)
		return;
	left_s = (progress->total - done) / rate;
	fprintf(progress->to, ", %s/s, %" PRIu64 ":%02" PRIu64 " left",
		target_print_size(rate, text), left_s / 60, left_s % 60);
}

static void draw(const struct progress *progress, int percent, uint64_t done,
		 int64_t now_ms)
{
	int full = BAR * percent / 100;

	fprintf(progress->to, "\r%-9s [", progress->what);
	for (int i = 0; i < BAR; i++)
		fputc(i < full ? '#' : '.', progress->to);
	fprintf(progress->to, "] %3d %%", percent);
	print_pace(progress, done, now_ms);
	fputs("\033[K", progress->to);
	fflush(progress->to);
}

void progress_show(struct progress *progress, uint64_t done, int64_t now_ms)
{
	int percent;

	if (done > progress->total)
		done = progress->total;
	percent = (int)(done * 100 / progress->total);
	if (!progress->what)
		return;
	if (progress->is_terminal) {
		if (now_ms - progress->shown_ms < PAUSE_MS)
			return;
		draw(progress, percent, done, now_ms);
	} else {
		if (percent < progress->shown_percent + STEP_PERCENT || percent == 100)
			return;
		percent -= percent % STEP_PERCENT;
		fprintf(progress->to, "%s: %d %%", progress->what, percent);
		print_pace(progress, done, now_ms);
		fputc('\n', progress->to);
		fflush(progress->to);
	}
	progress->shown_ms = now_ms;
	progress->shown_percent = percent;
}

void progress_end(struct progress *progress, int64_t now_ms)
{
	int64_t took_ms = now_ms - progress->began_ms;
	uint64_t rate = rate_of(progress, progress->total, now_ms);
	char size[24], pace[24];

	if (!progress->what)
		return;
	fprintf(progress->to, "%s%s: %s in %" PRId64 ".%" PRId64 " s",
		progress->is_terminal ? "\r" : "", progress->what,
		target_print_size(progress->total, size), took_ms / 1000,
		took_ms % 1000 / 100);
	if (rate > 0)
		fprintf(progress->to, ", %s/s", target_print_size(rate, pace));
	fprintf(progress->to, "%s\n", progress->is_terminal ? "\033[K" : "");
	fflush(progress->to);
}

void progress_break(struct progress *progress)
{
	if (progress->is_terminal && progress->what)
		fputc('\n', progress->to);
	fflush(progress->to);
}

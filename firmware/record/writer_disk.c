/* SPDX-License-Identifier: MIT */
/*
 * How full the record's disk is: an alarm at 70 % and another at 85 %, while there is time to
 * make room. A full disk fails the commit, which stops the clearing.
 *
 * Layer:   firmware. Blocks on the disk.
 * Threads: one at a time.
 */
#include "firmware/record/writer.h"

#include <sys/statvfs.h>

#include "firmware/record/writer_inside.h"
#include "hal/clock.h"
#include "hal/log.h"

enum { HYSTERESIS = 2 }; /* percent below a limit that end its alarm */

static const int32_t limits[] = {70, 85};
enum { LIMITS = sizeof(limits) / sizeof(limits[0]) };

/* As df(1) counts: of what others than root may use. -1: it can't be told. */
static int32_t measure(const char *path)
{
	struct statvfs is;
	uint64_t used;

	if (statvfs(path, &is) || is.f_blocks == 0 || is.f_blocks == is.f_bfree)
		return -1;
	used = is.f_blocks - is.f_bfree;
	return (int32_t)(used * 100 / (used + is.f_bavail));
}

/* Limits that are passed; one that was passed stays so until the use is clearly below it. */
static int count_passed(int32_t percent, int before)
{
	int passed = 0;

	while (passed < LIMITS &&
	       percent >= limits[passed] - (passed < before ? HYSTERESIS : 0))
		passed++;
	return passed;
}

static void tell(struct writer *writer, int32_t percent, int passed)
{
	struct event event;

	event_begin(&event, passed > 0 ? EVENT_ALARM : EVENT_ALARM_ENDED, EVENT_NO_LANE,
		    0);
	event_add_text(&event, "code", "record_disk");
	event_add_number(&event, "used_percent", percent);
	if (passed > 0)
		event_add_number(&event, "limit_percent", limits[passed - 1]);
	/* When it can't be taken it is told at the next look. */
	if (writer_take(writer, &event))
		return;
	writer->disk_passed = passed;
	if (passed > 0)
		log_warning("journal", "%s: its disk is %d %% full", writer->path,
			    (int)percent);
}

void writer_watch_disk(struct writer *writer)
{
	int64_t now_ms = clock_mono_ms();
	int32_t percent;
	int passed;

	if (writer->disk_asked_ms >= 0 && now_ms - writer->disk_asked_ms < WRITER_DISK_MS)
		return;
	writer->disk_asked_ms = now_ms;
	percent = writer->ask_disk ? writer->ask_disk() : measure(writer->path);
	if (percent < 0)
		return;
	writer->health.disk_percent = percent;
	passed = count_passed(percent, writer->disk_passed);
	if (passed != writer->disk_passed)
		tell(writer, percent, passed);
}

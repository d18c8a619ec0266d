/* SPDX-License-Identifier: MIT */
/*
 * Notes: what is done to a gate while its kakoud does not run is left beside the record, and the next
 * kakoud makes events of it. The record has one writer, so that nothing else may put them there.
 *
 * The file "notes" of the state directory has one event a line: its kind, then fields as "key=text" or
 * "key:number", with tabs between.
 *
 * Layer: firmware. Blocks on the disk. Threads: main's.
 */
#ifndef KAKOU_FIRMWARE_NOTES_H
#define KAKOU_FIRMWARE_NOTES_H

#include <stddef.h>
#include <sys/types.h>

#include "firmware/record/event.h"
#include "hal/err.h"
#include "hal/why.h"

enum { NOTES_MAX = 64 };

/** Adds an event to the notes of a kakoud that runs as `owner`. KAKOU_E_FULL: there are NOTES_MAX. */
KAKOU_MUST_CHECK enum kakou_err notes_leave(const char *state_dir, uid_t owner,
					    gid_t group, const struct event *event,
					    struct why *why);

/** Calls `take` with each event, stamped anew. Without a file there is nothing to take. A line that is
 *  none is left out; `take` may fail, which ends it. */
KAKOU_MUST_CHECK enum kakou_err notes_read(
	const char *state_dir,
	enum kakou_err (*take)(void *arg, const struct event *event), void *arg,
	size_t *count, struct why *why);

/** The notes are in the record. */
void notes_forget(const char *state_dir);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * A disk that remembers everything it was told, so that a test can ask what would be on it
 * had the power failed at any moment.
 *
 * The model: what was written and synced is there; of what was written since, any part may
 * be there, down to sectors that hold neither the old nor the new. New and removed names are
 * kept in their order, a new name at the latest with the first sync of its file. What was
 * waiting when a sync failed may be there or not for ever, whatever later syncs say, until it
 * is written again.
 *
 * Layer: tests.
 */
#ifndef KAKOU_TESTS_RECORDER_H
#define KAKOU_TESTS_RECORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum recorder_image {
	RECORDER_NOTHING,    /**< nothing of what was not synced */
	RECORDER_EVERYTHING, /**< all of it */
	RECORDER_SUBSET,     /**< some of the writes */
	RECORDER_TORN,       /**< some of the sectors, and some with noise */
	RECORDER_IMAGES,
};

/** Records from now on what SQLite does to its files. */
void recorder_start(void);

/** Stops and forgets. */
void recorder_stop(void);

/** Only looks away: what follows is done, but not remembered. */
void recorder_pause(void);

/** Syncs number `from` to `from + count - 1` from now on fail. */
void recorder_fail_syncs(int from, int count);

/** Syncs are from now on reported as done, but nothing becomes durable by them. */
void recorder_lie(void);

/** The same for what is done to files without SQLite: a sync of a file's bytes (false when
 *  it fails), one file put in the place of another whose bytes were synced, a sync of the
 *  directory. */
bool recorder_note_sync(void);
void recorder_note_replace(const char *from, const char *to);
void recorder_note_directory(void);

/** From now on events up to `seq` are acknowledged. */
void recorder_mark(int64_t seq);

/** Operations remembered; a cut may come before or after each. */
size_t recorder_count(void);

/** Events acknowledged before operation number `at`. */
int64_t recorder_marked_at(size_t at);

/** Writes into `directory` the files as they might be after a cut before operation number
 *  `at`; the same seed makes the same image. */
void recorder_build(size_t at, enum recorder_image image, unsigned seed,
		    const char *directory);

#endif

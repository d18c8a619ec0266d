/* SPDX-License-Identifier: MIT */
/*
 * What the parts of kakou restore share.
 *
 * Layer: firmware. One thread.
 */
#ifndef KAKOU_FIRMWARE_RESTORE_H
#define KAKOU_FIRMWARE_RESTORE_H

#include "firmware/care/begun.h"
#include "firmware/kakou/cmd_backup.h"

enum { RESTORE_TARGET_BYTES = PLACE_PATH_MAX + 128 };

struct restore {
	struct cli *cli;
	const char *config, *user, *page_user, *scratch;
	bool with_keys, with_record, other_board, only_check, undo;
	struct place place;
	struct bundle bundle;
	json_t *manifest, *keys;
	struct site *site;  /* the backup's */
	struct begun begun; /* what is replaced */
	size_t replaced, put;
};

/** A record's files, by what comes behind its name. */
extern const char *const restore_record_tails[3];

/** Where a file of the manifest, or a key, belongs on this board. */
void restore_name_target(const struct restore *restore, const json_t *file,
			 char to[RESTORE_TARGET_BYTES]);

/** restore_begun.c: keeps what will be replaced, on the disk before anything is touched: from here on a
 *  power cut leaves what --undo takes back. */
KAKOU_MUST_CHECK enum kakou_err restore_begin(struct restore *restore, struct why *why);

/** The note of the act, for the next kakoud to record. */
KAKOU_MUST_CHECK enum kakou_err restore_note(const struct restore *restore,
					     struct why *why);

/** Puts everything back that `begun` says; the record knows of both. */
KAKOU_MUST_CHECK enum kakou_err restore_take_back(struct restore *restore,
						  const struct begun *begun,
						  struct why *why);

/** Takes back what an earlier run has begun and did not end. CLI_DONE: it, or there was none. */
int restore_undo(struct restore *restore);

#endif

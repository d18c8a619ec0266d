/* SPDX-License-Identifier: MIT */
/*
 * A restore that was begun: which files it replaces, kept beside the site file until all of them are in
 * their place. So that one that a power cut or a full disk ended can be taken back, and no gate starts
 * with half of two configurations.
 *
 * The file "restore-begun" has lines "stamp TEXT", "state DIRECTORY", and for each file "had PATH" or
 * "new PATH"; what was there before is in "replaced-STAMP" beside it.
 *
 * Layer: firmware. Blocks on the disk. One process at a time, under the lock of place_open(); kakoud
 * only asks.
 */
#ifndef KAKOU_FIRMWARE_BEGUN_H
#define KAKOU_FIRMWARE_BEGUN_H

#include <stdbool.h>
#include <stddef.h>

#include "hal/err.h"
#include "hal/why.h"

enum { BEGUN_FILES_MAX = 64, BEGUN_PATH_MAX = 383, BEGUN_STAMP_MAX = 31 };

struct begun {
	char stamp[BEGUN_STAMP_MAX + 1];
	char state_dir[BEGUN_PATH_MAX + 1];
	size_t count;
	struct begun_file {
		char path[BEGUN_PATH_MAX + 1];
		bool was_there;
	} files[BEGUN_FILES_MAX];
};

/** Adds a file that will be replaced. KAKOU_E_FULL: there are too many, or the path is too long. */
KAKOU_MUST_CHECK enum kakou_err begun_add(struct begun *begun, const char *path,
					  struct why *why);

/** Before the first file is touched, on the disk when it returns. */
KAKOU_MUST_CHECK enum kakou_err begun_write(const char *config, const struct begun *begun,
					    struct why *why);

/** After the last one. */
KAKOU_MUST_CHECK enum kakou_err begun_end(const char *config, struct why *why);

/** Whether one was begun beside this site file and did not end. */
bool begun_is_there(const char *config);

/** KAKOU_E_NOTFOUND: none was begun; KAKOU_E_INVALID: what is there is none of ours. */
KAKOU_MUST_CHECK enum kakou_err begun_read(const char *config, struct begun *out,
					   struct why *why);

/** "FOLDER/replaced-STAMP/NAME", where what was there before is kept. */
void begun_name_aside(const struct begun *begun, const char *path,
		      char to[BEGUN_PATH_MAX + 64]);

/** Puts back what was there before. It may be ended at any moment and done again; begun_end() is the
 *  caller's. */
KAKOU_MUST_CHECK enum kakou_err begun_undo(const struct begun *begun, struct why *why);

#endif

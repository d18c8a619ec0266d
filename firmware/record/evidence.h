/* SPDX-License-Identifier: MIT */
/*
 * A stopped journal or a copy that is looked at and left as it was.
 *
 * Layer: firmware. Blocks on the disk.
 */
#ifndef KAKOU_FIRMWARE_EVIDENCE_H
#define KAKOU_FIRMWARE_EVIDENCE_H

#include <stdbool.h>

#include "firmware/record/store.h"

enum { EVIDENCE_PATH_BYTES = 1024 };

struct evidence {
	char file[EVIDENCE_PATH_BYTES];
	struct store *store; /* NULL: it could not be opened */
	int lock_fd;
	bool had_index;
};

/** Finds the file (a directory stands for the journal in it). KAKOU_E_NOTFOUND,
 *  KAKOU_E_INVALID (the path is too long). */
KAKOU_MUST_CHECK enum kakou_err evidence_find(struct evidence *evidence, const char *path,
					      struct why *why);

/** Keeps a kakoud from starting on it meanwhile. KAKOU_E_DENIED: one runs on it. */
KAKOU_MUST_CHECK enum kakou_err evidence_hold(struct evidence *evidence, struct why *why);

/** Opens it; errors of store_open(). After evidence_hold() evidence_close() is due in any
 *  case. */
KAKOU_MUST_CHECK enum kakou_err evidence_open(struct evidence *evidence, struct why *why);

/** All three; when it fails nothing is held. */
KAKOU_MUST_CHECK enum kakou_err evidence_take(struct evidence *evidence, const char *path,
					      struct why *why);
void evidence_close(struct evidence *evidence);

#endif

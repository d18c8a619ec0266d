/* SPDX-License-Identifier: MIT */
/*
 * Proofs and exports: what leaves the gate and can be verified with its public key alone.
 * All are JSON; hashes are 64 hexadecimal digits, checkpoints are whole notes.
 *
 * One event:  {"checkpoint": note, "event": {…}, "format": "kakou-inclusion-1",
 *              "path": [hash…], "seq": n}             path as in RFC 9162 section 2.1.3
 * Growth:     {"format": "kakou-consistency-1", "new": note, "old": note, "old_size": n,
 *              "path": [hash…]}                       path as in RFC 9162 section 2.1.4
 * Export:     the first line {"before": [hash…], "checkpoint": note, "consistency": [hash…],
 *              "first": n, "format": "kakou-export-1", "last": n, "origin": text}, then
 *              one event's canonical bytes a line. "before" are the complete subtrees that
 *              cover the events before the first, the largest first; "consistency" proves
 *              that the tree up to the last event begins that of the checkpoint.
 *
 * Layer: firmware. Blocks on the disk.
 */
#ifndef KAKOU_FIRMWARE_PROOF_H
#define KAKOU_FIRMWARE_PROOF_H

#include <stdio.h>

#include "firmware/record/journal.h"
#include "firmware/record/store.h"

#define PROOF_INCLUSION "kakou-inclusion-1"
#define PROOF_CONSISTENCY "kakou-consistency-1"
#define PROOF_EXPORT "kakou-export-1"
#define PROOF_EXPORT_CSV "kakou-export-csv-1"

enum proof_form { PROOF_LINES, PROOF_CSV };

/** Makes a proof as text without a newline (the caller frees it). "old" of a growth is empty
 *  when the record no longer has that checkpoint: whoever asks has it. KAKOU_E_NOTFOUND: no
 *  such event under a checkpoint, no checkpoint, or removed. KAKOU_E_INVALID: a size out of
 *  order. Errors of the store. */
KAKOU_MUST_CHECK enum kakou_err proof_make(struct store *store, enum journal_proof what,
					   int64_t first, int64_t second, char **json,
					   struct why *why);

/** The same from a stopped journal or a copy at `path`. */
KAKOU_MUST_CHECK enum kakou_err proof_make_from_file(const char *path,
						     enum journal_proof what,
						     int64_t first, int64_t second,
						     char **json, struct why *why);

/** Writes events `first` (0 = the oldest that was not removed) to `last` (0 = as far as the newest
 *  checkpoint goes) of a stopped
 *  journal or a copy; as CSV in the form of csv.h.
 *  KAKOU_E_NOTFOUND: no such events. */
KAKOU_MUST_CHECK enum kakou_err proof_export(const char *path, enum proof_form form,
					     int64_t first, int64_t last, FILE *to,
					     struct why *why);

#endif

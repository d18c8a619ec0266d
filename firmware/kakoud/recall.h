/* SPDX-License-Identifier: MIT */
/*
 * Reads a recall from the record.
 *
 * Layer: firmware. Threads: main's, at the start; blocks on the journal's reader.
 */
#ifndef KAKOU_FIRMWARE_RECALL_READ_H
#define KAKOU_FIRMWARE_RECALL_READ_H

#include "firmware/config/site.h"
#include "firmware/control/recall.h"
#include "firmware/record/journal.h"
#include "hal/err.h"
#include "hal/why.h"

/** At most PAIRING_KEPT hand-overs, whatever the length of the record. One whose age the wall clock can't tell, because it lies in the future, is left out. On an
 *  error `out` is empty: then an officer decides, as where nothing is known. */
KAKOU_MUST_CHECK enum kakou_err recall_read(struct recall *out, struct journal *journal,
					    const struct site *site, int64_t now_ms,
					    int64_t wall_ms, struct why *why);

#endif

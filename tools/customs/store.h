/* SPDX-License-Identifier: MIT */
/*
 * What the platform holds for good: each inquiry with what was decided of it, each result of a
 * command, as lines of JSON that are on the disk before anything is answered. After a restart, also
 * a killed one, the same number gets the same answer and books its order no second time.
 *
 * Layer: tools. Blocks on the disk.
 */
#ifndef KAKOU_TOOLS_CUSTOMS_STORE_H
#define KAKOU_TOOLS_CUSTOMS_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "hal/err.h"
#include "hal/loop.h"
#include "hal/why.h"
#include "tools/customs/inquiries.h"

/** How late STORE_LATE stores. */
enum { STORE_LATE_MS = 2000 };

struct store_file; /* opaque */

/** Opens `path` (made when it is new) and fills inquiries and book with what is in it; a last line
 *  that a crash cut off is taken away. `is_late`, a planted fault: what is stored comes to the disk
 *  STORE_LATE_MS later, so that answers go out before. KAKOU_E_IO, KAKOU_E_NOMEM, KAKOU_E_INVALID (not
 *  a store). */
KAKOU_MUST_CHECK enum kakou_err store_file_open(struct store_file **out, const char *path,
						bool is_late, struct loop *loop,
						struct inquiries *inquiries,
						struct order_book *book, struct why *why);

/** NULL is legal. */
void store_file_close(struct store_file *store);

/** Stores a decided inquiry, with a sync. KAKOU_E_IO, KAKOU_E_NOMEM: it is not to be answered. */
KAKOU_MUST_CHECK enum kakou_err store_file_put_inquiry(struct store_file *store,
						       const struct inquiry *inquiry);

/** The same for a result of a command. */
KAKOU_MUST_CHECK enum kakou_err store_file_put_result(
	struct store_file *store, const struct customs_result *result);

#endif

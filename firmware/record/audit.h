/* SPDX-License-Identifier: MIT */
/*
 * Whether rows are what they were when they were written: numbers without gaps, canonical
 * bytes, columns equal to the bytes, each leaf, the chain.
 *
 * Layer: firmware. Pure; allocates (jansson).
 */
#ifndef KAKOU_FIRMWARE_AUDIT_H
#define KAKOU_FIRMWARE_AUDIT_H

#include <stdint.h>

#include "firmware/record/chain.h"
#include "firmware/record/store.h"
#include "hal/err.h"
#include "hal/why.h"

struct audit {
	int64_t seq;                      /**< of the last row that was found good */
	unsigned char chain[CHAIN_BYTES]; /**< after it */
};

/** Before the first event of the journal of `origin`. */
void audit_begin(struct audit *audit, const char *origin);

/** Checks the row that follows. KAKOU_E_INVALID: it does not hold, `why` says what; `audit`
 *  is unchanged. */
KAKOU_MUST_CHECK enum kakou_err audit_row(struct audit *audit,
					  const struct store_row *row, struct why *why);

#endif

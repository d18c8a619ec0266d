/* SPDX-License-Identifier: MIT */
/*
 * What proofs and exports share; for proof*.c only.
 *
 * Layer: firmware.
 */
#ifndef KAKOU_FIRMWARE_PROOF_PRINT_H
#define KAKOU_FIRMWARE_PROOF_PRINT_H

#include <stdio.h>

#include "firmware/record/proof.h"
#include "firmware/record/store.h"

/** A text as a JSON string. */
void proof_print_text(FILE *to, const char *text);

/** Hashes as a JSON array. */
void proof_print_path(FILE *to, const struct tree_proof *proof);

/** The first line of an export of these events, which the checkpoint `note` of `size` events
 *  covers. */
KAKOU_MUST_CHECK enum kakou_err proof_print_head(struct store *store,
						 enum proof_form form, int64_t first,
						 int64_t last, int64_t size,
						 const char *note, FILE *to,
						 struct why *why);

/** A hash in hexadecimal digits. */
void proof_print_hash(FILE *to, const unsigned char hash[TREE_BYTES]);

/** The newest checkpoint, if it is of at least so many events; `*note` is freed by the caller.
 *  KAKOU_E_NOTFOUND. */
KAKOU_MUST_CHECK enum kakou_err proof_get_newest(struct store *store, int64_t at_least,
						 int64_t *size, char **note,
						 struct why *why);

#endif

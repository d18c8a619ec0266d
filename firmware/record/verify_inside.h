/* SPDX-License-Identifier: MIT */
/*
 * What verification of texts shares; for verify_text.c and verify_export.c only.
 *
 * Layer: firmware.
 */
#ifndef KAKOU_FIRMWARE_VERIFY_INSIDE_H
#define KAKOU_FIRMWARE_VERIFY_INSIDE_H

#include <jansson.h>
#include <stdio.h>

#include "firmware/record/tree.h"
#include "firmware/record/verify.h"

enum { VERIFY_HEAD_MAX = 64 * 1024 };
#define VERIFY_LOAD_FLAGS JSON_REJECT_DUPLICATES

/** Members of an object; "" and 0 where there is none of that type. */
const char *verify_get_text(const json_t *from, const char *key);
int64_t verify_get_number(const json_t *from, const char *key);

/** A list of hashes. False: it is none. */
bool verify_read_path(const json_t *from, const char *key, struct tree_proof *out);

/** KAKOU_E_INVALID in words. */
enum kakou_err verify_complain(struct why *why, const char *key);

/** A checkpoint in the file, and who signed it. */
KAKOU_MUST_CHECK enum kakou_err verify_read_checkpoint(const char *note,
						       const struct journal_trust *trust,
						       struct checkpoint *out,
						       struct why *why);

/** The second row of an export as CSV: its head; NULL: it is none. */
json_t *verify_read_csv_head(FILE *from);

/** The events that follow the head. */
KAKOU_MUST_CHECK enum kakou_err verify_export(const json_t *head, bool is_csv, FILE *from,
					      const struct journal_trust *trust,
					      struct journal_verdict *out,
					      struct why *why);

#endif

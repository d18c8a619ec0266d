/* SPDX-License-Identifier: MIT */
/*
 * The parts of journal_verify(): one for each thing that can be verified.
 *
 * Layer: firmware. Blocks on the disk.
 */
#ifndef KAKOU_FIRMWARE_VERIFY_H
#define KAKOU_FIRMWARE_VERIFY_H

#include "firmware/record/evidence.h"
#include "firmware/record/journal.h"
#include "firmware/record/witness.h"

/** A journal. Errors as journal_verify(). */
KAKOU_MUST_CHECK enum kakou_err verify_journal(struct evidence *evidence,
					       const struct journal_trust *trust,
					       struct journal_verdict *out,
					       struct why *why);

/** An export, an event with its proof, or the proof that a record grew (proof.h): files of
 *  JSON. Errors as journal_verify(). */
KAKOU_MUST_CHECK enum kakou_err verify_text(const char *file,
					    const struct journal_trust *trust,
					    struct journal_verdict *out, struct why *why);

/** The checkpoint in a note, alone. */
KAKOU_MUST_CHECK enum kakou_err verify_checkpoint(const char *note,
						  const struct journal_trust *trust,
						  struct journal_verdict *out,
						  struct why *why);

/** A damaged file is a finding; a disk that can't be read, or no memory, is not. */
bool verify_is_finding(enum kakou_err err);

/** Notes the first finding. */
void verify_note(struct journal_verdict *out, const struct why *why);

#endif

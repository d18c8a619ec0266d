/* SPDX-License-Identifier: MIT */
/*
 * Receipts: a checkpoint of ours that another party signed too, because it holds it. Kept as
 * an event, so that the record itself says how far others have seen it.
 *
 * Layer: firmware. Pure.
 */
#ifndef KAKOU_FIRMWARE_RECEIPT_H
#define KAKOU_FIRMWARE_RECEIPT_H

#include "firmware/record/checkpoint.h"
#include "firmware/record/event.h"

enum { RECEIPT_LINES_MAX = 12 };

struct receipt {
	struct checkpoint checkpoint;
	struct event event;             /* what is recorded: by, size, line_1 … */
	char note[CHECKPOINT_NOTE_MAX]; /* as it came; of receipt_take_held() only */
};

/** Takes a note: a checkpoint of `origin` with the right signature of `name` by `key`. Of its
 *  signatures the event keeps that one and those under our own name. KAKOU_E_INVALID: not a
 *  checkpoint of this gate, or too long for an event. KAKOU_E_REFUSED: not signed by `key`. */
KAKOU_MUST_CHECK enum kakou_err receipt_take(const char *note, const char *origin,
					     const char *name, struct sign_public *key,
					     struct receipt *out, struct why *why);

/** The same of a checkpoint of ours that somebody keeps elsewhere. Who signed it is not looked at
 *  yet: receipt_is_signed_by(). KAKOU_E_INVALID. */
KAKOU_MUST_CHECK enum kakou_err receipt_take_held(const char *note, const char *origin,
						  struct receipt *out, struct why *why);

/** Whether a key, as the record introduced it (base64), signed such a checkpoint. */
bool receipt_is_signed_by(const struct receipt *held, const char *public_key);

#endif

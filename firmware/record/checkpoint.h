/* SPDX-License-Identifier: MIT */
/*
 * Checkpoints: a size and a root of the history tree with the time, signed; in the text form
 * of C2SP tlog-checkpoint, which is a signed note.
 *
 *   gate-1
 *   120
 *   CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
 *   time 1800000000123 synced
 *
 *   — gate-1 base64(key id ‖ signature)
 *
 * Signatures are of type 0x02 of C2SP signed-note: ECDSA on P-256 over SHA-256 of the text up
 * to the empty line, in DER; the key id is the first four bytes of SHA-256 of the public key
 * in DER (SubjectPublicKeyInfo). "synced" or "unsynced" is the state of the wall clock.
 *
 * Layer: firmware. Pure.
 */
#ifndef KAKOU_FIRMWARE_CHECKPOINT_H
#define KAKOU_FIRMWARE_CHECKPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/record/tree.h"
#include "hal/sign.h"
#include "hal/why.h"

enum {
	CHECKPOINT_NAME_MAX = CHAIN_ORIGIN_MAX,
	CHECKPOINT_ID_BYTES = 4,
	CHECKPOINT_TEXT_MAX = CHAIN_ORIGIN_MAX + 128, /**< with its NUL */
	CHECKPOINT_LINE_MAX = CHECKPOINT_NAME_MAX + 128,
	CHECKPOINT_SIGNATURES_MAX = 16, /**< that are looked at */
	CHECKPOINT_NOTE_MAX = 8192,     /**< that is read, with its NUL */
	/** One that is made here: with one signature. */
	CHECKPOINT_OWN_MAX = CHECKPOINT_TEXT_MAX + CHECKPOINT_LINE_MAX,
};

struct checkpoint {
	char origin[CHAIN_ORIGIN_MAX + 1];
	int64_t size;
	unsigned char root[TREE_BYTES];
	int64_t wall_ms;
	bool is_synced;
};

/** The text to be signed, with its last newline; returns its length. */
size_t checkpoint_print(const struct checkpoint *checkpoint,
			char out[CHECKPOINT_TEXT_MAX]);

/** The origin as the name of a key: spaces and '+', which a key's name can't have, as '_'. */
void checkpoint_name_key(const char *origin, char out[CHECKPOINT_NAME_MAX + 1]);

void checkpoint_identify_key(const unsigned char der[SIGN_PUBLIC_BYTES],
			     unsigned char out[CHECKPOINT_ID_BYTES]);

/** The signed note with one signature, by `key` under the name of the origin. Errors of
 *  sign_key_sign(). */
KAKOU_MUST_CHECK enum kakou_err checkpoint_sign(const struct checkpoint *checkpoint,
						struct sign_key *key,
						char out[CHECKPOINT_OWN_MAX],
						struct why *why);

/** Reads a note of `len` bytes. KAKOU_E_INVALID: not a checkpoint with at least one signature
 *  line in the form above; `why` says what. No signature is verified. */
KAKOU_MUST_CHECK enum kakou_err checkpoint_read(const char *note, size_t len,
						struct checkpoint *out, struct why *why);

/** Whether the note (which checkpoint_read() took) is signed by `key` under `name`.
 *  KAKOU_E_NOTFOUND: it has no signature by that key; KAKOU_E_REFUSED: it has one, and it is
 *  wrong. */
KAKOU_MUST_CHECK enum kakou_err checkpoint_verify(const char *note, size_t len,
						  const char *name,
						  struct sign_public *key);

/** Copies the line of that key's signature, without its newline. False: there is none. */
bool checkpoint_get_line(const char *note, size_t len, const char *name,
			 const struct sign_public *key, char out[CHECKPOINT_LINE_MAX]);

#endif

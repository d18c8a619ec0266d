/* SPDX-License-Identifier: MIT */
/*
 * A thread that signs checkpoints, one at a time, while the writer's thread waits for the disk.
 *
 * Layer:   firmware.
 * Threads: all functions are of the writer's thread; between signer_start() and signer_stop()
 * the key belongs to the signer.
 */
#ifndef KAKOU_FIRMWARE_SIGNER_H
#define KAKOU_FIRMWARE_SIGNER_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/record/checkpoint.h"

struct signer; /* opaque */

/** What became of one checkpoint. */
struct signer_result {
	int64_t size;
	enum kakou_err err; /**< `why` says the reason; the note is not set then */
	struct why why;
	char note[CHECKPOINT_OWN_MAX];
};

/** KAKOU_E_NOMEM, KAKOU_E_IO (no descriptor). */
KAKOU_MUST_CHECK enum kakou_err signer_start(struct signer **out, struct sign_key *key);

/** Ends the thread. A signature that is not there after `patience_ms` (-1 = whenever) is left
 *  alone with its thread and its key: false, and the caller must not destroy the key. NULL is
 *  legal. */
bool signer_stop(struct signer *signer, int patience_ms);

/** Whether a checkpoint was begun whose result was not taken. */
bool signer_is_busy(const struct signer *signer);

/** Begins to sign; the signer must not be busy. Never blocks. */
void signer_begin(struct signer *signer, const struct checkpoint *checkpoint);

/** Takes the result, waiting for it at most `patience_ms` (0 = not, -1 = until it is there).
 *  False: it is not there, or nothing was begun. */
bool signer_take(struct signer *signer, int patience_ms, struct signer_result *out);

/** Readable when a result may be there. */
int signer_fd(const struct signer *signer);

#endif

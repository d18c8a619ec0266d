/* SPDX-License-Identifier: MIT */
/*
 * Strikes secrets out of a text before it leaves the gate: those that are known, wherever they stand,
 * and what looks like one.
 *
 * Layer: firmware. Pure but for scrub_learn_file() and its allocations.
 */
#ifndef KAKOU_FIRMWARE_SCRUB_H
#define KAKOU_FIRMWARE_SCRUB_H

#include <stddef.h>

#include "hal/err.h"
#include "hal/why.h"

struct scrub; /* opaque: what is to be struck out */

/** What stands in its place. */
#define SCRUB_STRUCK "[struck out]"

KAKOU_MUST_CHECK enum kakou_err scrub_create(struct scrub **out);
/** Wipes and releases. NULL is legal. */
void scrub_destroy(struct scrub *scrub);

/** Remembers a secret. One of less than 6 bytes is not: it would strike out half of every text.
 *  KAKOU_E_NOMEM, KAKOU_E_FULL. */
KAKOU_MUST_CHECK enum kakou_err scrub_learn(struct scrub *scrub, const char *secret,
					    size_t len);

/** Remembers each line of a file of keys or passwords, and the hashes of a file of people. A file that is
 *  not there is no error. */
KAKOU_MUST_CHECK enum kakou_err scrub_learn_file(struct scrub *scrub, const char *path,
						 struct why *why);

/** A copy without them, which the caller frees. Struck out besides: private keys in PEM, hashes of
 *  crypt(5), PINs in URIs of PKCS #11, and values of members, keys and tags whose name says password,
 *  passphrase, secret, PIN, ticket or PSW. KAKOU_E_NOMEM. */
KAKOU_MUST_CHECK enum kakou_err scrub_text(const struct scrub *scrub, const char *text,
					   char **out);

#endif

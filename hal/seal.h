/* SPDX-License-Identifier: MIT */
/*
 * A text under a passphrase: AES-256 in GCM, its key by PBKDF2 with HMAC-SHA-256 (RFC 8018), 600,000
 * rounds. Who changes a byte of it is noticed; who guesses a short passphrase is not stopped.
 *
 * Layer: hal, on mbedtls. Threads: any; a second or two on a small board.
 */
#ifndef KAKOU_HAL_SEAL_H
#define KAKOU_HAL_SEAL_H

#include <stddef.h>

#include "hal/err.h"
#include "hal/why.h"

/** What sealing adds: a line that says what it is, salt, nonce and tag. */
enum { SEAL_HEAD = 15, SEAL_SALT = 16, SEAL_NONCE = 12, SEAL_TAG = 16 };
enum { SEAL_ADDS = SEAL_HEAD + SEAL_SALT + SEAL_NONCE + SEAL_TAG };

/** `*out` of `len` + SEAL_ADDS bytes, which the caller frees. KAKOU_E_NOMEM, KAKOU_E_IO (no random
 *  numbers). */
KAKOU_MUST_CHECK enum kakou_err seal_close(const char *passphrase, const void *data,
					   size_t len, unsigned char **out,
					   size_t *out_len, struct why *why);

/** The opposite; `*out` ends with a NUL that is not counted; the caller wipes and frees it.
 *  KAKOU_E_REFUSED: another passphrase, or something was changed; KAKOU_E_INVALID: it is none. */
KAKOU_MUST_CHECK enum kakou_err seal_open(const char *passphrase,
					  const unsigned char *sealed, size_t len,
					  char **out, size_t *out_len, struct why *why);

#endif

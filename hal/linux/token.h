/* SPDX-License-Identifier: MIT */
/*
 * A P-256 key in a token, by PKCS #11 (OASIS, version 2.40).
 *
 * Layer:   hal, private to linux/.
 * Threads: a token belongs to one thread at a time; a process has one of a module.
 */
#ifndef KAKOU_HAL_LINUX_TOKEN_H
#define KAKOU_HAL_LINUX_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

#include "hal/sign.h"

struct token; /* opaque */

enum {
	TOKEN_HASH_BYTES = 32,
	TOKEN_TEXT_MAX = 63,
	TOKEN_ID_MAX = 32,
	TOKEN_PATH_MAX = 159,
};

/** What a URI of RFC 7512 says; "" or 0: it does not say it. */
struct token_uri {
	char token[TOKEN_TEXT_MAX + 1], serial[TOKEN_TEXT_MAX + 1];
	char object[TOKEN_TEXT_MAX + 1];
	unsigned char id[TOKEN_ID_MAX];
	size_t id_len;
	char module_path[TOKEN_PATH_MAX + 1];
	char pin_path[TOKEN_PATH_MAX + 1];
};

bool token_is_uri(const char *text);

/** KAKOU_E_INVALID: not one, or it lacks the module, the token or the key. */
KAKOU_MUST_CHECK enum kakou_err token_parse_uri(const char *uri, struct token_uri *out,
						struct why *why);

/** Loads the module, logs in, finds the key and gives its public half in DER. Errors as
 *  sign_key_load(). */
KAKOU_MUST_CHECK enum kakou_err token_open(struct token **out, const char *uri,
					   unsigned char der[SIGN_PUBLIC_BYTES],
					   struct why *why);

/** Signs a hash; the signature in DER. Errors as sign_key_sign(). */
KAKOU_MUST_CHECK enum kakou_err token_sign(struct token *token,
					   const unsigned char hash[TOKEN_HASH_BYTES],
					   unsigned char out[SIGN_SIGNATURE_MAX],
					   size_t *out_len, struct why *why);

/** The module stays loaded: some leave threads and exit handlers behind. NULL is legal. */
void token_close(struct token *token);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * What the parts of a token share; for token*.c only.
 *
 * Layer: hal, private to linux/.
 */
#ifndef KAKOU_HAL_LINUX_TOKEN_INSIDE_H
#define KAKOU_HAL_LINUX_TOKEN_INSIDE_H

#include <p11-kit/pkcs11.h>

#include "hal/linux/token.h"

struct token {
	struct token_uri uri;
	void *module;
	CK_FUNCTION_LIST_PTR f;
	bool is_initialized, has_session;
	bool is_pin_refused; /* a second try might lock the token */
	bool knows_public;
	CK_SESSION_HANDLE session;
	CK_OBJECT_HANDLE key;
	unsigned char der[SIGN_PUBLIC_BYTES];
};

/** What a call of the module returned, as an error: "TOKEN: can't WHAT: CKR_…". */
enum kakou_err token_explain(const struct token *token, const char *what, CK_RV code,
			     struct why *why);

/* ---- token_find.c ----------------------------------------------------------------------- */

/** The slot whose token the URI means. KAKOU_E_NOTFOUND, KAKOU_E_INVALID: several. */
KAKOU_MUST_CHECK enum kakou_err token_find_slot(struct token *token, CK_SLOT_ID *out,
						struct why *why);

/** The private key that the URI means, and the public half beside it in DER. KAKOU_E_NOTFOUND,
 *  KAKOU_E_INVALID: several, or not of P-256. */
KAKOU_MUST_CHECK enum kakou_err token_find_key(struct token *token,
					       unsigned char der[SIGN_PUBLIC_BYTES],
					       struct why *why);

#endif

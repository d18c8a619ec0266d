/* SPDX-License-Identifier: MIT */
/*
 * A key in a token: the module, the session, signatures.
 *
 * Layer: hal. Blocks on the token.
 */
#include "hal/linux/token.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hal/file.h"
#include "hal/linux/token_inside.h"

enum { PIN_MAX = 64, NUMBER_BYTES = TOKEN_HASH_BYTES, RAW_BYTES = 2 * NUMBER_BYTES };

/* ---- errors --------------------------------------------------------------------------- */

static const struct {
	CK_RV code;
	const char *name;
} names[] = {
	{CKR_DEVICE_ERROR,               "CKR_DEVICE_ERROR"              },
	{CKR_DEVICE_MEMORY,              "CKR_DEVICE_MEMORY"             },
	{CKR_DEVICE_REMOVED,             "CKR_DEVICE_REMOVED"            },
	{CKR_FUNCTION_FAILED,            "CKR_FUNCTION_FAILED"           },
	{CKR_GENERAL_ERROR,              "CKR_GENERAL_ERROR"             },
	{CKR_HOST_MEMORY,                "CKR_HOST_MEMORY"               },
	{CKR_KEY_FUNCTION_NOT_PERMITTED, "CKR_KEY_FUNCTION_NOT_PERMITTED"},
	{CKR_MECHANISM_INVALID,          "CKR_MECHANISM_INVALID"         },
	{CKR_PIN_EXPIRED,                "CKR_PIN_EXPIRED"               },
	{CKR_PIN_INCORRECT,              "CKR_PIN_INCORRECT"             },
	{CKR_PIN_LEN_RANGE,              "CKR_PIN_LEN_RANGE"             },
	{CKR_PIN_LOCKED,                 "CKR_PIN_LOCKED"                },
	{CKR_SESSION_CLOSED,             "CKR_SESSION_CLOSED"            },
	{CKR_SESSION_HANDLE_INVALID,     "CKR_SESSION_HANDLE_INVALID"    },
	{CKR_TOKEN_NOT_PRESENT,          "CKR_TOKEN_NOT_PRESENT"         },
	{CKR_TOKEN_NOT_RECOGNIZED,       "CKR_TOKEN_NOT_RECOGNIZED"      },
	{CKR_USER_NOT_LOGGED_IN,         "CKR_USER_NOT_LOGGED_IN"        },
};

enum kakou_err token_explain(const struct token *token, const char *what, CK_RV code,
			     struct why *why)
{
	const char *name = "";

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].code == code)
			name = names[i].name;
	return why_set(why, code == CKR_HOST_MEMORY ? KAKOU_E_NOMEM : KAKOU_E_IO,
		       "token '%s': can't %s: %s (0x%lx)",
		       token->uri.token[0] ? token->uri.token : token->uri.serial, what,
		       name, (unsigned long)code);
}

/* ---- module and session --------------------------------------------------------------- */

static enum kakou_err load_module(struct token *token, struct why *why)
{
	CK_C_GetFunctionList get;

	token->module = dlopen(token->uri.module_path, RTLD_NOW | RTLD_LOCAL);
	if (!token->module)
		return why_set(why, KAKOU_E_NOTFOUND, "PKCS #11 module: %s", dlerror());
	*(void **)&get = dlsym(token->module, "C_GetFunctionList");
	if (!get || get(&token->f) != CKR_OK || !token->f)
		return why_set(why, KAKOU_E_INVALID, "%s: is no PKCS #11 module",
			       token->uri.module_path);
	return KAKOU_OK;
}

/* Everything of a token that was pulled out: some modules see it again only after this. */
static void disconnect(struct token *token)
{
	if (token->has_session)
		(void)token->f->C_CloseSession(token->session);
	token->has_session = false;
	if (token->is_initialized)
		(void)token->f->C_Finalize(NULL);
	token->is_initialized = false;
}

/* Without the newline that an editor leaves. */
static enum kakou_err read_pin(struct token *token, char **pin, size_t *len,
			       struct why *why)
{
	enum kakou_err err =
		file_read_secret(token->uri.pin_path, PIN_MAX, pin, len, why);

	while (!err && *len > 0 && ((*pin)[*len - 1] == '\n' || (*pin)[*len - 1] == '\r'))
		(*len)--;
	return err;
}

static enum kakou_err log_in(struct token *token, struct why *why)
{
	char *pin;
	size_t len;
	CK_RV code;
	enum kakou_err err;

	if (!token->uri.pin_path[0])
		return KAKOU_OK;
	err = read_pin(token, &pin, &len, why);
	if (err)
		return err;
	code = token->f->C_Login(token->session, CKU_USER, (CK_UTF8CHAR_PTR)pin,
				 (CK_ULONG)len);
	explicit_bzero(pin, len);
	free(pin);
	if (code == CKR_OK || code == CKR_USER_ALREADY_LOGGED_IN)
		return KAKOU_OK;
	token->is_pin_refused = code == CKR_PIN_INCORRECT || code == CKR_PIN_LOCKED ||
				code == CKR_PIN_EXPIRED || code == CKR_PIN_LEN_RANGE;
	err = token_explain(token, "log in", code, why);
	return token->is_pin_refused ? KAKOU_E_DENIED : err;
}

static enum kakou_err open_session(struct token *token, struct why *why)
{
	CK_C_INITIALIZE_ARGS arguments = {.flags = CKF_OS_LOCKING_OK};
	CK_RV code = token->f->C_Initialize(&arguments);
	CK_SLOT_ID slot = 0;
	enum kakou_err err;

	token->is_initialized = code == CKR_OK;
	if (code != CKR_OK && code != CKR_CRYPTOKI_ALREADY_INITIALIZED)
		return token_explain(token, "start its module", code, why);
	err = token_find_slot(token, &slot, why);
	if (err)
		return err;
	code = token->f->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL,
				       &token->session);
	if (code != CKR_OK)
		return token_explain(token, "open a session", code, why);
	token->has_session = true;
	return log_in(token, why);
}

/* The key must stay the one that the record knows. */
static enum kakou_err check_same(struct token *token,
				 const unsigned char der[SIGN_PUBLIC_BYTES],
				 struct why *why)
{
	if (token->knows_public && memcmp(der, token->der, SIGN_PUBLIC_BYTES) != 0)
		return why_set(why, KAKOU_E_INVALID,
			       "token '%s': has another key than before",
			       token->uri.token);
	memcpy(token->der, der, SIGN_PUBLIC_BYTES);
	token->knows_public = true;
	return KAKOU_OK;
}

static enum kakou_err connect(struct token *token, struct why *why)
{
	unsigned char der[SIGN_PUBLIC_BYTES];
	enum kakou_err err;

	if (token->is_pin_refused)
		return why_set(why, KAKOU_E_DENIED,
			       "token '%s': refused the PIN, which is not tried again",
			       token->uri.token);
	err = open_session(token, why);
	if (!err)
		err = token_find_key(token, der, why);
	if (!err)
		err = check_same(token, der, why);
	if (err)
		disconnect(token);
	return err;
}

enum kakou_err token_open(struct token **out, const char *uri,
			  unsigned char der[SIGN_PUBLIC_BYTES], struct why *why)
{
	struct token *token = calloc(1, sizeof(*token));
	enum kakou_err err;

	if (!token)
		return why_set(why, KAKOU_E_NOMEM, "no memory for a token");
	err = token_parse_uri(uri, &token->uri, why);
	if (!err)
		err = load_module(token, why);
	if (!err)
		err = connect(token, why);
	if (err) {
		token_close(token);
		return err;
	}
	memcpy(der, token->der, SIGN_PUBLIC_BYTES);
	*out = token;
	return KAKOU_OK;
}

void token_close(struct token *token)
{
	if (!token)
		return;
	if (token->f)
		disconnect(token);
	free(token);
}

/* ---- signing -------------------------------------------------------------------------- */

/* One INTEGER in DER: no zeros before it, but one where it would be negative. */
static size_t put_number(unsigned char *out, const unsigned char *number)
{
	size_t skip = 0;
	size_t len;

	while (skip < NUMBER_BYTES - 1 && number[skip] == 0)
		skip++;
	len = NUMBER_BYTES - skip;
	out[0] = 0x02;
	if (number[skip] & 0x80) {
		out[1] = (unsigned char)(len + 1);
		out[2] = 0;
		memcpy(out + 3, number + skip, len);
		return len + 3;
	}
	out[1] = (unsigned char)len;
	memcpy(out + 2, number + skip, len);
	return len + 2;
}

/* PKCS #11 gives r and s side by side; a signed note has them in DER (RFC 3279). */
static size_t put_signature(unsigned char out[SIGN_SIGNATURE_MAX],
			    const unsigned char raw[RAW_BYTES])
{
	size_t len = put_number(out + 2, raw);

	len += put_number(out + 2 + len, raw + NUMBER_BYTES);
	out[0] = 0x30;
	out[1] = (unsigned char)len;
	return len + 2;
}

enum kakou_err token_sign(struct token *token, const unsigned char hash[TOKEN_HASH_BYTES],
			  unsigned char out[SIGN_SIGNATURE_MAX], size_t *out_len,
			  struct why *why)
{
	CK_MECHANISM mechanism = {CKM_ECDSA, NULL, 0};
	unsigned char data[TOKEN_HASH_BYTES];
	unsigned char raw[RAW_BYTES];
	CK_ULONG len = sizeof(raw);
	CK_RV code;
	enum kakou_err err = token->has_session ? KAKOU_OK : connect(token, why);

	if (err)
		return err;
	memcpy(data, hash, sizeof(data));
	code = token->f->C_SignInit(token->session, &mechanism, token->key);
	if (code == CKR_OK)
		code = token->f->C_Sign(token->session, data, sizeof(data), raw, &len);
	if (code == CKR_OK && len == sizeof(raw)) {
		*out_len = put_signature(out, raw);
		return KAKOU_OK;
	}
	err = token_explain(token, "sign", code, why);
	disconnect(token);
	return err;
}

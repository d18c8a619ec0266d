/* SPDX-License-Identifier: MIT */
/*
 * URIs of keys in tokens, RFC 7512.
 *
 * Layer: hal. Pure.
 */
#include <stdio.h>
#include <string.h>

#include "hal/linux/token.h"

static const char scheme[] = "pkcs11:";

bool token_is_uri(const char *text)
{
	return !strncmp(text, scheme, sizeof(scheme) - 1);
}

static int read_hex(char digit)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *at = digit ? strchr(digits, digit) : NULL;

	return at ? (int)((at - digits) % 16) : -1;
}

/* Undoes percent-encoding. False: it is broken, or too long. */
static bool decode(const char *from, size_t len, unsigned char *out, size_t size,
		   size_t *out_len)
{
	size_t used = 0;

	for (size_t i = 0; i < len; i++) {
		int byte = (unsigned char)from[i];

		if (byte == '%') {
			int high = i + 2 < len ? read_hex(from[i + 1]) : -1;
			int low = high >= 0 ? read_hex(from[i + 2]) : -1;

			if (low < 0)
				return false;
			byte = high << 4 | low;
			i += 2;
		}
		if (used == size)
			return false;
		out[used++] = (unsigned char)byte;
	}
	*out_len = used;
	return true;
}

static bool decode_text(const char *from, size_t len, char *out, size_t size)
{
	size_t used = 0;

	if (!decode(from, len, (unsigned char *)out, size - 1, &used))
		return false;
	out[used] = '\0';
	return used > 0 && !memchr(out, '\0', used);
}

/* A file, as a path or as a "file:" URI with an absolute path. */
static bool decode_path(const char *from, size_t len, char *out, size_t size)
{
	static const char file[] = "file:";

	if (len > sizeof(file) - 1 && !strncmp(from, file, sizeof(file) - 1)) {
		from += sizeof(file) - 1;
		len -= sizeof(file) - 1;
		if (len > 2 && !strncmp(from, "///", 3)) {
			from += 2;
			len -= 2;
		}
	}
	return len > 0 && from[0] == '/' && decode_text(from, len, out, size);
}

/* NULL: understood; otherwise what was expected. */
static const char *take(struct token_uri *out, const char *name, size_t name_len,
			const char *value, size_t len)
{
#define IS(word) (name_len == sizeof(word) - 1 && !memcmp(name, word, sizeof(word) - 1))
	if (IS("token"))
		return decode_text(value, len, out->token, sizeof(out->token))
			       ? NULL
			       : "the label of a token of 1 to 32 bytes after \"token=\"";
	if (IS("serial"))
		return decode_text(value, len, out->serial, sizeof(out->serial))
			       ? NULL
			       : "the serial number of a token after \"serial=\"";
	if (IS("object"))
		return decode_text(value, len, out->object, sizeof(out->object))
			       ? NULL
			       : "the label of a key of 1 to 63 bytes after \"object=\"";
	if (IS("id"))
		return decode(value, len, out->id, sizeof(out->id), &out->id_len) &&
				       out->id_len > 0
			       ? NULL
			       : "the identifier of a key of 1 to 32 bytes after \"id=\"";
	if (IS("type"))
		return len == 7 && !memcmp(value, "private", 7)
			       ? NULL
			       : "no type but \"private\"";
	if (IS("module-path"))
		return decode_path(value, len, out->module_path, sizeof(out->module_path))
			       ? NULL
			       : "an absolute path after \"module-path=\"";
	if (IS("pin-source"))
		return decode_path(value, len, out->pin_path, sizeof(out->pin_path))
			       ? NULL
			       : "an absolute path after \"pin-source=\"";
	if (IS("pin-value"))
		return "pin-source= and a file: a PIN has no place in a configuration";
#undef IS
	return "token, serial, object, id, type, module-path and pin-source";
}

/* The attributes up to `end`, with `separator` between them. */
static const char *take_all(struct token_uri *out, const char *at, const char *end,
			    char separator)
{
	const char *expected = NULL;

	while (at < end && !expected) {
		const char *next = memchr(at, separator, (size_t)(end - at));
		const char *stop = next ? next : end;
		const char *equals = memchr(at, '=', (size_t)(stop - at));

		if (!equals)
			return "NAME=VALUE";
		expected = take(out, at, (size_t)(equals - at), equals + 1,
				(size_t)(stop - equals - 1));
		at = next ? next + 1 : end;
	}
	return expected;
}

static const char *find_missing(const struct token_uri *uri)
{
	if (!uri->module_path[0])
		return "\"module-path=\" with the token's PKCS #11 module after \"?\"";
	if (!uri->token[0] && !uri->serial[0])
		return "\"token=\" or \"serial=\"";
	if (!uri->object[0] && uri->id_len == 0)
		return "\"object=\" or \"id=\"";
	return NULL;
}

enum kakou_err token_parse_uri(const char *uri, struct token_uri *out, struct why *why)
{
	const char *end = uri + strlen(uri);
	const char *query = strchr(uri, '?');
	const char *expected = "\"pkcs11:\"";

	memset(out, 0, sizeof(*out));
	if (token_is_uri(uri))
		expected =
			take_all(out, uri + sizeof(scheme) - 1, query ? query : end, ';');
	if (!expected && query)
		expected = take_all(out, query + 1, end, '&');
	if (!expected)
		expected = find_missing(out);
	if (!expected)
		return KAKOU_OK;
	/* What it says may be the PIN itself. */
	return why_set(why, KAKOU_E_INVALID, "PKCS #11 URI: expected %s", expected);
}

enum kakou_err sign_check_token_uri(const char *uri, struct why *why)
{
	struct token_uri parsed;

	return token_parse_uri(uri, &parsed, why);
}

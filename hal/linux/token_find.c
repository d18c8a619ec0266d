/* SPDX-License-Identifier: MIT */
/*
 * Finding the token and the key in it.
 *
 * Layer: hal. Blocks on the token.
 */
#include <stdint.h>
#include <string.h>

#include "hal/linux/token_inside.h"

enum { SLOTS_MAX = 32, ATTRIBUTES_MAX = 4, POINT_MAX = 128, COORDINATES = 64 };

/* ---- the token ------------------------------------------------------------------------ */

/* PKCS #11 fills its texts up with blanks. */
static bool equals(const CK_UTF8CHAR *padded, size_t size, const char *text)
{
	size_t len = strlen(text);

	if (len > size || memcmp(padded, text, len) != 0)
		return false;
	for (size_t i = len; i < size; i++)
		if (padded[i] != ' ' && padded[i] != '\0')
			return false;
	return true;
}

static bool is_meant(const struct token_uri *uri, const CK_TOKEN_INFO *info)
{
	return (!uri->token[0] || equals(info->label, sizeof(info->label), uri->token)) &&
	       (!uri->serial[0] ||
		equals(info->serialNumber, sizeof(info->serialNumber), uri->serial));
}

enum kakou_err token_find_slot(struct token *token, CK_SLOT_ID *out, struct why *why)
{
	CK_SLOT_ID slots[SLOTS_MAX];
	CK_ULONG count = SLOTS_MAX;
	CK_RV code = token->f->C_GetSlotList(CK_TRUE, slots, &count);
	int found = 0;

	if (code != CKR_OK)
		return token_explain(token, "list its slots", code, why);
	for (CK_ULONG i = 0; i < count; i++) {
		CK_TOKEN_INFO info;

		if (token->f->C_GetTokenInfo(slots[i], &info) != CKR_OK ||
		    !is_meant(&token->uri, &info))
			continue;
		*out = slots[i];
		found++;
	}
	if (found == 1)
		return KAKOU_OK;
	return why_set(why, found ? KAKOU_E_INVALID : KAKOU_E_NOTFOUND,
		       "token '%s': %s behind %s",
		       token->uri.token[0] ? token->uri.token : token->uri.serial,
		       found ? "there are several" : "there is none",
		       token->uri.module_path);
}

/* ---- the key -------------------------------------------------------------------------- */

struct template
{
	CK_ATTRIBUTE attributes[ATTRIBUTES_MAX];
	CK_ULONG count;
};

/* The interface takes what it only reads without const. */
static void add(struct template *to, CK_ATTRIBUTE_TYPE type, const void *value,
		size_t len)
{
	to->attributes[to->count++] =
		(CK_ATTRIBUTE){type, (void *)(uintptr_t)value, (CK_ULONG)len};
}

static enum kakou_err find(struct token *token, struct template *of, const char *what,
			   CK_OBJECT_HANDLE *out, struct why *why)
{
	CK_OBJECT_HANDLE found[2];
	CK_ULONG count = 0;
	CK_RV code =
		token->f->C_FindObjectsInit(token->session, of->attributes, of->count);

	if (code == CKR_OK) {
		code = token->f->C_FindObjects(token->session, found, 2, &count);
		(void)token->f->C_FindObjectsFinal(token->session);
	}
	if (code != CKR_OK)
		return token_explain(token, "look for its keys", code, why);
	if (count != 1)
		return why_set(why, count ? KAKOU_E_INVALID : KAKOU_E_NOTFOUND,
			       "token '%s': %s %s that the URI names", token->uri.token,
			       count ? "there are several" : "there is no", what);
	*out = found[0];
	return KAKOU_OK;
}

/* The DER of a point: an OCTET STRING around 04 X Y; some modules leave the string out. */
static const unsigned char *find_point(const unsigned char *bytes, CK_ULONG len)
{
	if (len == COORDINATES + 3 && bytes[0] == 0x04 && bytes[1] == COORDINATES + 1) {
		bytes += 2;
		len -= 2;
	}
	return len == COORDINATES + 1 && bytes[0] == 0x04 ? bytes + 1 : NULL;
}

static enum kakou_err read_point(struct token *token, CK_OBJECT_HANDLE key,
				 unsigned char der[SIGN_PUBLIC_BYTES], struct why *why)
{
	static const unsigned char p256[] = {0x06, 0x08, 0x2A, 0x86, 0x48,
					     0xCE, 0x3D, 0x03, 0x01, 0x07};
	/* What a SubjectPublicKeyInfo of P-256 begins with (RFC 5480). */
	static const unsigned char head[SIGN_PUBLIC_BYTES - COORDINATES] = {
		0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48,
		0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A, 0x86, 0x48,
		0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
	};
	unsigned char curve[POINT_MAX];
	unsigned char bytes[POINT_MAX];
	CK_ATTRIBUTE wanted[] = {
		{CKA_EC_PARAMS, curve, sizeof(curve)},
		{CKA_EC_POINT,  bytes, sizeof(bytes)},
	};
	const unsigned char *point;
	CK_RV code = token->f->C_GetAttributeValue(token->session, key, wanted, 2);

	if (code != CKR_OK)
		return token_explain(token, "read the public key", code, why);
	point = find_point(bytes, wanted[1].ulValueLen);
	if (wanted[0].ulValueLen != sizeof(p256) || memcmp(curve, p256, sizeof(p256)) ||
	    !point)
		return why_set(why, KAKOU_E_INVALID,
			       "token '%s': expected a key of P-256", token->uri.token);
	memcpy(der, head, sizeof(head));
	memcpy(der + sizeof(head), point, COORDINATES);
	return KAKOU_OK;
}

enum kakou_err token_find_key(struct token *token, unsigned char der[SIGN_PUBLIC_BYTES],
			      struct why *why)
{
	static const CK_OBJECT_CLASS private = CKO_PRIVATE_KEY;
	static const CK_OBJECT_CLASS public = CKO_PUBLIC_KEY;
	static const CK_KEY_TYPE type = CKK_EC;
	const struct token_uri *uri = &token->uri;
	struct template template = {.count = 0};
	CK_OBJECT_HANDLE other = 0;
	enum kakou_err err;

	add(&template, CKA_CLASS, &private, sizeof(private));
	add(&template, CKA_KEY_TYPE, &type, sizeof(type));
	if (uri->object[0])
		add(&template, CKA_LABEL, uri->object, strlen(uri->object));
	if (uri->id_len > 0)
		add(&template, CKA_ID, uri->id, uri->id_len);
	err = find(token, &template, "private EC key", &token->key, why);
	if (err)
		return err;
	template.attributes[0].pValue = (void *)(uintptr_t) & public;
	err = find(token, &template, "public EC key", &other, why);
	return err ? err : read_point(token, other, der, why);
}

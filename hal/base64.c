/* SPDX-License-Identifier: MIT */
/*
 * Base64.
 *
 * Layer: hal. Pure.
 */
#include "hal/base64.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static const char alphabet[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(const void *data, size_t len, char *out)
{
	const unsigned char *from = data;

	for (size_t at = 0; at < len; at += 3) {
		size_t have = len - at < 3 ? len - at : 3;
		uint32_t bits = (uint32_t)from[at] << 16;

		if (have > 1)
			bits |= (uint32_t)from[at + 1] << 8;
		if (have > 2)
			bits |= from[at + 2];
		*out++ = alphabet[bits >> 18];
		*out++ = alphabet[bits >> 12 & 63];
		*out++ = have > 1 ? alphabet[bits >> 6 & 63] : '=';
		*out++ = have > 2 ? alphabet[bits & 63] : '=';
	}
	*out = '\0';
}

/* -1: not of the alphabet. */
static int find_value(char c)
{
	const char *at = c ? strchr(alphabet, c) : NULL;

	return at ? (int)(at - alphabet) : -1;
}

/* Four characters into 1 to 3 bytes; 0: they are none. */
static size_t decode_group(const char *text, bool is_last, unsigned char out[3])
{
	size_t pads = text[3] != '=' ? 0 : text[2] != '=' ? 1 : 2;
	uint32_t bits = 0;

	if (pads > 0 && !is_last)
		return 0;
	for (size_t i = 0; i < 4; i++) {
		int value = i < 4 - pads ? find_value(text[i]) : 0;

		if (value < 0)
			return 0;
		bits = bits << 6 | (uint32_t)value;
	}
	out[0] = (unsigned char)(bits >> 16);
	out[1] = (unsigned char)(bits >> 8);
	out[2] = (unsigned char)bits;
	/* What is beyond the last byte must be zero: one text for one value. */
	if ((pads == 1 && out[2]) || (pads == 2 && (out[1] || out[2])))
		return 0;
	return 3 - pads;
}

enum kakou_err base64_decode(const char *text, size_t chars, void *out, size_t size,
			     size_t *len)
{
	unsigned char *to = out;
	unsigned char group[3];
	size_t done = 0;

	if (chars % 4)
		return KAKOU_E_INVALID;
	for (size_t at = 0; at < chars; at += 4) {
		size_t got = decode_group(text + at, at + 4 == chars, group);

		if (got == 0)
			return KAKOU_E_INVALID;
		if (got > size - done)
			return KAKOU_E_FULL;
		memcpy(to + done, group, got);
		done += got;
	}
	*len = done;
	return KAKOU_OK;
}

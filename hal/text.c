/* SPDX-License-Identifier: MIT */
/*
 * Bounded UTF-8 text and strict numbers.
 *
 * Layer: hal. Pure, no allocation.
 */
#include "hal/text.h"

#include <assert.h>
#include <limits.h>
#include <string.h>

static bool is_continuation(char c)
{
	return ((unsigned char)c & 0xC0) == 0x80;
}

bool text_copy(char *to, size_t size, const char *from)
{
	size_t len;

	assert(size > 0);
	len = strnlen(from, size);
	if (len < size) {
		memcpy(to, from, len + 1);
		return true;
	}
	len = size - 1;
	while (len > 0 && is_continuation(from[len]))
		len--;
	memcpy(to, from, len);
	to[len] = '\0';
	return false;
}

/* Length of the character at `s`, or 0 when it is not well-formed (Unicode 15, table
 * 3-7). */
static size_t measure_character(const unsigned char *s)
{
	unsigned char low = 0x80;
	unsigned char high = 0xBF;
	size_t len;

	if (s[0] < 0x80)
		return 1;
	if (s[0] >= 0xC2 && s[0] <= 0xDF)
		len = 2;
	else if (s[0] >= 0xE0 && s[0] <= 0xEF)
		len = 3;
	else if (s[0] >= 0xF0 && s[0] <= 0xF4)
		len = 4;
	else
		return 0;
	if (s[0] == 0xE0)
		low = 0xA0; /* shorter forms exist */
	else if (s[0] == 0xED)
		high = 0x9F; /* surrogates */
	else if (s[0] == 0xF0)
		low = 0x90; /* shorter forms exist */
	else if (s[0] == 0xF4)
		high = 0x8F; /* past U+10FFFF */
	if (s[1] < low || s[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++) {
		if (!is_continuation((char)s[i]))
			return 0;
	}
	return len;
}

int text_count_characters(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;
	int count = 0;

	while (*at) {
		size_t len = measure_character(at);

		if (len == 0 || count == INT_MAX)
			return -1;
		at += len;
		count++;
	}
	return count;
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return INT_MAX;
}

/* Appends one digit to a magnitude; false when it does not fit. */
static bool append_digit(uint64_t *magnitude, int base, int digit)
{
	return !__builtin_mul_overflow(*magnitude, (uint64_t)base, magnitude) &&
	       !__builtin_add_overflow(*magnitude, (uint64_t)digit, magnitude);
}

/* Reads digits up to the first character that is none; `*end` is left there. */
static bool read_digits(const char *text, int base, uint64_t *magnitude, const char **end)
{
	const char *at = text;

	*magnitude = 0;
	for (; digit_value(*at) < base; at++) {
		if (!append_digit(magnitude, base, digit_value(*at)))
			return false;
	}
	*end = at;
	return at != text;
}

static bool has_leading_zero(const char *digits)
{
	return digits[0] == '0' && digit_value(digits[1]) < 10;
}

static enum kakou_err finish_number(uint64_t magnitude, bool is_negative, int64_t min,
				    int64_t max, int64_t *out)
{
	uint64_t limit = is_negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX;
	int64_t value;

	if (magnitude > limit)
		return KAKOU_E_INVALID;
	value = is_negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
	if (value < min || value > max)
		return KAKOU_E_INVALID;
	*out = value;
	return KAKOU_OK;
}

enum kakou_err text_parse_integer(const char *text, int64_t min, int64_t max,
				  int64_t *out)
{
	bool is_negative = text[0] == '-';
	const char *digits = text + is_negative;
	const char *end;
	uint64_t magnitude;
	int base = 10;

	if (digits[0] == '0' && digits[1] == 'x') {
		base = 16;
		digits += 2;
	} else if (has_leading_zero(digits)) {
		return KAKOU_E_INVALID;
	}
	if (!read_digits(digits, base, &magnitude, &end) || *end)
		return KAKOU_E_INVALID;
	return finish_number(magnitude, is_negative, min, max, out);
}

enum kakou_err text_parse_fixed(const char *text, int places, int64_t min, int64_t max,
				int64_t *out)
{
	bool is_negative = text[0] == '-';
	const char *digits = text + is_negative;
	const char *at;
	uint64_t magnitude;
	int given = 0;

	assert(places >= 0 && places <= 18);
	if (has_leading_zero(digits) || !read_digits(digits, 10, &magnitude, &at))
		return KAKOU_E_INVALID;
	if (*at == '.') {
		for (at++; digit_value(*at) < 10; at++, given++) {
			if (!append_digit(&magnitude, 10, digit_value(*at)))
				return KAKOU_E_INVALID;
		}
		if (given == 0)
			return KAKOU_E_INVALID;
	}
	if (*at || given > places)
		return KAKOU_E_INVALID;
	for (; given < places; given++) {
		if (!append_digit(&magnitude, 10, 0))
			return KAKOU_E_INVALID;
	}
	return finish_number(magnitude, is_negative, min, max, out);
}

void text_blank_controls(char *text)
{
	for (unsigned char *at = (unsigned char *)text; *at; at++) {
		if (*at < 0x20 || *at == 0x7F) {
			*at = '?';
		} else if (at[0] == 0xC2 && at[1] >= 0x80 && at[1] <= 0x9F) {
			at[0] = '?';
			at[1] = '?';
		}
	}
}

bool text_nests_deeper(const char *text, size_t len, int levels)
{
	bool is_text = false;
	int depth = 0;

	for (size_t i = 0; i < len; i++) {
		if (is_text && text[i] == '\\')
			i++;
		else if (text[i] == '"')
			is_text = !is_text;
		else if (!is_text && (text[i] == '{' || text[i] == '['))
			depth++;
		else if (!is_text && (text[i] == '}' || text[i] == ']'))
			depth--;
		if (depth > levels)
			return true;
	}
	return false;
}

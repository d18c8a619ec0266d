/* SPDX-License-Identifier: MIT */
/*
 * Patterns. Layer: firmware. Pure.
 */
#include "firmware/pictures/naming.h"

#include <stdio.h>
#include <string.h>

enum { STARS_MAX = 4, DIGITS_MAX = 5 };

const char *naming_complaint(const char *pattern)
{
	int stars = 0, numbers = 0, texts = 0;

	for (const char *at = pattern; *at; at++) {
		if (*at == '/')
			return "a name, not a path";
		stars += *at == '*';
		if (*at != '%')
			continue;
		at++;
		numbers += *at == 'n';
		texts += *at == 't';
		if (*at == '\0' || !strchr("nt%", *at))
			return "%n, %t or %% after a percent sign";
	}
	if (stars > STARS_MAX)
		return "at most four stars";
	return numbers > 1 || texts > 1 ? "%n and %t once each" : NULL;
}

static bool match(const char *pattern, const char *name, struct naming_key *out);

static bool match_star(const char *rest, const char *name, struct naming_key *out)
{
	for (;; name++) {
		if (match(rest, name, out))
			return true;
		if (!*name)
			return false;
	}
}

static bool match_number(const char *rest, const char *name, struct naming_key *out)
{
	unsigned value = 0;

	for (int i = 0; i < DIGITS_MAX && name[i] >= '0' && name[i] <= '9'; i++) {
		value = value * 10 + (unsigned)(name[i] - '0');
		if (value > UINT16_MAX || !match(rest, name + i + 1, out))
			continue;
		out->has_sequence = true;
		out->sequence = (uint16_t)value;
		return true;
	}
	return false;
}

/* An empty one is a read that found nothing: the picture of an empty truck. */
static bool match_text(const char *rest, const char *name, struct naming_key *out)
{
	for (size_t len = 0; len <= DEVICE_TEXT_MAX; len++) {
		if (match(rest, name + len, out)) {
			out->has_text = true;
			memcpy(out->text, name, len);
			out->text[len] = '\0';
			return true;
		}
		if (!name[len])
			return false;
	}
	return false;
}

static bool match(const char *pattern, const char *name, struct naming_key *out)
{
	for (; *pattern; pattern++, name++) {
		if (*pattern == '*')
			return match_star(pattern + 1, name, out);
		if (*pattern == '%' && pattern[1] == 'n')
			return match_number(pattern + 2, name, out);
		if (*pattern == '%' && pattern[1] == 't')
			return match_text(pattern + 2, name, out);
		pattern += *pattern == '%';
		if (*pattern != *name)
			return false;
	}
	return *name == '\0';
}

bool naming_match(const char *pattern, const char *name, struct naming_key *out)
{
	memset(out, 0, sizeof(*out));
	return pattern[0] && match(pattern, name, out);
}

bool naming_write(const char *pattern, uint16_t sequence, const char *text,
		  const char *any, char *to, size_t size)
{
	size_t used = 0;

	for (; *pattern && used < size; pattern++) {
		char one[2] = {*pattern, '\0'};
		char number[8];
		const char *part = one;

		if (*pattern == '*')
			part = any;
		if (*pattern == '%' && *++pattern != '%') {
			(void)snprintf(number, sizeof(number), "%05u", sequence);
			part = *pattern == 'n' ? number : text;
		}
		used += (size_t)snprintf(to + used, size - used, "%s", part);
	}
	return used < size;
}

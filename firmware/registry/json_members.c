/* SPDX-License-Identifier: MIT */
/*
 * Members of a JSON object. Layer: firmware. Allocates.
 */
#include "firmware/registry/json_members.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/registry/instant.h"
#include "hal/text.h"

enum { QUOTE_MAX = 60, KG_MAX = 200000 };

enum kakou_err member_refuse(const json_t *json, const char *name, struct why *why,
			     const char *format, ...)
{
	const json_t *value = json_object_get(json, name);
	char *text = value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
	char shown[QUOTE_MAX + 1], expected[160];
	bool is_whole = text_copy(shown, sizeof(shown), text ? text : "nothing");
	va_list args;

	free(text);
	va_start(args, format);
	if (vsnprintf(expected, sizeof(expected), format, args) < 0)
		expected[0] = '\0';
	va_end(args);
	return why_set(why, KAKOU_E_INVALID, "%s: got %s%s, expected %s", name, shown,
		       is_whole ? "" : "...", expected);
}

enum kakou_err members_check(const json_t *json, const char *const *names, size_t count,
			     struct why *why)
{
	char shown[QUOTE_MAX + 1];
	const char *name;
	json_t *value;

	if (!json_is_object(json))
		return why_set(why, KAKOU_E_INVALID, "expected a JSON object");
	/* The macro takes no const object, and changes none. */
	json_object_foreach((json_t *)json, name, value)
	{
		size_t i = 0;

		while (i < count && strcmp(names[i], name) != 0)
			i++;
		if (i < count)
			continue;
		text_copy(shown, sizeof(shown), name);
		return why_set(why, KAKOU_E_INVALID,
			       "got a member \"%s\", which is not known", shown);
	}
	return KAKOU_OK;
}

static bool is_plain(const char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7F)
			return false;
	}
	return true;
}

enum kakou_err member_text(const json_t *json, const char *name, size_t min, char *to,
			   size_t size, struct why *why)
{
	const json_t *value = json_object_get(json, name);
	const char *text = json_string_value(value);

	to[0] = '\0';
	if (!value && min == 0)
		return KAKOU_OK;
	if (!text || strlen(text) < min || strlen(text) >= size || !is_plain(text))
		return member_refuse(json, name, why, "a text of %zu to %zu bytes", min,
				     size - 1);
	text_copy(to, size, text);
	return KAKOU_OK;
}

enum kakou_err member_integer(const json_t *json, const char *name, int64_t min,
			      int64_t max, int64_t fallback, int64_t *to, struct why *why)
{
	const json_t *value = json_object_get(json, name);

	*to = fallback;
	if (!value && fallback >= min)
		return KAKOU_OK;
	if (!json_is_integer(value) || json_integer_value(value) < min ||
	    json_integer_value(value) > max)
		return member_refuse(json, name, why,
				     "an integer from %" PRId64 " to %" PRId64, min, max);
	*to = json_integer_value(value);
	return KAKOU_OK;
}

enum kakou_err member_kg(const json_t *json, const char *name, int64_t *to_g,
			 struct why *why)
{
	const json_t *value = json_object_get(json, name);
	int64_t kg = json_integer_value(value);

	*to_g = 0;
	if (!value)
		return KAKOU_OK;
	if (json_is_integer(value) && kg >= 0 && kg <= KG_MAX) {
		*to_g = kg * 1000;
		return KAKOU_OK;
	}
	if (!json_is_string(value) || text_parse_fixed(json_string_value(value), 3, 0,
						       (int64_t)KG_MAX * 1000, to_g))
		return member_refuse(json, name, why,
				     "kilograms from 0 to %d, as an integer or a text "
				     "with up to three decimals",
				     KG_MAX);
	return KAKOU_OK;
}

enum kakou_err member_instant(const json_t *json, const char *name, int64_t *to_ms,
			      struct why *why)
{
	const json_t *value = json_object_get(json, name);

	*to_ms = 0;
	if (!value)
		return KAKOU_OK;
	if (!json_is_string(value) || instant_parse(json_string_value(value), to_ms))
		return member_refuse(json, name, why,
				     "a time such as 2026-11-01T08:00:00+08:00 or a day "
				     "such as 2026-11-01");
	return KAKOU_OK;
}

enum kakou_err member_word(const json_t *json, const char *name, const char *const *words,
			   size_t count, uint8_t fallback, uint8_t *to, struct why *why)
{
	const json_t *value = json_object_get(json, name);
	const char *text = json_string_value(value);
	char all[120] = "";
	size_t used = 0;

	*to = fallback;
	if (!value)
		return KAKOU_OK;
	for (size_t i = 0; i < count; i++) {
		if (text && !strcmp(text, words[i])) {
			*to = (uint8_t)i;
			return KAKOU_OK;
		}
		used += (size_t)snprintf(all + used, sizeof(all) - used, "%s%s",
					 i ? ", " : "", words[i]);
	}
	return member_refuse(json, name, why, "one of %s", all);
}

json_t *json_kg(int64_t grams)
{
	char text[32];

	if (grams % 1000 == 0)
		(void)snprintf(text, sizeof(text), "%" PRId64, grams / 1000);
	else
		(void)snprintf(text, sizeof(text), "%" PRId64 ".%03" PRId64, grams / 1000,
			       grams % 1000);
	return json_string(text);
}

json_t *json_instant(int64_t wall_ms)
{
	char text[INSTANT_TEXT];

	instant_print(wall_ms, text);
	return json_string(text);
}

/* SPDX-License-Identifier: MIT */
/*
 * Texts made of texts.
 *
 * Layer: tools. No I/O.
 */
#include "tools/demo/texts.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- places ---------------------------------------------------------------------------- */

/* Bytes of "@NAME@" at `at`, 0 when it is none. */
static size_t measure_place(const char *at)
{
	size_t len = 1;

	while (isupper((unsigned char)at[len]) || at[len] == '_')
		len++;
	return len > 1 && at[len] == '@' ? len + 1 : 0;
}

static const char *find_value(const char *at, size_t len,
			      const struct texts_place *places, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strlen(places[i].name) == len && memcmp(places[i].name, at, len) == 0)
			return places[i].value;
	}
	return NULL;
}

enum kakou_err texts_fill(char **out, const char *text, const struct texts_place *places,
			  size_t count, struct why *why)
{
	size_t size = 0;
	FILE *to = open_memstream(out, &size);

	if (!to)
		return why_set(why, KAKOU_E_NOMEM, "no memory for a text");
	while (*text) {
		size_t len = *text == '@' ? measure_place(text) : 0;
		const char *value = len ? find_value(text, len, places, count) : NULL;

		if (len && !value) {
			fclose(to);
			free(*out);
			return why_set(why, KAKOU_E_INVALID,
				       "nothing is known of the place %.*s", (int)len,
				       text);
		}
		if (value) {
			fputs(value, to);
			text += len;
		} else {
			fputc(*text++, to);
		}
	}
	if (fclose(to)) {
		free(*out);
		return why_set(why, KAKOU_E_NOMEM, "no memory for a text");
	}
	return KAKOU_OK;
}

/* ---- trucks ---------------------------------------------------------------------------- */

static const char *skip_string(const char *at)
{
	char quote = *at++;

	while (*at && *at != quote)
		at += *at == '\\' && at[1] ? 2 : 1;
	return *at ? at + 1 : at;
}

static const char *skip_past(const char *at, const char *end)
{
	const char *found = strstr(at, end);

	return found ? found + strlen(end) : at + strlen(at);
}

/* The end of whatever begins at `at`: a comment, a string, a word or one character. */
static const char *skip_token(const char *at)
{
	if (*at == '"' || *at == '\'')
		return skip_string(at);
	if (*at == '#' || strncmp(at, "//", 2) == 0)
		return skip_past(at, "\n");
	if (strncmp(at, "/*", 2) == 0)
		return skip_past(at + 2, "*/");
	if (isalnum((unsigned char)*at) || *at == '_') {
		while (isalnum((unsigned char)*at) || *at == '_')
			at++;
		return at;
	}
	return at + 1;
}

/* The end of the section that begins at `at`, NULL when it has none. */
static const char *skip_section(const char *at)
{
	int depth = 0;

	while (*at) {
		const char *end = skip_token(at);

		if (*at == '{')
			depth++;
		else if (*at == '}' && --depth == 0)
			return end;
		at = end;
	}
	return NULL;
}

static bool is_word(const char *at, const char *end, const char *word)
{
	return (size_t)(end - at) == strlen(word) && memcmp(at, word, strlen(word)) == 0;
}

enum kakou_err texts_take_trucks(char **out, const char *scenario, int trucks,
				 struct why *why)
{
	/* The copy is never longer than the text. */
	char *to = malloc(strlen(scenario) + 1);
	size_t used = 0;
	int depth = 0;

	if (!to)
		return why_set(why, KAKOU_E_NOMEM, "no memory for a scenario");
	*out = to;
	for (const char *at = scenario; *at;) {
		const char *end = skip_token(at);

		depth += (*at == '{') - (*at == '}');
		if (depth == 0 && is_word(at, end, "truck") && trucks-- <= 0) {
			end = skip_section(at);
			if (!end) {
				free(to);
				return why_set(why, KAKOU_E_INVALID,
					       "the scenario ends inside a truck");
			}
		} else {
			memcpy(to + used, at, (size_t)(end - at));
			used += (size_t)(end - at);
		}
		at = end;
	}
	to[used] = '\0';
	return KAKOU_OK;
}

/* SPDX-License-Identifier: MIT */
/*
 * Values of a configuration: what a key allows, and the words for it.
 *
 * Layer: hal, inside conf. Pure but for its allocations.
 */
#include "hal/conf_internal.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "hal/text.h"

bool conf_entry_add(struct conf_entry *entry, const char *from, size_t len)
{
	char **larger = realloc(entry->texts, (entry->count + 1) * sizeof(*larger));

	if (!larger)
		return false;
	entry->texts = larger;
	entry->texts[entry->count] = strndup(from, len);
	if (!entry->texts[entry->count])
		return false;
	entry->count++;
	return true;
}

bool conf_entry_take_fallback(struct conf_entry *entry)
{
	const char *at = entry->key->fallback;

	if (entry->key->type != CONF_LIST)
		return conf_entry_add(entry, at, strlen(at));
	while (*at) {
		size_t n = strcspn(at, ",");

		if (!conf_entry_add(entry, at, n))
			return false;
		at += n + (at[n] == ',');
	}
	return true;
}

/* Index of `word` in "a|b|c", or -1. */
static int find_choice(const char *choices, const char *word)
{
	size_t len = strlen(word);

	for (int i = 0;; i++) {
		size_t n = strcspn(choices, "|");

		if (n == len && !memcmp(choices, word, n))
			return i;
		if (!choices[n])
			return -1;
		choices += n + 1;
	}
}

static int find_flag(const char *word)
{
	if (!strcmp(word, "true") || !strcmp(word, "yes"))
		return 1;
	if (!strcmp(word, "false") || !strcmp(word, "no"))
		return 0;
	return -1;
}

bool conf_is_clean_text(const char *text)
{
	for (const char *c = text; *c; c++) {
		if ((unsigned char)*c < 0x20 || *c == 0x7F)
			return false;
	}
	return text_count_characters(text) >= 0;
}

static bool is_in_range(const struct conf_key *key, size_t n)
{
	return (int64_t)n >= key->min && (int64_t)n <= key->max;
}

static bool check_scalar(struct conf_entry *entry)
{
	const struct conf_key *key = entry->key;
	const char *text = entry->texts[0];

	switch (key->type) {
	case CONF_INTEGER:
		return !text_parse_integer(text, key->min, key->max, &entry->integer);
	case CONF_FLAG: entry->integer = find_flag(text); return entry->integer >= 0;
	case CONF_CHOICE:
		entry->integer = find_choice(key->choices, text);
		return entry->integer >= 0;
	default: break;
	}
	if (!entry->is_set && !text[0])
		return true;
	return conf_is_clean_text(text) && is_in_range(key, strlen(text));
}

static enum kakou_err check_list(const struct conf_section *section,
				 const struct conf_entry *entry, struct why *why)
{
	const struct conf_key *key = entry->key;
	char expected[160];

	conf_describe_key(key, expected, sizeof(expected));
	for (size_t i = 0; i < entry->count; i++) {
		if (!entry->texts[i][0] || !conf_is_clean_text(entry->texts[i]))
			return conf_complain(section, key->name, why,
					     "got \"%s\", expected text in UTF-8",
					     entry->texts[i]);
	}
	if ((!entry->is_set && entry->count == 0) || is_in_range(key, entry->count))
		return KAKOU_OK;
	return conf_complain(section, key->name, why, "got a list of %zu, expected %s",
			     entry->count, expected);
}

/* "0100": decimal to some, octal to others. */
static bool has_leading_zero(const struct conf_entry *entry)
{
	const char *text = entry->texts[0];

	return entry->key->type == CONF_INTEGER && text[0] == '0' && text[1] >= '0' &&
	       text[1] <= '9';
}

enum kakou_err conf_entry_check(const struct conf_section *section,
				struct conf_entry *entry, struct why *why)
{
	enum kakou_err err = KAKOU_OK;
	char expected[160];

	if (entry->key->type == CONF_LIST) {
		err = check_list(section, entry, why);
	} else if (!check_scalar(entry)) {
		conf_describe_key(entry->key, expected, sizeof(expected));
		err = conf_complain(
			section, entry->key->name, why, "got \"%s\", expected %s%s",
			entry->texts[0], expected,
			has_leading_zero(entry) ? " without leading zeroes" : "");
	}
	assert(!err || entry->is_set); /* the table's default is one the key allows */
	return err;
}

void conf_describe_key(const struct conf_key *key, char *to, size_t size)
{
	switch (key->type) {
	case CONF_TEXT:
		if (key->min == key->max)
			(void)snprintf(to, size, "text of exactly %" PRId64 " bytes",
				       key->min);
		else
			(void)snprintf(to, size,
				       "text of %" PRId64 " to %" PRId64 " bytes",
				       key->min, key->max);
		break;
	case CONF_INTEGER:
		(void)snprintf(to, size, "an integer from %" PRId64 " to %" PRId64,
			       key->min, key->max);
		break;
	case CONF_FLAG: text_copy(to, size, "true or false"); break;
	case CONF_CHOICE: (void)snprintf(to, size, "one of %s", key->choices); break;
	case CONF_LIST:
		(void)snprintf(to, size,
			       "a list {\"...\", ...} of %" PRId64 " to %" PRId64
			       " texts",
			       key->min, key->max);
		break;
	}
}

bool conf_next_section(const char *path, const char *section, char *name, size_t size)
{
	size_t len = strlen(path);
	size_t n;

	if (len > 0) {
		if (strncmp(path, section, len) != 0 || section[len] != '/')
			return false;
		section += len + 1;
	}
	n = strcspn(section, "/");
	assert(n < size);
	memcpy(name, section, n);
	name[n] = '\0';
	return n > 0;
}

void conf_join_section(const char *path, const char *name, char *to, size_t size)
{
	int n = snprintf(to, size, "%s%s%s", path, path[0] ? "/" : "", name);

	assert(n > 0 && (size_t)n < size);
}

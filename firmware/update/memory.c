/* SPDX-License-Identifier: MIT */
/*
 * What is remembered of an update. Layer: firmware. Blocks on the disk.
 */
#include "firmware/update/memory.h"

#include <assert.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hal/file.h"
#include "hal/text.h"

enum { FILE_MAX = 1024, PATH_BYTES = 256, RESTARTS_MAX = 1000000 };

static const char *const phases[UPDATE_PHASES] = {
	[UPDATE_NONE] = "none",           [UPDATE_COPYING] = "copying",
	[UPDATE_WAITS] = "waits",         [UPDATE_ON_TRIAL] = "on_trial",
	[UPDATE_ABANDONED] = "abandoned",
};

const char *update_phase_word(enum update_phase phase)
{
	assert((unsigned)phase < UPDATE_PHASES);
	return phases[phase];
}

static bool find_phase(const char *word, enum update_phase *out)
{
	for (int i = 0; i < UPDATE_PHASES; i++) {
		if (strcmp(phases[i], word) != 0)
			continue;
		*out = (enum update_phase)i;
		return true;
	}
	return false;
}

static void name_file(char path[PATH_BYTES], const char *directory)
{
	snprintf(path, PATH_BYTES, "%s/update", directory);
}

#define TEXT(member)                                                                     \
	{                                                                                \
#member, offsetof(struct update_memory, member),                         \
			sizeof(((struct update_memory *)NULL)->member)                   \
	}

/* Lines "KEY VALUE" that are texts; the others are below. */
static const struct {
	const char *key;
	size_t at, size;
} texts[] = {
	TEXT(slot), TEXT(version), TEXT(running), TEXT(boot), TEXT(told), TEXT(why),
};
enum { TEXTS = sizeof(texts) / sizeof(texts[0]) };

static bool take_line(struct update_memory *out, const char *key, const char *value)
{
	int64_t number;

	for (size_t i = 0; i < TEXTS; i++) {
		if (!strcmp(key, texts[i].key))
			return text_copy((char *)out + texts[i].at, texts[i].size, value);
	}
	if (!strcmp(key, "phase"))
		return find_phase(value, &out->phase);
	if (!strcmp(key, "restarts")) {
		if (text_parse_integer(value, 0, RESTARTS_MAX, &number))
			return false;
		out->restarts = (int32_t)number;
		return true;
	}
	if (!strcmp(key, "had_site")) {
		out->had_site = !strcmp(value, "1");
		return out->had_site || !strcmp(value, "0");
	}
	return true; /* of a later version: it knows what it is for */
}

static bool parse(struct update_memory *out, char *text)
{
	bool has_phase = false;

	memset(out, 0, sizeof(*out));
	while (*text) {
		char *end = strchr(text, '\n');
		char *value = strchr(text, ' ');

		if (!end || !value || value > end)
			return false;
		*end = '\0';
		*value = '\0';
		if (!take_line(out, text, value + 1))
			return false;
		has_phase |= !strcmp(text, "phase");
		text = end + 1;
	}
	return has_phase;
}

enum kakou_err update_memory_read(struct update_memory *out, const char *directory,
				  struct why *why)
{
	char path[PATH_BYTES];
	char *text;
	size_t len;
	enum kakou_err err;

	memset(out, 0, sizeof(*out));
	name_file(path, directory);
	err = file_read_whole(path, FILE_MAX, &text, &len, why);
	if (err)
		return err == KAKOU_E_NOTFOUND ? KAKOU_OK : err;
	if (!parse(out, text)) {
		memset(out, 0, sizeof(*out));
		err = why_set(why, KAKOU_E_INVALID,
			      "%s: expected lines such as \"phase none\"", path);
	}
	free(text);
	return err;
}

enum kakou_err update_memory_write(const struct update_memory *memory,
				   const char *directory, struct why *why)
{
	char path[PATH_BYTES], text[FILE_MAX];
	int len = snprintf(text, sizeof(text), "phase %s\nrestarts %d\nhad_site %d\n",
			   update_phase_word(memory->phase), memory->restarts,
			   memory->had_site);

	for (size_t i = 0; i < TEXTS; i++)
		len += snprintf(text + len, sizeof(text) - (size_t)len, "%s %s\n",
				texts[i].key, (const char *)memory + texts[i].at);
	name_file(path, directory);
	return file_write_atomic(path, text, (size_t)len, 0600, why);
}

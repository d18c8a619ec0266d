/* SPDX-License-Identifier: MIT */
/*
 * Strict configuration files: opening, and the questions asked of an open one.
 *
 * Layer: hal. Blocks on the disk; start and reconfiguration only.
 */
#include "hal/conf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "hal/conf_internal.h"
#include "hal/file.h"

enum { FILE_BYTES_MAX = 262144 };

static enum kakou_err read_text(const char *path, char **text, struct why *why)
{
	static const char mark[] = "\xef\xbb\xbf";
	size_t len;
	enum kakou_err err = file_read_whole(path, FILE_BYTES_MAX, text, &len, why);

	if (err)
		return err;
	if (strlen(*text) == len) {
		/* Editors of Windows begin a file with a mark of its encoding. */
		if (!strncmp(*text, mark, sizeof(mark) - 1))
			memmove(*text, *text + sizeof(mark) - 1, len - sizeof(mark) + 2);
		return KAKOU_OK;
	}
	free(*text);
	*text = NULL;
	return why_set(why, KAKOU_E_INVALID, "%s: got a NUL byte, expected text", path);
}

static enum kakou_err scan_and_parse(struct conf *conf, char *text, struct why *why)
{
	struct conf_scan scan;
	enum kakou_err err = conf_scan(&scan, text, conf->path, why);

	if (!err)
		err = conf_parse(conf, text, &scan, why);
	conf_scan_release(&scan);
	return err;
}

enum kakou_err conf_open(struct conf **out, const char *path, const struct conf_key *keys,
			 size_t count, struct why *why)
{
	struct conf *conf = NULL;
	char *text = NULL;
	enum kakou_err err = read_text(path, &text, why);

	if (err)
		return err;
	conf = calloc(1, sizeof(*conf));
	if (conf)
		conf->path = strdup(path);
	if (!conf || !conf->path) {
		err = why_set(why, KAKOU_E_NOMEM, "%s: no memory", path);
		goto free_text;
	}
	conf->keys = keys;
	conf->key_count = count;
	conf->root.conf = conf;
	conf->root.line = 1;
	err = scan_and_parse(conf, text, why);

free_text:
	free(text);
	if (err)
		conf_close(conf);
	else
		*out = conf;
	return err;
}

static void release_section(struct conf_section *section)
{
	for (size_t i = 0; i < section->child_count; i++)
		release_section(&section->children[i]);
	for (size_t i = 0; i < section->entry_count; i++) {
		for (size_t t = 0; t < section->entries[i].count; t++)
			free(section->entries[i].texts[t]);
		free(section->entries[i].texts);
	}
	free(section->children);
	free(section->entries);
	free(section->name);
	free(section->title);
}

void conf_close(struct conf *conf)
{
	if (!conf)
		return;
	release_section(&conf->root);
	free(conf->path);
	free(conf);
}

const struct conf_section *conf_root(const struct conf *conf)
{
	return &conf->root;
}

size_t conf_count(const struct conf_section *parent, const char *name)
{
	size_t count = 0;

	for (size_t i = 0; i < parent->child_count; i++)
		count += !strcmp(parent->children[i].name, name);
	return count;
}

const struct conf_section *conf_at(const struct conf_section *parent, const char *name,
				   size_t i)
{
	for (size_t c = 0; c < parent->child_count; c++) {
		if (!strcmp(parent->children[c].name, name) && i-- == 0)
			return &parent->children[c];
	}
	assert(!"a section that exists");
	return NULL;
}

const char *conf_title(const struct conf_section *section)
{
	return section->title ? section->title : "";
}

static const struct conf_entry *find_entry(const struct conf_section *section,
					   const char *name)
{
	for (size_t i = 0; i < section->entry_count; i++) {
		if (!strcmp(section->entries[i].key->name, name))
			return &section->entries[i];
	}
	assert(!"a key of the table");
	return NULL;
}

int conf_line(const struct conf_section *section, const char *name)
{
	int line = name ? find_entry(section, name)->line : 0;

	return line ? line : section->line;
}

const char *conf_text(const struct conf_section *section, const char *name)
{
	const struct conf_entry *entry = find_entry(section, name);

	assert(entry->key->type != CONF_LIST);
	return entry->texts[0];
}

int64_t conf_integer(const struct conf_section *section, const char *name)
{
	const struct conf_entry *entry = find_entry(section, name);

	assert(entry->key->type == CONF_INTEGER || entry->key->type == CONF_CHOICE);
	return entry->integer;
}

bool conf_flag(const struct conf_section *section, const char *name)
{
	const struct conf_entry *entry = find_entry(section, name);

	assert(entry->key->type == CONF_FLAG);
	return entry->integer != 0;
}

size_t conf_list_count(const struct conf_section *section, const char *name)
{
	const struct conf_entry *entry = find_entry(section, name);

	assert(entry->key->type == CONF_LIST);
	return entry->count;
}

const char *conf_list_at(const struct conf_section *section, const char *name, size_t i)
{
	const struct conf_entry *entry = find_entry(section, name);

	assert(entry->key->type == CONF_LIST && i < entry->count);
	return entry->texts[i];
}

bool conf_is_set(const struct conf_section *section, const char *name)
{
	return find_entry(section, name)->is_set;
}

enum kakou_err conf_complain(const struct conf_section *section, const char *name,
			     struct why *why, const char *format, ...)
{
	struct why said = {0};
	va_list args;
	int line = section->line;

	va_start(args, format);
	(void)vsnprintf(said.text, sizeof(said.text), format, args);
	va_end(args);
	for (size_t i = 0; name && i < section->entry_count; i++) {
		if (!strcmp(section->entries[i].key->name, name) &&
		    section->entries[i].line)
			line = section->entries[i].line;
	}
	if (name)
		return why_set(why, KAKOU_E_INVALID, "%s:%d: key \"%s\": %s",
			       section->conf->path, line, name, said.text);
	return why_set(why, KAKOU_E_INVALID, "%s:%d: %s", section->conf->path, line,
		       said.text);
}

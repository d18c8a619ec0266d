/* SPDX-License-Identifier: MIT */
/*
 * What the files of conf share: conf_scan.c looks a text over, conf_parse.c turns it into a
 * tree with libconfuse, conf_value.c checks values, conf.c answers, conf_print.c documents.
 *
 * Layer: hal, inside conf.
 */
#ifndef KAKOU_HAL_CONF_INTERNAL_H
#define KAKOU_HAL_CONF_INTERNAL_H

#include "hal/conf.h"

enum { CONF_PATH_BYTES = 96, CONF_DEPTH_MAX = 8 };

/* One key of one section, as the file or the table gives it. */
struct conf_entry {
	const struct conf_key *key;
	int line; /* 0 = not stated */
	bool is_set;
	int64_t integer;
	size_t count;
	char **texts;
};

struct conf_section {
	const struct conf *conf;
	char *name;
	char *title;
	char path[CONF_PATH_BYTES]; /* as in struct conf_key */
	int line;
	struct conf_entry *entries;
	size_t entry_count;
	struct conf_section *children;
	size_t child_count;
};

struct conf {
	char *path;
	const struct conf_key *keys;
	size_t key_count;
	struct conf_section root;
};

/* A key that the text states; the name is not terminated and points into the text. */
struct conf_stated {
	const char *name;
	size_t len;
	int scope; /* number of its section, 0 = top level */
	int line;
};

/* What a first look at the text found. */
struct conf_scan {
	struct conf_stated *keys;
	size_t key_count;
	struct {
		int scope, line;
	} * sections; /* in the order in which they end; `line` is where they begin */
	size_t section_count;
};

/** Checks `text` (terminated, writable), turns its comments into blanks and notes where keys
 *  and sections stand. Errors name `path` and line. Release with conf_scan_release(), also
 *  after a failure. */
KAKOU_MUST_CHECK enum kakou_err conf_scan(struct conf_scan *scan, char *text,
					  const char *path, struct why *why);
void conf_scan_release(struct conf_scan *scan);

/** Line of the key in the section numbered `scope`; 0 when it is not stated. */
int conf_scan_line(const struct conf_scan *scan, int scope, const char *name);

/** Fills conf->root from a text that conf_scan() has seen. */
KAKOU_MUST_CHECK enum kakou_err conf_parse(struct conf *conf, const char *text,
					   const struct conf_scan *scan, struct why *why);

/** Appends a copy of `from`; false without memory. */
bool conf_entry_add(struct conf_entry *entry, const char *from, size_t len);

/** Takes the default of the key; false without memory. */
bool conf_entry_take_fallback(struct conf_entry *entry);

/** Checks the texts and sets `integer`. An empty default is legal whatever the range: the key
 *  may be left out. */
KAKOU_MUST_CHECK enum kakou_err conf_entry_check(const struct conf_section *section,
						 struct conf_entry *entry,
						 struct why *why);

/** UTF-8 without control characters. */
bool conf_is_clean_text(const char *text);

/** What a key expects, in words: "an integer from 1 to 65535". */
void conf_describe_key(const struct conf_key *key, char *to, size_t size);

/** The next section name under `path` on the way to `section`: ("lane", "lane/evidence") gives
 *  "evidence". False when `section` is not below `path`. */
bool conf_next_section(const char *path, const char *section, char *name, size_t size);

/** `path` with `name` appended, as in struct conf_key. */
void conf_join_section(const char *path, const char *name, char *to, size_t size);

#endif

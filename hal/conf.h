/* SPDX-License-Identifier: MIT */
/*
 * Strict reading of libconfuse files: one key table drives the parser, the check, the sample
 * file and the manual page.
 *
 * libconfuse alone is lenient (the last duplicate wins, sections with one title merge, 0100 is
 * octal, ${HOME} expands): here numbers go through one strict parser, a duplicate key or title,
 * an unknown key, an expansion and a value out of range are errors "FILE:LINE: …" that quote
 * the value and say what was expected.
 *
 * Layer: hal. Blocks on the disk; start and reconfiguration only.
 */
#ifndef KAKOU_HAL_CONF_H
#define KAKOU_HAL_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "hal/err.h"
#include "hal/why.h"

enum conf_type {
	CONF_TEXT,    /**< min..max = length in bytes */
	CONF_INTEGER, /**< min..max = value */
	CONF_FLAG,    /**< true | false (yes | no) */
	CONF_CHOICE,  /**< one word of `choices`, separated by '|' */
	CONF_LIST,    /**< {"a", "b"}; min..max = how many */
};

struct conf_key {
	const char *
		section; /**< "" top level, "lane", "lane/evidence" (titled, repeatable) */
	const char *name;
	enum conf_type type;
	int64_t min, max;
	const char *
		fallback; /**< default as text ("" = empty text or list); NULL = required */
	const char *choices; /**< CONF_CHOICE only */
	const char *doc;     /**< one sentence, with the unit */
};

struct conf;         /* opaque: a whole file */
struct conf_section; /* opaque: one section; lives as long as its struct conf */

/** Parses `path` against `keys`; parse errors come back in `why` with file and line. The
 *  caller releases with conf_close(). */
KAKOU_MUST_CHECK enum kakou_err conf_open(struct conf **out, const char *path,
					  const struct conf_key *keys, size_t count,
					  struct why *why);
void conf_close(struct conf *conf);

/** The top level as a section. */
const struct conf_section *conf_root(const struct conf *conf);

/** Sub-sections of `parent` named `name` ("lane", or "evidence" inside a lane). */
size_t conf_count(const struct conf_section *parent, const char *name);
const struct conf_section *conf_at(const struct conf_section *parent, const char *name,
				   size_t i);

/** The section's title, "" for the root. */
const char *conf_title(const struct conf_section *section);

/** Line of the section's key (or of the section when `name` is NULL), for later complaints. */
int conf_line(const struct conf_section *section, const char *name);

/** Values; asking for a key that is not in the table is an assertion failure. Texts live as
 *  long as the struct conf. conf_integer is also the index into `choices` for CONF_CHOICE. */
const char *conf_text(const struct conf_section *section, const char *name);
int64_t conf_integer(const struct conf_section *section, const char *name);
bool conf_flag(const struct conf_section *section, const char *name);
size_t conf_list_count(const struct conf_section *section, const char *name);
const char *conf_list_at(const struct conf_section *section, const char *name, size_t i);

/** True when the file itself states the key (not its default). */
bool conf_is_set(const struct conf_section *section, const char *name);

/** Builds "FILE:LINE: …" into `why` and returns KAKOU_E_INVALID, for checks across keys. */
KAKOU_PRINTF(4, 5)
enum kakou_err conf_complain(const struct conf_section *section, const char *name,
			     struct why *why, const char *format, ...);

/** Writes a sample file with every key, its default and its sentence as a comment. */
void conf_print_sample(FILE *to, const struct conf_key *keys, size_t count);

/** Writes the keys as mdoc/man list items for the manual page. */
void conf_print_manual(FILE *to, const struct conf_key *keys, size_t count);

#endif

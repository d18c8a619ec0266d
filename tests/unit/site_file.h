/* SPDX-License-Identifier: MIT */
/*
 * Site files for tests: texts with placeholders, written into a directory of their own.
 *
 * Layer: tests. Failures are cmocka's.
 */
#ifndef KAKOU_TESTS_SITE_FILE_H
#define KAKOU_TESTS_SITE_FILE_H

#include <stddef.h>

#include "firmware/config/site.h"

/** Makes a private directory below $TMPDIR (or /tmp); the caller frees the path. */
char *site_file_make_directory(void);

/** Removes the directory and the plain files and sockets in it, and frees the path. */
void site_file_remove_directory(char *directory);

/** The text with `old`, which must be there exactly once, replaced; the caller frees it. */
char *site_file_replace(const char *text, const char *old, const char *new);

/** The same, for every `old` there is. */
char *site_file_replace_all(const char *text, const char *old, const char *new);

/** Writes `text` as DIRECTORY/name, with @MAPS@ replaced by the project's register maps;
 *  the caller frees the path. Tests run in the project's root. */
char *site_file_write(const char *directory, const char *name, const char *text);

/** The simulated gate of board/sim with `directory` as its run directory. */
struct site *site_file_load_sim(const char *directory);

/** Line, from 1, in which `part` first occurs in `text`; it must. */
int site_file_find_line(const char *text, const char *part);

#endif

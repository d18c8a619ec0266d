/* SPDX-License-Identifier: MIT */
/*
 * Site files for tests.
 *
 * Layer: tests.
 */
#include "tests/unit/site_file.h"

#include <ftw.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "hal/file.h"

char *site_file_make_directory(void)
{
	const char *parent = getenv("TMPDIR");
	char *path;

	assert_true(asprintf(&path, "%s/site-XXXXXX", parent ? parent : "/tmp") > 0);
	assert_non_null(mkdtemp(path));
	return path;
}

static int remove_one(const char *path, const struct stat *info, int flag,
		      struct FTW *place)
{
	(void)info;
	(void)flag;
	(void)place;
	return remove(path);
}

void site_file_remove_directory(char *directory)
{
	assert_int_equal(nftw(directory, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
	free(directory);
}

static size_t count_of(const char *text, const char *part)
{
	size_t count = 0;

	while ((text = strstr(text, part))) {
		count++;
		text += strlen(part);
	}
	return count;
}

char *site_file_replace_all(const char *text, const char *old, const char *new)
{
	size_t size = strlen(text) + count_of(text, old) * strlen(new) + 1;
	char *result = malloc(size);
	char *end = result;
	const char *at;

	assert_non_null(result);
	while ((at = strstr(text, old))) {
		end = mempcpy(end, text, (size_t)(at - text));
		end = mempcpy(end, new, strlen(new));
		text = at + strlen(old);
	}
	memcpy(end, text, strlen(text) + 1);
	return result;
}

char *site_file_replace(const char *text, const char *old, const char *new)
{
	if (count_of(text, old) != 1)
		fail_msg("\"%s\" is %zu times in the text, expected once", old,
			 count_of(text, old));
	return site_file_replace_all(text, old, new);
}

char *site_file_write(const char *directory, const char *name, const char *text)
{
	char root[PATH_MAX];
	char *maps;
	char *path;
	char *whole;
	struct why why = {""};

	assert_non_null(getcwd(root, sizeof(root)));
	assert_true(asprintf(&maps, "%s/board/maps", root) > 0);
	assert_true(asprintf(&path, "%s/%s", directory, name) > 0);
	whole = site_file_replace_all(text, "@MAPS@", maps);
	if (file_write_atomic(path, whole, strlen(whole), 0600, &why))
		fail_msg("%s", why.text);
	free(whole);
	free(maps);
	return path;
}

struct site *site_file_load_sim(const char *directory)
{
	char *source;
	char *placed;
	char *rendered;
	char *path;
	size_t len;
	struct site *site = NULL;
	struct why why = {""};

	if (file_read_whole("board/sim/site.conf", 65536, &source, &len, &why))
		fail_msg("%s", why.text);
	placed = site_file_replace_all(source, "@NET@", "127.77.1");
	rendered = site_file_replace_all(placed, "@RUN@", directory);
	path = site_file_write(directory, "site.conf", rendered);
	if (site_load(&site, path, &why))
		fail_msg("%s", why.text);
	free(path);
	free(rendered);
	free(placed);
	free(source);
	return site;
}

int site_file_find_line(const char *text, const char *part)
{
	const char *at = strstr(text, part);
	int line = 1;

	if (!at)
		fail_msg("\"%s\" is not in the text", part);
	for (; text < at; text++)
		line += *text == '\n';
	return line;
}

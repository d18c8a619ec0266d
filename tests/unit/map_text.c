/* SPDX-License-Identifier: MIT */
/*
 * Map files of a test's own words. Layer: tests.
 */
#include "tests/unit/map_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

char map_text_path[128];

enum kakou_err map_text_try(struct map *map, const char *text, struct why *why)
{
	const char *folder = getenv("TMPDIR");
	enum kakou_err err;
	int fd;

	(void)snprintf(map_text_path, sizeof(map_text_path), "%s/kakou-map-XXXXXX",
		       folder ? folder : "/tmp");
	fd = mkstemp(map_text_path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(close(fd), 0);
	err = map_load(map, map_text_path, why);
	(void)unlink(map_text_path);
	return err;
}

void map_text_load(struct map *map, const char *text)
{
	struct why why = {0};

	if (map_text_try(map, text, &why))
		fail_msg("%s", why.text);
}

/* SPDX-License-Identifier: MIT */
/*
 * Map files of a test's own words.
 *
 * Layer: tests. Failures are cmocka's.
 */
#ifndef KAKOU_TESTS_MAP_TEXT_H
#define KAKOU_TESTS_MAP_TEXT_H

#include "drivers/map/map.h"

/* The first three lines of a map. */
#define MAP_TEXT_SCALE "compatible = \"a,b\"\nclass = weighbridge\nmax_age_ms = 500\n"
#define MAP_TEXT_REEFER "compatible = \"a,b\"\nclass = reefer\nmax_age_ms = 500\n"
#define MAP_TEXT_IO "compatible = \"a,b\"\nclass = remote_io\nmax_age_ms = 500\n"
#define MAP_TEXT_TAG "compatible = \"a,b\"\nclass = tag_reader\nmax_age_ms = 500\n"
#define MAP_TEXT_BOX "compatible = \"a,b\"\nclass = box_reader\nmax_age_ms = 500\n"
#define MAP_TEXT_SIGN "compatible = \"a,b\"\nclass = sign\nmax_age_ms = 500\n"

/** The file that the last text was in; it is gone again. */
extern char map_text_path[128];

/** Loads a map with this text. */
enum kakou_err map_text_try(struct map *map, const char *text, struct why *why);

/** And it has to be right. */
void map_text_load(struct map *map, const char *text);

#endif

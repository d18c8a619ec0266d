/* SPDX-License-Identifier: MIT */
/*
 * All maps of board/maps, for tests that run from the root of the tree.
 *
 * Layer: tests.
 */
#ifndef KAKOU_TESTS_MAP_FOLDER_H
#define KAKOU_TESTS_MAP_FOLDER_H

#include <stddef.h>

#include "drivers/map/map.h"

enum { MAP_FOLDER_MAX = 64 };

struct map_folder {
	char files[MAP_FOLDER_MAX][96];
	struct map maps[MAP_FOLDER_MAX];
	size_t count;
};

extern struct map_folder map_folder;

/** Set-up of a group. */
int map_folder_load(void **state);

/** Fails the test when there is none. */
const struct map *map_folder_find(const char *compatible);

#endif

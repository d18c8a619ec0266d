/* SPDX-License-Identifier: MIT */
/*
 * All maps of board/maps. Layer: tests.
 */
#include "tests/unit/map_folder.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct map_folder map_folder;

int map_folder_load(void **state)
{
	DIR *directory = opendir("board/maps");
	struct dirent *entry;
	struct why why;

	(void)state;
	if (!directory)
		return -1;
	while ((entry = readdir(directory))) {
		if (!strstr(entry->d_name, ".map") || map_folder.count == MAP_FOLDER_MAX)
			continue;
		(void)snprintf(map_folder.files[map_folder.count],
			       sizeof(map_folder.files[0]), "board/maps/%.80s",
			       entry->d_name);
		if (map_load(&map_folder.maps[map_folder.count],
			     map_folder.files[map_folder.count], &why)) {
			print_error("%s\n", why.text);
			closedir(directory);
			return -1;
		}
		map_folder.count++;
	}
	closedir(directory);
	return map_folder.count > 0 ? 0 : -1;
}

const struct map *map_folder_find(const char *compatible)
{
	for (size_t i = 0; i < map_folder.count; i++) {
		if (!strcmp(map_folder.maps[i].compatible, compatible))
			return &map_folder.maps[i];
	}
	fail_msg("no map %s", compatible);
	return NULL;
}

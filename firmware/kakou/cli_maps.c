/* SPDX-License-Identifier: MIT */
/*
 * Register maps for kakou map and kakou bus: where they are, and what is in them.
 *
 * Layer: firmware. Reads files.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "firmware/kakou/cli_bus.h"
#include "hal/text.h"

static const char INSTALLED[] = "/usr/share/kakou/maps";
static const char SUFFIX[] = ".map";

int cli_bus_find_maps(struct cli *cli, const char *option, char *to, size_t size)
{
	const char *found = option ? option : INSTALLED;
	json_t *result = NULL;
	bool is_running = false;
	bool fits;
	int exit = option ? CLI_DONE : cli_find(cli, &is_running);

	if (!exit && is_running)
		exit = cli_call(cli, "maps", NULL, &result);
	if (exit)
		return exit;
	if (result)
		found = cli_text(result, "maps_dir");
	fits = text_copy(to, size, found);
	if (!fits)
		exit = cli_complain(cli, CLI_USAGE, "--maps: \"%s\" is too long", found);
	json_decref(result);
	return exit;
}

static bool name_path(const char *directory, const char *name, char *to, size_t size)
{
	int len = snprintf(to, size, "%s/%s%s", directory, name, SUFFIX);

	return name[0] != '.' && !strchr(name, '/') && len >= 0 && (size_t)len < size;
}

bool cli_bus_has_map(const char *directory, const char *name)
{
	char path[512];

	return name_path(directory, name, path, sizeof(path)) && !access(path, F_OK);
}

static int load(const char *directory, const char *name, struct map *out, struct why *why)
{
	char path[512];

	if (!name_path(directory, name, path, sizeof(path)))
		return why_set(why, KAKOU_E_NOTFOUND,
			       "got map \"%s\", expected a name in %s, without .map",
			       name, directory);
	return map_load(out, path, why);
}

int cli_bus_load_map(struct cli *cli, const char *directory, const char *name,
		     struct map *out)
{
	struct why why = {""};

	return load(directory, name, out, &why)
		       ? cli_complain(cli, CLI_FAILED, "%s", why.text)
		       : CLI_DONE;
}

static int is_map(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > strlen(SUFFIX) &&
	       !strcmp(entry->d_name + len - strlen(SUFFIX), SUFFIX);
}

int cli_bus_load_maps(struct cli *cli, const char *directory, struct cli_map **out,
		      size_t *count)
{
	struct dirent **names;
	int found = scandir(directory, &names, is_map, alphasort);

	*count = 0;
	*out = NULL;
	if (found < 0)
		return cli_complain(cli, CLI_FAILED, "maps in %s: %s", directory,
				    strerror(errno));
	*out = calloc((size_t)found + 1, sizeof(**out));
	for (int i = 0; i < found; i++) {
		struct cli_map *map = &(*out)[*count];
		size_t len = strlen(names[i]->d_name) - strlen(SUFFIX);

		if (*out && *count < CLI_MAPS_MAX && len < sizeof(map->name)) {
			memcpy(map->name, names[i]->d_name, len);
			map->is_sound = !load(directory, map->name, &map->map, &map->why);
			(*count)++;
		}
		free(names[i]);
	}
	free(names);
	return *out ? CLI_DONE : cli_complain(cli, CLI_FAILED, "no memory for the maps");
}

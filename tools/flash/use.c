/* SPDX-License-Identifier: MIT */
/*
 * Who uses a disk. By device number, because a mount may name its source as it likes; and by name,
 * because file systems that span disks have a number of their own.
 *
 * Layer: tools.
 */
#include "tools/flash/use.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hal/file.h"

enum { PATH_BYTES = 400, TABLE_BYTES_MAX = 1 << 20 };

/* A disk or partition that is looked for. */
struct part {
	const char *name;
	char number[24]; /* "8:17" */
};

/* "sdb1" of "/dev/sdb1", or of a link to it. */
static bool is_device(const char *source, const char *name)
{
	char real[PATH_BYTES];
	char *found = source[0] == '/' ? realpath(source, NULL) : NULL;
	const char *slash;

	(void)snprintf(real, sizeof(real), "%s", found ? found : source);
	free(found);
	slash = strrchr(real, '/');
	return !strcmp(slash ? slash + 1 : real, name);
}

static void add_use(struct target *target, const char *what, const char *where)
{
	size_t used = strlen(target->use);

	(void)snprintf(target->use + used, sizeof(target->use) - used, "%s%s%s%s",
		       used ? ", " : "", what, where[0] ? " " : "", where);
}

/* proc_pid_mountinfo(5): number parent major:minor root MOUNT options… - type SOURCE options */
static void find_in_mount(struct target *target, const struct part *part, char *line)
{
	char number[24], mount[PATH_BYTES], source[PATH_BYTES] = "";
	char *rest = strstr(line, " - ");

	if (sscanf(line, "%*s %*s %23s %*s %399s", number, mount) != 2)
		return;
	if (rest && sscanf(rest, " - %*s %399s", source) != 1)
		source[0] = '\0';
	if (!strcmp(number, part->number) || is_device(source, part->name))
		add_use(target, "mounted on", mount);
}

static void find_in_swaps(struct target *target, const struct part *part, char *line)
{
	line[strcspn(line, " \t")] = '\0';
	if (line[0] == '/' && is_device(line, part->name))
		add_use(target, "swap", "");
}

static void find_in_table(struct target *target, const struct flash_world *world,
			  const char *table, const struct part *part,
			  void (*find)(struct target *, const struct part *, char *))
{
	char path[PATH_BYTES];
	char *text, *line, *next;
	size_t len;

	(void)snprintf(path, sizeof(path), "%s/%s", world->proc, table);
	if (file_read_whole(path, TABLE_BYTES_MAX, &text, &len, NULL)) {
		/* Who can't be asked may be using it. */
		add_use(target, "perhaps mounted: can't read", path);
		return;
	}
	for (line = text; *line; line = next) {
		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		find(target, part, line);
	}
	free(text);
}

/* What is built on it: dm-0, md127, bcache0. */
static void find_holders(struct target *target, const struct flash_world *world,
			 const char *folder)
{
	char path[PATH_BYTES + 16];
	char name[64];
	struct dirent *entry;
	DIR *directory;

	(void)snprintf(path, sizeof(path), "%s/holders", folder);
	directory = opendir(path);
	while (directory && (entry = readdir(directory))) {
		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof(path), "%s/block/%s/dm/name", world->sys,
			       entry->d_name);
		if (!target_read_word(name, sizeof(name), path))
			(void)snprintf(name, sizeof(name), "%.63s", entry->d_name);
		add_use(target, "part of", name);
	}
	if (directory)
		closedir(directory);
}

static void find_all(struct target *target, const struct flash_world *world,
		     const char *name, const char *folder)
{
	struct part part = {.name = name};
	char path[PATH_BYTES + 16];

	(void)snprintf(path, sizeof(path), "%s/dev", folder);
	if (!target_read_word(part.number, sizeof(part.number), path))
		part.number[0] = '\0';
	find_in_table(target, world, "self/mountinfo", &part, find_in_mount);
	find_in_table(target, world, "swaps", &part, find_in_swaps);
	find_holders(target, world, folder);
}

void use_find(struct target *target, const struct flash_world *world)
{
	char folder[PATH_BYTES], path[2 * PATH_BYTES];
	struct dirent *entry;
	DIR *directory;

	target->use[0] = '\0';
	(void)snprintf(folder, sizeof(folder), "%s/block/%s", world->sys, target->name);
	find_all(target, world, target->name, folder);
	directory = opendir(folder);
	while (directory && (entry = readdir(directory))) {
		char number[16];
		char part[PATH_BYTES];

		(void)snprintf(path, sizeof(path), "%s/%s/partition", folder,
			       entry->d_name);
		if (entry->d_name[0] == '.' ||
		    !target_read_word(number, sizeof(number), path))
			continue;
		if (snprintf(part, sizeof(part), "%s/%s", folder, entry->d_name) <
		    (int)sizeof(part))
			find_all(target, world, entry->d_name, part);
	}
	if (directory)
		closedir(directory);
}

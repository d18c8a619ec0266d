/* SPDX-License-Identifier: MIT */
/*
 * Disks, as sysfs shows them.
 *
 * Layer: tools.
 */
#include "tools/flash/target.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "hal/text.h"
#include "tools/flash/use.h"

enum { PATH_BYTES = 400, SECTOR_BYTES = 512 };

bool target_read_word(char *to, size_t size, const char *path)
{
	char line[256];
	char *begin = line, *end;
	FILE *file = fopen(path, "re");
	bool has_line = file && fgets(line, sizeof(line), file);

	if (file)
		(void)fclose(file);
	if (!has_line)
		return false;
	while (isspace((unsigned char)*begin))
		begin++;
	end = begin + strlen(begin);
	while (end > begin && isspace((unsigned char)end[-1]))
		*--end = '\0';
	/* Vendors put what they like into these texts; a terminal gets none of it raw. */
	for (char *c = begin; *c; c++)
		if (!isprint((unsigned char)*c))
			*c = '?';
	text_copy(to, size, begin);
	return *begin != '\0';
}

static bool read_word(const struct flash_world *world, const char *name, const char *what,
		      char *to, size_t size)
{
	char path[PATH_BYTES];

	to[0] = '\0';
	(void)snprintf(path, sizeof(path), "%s/block/%s/%s", world->sys, name, what);
	return target_read_word(to, size, path);
}

static uint64_t read_number(const struct flash_world *world, const char *name,
			    const char *what)
{
	char word[32];
	int64_t number;

	if (!read_word(world, name, what, word, sizeof(word)) ||
	    text_parse_integer(word, 0, INT64_MAX, &number))
		return 0;
	return (uint64_t)number;
}

/* The bus nearest to the processor that a plug is on. */
static void find_bus(const char *device, char *to, size_t size)
{
	static const struct {
		const char *part, *bus;
	} buses[] = {
		{"/usb",                "usb"   },
		{"/mmc_host/",          "mmc"   },
		{"/nvme/",              "nvme"  },
		{"/ata",                "ata"   },
		{"/virtio",             "virtio"},
		{"/virtual/block/loop", "loop"  },
		{"/host",               "scsi"  },
	};

	for (size_t i = 0; i < sizeof(buses) / sizeof(buses[0]); i++)
		if (strstr(device, buses[i].part)) {
			text_copy(to, size, buses[i].bus);
			return;
		}
	text_copy(to, size, "?");
}

/* The serial number of the disk, or of the USB device that it is behind. */
static void find_serial(const struct flash_world *world, struct target *target,
			const char *device)
{
	static const char *const places[] = {"device/serial", "serial", "device/wwid"};
	char path[PATH_BYTES + 16];
	char folder[PATH_BYTES];

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) - 1; i++)
		if (read_word(world, target->name, places[i], target->serial,
			      sizeof(target->serial)))
			return;
	text_copy(folder, sizeof(folder), device);
	while (!strcmp(target->bus, "usb") && strrchr(folder, '/') > folder) {
		*strrchr(folder, '/') = '\0';
		(void)snprintf(path, sizeof(path), "%s/serial", folder);
		if (target_read_word(target->serial, sizeof(target->serial), path))
			return;
	}
	(void)read_word(world, target->name, places[2], target->serial,
			sizeof(target->serial));
}

static void find_model(const struct flash_world *world, struct target *target)
{
	char vendor[32];

	if (read_word(world, target->name, "device/model", target->model,
		      sizeof(target->model))) {
		char model[sizeof(target->model)];

		text_copy(model, sizeof(model), target->model);
		if (read_word(world, target->name, "device/vendor", vendor,
			      sizeof(vendor)) &&
		    strncmp(vendor, "0x", 2) != 0 && strcmp(vendor, "ATA") != 0)
			(void)snprintf(target->model, sizeof(target->model), "%s %.30s",
				       vendor, model);
		return;
	}
	if (!read_word(world, target->name, "device/name", target->model,
		       sizeof(target->model)))
		(void)read_word(world, target->name, "loop/backing_file", target->model,
				sizeof(target->model));
}

enum kakou_err target_read(struct target *out, const struct flash_world *world,
			   const char *name, struct why *why)
{
	char link[PATH_BYTES], type[16];
	char *device;

	memset(out, 0, sizeof(*out));
	(void)snprintf(link, sizeof(link), "%s/block/%s", world->sys, name);
	device = realpath(link, NULL);
	if (!device || strlen(name) > TARGET_NAME_MAX) {
		free(device);
		return why_set(why, KAKOU_E_NOTFOUND, "no disk \"%s\": %s", name,
			       strerror(errno));
	}
	text_copy(out->name, sizeof(out->name), name);
	(void)snprintf(out->path, sizeof(out->path), "%s/%s", world->dev, name);
	out->bytes = read_number(world, name, "size") * SECTOR_BYTES;
	out->is_read_only = read_number(world, name, "ro") != 0;
	find_bus(device, out->bus, sizeof(out->bus));
	out->is_removable = read_number(world, name, "removable") != 0 ||
			    !strcmp(out->bus, "usb") ||
			    (read_word(world, name, "device/type", type, sizeof(type)) &&
			     !strcmp(type, "SD"));
	find_model(world, out);
	find_serial(world, out, device);
	free(device);
	use_find(out, world);
	return KAKOU_OK;
}

enum kakou_err target_find(struct target *out, const struct flash_world *world,
			   const char *path, struct why *why)
{
	char link[PATH_BYTES], file[PATH_BYTES + 16], number[16];
	struct stat info;
	const char *name;
	char *device;
	enum kakou_err err;

	if (stat(path, &info))
		return why_set(why, KAKOU_E_NOTFOUND, "%s: %s", path, strerror(errno));
	if (!S_ISBLK(info.st_mode))
		return why_set(why, KAKOU_E_INVALID,
			       "%s is no block device, expected a disk such as /dev/sdb",
			       path);
	(void)snprintf(link, sizeof(link), "%s/dev/block/%u:%u", world->sys,
		       major(info.st_rdev), minor(info.st_rdev));
	device = realpath(link, NULL);
	if (!device)
		return why_set(why, KAKOU_E_NOTFOUND, "%s: the kernel knows no such disk",
			       path);
	name = strrchr(device, '/') + 1;
	(void)snprintf(file, sizeof(file), "%.399s/partition", device);
	if (target_read_word(number, sizeof(number), file)) {
		*strrchr(device, '/') = '\0';
		err = why_set(why, KAKOU_E_INVALID,
			      "%s is partition %s of %s, expected the whole disk", path,
			      number, strrchr(device, '/') + 1);
	} else {
		err = target_read(out, world, name, why);
	}
	free(device);
	return err;
}

/* RAM, and what is built of other disks or of files that nobody has put in. */
static bool is_disk(const char *name)
{
	static const char *const others[] = {"ram", "zram", "dm-", "md",  "sr",
					     "fd",  "nbd",  "mtd", "loop"};

	if (name[0] == '.' || strstr(name, "boot") || strstr(name, "rpmb"))
		return false;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (!strncmp(name, others[i], strlen(others[i])))
			return false;
	return true;
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct target *)a)->name, ((const struct target *)b)->name);
}

size_t target_list(struct target *out, size_t max, const struct flash_world *world)
{
	char folder[PATH_BYTES];
	struct dirent *entry;
	DIR *directory;
	size_t count = 0;

	(void)snprintf(folder, sizeof(folder), "%s/block", world->sys);
	directory = opendir(folder);
	while (directory && count < max && (entry = readdir(directory))) {
		if (!is_disk(entry->d_name) ||
		    target_read(&out[count], world, entry->d_name, NULL) ||
		    out[count].bytes == 0) /* a reader without a card */
			continue;
		count++;
	}
	if (directory)
		closedir(directory);
	qsort(out, count, sizeof(*out), compare);
	return count;
}

enum kakou_err target_check(const struct target *target, uint64_t bytes,
			    bool allows_fixed, struct why *why)
{
	char has[24], needs[24];

	if (target->use[0])
		return why_set(why, KAKOU_E_REFUSED, "%s is in use: %s", target->path,
			       target->use);
	if (target->is_read_only)
		return why_set(why, KAKOU_E_REFUSED,
			       "%s is read-only, expected a disk that can be written: "
			       "look at the card's lock",
			       target->path);
	if (target->bytes < bytes)
		return why_set(why, KAKOU_E_REFUSED,
			       "%s has %s (%" PRIu64 " bytes), expected at least %s "
			       "(%" PRIu64 " bytes) for this image",
			       target->path, target_print_size(target->bytes, has),
			       target->bytes, target_print_size(bytes, needs), bytes);
	if (!target->is_removable && !allows_fixed)
		return why_set(why, KAKOU_E_REFUSED,
			       "%s (%s, %s) can't be pulled out, expected a removable "
			       "disk; --fixed allows this one",
			       target->path, target->bus,
			       target->model[0] ? target->model : "no model");
	return KAKOU_OK;
}

/* The seventh number of the line is the sectors that were written. */
uint64_t target_count_written(const struct target *target,
			      const struct flash_world *world)
{
	char line[256], *rest = NULL;
	const char *word;
	int64_t sectors;

	if (!read_word(world, target->name, "stat", line, sizeof(line)))
		return 0;
	word = strtok_r(line, " ", &rest);
	for (int i = 1; word && i < 7; i++)
		word = strtok_r(NULL, " ", &rest);
	if (!word || text_parse_integer(word, 0, INT64_MAX, &sectors))
		return 0;
	return (uint64_t)sectors;
}

const char *target_print_size(uint64_t bytes, char to[24])
{
	static const struct {
		uint64_t one;
		const char *unit;
	} units[] = {
		{UINT64_C(1000000000000), "TB"},
		{1000000000,              "GB"},
		{1000000,                 "MB"},
		{1000,                    "kB"}
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (bytes >= units[i].one) {
			uint64_t tenths = bytes / (units[i].one / 10);

			(void)snprintf(to, 24, "%" PRIu64 ".%" PRIu64 " %s", tenths / 10,
				       tenths % 10, units[i].unit);
			return to;
		}
	(void)snprintf(to, 24, "%" PRIu64 " B", bytes);
	return to;
}

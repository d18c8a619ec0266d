/* SPDX-License-Identifier: MIT */
/*
 * How the machine itself is, from sysfs.
 *
 * Layer: hal. Blocks as reading sysfs does: a sensor behind I2C takes milliseconds.
 */
#include "hal/machine.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/rtc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "hal/file.h"
#include "hal/text.h"

enum { PATH_BYTES = 512, VALUE_BYTES = 255 };
enum { COLDEST_MC = -60000, HOTTEST_MC = 200000 }; /* beyond them a sensor is broken */

/* The first second of 2020: a clock that says less was never set. */
static const int64_t sensible_s = INT64_C(1577836800);

/* A file's first line. False: it can't be read. */
static bool read_line(const char *path, char to[VALUE_BYTES + 1])
{
	char *text;
	size_t len;

	if (file_read_whole(path, VALUE_BYTES, &text, &len, NULL))
		return false;
	text[strcspn(text, "\n")] = '\0';
	(void)text_copy(to, VALUE_BYTES + 1, text);
	free(text);
	return true;
}

static bool read_number(const char *path, int64_t *out)
{
	char text[VALUE_BYTES + 1];

	return read_line(path, text) &&
	       text_parse_integer(text, INT64_MIN, INT64_MAX, out) == KAKOU_OK;
}

/* Calls `look` for each entry of the folder. */
static void each_entry(const char *sysfs, const char *folder,
		       void (*look)(const char *path, struct machine *out),
		       struct machine *out)
{
	char path[PATH_BYTES];
	const struct dirent *entry;
	DIR *directory;

	(void)snprintf(path, sizeof(path), "%s/%s", sysfs, folder);
	directory = opendir(path);
	while (directory && (entry = readdir(directory))) {
		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s/%s", sysfs, folder,
			       entry->d_name);
		look(path, out);
	}
	if (directory)
		closedir(directory);
}

/* ---- the clock ------------------------------------------------------------------------- */

static enum machine_battery ask_battery(const char *devices)
{
	enum machine_battery battery = MACHINE_BATTERY_UNKNOWN;
	char path[PATH_BYTES];
	unsigned int flags = 0;
	int fd;

	(void)snprintf(path, sizeof(path), "%s/rtc0", devices);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return battery;
	/* Older kernels know only bit 0; all the others mean a battery, too. */
	if (ioctl(fd, RTC_VL_READ, &flags) == 0)
		battery = flags ? MACHINE_BATTERY_LOW : MACHINE_BATTERY_WELL;
	close(fd);
	return battery;
}

static void look_at_clock(const char *sysfs, const char *devices, struct machine *out)
{
	char path[PATH_BYTES];
	int64_t now_s;

	(void)snprintf(path, sizeof(path), "%s/class/rtc/rtc0/since_epoch", sysfs);
	out->has_clock = read_number(path, &now_s);
	out->clock_is_set = out->has_clock && now_s >= sensible_s;
	if (out->has_clock)
		out->battery = ask_battery(devices);
}

/* ---- the flash ------------------------------------------------------------------------- */

/* "0x02 0x01": tenths of its life that are used, for two kinds of cells. */
static int32_t worst_of(const char *text)
{
	int32_t worst = 0;

	for (char *end; *text; text = end) {
		long value = strtol(text, &end, 16);

		if (end == text)
			break;
		if (value >= 1 && value <= 11 && value > worst)
			worst = (int32_t)value;
	}
	return worst * 10;
}

static void look_at_block_device(const char *path, struct machine *out)
{
	char file[PATH_BYTES + 32];
	char text[VALUE_BYTES + 1];
	int64_t spare;

	(void)snprintf(file, sizeof(file), "%s/device/life_time", path);
	if (!read_line(file, text))
		return;
	out->has_flash = true;
	if (worst_of(text) > out->flash_used_percent)
		out->flash_used_percent = worst_of(text);
	(void)snprintf(file, sizeof(file), "%s/device/pre_eol_info", path);
	if (read_line(file, text) && (spare = strtol(text, NULL, 16)) >= 1 &&
	    spare <= 3 && spare > out->flash_spare)
		out->flash_spare = (int32_t)spare;
}

/* ---- temperatures ---------------------------------------------------------------------- */

static void take_temperature(const char *file, struct machine *out)
{
	int64_t value;

	if (!read_number(file, &value) || value < COLDEST_MC || value > HOTTEST_MC)
		return;
	if (!out->has_temperature || value > out->temperature_mc)
		out->temperature_mc = (int32_t)value;
	out->has_temperature = true;
}

static void look_at_zone(const char *path, struct machine *out)
{
	char file[PATH_BYTES + 32];

	(void)snprintf(file, sizeof(file), "%s/temp", path);
	take_temperature(file, out);
}

static void look_at_sensor(const char *path, struct machine *out)
{
	char file[PATH_BYTES + 32];

	for (int i = 1; i <= 8; i++) {
		(void)snprintf(file, sizeof(file), "%s/temp%d_input", path, i);
		take_temperature(file, out);
	}
}

void machine_read(const char *sysfs, const char *devices, struct machine *out)
{
	*out = (struct machine){0};
	look_at_clock(sysfs, devices, out);
	each_entry(sysfs, "block", look_at_block_device, out);
	each_entry(sysfs, "class/thermal", look_at_zone, out);
	each_entry(sysfs, "class/hwmon", look_at_sensor, out);
}

/* SPDX-License-Identifier: MIT */
/*
 * Looks at lines without taking them, by the kernel's own interface (its second version, Linux 5.10):
 * both generations of libgpiod stand on it.
 *
 * Layer: hal.
 */
#include "hal/gpio_survey.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/gpio.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { PATH_BYTES = 320 };

struct search {
	const struct gpio_line *lines;
	size_t count;
	bool found[GPIO_LINES_MAX];
	struct gpio_survey *out;
	struct why *why;
};

/* Which one of "A,B,C" the label is, from 0; -1: none. */
static int find_label(const char *labels, const char *label)
{
	size_t len = strlen(label);

	for (int i = 0; *labels; i++) {
		size_t n = strcspn(labels, ",");

		if (n == len && !memcmp(labels, label, n))
			return i;
		labels += n + (labels[n] == ',');
	}
	return -1;
}

/* By chip and offset when it is a board's, otherwise by the kernel's name. */
static bool is_line(const struct gpio_line *line, const struct gpio_v2_line_info *info,
		    int chip)
{
	if (line->is_numbered)
		return line->chip == chip && line->offset == info->offset;
	return info->name[0] && !strcmp(line->name, info->name);
}

static enum kakou_err take_line(struct search *search,
				const struct gpio_v2_line_info *info, int chip)
{
	for (size_t i = 0; i < search->count; i++) {
		if (search->found[i] || !is_line(&search->lines[i], info, chip))
			continue;
		search->found[i] = true;
		if (!(info->flags & GPIO_V2_LINE_FLAG_USED))
			search->out->free++;
		else if (!strcmp(info->consumer, "kakoud"))
			search->out->held_by_kakoud++;
		else
			return why_set(search->why, KAKOU_E_DENIED,
				       "line %s is held by \"%s\"", search->lines[i].name,
				       info->consumer);
	}
	return KAKOU_OK;
}

static enum kakou_err take_chip(struct search *search, int fd, unsigned lines, int chip)
{
	enum kakou_err err = KAKOU_OK;

	for (unsigned i = 0; i < lines && !err; i++) {
		struct gpio_v2_line_info info = {.offset = i};

		if (ioctl(fd, GPIO_V2_GET_LINEINFO_IOCTL, &info) == 0)
			err = take_line(search, &info, chip);
	}
	return err;
}

/* Looks into one device file; *is_meant: its label is among those asked for. */
static enum kakou_err look_into(struct search *search, const char *path,
				const char *labels, bool *is_meant)
{
	struct gpiochip_info chip = {.lines = 0};
	enum kakou_err err = KAKOU_OK;
	int place = -1;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	*is_meant = false;
	if (fd < 0)
		return errno == EACCES || errno == EPERM
			       ? why_set(search->why, KAKOU_E_DENIED, "%s: %s", path,
					 strerror(errno))
			       : KAKOU_OK;
	if (ioctl(fd, GPIO_GET_CHIPINFO_IOCTL, &chip) == 0)
		place = find_label(labels, chip.label);
	*is_meant = place >= 0;
	if (*is_meant)
		err = take_chip(search, fd, chip.lines, place);
	close(fd);
	return err;
}

static enum kakou_err look_at_chips(struct search *search, const char *devices,
				    const char *labels, size_t *chips)
{
	DIR *directory = opendir(devices);
	const struct dirent *entry;
	char path[PATH_BYTES];
	enum kakou_err err = KAKOU_OK;

	if (!directory)
		return why_set(search->why, KAKOU_E_NOTFOUND, "%s: %s", devices,
			       strerror(errno));
	while (!err && (entry = readdir(directory))) {
		bool is_meant;

		if (strncmp(entry->d_name, "gpiochip", strlen("gpiochip")) != 0)
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", devices, entry->d_name);
		err = look_into(search, path, labels, &is_meant);
		*chips += is_meant;
	}
	closedir(directory);
	return err;
}

enum kakou_err gpio_survey(const char *where, const char *devices,
			   const struct gpio_line *lines, size_t count,
			   struct gpio_survey *out, struct why *why)
{
	static const char prefix[] = "chip:";
	struct search search = {.lines = lines, .count = count, .out = out, .why = why};
	size_t chips = 0;
	enum kakou_err err;

	*out = (struct gpio_survey){0};
	if (strncmp(where, prefix, sizeof(prefix) - 1) != 0)
		return why_set(why, KAKOU_E_INVALID,
			       "got \"%s\", expected chip:LABEL[,LABEL...]", where);
	err = look_at_chips(&search, devices, where + sizeof(prefix) - 1, &chips);
	if (err)
		return err;
	if (chips == 0)
		return why_set(why, KAKOU_E_NOTFOUND, "no GPIO chip has the label \"%s\"",
			       where + sizeof(prefix) - 1);
	for (size_t i = 0; i < count; i++)
		if (!search.found[i])
			return why_set(why, KAKOU_E_NOTFOUND,
				       "no line of %s has the name \"%s\"",
				       where + sizeof(prefix) - 1, lines[i].name);
	return KAKOU_OK;
}

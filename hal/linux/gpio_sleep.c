/* SPDX-License-Identifier: MIT */
/*
 * Which GPIO chips sleep. The kernel knows (can_sleep) and tells nobody; but sysfs shows the way to
 * the chip, bus by bus.
 *
 * Layer: hal.
 */
#include "hal/linux/gpio_sleep.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *gpio_sleep_devices = "/sys/bus/gpio/devices";

/* "i2c-1", "spi0", "usb3": a word and a number, as the kernel calls its buses. */
static bool is_bus(const char *part, size_t len, const char *word)
{
	size_t word_len = strlen(word);

	return len > word_len && !strncmp(part, word, word_len) &&
	       strspn(part + word_len, "0123456789") == len - word_len;
}

const char *gpio_sleep_bus(const char *device_path)
{
	static const struct {
		const char *word;
		const char *name;
	} buses[] = {
		{"i2c-", "I2C"},
		{"spi",  "SPI"},
		{"usb",  "USB"}
	};

	for (const char *part = device_path; *part;) {
		size_t len = strcspn(part, "/");

		for (size_t i = 0; i < sizeof(buses) / sizeof(buses[0]); i++)
			if (is_bus(part, len, buses[i].word))
				return buses[i].name;
		if (len > 9 && !strncmp(part + len - 9, ":firmware", 9))
			return "the firmware";
		part += len + (part[len] == '/');
	}
	return NULL;
}

enum kakou_err gpio_sleep_check(const struct gpio_line *line, const char *chip_name,
				struct why *why)
{
	char link[PATH_MAX], path[PATH_MAX];
	const char *bus;

	if (!line->must_not_sleep)
		return KAKOU_OK;
	(void)snprintf(link, sizeof(link), "%s/%s", gpio_sleep_devices, chip_name);
	if (!realpath(link, path))
		return why_set(why, KAKOU_E_INVALID,
			       "line \"%s\" must not sleep, and where its chip %s is "
			       "can't be seen: %s: %s",
			       line->name, chip_name, link, strerror(errno));
	bus = gpio_sleep_bus(path);
	if (bus)
		return why_set(why, KAKOU_E_INVALID,
			       "line \"%s\" moves or protects, and its chip %s is behind "
			       "%s and sleeps; expected a line of the processor itself",
			       line->name, chip_name, bus);
	return KAKOU_OK;
}

enum kakou_err gpio_chip_explain_missing(const struct gpio_line *line, struct why *why)
{
	if (line->is_numbered)
		return why_set(why, KAKOU_E_NOTFOUND,
			       "no line %u on the GPIO chip of line \"%s\"", line->offset,
			       line->name);
	return why_set(why, KAKOU_E_NOTFOUND, "no line \"%s\" on the GPIO chips named",
		       line->name);
}

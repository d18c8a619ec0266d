/* SPDX-License-Identifier: MIT */
/*
 * The kernel's watchdogs.
 *
 * Layer: hal, linux.
 */
#include "hal/watchdog.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/watchdog.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "hal/text.h"

enum { NUMBERS = 16, PATH_BYTES = 64 };

struct watchdog {
	int fd;
	int timeout_s;
};

/* An attribute in /sys, without its newline; false when it is not there. Opening the device
 * instead would start it. */
static bool read_attribute(int number, const char *name, char *to, size_t size)
{
	char path[PATH_BYTES];
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "/sys/class/watchdog/watchdog%d/%s", number, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	got = read(fd, to, size - 1);
	close(fd);
	to[got > 0 ? got : 0] = '\0';
	to[strcspn(to, "\n")] = '\0';
	return got > 0;
}

static uint32_t causes_of(long flags)
{
	uint32_t causes = 0;

	if (flags & WDIOF_CARDRESET)
		causes |= WATCHDOG_CAUSE_WATCHDOG;
	if (flags & (WDIOF_OVERHEAT | WDIOF_FANFAULT))
		causes |= WATCHDOG_CAUSE_HEAT;
	if (flags & (WDIOF_POWERUNDER | WDIOF_POWEROVER))
		causes |= WATCHDOG_CAUSE_POWER;
	return causes;
}

enum kakou_err watchdog_find(struct watchdog_found *out, const char *identity,
			     struct why *why)
{
	char seen[160] = "", text[64];
	size_t used = 0;

	for (int number = 0; number < NUMBERS; number++) {
		if (!read_attribute(number, "identity", text, sizeof(text)))
			continue;
		if (strcmp(text, identity) == 0) {
			*out = (struct watchdog_found){.number = (uint8_t)number};
			text_copy(out->identity, sizeof(out->identity), text);
			if (read_attribute(number, "bootstatus", text, sizeof(text)))
				out->causes = causes_of(strtol(text, NULL, 0));
			return KAKOU_OK;
		}
		if (used < sizeof(seen))
			used += (size_t)snprintf(seen + used, sizeof(seen) - used,
						 "%s\"%s\"", used ? ", " : "", text);
	}
	return why_set(why, KAKOU_E_NOTFOUND, "no watchdog \"%s\", expected one of: %s",
		       identity, seen[0] ? seen : "none is there");
}

static enum kakou_err refuse(struct why *why, const char *path)
{
	enum kakou_err err = errno == ENOENT || errno == ENODEV ? KAKOU_E_NOTFOUND
			     : errno == EACCES || errno == EPERM || errno == EBUSY
				     ? KAKOU_E_DENIED
				     : KAKOU_E_IO;

	return why_set(why, err, "%s: %s", path,
		       errno == EBUSY ? "somebody else has it" : strerror(errno));
}

enum kakou_err watchdog_open(struct watchdog **out, const struct watchdog_found *info,
			     int32_t timeout_s, struct why *why)
{
	struct watchdog *watchdog = calloc(1, sizeof(*watchdog));
	char path[PATH_BYTES];
	enum kakou_err err;

	if (!watchdog)
		return why_set(why, KAKOU_E_NOMEM, "no memory for the watchdog");
	snprintf(path, sizeof(path), "/dev/watchdog%d", info->number);
	watchdog->timeout_s = timeout_s;
	watchdog->fd = open(path, O_WRONLY | O_CLOEXEC);
	if (watchdog->fd < 0) {
		err = refuse(why, path);
		free(watchdog);
		return err;
	}
	/* A driver without a timeout of its choice keeps its own. */
	if (ioctl(watchdog->fd, WDIOC_SETTIMEOUT, &watchdog->timeout_s) &&
	    ioctl(watchdog->fd, WDIOC_GETTIMEOUT, &watchdog->timeout_s)) {
		err = refuse(why, path);
		watchdog_close(watchdog);
		return err;
	}
	*out = watchdog;
	return KAKOU_OK;
}

int32_t watchdog_timeout_s(const struct watchdog *watchdog)
{
	return watchdog->timeout_s;
}

enum kakou_err watchdog_kick(struct watchdog *watchdog)
{
	return write(watchdog->fd, "k", 1) == 1 ? KAKOU_OK : KAKOU_E_IO;
}

void watchdog_close(struct watchdog *watchdog)
{
	if (!watchdog)
		return;
	(void)!write(watchdog->fd, "V", 1);
	close(watchdog->fd);
	free(watchdog);
}

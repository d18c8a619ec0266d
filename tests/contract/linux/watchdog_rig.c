/* SPDX-License-Identifier: MIT */
/*
 * The kernel's watchdogs, made of files: tests/fault/watchdog_device.c is linked in.
 */
#include "tests/contract/watchdog_rig.h"

#include "tests/fault/watchdog_device.c"

#include "hal/watchdog.h"

static char folder[64];

static void put(const char *name, const char *text)
{
	char path[PATH_BYTES];
	FILE *file;

	place(path, 3, name);
	file = fopen(path, "w");
	if (!file)
		abort();
	fputs(text, file);
	fclose(file);
}

static void take_away(const char *name)
{
	char path[PATH_BYTES];

	place(path, 3, name);
	(void)unlink(path);
}

void watchdog_rig_clean(void)
{
	static const char *const names[] = {"identity", "bootstatus", "busy", "kicks",
					    "timeout"};

	for (size_t i = 0; folder[0] && i < sizeof(names) / sizeof(names[0]); i++)
		take_away(names[i]);
	if (folder[0])
		(void)rmdir(folder);
	folder[0] = '\0';
}

/* It is number 3 of the machine. */
void watchdog_rig_set(const char *identity, uint32_t causes)
{
	char text[64];
	int flags = (causes & WATCHDOG_CAUSE_WATCHDOG ? WDIOF_CARDRESET : 0) |
		    (causes & WATCHDOG_CAUSE_HEAT ? WDIOF_OVERHEAT : 0) |
		    (causes & WATCHDOG_CAUSE_POWER ? WDIOF_POWERUNDER : 0);

	watchdog_rig_clean();
	snprintf(folder, sizeof(folder), "/tmp/watchdog-XXXXXX");
	if (!mkdtemp(folder) || setenv("KAKOU_WATCHDOG_DIR", folder, 1))
		abort();
	snprintf(text, sizeof(text), "%s\n", identity);
	put("identity", text);
	snprintf(text, sizeof(text), "%d\n", flags);
	put("bootstatus", text);
}

void watchdog_rig_set_busy(bool is_busy)
{
	if (is_busy)
		put("busy", "");
	else
		take_away("busy");
}

static size_t read_kicks(char *to, size_t size)
{
	char path[PATH_BYTES];
	size_t got = 0;
	FILE *file;

	place(path, 3, "kicks");
	file = fopen(path, "r");
	if (file) {
		got = fread(to, 1, size, file);
		fclose(file);
	}
	return got;
}

int watchdog_rig_kicks(void)
{
	char kicks[256];
	size_t count = read_kicks(kicks, sizeof(kicks));
	int sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += kicks[i] != 'V';
	return sum;
}

/* Opened, and the last word was not the magic one. */
bool watchdog_rig_is_armed(void)
{
	char path[PATH_BYTES], kicks[256];
	size_t count = read_kicks(kicks, sizeof(kicks));

	place(path, 3, "kicks");
	return !access(path, F_OK) && (count == 0 || kicks[count - 1] != 'V');
}

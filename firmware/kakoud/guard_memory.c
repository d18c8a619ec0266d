/* SPDX-License-Identifier: MIT */
/*
 * What the guard remembers. Layer: firmware. Threads: main.
 */
#include "firmware/kakoud/guard_memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hal/file.h"
#include "hal/text.h"

enum { FILE_MAX = 512, PATH_BYTES = 256, RESETS_MAX = 1000000 };

static void name_file(char path[PATH_BYTES], const char *directory)
{
	snprintf(path, PATH_BYTES, "%s/last-boot", directory);
}

/* The rest of the line "KEY VALUE", cut off in place; NULL when the text does not begin so. */
static char *take_line(char **text, const char *key)
{
	size_t len = strlen(key);
	char *value = *text + len + 1;
	char *end;

	if (strncmp(*text, key, len) != 0 || (*text)[len] != ' ')
		return NULL;
	end = strchr(value, '\n');
	if (!end)
		return NULL;
	*end = '\0';
	*text = end + 1;
	return value;
}

static bool parse(struct guard_memory *out, char *text)
{
	char *boot = take_line(&text, "boot");
	char *resets = boot ? take_line(&text, "resets") : NULL;
	char *armed = resets ? take_line(&text, "armed") : NULL;
	char *reason = armed ? take_line(&text, "reason") : NULL;
	int64_t number = 0;

	if (!reason || strlen(boot) > GUARD_BOOT_MAX ||
	    strlen(reason) > GUARD_REASON_MAX ||
	    text_parse_integer(resets, 0, RESETS_MAX, &number) ||
	    (strcmp(armed, "0") != 0 && strcmp(armed, "1") != 0))
		return false;
	*out = (struct guard_memory){.resets = (int32_t)number,
				     .was_armed = armed[0] == '1'};
	text_copy(out->boot, sizeof(out->boot), boot);
	text_copy(out->reason, sizeof(out->reason), reason);
	return true;
}

enum kakou_err guard_memory_read(struct guard_memory *out, const char *directory,
				 struct why *why)
{
	char path[PATH_BYTES];
	char *text;
	size_t len;
	enum kakou_err err;

	name_file(path, directory);
	err = file_read_whole(path, FILE_MAX, &text, &len, why);
	if (err)
		return err;
	if (!parse(out, text))
		err = why_set(why, KAKOU_E_INVALID,
			      "%s: expected the lines boot, resets, armed and reason",
			      path);
	free(text);
	return err;
}

enum kakou_err guard_memory_write(const struct guard_memory *memory,
				  const char *directory, struct why *why)
{
	char path[PATH_BYTES], text[FILE_MAX];
	int len;

	name_file(path, directory);
	len = snprintf(text, sizeof(text), "boot %s\nresets %d\narmed %d\nreason %s\n",
		       memory->boot, memory->resets, memory->was_armed, memory->reason);
	return file_write_atomic(path, text, (size_t)len, 0600, why);
}

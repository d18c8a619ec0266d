/* SPDX-License-Identifier: MIT */
/*
 * The pictures of a record against the hashes in its events.
 *
 * Layer: firmware. Blocks on the disk.
 */
#include "firmware/kakou/log_pictures.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "firmware/kakou/cli.h"
#include "firmware/record/event.h"
#include "hal/file.h"
#include "hal/text.h"

enum { WHOLE_MAX = 16 * 1024 * 1024, PATH_BYTES = 512 };

bool log_pictures_begin(struct log_pictures *pictures, const char *given,
			const char *record)
{
	struct stat is;

	memset(pictures, 0, sizeof(*pictures));
	if (given)
		return text_copy(pictures->directory, sizeof(pictures->directory), given);
	(void)snprintf(pictures->directory, sizeof(pictures->directory), "%s/pictures",
		       record);
	return !stat(pictures->directory, &is) && S_ISDIR(is.st_mode);
}

static bool is_sound(const char *path, const char *hash)
{
	char found[PICTURE_HASH_CHARS + 1] = "";
	struct why why;
	char *data;
	size_t len;

	if (file_read_whole(path, WHOLE_MAX, &data, &len, &why))
		return false;
	picture_hash(data, len, found);
	free(data);
	return !strcmp(found, hash);
}

static void look_at(struct log_pictures *pictures, const char *hash)
{
	char path[PATH_BYTES + 96];

	if (!picture_find(pictures->directory, hash, path, sizeof(path))) {
		pictures->gone++;
		return;
	}
	pictures->kept++;
	if (is_sound(path, hash) || pictures->changed++)
		return;
	text_copy(pictures->first_changed, sizeof(pictures->first_changed), hash);
}

void log_pictures_take(void *arg, const char *bytes, size_t len)
{
	static const char kind[] = "\"kind\":\"picture\"";
	json_t *event = memmem(bytes, len, kind, sizeof(kind) - 1)
				? json_loadb(bytes, len, 0, NULL)
				: NULL;
	const char *hash = cli_text(json_object_get(event, "data"), "sha256");

	if (!strcmp(cli_text(event, "kind"), event_kind_name(EVENT_PICTURE)) &&
	    picture_is_hash(hash))
		look_at(arg, hash);
	json_decref(event);
}

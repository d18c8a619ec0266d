/* SPDX-License-Identifier: MIT */
/*
 * A restore that was begun. Layer: firmware.
 */
#include "firmware/care/begun.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hal/file.h"
#include "hal/text.h"

enum { TEXT_BYTES_MAX = (BEGUN_FILES_MAX + 2) * (BEGUN_PATH_MAX + 8) };

static void name_file(const char *config, char to[BEGUN_PATH_MAX + 1])
{
	const char *slash = strrchr(config, '/');
	int len = slash ? (int)(slash - config) + 1 : 0;

	(void)snprintf(to, BEGUN_PATH_MAX + 1, "%.*srestore-begun", len, config);
}

static int folder_len(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (int)(slash - path) : 0;
}

static enum kakou_err sync_folder_of(const char *path, struct why *why)
{
	char folder[BEGUN_PATH_MAX + 1];

	(void)snprintf(folder, sizeof(folder), "%.*s", folder_len(path), path);
	return file_sync_directory(folder[0] ? folder : ".", why);
}

/* ---- keeping it ------------------------------------------------------------------------ */

enum kakou_err begun_add(struct begun *begun, const char *path, struct why *why)
{
	struct begun_file *file = &begun->files[begun->count];

	if (begun->count == BEGUN_FILES_MAX)
		return why_set(why, KAKOU_E_FULL, "more than %d files to replace",
			       BEGUN_FILES_MAX);
	if (!text_copy(file->path, sizeof(file->path), path) || strchr(path, '\n'))
		return why_set(why, KAKOU_E_FULL, "%s: expected a shorter path", path);
	file->was_there = access(path, F_OK) == 0;
	begun->count++;
	return KAKOU_OK;
}

enum kakou_err begun_write(const char *config, const struct begun *begun, struct why *why)
{
	char path[BEGUN_PATH_MAX + 1];
	char *text = NULL;
	size_t len;
	FILE *to = open_memstream(&text, &len);
	enum kakou_err err;

	name_file(config, path);
	if (to)
		fprintf(to, "stamp %s\nstate %s\n", begun->stamp, begun->state_dir);
	for (size_t i = 0; to && i < begun->count; i++)
		fprintf(to, "%s %s\n", begun->files[i].was_there ? "had" : "new",
			begun->files[i].path);
	if (!to || fclose(to))
		err = why_set(why, KAKOU_E_NOMEM, "%s: no memory", path);
	else
		err = file_write_atomic(path, text, len, 0644, why);
	free(text);
	return err;
}

enum kakou_err begun_end(const char *config, struct why *why)
{
	char path[BEGUN_PATH_MAX + 1];

	name_file(config, path);
	if (unlink(path) && errno != ENOENT)
		return why_set(why, KAKOU_E_IO, "%s: %s", path, strerror(errno));
	return sync_folder_of(path, why);
}

bool begun_is_there(const char *config)
{
	char path[BEGUN_PATH_MAX + 1];

	name_file(config, path);
	return access(path, F_OK) == 0;
}

static bool take_line(struct begun *out, char *line)
{
	struct begun_file *file = &out->files[out->count];

	if (!strncmp(line, "stamp ", 6))
		return text_copy(out->stamp, sizeof(out->stamp), line + 6);
	if (!strncmp(line, "state ", 6))
		return text_copy(out->state_dir, sizeof(out->state_dir), line + 6);
	if ((strncmp(line, "had ", 4) != 0 && strncmp(line, "new ", 4) != 0) ||
	    out->count == BEGUN_FILES_MAX)
		return false;
	file->was_there = line[0] == 'h';
	out->count++;
	return text_copy(file->path, sizeof(file->path), line + 4);
}

enum kakou_err begun_read(const char *config, struct begun *out, struct why *why)
{
	char path[BEGUN_PATH_MAX + 1];
	char *text, *rest, *line;
	bool is_well = true;
	size_t len;
	enum kakou_err err;

	name_file(config, path);
	err = file_read_whole(path, TEXT_BYTES_MAX, &text, &len, why);
	if (err)
		return err;
	memset(out, 0, sizeof(*out));
	for (line = strtok_r(text, "\n", &rest); line && is_well;
	     line = strtok_r(NULL, "\n", &rest))
		is_well = take_line(out, line);
	free(text);
	return is_well && out->stamp[0]
		       ? KAKOU_OK
		       : why_set(why, KAKOU_E_INVALID,
				 "%s: expected what kakou restore writes", path);
}

/* ---- taking it back -------------------------------------------------------------------- */

void begun_name_aside(const struct begun *begun, const char *path,
		      char to[BEGUN_PATH_MAX + 64])
{
	(void)snprintf(to, BEGUN_PATH_MAX + 64, "%.*s/replaced-%s%s", folder_len(path),
		       path, begun->stamp, strrchr(path, '/'));
}

/* What was not set aside yet is still in its place. */
static enum kakou_err undo_file(const struct begun *begun, const struct begun_file *file,
				struct why *why)
{
	char aside[BEGUN_PATH_MAX + 64];

	begun_name_aside(begun, file->path, aside);
	if (file->was_there ? rename(aside, file->path) && errno != ENOENT
			    : unlink(file->path) && errno != ENOENT)
		return why_set(why, KAKOU_E_IO, "%s: %s", file->path, strerror(errno));
	*strrchr(aside, '/') = '\0';
	(void)rmdir(aside); /* once it is empty */
	return sync_folder_of(file->path, why);
}

enum kakou_err begun_undo(const struct begun *begun, struct why *why)
{
	enum kakou_err err = KAKOU_OK;

	for (size_t i = 0; i < begun->count && !err; i++)
		err = undo_file(begun, &begun->files[i], why);
	return err;
}

/* SPDX-License-Identifier: MIT */
/*
 * kakou restore: what it has begun, so that it ends whole or not at all.
 *
 * Layer: firmware. Blocks on the disk.
 */
#include "firmware/kakou/restore.h"

#include <stdio.h>
#include <string.h>

#include "firmware/care/notes.h"
#include "hal/clock.h"
#include "hal/text.h"

const char *const restore_record_tails[3] = {"", "-wal", "-shm"};

static const char *directory_of(const struct restore *restore, const char *place)
{
	return strcmp(place, "config") ? restore->site->state_dir
				       : restore->place.directory;
}

void restore_name_target(const struct restore *restore, const json_t *file,
			 char to[RESTORE_TARGET_BYTES])
{
	const char *directory = directory_of(restore, cli_text(file, "place"));
	size_t len = strlen(directory);

	(void)snprintf(to, RESTORE_TARGET_BYTES, "%s%s%s", directory,
		       len > 0 && directory[len - 1] == '/' ? "" : "/",
		       cli_text(file, "name"));
}

static enum kakou_err leave_note(const struct restore *restore, const char *what,
				 const char *detail, struct why *why)
{
	struct event event;

	event_begin(&event, EVENT_MAINTAINED, EVENT_NO_LANE, 0);
	event_add_text(&event, "what", what);
	event_add_text(&event, "actor", "root");
	event_add_text(&event, "screen", "kakou restore");
	event_add_text(&event, "detail", detail);
	event_add_number(&event, "at_wall_ms", clock_wall_ms());
	return notes_leave(restore->begun.state_dir, restore->place.kakou.uid,
			   restore->place.kakou.gid, &event, why);
}

enum kakou_err restore_note(const struct restore *restore, struct why *why)
{
	char detail[200];

	(void)snprintf(detail, sizeof(detail),
		       "backup of %s of %lld, %s, %s%s; replaced: replaced-%s",
		       cli_text(restore->manifest, "site"),
		       (long long)cli_integer(restore->manifest, "wall_ms"),
		       restore->with_keys ? "with keys" : "without keys",
		       restore->with_record ? "with the record" : "without the record",
		       restore->other_board ? ", of another board" : "",
		       restore->begun.stamp);
	return leave_note(restore, "restored", detail, why);
}

static enum kakou_err list_file(struct restore *restore, const json_t *file,
				struct why *why)
{
	bool is_record = !strcmp(cli_text(file, "name"), BACKUP_RECORD);
	char target[RESTORE_TARGET_BYTES];
	char path[PLACE_PATH_MAX + 144];
	enum kakou_err err = KAKOU_OK;

	if (is_record && !restore->with_record)
		return KAKOU_OK;
	restore_name_target(restore, file, target);
	for (size_t i = 0; !err && i < (is_record ? 3 : 1); i++) {
		(void)snprintf(path, sizeof(path), "%s%s", target,
			       restore_record_tails[i]);
		err = begun_add(&restore->begun, path, why);
	}
	return err;
}

enum kakou_err restore_begin(struct restore *restore, struct why *why)
{
	const json_t *file;
	size_t i;
	enum kakou_err err = KAKOU_OK;

	(void)text_copy(restore->begun.state_dir, sizeof(restore->begun.state_dir),
			restore->site->state_dir);
	json_array_foreach(restore->keys, i, file)
	{
		if (!err)
			err = list_file(restore, file, why);
	}
	json_array_foreach(json_object_get(restore->manifest, "files"), i, file)
	{
		if (!err)
			err = list_file(restore, file, why);
	}
	return err ? err : begun_write(restore->place.config, &restore->begun, why);
}

enum kakou_err restore_take_back(struct restore *restore, const struct begun *begun,
				 struct why *why)
{
	enum kakou_err err = begun_undo(begun, why);

	restore->begun = *begun;
	if (!err)
		err = leave_note(restore, "restore_undone", begun->stamp, why);
	return err ? err : begun_end(restore->place.config, why);
}

/* One that an earlier run did not end. */
int restore_undo(struct restore *restore)
{
	static struct begun begun; /* too large for the stack */
	struct why why = {""};
	enum kakou_err err = begun_read(restore->place.config, &begun, &why);

	if (err == KAKOU_E_NOTFOUND)
		return CLI_DONE;
	if (!err)
		err = restore_take_back(restore, &begun, &why);
	if (err)
		return cli_complain(restore->cli, CLI_FAILED, "%s", why.text);
	fprintf(restore->cli->err,
		"kakou restore: one that was begun at %s and did not end is taken back\n",
		begun.stamp);
	return CLI_DONE;
}

/* SPDX-License-Identifier: MIT */
/*
 * What came of an update, on its way into the record: kakoud may be away just then.
 *
 * Layer: firmware. Blocks on the disk and on kakoud.
 */
#include <stdlib.h>
#include <string.h>

#include "firmware/kakou/cmd_update.h"
#include "hal/file.h"

enum { FILE_MAX = 65536, PATH_BYTES = 256, PATIENCE_S = 5 };

static void name_file(const struct update_call *call, char path[PATH_BYTES])
{
	(void)snprintf(path, PATH_BYTES, "%s/notes", call->state);
}

/* A list; empty where there is none or it is damaged. */
static json_t *load(const struct update_call *call)
{
	char path[PATH_BYTES], *text;
	json_t *waiting = NULL;
	size_t len;

	name_file(call, path);
	if (!file_read_whole(path, FILE_MAX, &text, &len, NULL)) {
		waiting = json_loads(text, 0, NULL);
		free(text);
	}
	if (json_is_array(waiting))
		return waiting;
	json_decref(waiting);
	return json_array();
}

static void keep(struct cli *cli, const struct update_call *call, const json_t *waiting)
{
	char path[PATH_BYTES];
	char *text = json_dumps(waiting, JSON_COMPACT);
	struct why why = {""};

	name_file(call, path);
	if (text && file_write_atomic(path, text, strlen(text), 0600, &why))
		(void)cli_complain(cli, CLI_FAILED, "%s", why.text);
	free(text);
}

static bool tell_one(struct cli *cli, const json_t *note)
{
	json_t *result = NULL;

	if (cli_call_slowly(cli, "update.note", json_deep_copy(note), PATIENCE_S,
			    &result))
		return false;
	json_decref(result);
	return true;
}

/* The oldest first; what kakoud does not take now waits on. */
static void tell(struct cli *cli, const struct update_call *call, json_t *waiting)
{
	bool is_running = false;

	if (cli_find(cli, &is_running) || !is_running)
		return;
	while (json_array_size(waiting) > 0 &&
	       tell_one(cli, json_array_get(waiting, 0))) {
		(void)json_array_remove(waiting, 0);
		keep(cli, call, waiting);
	}
	cli_hang_up(cli);
}

static void add(json_t *note, const char *key, const char *text)
{
	if (text && text[0])
		(void)json_object_set_new(note, key, json_string(text));
}

void update_tell(struct cli *cli, const struct update_call *call, enum update_note what,
		 const char *version, const char *running, const char *slot,
		 const char *why)
{
	json_t *waiting = load(call), *note = json_object();

	add(note, "what", update_note_word(what));
	add(note, "version", version);
	add(note, "running", running);
	add(note, "slot", slot);
	add(note, "why", why);
	/* Full: kakoud has not answered over many starts. The oldest says least by then. */
	if (json_array_size(waiting) >= UPDATE_NOTES_MAX)
		(void)json_array_remove(waiting, 0);
	(void)json_array_append_new(waiting, note);
	keep(cli, call, waiting);
	tell(cli, call, waiting);
	json_decref(waiting);
}

void update_tell_waiting(struct cli *cli, const struct update_call *call)
{
	json_t *waiting = load(call);

	if (json_array_size(waiting) > 0)
		tell(cli, call, waiting);
	json_decref(waiting);
}

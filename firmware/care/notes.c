/* SPDX-License-Identifier: MIT */
/*
 * Notes. Layer: firmware.
 */
#include "firmware/care/notes.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hal/file.h"
#include "hal/text.h"

enum { PATH_BYTES = 256, NOTES_BYTES = NOTES_MAX * 1024 };

/* An event points to its keys, so that they come from here; and nothing else gets in. */
static const char *const keys[] = {
	"what",   "change", "person",      "role",       "actor",  "screen",
	"reason", "detail", "must_change", "at_wall_ms", "before", "after",
};

static const char *find_key(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strlen(keys[i]) == len && !memcmp(keys[i], name, len))
			return keys[i];
	return NULL;
}

static enum event_kind find_kind(const char *word)
{
	enum event_kind kind = 0;

	while (kind < EVENT_KIND_COUNT && strcmp(event_kind_name(kind), word) != 0)
		kind++;
	return kind;
}

static void name_file(const char *state_dir, char path[PATH_BYTES])
{
	(void)snprintf(path, PATH_BYTES, "%s/notes", state_dir);
}

/* ---- leaving --------------------------------------------------------------------------- */

/* event_add_text() has made control characters question marks, so that no tab or newline is in it. */
static void print_event(FILE *to, const struct event *event)
{
	fputs(event_kind_name((enum event_kind)event->kind), to);
	for (size_t i = 0; i < event->field_count; i++) {
		const struct event_field *field = &event->fields[i];

		if (field->text_at < 0)
			fprintf(to, "\t%s:%" PRId64, field->key, field->number);
		else
			fprintf(to, "\t%s=%s", field->key, event->text + field->text_at);
	}
	fputc('\n', to);
}

static size_t count_lines(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += *text == '\n';
	return count;
}

enum kakou_err notes_leave(const char *state_dir, uid_t owner, gid_t group,
			   const struct event *event, struct why *why)
{
	char path[PATH_BYTES];
	char *before = NULL;
	char *after = NULL;
	size_t len;
	FILE *to;
	enum kakou_err err;

	name_file(state_dir, path);
	err = file_read_whole(path, NOTES_BYTES, &before, &len, why);
	if (err && err != KAKOU_E_NOTFOUND)
		return err;
	if (before && count_lines(before) >= NOTES_MAX) {
		err = why_set(why, KAKOU_E_FULL,
			      "%s: has %d notes, expected kakoud to take them first",
			      path, NOTES_MAX);
		goto release;
	}
	to = open_memstream(&after, &len);
	if (to) {
		fputs(before ? before : "", to);
		print_event(to, event);
	}
	if (!to || fclose(to))
		err = why_set(why, KAKOU_E_NOMEM, "%s: no memory", path);
	else
		err = file_write_owned(path, after, len, 0600, owner, group, why);
	free(after);

release:
	free(before);
	return err;
}

/* ---- taking ---------------------------------------------------------------------------- */

static void add_field(struct event *event, char *field)
{
	size_t len = strcspn(field, "=:");
	const char *key = field[len] ? find_key(field, len) : NULL;
	int64_t number;

	if (!key)
		return;
	if (field[len] == '=')
		event_add_text(event, key, field + len + 1);
	else if (!text_parse_integer(field + len + 1, -EVENT_NUMBER_MAX, EVENT_NUMBER_MAX,
				     &number))
		event_add_number(event, key, number);
}

/* False: the line is no event. */
static bool read_line(char *line, struct event *event)
{
	char *at = line + strcspn(line, "\t");
	bool has_more = *at;
	enum event_kind kind;

	*at = '\0';
	kind = find_kind(line);
	if (kind == EVENT_KIND_COUNT)
		return false;
	event_begin(event, kind, EVENT_NO_LANE, 0);
	while (has_more) {
		char *field = at + 1;

		at = field + strcspn(field, "\t");
		has_more = *at;
		*at = '\0';
		add_field(event, field);
	}
	return true;
}

enum kakou_err notes_read(const char *state_dir,
			  enum kakou_err (*take)(void *arg, const struct event *event),
			  void *arg, size_t *count, struct why *why)
{
	char path[PATH_BYTES];
	struct event event;
	char *text;
	size_t len;
	enum kakou_err err;

	*count = 0;
	name_file(state_dir, path);
	err = file_read_whole(path, NOTES_BYTES, &text, &len, why);
	if (err)
		return err == KAKOU_E_NOTFOUND ? KAKOU_OK : err;
	for (char *line = text; *line && !err;) {
		char *end = line + strcspn(line, "\n");
		char *next = *end ? end + 1 : end;

		*end = '\0';
		if (read_line(line, &event)) {
			err = take(arg, &event);
			*count += !err;
		}
		line = next;
	}
	free(text);
	return err;
}

void notes_forget(const char *state_dir)
{
	char path[PATH_BYTES];

	name_file(state_dir, path);
	(void)unlink(path);
}

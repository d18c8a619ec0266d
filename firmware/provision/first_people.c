/* SPDX-License-Identifier: MIT */
/*
 * The first people of a gate. Layer: firmware.
 */
#include "firmware/provision/first_people.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware/care/notes.h"
#include "firmware/people/password.h"
#include "hal/clock.h"
#include "hal/file.h"

enum { PATH_BYTES = 256, GROUP = 4, GROUPS = 3 };

void first_people_make_password(char out[FIRST_PASSWORD_BYTES])
{
	static const char letters[] = "abcdefghjkmnpqrstuvwxyz123456789";
	unsigned char random[GROUP * GROUPS];
	size_t used = 0;

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		abort(); /* no kernel of the last ten years fails here */
	for (size_t i = 0; i < sizeof(random); i++) {
		if (i > 0 && i % GROUP == 0)
			out[used++] = '-';
		out[used++] = letters[random[i] % (sizeof(letters) - 1)];
	}
	out[used] = '\0';
	explicit_bzero(random, sizeof(random));
}

static void name_file(const char *state_dir, char path[PATH_BYTES])
{
	(void)snprintf(path, PATH_BYTES, "%s/people", state_dir);
}

enum kakou_err first_people_read(const char *state_dir, struct people *out,
				 struct why *why)
{
	char path[PATH_BYTES];

	name_file(state_dir, path);
	return people_load(path, out, why);
}

/* As the service manager makes it. */
static enum kakou_err make_state(const struct place *place, const char *state_dir,
				 struct why *why)
{
	if (mkdir(state_dir, 0700) == 0) {
		if (chown(state_dir, place->kakou.uid, place->kakou.gid) == 0)
			return KAKOU_OK;
	} else if (errno == EEXIST) {
		return KAKOU_OK;
	}
	return why_set(why, KAKOU_E_IO, "%s: %s", state_dir, strerror(errno));
}

static enum kakou_err save(const struct place *place, const char *state_dir,
			   const struct people *people, struct why *why)
{
	char path[PATH_BYTES];
	char text[PEOPLE_FILE_MAX];
	size_t len = people_write(people, text);
	enum kakou_err err;

	name_file(state_dir, path);
	err = file_write_owned(path, text, len, 0600, place->kakou.uid, place->kakou.gid,
			       why);
	explicit_bzero(text, sizeof(text));
	return err;
}

static enum kakou_err hash(const char *password, char out[PERSON_HASH_MAX + 1],
			   struct why *why)
{
	struct password_room *room;
	enum kakou_err err = password_room_create(&room);

	if (err)
		return why_set(why, err, "no memory for a password");
	err = password_hash(room, password, PASSWORD_COST, out, PERSON_HASH_MAX + 1);
	password_room_destroy(room);
	return err ? why_set(why, err, "a password can't be hashed: %s",
			     kakou_err_name(err))
		   : KAKOU_OK;
}

static enum kakou_err note(const struct place *place, const char *state_dir,
			   const char *name, enum role role, struct why *why)
{
	struct event event;

	event_begin(&event, EVENT_PEOPLE_CHANGED, EVENT_NO_LANE, 0);
	event_add_text(&event, "change", "add");
	event_add_text(&event, "person", name);
	event_add_text(&event, "role", role_name(role));
	event_add_text(&event, "actor", "root");
	event_add_text(&event, "screen", "kakou provision");
	event_add_number(&event, "must_change", 1);
	event_add_number(&event, "at_wall_ms", clock_wall_ms());
	return notes_leave(state_dir, place->kakou.uid, place->kakou.gid, &event, why);
}

/* The note first: a crash in between leaves a note too many, and never a person without one. */
static enum kakou_err add(const struct place *place, const char *state_dir,
			  struct people *people, const char *name, enum role role,
			  const char *password, struct why *why)
{
	char hashed[PERSON_HASH_MAX + 1];
	enum kakou_err err = password_check(password, name, why);

	if (!err)
		err = hash(password, hashed, why);
	if (!err)
		err = people_add(people, name, role, hashed, clock_wall_ms(), why);
	if (err)
		return err;
	people->person[people->count - 1].must_change = true;
	err = note(place, state_dir, name, role, why);
	return err ? err : save(place, state_dir, people, why);
}

enum kakou_err first_people_add(const struct place *place, const char *state_dir,
				const char *name, enum role role, const char *password,
				bool *is_there, struct why *why)
{
	struct people people;
	enum kakou_err err = make_state(place, state_dir, why);

	if (!err)
		err = first_people_read(state_dir, &people, why);
	if (err)
		return err;
	*is_there = people_find(&people, name) != NULL;
	if (!*is_there)
		err = add(place, state_dir, &people, name, role, password, why);
	explicit_bzero(&people, sizeof(people));
	return err;
}

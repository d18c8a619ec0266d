/* SPDX-License-Identifier: MIT */
/*
 * People. Layer: firmware.
 */
#include "firmware/people/people.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "hal/file.h"
#include "hal/text.h"

static const char first_line[] = "kakou people 1\n";

enum { FIELDS = 5 };

enum kakou_err people_check_name(const char *name, struct why *why)
{
	size_t len = strlen(name);

	if (len == 0 || len > PERSON_NAME_MAX || text_count_characters(name) < 0)
		return why_set(why, KAKOU_E_INVALID,
			       "name: got %zu bytes, expected 1 to %d of UTF-8", len,
			       PERSON_NAME_MAX);
	for (const char *c = name; *c; c++) {
		if ((unsigned char)*c <= ' ' || *c == 0x7F || *c == ':')
			return why_set(why, KAKOU_E_INVALID,
				       "name: got \"%s\", expected no space, colon or "
				       "control character",
				       name);
	}
	if (!strcmp(name, "root") || !strcmp(name, "customs"))
		return why_set(why, KAKOU_E_INVALID,
			       "name: got \"%s\", which means another in the record",
			       name);
	return KAKOU_OK;
}

struct person *people_find(struct people *people, const char *name)
{
	for (size_t i = 0; i < people->count; i++) {
		if (!strcmp(people->person[i].name, name))
			return &people->person[i];
	}
	return NULL;
}

enum kakou_err people_add(struct people *people, const char *name, enum role role,
			  const char *hash, int64_t wall_ms, struct why *why)
{
	struct person *person;
	enum kakou_err err = people_check_name(name, why);

	if (err)
		return err;
	if (people_find(people, name))
		return why_set(why, KAKOU_E_INVALID,
			       "name: got \"%s\", who is there already", name);
	if (people->count == PEOPLE_MAX)
		return why_set(why, KAKOU_E_FULL,
			       "there are %d people, expected at most "
			       "as many",
			       PEOPLE_MAX);
	person = &people->person[people->count++];
	memset(person, 0, sizeof(*person));
	text_copy(person->name, sizeof(person->name), name);
	text_copy(person->hash, sizeof(person->hash), hash);
	person->role = (uint8_t)role;
	person->changed_wall_ms = wall_ms;
	return KAKOU_OK;
}

void people_remove(struct people *people, const struct person *person)
{
	size_t i = (size_t)(person - people->person);

	people->count--;
	memmove(&people->person[i], &people->person[i + 1],
		(people->count - i) * sizeof(people->person[0]));
}

size_t people_count_supervisors(const struct people *people)
{
	size_t count = 0;

	for (size_t i = 0; i < people->count; i++)
		count += people->person[i].role == ROLE_SUPERVISOR &&
			 !people->person[i].is_locked;
	return count;
}

/* ---- the file -------------------------------------------------------------------------- */

/* Cuts the line at its colons. False: not as many fields as expected. */
static bool split(char *line, char *fields[FIELDS])
{
	size_t count = 0;

	for (char *at = line; at; count++) {
		char *colon = strchr(at, ':');

		if (count == FIELDS)
			return false;
		fields[count] = at;
		if (colon)
			*colon = '\0';
		at = colon ? colon + 1 : NULL;
	}
	return count == FIELDS;
}

static const char *const states[] = {"open", "locked", "open-given", "locked-given"};

/* Index into states; -1: none of them. */
static int find_state(const char *word)
{
	for (int i = 0; i < (int)(sizeof(states) / sizeof(states[0])); i++)
		if (!strcmp(states[i], word))
			return i;
	return -1;
}

static enum kakou_err parse_person(struct people *people, char *line, int number,
				   struct why *why)
{
	char *fields[FIELDS];
	struct why inner = {""};
	struct person *person;
	int64_t changed;
	int state;

	if (!split(line, fields))
		return why_set(why, KAKOU_E_INVALID,
			       "line %d: expected %d fields with colons between", number,
			       FIELDS);
	if (role_find(fields[1]) == ROLE_NONE)
		return why_set(why, KAKOU_E_INVALID,
			       "line %d: got role \"%s\", expected a role", number,
			       fields[1]);
	state = find_state(fields[2]);
	if (state < 0)
		return why_set(why, KAKOU_E_INVALID,
			       "line %d: got \"%s\", expected open or locked, or either "
			       "with -given",
			       number, fields[2]);
	if (text_parse_integer(fields[3], 0, INT64_MAX, &changed))
		return why_set(why, KAKOU_E_INVALID,
			       "line %d: got \"%s\", expected milliseconds", number,
			       fields[3]);
	if (fields[4][0] != '$' || strlen(fields[4]) > PERSON_HASH_MAX)
		return why_set(why, KAKOU_E_INVALID,
			       "line %d: expected a hash of crypt(5)", number);
	if (people_add(people, fields[0], role_find(fields[1]), fields[4], changed,
		       &inner))
		return why_set(why, KAKOU_E_INVALID, "line %d: %s", number, inner.text);
	person = &people->person[people->count - 1];
	person->is_locked = state & 1;
	person->must_change = state & 2;
	return KAKOU_OK;
}

enum kakou_err people_parse(const char *text, struct people *out, struct why *why)
{
	enum kakou_err err = KAKOU_OK;
	char *copy, *at, *end;
	int number = 1;

	memset(out, 0, sizeof(*out));
	if (strncmp(text, first_line, sizeof(first_line) - 1) != 0)
		return why_set(why, KAKOU_E_INVALID, "line 1: expected \"%.*s\"",
			       (int)sizeof(first_line) - 2, first_line);
	copy = strdup(text + sizeof(first_line) - 1);
	if (!copy)
		return why_set(why, KAKOU_E_NOMEM, "no memory for the people");
	for (at = copy; *at && !err; at = end + 1) {
		end = strchr(at, '\n');
		number++;
		if (!end) {
			err = why_set(why, KAKOU_E_INVALID, "line %d: is cut", number);
			break;
		}
		*end = '\0';
		err = parse_person(out, at, number, why);
	}
	free(copy);
	return err;
}

size_t people_write(const struct people *people, char to[PEOPLE_FILE_MAX])
{
	size_t used = sizeof(first_line) - 1;

	_Static_assert(PEOPLE_FILE_MAX >= PEOPLE_MAX * (PERSON_NAME_MAX + 12 + 13 + 21 +
							PERSON_HASH_MAX + 5) +
						  sizeof(first_line),
		       "everybody fits");
	memcpy(to, first_line, sizeof(first_line));
	for (size_t i = 0; i < people->count; i++) {
		const struct person *person = &people->person[i];

		used += (size_t)snprintf(
			to + used, PEOPLE_FILE_MAX - used, "%s:%s:%s:%" PRId64 ":%s\n",
			person->name, role_name((enum role)person->role),
			states[person->is_locked + 2 * person->must_change],
			person->changed_wall_ms, person->hash);
	}
	return used;
}

enum kakou_err people_load(const char *path, struct people *out, struct why *why)
{
	struct stat found;
	struct why inner = {""};
	char *text;
	size_t len;
	enum kakou_err err;

	memset(out, 0, sizeof(*out));
	if (stat(path, &found) && errno == ENOENT)
		return KAKOU_OK;
	err = file_read_whole(path, PEOPLE_FILE_MAX, &text, &len, why);
	if (err)
		return err;
	if (!stat(path, &found) && (found.st_mode & 077))
		err = why_set(why, KAKOU_E_DENIED,
			      "%s: has mode %04o, expected 0600: nobody but its owner "
			      "may read it",
			      path, (unsigned)found.st_mode & 07777u);
	else if (strlen(text) != len)
		err = why_set(why, KAKOU_E_INVALID, "%s: has a NUL in it", path);
	else if (people_parse(text, out, &inner))
		err = why_set(why, KAKOU_E_INVALID, "%s: %s", path, inner.text);
	explicit_bzero(text, len);
	free(text);
	return err;
}

enum kakou_err people_save(const struct people *people, const char *path, struct why *why)
{
	char *text = malloc(PEOPLE_FILE_MAX);
	enum kakou_err err;
	size_t len;

	if (!text)
		return why_set(why, KAKOU_E_NOMEM, "no memory for the people");
	len = people_write(people, text);
	err = file_write_atomic(path, text, len, 0600, why);
	explicit_bzero(text, len);
	free(text);
	return err;
}

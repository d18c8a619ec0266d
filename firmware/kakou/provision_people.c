/* SPDX-License-Identifier: MIT */
/*
 * kakou provision: the first people. Without a running kakoud they are put into its file, and it
 * records that at its start; with one it is asked, and lets root add the first supervisor only.
 *
 * Layer: firmware.
 */
#include <stdlib.h>
#include <string.h>

#include "firmware/kakou/cmd_provision.h"
#include "firmware/provision/first_people.h"
#include "hal/file.h"
#include "hal/text.h"

/* The first line of the file, or one that is made here. */
static int find_password(struct provision *provision, const struct answer_values *person,
			 char to[CLI_SECRET_MAX], bool *is_made)
{
	const char *path = answer_get(person, "person", "password_file");
	struct why why = {""};
	char *text;
	size_t len;

	*is_made = !path[0];
	if (*is_made) {
		first_people_make_password(to);
		return CLI_DONE;
	}
	if (file_read_secret(path, CLI_SECRET_MAX - 1, &text, &len, &why))
		return cli_complain(provision->cli, CLI_FAILED, "person %s: %s",
				    person->title, why.text);
	text[strcspn(text, "\n")] = '\0';
	(void)text_copy(to, CLI_SECRET_MAX, text);
	explicit_bzero(text, len);
	free(text);
	return CLI_DONE;
}

static void say(struct provision *provision, const char *name, const char *role,
		const char *password)
{
	json_t *person = json_pack("{s:s, s:s}", "name", name, "role", role);

	provision->has_changed = true;
	if (password)
		(void)json_object_set_new(person, "password", json_string(password));
	(void)json_array_append_new(json_object_get(provision->report, "people"), person);
	if (provision->cli->json)
		return;
	fprintf(provision->cli->out, "added    %s, %s", name, role);
	if (password)
		fprintf(provision->cli->out, ", with the password %s", password);
	fputs("; it has to be changed at the first login\n", provision->cli->out);
}

static int add_to_file(struct provision *provision, const char *name, const char *role,
		       const char *password, bool *is_there)
{
	struct why why = {""};

	if (first_people_add(&provision->place, provision->site->state_dir, name,
			     role_find(role), password, is_there, &why))
		return cli_complain(provision->cli, CLI_FAILED, "person %s: %s", name,
				    why.text);
	return CLI_DONE;
}

static bool is_known(const json_t *people, const char *name)
{
	const json_t *person;
	size_t i;

	json_array_foreach(json_object_get(people, "people"), i, person)
	{
		if (!strcmp(cli_text(person, "name"), name))
			return true;
	}
	return false;
}

static int ask_kakoud(struct provision *provision, const char *name, const char *role,
		      const char *password, bool *is_there)
{
	json_t *people;
	json_t *added;
	int exit = cli_call(provision->cli, "people", NULL, &people);

	if (exit)
		return exit;
	*is_there = is_known(people, name);
	json_decref(people);
	if (*is_there)
		return CLI_DONE;
	exit = cli_call_as(provision->cli, "people.add",
			   json_pack("{s:s, s:s, s:s, s:b, s:s}", "name", name, "role",
				     role, "password", password, "must_change", 1,
				     "screen", "kakou provision"),
			   &added);
	if (!exit)
		json_decref(added);
	return exit;
}

static int add(struct provision *provision, const struct answer_values *person)
{
	const char *role = answer_is_set(person, "person", "role")
				   ? answer_get(person, "person", "role")
				   : "officer";
	char password[CLI_SECRET_MAX];
	bool is_made;
	bool is_there = false;
	int exit = find_password(provision, person, password, &is_made);

	if (!exit)
		exit = provision->is_running ? ask_kakoud(provision, person->title, role,
							  password, &is_there)
					     : add_to_file(provision, person->title, role,
							   password, &is_there);
	if (!exit && !is_there)
		say(provision, person->title, role, is_made ? password : NULL);
	explicit_bzero(password, sizeof(password));
	return exit;
}

int provision_add_people(struct provision *provision)
{
	int exit = CLI_DONE;

	for (size_t i = 0; !exit && i < provision->answers.person_count; i++)
		exit = add(provision, &provision->answers.persons[i]);
	return exit;
}

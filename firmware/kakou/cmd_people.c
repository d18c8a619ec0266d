/* SPDX-License-Identifier: MIT */
/*
 * kakou people: who may come in, and what they are.
 *
 * Layer: firmware.
 */
#include "firmware/kakou/cli.h"

#include <inttypes.h>
#include <string.h>

static void add_state(struct cli_table *table, const json_t *person)
{
	int64_t kept_out_ms = cli_integer(person, "kept_out_ms");

	if (cli_flag(person, "is_locked"))
		cli_table_add(table, "locked");
	else if (kept_out_ms > 0)
		cli_table_add(table, "kept out for %" PRId64 " s",
			      kept_out_ms / 1000 + 1);
	else if (cli_flag(person, "must_change"))
		cli_table_add(table, "must change password");
	else
		cli_table_add(table, "open");
}

static void print_people(struct cli *cli, json_t *result)
{
	static const char *const heads[] = {"NAME", "ROLE", "STATE", "PASSWORD OF", NULL};
	json_t *people = json_object_get(result, "people");
	struct cli_table *table;
	char words[CLI_WORDS_MAX];
	json_t *person;
	size_t i;

	if (cli_text(result, "damage")[0]) {
		fprintf(cli->out,
			"nobody can log in: %s\n"
			"root puts the file right, and it is read again with the next "
			"login;\nor begins anew, which sets it aside as people.damaged, "
			"by\n"
			"  kakou people add NAME supervisor\n",
			cli_text(result, "damage"));
		return;
	}
	if (json_array_size(people) == 0) {
		fputs("nobody yet: root adds the first supervisor, by\n"
		      "  kakou people add NAME supervisor\n",
		      cli->out);
		return;
	}
	table = cli_table_create(heads);
	json_array_foreach(people, i, person)
	{
		cli_table_add(table, "%s", cli_word(person, "name"));
		cli_table_add(table, "%s", cli_word(person, "role"));
		add_state(table, person);
		cli_table_add(table, "%s",
			      cli_time(cli_integer(person, "changed_wall_ms"), words));
	}
	cli_table_print(table, cli->out);
	cli_table_destroy(table);
}

static void print_change(struct cli *cli, json_t *result)
{
	fprintf(cli->out, "%s, %s: done\n", cli_text(result, "name"),
		cli_text(result, "role"));
}

/* "people WORD NAME [ROLE]"; the method is "people.WORD". */
static const struct change {
	const char *word, *method;
	bool has_role, has_password;
} changes[] = {
	{"add",      "people.add",      true,  true },
	{"password", "people.password", false, true },
	{"role",     "people.role",     true,  false},
	{"lock",     "people.lock",     false, false},
	{"unlock",   "people.unlock",   false, false},
	{"remove",   "people.remove",   false, false},
};

static const struct change *find_change(const char *word)
{
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		if (!strcmp(changes[i].word, word))
			return &changes[i];
	}
	return NULL;
}

static int run_change(struct cli *cli, const struct change *change, const char *name,
		      const char *role, bool must_change)
{
	char password[CLI_SECRET_MAX];
	json_t *params;

	if (!name || change->has_role != (role != NULL))
		return cli_complain(cli, CLI_USAGE, "expected people %s NAME%s",
				    change->word, change->has_role ? " ROLE" : "");
	if (must_change && !change->has_password)
		return cli_complain(cli, CLI_USAGE,
				    "--must-change goes with add and password");
	if (change->has_password && !cli_read_new_secret(cli, "new password", password))
		return CLI_USAGE;
	params = json_pack("{s:s, s:s}", "name", name, "screen", "kakou");
	if (change->has_role)
		(void)json_object_set_new(params, "role", json_string(role));
	if (must_change)
		(void)json_object_set_new(params, "must_change", json_true());
	if (change->has_password) {
		(void)json_object_set_new(params, "password", json_string(password));
		explicit_bzero(password, sizeof(password));
	}
	return cli_show_as(cli, change->method, params, print_change);
}

int cmd_people(struct cli *cli, int argc, char **argv)
{
	const char *words[3];
	const struct change *change;
	bool must_change = false;
	const struct cli_option options[] = {
		{"--must-change", NULL, &must_change},
	};

	if (!cli_read_words(cli, argc, argv, options, 1, words, 0, 3))
		return CLI_USAGE;
	if (!words[0])
		return cli_show(cli, "people", NULL, print_people);
	change = find_change(words[0]);
	if (!change)
		return cli_complain(cli, CLI_USAGE,
				    "got \"%s\", expected add, password, role, lock, "
				    "unlock or remove",
				    words[0]);
	return run_change(cli, change, words[1], words[2], must_change);
}

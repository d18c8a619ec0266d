/* SPDX-License-Identifier: MIT */
/*
 * kakou release, correct, lock …: what a person asks of a lane.
 *
 * Layer: firmware.
 */
#include "firmware/kakou/cli.h"

#include <inttypes.h>
#include <string.h>

static void print_accepted(struct cli *cli, json_t *result)
{
	int64_t seq = cli_integer(result, "seq");

	if (seq)
		fprintf(cli->out, "%s accepted, event %" PRId64 "\n", cli->command->name,
			seq);
	else
		fprintf(cli->out, "%s accepted; the record can't be written now\n",
			cli->command->name);
}

enum { SHELF_MINUTES = 480, VALUE_BYTES = 72 };

/* "correct LANE SUBJECT VALUE", "choose LANE ORDER", "ack LANE ALARM", "shelve LANE ALARM MINUTES",
 * the rest "VERB LANE". */
static const struct verb {
	const char *name;
	bool needs_passage, has_subject, has_value;
} verbs[] = {
	{"release",   true,  false, false},
	{"inspect",   true,  false, false},
	{"return",    true,  false, false},
	{"hold",      true,  false, false},
	{"reset",     false, false, false},
	{"correct",   true,  true,  true },
	{"enter",     true,  true,  true },
	{"choose",    true,  false, true },
	{"regather",  true,  false, false},
	{"ask",       true,  false, false},
	{"lock",      false, false, false},
	{"open",      false, false, false},
	{"turn",      false, false, true },
	{"emergency", false, false, false},
	{"ack",       false, false, true },
	{"shelve",    false, false, true },
	{"answer",    false, false, false},
};

static const struct verb *find_verb(const char *name)
{
	const struct verb *verb = verbs;

	while (strcmp(verb->name, name) != 0)
		verb++; /* the table of subcommands has no other */
	return verb;
}

static json_t *pack_act(const struct verb *verb, const char *const words[3],
			const char *reason, int64_t passage)
{
	json_t *params = json_pack("{s:s, s:s, s:s, s:s, s:I}", "lane", words[0], "act",
				   verb->name, "reason", reason, "screen", "kakou",
				   "passage", (json_int_t)passage);

	if (verb->has_subject)
		(void)json_object_set_new(params, "subject", json_string(words[1]));
	if (verb->has_value)
		(void)json_object_set_new(params, "value",
					  json_string(words[verb->has_subject ? 2 : 1]));
	return params;
}

/* ---- shelving ------------------------------------------------------------------------------ */

/* "CODE MINUTES" is one value to the lane. */
int cmd_shelve(struct cli *cli, int argc, char **argv)
{
	const char *reason = NULL, *words[3];
	const struct cli_option options[] = {
		{"--reason", &reason, NULL},
	};
	char value[VALUE_BYTES];
	const char *given[3] = {NULL, value, NULL};
	int64_t minutes;

	if (!cli_read_words(cli, argc, argv, options, 1, words, 3, 3) ||
	    !cli_read_integer(cli, "MINUTES", words[2], 0, SHELF_MINUTES, 0, &minutes))
		return CLI_USAGE;
	if (!reason || !reason[0])
		return cli_complain(cli, CLI_USAGE, "got no --reason, expected why");
	given[0] = words[0];
	(void)snprintf(value, sizeof(value), "%.60s %d", words[1], (int)minutes);
	return cli_show_as(cli, "act", pack_act(find_verb("shelve"), given, reason, 0),
			   print_accepted);
}

/* ---- a second person ------------------------------------------------------------------------ */

/* Who approves logs in for this act alone, and out after it. Takes `params` over. */
static int act_approved(struct cli *cli, const char *second, json_t *params)
{
	char password[CLI_SECRET_MAX];
	json_t *login = NULL, *ended = NULL;
	int exit;

	if (!cli_read_secret(cli, "password of who approves", password)) {
		json_decref(params);
		return CLI_USAGE;
	}
	exit = cli_call(cli, "login",
			json_pack("{s:s, s:s, s:s}", "name", second, "password", password,
				  "screen", "kakou"),
			&login);
	explicit_bzero(password, sizeof(password));
	if (exit) {
		json_decref(params);
		return exit;
	}
	(void)json_object_set_new(params, "second",
				  json_string(cli_text(login, "ticket")));
	exit = cli_show_as(cli, "act", params, print_accepted);
	if (exit != CLI_UNREACHABLE &&
	    !cli_call(cli, "logout",
		      json_pack("{s:s}", "ticket", cli_text(login, "ticket")), &ended))
		json_decref(ended);
	json_decref(login);
	return exit;
}

int cmd_act(struct cli *cli, int argc, char **argv)
{
	const struct verb *verb = find_verb(argv[0]);
	bool is_release = !strcmp(verb->name, "release");
	const char *passage_text = NULL, *reason = NULL, *second = NULL;
	const char *words[3];
	const struct cli_option options[] = {
		{"--passage", &passage_text, NULL},
		{"--reason",  &reason,       NULL},
		{"--second",  &second,       NULL}, /* release alone has it */
	};
	int count = 1 + verb->has_subject + verb->has_value;
	int64_t passage;

	if (!cli_read_words(cli, argc, argv, options, is_release ? 3 : 2, words, count,
			    count) ||
	    !cli_read_integer(cli, "--passage", passage_text, verb->needs_passage ? 1 : 0,
			      INT64_MAX, 0, &passage))
		return CLI_USAGE;
	if (!passage_text && verb->needs_passage)
		return cli_complain(cli, CLI_USAGE,
				    "got no --passage, expected the number of the "
				    "passage that is meant");
	if (!reason || !reason[0])
		return cli_complain(cli, CLI_USAGE, "got no --reason, expected why");
	if (second)
		return act_approved(cli, second, pack_act(verb, words, reason, passage));
	return cli_show_as(cli, "act", pack_act(verb, words, reason, passage),
			   print_accepted);
}

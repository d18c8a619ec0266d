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
	fprintf(cli->out, "%s accepted, event %" PRId64 "\n", cli->command->name,
		cli_integer(result, "seq"));
}

/* "correct LANE SUBJECT VALUE", "choose LANE ORDER", "ack LANE ALARM", the rest "VERB LANE". */
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

int cmd_act(struct cli *cli, int argc, char **argv)
{
	const struct verb *verb = find_verb(argv[0]);
	const char *passage_text = NULL;
	const char *reason = NULL;
	const char *words[3];
	const struct cli_option options[] = {
		{"--passage", &passage_text, NULL},
		{"--reason",  &reason,       NULL},
	};
	int count = 1 + verb->has_subject + verb->has_value;
	int64_t passage;

	if (!cli_read_words(cli, argc, argv, options, 2, words, count, count) ||
	    !cli_read_integer(cli, "--passage", passage_text, verb->needs_passage ? 1 : 0,
			      INT64_MAX, 0, &passage))
		return CLI_USAGE;
	if (!passage_text && verb->needs_passage)
		return cli_complain(cli, CLI_USAGE,
				    "got no --passage, expected the number of the "
				    "passage that is meant");
	if (!reason || !reason[0])
		return cli_complain(cli, CLI_USAGE, "got no --reason, expected why");
	return cli_show_as(cli, "act", pack_act(verb, words, reason, passage),
			   print_accepted);
}

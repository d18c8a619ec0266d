/* SPDX-License-Identifier: MIT */
/*
 * kakou offline: what was cleared without customs, and how it was settled; kakou tares: what
 * vehicles weighed when they passed empty.
 *
 * Layer: firmware.
 */
#include <inttypes.h>
#include <string.h>

#include "firmware/kakou/cmd_registry.h"

static void print_offline(struct cli *cli, json_t *result)
{
	static const char *const heads[] = {"PASSAGE", "LANE",  "PLATE", "ORDER",  "AGE",
					    "CLEARED", "STATE", "BY",    "REASON", NULL};
	struct cli_table *table = cli_table_create(heads);
	char age[CLI_WORDS_MAX], cleared[CLI_WORDS_MAX];
	size_t i;
	const json_t *one;

	json_array_foreach(json_object_get(result, "items"), i, one)
	{
		cli_table_add(table, "%" PRId64, cli_integer(one, "passage"));
		cli_table_add(table, "%s", cli_word(one, "lane"));
		cli_table_add(table, "%s", cli_word(one, "plate"));
		cli_table_add(table, "%s", cli_word(one, "number"));
		cli_table_add(table, "%s", cli_age(one, "age_ms", age));
		cli_table_add(table, "%s",
			      cli_time(cli_integer(one, "cleared_wall_ms"), cleared));
		cli_table_add(table, "%s", cli_word(one, "state"));
		cli_table_add(table, "%s", cli_word(one, "by"));
		cli_table_add(table, "%s", cli_word(one, "reason"));
	}
	cli_table_print(table, cli->out);
	cli_table_destroy(table);
}

static void print_settled(struct cli *cli, json_t *result)
{
	fprintf(cli->out, "settled, event %" PRId64 "\n", cli_integer(result, "seq"));
}

static int settle(struct cli *cli, const char *passage_text, const char *outcome,
		  const char *reason)
{
	int64_t passage;

	if (!cli_read_integer(cli, "N", passage_text, 1, INT64_MAX, 0, &passage))
		return CLI_USAGE;
	if (!reason || !reason[0])
		return cli_complain(cli, CLI_USAGE, "got no --reason, expected why");
	return cli_show_as(cli, "offline.settle",
			   json_pack("{s:I, s:s, s:s, s:s}", "passage",
				     (json_int_t)passage, "outcome", outcome, "reason",
				     reason, "screen", "kakou"),
			   print_settled);
}

int cmd_offline(struct cli *cli, int argc, char **argv)
{
	const char *reason = NULL;
	bool all = false;
	const char *words[3];
	const struct cli_option options[] = {
		{"--all",    NULL,    &all},
		{"--reason", &reason, NULL},
	};

	if (!cli_read_words(cli, argc, argv, options, 2, words, 0, 3))
		return CLI_USAGE;
	if (!words[0] || (!strcmp(words[0], "list") && !words[1]))
		return cli_show(cli, "offline.list", json_pack("{s:b}", "open", !all),
				print_offline);
	if (!strcmp(words[0], "settle") && words[2])
		return settle(cli, words[1], words[2], reason);
	return cli_complain(cli, CLI_USAGE, "got \"%s\", expected: kakou offline %s",
			    words[0], cli->command->synopsis);
}

static void print_tares(struct cli *cli, json_t *result)
{
	static const char *const heads[] = {"PLATE", "PASSAGES", "LAST", "WEIGHTS_G",
					    NULL};
	struct cli_table *table = cli_table_create(heads);
	char last[CLI_WORDS_MAX];
	size_t i;
	const json_t *one;

	json_array_foreach(json_object_get(result, "items"), i, one)
	{
		cli_table_add(table, "%s", cli_word(one, "plate"));
		cli_table_add(table, "%" PRId64, cli_integer(one, "count"));
		cli_table_add(table, "%s",
			      cli_time(cli_integer(one, "at_wall_ms"), last));
		cli_table_add(table, "%s", cli_word(one, "weights_g"));
	}
	cli_table_print(table, cli->out);
	cli_table_destroy(table);
}

int cmd_tares(struct cli *cli, int argc, char **argv)
{
	const char *plate = NULL;
	const struct cli_option options[] = {
		{"--plate", &plate, NULL},
	};
	json_t *params;

	if (!cli_read_words(cli, argc, argv, options, 1, NULL, 0, 0))
		return CLI_USAGE;
	params = json_object();
	if (plate)
		(void)json_object_set_new(params, "plate", json_string(plate));
	return cli_show(cli, "tares.list", params, print_tares);
}

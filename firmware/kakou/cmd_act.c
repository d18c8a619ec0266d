/* SPDX-License-Identifier: MIT */
/*
 * kakou release, inspect, return, hold, reset: what a person asks of a lane.
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

int cmd_act(struct cli *cli, int argc, char **argv)
{
	bool is_reset = !strcmp(argv[0], "reset");
	const char *passage_text = NULL;
	const char *reason = NULL;
	const char *lane;
	const struct cli_option options[] = {
		{"--passage", &passage_text, NULL},
		{"--reason",  &reason,       NULL},
	};
	int64_t passage;

	if (!cli_read_words(cli, argc, argv, options, 2, &lane, 1, 1) ||
	    !cli_read_integer(cli, "--passage", passage_text, is_reset ? 0 : 1, INT64_MAX,
			      0, &passage))
		return CLI_USAGE;
	if (!passage_text && !is_reset)
		return cli_complain(cli, CLI_USAGE,
				    "got no --passage, expected the number of the "
				    "passage that is meant");
	if (!reason || !reason[0])
		return cli_complain(cli, CLI_USAGE, "got no --reason, expected why");
	return cli_show_as(cli, "act",
			   json_pack("{s:s, s:I, s:s, s:s, s:s}", "lane", lane, "passage",
				     (json_int_t)passage, "act", argv[0], "reason",
				     reason, "screen", "kakou"),
			   print_accepted);
}

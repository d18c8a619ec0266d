/* SPDX-License-Identifier: MIT */
/*
 * kakou emergency-mode: vehicles pass one by one, with a record, for a limited time.
 *
 * Layer: firmware.
 */
#include <inttypes.h>

#include "firmware/kakou/cli.h"

enum { MINUTES_MAX = 72 * 60 };

static void print_accepted(struct cli *cli, json_t *result)
{
	fprintf(cli->out, "accepted, event %" PRId64 "\n", cli_integer(result, "seq"));
}

int cmd_mode(struct cli *cli, int argc, char **argv)
{
	const char *minutes_text = NULL, *reason = NULL, *lane;
	bool ends = false;
	const struct cli_option options[] = {
		{"--minutes", &minutes_text, NULL },
		{"--reason",  &reason,       NULL },
		{"--off",     NULL,          &ends},
	};
	int64_t minutes;

	if (!cli_read_words(cli, argc, argv, options, 3, &lane, 1, 1) ||
	    !cli_read_integer(cli, "--minutes", minutes_text, 1, MINUTES_MAX, 0,
			      &minutes))
		return CLI_USAGE;
	if (ends == (minutes_text != NULL))
		return cli_complain(cli, CLI_USAGE,
				    "expected either --minutes N or --off");
	if (!reason || !reason[0])
		return cli_complain(cli, CLI_USAGE, "got no --reason, expected why");
	return cli_show_as(cli, "lane.mode",
			   json_pack("{s:s, s:I, s:s, s:s}", "lane", lane, "minutes",
				     (json_int_t)minutes, "reason", reason, "screen",
				     "kakou"),
			   print_accepted);
}

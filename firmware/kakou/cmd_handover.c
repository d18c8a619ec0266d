/* SPDX-License-Identifier: MIT */
/*
 * kakou handover: who is logged in here leaves, who takes over logs in.
 *
 * Layer: firmware.
 */
#include "firmware/kakou/cli.h"

#include <string.h>

static void print_handover(struct cli *cli, json_t *result)
{
	static const char *const lists[] = {"holds", "locked", "bypasses", "alarms",
					    "calls"};

	fprintf(cli->out, "%s hands over to %s\n", cli_text(result, "from"),
		cli_text(result, "to"));
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		fprintf(cli->out, "%-9s %s\n", lists[i], cli_word(result, lists[i]));
}

static int hand_over(struct cli *cli, json_t *login, const char *reason)
{
	json_t *result;
	int exit = cli_call_as(cli, "handover",
			       json_pack("{s:s, s:s, s:s}", "incoming",
					 cli_text(login, "ticket"), "reason", reason,
					 "screen", "kakou"),
			       &result);

	if (exit)
		return exit;
	if (!cli_keep_ticket(cli, cli_text(login, "ticket")))
		exit = CLI_FAILED;
	else if (cli->json)
		cli_print_json(cli, result);
	else
		print_handover(cli, result);
	json_decref(result);
	return exit;
}

int cmd_handover(struct cli *cli, int argc, char **argv)
{
	char password[CLI_SECRET_MAX];
	const char *reason = NULL;
	const struct cli_option options[] = {
		{"--reason", &reason, NULL}
	};
	const char *name;
	json_t *params, *login;
	int exit;

	if (!cli_read_words(cli, argc, argv, options, 1, &name, 1, 1) ||
	    !cli_read_secret(cli, "password of who takes over", password))
		return CLI_USAGE;
	params = json_pack("{s:s, s:s, s:s}", "name", name, "password", password,
			   "screen", "kakou");
	explicit_bzero(password, sizeof(password));
	exit = cli_call(cli, "login", params, &login);
	if (exit)
		return exit;
	exit = hand_over(cli, login, reason && reason[0] ? reason : "end of shift");
	json_decref(login);
	return exit;
}

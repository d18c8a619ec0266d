/* SPDX-License-Identifier: MIT */
/*
 * kakou login, logout, whoami, password: who is at this terminal.
 *
 * Layer: firmware.
 */
#include "firmware/kakou/cli.h"

#include <inttypes.h>
#include <string.h>

/* Keeps the ticket of a result and takes it out, so that it is not shown. */
static bool keep(struct cli *cli, json_t *result)
{
	bool is_kept = cli_keep_ticket(cli, cli_text(result, "ticket"));

	(void)json_object_del(result, "ticket");
	return is_kept;
}

static void print_person(struct cli *cli, json_t *result)
{
	fprintf(cli->out, "%s, %s, for %" PRId64 " min at most\n",
		cli_text(result, "name"), cli_text(result, "role"),
		cli_integer(result, "ends_ms") / 60000);
	if (cli_flag(result, "must_change"))
		fputs("the password is one that another gave: change it first, by\n"
		      "  kakou password\n",
		      cli->out);
}

/* Shows a person once the ticket is kept; takes the result over. */
static int finish(struct cli *cli, json_t *result)
{
	int exit = keep(cli, result) ? CLI_DONE : CLI_FAILED;

	if (!exit && cli->json)
		cli_print_json(cli, result);
	else if (!exit)
		print_person(cli, result);
	json_decref(result);
	return exit;
}

int cmd_login(struct cli *cli, int argc, char **argv)
{
	char password[CLI_SECRET_MAX];
	const char *name;
	json_t *params, *result;
	int exit;

	if (!cli_read_words(cli, argc, argv, NULL, 0, &name, 1, 1) ||
	    !cli_read_secret(cli, "password", password))
		return CLI_USAGE;
	params = json_pack("{s:s, s:s, s:s}", "name", name, "password", password,
			   "screen", "kakou");
	explicit_bzero(password, sizeof(password));
	exit = cli_call(cli, "login", params, &result);
	return exit ? exit : finish(cli, result);
}

static void print_logout(struct cli *cli, json_t *result)
{
	(void)result;
	fputs("logged out\n", cli->out);
}

int cmd_logout(struct cli *cli, int argc, char **argv)
{
	int exit;

	if (!cli_read_none(cli, argc, argv))
		return CLI_USAGE;
	exit = cli_show_as(cli, "logout", json_object(), print_logout);
	if (exit != CLI_UNREACHABLE)
		cli_drop_ticket(cli);
	return exit;
}

int cmd_whoami(struct cli *cli, int argc, char **argv)
{
	if (!cli_read_none(cli, argc, argv))
		return CLI_USAGE;
	return cli_show_as(cli, "whoami", json_object(), print_person);
}

int cmd_password(struct cli *cli, int argc, char **argv)
{
	char password[CLI_SECRET_MAX], fresh[CLI_SECRET_MAX];
	json_t *params, *result;
	int exit;

	if (!cli_read_none(cli, argc, argv) ||
	    !cli_read_secret(cli, "password", password))
		return CLI_USAGE;
	if (!cli_read_new_secret(cli, "new password", fresh)) {
		explicit_bzero(password, sizeof(password));
		return CLI_USAGE;
	}
	params = json_pack("{s:s, s:s, s:s}", "password", password, "fresh", fresh,
			   "screen", "kakou");
	explicit_bzero(password, sizeof(password));
	explicit_bzero(fresh, sizeof(fresh));
	exit = cli_call_as(cli, "password", params, &result);
	return exit ? exit : finish(cli, result);
}

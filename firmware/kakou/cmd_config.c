/* SPDX-License-Identifier: MIT */
/*
 * kakou config: checks a site file or a board file, prints a sample, prints the manuals' lists of
 * keys.
 *
 * Layer: firmware.
 */
#include "firmware/kakou/cli.h"

#include <string.h>

#include "firmware/config/site.h"
#include "firmware/kakou/config_board.h"

static void print_well(struct cli *cli, const char *path, const struct site *site)
{
	json_t *value;

	if (!cli->json) {
		fprintf(cli->out,
			"%s: well: %zu lanes, %zu devices, %zu ports, %zu maps\n", path,
			site->lane_count, site->device_count, site->port_count,
			site->map_count);
		return;
	}
	value = json_pack("{s:s, s:b, s:I, s:I, s:I, s:I}", "path", path, "is_well", 1,
			  "lanes", (json_int_t)site->lane_count, "devices",
			  (json_int_t)site->device_count, "ports",
			  (json_int_t)site->port_count, "maps",
			  (json_int_t)site->map_count);
	cli_print_json(cli, value);
	json_decref(value);
}

static int check(struct cli *cli, const char *path)
{
	struct site *site;
	struct why why = {""};

	if (site_load(&site, path, &why)) {
		if (cli->json) {
			json_t *value = json_pack("{s:s, s:b, s:s}", "path", path,
						  "is_well", 0, "why", why.text);

			cli_print_json(cli, value);
			json_decref(value);
		}
		return cli_complain(cli, CLI_FAILED, "%s", why.text);
	}
	print_well(cli, path, site);
	site_free(site);
	return CLI_DONE;
}

int cmd_config(struct cli *cli, int argc, char **argv)
{
	const char *words[2];

	if (!cli_read_words(cli, argc, argv, NULL, 0, words, 1, 2))
		return CLI_USAGE;
	if (!strcmp(words[0], "check") && words[1])
		return check(cli, words[1]);
	if (!strcmp(words[0], "board") && words[1])
		return config_show_board(cli, words[1]);
	if (!strcmp(words[0], "sample") && !words[1])
		conf_print_sample(cli->out, site_keys, site_key_count);
	else if (!strcmp(words[0], "manual") && !words[1])
		conf_print_manual(cli->out, site_keys, site_key_count);
	else if (!strcmp(words[0], "board-manual") && !words[1])
		conf_print_manual(cli->out, board_keys, board_key_count);
	else
		return cli_complain(cli, CLI_USAGE,
				    "got \"%s\"%s, expected check FILE, board FILE, "
				    "sample, manual or board-manual",
				    words[0], words[1] ? " with a word" : "");
	return CLI_DONE;
}

/* SPDX-License-Identifier: MIT */
/*
 * kakou devices: the devices and their newest values.
 *
 * Layer: firmware.
 */
#include "firmware/kakou/cli.h"

#include <inttypes.h>

static void print_devices(struct cli *cli, json_t *result)
{
	static const char *const heads[] = {"DEVICE", "CLASS", "PORT",  "UNIT", "MAP",
					    "HEALTH", "AGE",   "VALUE", NULL};
	struct cli_table *table = cli_table_create(heads);
	const json_t *device;
	char age[CLI_WORDS_MAX];
	size_t i;

	json_array_foreach(json_object_get(result, "devices"), i, device)
	{
		cli_table_add(table, "%s", cli_word(device, "name"));
		cli_table_add(table, "%s", cli_word(device, "class"));
		cli_table_add(table, "%s", cli_word(device, "port"));
		cli_table_add(table, "%" PRId64, cli_integer(device, "unit"));
		cli_table_add(table, "%s", cli_word(device, "map"));
		cli_table_add(table, "%s", cli_word(device, "health"));
		cli_table_add(table, "%s", cli_age(device, "age_ms", age));
		cli_table_add(table, "%s%s", cli_word(device, "text"),
			      cli_flag(device, "is_stale") ? " (stale)" : "");
	}
	cli_table_print(table, cli->out);
	cli_table_destroy(table);
}

int cmd_devices(struct cli *cli, int argc, char **argv)
{
	if (!cli_read_none(cli, argc, argv))
		return CLI_USAGE;
	return cli_show(cli, "devices", NULL, print_devices);
}

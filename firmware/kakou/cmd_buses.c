/* SPDX-License-Identifier: MIT */
/*
 * kakou buses: the Modbus ports, their units, failures and pauses.
 *
 * Layer: firmware.
 */
#include "firmware/kakou/cli.h"

#include <inttypes.h>

static void add_unit(struct cli_table *table, const json_t *bus, const json_t *unit)
{
	int64_t backoff_ms = cli_integer(unit, "backoff_ms");
	bool has_failed = cli_integer(unit, "failures_in_row") > 0;
	char age[CLI_WORDS_MAX];

	cli_table_add(table, "%s", cli_word(bus, "port"));
	cli_table_add(table, "%s", cli_word(bus, "where"));
	cli_table_add(table, "%" PRId64, cli_integer(unit, "unit"));
	cli_table_add(table, "%s", cli_word(unit, "device"));
	cli_table_add(table, "%s", cli_word(unit, "health"));
	cli_table_add(table, "%s", cli_age(unit, "age_ms", age));
	cli_table_add(table, "%" PRId64, cli_integer(unit, "requests"));
	cli_table_add(table, "%" PRId64, cli_integer(unit, "errors"));
	cli_table_add(table, "%" PRId64, cli_integer(unit, "failures_in_row"));
	cli_table_add(table, backoff_ms ? "%" PRId64 " ms" : "-", backoff_ms);
	cli_table_add(table, "%" PRId64 " ms", cli_integer(bus, "cycle_ms"));
	cli_table_add(table, "%s", has_failed ? cli_word(unit, "why") : "-");
}

static void print_buses(struct cli *cli, json_t *result)
{
	static const char *const heads[] = {
		"PORT",   "WHERE",    "UNIT",     "DEVICE",  "HEALTH", "AGE", "ASKED",
		"ERRORS", "IN A ROW", "BACK-OFF", "LONGEST", "WHY",    NULL};
	struct cli_table *table = cli_table_create(heads);
	const json_t *bus;
	const json_t *unit;
	size_t i;
	size_t u;

	json_array_foreach(json_object_get(result, "buses"), i, bus)
	{
		json_array_foreach(json_object_get(bus, "units"), u, unit)
			add_unit(table, bus, unit);
	}
	cli_table_print(table, cli->out);
	cli_table_destroy(table);
}

int cmd_buses(struct cli *cli, int argc, char **argv)
{
	if (!cli_read_none(cli, argc, argv))
		return CLI_USAGE;
	return cli_show(cli, "buses", NULL, print_buses);
}

/* SPDX-License-Identifier: MIT */
/*
 * kakou stats: how many passed, how, and with what (过卡统计). kakoud counts; this prints.
 *
 * Layer: firmware. One thread.
 */
#include <string.h>

#include "firmware/kakou/cli.h"
#include "firmware/record/tally.h"
#include "hal/clock.h"

enum { PATIENCE_S = 65 };

/* ---- cells ------------------------------------------------------------------------------ */

static void add_number(struct cli_table *table, const json_t *row, const char *key)
{
	cli_table_add(table, "%lld", (long long)cli_integer(row, key));
}

/* A text, or what stands for null. */
static void add_text(struct cli_table *table, const json_t *row, const char *key,
		     const char *none)
{
	const char *text = json_string_value(json_object_get(row, key));

	cli_table_add(table, "%s", text ? text : none);
}

static void add_rate(struct cli_table *table, const json_t *row)
{
	const json_t *rate = json_object_get(row, "automatic_permille");

	if (!json_is_integer(rate)) {
		cli_table_add(table, "-");
		return;
	}
	cli_table_add(table, "%lld.%lld", (long long)json_integer_value(rate) / 10,
		      (long long)json_integer_value(rate) % 10);
}

/* What is not known is a number of its own behind what is: "12 +3?". */
static void add_known(struct cli_table *table, const json_t *row, const char *key,
		      const char *unknown)
{
	long long left = (long long)cli_integer(row, unknown);

	if (left > 0)
		cli_table_add(table, "%lld +%lld?", (long long)cli_integer(row, key),
			      left);
	else
		cli_table_add(table, "%lld", (long long)cli_integer(row, key));
}

static void add_cargo(struct cli_table *table, const json_t *row)
{
	add_number(table, row, "passed");
	add_number(table, row, "loaded");
	add_number(table, row, "empty");
	add_number(table, row, "load_unknown");
	add_known(table, row, "boxes", "boxes_unknown");
	add_known(table, row, "teu", "boxes_without_size");
	add_known(table, row, "gross_kg", "not_weighed");
}

/* ---- tables ------------------------------------------------------------------------------ */

static void add_row(struct cli_table *table, const json_t *row)
{
	add_number(table, row, "passages");
	add_number(table, row, "automatic");
	add_number(table, row, "manual");
	add_number(table, row, "not_lifted");
	add_rate(table, row);
	add_cargo(table, row);
}

static void print_rows(struct cli *cli, const json_t *result)
{
	static const char *const heads[] = {
		"DAY",        "SHIFT",  "DIR",      "PASSAGES", "AUTOMATIC", "MANUAL",
		"NOT LIFTED", "AUTO %", "PASSED",   "LOADED",   "EMPTY",     "LOAD ?",
		"BOXES",      "TEU",    "GROSS KG", NULL,
	};
	struct cli_table *table = cli_table_create(heads);
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(result, "rows"), i, row)
	{
		add_text(table, row, "day", "?");
		add_text(table, row, "shift", "all");
		add_text(table, row, "direction", "?");
		add_row(table, row);
	}
	if (i > 1) {
		cli_table_add(table, "all");
		cli_table_add(table, "all");
		cli_table_add(table, "all");
		add_row(table, json_object_get(result, "whole"));
	}
	cli_table_print(table, cli->out);
	cli_table_destroy(table);
}

static void print_types(struct cli *cli, const json_t *result)
{
	static const char *const heads[] = {
		"ORDER TYPE", "DIR",   "PASSED", "LOADED",   "EMPTY",
		"LOAD ?",     "BOXES", "TEU",    "GROSS KG", NULL,
	};
	const json_t *rows = json_object_get(result, "by_order_type");
	struct cli_table *table;
	const json_t *row;
	size_t i;

	if (json_array_size(rows) == 0)
		return;
	table = cli_table_create(heads);
	json_array_foreach(rows, i, row)
	{
		const json_t *type = json_object_get(row, "order_type");

		if (json_is_integer(type))
			add_number(table, row, "order_type");
		else
			cli_table_add(table, "?");
		add_text(table, row, "direction", "?");
		add_cargo(table, row);
	}
	fputc('\n', cli->out);
	cli_table_print(table, cli->out);
	cli_table_destroy(table);
}

static void print_manual(struct cli *cli, const json_t *result)
{
	static const char *const heads[] = {"OFFICER", "REASON", "MANUAL LIFTS", NULL};
	const json_t *rows = json_object_get(result, "manual_lifts");
	struct cli_table *table;
	const json_t *row;
	size_t i;

	if (json_array_size(rows) == 0)
		return;
	table = cli_table_create(heads);
	json_array_foreach(rows, i, row)
	{
		cli_table_add(table, "%s", cli_word(row, "officer"));
		cli_table_add(table, "%s", cli_word(row, "reason"));
		add_number(table, row, "count");
	}
	fputc('\n', cli->out);
	cli_table_print(table, cli->out);
	cli_table_destroy(table);
}

/* ---- the whole --------------------------------------------------------------------------- */

static int ask(struct cli *cli, const char *const names[], const char *const values[])
{
	json_t *params = json_object();
	json_t *result;
	int exit;

	for (size_t i = 0; names[i]; i++)
		if (values[i])
			(void)json_object_set_new(params, names[i],
						  json_string(values[i]));
	exit = cli_call_slowly(cli, "stats", params, PATIENCE_S, &result);
	if (exit)
		return exit;
	if (cli->json) {
		cli_print_json(cli, result);
	} else {
		print_rows(cli, result);
		print_types(cli, result);
		print_manual(cli, result);
	}
	json_decref(result);
	return CLI_DONE;
}

int cmd_stats(struct cli *cli, int argc, char **argv)
{
	static const char *const names[] = {"from", "to", "shifts", "lane", NULL};
	const char *values[4] = {NULL};
	const struct cli_option options[] = {
		{"--from",   &values[0], NULL},
		{"--to",     &values[1], NULL},
		{"--shifts", &values[2], NULL},
		{"--lane",   &values[3], NULL},
	};
	struct tally_query query;
	struct why why = {""};

	if (!cli_read_words(cli, argc, argv, options, 4, NULL, 0, 0))
		return CLI_USAGE;
	if (tally_query_read(&query, values[0] ? values[0] : "",
			     values[1] ? values[1] : "", values[2] ? values[2] : "",
			     clock_wall_ms(), &why))
		return cli_complain(cli, CLI_USAGE, "--%s", why.text);
	return ask(cli, names, values);
}

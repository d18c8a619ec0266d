/* SPDX-License-Identifier: MIT */
/*
 * kakou lanes, kakou lane: what each lane is doing.
 *
 * Layer: firmware.
 */
#include "firmware/kakou/cli.h"

#include <inttypes.h>
#include <string.h>

static bool is_in(const json_t *list, const json_t *value)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		if (json_equal(item, value))
			return true;
	}
	return false;
}

/* Those that nobody has acknowledged with a "!". */
static void add_alarms(struct cli_table *table, const json_t *lane)
{
	const json_t *alarms = json_object_get(lane, "alarms");
	char text[256] = "";
	size_t used = 0;
	const json_t *alarm;
	size_t i;

	json_array_foreach(alarms, i, alarm)
	{
		int n = snprintf(
			text + used, sizeof(text) - used, "%s%s%s", i ? " " : "",
			json_string_value(alarm),
			is_in(json_object_get(lane, "acknowledged"), alarm) ? "" : "!");

		if (n < 0 || (size_t)n >= sizeof(text) - used)
			break;
		used += (size_t)n;
	}
	cli_table_add(table, "%s", text[0] ? text : "-");
}

static void add_verdict(struct cli_table *table, const json_t *lane)
{
	const char *verdict = cli_text(lane, "verdict");

	if (verdict[0])
		cli_table_add(table, "%s by %s", verdict, cli_word(lane, "by"));
	else
		cli_table_add(table, "-");
}

static void add_evidence_count(struct cli_table *table, const json_t *lane)
{
	size_t count = json_array_size(json_object_get(lane, "evidence"));

	if (cli_integer(lane, "passage") > 0)
		cli_table_add(table, "%" PRId64 "/%zu", cli_integer(lane, "collected"),
			      count);
	else
		cli_table_add(table, "-");
}

static bool is_out(const json_t *lane)
{
	return !strcmp(cli_text(lane, "direction"), "E");
}

static bool is_unknown(const json_t *lane)
{
	return !strcmp(cli_text(lane, "turn"), "unknown");
}

/* The direction in force; "/" says that the lane has another one too. */
static const char *way_of(const json_t *lane)
{
	if (!cli_flag(lane, "is_reversible"))
		return is_out(lane) ? "out" : "in";
	if (is_unknown(lane))
		return "?/";
	return is_out(lane) ? "out/in" : "in/out";
}

static const char *turn_of(const json_t *lane)
{
	return is_unknown(lane) ? "direction unknown" : cli_text(lane, "turn");
}

void cmd_print_lanes(struct cli *cli, json_t *result)
{
	static const char *const heads[] = {
		"LANE",    "WAY",    "STATE", "SINCE", "PASSAGE", "PLATE",  "EVIDENCE",
		"VERDICT", "REASON", "ARM",   "LIGHT", "SIGN",    "ALARMS", NULL};
	struct cli_table *table = cli_table_create(heads);
	const json_t *lane;
	char age[CLI_WORDS_MAX];
	size_t i;

	json_array_foreach(json_object_get(result, "lanes"), i, lane)
	{
		int64_t passage = cli_integer(lane, "passage");

		cli_table_add(table, "%s", cli_word(lane, "name"));
		cli_table_add(table, "%s", way_of(lane));
		cli_table_add(table, "%s%s%s%s", cli_word(lane, "state"),
			      cli_text(lane, "turn")[0] ? ", " : "", turn_of(lane),
			      cli_flag(lane, "is_locked") ? ", locked" : "");
		cli_table_add(table, "%s", cli_age(lane, "state_age_ms", age));
		cli_table_add(table, passage > 0 ? "%" PRId64 : "-", passage);
		cli_table_add(table, "%s", cli_word(lane, "plate"));
		add_evidence_count(table, lane);
		add_verdict(table, lane);
		cli_table_add(table, "%s", cli_word(lane, "reason"));
		cli_table_add(table, "%s", cli_word(lane, "arm"));
		cli_table_add(table, "%s", cli_word(lane, "light"));
		cli_table_add(table, "%s", cli_word(lane, "sign"));
		add_alarms(table, lane);
	}
	cli_table_print(table, cli->out);
	cli_table_destroy(table);
}

int cmd_lanes(struct cli *cli, int argc, char **argv)
{
	if (!cli_read_none(cli, argc, argv))
		return CLI_USAGE;
	return cli_show(cli, "lanes", NULL, cmd_print_lanes);
}

/* What was not read has none. */
static void add_confidence(struct cli_table *table, const json_t *evidence)
{
	bool is_read = json_is_integer(json_object_get(evidence, "age_ms"));

	cli_table_add(table, is_read ? "%" PRId64 : "-",
		      cli_integer(evidence, "confidence"));
}

static void print_evidence(struct cli *cli, const json_t *lane)
{
	static const char *const heads[] = {"EVIDENCE", "NEEDED", "STATE", "CONFIDENCE",
					    "AGE",      "VALUE",  NULL};
	struct cli_table *table = cli_table_create(heads);
	const json_t *evidence;
	char age[CLI_WORDS_MAX];
	size_t i;

	json_array_foreach(json_object_get(lane, "evidence"), i, evidence)
	{
		cli_table_add(table, "%s", cli_word(evidence, "kind"));
		cli_table_add(table, "%s",
			      cli_flag(evidence, "is_required") ? "yes" : "no");
		cli_table_add(table, "%s", cli_word(evidence, "state"));
		add_confidence(table, evidence);
		cli_table_add(table, "%s", cli_age(evidence, "age_ms", age));
		cli_table_add(table, "%s", cli_word(evidence, "text"));
	}
	cli_table_print(table, cli->out);
	fputc('\n', cli->out);
	cli_table_destroy(table);
}

/* "inputs   approach beam": those that are on. */
static void print_lines(struct cli *cli, const json_t *lane, const char *key)
{
	json_t *lines = json_object_get(lane, key);
	const char *name;
	json_t *level;

	fprintf(cli->out, "%-8s", key);
	json_object_foreach(lines, name, level)
	{
		if (json_is_true(level))
			fprintf(cli->out, " %s", name);
	}
	fputc('\n', cli->out);
}

/* One is the vehicle's; of several an officer chooses. */
static void print_orders(struct cli *cli, const json_t *lane)
{
	const json_t *orders = json_object_get(lane, "orders");
	int64_t count = cli_integer(lane, "order_count");
	const json_t *one;
	size_t i;

	json_array_foreach(orders, i, one) fprintf(
		cli->out, "%s %s\n", i ? "        " : "order   ", json_string_value(one));
	if (count > (int64_t)json_array_size(orders))
		fprintf(cli->out, "         and %" PRId64 " more\n",
			count - (int64_t)json_array_size(orders));
}

static void print_mode(struct cli *cli, const json_t *mode)
{
	char left[CLI_WORDS_MAX];

	if (json_is_object(mode))
		fprintf(cli->out,
			"mode     EMERGENCY, by %s (%s), %s left, %" PRId64 " passed\n",
			cli_word(mode, "by"), cli_word(mode, "reason"),
			cli_age(mode, "left_ms", left), cli_integer(mode, "crossings"));
}

static void print_bypasses(struct cli *cli, const json_t *lane)
{
	const json_t *bypasses = json_object_get(lane, "bypasses");
	const json_t *one;
	size_t i;

	json_array_foreach(bypasses, i, one) fprintf(
		cli->out, "%s %s\n", i ? "        " : "bypass  ", json_string_value(one));
}

static void print_lane(struct cli *cli, json_t *lane)
{
	json_t *only = json_pack("{s:[O]}", "lanes", lane);

	cmd_print_lanes(cli, only);
	json_decref(only);
	fputc('\n', cli->out);
	if (cli_integer(lane, "passage") > 0)
		print_evidence(cli, lane);
	print_lines(cli, lane, "inputs");
	print_lines(cli, lane, "outputs");
	fprintf(cli->out, "channel  %s %s%s\n", cli_word(lane, "chnl_no"),
		is_out(lane) ? "out" : "in",
		is_unknown(lane) ? ", not in force: the record does not tell, turn it"
		: cli_flag(lane, "is_reversible") ? ", reversible"
						  : "");
	fprintf(cli->out, "inquiry  %s\n", cli_word(lane, "seq_no"));
	print_orders(cli, lane);
	print_mode(cli, json_object_get(lane, "emergency_mode"));
	print_bypasses(cli, lane);
	if (cli_flag(lane, "help_is_called"))
		fputs("help     the driver called\n", cli->out);
}

int cmd_lane(struct cli *cli, int argc, char **argv)
{
	const char *name;

	if (argc > 1 && !strcmp(argv[1], "walk-test"))
		return cmd_walk(cli, argc, argv);
	if (!cli_read_words(cli, argc, argv, NULL, 0, &name, 1, 1))
		return CLI_USAGE;
	return cli_show(cli, "lane", json_pack("{s:s}", "lane", name), print_lane);
}

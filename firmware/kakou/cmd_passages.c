/* SPDX-License-Identifier: MIT */
/*
 * kakou passages, kakou passage: what became of each vehicle.
 *
 * Layer: firmware.
 */
#include "firmware/kakou/cli.h"

#include <inttypes.h>

enum { SHOWN = 20 };

static void add_stage(struct cli_table *table, const json_t *passage, const char *key)
{
	const json_t *stages = json_object_get(passage, "stages");
	char age[CLI_WORDS_MAX];

	cli_table_add(table, "%s", cli_age(stages, key, age));
}

static void add_passage(struct cli_table *table, const json_t *passage)
{
	char opened[CLI_WORDS_MAX];

	cli_table_add(table, "%" PRId64, cli_integer(passage, "passage"));
	cli_table_add(table, "%s", cli_word(passage, "lane"));
	cli_table_add(table, "%s",
		      cli_time(cli_integer(passage, "opened_wall_ms"), opened));
	cli_table_add(table, "%s", cli_word(passage, "plate"));
	cli_table_add(table, "%s", cli_word(passage, "verdict"));
	cli_table_add(table, "%s", cli_word(passage, "by"));
	cli_table_add(table, "%s", cli_word(passage, "reason"));
	cli_table_add(table, "%s", cli_word(passage, "lift"));
	cli_table_add(table, "%s",
		      cli_flag(passage, "is_open") ? "under way"
						   : cli_word(passage, "outcome"));
	add_stage(table, passage, "gather_ms");
	add_stage(table, passage, "ask_ms");
	add_stage(table, passage, "own_ms");
}

static struct cli_table *make_table(void)
{
	static const char *const heads[] = {
		"PASSAGE", "LANE",    "OPENED",   "PLATE", "VERDICT", "BY", "REASON",
		"LIFT",    "OUTCOME", "GATHERED", "ASKED", "OWN",     NULL};

	return cli_table_create(heads);
}

static void print_passages(struct cli *cli, json_t *result)
{
	struct cli_table *table = make_table();
	const json_t *passage;
	size_t i;

	json_array_foreach(json_object_get(result, "passages"), i, passage)
		add_passage(table, passage);
	cli_table_print(table, cli->out);
	cli_table_destroy(table);
}

static void reverse(json_t *array)
{
	size_t last = json_array_size(array);

	for (size_t i = 0; i + 1 < last; i++) {
		json_t *moved = json_incref(json_array_get(array, last - 1));

		(void)json_array_remove(array, last - 1);
		(void)json_array_insert_new(array, i, moved);
	}
}

int cmd_passages(struct cli *cli, int argc, char **argv)
{
	const char *after_text = NULL;
	const char *limit_text = NULL;
	const char *lane = NULL;
	const struct cli_option options[] = {
		{"--after", &after_text, NULL},
		{"--limit", &limit_text, NULL},
		{"--lane",  &lane,       NULL},
	};
	int64_t after;
	int64_t limit;
	json_t *params;
	json_t *result;
	int exit;

	if (!cli_read_words(cli, argc, argv, options, 3, NULL, 0, 0) ||
	    !cli_read_integer(cli, "--after", after_text, 0, INT64_MAX, 0, &after) ||
	    !cli_read_integer(cli, "--limit", limit_text, 1, 100, SHOWN, &limit))
		return CLI_USAGE;
	params = json_pack("{s:I, s:I, s:b}", "after", (json_int_t)after, "limit",
			   (json_int_t)limit, "newest_first", !after_text);
	if (lane)
		(void)json_object_set_new(params, "lane", json_string(lane));
	exit = cli_call(cli, "passages", params, &result);
	if (exit)
		return exit;
	if (!after_text)
		reverse(json_object_get(result, "passages"));
	if (cli->json)
		cli_print_json(cli, result);
	else
		print_passages(cli, result);
	json_decref(result);
	return CLI_DONE;
}

static void print_pictures(struct cli *cli, const json_t *pictures)
{
	static const char *const heads[] = {"PICTURE", "SIDE",    "READ",
					    "SIZE",    "SHA-256", NULL};
	struct cli_table *table;
	const json_t *picture;
	size_t i;

	if (json_array_size(pictures) == 0)
		return;
	table = cli_table_create(heads);
	json_array_foreach(pictures, i, picture)
	{
		cli_table_add(table, "%s", cli_word(picture, "device"));
		cli_table_add(table, "%s", cli_word(picture, "side"));
		cli_table_add(table, "%s", cli_word(picture, "text"));
		cli_table_add(table, "%" PRId64 "x%" PRId64, cli_integer(picture, "wide"),
			      cli_integer(picture, "high"));
		cli_table_add(table, "%s", cli_word(picture, "sha256"));
	}
	fputc('\n', cli->out);
	cli_table_print(table, cli->out);
	cli_table_destroy(table);
}

static void print_passage(struct cli *cli, json_t *passage)
{
	struct cli_table *table = make_table();

	add_passage(table, passage);
	cli_table_print(table, cli->out);
	cli_table_destroy(table);
	print_pictures(cli, json_object_get(passage, "pictures"));
	fputc('\n', cli->out);
	cli_print_events(cli, json_object_get(passage, "events"));
}

int cmd_passage(struct cli *cli, int argc, char **argv)
{
	const char *word;
	int64_t number;

	if (!cli_read_words(cli, argc, argv, NULL, 0, &word, 1, 1) ||
	    !cli_read_integer(cli, "N", word, 1, INT64_MAX, 0, &number))
		return CLI_USAGE;
	return cli_show(cli, "passage", json_pack("{s:I}", "passage", (json_int_t)number),
			print_passage);
}

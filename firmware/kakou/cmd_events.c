/* SPDX-License-Identifier: MIT */
/*
 * kakou events: the record, as far as asked for, and as it grows.
 *
 * Layer: firmware.
 */
#include "firmware/kakou/cli.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "hal/clock.h"
#include "hal/text.h"

enum { FOLLOW_MS = 300, SHOWN = 20, FOLLOW_LIMIT = 500, DETAILS_MAX = 1200 };

struct details {
	char text[DETAILS_MAX];
	size_t used;
	bool is_cut; /* the text ends with "…" and takes no more */
};

static void put(struct details *details, const char *text)
{
	size_t room = sizeof(details->text) - sizeof("…") + 1 - details->used;

	if (details->is_cut)
		return;
	details->is_cut = !text_copy(details->text + details->used, room, text);
	details->used += strlen(details->text + details->used);
	if (details->is_cut)
		memcpy(details->text + details->used, "…", sizeof("…"));
}

/* A text that could be taken for several values stands between quotes, as in JSON. */
static void put_value(struct details *details, const json_t *value)
{
	const char *text = json_string_value(value);
	char *quoted;

	if (text && !strpbrk(text, " =\"")) {
		put(details, text);
		return;
	}
	quoted = json_dumps(value, JSON_ENCODE_ANY);
	put(details, quoted ? quoted : "?");
	free(quoted);
}

/* "plate=浙A12345 source=camera": what the event says beside its head; what it leaves empty
 * is left out. */
static void write_details(const json_t *event, struct details *details)
{
	const char *key;
	json_t *value;

	memset(details, 0, sizeof(*details));
	json_object_foreach(json_object_get(event, "data"), key, value)
	{
		if (json_is_string(value) && json_string_length(value) == 0)
			continue;
		put(details, details->used ? " " : "");
		put(details, key);
		put(details, "=");
		put_value(details, value);
	}
}

static struct cli_table *make_table(void)
{
	static const char *const heads[] = {"SEQ",  "TIME",    "LANE", "PASSAGE",
					    "KIND", "DETAILS", NULL};

	return cli_table_create(heads);
}

static void add_event(struct cli_table *table, const json_t *row)
{
	const json_t *event = json_object_get(row, "bytes");
	int64_t passage = cli_integer(event, "passage");
	struct details details;
	char when[CLI_WORDS_MAX];

	write_details(event, &details);
	cli_table_add(table, "%" PRId64, cli_integer(row, "seq"));
	cli_table_add(table, "%s", cli_time(cli_integer(event, "wall_ms"), when));
	cli_table_add(table, "%s", cli_word(event, "lane"));
	cli_table_add(table, passage > 0 ? "%" PRId64 : "-", passage);
	cli_table_add(table, "%s", cli_word(event, "kind"));
	cli_table_add(table, "%s", details.text);
}

void cli_print_events(struct cli *cli, const json_t *rows)
{
	struct cli_table *table = make_table();
	const json_t *row;
	size_t i;

	json_array_foreach(rows, i, row) add_event(table, row);
	cli_table_print(table, cli->out);
	cli_table_destroy(table);
}

/* A follower can't know how wide later events are: a line each, in fixed columns. */
static void print_heads(struct cli *cli)
{
	if (!cli->json)
		fprintf(cli->out, "%7s  %-23s  %-8s  %7s  %-17s  %s\n", "SEQ", "TIME",
			"LANE", "PASSAGE", "KIND", "DETAILS");
}

static void print_followed(struct cli *cli, const json_t *row)
{
	const json_t *event = json_object_get(row, "bytes");
	struct details details;
	char when[CLI_WORDS_MAX];
	char passage[24] = "-";

	if (cli->json) {
		(void)json_dumpf(row, cli->out, JSON_COMPACT);
		fputc('\n', cli->out);
		return;
	}
	write_details(event, &details);
	if (cli_integer(event, "passage") > 0)
		(void)snprintf(passage, sizeof(passage), "%" PRId64,
			       cli_integer(event, "passage"));
	fprintf(cli->out, "%7" PRId64 "  %-23s  %-8s  %7s  %-17s  %s\n",
		cli_integer(row, "seq"), cli_time(cli_integer(event, "wall_ms"), when),
		cli_word(event, "lane"), passage, cli_word(event, "kind"), details.text);
}

struct wish {
	int64_t after, limit, passage;
	bool has_after, follow;
	const char *kind, *lane;
};

static json_t *make_params(const struct wish *wish, int64_t after, int64_t limit,
			   bool newest_first)
{
	json_t *params = json_pack("{s:I, s:I, s:b}", "after", (json_int_t)after, "limit",
				   (json_int_t)limit, "newest_first", newest_first);

	if (wish->passage > 0)
		(void)json_object_set_new(params, "passage", json_integer(wish->passage));
	if (wish->kind)
		(void)json_object_set_new(params, "kind", json_string(wish->kind));
	if (wish->lane)
		(void)json_object_set_new(params, "lane", json_string(wish->lane));
	return params;
}

/* The rows in the order in which they happened, whichever way they were asked for. */
static int fetch(struct cli *cli, const struct wish *wish, int64_t after, int64_t limit,
		 bool newest_first, json_t **rows)
{
	json_t *result;
	json_t *found;
	int exit = cli_call(cli, "events.read",
			    make_params(wish, after, limit, newest_first), &result);

	if (exit)
		return exit;
	found = json_object_get(result, "events");
	*rows = json_array();
	for (size_t i = 0; i < json_array_size(found); i++) {
		json_t *row = json_array_get(found, i);

		if (newest_first)
			(void)json_array_insert(*rows, 0, row);
		else
			(void)json_array_append(*rows, row);
	}
	json_decref(result);
	return CLI_DONE;
}

static int follow(struct cli *cli, const struct wish *wish)
{
	int64_t after = wish->after;
	json_t *rows;
	int exit = fetch(cli, wish, after, wish->has_after ? FOLLOW_LIMIT : wish->limit,
			 !wish->has_after, &rows);

	if (!exit)
		print_heads(cli);
	while (!exit) {
		const json_t *row;
		size_t i;

		json_array_foreach(rows, i, row)
		{
			print_followed(cli, row);
			after = cli_integer(row, "seq");
		}
		json_decref(rows);
		if (fflush(cli->out))
			return CLI_FAILED; /* nobody reads any more */
		if (i < FOLLOW_LIMIT)
			clock_sleep_until_ms(clock_mono_ms() + FOLLOW_MS);
		exit = fetch(cli, wish, after, FOLLOW_LIMIT, false, &rows);
	}
	return exit;
}

static bool read_wish(struct cli *cli, int argc, char **argv, struct wish *wish)
{
	const char *after = NULL;
	const char *limit = NULL;
	const char *passage = NULL;
	const struct cli_option options[] = {
		{"--after",   &after,      NULL         },
		{"--limit",   &limit,      NULL         },
		{"--passage", &passage,    NULL         },
		{"--kind",    &wish->kind, NULL         },
		{"--lane",    &wish->lane, NULL         },
		{"--follow",  NULL,        &wish->follow},
	};

	if (!cli_read_words(cli, argc, argv, options,
			    sizeof(options) / sizeof(options[0]), NULL, 0, 0))
		return false;
	wish->has_after = after;
	return cli_read_integer(cli, "--after", after, 0, INT64_MAX, 0, &wish->after) &&
	       cli_read_integer(cli, "--limit", limit, 1, 1000, SHOWN, &wish->limit) &&
	       cli_read_integer(cli, "--passage", passage, 1, INT64_MAX, 0,
				&wish->passage);
}

int cmd_events(struct cli *cli, int argc, char **argv)
{
	struct wish wish = {0};
	json_t *rows;
	int exit;

	if (!read_wish(cli, argc, argv, &wish))
		return CLI_USAGE;
	if (wish.follow)
		return follow(cli, &wish);
	exit = fetch(cli, &wish, wish.after, wish.limit, !wish.has_after, &rows);
	if (exit)
		return exit;
	if (cli->json) {
		json_t *result = json_pack("{s:O}", "events", rows);

		cli_print_json(cli, result);
		json_decref(result);
	} else {
		cli_print_events(cli, rows);
	}
	json_decref(rows);
	return CLI_DONE;
}

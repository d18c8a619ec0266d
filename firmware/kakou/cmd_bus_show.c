/* SPDX-License-Identifier: MIT */
/*
 * kakou bus scan: what it found, as a table or as JSON, and how far it is.
 *
 * Layer: firmware.
 */
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "firmware/kakou/cmd_bus.h"
#include "hal/clock.h"

const char *bus_skip_where(const char *why)
{
	const char *colon = strstr(why, ": ");

	return colon ? colon + 2 : why;
}

static const char *say_outcome(const struct found *found)
{
	return found->answer.error ? bus_skip_where(found->answer.why) : "answers";
}

static void say_map(const struct found *found, char *to, size_t size)
{
	size_t used = 0;

	to[0] = '\0';
	if (found->device) {
		(void)snprintf(to, size, "%s, as device %s",
			       cli_text(found->device, "map_name"),
			       cli_text(found->device, "name"));
		return;
	}
	for (size_t i = 0; i < found->guess_count; i++) {
		int n = snprintf(to + used, size - used, "%s%s", i ? " or " : "perhaps ",
				 found->guesses[i].map->name);

		if (n < 0 || (size_t)n >= size - used)
			return;
		used += (size_t)n;
	}
}

void bus_show_row(struct scan *scan, const struct found *found)
{
	char map[240];

	say_map(found, map, sizeof(map));
	cli_table_add(scan->table, "%d", found->unit);
	cli_table_add(scan->table, "%d ms", found->answer.took_ms);
	cli_table_add(scan->table, "%s", say_outcome(found));
	cli_table_add(scan->table, "%s", scan->bus.where);
	cli_table_add(scan->table, "%s", map[0] ? map : "-");
}

void bus_show_json(struct scan *scan, const struct found *found)
{
	json_t *guesses = json_array();

	for (size_t i = 0; i < found->guess_count; i++)
		(void)json_array_append_new(guesses,
					    json_pack("{s:s, s:i}", "map",
						      found->guesses[i].map->name,
						      "score", found->guesses[i].score));
	(void)json_array_append_new(
		scan->rows,
		json_pack("{s:i, s:s, s:i, s:s, s:i, s:s, s:s, s:s, s:o}", "unit",
			  found->unit, "outcome",
			  kakou_err_name((enum kakou_err)found->answer.error),
			  "exception", found->answer.exception, "why", found->answer.why,
			  "took_ms", found->answer.took_ms, "where", scan->bus.where,
			  "device", cli_text(found->device, "name"), "map",
			  cli_text(found->device, "map_name"), "guesses", guesses));
}

void bus_show_progress(const struct scan *scan, int64_t unit)
{
	int fd = fileno(scan->cli->err);

	if (fd < 0 || !isatty(fd))
		return;
	fprintf(scan->cli->err,
		"\r\033[K%s: unit %" PRId64 " of %" PRId64 " to %" PRId64 ", %zu found ",
		scan->bus.where, unit, scan->from, scan->to, scan->found);
	fflush(scan->cli->err);
}

void bus_end_progress(const struct scan *scan)
{
	int fd = fileno(scan->cli->err);

	if (fd >= 0 && isatty(fd))
		fputs("\r\033[K", scan->cli->err);
}

void bus_show_end(struct scan *scan)
{
	struct cli *cli = scan->cli;
	int64_t took_ms = clock_mono_ms() - scan->begun_ms;
	json_t *all;

	if (cli->json) {
		all = json_pack("{s:I, s:I, s:I, s:I, s:b, s:O}", "asked",
				(json_int_t)scan->asked, "answered",
				(json_int_t)scan->found, "silent",
				(json_int_t)scan->silent, "took_ms", (json_int_t)took_ms,
				"is_interrupted", scan->is_interrupted, "units",
				scan->rows);
		cli_print_json(cli, all);
		json_decref(all);
		return;
	}
	if (scan->found > 0)
		cli_table_print(scan->table, cli->out);
	fprintf(cli->out,
		"%s%" PRId64 " asked, %zu answered, %" PRId64 " silent, in %" PRId64
		".%" PRId64 " s%s\n",
		scan->found > 0 ? "\n" : "", scan->asked, scan->found, scan->silent,
		took_ms / 1000, took_ms % 1000 / 100,
		scan->is_interrupted ? "; interrupted" : "");
	if (scan->has_guessed)
		fputs("\"perhaps\" is a guess: all registers of the map answer and are "
		      "in "
		      "their range.\n",
		      cli->out);
}

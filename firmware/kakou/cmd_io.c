/* SPDX-License-Identifier: MIT */
/*
 * kakou io: the lines of lanes by role, with their edges, as they happen; one output held.
 *
 * Layer: firmware.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "firmware/config/site.h"
#include "firmware/kakou/cli_walk.h"
#include "firmware/lane/pulse.h"
#include "hal/clock.h"

enum { LOOK_MS = 50, REPAINT_MS = 250, PULSE_MS = 1000 };

/* One line as it was last seen. */
struct seen {
	int64_t rises, falls, caught;
	bool level;
};

struct watched {
	char name[SITE_NAME_MAX + 1];
	struct seen lines[LINE_ROLES];
	bool is_seen;
	json_t *now; /* the newest result, or NULL */
};

struct watch {
	struct cli *cli;
	size_t lane_count;
	struct watched lanes[SITE_LANES_MAX];
	bool is_live, shows_heartbeat;
	int64_t end_ms, painted_ms;
};

/* ---- changes ----------------------------------------------------------------------------- */

static struct seen read_line(const json_t *line)
{
	return (struct seen){
		.rises = cli_integer(line, "rises"),
		.falls = cli_integer(line, "falls"),
		.caught = cli_integer(line, "caught"),
		.level = cli_flag(line, "level"),
	};
}

static bool differ(const struct seen *a, const struct seen *b)
{
	return a->rises != b->rises || a->falls != b->falls || a->caught != b->caught;
}

static void print_change(struct cli *cli, const char *lane, const json_t *line,
			 const struct seen *old, const struct seen *new)
{
	char when[CLI_WORDS_MAX];
	int64_t wall_ms = clock_wall_ms() - cli_integer(line, "changed_age_ms");
	int64_t edges = new->rises - old->rises + new->falls - old->falls;
	json_t *change;

	if (!cli->json) {
		fprintf(cli->out, "%s  %-10s %-13s %-3s", cli_time(wall_ms, when), lane,
			cli_word(line, "line"), new->level ? "on" : "off");
		if (edges > 1)
			fprintf(cli->out, "  %" PRId64 " edges", edges);
		if (new->caught > old->caught)
			fprintf(cli->out, "  %" PRId64 " shorter than a scan",
				new->caught - old->caught);
		fputc('\n', cli->out);
		return;
	}
	change = json_pack("{s:I, s:s, s:s, s:b, s:I, s:I, s:I, s:I}", "wall_ms",
			   (json_int_t)wall_ms, "lane", lane, "line",
			   cli_word(line, "line"), "level", new->level, "edges",
			   (json_int_t)edges, "rises", (json_int_t) new->rises, "falls",
			   (json_int_t) new->falls, "caught", (json_int_t) new->caught);
	(void)json_dumpf(change, cli->out, JSON_COMPACT);
	fputc('\n', cli->out);
	json_decref(change);
}

/* The heartbeat changes with every scan: it would drown the rest. */
static bool is_noise(const struct watch *watch, const json_t *line)
{
	return !watch->shows_heartbeat &&
	       !strcmp(cli_text(line, "line"), line_role_name(LINE_HEARTBEAT));
}

static bool take_changes(struct watch *watch, struct watched *lane)
{
	const json_t *line;
	bool has_changed = !lane->is_seen;
	size_t i;

	json_array_foreach(json_object_get(lane->now, "lines"), i, line)
	{
		struct seen new = read_line(line);

		if (i >= LINE_ROLES)
			break;
		if (lane->is_seen && differ(&new, &lane->lines[i]) &&
		    !is_noise(watch, line)) {
			has_changed = true;
			if (!watch->is_live)
				print_change(watch->cli, lane->name, line,
					     &lane->lines[i], &new);
		}
		lane->lines[i] = new;
	}
	lane->is_seen = true;
	return has_changed;
}

/* ---- the live table ---------------------------------------------------------------------- */

static void add_lines(struct cli_table *table, const struct watched *lane)
{
	const json_t *line;
	char age[CLI_WORDS_MAX];
	size_t i;

	json_array_foreach(json_object_get(lane->now, "lines"), i, line)
	{
		cli_table_add(table, "%s", lane->name);
		cli_table_add(table, "%s", cli_flag(line, "is_output") ? "out" : "in");
		cli_table_add(table, "%s", cli_word(line, "line"));
		cli_table_add(table, "%s", cli_flag(line, "level") ? "ON" : "-");
		cli_table_add(table, "%" PRId64, cli_integer(line, "rises"));
		cli_table_add(table, "%" PRId64, cli_integer(line, "falls"));
		cli_table_add(table, "%" PRId64, cli_integer(line, "caught"));
		cli_table_add(table, "%s", cli_age(line, "changed_age_ms", age));
		cli_table_add(table, "%s", cli_word(line, "where"));
	}
}

static void add_state(const struct watched *lane, FILE *to)
{
	fprintf(to, "%s: %s, arm %s, sign %s", lane->name, cli_word(lane->now, "state"),
		cli_word(lane->now, "arm"), cli_word(lane->now, "sign"));
	if (!cli_flag(lane->now, "lines_are_known"))
		fputs(", LINES NOT READABLE", to);
	if (cli_integer(lane->now, "edges_lost") > 0)
		fprintf(to, ", edges lost %" PRId64 " times",
			cli_integer(lane->now, "edges_lost"));
	fputc('\n', to);
}

static void print_table(const struct watch *watch, FILE *to)
{
	static const char *const heads[] = {"LANE", "",       "LINE",  "LEVEL", "ON",
					    "OFF",  "CAUGHT", "SINCE", "WHERE", NULL};
	struct cli_table *table = cli_table_create(heads);

	for (size_t i = 0; i < watch->lane_count; i++)
		add_state(&watch->lanes[i], to);
	fputc('\n', to);
	for (size_t i = 0; i < watch->lane_count; i++)
		add_lines(table, &watch->lanes[i]);
	cli_table_print(table, to);
	cli_table_destroy(table);
}

/* Over the last one: home, each line cleared to its end, then the rest of the screen. */
static void repaint(const struct watch *watch)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	if (!to)
		return;
	print_table(watch, to);
	fclose(to);
	fputs("\033[H", watch->cli->out);
	for (const char *at = text; *at; at++) {
		if (*at == '\n')
			fputs("\033[K", watch->cli->out);
		fputc(*at, watch->cli->out);
	}
	fputs("\033[JCtrl-C ends", watch->cli->out);
	free(text);
}

/* ---- the watch --------------------------------------------------------------------------- */

static int look(struct watch *watch, bool *has_changed)
{
	for (size_t i = 0; i < watch->lane_count; i++) {
		struct watched *lane = &watch->lanes[i];
		json_t *result;
		int exit = cli_call(watch->cli, "lines",
				    json_pack("{s:s}", "lane", lane->name), &result);

		if (exit)
			return exit;
		json_decref(lane->now);
		lane->now = result;
		*has_changed |= take_changes(watch, lane);
	}
	return CLI_DONE;
}

static int watch_lines(struct watch *watch)
{
	while (!cli_is_interrupted()) {
		bool is_first = watch->painted_ms == 0;
		bool has_changed = false;
		int exit = look(watch, &has_changed);
		int64_t now_ms = clock_mono_ms();

		if (exit)
			return exit;
		if (watch->is_live &&
		    (has_changed || now_ms - watch->painted_ms >= REPAINT_MS))
			repaint(watch);
		else if (is_first && !watch->cli->json)
			print_table(watch, watch->cli->out);
		if (is_first || has_changed || now_ms - watch->painted_ms >= REPAINT_MS)
			watch->painted_ms = now_ms;
		if (fflush(watch->cli->out))
			return CLI_FAILED; /* nobody reads any more */
		if (now_ms >= watch->end_ms)
			break;
		clock_sleep_until_ms(now_ms + LOOK_MS);
	}
	if (watch->is_live)
		fputc('\n', watch->cli->out);
	return CLI_DONE;
}

/* One lane, or all that kakoud has. */
static int name_lanes(struct watch *watch, const char *only)
{
	json_t *result;
	const json_t *lane;
	size_t i;
	int exit = cli_call(watch->cli, "lanes", NULL, &result);

	if (exit)
		return exit;
	json_array_foreach(json_object_get(result, "lanes"), i, lane)
	{
		const char *name = cli_text(lane, "name");

		if ((only && strcmp(name, only) != 0) ||
		    watch->lane_count == SITE_LANES_MAX)
			continue;
		(void)snprintf(watch->lanes[watch->lane_count++].name,
			       sizeof(watch->lanes[0].name), "%s", name);
	}
	json_decref(result);
	if (watch->lane_count == 0)
		return cli_complain(watch->cli, CLI_USAGE,
				    "got lane \"%s\", expected one of kakou lanes",
				    only ? only : "");
	return CLI_DONE;
}

static int run_watch(struct cli *cli, int argc, char **argv)
{
	struct watch watch = {.cli = cli, .end_ms = INT64_MAX};
	const char *words[2];
	const char *seconds = NULL;
	const struct cli_option options[] = {
		{"--for",       &seconds, NULL                  },
		{"--heartbeat", NULL,     &watch.shows_heartbeat},
	};
	int64_t for_s;
	int fd = fileno(cli->out);
	int exit;

	if (!cli_read_words(cli, argc, argv, options, 2, words, 1, 2) ||
	    !cli_read_integer(cli, "--for", seconds, 0, 86400, 0, &for_s))
		return CLI_USAGE;
	if (seconds)
		watch.end_ms = clock_mono_ms() + for_s * 1000;
	watch.is_live = !cli->json && fd >= 0 && isatty(fd);
	exit = name_lanes(&watch, words[1]);
	if (exit)
		return exit;
	if (watch.is_live)
		fputs("\033[2J", cli->out);
	cli_catch_interrupt();
	exit = watch_lines(&watch);
	for (size_t i = 0; i < watch.lane_count; i++)
		json_decref(watch.lanes[i].now);
	return exit;
}

/* ---- pulse ------------------------------------------------------------------------------- */

static int run_pulse(struct cli *cli, int argc, char **argv)
{
	const char *words[3];
	const char *ms = NULL;
	const char *reason = NULL;
	const struct cli_option options[] = {
		{"--for",    &ms,     NULL},
		{"--reason", &reason, NULL},
	};
	int64_t for_ms;
	int exit;

	if (!cli_read_words(cli, argc, argv, options, 2, words, 3, 3) ||
	    !cli_read_integer(cli, "--for", ms, 1, PULSE_MAX_MS, PULSE_MS, &for_ms))
		return CLI_USAGE;
	if (!reason || !reason[0])
		return cli_complain(cli, CLI_USAGE, "got no --reason, expected why");
	cli_catch_interrupt();
	exit = cli_pulse(cli, words[1], words[2], for_ms, reason, NULL, NULL);
	if (!exit && !cli->json)
		fprintf(cli->out, "%s of lane %s: held%s\n", words[2], words[1],
			cli_is_interrupted() ? ", let go by Ctrl-C" : "");
	return exit;
}

int cmd_io(struct cli *cli, int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "watch"))
		return run_watch(cli, argc, argv);
	if (argc > 1 && !strcmp(argv[1], "pulse"))
		return run_pulse(cli, argc, argv);
	return cli_complain(cli, CLI_USAGE, "got %s%s%s, expected watch or pulse",
			    argc > 1 ? "\"" : "nothing", argc > 1 ? argv[1] : "",
			    argc > 1 ? "\"" : "");
}

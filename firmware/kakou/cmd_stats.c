/* SPDX-License-Identifier: MIT */
/*
 * kakou stats: how many passed, how, and with what (过卡统计), counted from the record's own
 * events by day, shift and direction.
 *
 * Layer: firmware. One thread.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "firmware/kakou/cli.h"

enum {
	PAGE = 1000,
	SHIFTS_MAX = 6,
	INQUIRY_EARLIER = 2000,
	KEY_BYTES = 96,
	DAY_BYTES = 11
};

struct stats {
	struct cli *cli;
	int64_t from_ms, until_ms; /* from <= wall clock < until */
	int shifts[SHIFTS_MAX];    /* hours at which they begin, rising */
	int shift_count;
	json_t *directions; /* passage: "I" or "E" */
	json_t *boxes;      /* passage: how many were read */
	json_t *rows;       /* "day shift direction": {…} */
	json_t *manual;     /* "officer\nreason": count */
};

/* ---- days and shifts ------------------------------------------------------------------ */

/* Local midnight of "YYYY-MM-DD", or of today plus `days`. False: not a day. */
static bool read_day(const char *text, int days, int64_t *out)
{
	time_t now = time(NULL);
	struct tm day;
	const char *end = "";

	if (!localtime_r(&now, &day))
		return false;
	if (text) {
		memset(&day, 0, sizeof(day));
		end = strptime(text, "%Y-%m-%d", &day);
	}
	if (!end || *end)
		return false;
	day.tm_hour = day.tm_min = day.tm_sec = 0;
	day.tm_mday += days;
	day.tm_isdst = -1;
	*out = (int64_t)mktime(&day) * 1000;
	return true;
}

/* "8,16,0": hours. */
static bool read_shifts(const char *text, struct stats *stats)
{
	while (text && *text) {
		char *end;
		long hour = strtol(text, &end, 10);

		if (end == text || hour < 0 || hour > 23 || (*end && *end != ',') ||
		    stats->shift_count == SHIFTS_MAX ||
		    (stats->shift_count > 0 &&
		     hour <= stats->shifts[stats->shift_count - 1]))
			return false;
		stats->shifts[stats->shift_count++] = (int)hour;
		text = *end ? end + 1 : end;
	}
	return true;
}

/* The hours before the first shift of a day belong to the last one of the day before. */
static void name_row(const struct stats *stats, int64_t wall_ms, const char *direction,
		     char out[KEY_BYTES])
{
	time_t second = (time_t)(wall_ms / 1000);
	char day[DAY_BYTES] = "";
	char shift[24] = "all";
	struct tm at;
	int now = stats->shift_count - 1;

	(void)localtime_r(&second, &at);
	while (now >= 0 && at.tm_hour < stats->shifts[now])
		now--;
	if (stats->shift_count > 0 && now < 0) {
		at.tm_mday--;
		at.tm_isdst = -1;
		(void)mktime(&at);
		now = stats->shift_count - 1;
	}
	if (stats->shift_count > 0)
		snprintf(shift, sizeof(shift), "%02d-%02d", stats->shifts[now],
			 stats->shifts[(now + 1) % stats->shift_count]);
	(void)strftime(day, sizeof(day), "%Y-%m-%d", &at);
	snprintf(out, KEY_BYTES, "%s %s %s", day, shift, direction);
}

/* ---- reading -------------------------------------------------------------------------- */

static int read_page(struct cli *cli, const char *kind, int64_t after, int limit,
		     json_t **result)
{
	json_t *params =
		json_pack("{s:I, s:i}", "after", (json_int_t)after, "limit", limit);

	if (kind)
		(void)json_object_set_new(params, "kind", json_string(kind));
	return cli_call(cli, "events.read", params, result);
}

/* A number somewhat below that of the first event of the time asked for: the wall clock rises
 * with the numbers, and the margin is for its steps and for passages under way. */
static int find_start(struct stats *stats, int64_t *out)
{
	json_t *result;
	int64_t low = 0;
	int64_t high;
	int exit =
		cli_call(stats->cli, "events.read",
			 json_pack("{s:b, s:i}", "newest_first", 1, "limit", 1), &result);

	if (exit)
		return exit;
	high = cli_integer(json_array_get(json_object_get(result, "events"), 0), "seq");
	json_decref(result);
	while (low < high) {
		int64_t middle = low + (high - low) / 2;
		const json_t *event;

		exit = read_page(stats->cli, NULL, middle, 1, &result);
		if (exit)
			return exit;
		event = json_object_get(
			json_array_get(json_object_get(result, "events"), 0), "bytes");
		if (event && cli_integer(event, "wall_ms") < stats->from_ms)
			low = middle + 1;
		else
			high = middle;
		json_decref(result);
	}
	*out = low > INQUIRY_EARLIER ? low - INQUIRY_EARLIER : 0;
	return CLI_DONE;
}

static int each_event(struct stats *stats, const char *kind, int64_t after,
		      void (*take)(struct stats *stats, const json_t *event))
{
	size_t count = 1;

	while (count > 0) {
		json_t *result;
		json_t *row;
		json_t *rows;
		size_t i;
		int exit = read_page(stats->cli, kind, after, PAGE, &result);

		if (exit)
			return exit;
		rows = json_object_get(result, "events");
		count = json_array_size(rows);
		json_array_foreach(rows, i, row)
		{
			after = cli_integer(row, "seq");
			take(stats, json_object_get(row, "bytes"));
		}
		json_decref(result);
	}
	return CLI_DONE;
}

/* ---- counting ------------------------------------------------------------------------- */

static void add(json_t *to, const char *key, int64_t by)
{
	(void)json_object_set_new(to, key, json_integer(cli_integer(to, key) + by));
}

static void take_opened(struct stats *stats, const json_t *event)
{
	char passage[24];

	snprintf(passage, sizeof(passage), "%lld",
		 (long long)cli_integer(event, "passage"));
	(void)json_object_set_new(
		stats->directions, passage,
		json_string(cli_text(json_object_get(event, "data"), "direction")));
}

/* The newest inquiry of a passage says what was read last. */
static void take_inquiry(struct stats *stats, const json_t *event)
{
	const json_t *data = json_object_get(event, "data");
	int boxes = (cli_text(data, "box_front")[0] != '\0') +
		    (cli_text(data, "box_rear")[0] != '\0');
	char passage[24];

	snprintf(passage, sizeof(passage), "%lld",
		 (long long)cli_integer(event, "passage"));
	(void)json_object_set_new(stats->boxes, passage, json_integer(boxes));
}

static void count_manual(struct stats *stats, const json_t *data)
{
	char key[KEY_BYTES * 2];

	snprintf(key, sizeof(key), "%s\n%s", cli_word(data, "actor"),
		 cli_word(data, "reason"));
	add(stats->manual, key, 1);
}

static void take_closed(struct stats *stats, const json_t *event)
{
	const json_t *data = json_object_get(event, "data");
	int64_t wall_ms = cli_integer(event, "wall_ms");
	const char *lift = cli_text(data, "lift");
	char key[KEY_BYTES];
	char passage[24];
	json_t *row;

	if (wall_ms < stats->from_ms || wall_ms >= stats->until_ms)
		return;
	snprintf(passage, sizeof(passage), "%lld",
		 (long long)cli_integer(event, "passage"));
	name_row(stats, wall_ms, cli_word(stats->directions, passage), key);
	row = json_object_get(stats->rows, key);
	if (!row) {
		row = json_object();
		(void)json_object_set_new(stats->rows, key, row);
	}
	add(row, "passages", 1);
	add(row,
	    !strcmp(lift, "00")   ? "automatic"
	    : !strcmp(lift, "10") ? "manual"
				  : "not_lifted",
	    1);
	if (!strcmp(lift, "10"))
		count_manual(stats, data);
	add(row, "boxes", cli_integer(stats->boxes, passage));
	add(row, cli_integer(stats->boxes, passage) > 0 ? "with_box" : "without_box", 1);
	add(row, "gross_kg", cli_integer(data, "gross_g") / 1000);
}

/* ---- printing ------------------------------------------------------------------------- */

/* Of the vehicles that were lifted for, in tenths of a percent; -1: none was. */
static int64_t rate(const json_t *row)
{
	int64_t automatic = cli_integer(row, "automatic");
	int64_t lifted = automatic + cli_integer(row, "manual");

	return lifted > 0 ? automatic * 1000 / lifted : -1;
}

static void print_rows(struct stats *stats)
{
	static const char *const heads[] = {
		"DAY",        "SHIFT",  "DIRECTION", "PASSAGES", "AUTOMATIC", "MANUAL",
		"NOT LIFTED", "AUTO %", "WITH BOX",  "BOXES",    "GROSS KG",  NULL,
	};
	struct cli_table *table = cli_table_create(heads);
	const char *key;
	json_t *row;

	json_object_foreach(stats->rows, key, row)
	{
		const char *shift = strchr(key, ' ') + 1;
		const char *direction = strchr(shift, ' ') + 1;
		int64_t share = rate(row);

		cli_table_add(table, "%.*s", (int)(shift - key) - 1, key);
		cli_table_add(table, "%.*s", (int)(direction - shift) - 1, shift);
		cli_table_add(table, "%s", direction);
		cli_table_add(table, "%lld", (long long)cli_integer(row, "passages"));
		cli_table_add(table, "%lld", (long long)cli_integer(row, "automatic"));
		cli_table_add(table, "%lld", (long long)cli_integer(row, "manual"));
		cli_table_add(table, "%lld", (long long)cli_integer(row, "not_lifted"));
		if (share < 0)
			cli_table_add(table, "-");
		else
			cli_table_add(table, "%lld.%lld", (long long)share / 10,
				      (long long)share % 10);
		cli_table_add(table, "%lld", (long long)cli_integer(row, "with_box"));
		cli_table_add(table, "%lld", (long long)cli_integer(row, "boxes"));
		cli_table_add(table, "%lld", (long long)cli_integer(row, "gross_kg"));
	}
	cli_table_print(table, stats->cli->out);
	cli_table_destroy(table);
}

static void print_manual(struct stats *stats)
{
	static const char *const heads[] = {"OFFICER", "REASON", "MANUAL LIFTS", NULL};
	struct cli_table *table;
	const char *key;
	json_t *count;

	if (json_object_size(stats->manual) == 0)
		return;
	table = cli_table_create(heads);
	json_object_foreach(stats->manual, key, count)
	{
		int officer = (int)strcspn(key, "\n");

		cli_table_add(table, "%.*s", officer, key);
		cli_table_add(table, "%s", key + officer + 1);
		cli_table_add(table, "%lld", (long long)json_integer_value(count));
	}
	fputc('\n', stats->cli->out);
	cli_table_print(table, stats->cli->out);
	cli_table_destroy(table);
}

/* The same as objects: rows with their parts named. */
static void print_json(struct stats *stats)
{
	json_t *rows = json_array();
	json_t *manual = json_array();
	const char *key;
	json_t *value;
	json_t *both;

	json_object_foreach(stats->rows, key, value)
	{
		const char *shift = strchr(key, ' ') + 1;
		const char *direction = strchr(shift, ' ') + 1;

		(void)json_object_set_new(value, "day",
					  json_stringn(key, (size_t)(shift - key) - 1));
		(void)json_object_set_new(
			value, "shift",
			json_stringn(shift, (size_t)(direction - shift) - 1));
		(void)json_object_set_new(value, "direction", json_string(direction));
		(void)json_array_append(rows, value);
	}
	json_object_foreach(stats->manual, key, value)
	{
		size_t officer = strcspn(key, "\n");
		json_t *one = json_object();

		(void)json_object_set_new(one, "officer", json_stringn(key, officer));
		(void)json_object_set_new(one, "reason", json_string(key + officer + 1));
		(void)json_object_set(one, "count", value);
		(void)json_array_append_new(manual, one);
	}
	both = json_pack("{s:o, s:o}", "rows", rows, "manual", manual);
	cli_print_json(stats->cli, both);
	json_decref(both);
}

/* ---- the whole ------------------------------------------------------------------------ */

static int count_all(struct stats *stats)
{
	int64_t after = 0;
	int exit = find_start(stats, &after);

	if (!exit)
		exit = each_event(stats, "passage_opened", after, take_opened);
	if (!exit)
		exit = each_event(stats, "inquiry", after, take_inquiry);
	if (!exit)
		exit = each_event(stats, "passage_closed", after, take_closed);
	if (exit)
		return exit;
	if (stats->cli->json) {
		print_json(stats);
	} else {
		print_rows(stats);
		print_manual(stats);
	}
	return CLI_DONE;
}

int cmd_stats(struct cli *cli, int argc, char **argv)
{
	struct stats stats = {.cli = cli};
	const char *from = NULL;
	const char *to = NULL;
	const char *shifts = NULL;
	const struct cli_option options[] = {
		{"--from",   &from,   NULL},
		{"--to",     &to,     NULL},
		{"--shifts", &shifts, NULL},
	};
	int exit;

	if (!cli_read_words(cli, argc, argv, options, 3, NULL, 0, 0))
		return CLI_USAGE;
	if (!read_day(from, 0, &stats.from_ms) ||
	    !read_day(to ? to : from, 1, &stats.until_ms) ||
	    stats.until_ms <= stats.from_ms)
		return cli_complain(
			cli, CLI_USAGE,
			"got \"%s\" to \"%s\", expected days as YYYY-MM-DD, the "
			"earlier first",
			from ? from : "today", to ? to : "the same");
	if (!read_shifts(shifts, &stats))
		return cli_complain(
			cli, CLI_USAGE,
			"--shifts: got \"%s\", expected at most %d hours from 0 "
			"to 23, rising, with commas between them",
			shifts, SHIFTS_MAX);
	stats.directions = json_object();
	stats.boxes = json_object();
	stats.rows = json_object();
	stats.manual = json_object();
	exit = count_all(&stats);
	json_decref(stats.directions);
	json_decref(stats.boxes);
	json_decref(stats.rows);
	json_decref(stats.manual);
	return exit;
}

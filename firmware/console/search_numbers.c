/* SPDX-License-Identifier: MIT */
/*
 * Search: numbers of a time. Passages are counted by hour, day or shift as they were opened, in
 * the machine's local time; times of stages are medians and 95th percentiles (nearest rank).
 *
 * Layer: firmware. Threads: the search thread's.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "firmware/console/search_inside.h"

enum { STAGES = 7, TIMES_MAX = 200000, DAY_MS = 86400000 };

static const char *const stages[STAGES] = {"gather", "ask", "record", "lift",
					   "leave",  "own", "total"};

/* Times of one stage, as they come. */
struct times {
	int64_t *ms;
	size_t count, room;
};

struct tally {
	int64_t begin_ms;
	int64_t passages, open, automatic, by_hand, not_lifted, held;
	json_t *verdicts;
	struct times times[STAGES];
};

struct numbers {
	struct search_base *base;
	const char *by;
	json_t *rows;
	struct tally whole, part;
	bool has_part;
};

/* ---- times of stages --------------------------------------------------------------------------------- */

static void add_time(struct times *times, int64_t ms)
{
	if (times->count == times->room) {
		size_t room = times->room ? 2 * times->room : 64;
		int64_t *larger = room > TIMES_MAX
					  ? NULL
					  : realloc(times->ms, room * sizeof(*larger));

		if (!larger)
			return; /* TIMES_MAX are enough for a percentile */
		times->ms = larger;
		times->room = room;
	}
	times->ms[times->count++] = ms;
}

static int compare(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Nearest rank: the smallest that so many percent do not exceed. */
static int64_t percentile(const struct times *times, size_t percent)
{
	size_t rank = (times->count * percent + 99) / 100;

	return times->ms[rank > 0 ? rank - 1 : 0];
}

static json_t *pack_times(struct tally *tally)
{
	json_t *all = json_object();

	for (size_t i = 0; i < STAGES; i++) {
		struct times *times = &tally->times[i];

		if (times->count == 0)
			continue;
		qsort(times->ms, times->count, sizeof(times->ms[0]), compare);
		(void)json_object_set_new(
			all, stages[i],
			json_pack("{s:I, s:I, s:I}", "count", (json_int_t)times->count,
				  "median_ms", (json_int_t)percentile(times, 50),
				  "p95_ms", (json_int_t)percentile(times, 95)));
	}
	return all;
}

/* ---- tallies ------------------------------------------------------------------------------------------ */

static void count_word(json_t *counts, const char *word)
{
	if (word && word[0] && strcmp(word, "-") != 0)
		(void)json_object_set_new(counts, word,
					  json_integer(json_number_of(counts, word) + 1));
}

static void begin_tally(struct tally *tally, int64_t begin_ms)
{
	memset(tally, 0, sizeof(*tally));
	tally->begin_ms = begin_ms;
	tally->verdicts = json_object();
}

/* Takes what the tally holds. */
static json_t *end_tally(struct tally *tally)
{
	json_t *row =
		json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o}", "begin_ms",
			  (json_int_t)tally->begin_ms, "passages",
			  (json_int_t)tally->passages, "open", (json_int_t)tally->open,
			  "automatic", (json_int_t)tally->automatic, "by_hand",
			  (json_int_t)tally->by_hand, "not_lifted",
			  (json_int_t)tally->not_lifted, "held", (json_int_t)tally->held,
			  "verdicts", tally->verdicts, "stages", pack_times(tally));

	for (size_t i = 0; i < STAGES; i++)
		free(tally->times[i].ms);
	memset(tally, 0, sizeof(*tally));
	return row;
}

static const char *text_at(sqlite3_stmt *statement, int column)
{
	const char *text = (const char *)sqlite3_column_text(statement, column);

	return text ? text : "";
}

/* Columns: opened_ms, is_open, verdict, lift, hold, then the stages but the total. */
static void count_row(struct tally *tally, sqlite3_stmt *statement)
{
	const char *lift = text_at(statement, 3);
	int64_t total_ms = 0;

	tally->passages++;
	tally->open += sqlite3_column_int(statement, 1);
	count_word(tally->verdicts, text_at(statement, 2));
	tally->automatic += !strcmp(lift, "00");
	tally->by_hand += !strcmp(lift, "10");
	tally->not_lifted += !strcmp(lift, "99");
	tally->held += text_at(statement, 4)[0] != '\0';
	for (int i = 0; i < STAGES - 1; i++) {
		int64_t ms = sqlite3_column_int64(statement, 5 + i);

		if (sqlite3_column_type(statement, 5 + i) != SQLITE_INTEGER)
			continue;
		add_time(&tally->times[i], ms);
		if (strcmp(stages[i], "own") != 0)
			total_ms += ms; /* own is a share of the others */
	}
	/* A truck that was not lifted did not go through. */
	if (!strcmp(lift, "00") || !strcmp(lift, "10"))
		add_time(&tally->times[STAGES - 1], total_ms);
}

/* ---- by hour, day, shift ------------------------------------------------------------------------------ */

/* The hour at which the shift of this hour begins; -1: on the day before, with the last one. */
static int find_shift(const struct search_config *config, int hour)
{
	int begin = -1;

	for (size_t i = 0; i < config->shift_count; i++)
		if (config->shifts[i] <= hour)
			begin = config->shifts[i];
	return begin;
}

/* When the part of this passage begins. */
static int64_t find_begin(const struct numbers *numbers, int64_t wall_ms)
{
	const struct search_config *config = numbers->base->config;
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm local;

	if (!localtime_r(&seconds, &local))
		return wall_ms;
	local.tm_min = local.tm_sec = 0;
	local.tm_isdst = -1;
	if (!strcmp(numbers->by, "day")) {
		local.tm_hour = 0;
	} else if (!strcmp(numbers->by, "shift")) {
		int begin = find_shift(config, local.tm_hour);

		if (begin < 0) {
			local.tm_mday--;
			begin = config->shifts[config->shift_count - 1];
		}
		local.tm_hour = begin;
	}
	return (int64_t)mktime(&local) * 1000;
}

static void take_row(struct numbers *numbers, sqlite3_stmt *statement)
{
	count_row(&numbers->whole, statement);
	if (strcmp(numbers->by, "none") != 0) {
		int64_t begin_ms =
			find_begin(numbers, sqlite3_column_int64(statement, 0));

		if (numbers->has_part && numbers->part.begin_ms != begin_ms) {
			(void)json_array_append_new(numbers->rows,
						    end_tally(&numbers->part));
			numbers->has_part = false;
		}
		if (!numbers->has_part)
			begin_tally(&numbers->part, begin_ms);
		numbers->has_part = true;
		count_row(&numbers->part, statement);
	}
}

static enum kakou_err count_passages(struct numbers *numbers, const json_t *question,
				     struct why *why)
{
	sqlite3_stmt *statement = search_prepare(
		numbers->base,
		"SELECT opened_ms, is_open, verdict, lift, hold, gather_ms, ask_ms, "
		"record_ms, lift_ms, leave_ms, own_ms FROM passages WHERE opened_ms >= "
		"?1 "
		"AND opened_ms < ?2 AND (?3 IS NULL OR lane = ?3) ORDER BY opened_ms",
		"jjj", json_object_get(question, "from"),
		json_object_get(question, "until"), json_object_get(question, "lane"));
	int status = SQLITE_ERROR;

	while (statement && (status = sqlite3_step(statement)) == SQLITE_ROW)
		take_row(numbers, statement);
	sqlite3_finalize(statement);
	return status == SQLITE_DONE ? KAKOU_OK
				     : search_fault(numbers->base, status, why);
}

/* ---- reasons and reads ---------------------------------------------------------------------------------- */

static json_t *list(struct search_base *base, const char *sql, const json_t *question,
		    int64_t unit_ms)
{
	int64_t from = json_number_of(question, "from") / unit_ms;
	int64_t until = json_number_of(question, "until") / unit_ms;
	sqlite3_stmt *statement = search_prepare(base, sql, "iij", from, until,
						 json_object_get(question, "lane"));
	json_t *rows = json_array();

	while (statement && sqlite3_step(statement) == SQLITE_ROW) {
		json_t *row = json_object();

		for (int i = 0; i < sqlite3_column_count(statement); i++)
			(void)json_object_set_new(
				row, sqlite3_column_name(statement, i),
				sqlite3_column_type(statement, i) == SQLITE_INTEGER
					? json_integer(sqlite3_column_int64(statement, i))
					: json_string(text_at(statement, i)));
		(void)json_array_append_new(rows, row);
	}
	sqlite3_finalize(statement);
	return rows;
}

enum kakou_err search_statistics(struct search_base *base, const json_t *question,
				 json_t **out, struct why *why)
{
	struct numbers numbers = {.base = base, .by = json_text_of(question, "by")};
	enum kakou_err err;

	if (!numbers.by[0])
		numbers.by = "none";
	if (strcmp(numbers.by, "none") && strcmp(numbers.by, "hour") &&
	    strcmp(numbers.by, "day") && strcmp(numbers.by, "shift"))
		return why_set(why, KAKOU_E_INVALID,
			       "by: got \"%.20s\", expected hour, day, shift or none",
			       numbers.by);
	numbers.rows = json_array();
	begin_tally(&numbers.whole, json_number_of(question, "from"));
	err = count_passages(&numbers, question, why);
	if (numbers.has_part)
		(void)json_array_append_new(numbers.rows, end_tally(&numbers.part));
	*out = json_pack(
		"{s:o, s:o, s:o, s:o, s:I}", "whole", end_tally(&numbers.whole), "rows",
		numbers.rows, "reasons",
		list(base,
		     "SELECT hold AS reason, count(*) AS count FROM passages WHERE "
		     "opened_ms >= ?1 AND opened_ms < ?2 AND (?3 IS NULL OR lane = ?3) "
		     "AND "
		     "hold IS NOT NULL GROUP BY hold ORDER BY count DESC",
		     question, 1),
		"reads",
		list(base,
		     "SELECT device, state, sum(count) AS count FROM reads WHERE day >= "
		     "?1 "
		     "AND day <= ?2 GROUP BY device, state ORDER BY device, state",
		     question, DAY_MS),
		"followed", (json_int_t)base->last);
	if (!err && !*out)
		err = KAKOU_E_NOMEM;
	if (err) {
		json_decref(*out);
		*out = NULL;
	}
	return err;
}

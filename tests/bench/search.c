/* SPDX-License-Identifier: MIT */
/*
 * How long the console's searches take in a history of 100,000 passages (make bench): the best of
 * five, in milliseconds, on this machine at this moment. The file is in memory where it can be.
 *
 * Layer: tests.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "firmware/console/search_inside.h"
#include "tests/unit/site_file.h"

enum { PASSAGES = 100000, EACH = 100, TRIES = 5, APART_MS = 26000 };

static const int64_t BEGIN_MS = 1790000000000;

static struct search_base base;
static int64_t seq;

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* One event; `data` is taken over. */
static json_t *row(const char *kind, int passage, json_t *data)
{
	seq++;
	return json_pack("{s:I, s:s, s:{s:s, s:s, s:i, s:I, s:I, s:o}}", "seq",
			 (json_int_t)seq, "chain", "c", "bytes", "kind", kind, "lane",
			 "in1", "passage", passage, "seq", (json_int_t)seq, "wall_ms",
			 (json_int_t)(BEGIN_MS + (int64_t)passage * APART_MS), "data",
			 data);
}

static json_t *read_of(const char *slot, const char *text)
{
	return json_pack("{s:s, s:s, s:s, s:s}", "slot", slot, "device", slot, "state",
			 "collected", "text", text);
}

static void add_passage(json_t *rows, int passage)
{
	char plate[32], box[32], order[40];

	(void)snprintf(plate, sizeof(plate), "浙A%05d", passage * 79 % 100000);
	(void)snprintf(box, sizeof(box), "CSQU%07d", passage);
	(void)snprintf(order, sizeof(order), "Z3111I261101%012d", passage);
	(void)json_array_append_new(rows, row("passage_opened", passage,
					      json_pack("{s:s}", "direction", "I")));
	(void)json_array_append_new(rows,
				    row("evidence", passage, read_of("plate", plate)));
	(void)json_array_append_new(rows, row("evidence", passage, read_of("box", box)));
	(void)json_array_append_new(
		rows, row("vote", passage, json_pack("{s:s}", "plate", plate)));
	(void)json_array_append_new(
		rows, row("answer", passage, json_pack("{s:s}", "form_id", order)));
	(void)json_array_append_new(
		rows, row("passage_closed", passage,
			  json_pack("{s:s, s:s, s:s, s:i, s:i, s:i, s:i}", "lift", "00",
				    "verdict", "release", "outcome", "passed",
				    "gather_ms", 4000, "ask_ms", passage % 977,
				    "record_ms", 3, "lift_ms", 1500)));
}

static bool fill(void)
{
	for (int passage = 1; passage <= PASSAGES;) {
		json_t *rows = json_array();
		enum kakou_err err;

		for (int i = 0; i < EACH; i++)
			add_passage(rows, passage++);
		err = search_base_take(&base, rows);
		json_decref(rows);
		if (err)
			return false;
	}
	return true;
}

static bool measure(const char *name, search_answer *how, const char *question)
{
	json_t *asked = json_loads(question, 0, NULL);
	double best = 1e9;
	enum kakou_err err = KAKOU_OK;

	for (int i = 0; i < TRIES && !err; i++) {
		double begin = now_ms();
		json_t *result = NULL;

		err = how(&base, asked, &result, NULL);
		if (now_ms() - begin < best)
			best = now_ms() - begin;
		json_decref(result);
	}
	json_decref(asked);
	printf("%-28s %7.1f ms\n", name, best);
	return !err;
}

static bool measure_all(void)
{
	return measure("a plate", search_history, "{\"plate\":\"浙A12345\"}") &&
	       measure("part of a plate", search_history, "{\"plate\":\"12345\"}") &&
	       measure("a box", search_history, "{\"box\":\"CSQU0077777\"}") &&
	       measure("part of an order number", search_history,
		       "{\"order\":\"00054321\"}") &&
	       measure("the newest 50", search_history, "{}") &&
	       measure("the oldest 50", search_history, "{\"before\":51}") &&
	       measure("numbers of all, by day", search_statistics,
		       "{\"from\":0,\"until\":1900000000000,\"by\":\"day\"}");
}

int main(void)
{
	struct search_config config = {
		.keep_days = 3650, .shifts = {0}, .shift_count = 1};
	struct why why = {""};
	char *directory;
	double begin;
	bool is_good;

	if (!access("/dev/shm", W_OK))
		(void)setenv("TMPDIR", "/dev/shm", 1);
	directory = site_file_make_directory();
	config.directory = directory;
	if (search_base_open(&base, &config, &why)) {
		fprintf(stderr, "%s\n", why.text);
		return EXIT_FAILURE;
	}
	begin = now_ms();
	is_good = fill();
	printf("%-28s %7.0f events/s\n", "taken in",
	       (double)seq / ((now_ms() - begin) / 1e3));
	is_good = is_good && measure_all();
	search_base_close(&base);
	site_file_remove_directory(directory);
	return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}

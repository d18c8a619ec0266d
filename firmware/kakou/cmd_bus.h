/* SPDX-License-Identifier: MIT */
/*
 * What the parts of kakou bus scan share.
 *
 * Layer: firmware. One thread.
 */
#ifndef KAKOU_FIRMWARE_CMD_BUS_H
#define KAKOU_FIRMWARE_CMD_BUS_H

#include "firmware/kakou/cli_bus.h"

enum { GUESSES_MAX = 3 };

struct guess {
	const struct cli_map *map;
	int score;
};

struct found {
	uint8_t unit;
	struct bus_answer answer;
	struct guess guesses[GUESSES_MAX];
	size_t guess_count;
	const json_t *device; /* the site's, or NULL */
};

struct scan {
	struct cli *cli;
	struct cli_bus bus;
	int64_t from, to;
	const json_t *devices;
	struct cli_map *maps;
	size_t map_count;
	int64_t asked, silent, begun_ms;
	int64_t unreached; /* of the silent: the port itself failed */
	char why[sizeof(((struct bus_answer *)0)->why)]; /* the last time that it did */
	bool is_interrupted, has_guessed;
	json_t *rows; /* --json */
	struct cli_table *table;
	size_t found;
};

/** One unit that was found: into the table, or into the rows of --json. */
void bus_show_row(struct scan *scan, const struct found *found);
void bus_show_json(struct scan *scan, const struct found *found);

/** How far the scan is, on a terminal; and that line away again. */
void bus_show_progress(const struct scan *scan, int64_t unit);
void bus_end_progress(const struct scan *scan);

/** All that was found, and the counts. */
void bus_show_end(struct scan *scan);

/** A complaint about a unit without its "port x unit 1: ", which is said elsewhere. */
const char *bus_skip_where(const char *why);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * kakou bus scan: which units answer on a Modbus port, what they answer, and which map may fit.
 *
 * Layer: firmware.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/kakou/cmd_bus.h"
#include "hal/clock.h"
#include "hal/text.h"

enum {
	UNIT_LAST = 247, /* Serial Line V1.02 2.2 */
	SWEEP_LAST = 10,
	TEXT_WORTH = 4, /* a text that is one says more than a number in its range */
	/* V1.1b3 section 7: a gateway speaks, and says that nobody is behind it */
	GATEWAY_NO_PATH = 10,
	GATEWAY_NO_TARGET = 11,
};

/* ---- one unit ---------------------------------------------------------------------------- */

/* Whoever refuses is there; so is one who answers nonsense. A gateway that finds nobody is not
 * the unit. */
static bool is_somebody(const struct bus_answer *answer)
{
	switch (answer->error) {
	case KAKOU_OK:
	case KAKOU_E_FOREIGN:
	case KAKOU_E_GARBLED: return true;
	case KAKOU_E_REFUSED:
		return answer->exception != GATEWAY_NO_PATH &&
		       answer->exception != GATEWAY_NO_TARGET;
	default: return false;
	}
}

/* How much speaks for a map whose registers were all read and are all in their range: what is 0
 * says nothing. 0: it does not fit. */
static int score(const struct cli_reading *reading)
{
	const struct map *map = reading->map;
	int points = 0;

	if (cli_reading_judge(reading))
		return 0;
	for (size_t p = 0; p < map->point_count; p++) {
		struct map_value value;
		struct why why;

		if (map_decode_point(map, &map->points[p], reading->image, &value, &why))
			continue;
		if (value.is_text)
			points += value.text[0] ? TEXT_WORTH : 0;
		else
			points += value.number != 0;
	}
	return points;
}

static void keep_best(struct found *found, struct guess guess)
{
	size_t at = found->guess_count;

	while (at > 0 && found->guesses[at - 1].score < guess.score)
		at--;
	if (at >= GUESSES_MAX)
		return;
	if (found->guess_count < GUESSES_MAX)
		found->guess_count++;
	memmove(&found->guesses[at + 1], &found->guesses[at],
		(found->guess_count - at - 1) * sizeof(guess));
	found->guesses[at] = guess;
}

static int guess_maps(struct scan *scan, struct found *found)
{
	for (size_t m = 0; m < scan->map_count && !cli_is_interrupted(); m++) {
		struct cli_reading reading = {.map = &scan->maps[m].map};
		struct guess guess = {.map = &scan->maps[m]};
		int exit;

		if (!scan->maps[m].is_sound)
			continue;
		exit = cli_reading_take(scan->cli, &scan->bus, found->unit, &reading);
		if (exit)
			return exit;
		guess.score = score(&reading);
		if (guess.score > 0)
			keep_best(found, guess);
	}
	return CLI_DONE;
}

static const json_t *find_device(const json_t *devices, int64_t unit)
{
	const json_t *device;
	size_t i;

	json_array_foreach(devices, i, device)
	{
		if (cli_integer(device, "unit") == unit)
			return device;
	}
	return NULL;
}

/* ---- the scan ---------------------------------------------------------------------------- */

static void note_unreached(struct scan *scan, const struct bus_answer *answer)
{
	if (answer->error != KAKOU_E_LINK)
		return;
	scan->unreached++;
	(void)text_copy(scan->why, sizeof(scan->why), answer->why);
}

static int scan_unit(struct scan *scan, uint8_t unit)
{
	struct found found = {.unit = unit, .device = find_device(scan->devices, unit)};
	int exit = cli_bus_read(scan->cli, &scan->bus, unit, MODBUS_HOLDING, 0, 1,
				&found.answer);

	if (exit)
		return exit;
	scan->asked++;
	if (!is_somebody(&found.answer)) {
		scan->silent++;
		note_unreached(scan, &found.answer);
		return CLI_DONE;
	}
	scan->found++;
	if (!found.device)
		exit = guess_maps(scan, &found);
	scan->has_guessed |= found.guess_count > 0;
	if (scan->cli->json)
		bus_show_json(scan, &found);
	else
		bus_show_row(scan, &found);
	return exit;
}

static int scan_units(struct scan *scan)
{
	int exit = CLI_DONE;

	for (int64_t unit = scan->from; !exit && unit <= scan->to; unit++) {
		scan->is_interrupted = cli_is_interrupted();
		if (scan->is_interrupted)
			break;
		bus_show_progress(scan, unit);
		exit = scan_unit(scan, (uint8_t)unit);
	}
	bus_end_progress(scan);
	return exit;
}

/* A line that can't be opened, a host that refuses: nothing is known of any unit. */
static bool is_unreached(const struct scan *scan)
{
	return scan->asked > 0 && scan->unreached == scan->asked;
}

/* Every usual speed and frame of a serial line, one after the other. */
static int sweep(struct scan *scan, const struct modbus_port_config *given)
{
	static const int bauds[] = {9600, 19200, 38400, 57600, 115200, 4800, 2400, 1200};
	static const char *const frames[] = {"N1", "E1", "N2", "O1"};
	int exit = CLI_DONE;

	for (size_t b = 0; b < sizeof(bauds) / sizeof(bauds[0]); b++) {
		for (size_t f = 0; f < sizeof(frames) / sizeof(frames[0]); f++) {
			struct modbus_port_config config = *given;

			config.baud = bauds[b];
			config.parity = frames[f][0];
			config.stop_bits = (uint8_t)(frames[f][1] - '0');
			exit = cli_bus_open(scan->cli, &config, &scan->bus);
			if (!exit)
				exit = scan_units(scan);
			cli_bus_close(&scan->bus);
			if (exit || scan->is_interrupted)
				return exit;
		}
	}
	return exit;
}

/* ---- words ------------------------------------------------------------------------------- */

struct scan_wish {
	struct cli_bus_wish bus;
	const char *word, *from, *to, *maps;
	bool no_guess, sweeps;
};

static int read_range(struct scan *scan, const struct scan_wish *wish)
{
	if (!cli_read_integer(scan->cli, "--from", wish->from, 0, UINT8_MAX, 1,
			      &scan->from) ||
	    !cli_read_integer(scan->cli, "--to", wish->to, 0, UINT8_MAX,
			      wish->sweeps ? SWEEP_LAST : UNIT_LAST, &scan->to))
		return CLI_USAGE;
	if (scan->from > scan->to)
		return cli_complain(scan->cli, CLI_USAGE,
				    "got --from %" PRId64 " and --to %" PRId64
				    ", expected the first no larger",
				    scan->from, scan->to);
	return CLI_DONE;
}

static int scan_port(struct scan *scan, const struct scan_wish *wish)
{
	struct modbus_port_config config;
	json_t *devices = NULL;
	int exit;

	if (cli_bus_is_direct(&wish->bus)) {
		exit = cli_bus_read_config(scan->cli, &wish->bus, &config);
		if (!exit && wish->sweeps)
			return config.is_rtu
				       ? sweep(scan, &config)
				       : cli_complain(scan->cli, CLI_USAGE,
						      "got --sweep with --tcp, expected "
						      "it with --tty");
		if (!exit)
			exit = cli_bus_open(scan->cli, &config, &scan->bus);
	} else {
		exit = cli_unit_find_port(scan->cli, &wish->bus, wish->word, &scan->bus,
					  &devices);
	}
	scan->devices = devices;
	if (!exit)
		exit = scan_units(scan);
	cli_bus_close(&scan->bus);
	json_decref(devices);
	return exit;
}

static int run_scan(struct cli *cli, const struct scan_wish *wish)
{
	static const char *const heads[] = {"UNIT", "TOOK", "WHAT", "WHERE", "MAP", NULL};
	struct scan scan = {.cli = cli, .begun_ms = clock_mono_ms()};
	char directory[256];
	int exit = read_range(&scan, wish);

	if (!exit && !wish->no_guess)
		exit = cli_bus_find_maps(cli, wish->maps, directory, sizeof(directory));
	if (!exit && !wish->no_guess)
		exit = cli_bus_load_maps(cli, directory, &scan.maps, &scan.map_count);
	if (exit)
		return exit;
	scan.table = cli_table_create(heads);
	scan.rows = json_array();
	cli_catch_interrupt();
	exit = scan_port(&scan, wish);
	if (!exit && is_unreached(&scan))
		exit = cli_complain(cli, CLI_FAILED, "no unit could be asked: %s",
				    bus_skip_where(scan.why));
	if (!exit)
		bus_show_end(&scan);
	cli_table_destroy(scan.table);
	json_decref(scan.rows);
	free(scan.maps);
	return exit ? exit : scan.is_interrupted ? CLI_FAILED : CLI_DONE;
}

int cmd_bus(struct cli *cli, int argc, char **argv)
{
	struct scan_wish wish = {0};
	const char *words[2];
	const struct cli_option options[] = {
		CLI_BUS_OPTIONS(wish.bus),
		{"--from",     &wish.from, NULL          },
		{"--to",       &wish.to,   NULL          },
		{"--maps",     &wish.maps, NULL          },
		{"--no-guess", NULL,       &wish.no_guess},
		{"--sweep",    NULL,       &wish.sweeps  },
	};

	if (!cli_read_words(cli, argc, argv, options,
			    sizeof(options) / sizeof(options[0]), words, 1, 2))
		return CLI_USAGE;
	if (strcmp(words[0], "scan") != 0)
		return cli_complain(cli, CLI_USAGE, "got \"%s\", expected scan",
				    words[0]);
	wish.word = words[1];
	if (!words[1] == !cli_bus_is_direct(&wish.bus))
		return cli_complain(cli, CLI_USAGE,
				    "expected the name of a port, or --tcp, or --tty");
	if (wish.sweeps && !wish.bus.tty)
		return cli_complain(cli, CLI_USAGE,
				    "got --sweep, expected it with --tty");
	return run_scan(cli, &wish);
}

/* SPDX-License-Identifier: MIT */
/*
 * kakou config board: checks a board file and prints what is behind each terminal.
 *
 * Layer: firmware.
 */
#include "firmware/kakou/config_board.h"

#include "firmware/config/board.h"

static const char *bias_name(enum gpio_bias bias)
{
	return bias == GPIO_BIAS_PULL_UP     ? "pull_up"
	       : bias == GPIO_BIAS_PULL_DOWN ? "pull_down"
					     : "none";
}

static const char *safe_name(const struct board_line *line)
{
	return !line->is_output ? "-" : line->is_on_when_dead ? "on" : "off";
}

static const char *direction_name(const struct board_serial *serial)
{
	return !serial->rs485.is_on            ? "auto"
	       : serial->rs485.is_high_on_send ? "high"
					       : "low";
}

static void print_lines(struct cli *cli, const struct board *board)
{
	static const char *const heads[] = {"LINE", "WAY",  "CHIP", "PIN",
					    "ON",   "BIAS", "DEAD", NULL};
	struct cli_table *table = cli_table_create(heads);

	for (size_t i = 0; i < board->line_count; i++) {
		const struct board_line *line = &board->lines[i];

		cli_table_add(table, "%s", line->name);
		cli_table_add(table, "%s", line->is_output ? "out" : "in");
		cli_table_add(table, "%s%s", board->chips[line->chip].label,
			      board->chips[line->chip].sleeps ? " (sleeps)" : "");
		cli_table_add(table, "%d", line->offset);
		cli_table_add(table, "%s", line->active_low ? "low" : "high");
		cli_table_add(table, "%s", bias_name(line->bias));
		cli_table_add(table, "%s", safe_name(line));
	}
	cli_table_print(table, cli->out);
	cli_table_destroy(table);
}

static void print_serials(struct cli *cli, const struct board *board)
{
	static const char *const heads[] = {"SERIAL", "DEVICE", "SENDS", "PIN", NULL};
	struct cli_table *table = cli_table_create(heads);

	for (size_t i = 0; i < board->serial_count; i++) {
		const struct board_serial *serial = &board->serials[i];

		cli_table_add(table, "%s", serial->name);
		cli_table_add(table, "%s", serial->tty);
		cli_table_add(table, "%s", direction_name(serial));
		if (serial->has_line)
			cli_table_add(table, "%s %d", board->chips[serial->chip].label,
				      serial->offset);
		else
			cli_table_add(table, "-");
	}
	fputc('\n', cli->out);
	cli_table_print(table, cli->out);
	cli_table_destroy(table);
}

static json_t *view_lines(const struct board *board)
{
	json_t *lines = json_array();

	for (size_t i = 0; i < board->line_count; i++) {
		const struct board_line *line = &board->lines[i];

		json_array_append_new(
			lines,
			json_pack("{s:s, s:b, s:s, s:b, s:i, s:b, s:s, s:s}", "name",
				  line->name, "is_output", line->is_output, "chip",
				  board->chips[line->chip].label, "sleeps",
				  board->chips[line->chip].sleeps, "offset", line->offset,
				  "active_low", line->active_low, "bias",
				  bias_name(line->bias), "dead", safe_name(line)));
	}
	return lines;
}

static json_t *view_serials(const struct board *board)
{
	json_t *serials = json_array();

	for (size_t i = 0; i < board->serial_count; i++) {
		const struct board_serial *serial = &board->serials[i];

		json_array_append_new(
			serials, json_pack("{s:s, s:s, s:s}", "name", serial->name, "tty",
					   serial->tty, "sends", direction_name(serial)));
	}
	return serials;
}

int config_show_board(struct cli *cli, const char *path)
{
	static struct board board; /* too large for the stack */
	struct why why = {""};
	const char *reset;
	json_t *value;

	if (board_load(&board, path, &why))
		return cli_complain(cli, CLI_FAILED, "%s", why.text);
	reset = board.reset_line < 0 ? "none" : board.lines[board.reset_line].name;
	if (cli->json) {
		value = json_pack("{s:s, s:s, s:s, s:i, s:s, s:o, s:o}", "name",
				  board.name, "compatible", board.compatible, "watchdog",
				  board.watchdog, "watchdog_s", (int)board.watchdog_s,
				  "reset_line", reset, "lines", view_lines(&board),
				  "serials", view_serials(&board));
		cli_print_json(cli, value);
		json_decref(value);
		return CLI_DONE;
	}
	fprintf(cli->out, "%s: for \"%s\", watchdog \"%s\" with %d s, reset by %s\n\n",
		board.name, board.compatible, board.watchdog[0] ? board.watchdog : "none",
		board.watchdog_s, reset);
	print_lines(cli, &board);
	print_serials(cli, &board);
	return CLI_DONE;
}

/* SPDX-License-Identifier: MIT */
/*
 * The line of a factory reset.
 *
 * Layer: firmware. Blocks for as long as the line is held.
 */
#include "firmware/kakou/reset_line.h"

#include <string.h>

#include "firmware/config/board.h"
#include "hal/clock.h"
#include "hal/devicetree.h"
#include "hal/text.h"

enum {
	LOOK_MS = 50,
	LET_GO_LOOKS = 4, /* in a row: a contact bounces */
};

static const char boards[] = "/usr/share/kakou/boards";

/* ---- which one ------------------------------------------------------------------------- */

/* A board's own pin; nothing is looked at on a machine that is not this board. */
static int take_board(struct cli *cli, const struct board *board, bool is_inverted,
		      struct reset_line *out, bool *has_line)
{
	const struct board_line *line;
	struct why why = {""};

	if (board->reset_line < 0)
		return CLI_DONE;
	if (devicetree_check_compatible(board->compatible, &why))
		return cli_complain(cli, CLI_FAILED, "board %s: %s", board->name,
				    why.text);
	line = &board->lines[board->reset_line];
	(void)snprintf(out->where, sizeof(out->where), "chip:%s",
		       board->chips[line->chip].label);
	(void)text_copy(out->line.name, sizeof(out->line.name), line->name);
	out->line.is_numbered = true;
	out->line.offset = line->offset;
	out->line.active_low = line->active_low != is_inverted;
	out->line.bias = line->bias;
	*has_line = true;
	return CLI_DONE;
}

static int take_named_board(struct cli *cli, const struct reset_line_words *words,
			    struct reset_line *out, bool *has_line)
{
	static struct board board; /* too large for the stack */
	char path[RESET_PATH_MAX + 1];
	struct why why = {""};

	if (!text_copy(path, sizeof(path) - sizeof(boards) - sizeof("/board.conf"),
		       words->board))
		return cli_complain(cli, CLI_USAGE,
				    "--board: got \"%s\", expected a shorter path",
				    words->board);
	if (!strchr(words->board, '/'))
		(void)snprintf(path, sizeof(path), "%s/%s/board.conf", boards,
			       words->board);
	if (board_load(&board, path, &why))
		return cli_complain(cli, CLI_FAILED, "%s", why.text);
	return take_board(cli, &board, words->active_low, out, has_line);
}

static int take_words(struct cli *cli, const struct reset_line_words *words,
		      struct reset_line *out, bool *has_line)
{
	if (!words->where || !words->name || words->board)
		return cli_complain(
			cli, CLI_USAGE,
			"expected --board NAME, or --gpio and --line, or none of them");
	if (!text_copy(out->line.name, sizeof(out->line.name), words->name))
		return cli_complain(cli, CLI_USAGE,
				    "--line: got \"%s\", expected at most %d bytes",
				    words->name, GPIO_NAME_MAX);
	if (!text_copy(out->where, sizeof(out->where), words->where))
		return cli_complain(cli, CLI_USAGE,
				    "--gpio: got \"%s\", expected at most %d bytes",
				    words->where, RESET_PATH_MAX);
	out->line.active_low = words->active_low;
	*has_line = true;
	return CLI_DONE;
}

int reset_line_find(struct cli *cli, const struct reset_line_words *words,
		    const struct site *site, struct reset_line *out, bool *has_line)
{
	*has_line = false;
	out->line = (struct gpio_line){.is_output = false};
	if (words->where || words->name)
		return take_words(cli, words, out, has_line);
	if (words->board)
		return take_named_board(cli, words, out, has_line);
	if (site && site->has_board)
		return take_board(cli, &site->board, words->active_low, out, has_line);
	return CLI_DONE;
}

/* ---- whether a hand is on it ----------------------------------------------------------- */

/* A line that can't be read is neither held nor let go. */
static bool look(struct gpio *gpio, bool *is_on)
{
	struct gpio_edge edge;
	uint64_t levels = 0;

	clock_sleep_until_ms(clock_mono_ms() + LOOK_MS);
	while (gpio_next_edge(gpio, &edge) == KAKOU_OK)
		;
	if (gpio_read(gpio, &levels))
		return false;
	*is_on = levels & 1;
	return true;
}

static bool is_held(struct gpio *gpio, int64_t hold_s)
{
	int64_t until_ms = clock_mono_ms() + hold_s * 1000;
	bool is_on = true;

	while (is_on && clock_mono_ms() < until_ms)
		if (!look(gpio, &is_on))
			return false;
	return is_on;
}

static bool is_let_go(struct gpio *gpio)
{
	int64_t until_ms = clock_mono_ms() + (int64_t)RESET_RELEASE_S * 1000;
	int looks = 0;
	bool is_on = true;

	while (looks < LET_GO_LOOKS && clock_mono_ms() < until_ms)
		looks = look(gpio, &is_on) && !is_on ? looks + 1 : 0;
	return looks == LET_GO_LOOKS;
}

int reset_line_watch(struct cli *cli, const struct reset_line *reset, bool *is_asked)
{
	struct why why = {""};
	struct gpio *gpio;
	bool was_held;

	*is_asked = false;
	if (gpio_open(&gpio, reset->where, &reset->line, 1, &why))
		return cli_complain(cli, CLI_FAILED, "%s", why.text);
	was_held = is_held(gpio, reset->hold_s);
	*is_asked = was_held && is_let_go(gpio);
	gpio_close(gpio);
	if (was_held && !*is_asked)
		return cli_complain(cli, CLI_FAILED,
				    "%s is still held %d s later, expected it let go: "
				    "stuck, or wired to something else; everything stays",
				    reset->line.name, RESET_RELEASE_S);
	return CLI_DONE;
}

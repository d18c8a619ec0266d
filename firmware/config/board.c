/* SPDX-License-Identifier: MIT */
/*
 * Board files.
 *
 * Layer: firmware. Blocks on the disk; start and reconfiguration only.
 */
#include "firmware/config/board.h"

#include <string.h>

#include "hal/text.h"

struct build {
	struct board *board;
	struct why *why;
};

static bool says(const struct conf_section *section, const char *key, const char *word)
{
	return !strcmp(conf_text(section, key), word);
}

static enum kakou_err take_name(struct build *build, const struct conf_section *section,
				const char *key, char to[BOARD_NAME_MAX + 1])
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwx"
				      "yz0123456789._-";
	const char *text = key ? conf_text(section, key) : conf_title(section);
	size_t len = strlen(text);

	if (len == 0 || len > BOARD_NAME_MAX || strspn(text, allowed) != len)
		return conf_complain(
			section, key, build->why,
			"got the name \"%s\", expected 1 to %d of A-Z a-z 0-9 . _ -",
			text, BOARD_NAME_MAX);
	text_copy(to, BOARD_NAME_MAX + 1, text);
	return KAKOU_OK;
}

static enum kakou_err take_chip(struct build *build, const struct conf_section *section)
{
	struct board_chip *chip = &build->board->chips[build->board->chip_count];
	const char *label = conf_text(section, "label");

	if (strchr(label, ','))
		return conf_complain(section, "label", build->why,
				     "got \"%s\", expected a label without a comma",
				     label);
	for (size_t i = 0; i < build->board->chip_count; i++)
		if (!strcmp(build->board->chips[i].label, label))
			return conf_complain(section, "label", build->why,
					     "got \"%s\", which is chip \"%s\" already",
					     label, build->board->chips[i].name);
	text_copy(chip->label, sizeof(chip->label), label);
	chip->sleeps = !says(section, "bus", "soc") && !says(section, "bus", "pci");
	chip->lines = (uint16_t)conf_integer(section, "lines");
	build->board->chip_count++;
	return take_name(build, section, NULL, chip->name);
}

/* Chip and offset of a section, which is the only one to have them. */
static enum kakou_err take_pin(struct build *build, const struct conf_section *section,
			       uint8_t *chip, uint16_t *offset)
{
	const struct board *board = build->board;
	const char *name = conf_text(section, "chip");
	size_t i = 0;

	while (i < board->chip_count && strcmp(board->chips[i].name, name) != 0)
		i++;
	if (i == board->chip_count)
		return conf_complain(section, "chip", build->why,
				     "got \"%s\", expected the name of a chip section",
				     name);
	*chip = (uint8_t)i;
	*offset = (uint16_t)conf_integer(section, "offset");
	if (*offset >= board->chips[i].lines)
		return conf_complain(section, "offset", build->why,
				     "got %d, expected 0 to %d: chip \"%s\" has %d lines",
				     *offset, board->chips[i].lines - 1, name,
				     board->chips[i].lines);
	for (size_t j = 0; j < board->line_count; j++)
		if (board->lines[j].chip == *chip && board->lines[j].offset == *offset)
			return conf_complain(section, "offset", build->why,
					     "got %d, which is line \"%s\" already",
					     *offset, board->lines[j].name);
	for (size_t j = 0; j < board->serial_count; j++)
		if (board->serials[j].has_line && board->serials[j].chip == *chip &&
		    board->serials[j].offset == *offset)
			return conf_complain(section, "offset", build->why,
					     "got %d, which turns serial \"%s\" already",
					     *offset, board->serials[j].name);
	return KAKOU_OK;
}

static enum gpio_bias bias_of(const struct conf_section *section)
{
	return says(section, "bias", "pull_up")     ? GPIO_BIAS_PULL_UP
	       : says(section, "bias", "pull_down") ? GPIO_BIAS_PULL_DOWN
						    : GPIO_BIAS_AS_IS;
}

/* What a terminal does when the processor is dead is the work of a resistor: there has to be one,
 * and it has to do what the file says. */
static enum kakou_err take_safe(struct build *build, const struct conf_section *section,
				struct board_line *line)
{
	bool pulls_on;

	if (!line->is_output) {
		if (!says(section, "safe", "none"))
			return conf_complain(section, "safe", build->why,
					     "got %s for an input, expected it for "
					     "outputs only",
					     conf_text(section, "safe"));
		return KAKOU_OK;
	}
	if (says(section, "safe", "none"))
		return conf_complain(
			section, NULL, build->why,
			"line \"%s\" is an output with safe none, expected what "
			"its terminal does while the processor is dead: off or on",
			line->name);
	if (line->bias == GPIO_BIAS_AS_IS)
		return conf_complain(section, NULL, build->why,
				     "line \"%s\" is an output with bias none, expected "
				     "pull_up or pull_down: nothing would hold it at its "
				     "safe value, which is %s",
				     line->name, conf_text(section, "safe"));
	line->is_on_when_dead = says(section, "safe", "on");
	pulls_on = (line->bias == GPIO_BIAS_PULL_UP) != line->active_low;
	if (pulls_on != line->is_on_when_dead)
		return conf_complain(section, "safe", build->why,
				     "got %s, expected %s: with %s and active_low %s "
				     "line \"%s\" is %s while nobody drives it",
				     conf_text(section, "safe"), pulls_on ? "on" : "off",
				     conf_text(section, "bias"),
				     line->active_low ? "true" : "false", line->name,
				     pulls_on ? "on" : "off");
	return KAKOU_OK;
}

static enum kakou_err take_line(struct build *build, const struct conf_section *section)
{
	struct board_line *line = &build->board->lines[build->board->line_count];
	enum kakou_err err = take_name(build, section, NULL, line->name);

	line->is_output = says(section, "direction", "out");
	line->active_low = conf_flag(section, "active_low");
	line->bias = bias_of(section);
	if (!err)
		err = take_pin(build, section, &line->chip, &line->offset);
	if (!err)
		err = take_safe(build, section, line);
	build->board->line_count++;
	return err;
}

static enum kakou_err take_direction(struct build *build,
				     const struct conf_section *section,
				     struct board_serial *serial)
{
	static const char *const keys[] = {"level", "before_ms", "after_ms", "chip",
					   "offset"};
	bool is_auto = says(section, "direction", "auto");

	for (size_t i = 0; is_auto && i < sizeof(keys) / sizeof(keys[0]); i++)
		if (conf_is_set(section, keys[i]))
			return conf_complain(
				section, keys[i], build->why,
				"got a value with direction auto, expected it "
				"with rts or gpio only");
	serial->rs485.is_on = !is_auto;
	serial->rs485.is_high_on_send = says(section, "level", "high");
	serial->rs485.before_ms = (int32_t)conf_integer(section, "before_ms");
	serial->rs485.after_ms = (int32_t)conf_integer(section, "after_ms");
	if (conf_is_set(section, "chip") != conf_is_set(section, "offset") ||
	    (says(section, "direction", "gpio") && !conf_is_set(section, "chip")))
		return conf_complain(section, NULL, build->why,
				     "serial \"%s\" lacks chip or offset, expected both: "
				     "the pin that turns it",
				     serial->name);
	if (!conf_is_set(section, "chip"))
		return KAKOU_OK;
	serial->has_line = true;
	return take_pin(build, section, &serial->chip, &serial->offset);
}

static enum kakou_err take_serial(struct build *build, const struct conf_section *section)
{
	struct board_serial *serial = &build->board->serials[build->board->serial_count];
	const char *tty = conf_text(section, "tty");
	enum kakou_err err = take_name(build, section, NULL, serial->name);

	if (!err && tty[0] != '/')
		err = conf_complain(section, "tty", build->why,
				    "got \"%s\", expected a path such as /dev/ttyS1",
				    tty);
	for (size_t i = 0; !err && i < build->board->serial_count; i++)
		if (!strcmp(build->board->serials[i].tty, tty))
			err = conf_complain(section, "tty", build->why,
					    "got \"%s\", which is serial \"%s\" already",
					    tty, build->board->serials[i].name);
	text_copy(serial->tty, sizeof(serial->tty), tty);
	if (!err)
		err = take_direction(build, section, serial);
	build->board->serial_count++;
	return err;
}

static enum kakou_err take_each(struct build *build, const struct conf *conf,
				const char *what, size_t min, size_t max,
				enum kakou_err (*take)(struct build *,
						       const struct conf_section *))
{
	const struct conf_section *root = conf_root(conf);
	size_t count = conf_count(root, what);
	enum kakou_err err = KAKOU_OK;

	if (count < min || count > max)
		return conf_complain(count > max ? conf_at(root, what, max) : root, NULL,
				     build->why,
				     "got %zu %s sections, expected %zu to %zu", count,
				     what, min, max);
	for (size_t i = 0; !err && i < count; i++)
		err = take(build, conf_at(root, what, i));
	return err;
}

static enum kakou_err take_reset_line(struct build *build,
				      const struct conf_section *root)
{
	struct board *board = build->board;
	const char *name = conf_text(root, "reset_line");
	const struct board_line *line = board_find_line(board, name);

	board->reset_line = -1;
	if (!name[0])
		return KAKOU_OK;
	if (!line || line->is_output)
		return conf_complain(root, "reset_line", build->why,
				     "got \"%s\"%s, expected an input of this board",
				     name, line ? ", an output" : "");
	board->reset_line = (int)(line - board->lines);
	return KAKOU_OK;
}

enum kakou_err board_load(struct board *out, const char *path, struct why *why)
{
	struct build build = {.board = out, .why = why};
	const struct conf_section *root;
	struct conf *conf;
	enum kakou_err err = conf_open(&conf, path, board_keys, board_key_count, why);

	if (err)
		return err;
	memset(out, 0, sizeof(*out));
	root = conf_root(conf);
	err = take_name(&build, root, "name", out->name);
	text_copy(out->compatible, sizeof(out->compatible),
		  conf_text(root, "compatible"));
	text_copy(out->watchdog, sizeof(out->watchdog), conf_text(root, "watchdog"));
	out->watchdog_s = (int32_t)conf_integer(root, "watchdog_s");
	if (!err)
		err = take_each(&build, conf, "chip", 1, BOARD_CHIPS_MAX, take_chip);
	if (!err)
		err = take_each(&build, conf, "line", 1, BOARD_LINES_MAX, take_line);
	if (!err)
		err = take_each(&build, conf, "serial", 0, BOARD_SERIALS_MAX,
				take_serial);
	if (!err)
		err = take_reset_line(&build, root);
	conf_close(conf);
	return err;
}

const struct board_line *board_find_line(const struct board *board, const char *name)
{
	for (size_t i = 0; i < board->line_count; i++)
		if (!strcmp(board->lines[i].name, name))
			return &board->lines[i];
	return NULL;
}

const struct board_serial *board_find_serial(const struct board *board, const char *name)
{
	for (size_t i = 0; i < board->serial_count; i++)
		if (!strcmp(board->serials[i].name, name))
			return &board->serials[i];
	return NULL;
}

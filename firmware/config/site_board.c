/* SPDX-License-Identifier: MIT */
/*
 * The board of a site: its file, and lines, serial ports and watchdog by the names it gives them.
 *
 * Layer: firmware. Blocks on the disk; start and reconfiguration only.
 */
#include "firmware/config/site_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hal/text.h"

/* "cm4" is a folder of boards_dir, anything with a slash a file. */
static enum kakou_err find_file(struct site_build *build, const struct conf_section *root,
				char *path, size_t size)
{
	const char *named = conf_text(root, "board");
	char directory[SITE_PATH_MAX + 1];
	enum kakou_err err;

	if (strchr(named, '/'))
		return site_take_path(build, root, "board", "", path, size);
	err = site_take_path(build, root, "boards_dir", "", directory, sizeof(directory));
	if (!err)
		(void)snprintf(path, size, "%s/%s/board.conf", directory, named);
	return err;
}

enum kakou_err site_take_board(struct site_build *build)
{
	const struct conf_section *root = conf_root(build->conf);
	struct site *site = build->site;
	char path[2 * SITE_PATH_MAX];
	struct why said = {""};
	enum kakou_err err;

	site->watchdog_s = (int32_t)conf_integer(root, "watchdog_s");
	text_copy(site->watchdog, sizeof(site->watchdog), conf_text(root, "watchdog"));
	if (conf_is_set(root, "board")) {
		err = find_file(build, root, path, sizeof(path));
		if (err)
			return err;
		if (board_load(&site->board, path, &said))
			return conf_complain(root, "board", build->why, "%s", said.text);
		site->has_board = true;
		if (!conf_is_set(root, "watchdog"))
			text_copy(site->watchdog, sizeof(site->watchdog),
				  site->board.watchdog);
		if (!conf_is_set(root, "watchdog") && !conf_is_set(root, "watchdog_s"))
			site->watchdog_s = site->board.watchdog_s;
	}
	if (!strcmp(site->watchdog, "none"))
		site->watchdog[0] = '\0';
	return KAKOU_OK;
}

/* "in1, in2, … of board": those that would do; "…" for what does not fit. */
static void list_lines(const struct board *board, bool is_output, char *to, size_t size)
{
	size_t used = 0;

	to[0] = '\0';
	for (size_t i = 0; i < board->line_count; i++) {
		size_t room = size - sizeof(", …") - used;
		int n;

		if (board->lines[i].is_output != is_output || (int)i == board->reset_line)
			continue;
		n = snprintf(to + used, room, "%s%s", used ? ", " : "",
			     board->lines[i].name);
		if (n < 0 || (size_t)n >= room) {
			memcpy(to + used, ", …", sizeof(", …"));
			return;
		}
		used += (size_t)n;
	}
}

/* NULL: there is none that serves, and `build->why` says why. */
static const struct board_line *find_line(struct site_build *build,
					  const struct conf_section *section,
					  enum line_role role)
{
	const struct board *board = &build->site->board;
	const char *name = conf_text(section, "name");
	bool is_output = line_role_is_output(role);
	const struct board_line *line = board_find_line(board, name);
	bool is_reset;
	char names[80];

	list_lines(board, is_output, names, sizeof(names));
	is_reset = line && line - board->lines == board->reset_line;
	if (line && line->is_output == is_output && !is_reset)
		return line;
	/* Whatever else is wired to that one would make the board blank some day. */
	if (is_reset)
		conf_complain(section, "name", build->why,
			      "got \"%s\", which resets board %s to blank, for "
			      "line %s, expected another input: %s",
			      name, board->name, line_role_name(role), names);
	else if (!line)
		conf_complain(section, "name", build->why,
			      "got \"%s\", expected an %s of board %s: %s", name,
			      is_output ? "output" : "input", board->name, names);
	else
		conf_complain(section, "name", build->why,
			      "got \"%s\", an %s of board %s, for line %s, "
			      "expected an %s: %s",
			      name, line->is_output ? "output" : "input", board->name,
			      line_role_name(role), is_output ? "output" : "input",
			      names);
	return NULL;
}

/* Doctrine 3, and S8: nothing that moves or tests is on while the processor is dead. */
static enum kakou_err check_safety(struct site_build *build,
				   const struct conf_section *section,
				   enum line_role role, const struct board_line *line)
{
	const struct board_chip *chip = &build->site->board.chips[line->chip];
	bool is_inverted = conf_flag(section, "active_low");

	if (role > LINE_WIRED_LAST)
		return KAKOU_OK;
	if (chip->sleeps)
		return conf_complain(section, "name", build->why,
				     "got \"%s\" for line %s, which moves or protects: "
				     "its chip \"%s\" sleeps; expected a line of the "
				     "processor itself",
				     line->name, line_role_name(role), chip->name);
	if (line->is_output && line->is_on_when_dead != is_inverted)
		return conf_complain(
			section, "name", build->why,
			"got \"%s\", which is %s while the processor is dead: "
			"line %s would be active then, expected an output "
			"that is %s",
			line->name, line->is_on_when_dead ? "on" : "off",
			line_role_name(role), line->is_on_when_dead ? "off" : "on");
	return KAKOU_OK;
}

enum kakou_err site_take_board_line(struct site_build *build,
				    const struct conf_section *section,
				    enum line_role role, struct gpio_line *out)
{
	const struct board_line *line = find_line(build, section, role);
	enum kakou_err err;

	if (!line)
		return KAKOU_E_INVALID;
	err = check_safety(build, section, role, line);
	if (!err && conf_is_set(section, "pull_up"))
		err = conf_complain(section, "pull_up", build->why,
				    "got a value for \"%s\", a line of board %s, whose "
				    "file says its bias; expected none",
				    line->name, build->site->board.name);
	if (err)
		return err;
	text_copy(out->name, sizeof(out->name), line->name);
	out->is_numbered = true;
	out->offset = line->offset;
	out->is_output = line->is_output;
	out->active_low = line->active_low != conf_flag(section, "active_low");
	out->bias = line->is_output ? GPIO_BIAS_AS_IS : line->bias;
	out->chip = line->chip;
	return KAKOU_OK;
}

void site_place_board_lines(const struct board *board, struct site_lane *lane)
{
	uint8_t place[BOARD_CHIPS_MAX];
	bool is_used[BOARD_CHIPS_MAX] = {false};
	size_t at;
	uint8_t count = 0;

	for (size_t i = 0; i < lane->gpio_count; i++)
		is_used[lane->gpio_lines[i].chip] = true;
	at = (size_t)snprintf(lane->gpio_where, sizeof(lane->gpio_where), "chip:");
	for (size_t i = 0; i < board->chip_count; i++) {
		place[i] = count;
		if (!is_used[i])
			continue;
		at += (size_t)snprintf(lane->gpio_where + at,
				       sizeof(lane->gpio_where) - at, "%s%s",
				       count++ ? "," : "", board->chips[i].label);
	}
	for (size_t i = 0; i < lane->gpio_count; i++)
		lane->gpio_lines[i].chip = place[lane->gpio_lines[i].chip];
}

/* By its name, or by its device: either way its direction is turned as the board says. */
enum kakou_err site_take_board_serial(struct site_build *build,
				      const struct conf_section *section,
				      struct modbus_port_config *modbus)
{
	const struct board *board = &build->site->board;
	const char *tty = conf_text(section, "tty");
	const struct board_serial *serial;

	if (!build->site->has_board)
		return KAKOU_OK;
	serial = board_find_serial(board, tty);
	for (size_t i = 0; i < board->serial_count && !serial; i++)
		if (!strcmp(board->serials[i].tty, modbus->device))
			serial = &board->serials[i];
	if (!serial && !strchr(tty, '/'))
		return conf_complain(section, "tty", build->why,
				     "got \"%s\", expected a serial of board %s, or the "
				     "path of a device",
				     tty, board->name);
	if (!serial)
		return KAKOU_OK;
	text_copy(modbus->device, sizeof(modbus->device), serial->tty);
	modbus->rs485 = serial->rs485;
	return KAKOU_OK;
}

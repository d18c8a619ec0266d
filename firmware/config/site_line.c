/* SPDX-License-Identifier: MIT */
/*
 * The lines of a lane: where each is, and that what moves or protects is wired (doctrine 3).
 *
 * Layer: firmware. Pure but for what conf holds.
 */
#include "firmware/config/site_internal.h"

#include <string.h>

#include "hal/text.h"

static const char CHIP[] = "chip:";
static const char YARD[] = "yard:";

static bool starts_with(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

static enum kakou_err take_where(struct site_build *build,
				 const struct conf_section *section,
				 struct site_lane *lane)
{
	const char *where = conf_text(section, "gpio");
	const char *labels = where + strlen(CHIP);

	if (build->site->has_board && !where[0])
		return KAKOU_OK; /* known when the lines are */
	if (!where[0])
		return conf_complain(section, NULL, build->why,
				     "lane \"%s\" has no gpio and the site no board, "
				     "expected gpio = chip:LABEL[,LABEL...] or "
				     "yard:SOCKET, or a board",
				     lane->name);
	if (build->site->has_board && starts_with(where, CHIP))
		return conf_complain(section, "gpio", build->why,
				     "got \"%s\" beside board %s, which knows its chips; "
				     "expected none, or yard:SOCKET",
				     where, build->site->board.name);
	if (starts_with(where, YARD))
		return site_take_path(build, section, "gpio", YARD, lane->gpio_where,
				      sizeof(lane->gpio_where));
	if (!starts_with(where, CHIP) || !labels[0] || labels[0] == ',' ||
	    strstr(labels, ",,") || labels[strlen(labels) - 1] == ',')
		return conf_complain(section, "gpio", build->why,
				     "got \"%s\", expected chip:LABEL[,LABEL...] or "
				     "yard:SOCKET",
				     where);
	text_copy(lane->gpio_where, sizeof(lane->gpio_where), where);
	return KAKOU_OK;
}

/* True when the two places have a chip, or the yard, in common: then their line names are one
 * name space. */
static bool share_chip(const char *a, const char *b)
{
	if (!strcmp(a, b))
		return true;
	if (!starts_with(a, CHIP) || !starts_with(b, CHIP))
		return false;
	for (a += strlen(CHIP); *a; a += strcspn(a, ",")) {
		size_t len;

		a += *a == ',';
		len = strcspn(a, ",");
		for (const char *at = b + strlen(CHIP); *at; at += strcspn(at, ",")) {
			at += *at == ',';
			if (strcspn(at, ",") == len && !memcmp(a, at, len))
				return true;
		}
	}
	return false;
}

static enum kakou_err refuse_taken(struct site_build *build,
				   const struct conf_section *section,
				   const struct site_lane *lane,
				   const struct site_lane *other, enum line_role role)
{
	const struct site_line *line = &lane->lines[role];

	for (enum line_role r = 0; r < LINE_ROLES; r++) {
		const struct site_line *taken = &other->lines[r];

		if (!taken->is_used || taken == line ||
		    taken->on_device != line->on_device)
			continue;
		if (!line->on_device &&
		    (build->site->has_board ||
		     share_chip(other->gpio_where, lane->gpio_where)) &&
		    !strcmp(taken->gpio.name, line->gpio.name))
			return conf_complain(section, "name", build->why,
					     "got \"%s\", which is line %s of lane "
					     "\"%s\" already",
					     line->gpio.name, line_role_name(r),
					     other->name);
		if (line->on_device && taken->device == line->device &&
		    taken->bit == line->bit &&
		    line_role_is_output(r) == line_role_is_output(role))
			return conf_complain(section, "bit", build->why,
					     "got %d, which is line %s of lane \"%s\" "
					     "already",
					     line->bit, line_role_name(r), other->name);
	}
	return KAKOU_OK;
}

static enum kakou_err refuse_duplicate(struct site_build *build,
				       const struct conf_section *section,
				       const struct site_lane *lane, enum line_role role)
{
	const struct site_lane *lanes = build->site->lanes;
	enum kakou_err err = KAKOU_OK;

	for (const struct site_lane *other = lanes; !err && other <= lane; other++)
		err = refuse_taken(build, section, lane, other, role);
	return err;
}

static enum kakou_err take_on_device(struct site_build *build,
				     const struct conf_section *section,
				     struct site_line *line, enum line_role role)
{
	static const char *const gpio_keys[] = {"name", "active_low", "pull_up"};
	const char *wanted = line_role_is_output(role) ? "outputs" : "inputs";
	const struct map_point *point;
	enum kakou_err err;

	if (role <= LINE_WIRED_LAST)
		return conf_complain(section, "device", build->why,
				     "got \"%s\" for line %s, expected a GPIO line: what "
				     "moves or protects is wired, not polled",
				     conf_text(section, "device"), line_role_name(role));
	for (size_t i = 0; i < sizeof(gpio_keys) / sizeof(gpio_keys[0]); i++) {
		if (conf_is_set(section, gpio_keys[i]))
			return conf_complain(section, gpio_keys[i], build->why,
					     "got a value beside device, expected it for "
					     "a GPIO line only");
	}
	if (!conf_is_set(section, "bit"))
		return conf_complain(section, "device", build->why,
				     "got \"%s\" alone, expected bit beside it",
				     conf_text(section, "device"));
	line->on_device = true;
	line->bit = (uint8_t)conf_integer(section, "bit");
	err = site_take_device(build, section, "device", DEVICE_REMOTE_IO, &line->device);
	if (err)
		return err;
	point = map_find_point(&build->site->maps[build->site->devices[line->device].map],
			       wanted);
	if (!point || line->bit >= point->count)
		return conf_complain(section, "bit", build->why,
				     "got %d, expected one of the %d %s of \"%s\", from "
				     "0",
				     line->bit, point ? point->count : 0, wanted,
				     conf_text(section, "device"));
	return KAKOU_OK;
}

/* Named as the kernel names it. */
static void take_kernel_line(const struct conf_section *section, enum line_role role,
			     struct gpio_line *line)
{
	text_copy(line->name, sizeof(line->name), conf_text(section, "name"));
	line->is_output = line_role_is_output(role);
	line->active_low = conf_flag(section, "active_low");
	line->bias = conf_flag(section, "pull_up") ? GPIO_BIAS_PULL_UP : GPIO_BIAS_AS_IS;
}

static enum kakou_err take_on_gpio(struct site_build *build,
				   const struct conf_section *section,
				   struct site_lane *lane, enum line_role role)
{
	struct site_line *line = &lane->lines[role];
	const char *name = conf_text(section, "name");

	if (!name[0])
		return conf_complain(section, NULL, build->why,
				     "line %s has neither name nor device, expected one "
				     "of them",
				     conf_title(section));
	if (conf_is_set(section, "bit"))
		return conf_complain(
			section, "bit", build->why,
			"got %d on a GPIO line, expected it with device only",
			(int)conf_integer(section, "bit"));
	if (line_role_is_output(role) && conf_flag(section, "pull_up"))
		return conf_complain(section, "pull_up", build->why,
				     "got true for line %s, which is an output; expected "
				     "it for inputs only",
				     conf_title(section));
	if (build->site->has_board) {
		enum kakou_err err =
			site_take_board_line(build, section, role, &line->gpio);

		if (err)
			return err;
	} else {
		take_kernel_line(section, role, &line->gpio);
	}
	line->gpio.must_not_sleep = role <= LINE_WIRED_LAST;
	line->gpio_index = (uint8_t)lane->gpio_count;
	lane->gpio_lines[lane->gpio_count++] = line->gpio;
	return KAKOU_OK;
}

static enum kakou_err take_line(struct site_build *build,
				const struct conf_section *section,
				struct site_lane *lane)
{
	enum line_role role = line_role_from_name(conf_title(section));
	struct site_line *line;
	enum kakou_err err;

	if (role == LINE_ROLES)
		return conf_complain(section, NULL, build->why,
				     "got line \"%s\", expected a role such as "
				     "safety_loop or raise; kakou.conf(5) lists them",
				     conf_title(section));
	line = &lane->lines[role];
	if (conf_is_set(section, "device"))
		err = take_on_device(build, section, line, role);
	else
		err = take_on_gpio(build, section, lane, role);
	line->is_used = true;
	if (!err)
		err = refuse_duplicate(build, section, lane, role);
	return err;
}

/* S10: a second contact without its first says nothing, and its fault ends by a key at the gate
 * only, once both contacts agree again. */
static enum kakou_err check_second_contacts(struct site_build *build,
					    const struct conf_section *section,
					    const struct site_lane *lane)
{
	for (enum line_role role = 0; role < LINE_ROLES; role++) {
		enum line_role first = line_role_first_contact(role);

		if (first == LINE_ROLES || !lane->lines[role].is_used)
			continue;
		if (!lane->lines[first].is_used)
			return conf_complain(section, NULL, build->why,
					     "lane \"%s\" has a line %s without %s, "
					     "expected both contacts",
					     lane->name, line_role_name(role),
					     line_role_name(first));
		if (!lane->lines[LINE_RESET].is_used)
			return conf_complain(
				section, NULL, build->why,
				"lane \"%s\" has a line %s and no line reset, "
				"expected the key switch that takes back a "
				"fault of the pair",
				lane->name, line_role_name(role));
	}
	return KAKOU_OK;
}

/* Half a barrier protects nobody. */
static enum kakou_err check_entry(struct site_build *build,
				  const struct conf_section *section,
				  const struct site_lane *lane)
{
	enum line_role used = LINE_ROLES, missing = LINE_ROLES;

	for (enum line_role role = LINE_ENTRY_LOOP; role <= LINE_ENTRY_HEARTBEAT;
	     role++) {
		if (lane->lines[role].is_used)
			used = role;
		else if (role != LINE_ENTRY_HEARTBEAT)
			missing = role;
	}
	if (used == LINE_ROLES || missing == LINE_ROLES)
		return KAKOU_OK;
	return conf_complain(
		section, NULL, build->why,
		"lane \"%s\" has a line %s and no line %s, expected all lines "
		"of the entry barrier or none",
		lane->name, line_role_name(used), line_role_name(missing));
}

enum kakou_err site_take_lines(struct site_build *build,
			       const struct conf_section *section, struct site_lane *lane)
{
	enum kakou_err err = take_where(build, section, lane);

	for (size_t i = 0; !err && i < conf_count(section, "line"); i++)
		err = take_line(build, conf_at(section, "line", i), lane);
	if (!err && build->site->has_board && !lane->gpio_where[0])
		site_place_board_lines(&build->site->board, lane);
	for (enum line_role role = 0; !err && role < LINE_ROLES; role++) {
		if (line_role_is_required(role) && !lane->lines[role].is_used)
			err = conf_complain(section, NULL, build->why,
					    "lane \"%s\" has no line %s, expected one",
					    lane->name, line_role_name(role));
	}
	if (!err)
		err = check_second_contacts(build, section, lane);
	if (!err)
		err = check_entry(build, section, lane);
	return err;
}

/* SPDX-License-Identifier: MIT */
/*
 * Who has a right to pass, how much a weight may differ, and what may be cleared offline.
 *
 * Layer: firmware. Pure but for what conf holds.
 */
#include <string.h>

#include "firmware/config/site_internal.h"

enum { DEFAULT_PERCENT = 5, DEFAULT_G = 100 * 1000, HOUR_MS = 3600 * 1000 };

static bool says(const struct conf_section *section, const char *key, const char *word)
{
	return !strcmp(conf_text(section, key), word);
}

static enum kakou_err take_right_list(struct site_build *build,
				      const struct conf_section *section,
				      struct site_lane *lane)
{
	static const char *const words[] = {"order", "registered", "emergency"};

	for (size_t i = 0; i < conf_list_count(section, "right"); i++) {
		const char *word = conf_list_at(section, "right", i);
		size_t w = 0;

		while (w < 3 && strcmp(words[w], word) != 0)
			w++;
		if (w == 3)
			return conf_complain(section, "right", build->why,
					     "got \"%s\", expected order, registered or "
					     "emergency",
					     word);
		lane->rights |= (uint8_t)(1u << w);
	}
	if (lane->rights == 0)
		lane->rights = RIGHT_ORDER;
	return KAKOU_OK;
}

/* A type from its digit; 0 when it is none. */
static int type_of(const char *word)
{
	return word[0] >= '1' && word[0] <= '6' && !word[1] ? word[0] - '0' : 0;
}

static enum kakou_err take_tolerances(struct site_build *build,
				      const struct conf_section *section,
				      struct site_lane *lane)
{
	for (int i = 0; i < SITE_ORDER_TYPES; i++)
		lane->tolerances[i] = (struct site_tolerance){
			.percent = DEFAULT_PERCENT,
			.g = DEFAULT_G,
			.on_difference = lane->on_weight_difference,
		};
	for (size_t i = 0; i < conf_count(section, "tolerance"); i++) {
		const struct conf_section *one = conf_at(section, "tolerance", i);
		int type = type_of(conf_title(one));

		if (!type)
			return conf_complain(one, NULL, build->why,
					     "got tolerance \"%s\", expected the type of "
					     "an order, 1 to 6",
					     conf_title(one));
		lane->tolerances[type - 1] = (struct site_tolerance){
			.is_set = true,
			.percent = (int32_t)conf_integer(one, "percent"),
			.g = conf_integer(one, "kg") * 1000,
			.on_difference = says(one, "on_difference", "hold")
						 ? DIFFERENCE_HOLD
						 : DIFFERENCE_REPORT,
		};
	}
	return KAKOU_OK;
}

enum kakou_err site_take_rights(struct site_build *build,
				const struct conf_section *section,
				struct site_lane *lane)
{
	enum kakou_err err = take_right_list(build, section, lane);

	lane->asks_registered = conf_flag(section, "registered_asked");
	lane->lookup_ms = (int32_t)conf_integer(section, "lookup_ms");
	lane->release_needs_second = conf_flag(section, "release_needs_second");
	lane->mode_hours = (int32_t)conf_integer(section, "emergency_hours");
	lane->tare_limit_g = conf_integer(section, "tare_limit_kg") * 1000;
	lane->on_tare_difference = says(section, "on_tare_difference", "hold")
					   ? DIFFERENCE_HOLD
					   : DIFFERENCE_REPORT;
	if (!err && (lane->rights & RIGHT_REGISTERED) && lane->lookup_ms == 0)
		err = conf_complain(
			section, "lookup_ms", build->why,
			"got 0, expected more: registered vehicles are looked "
			"up");
	return err ? err : take_tolerances(build, section, lane);
}

static enum kakou_err take_types(struct site_build *build,
				 const struct conf_section *section,
				 struct site_offline *to)
{
	for (size_t i = 0; i < conf_list_count(section, "types"); i++) {
		const char *word = conf_list_at(section, "types", i);

		if (!type_of(word))
			return conf_complain(section, "types", build->why,
					     "got \"%s\", expected the type of an order, "
					     "1 to 6",
					     word);
		to->types |= (uint8_t)(1u << (type_of(word) - 1));
	}
	return KAKOU_OK;
}

static enum kakou_err take_directions(struct site_build *build,
				      const struct conf_section *section,
				      struct site_offline *to)
{
	for (size_t i = 0; i < conf_list_count(section, "directions"); i++) {
		const char *word = conf_list_at(section, "directions", i);

		if (strcmp(word, "I") != 0 && strcmp(word, "E") != 0)
			return conf_complain(section, "directions", build->why,
					     "got \"%s\", expected I or E", word);
		to->in = to->in || word[0] == 'I';
		to->out = to->out || word[0] == 'E';
	}
	return KAKOU_OK;
}

/* Without the section nothing is cleared while customs is silent (doctrine 9). */
enum kakou_err site_take_offline(struct site_build *build)
{
	const struct conf_section *root = conf_root(build->conf);
	size_t count = conf_count(root, "offline");
	struct site_offline *to = &build->site->offline;
	const struct conf_section *section;
	enum kakou_err err;

	if (count == 0)
		return KAKOU_OK;
	section = conf_at(root, "offline", 0);
	if (count > 1)
		return conf_complain(conf_at(root, "offline", 1), NULL, build->why,
				     "got %zu offline sections, expected one at most",
				     count);
	to->max_age_ms = conf_integer(section, "max_age_hours") * HOUR_MS;
	to->is_asked_after = says(section, "reconcile", "ask");
	err = take_types(build, section, to);
	return err ? err : take_directions(build, section, to);
}

/* SPDX-License-Identifier: MIT */
/*
 * The ground of a lane, by default and as a scenario says.
 *
 * Layer: tools.
 */
#include "tools/yard/geometry.h"

#include <stddef.h>
#include <string.h>

enum { DECK_MM = 21000, LOOP_MM = 2000, KEPT_CLEAR_MM = 800 };

/* The deck leaves 600 mm before the vehicle's front, so that a truck of 18.1 m stands on it
 * whole; a waiting truck keeps 2 m clear of the safety loop; the exit loop is so near that the
 * tractor of a gap truck lies over it while the gap is under the arm. */
static const struct geometry with_deck = {
	.approach_begin_mm = 0,
	.approach_end_mm = LOOP_MM,
	.camera_begin_mm = 1000,
	.camera_end_mm = 6000,
	.gate_begin_mm = 2200,
	.gate_end_mm = 3800,
	.gate_arm_mm = 3000,
	.gate_beam_mm = 3100,
	.portal_mm = 4000,
	.deck_begin_mm = 5000,
	.deck_end_mm = 5000 + DECK_MM,
	.stop_mm = 25400,
	.safety_begin_mm = 27600,
	.safety_end_mm = 27600 + LOOP_MM,
	.arm_mm = 28600,
	.beam_mm = 28900,
	.exit_begin_mm = 31600,
	.exit_end_mm = 31600 + LOOP_MM,
	.follow_mm = 29600,
};

/* Without a deck nothing but the approach loop shows that a vehicle waits: it stays covered. */
static const struct geometry without_deck = {
	.approach_begin_mm = 0,
	.approach_end_mm = LOOP_MM,
	.camera_begin_mm = 1000,
	.camera_end_mm = 6000,
	.portal_mm = 3000,
	.deck_begin_mm = LOOP_MM,
	.deck_end_mm = 11000,
	.stop_mm = 10000,
	.safety_begin_mm = 13600,
	.safety_end_mm = 13600 + LOOP_MM,
	.arm_mm = 14600,
	.beam_mm = 14900,
	.exit_begin_mm = 18600,
	.exit_end_mm = 18600 + LOOP_MM,
	.follow_mm = 15600,
};

struct place {
	const char *key;
	size_t offset;
};

/* In driving order, as far as places can't overlap. */
static const struct place places[] = {
	{"approach_begin_mm", offsetof(struct geometry, approach_begin_mm)},
	{"approach_end_mm",   offsetof(struct geometry, approach_end_mm)  },
	{"deck_begin_mm",     offsetof(struct geometry, deck_begin_mm)    },
	{"stop_mm",           offsetof(struct geometry, stop_mm)          },
	{"deck_end_mm",       offsetof(struct geometry, deck_end_mm)      },
	{"safety_begin_mm",   offsetof(struct geometry, safety_begin_mm)  },
	{"arm_mm",            offsetof(struct geometry, arm_mm)           },
	{"beam_mm",           offsetof(struct geometry, beam_mm)          },
	{"safety_end_mm",     offsetof(struct geometry, safety_end_mm)    },
	{"exit_begin_mm",     offsetof(struct geometry, exit_begin_mm)    },
	{"exit_end_mm",       offsetof(struct geometry, exit_end_mm)      },
};
static const struct place free_places[] = {
	{"camera_begin_mm", offsetof(struct geometry, camera_begin_mm)},
	{"camera_end_mm",   offsetof(struct geometry, camera_end_mm)  },
	{"portal_mm",       offsetof(struct geometry, portal_mm)      },
	{"follow_mm",       offsetof(struct geometry, follow_mm)      },
};
enum {
	PLACES = sizeof(places) / sizeof(places[0]),
	FREE_PLACES = sizeof(free_places) / sizeof(free_places[0]),
};

void geometry_init(struct geometry *geometry, bool has_deck)
{
	*geometry = has_deck ? with_deck : without_deck;
	geometry->has_deck = has_deck;
}

void geometry_init_gate(struct geometry *geometry, bool has_deck)
{
	*geometry = with_deck;
	geometry->has_deck = has_deck;
	geometry->has_gate = true;
}

void geometry_turn(const struct geometry *near, struct geometry *far)
{
	int32_t end_mm = near->exit_end_mm;

	*far = *near;
	far->approach_begin_mm = 0;
	far->approach_end_mm = end_mm - near->exit_begin_mm;
	far->safety_begin_mm = end_mm - near->safety_end_mm;
	far->safety_end_mm = end_mm - near->safety_begin_mm;
	far->arm_mm = end_mm - near->arm_mm;
	far->beam_mm = end_mm - near->beam_mm;
	far->exit_begin_mm = end_mm - near->approach_end_mm;
	far->exit_end_mm = end_mm - near->approach_begin_mm;
	far->stop_mm = far->safety_begin_mm - KEPT_CLEAR_MM;
	far->follow_mm = far->safety_end_mm;
}

static int32_t *at(struct geometry *geometry, const struct place *place)
{
	return (int32_t *)(void *)((char *)geometry + place->offset);
}

static void overlay(struct geometry *geometry, const struct conf_section *section,
		    const struct place *place)
{
	int64_t mm = conf_integer(section, place->key);

	if (mm >= 0)
		*at(geometry, place) = (int32_t)mm;
}

static enum kakou_err overlay_all(struct geometry *geometry,
				  const struct conf_section *section, struct why *why)
{
	for (size_t i = 0; i < FREE_PLACES; i++)
		overlay(geometry, section, &free_places[i]);
	for (size_t i = 0; i < PLACES; i++) {
		overlay(geometry, section, &places[i]);
		if (i > 0 && *at(geometry, &places[i]) < *at(geometry, &places[i - 1]))
			return conf_complain(section, places[i].key, why,
					     "got %d, expected not before %s, %d",
					     *at(geometry, &places[i]), places[i - 1].key,
					     *at(geometry, &places[i - 1]));
	}
	return KAKOU_OK;
}

enum kakou_err geometry_load(struct geometry *geometry, const struct conf *conf,
			     const char *lane, struct why *why)
{
	const struct conf_section *root = conf_root(conf);

	for (size_t i = 0; i < conf_count(root, "geometry"); i++) {
		const struct conf_section *section = conf_at(root, "geometry", i);

		if (!strcmp(conf_title(section), lane))
			return overlay_all(geometry, section, why);
	}
	return KAKOU_OK;
}
